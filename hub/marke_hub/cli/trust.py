"""Root and directory: drafted here, signed elsewhere by people, published here."""

from pathlib import Path

import click

from marke.signing.envelope import Envelope
from marke.signing.fingerprint import root_fingerprint
from marke_ground.commands import MarkeGroup, answer
from marke_hub.cli.desk import desk, read_file, read_signed, write_file
from marke_hub.services import found_consortium, keep_directory

_FILE = click.Path(dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=MarkeGroup)
def root() -> None:
    """Found the consortium, or change its keys and constants."""


@root.command("draft")
@click.argument("draft", type=_FILE)
@click.option("--out", type=_OUT, required=True, help="File for the people who sign.")
def draft_root(draft: Path, out: Path) -> None:
    """Turn DRAFT (TOML) into the next root; `marke key sign` signs the file on other machines."""
    wanted = found_consortium.read_root_draft(read_file(draft))
    with desk() as at, at.writing() as session:
        envelope = found_consortium.draft_root(session, draft=wanted, hub=at.hub, by=at.by, now=at.now)
        write_file(out, envelope)
    words = root_fingerprint(Envelope.from_bytes(envelope).payload)
    answer({"file": str(out), "fingerprint": words}, str(out), words)


@root.command("publish")
@click.argument("envelope", type=_FILE)
def publish_root(envelope: Path) -> None:
    """Publish a root that enough people signed."""
    with desk() as at, at.writing() as session:
        signed = read_signed(envelope)
        trust = found_consortium.publish_root(session, envelope=signed, hub=at.hub, by=at.by, now=at.now)
    answer(
        {"version": trust.root.version, "fingerprint": trust.fingerprint},
        f"{trust.root.consortium}: {trust.root.version}",
        trust.fingerprint,
    )


@click.group(cls=MarkeGroup)
def directory() -> None:
    """Say who takes part; only a signed directory counts."""


@directory.command("draft")
@click.option("--out", type=_OUT, required=True, help="File for the people who sign.")
@click.option("--valid-days", type=click.IntRange(1, 3660), default=keep_directory.VALID_DAYS, show_default=True)
def draft_directory(out: Path, valid_days: int) -> None:
    """Write the next directory: everybody who was admitted, and who was revoked."""
    with desk() as at, at.writing() as session:
        envelope = keep_directory.draft_directory(session, valid_days=valid_days, by=at.by, now=at.now)
        write_file(out, envelope)
    answer({"file": str(out)}, str(out))


@directory.command("publish")
@click.argument("envelope", type=_FILE)
def publish_directory(envelope: Path) -> None:
    """Publish a directory that enough people signed."""
    with desk() as at, at.writing() as session:
        signed = read_signed(envelope)
        trust = keep_directory.publish_directory(session, envelope=signed, hub=at.hub, by=at.by, now=at.now)
    found = trust.directory
    answer(
        {"version": found.version, "collectives": len(found.collectives)}, f"{found.version}: {len(found.collectives)}"
    )
