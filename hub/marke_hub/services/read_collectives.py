"""Looking at collectives: who waits, who was admitted, whom the published directory names, who was heard of."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marke.errors import MarkeError
from marke.signing.fingerprint import six_words
from marke.signing.keys import PublicKey
from marke.signing.root import CollectiveEntry
from marke_ground.store.engine import Session
from marke_hub.services.hub import Hub
from marke_hub.store.collectives import COLLECTIVES, CONTACTS, ENROLMENTS, INVITATIONS


@dataclass(frozen=True)
class CollectiveView:
    """One admitted collective. Only what the published directory says counts; the rest waits for the next one."""

    collective: str
    name: str
    fingerprint: str
    admitted: datetime
    revoked: datetime | None
    is_listed: bool
    """Whether the published directory says the same as this hub's books."""
    seen: datetime | None
    """Last time its node was heard of, to five minutes; None for never."""
    software: str | None


@dataclass(frozen=True)
class WaitingView:
    """A request to join that nobody admitted yet."""

    name: str
    fingerprint: str
    received: datetime
    software: str


@dataclass(frozen=True)
class InvitationView:
    """An invitation, without its secret."""

    invitation: str
    label: str
    made: datetime
    expires: datetime
    used: datetime | None


def list_collectives(session: Session, *, hub: Hub) -> tuple[CollectiveView, ...]:
    """Return every admitted collective, in the order of admission."""
    listed = _listed(session, hub)
    rows = session.execute(
        select(COLLECTIVES, CONTACTS.c.seen, CONTACTS.c.software)
        .outerjoin(CONTACTS, CONTACTS.c.collective_id == COLLECTIVES.c.collective_id)
        .order_by(COLLECTIVES.c.admitted, COLLECTIVES.c.collective_id)
    )
    return tuple(
        CollectiveView(
            collective=row.collective_id,
            name=row.name,
            fingerprint=six_words(PublicKey.from_text(row.public_key).raw),
            admitted=row.admitted,
            revoked=row.revoked,
            is_listed=row.collective_id in listed and listed[row.collective_id].revoked == row.revoked,
            seen=row.seen,
            software=row.software,
        )
        for row in rows
    )


def list_waiting(session: Session) -> tuple[WaitingView, ...]:
    """Return the requests to join that wait for an operator, the oldest first."""
    rows = session.execute(
        select(ENROLMENTS).where(ENROLMENTS.c.collective_id.is_(None)).order_by(ENROLMENTS.c.received)
    )
    return tuple(
        WaitingView(row.name, six_words(PublicKey.from_text(row.public_key).raw), row.received, row.software)
        for row in rows
    )


def list_invitations(session: Session) -> tuple[InvitationView, ...]:
    """Return every invitation, the newest first."""
    rows = session.execute(select(INVITATIONS).order_by(INVITATIONS.c.made.desc(), INVITATIONS.c.invitation_id))
    return tuple(InvitationView(row.invitation_id, row.label, row.made, row.expires, row.used) for row in rows)


def _listed(session: Session, hub: Hub) -> dict[str, CollectiveEntry]:
    try:
        directory = hub.trust.trust(session).directory
    except MarkeError:
        return {}
    return {entry.id: entry for entry in directory.collectives}
