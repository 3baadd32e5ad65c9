"""Inviting, admitting and revoking collectives."""

from datetime import timedelta
from pathlib import Path

import click

from marke.canonical import Json
from marke.clock import instant_to_text
from marke_ground.commands import MarkeGroup, answer
from marke_hub.cli.desk import desk, write_file
from marke_hub.services import admit_collective, invite_collective, read_collectives

_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=MarkeGroup)
def enrol() -> None:
    """Invite, admit and revoke collectives."""


@enrol.command("invite")
@click.argument("label")
@click.option("--out", type=_OUT, required=True, help="File to hand over; it holds a secret.")
@click.option("--valid-days", type=click.IntRange(1, 365), default=invite_collective.VALID.days, show_default=True)
def invite(label: str, out: Path, valid_days: int) -> None:
    """Make an invitation for the collective called LABEL; hand the file over in person or by mail."""
    with desk() as at, at.writing() as session:
        invitation = invite_collective.invite_collective(
            session, label=label, hub=at.hub, by=at.by, now=at.now, valid=timedelta(days=valid_days)
        )
        write_file(out, invitation.to_bytes(), private=True)
    answer(
        {"file": str(out), "invitation": invitation.id, "fingerprint": invitation.fingerprint},
        str(out),
        invitation.fingerprint,
    )


@enrol.command("list")
def list_() -> None:
    """Show invitations, requests that wait, and collectives."""
    with desk() as at, at.looking() as session:
        invitations = read_collectives.list_invitations(session)
        waiting = read_collectives.list_waiting(session)
        collectives = read_collectives.list_collectives(session, hub=at.hub)
    document: Json = {
        "invitations": [
            {"id": one.invitation, "label": one.label, "used": one.used is not None} for one in invitations
        ],
        "waiting": [{"name": one.name, "fingerprint": one.fingerprint} for one in waiting],
        "collectives": [_collective(one) for one in collectives],
    }
    lines = [f"+ {one.fingerprint}  {one.name}" for one in waiting]
    lines += [f"{'-' if one.revoked else '='} {one.collective}  {one.name}" for one in collectives]
    answer(document, *lines)


def _collective(view: read_collectives.CollectiveView) -> dict[str, Json]:
    return {
        "id": view.collective,
        "name": view.name,
        "fingerprint": view.fingerprint,
        "admitted": instant_to_text(view.admitted),
        "revoked": None if view.revoked is None else instant_to_text(view.revoked),
        "listed": view.is_listed,
        "seen": None if view.seen is None else instant_to_text(view.seen),
        "software": view.software,
    }


@enrol.command("admit")
@click.argument("words", nargs=-1, required=True)
def admit(words: tuple[str, ...]) -> None:
    """Admit the request whose key has these six WORDS, which you compared with the collective by telephone."""
    with desk() as at, at.writing() as session:
        found = admit_collective.admit_collective(
            session, fingerprint=" ".join(words), hub=at.hub, by=at.by, now=at.now
        )
    answer({"collective": found}, found)


@enrol.command("revoke")
@click.argument("collective")
def revoke(collective: str) -> None:
    """Stop believing COLLECTIVE's key; it holds once the next directory is published."""
    with desk() as at, at.writing() as session:
        admit_collective.revoke_collective(session, collective=collective, by=at.by, now=at.now)
    answer({"collective": collective}, collective)
