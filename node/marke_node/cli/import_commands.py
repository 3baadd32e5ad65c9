"""`marke node import`: files of readings and of members, and the column mappings for files of other makes."""

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine

from marke.errors import BadInputError, StorageError
from marke.reasons import Reason
from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.commands import MarkeGroup, SlowBar, answer
from marke_ground.store.engine import reading, transaction
from marke_node.app import RealClock
from marke_node.cli.import_answers import looked_at, looked_at_members, say, taken, write_rejects
from marke_node.cli.surroundings import ask_passphrase
from marke_node.config import NodeConfig
from marke_node.importers.mapping import ColumnMapping
from marke_node.importers.rejects import TooManyRejectedError
from marke_node.services import commit_import, import_members, preview_import, save_mapping
from marke_node.services.import_members import MembersRequest
from marke_node.services.node import Node, open_node
from marke_node.services.read_import import ImportRequest

OPERATOR = Actor(ActorKind.OPERATOR, "command_line")

_LARGEST_MAPPING = 100_000

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_UNIT = click.option("--unit-confirmed", is_flag=True, help="The units are right, however much this home uses.")
_COMMIT = click.option("--commit/--preview", "commits", default=False, help="Take the file in, or only look (default).")
_REJECTS = click.option(
    "--rejects", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the rejected rows as CSV."
)


@click.group(name="import", cls=MarkeGroup)
def import_() -> None:
    """Take in files of readings and of members; every command looks first and takes only with --commit."""


@import_.command(name="file")
@_FILE
@click.option("--household", help="Household the meters belong to (hh_...).")
@click.option("--meter", "meters", multiple=True, metavar="N=HH", help="Household of meter N in the file; repeat.")
@click.option("--mapping", help="Name of a saved column mapping, for formats the node does not know.")
@_UNIT
@_COMMIT
@_REJECTS
def import_file(  # noqa: PLR0913 - one argument an option, the switches by keyword
    file: Path,
    household: str | None,
    meters: Sequence[str],
    mapping: str | None,
    *,
    unit_confirmed: bool,
    commits: bool,
    rejects: Path | None,
) -> None:
    """Look at a file of readings, or take it in.

    Recognised by themselves: DSMR-reader, HomeWizard, Greenchoice, ENGIE, Liander, Fluvius. Others need a mapping.
    """
    node, engine = _open()
    with _bar(file) as bar, _listing(rejects):
        request = ImportRequest(
            file,
            node.pseudonym_secret,
            household=household,
            meters=_meters(meters),
            mapping=mapping,
            progress=bar.went_on,
            unit_confirmed=unit_confirmed,
        )
        now = RealClock().now()
        with transaction(engine) as session:
            if commits:
                told = taken(commit_import.commit(session, request=request, by=OPERATOR, now=now))
            else:
                told = looked_at(preview_import.preview(session, request=request, now=now))
    told.tell(rejects)


@import_.command(name="members")
@_FILE
@_COMMIT
@_REJECTS
def import_members_file(file: Path, *, commits: bool, rejects: Path | None) -> None:
    """Look at a file of members in Econobis' form, or take it in; people of one address form one household."""
    node, engine = _open()
    with _bar(file) as bar, _listing(rejects):
        request = MembersRequest(file, node.pseudonym_secret, progress=bar.went_on)
        now = RealClock().now()
        with transaction(engine) as session:
            if commits:
                told = taken(import_members.commit(session, request=request, by=OPERATOR, now=now))
            else:
                told = looked_at_members(import_members.preview(session, request=request, now=now))
    told.tell(rejects)


@import_.group(name="mapping")
def mapping_group() -> None:
    """Save and list column mappings: which column is which register, in what unit, with dates in what form."""


@mapping_group.command(name="save")
@_FILE
def save(file: Path) -> None:
    """Save a mapping from a JSON file under the name it gives itself; one of that name is replaced."""
    _, engine = _open()
    mapping = ColumnMapping.from_lax_bytes(_read_small(file))
    with transaction(engine) as session:
        save_mapping.save(session, mapping=mapping, by=OPERATOR, now=RealClock().now())
    answer({"saved": mapping.name}, say("saved", name=mapping.name))


@mapping_group.command(name="list")
def list_mappings() -> None:
    """List the saved mappings."""
    _, engine = _open()
    with reading(engine) as session:
        found = save_mapping.saved(session)
    lines = [f"{one.name}: {', '.join(column.column for column in one.columns)}" for one in found]
    answer({"mappings": [one.to_json() for one in found]}, *(lines or [say("none")]))


def _open() -> tuple[Node, Engine]:
    found = open_node(NodeConfig.from_environ(os.environ), secrets.token_bytes, ask=ask_passphrase)
    # PostgreSQL is told that we go; without this, its connection is only dropped
    click.get_current_context().call_on_close(found[1].dispose)
    return found


def _bar(file: Path) -> SlowBar:
    # a file is gone through twice: measured and hashed, then read
    return SlowBar(2 * file.stat().st_size if file.is_file() else 0, say("reading"))


@contextmanager
def _listing(rejects: Path | None) -> Iterator[None]:
    """Write the list of rejected rows also when they are so many that the file is refused."""
    try:
        yield
    except TooManyRejectedError as error:
        if rejects is not None:
            write_rejects(rejects, error.rejects)
        raise


def _meters(given: Sequence[str]) -> Mapping[int, str]:
    found = {}
    for one in given:
        number, _, household = one.partition("=")
        if not number.isascii() or not number.isdigit() or not household:
            raise BadInputError(Reason.BAD_FIELD, field="--meter", detail="N=hh_...")
        found[int(number)] = household
    return found


def _read_small(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST_MAPPING)
    except OSError as error:
        raise StorageError(Reason.IMPORT_UNREADABLE) from error
