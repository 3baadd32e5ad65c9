"""`marke node import`: files of readings and of members, and the column mappings for files of other makes."""

import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import click
from sqlalchemy import Engine

from marke.canonical import Json
from marke.clock import instant_to_text
from marke.errors import BadInputError, StorageError
from marke.reasons import Language, Reason
from marke.vocabulary.actor import Actor, ActorKind
from marke.vocabulary.units import ReadingUnit
from marke_ground.commands import MarkeGroup, answer, is_json, language
from marke_ground.store.engine import reading, transaction
from marke_node.app import RealClock
from marke_node.config import NodeConfig
from marke_node.importers.base import Kept
from marke_node.importers.mapping import ColumnMapping
from marke_node.importers.rejects import Notice, rejects_csv
from marke_node.services import commit_import, import_members, preview_import, save_mapping
from marke_node.services.import_members import MembersImportPreview, MembersRequest
from marke_node.services.node import Node, open_node
from marke_node.services.preview_import import ImportPreview
from marke_node.services.read_import import ImportRequest
from marke_node.services.record_import import ImportReport

OPERATOR = Actor(ActorKind.OPERATOR, "command_line")

QUIET_SECONDS = 2.0
"""A file that is read faster than this shows no bar."""

_REJECTS_SHOWN = 10
_LARGEST_MAPPING = 100_000

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "nl": {
        "file": "{title}: {rows} rijen, {first} tot {last}",
        "register": "  meter {meter}  {register:28} {kind:8} {readings:>9} metingen  totaal {total} {unit}",
        "rejected": "{count} rijen niet gebruikt:",
        "would": "Overnemen voegt {added} toe; {unchanged} waren al bekend, {changed} veranderen.",
        "did": "Overgenomen: {added} nieuw, {unchanged} al bekend, {changed} veranderd.",
        "next": "Er is nog niets overgenomen. Herhaal de opdracht met --commit.",
        "ask": "Geef van elke meter het huishouden op: --meter 1=hh_... --meter 2=hh_...",
        "members": "{members} leden op {addresses} adressen, {without_address} zonder adres",
        "saved": "Kolomindeling {name} bewaard.",
        "none": "Er zijn nog geen kolomindelingen bewaard.",
        "reading": "Lezen",
    },
    "en": {
        "file": "{title}: {rows} rows, {first} to {last}",
        "register": "  meter {meter}  {register:28} {kind:8} {readings:>9} readings  total {total} {unit}",
        "rejected": "{count} rows not used:",
        "would": "Taking it would add {added}; {unchanged} are known already, {changed} change.",
        "did": "Taken: {added} new, {unchanged} known already, {changed} changed.",
        "next": "Nothing was taken yet. Repeat the command with --commit.",
        "ask": "Give the household of every meter: --meter 1=hh_... --meter 2=hh_...",
        "members": "{members} members at {addresses} addresses, {without_address} without an address",
        "saved": "Mapping {name} saved.",
        "none": "No mappings were saved yet.",
        "reading": "Reading",
    },
}

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
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
@_COMMIT
@_REJECTS
def import_file(
    file: Path,
    household: str | None,
    meters: Sequence[str],
    mapping: str | None,
    *,
    commits: bool,
    rejects: Path | None,
) -> None:
    """Look at a file of readings, or take it in.

    Recognised by themselves: DSMR-reader, HomeWizard, Greenchoice, ENGIE, Liander, Fluvius. Others need a mapping.
    """
    node, engine = _open()
    with _SlowBar(file) as bar:
        request = ImportRequest(
            file,
            node.pseudonym_secret,
            household=household,
            meters=_meters(meters),
            mapping=mapping,
            progress=bar.went_on,
        )
        now = RealClock().now()
        with transaction(engine) as session:
            if commits:
                told = _taken(commit_import.commit(session, request=request, by=OPERATOR, now=now))
            else:
                told = _looked_at(preview_import.preview(session, request=request, now=now))
    told.tell(rejects)


@import_.command(name="members")
@_FILE
@_COMMIT
@_REJECTS
def import_members_file(file: Path, *, commits: bool, rejects: Path | None) -> None:
    """Look at a file of members in Econobis' form, or take it in; people of one address form one household."""
    node, engine = _open()
    with _SlowBar(file) as bar:
        request = MembersRequest(file, node.pseudonym_secret, progress=bar.went_on)
        now = RealClock().now()
        with transaction(engine) as session:
            if commits:
                told = _taken(import_members.commit(session, request=request, by=OPERATOR, now=now))
            else:
                told = _looked_at_members(import_members.preview(session, request=request, now=now))
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
    answer({"saved": mapping.name}, _say("saved", name=mapping.name))


@mapping_group.command(name="list")
def list_mappings() -> None:
    """List the saved mappings."""
    _, engine = _open()
    with reading(engine) as session:
        found = save_mapping.saved(session)
    lines = [f"{one.name}: {', '.join(column.column for column in one.columns)}" for one in found]
    answer({"mappings": [one.to_json() for one in found]}, *(lines or [_say("none")]))


def _open() -> tuple[Node, Engine]:
    def ask() -> bytes:
        return str(click.prompt("Passphrase", hide_input=True, err=True)).encode("utf-8")

    found = open_node(NodeConfig.from_environ(os.environ), secrets.token_bytes, ask=ask)
    # PostgreSQL is told that we go; without this, its connection is only dropped
    click.get_current_context().call_on_close(found[1].dispose)
    return found


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


def _say(word: str, **details: str | int) -> str:
    return _WORDS[language()][word].format(**details)


def _counts(kept: Kept) -> dict[str, int]:
    return {"added": kept.added, "unchanged": kept.unchanged, "changed": kept.changed}


@dataclass(frozen=True)
class _Answer:
    """What a command found, for a program and for a person."""

    document: Mapping[str, Json]
    lines: Sequence[str]
    rejects: Sequence[Notice]
    rejected: int
    notices: Sequence[Notice]

    def tell(self, rejects_file: Path | None) -> None:
        """Print it; write the rejected rows to a file when one is named."""
        spoken = language()
        if rejects_file is not None:
            rejects_file.write_text(rejects_csv(self.rejects, spoken), "utf-8", newline="")
        after = [one.say(spoken) for one in self.notices]
        if self.rejected:
            after.append(_say("rejected", count=self.rejected))
            after += [f"  {one.say(spoken)}" for one in self.rejects[:_REJECTS_SHOWN]]
        document: dict[str, Json] = {
            **self.document,
            "rejected": self.rejected,
            "rejects": [{"row": one.row or 0, "reason": one.reason.value} for one in self.rejects],
            "notices": [one.reason.value for one in self.notices],
        }
        answer(document, *self.lines, *after)


def _taken(report: ImportReport) -> _Answer:
    counts = _counts(report.kept)
    document: dict[str, Json] = {
        "import": report.id,
        "format": report.format,
        "hash": report.file_hash,
        "rows": report.rows,
        "taken": counts,
    }
    return _Answer(document, [_say("did", **counts)], report.rejects, report.rejected, report.notices)


def _looked_at(seen: ImportPreview) -> _Answer:
    registers: list[Json] = [
        {
            "meter": line.meter,
            "register": line.register.value,
            "kind": line.kind.value,
            "interval_s": line.interval_s,
            "readings": line.readings,
            "total": line.total,
            "unit": line.register.unit.value,
        }
        for line in seen.registers
    ]
    document: dict[str, Json] = {
        "format": seen.format,
        "hash": seen.file_hash,
        "rows": seen.rows,
        "meters": seen.meters,
        "first": instant_to_text(seen.first),
        "last": instant_to_text(seen.last),
        "registers": registers,
        "would": None if seen.would is None else _counts(seen.would),
    }
    return _Answer(document, _preview_lines(seen), seen.rejects, seen.rejected, seen.notices)


def _preview_lines(seen: ImportPreview) -> list[str]:
    lines = [
        _say("file", title=seen.title, rows=seen.rows, first=str(seen.first.date()), last=str(seen.last.date())),
        *(
            _say(
                "register",
                meter=line.meter,
                register=line.register.value,
                kind=line.kind.value,
                readings=line.readings,
                total=f"{line.total // 1000}.{line.total % 1000:03}",
                unit="kWh" if line.register.unit is ReadingUnit.WATT_HOUR else "m³",
            )
            for line in seen.registers
        ),
    ]
    if seen.would is None:
        return [*lines, _say("ask")]
    return [*lines, _say("would", **_counts(seen.would)), _say("next")]


def _looked_at_members(seen: MembersImportPreview) -> _Answer:
    held = {
        "members": seen.counts.members,
        "addresses": seen.counts.addresses,
        "without_address": seen.counts.without_address,
    }
    document: dict[str, Json] = {"hash": seen.file_hash, "rows": seen.rows, **held, "would": _counts(seen.would)}
    lines = [_say("members", **held), _say("would", **_counts(seen.would)), _say("next")]
    return _Answer(document, lines, seen.rejects, seen.rejected, seen.notices)


class _SlowBar:
    """A bar on standard error that appears only when reading takes longer than two seconds."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.monotonic) -> None:
        # a file is gone through twice: measured and hashed, then read
        self._length = 2 * file.stat().st_size
        self._clock = clock
        self._began = clock()
        self._read = 0
        self._bar: click._termui_impl.ProgressBar[int] | None = None

    def __enter__(self) -> Self:
        return self

    def went_on(self, size: int) -> None:
        """Note that so many bytes more were read."""
        self._read += size
        if self._bar is not None:
            self._bar.update(size)
        elif not is_json() and self._clock() - self._began > QUIET_SECONDS:
            self._bar = click.progressbar(length=self._length, label=_say("reading"), file=sys.stderr)
            self._bar.update(self._read)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.render_finish()
