"""A message that was not believed: counted, so that the board and the consortium can see it."""

from datetime import datetime

from sqlalchemy import insert, select, update

from marke.errors import MarkeError
from marke.signing.envelope import Envelope
from marke.vocabulary.actor import SYSTEM
from marke.vocabulary.ids import content_hash
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_node.store.federation import INCIDENTS

_LONGEST_KIND = 80


def record_incident(session: Session, *, envelope: bytes, error: MarkeError, now: datetime) -> None:
    """Write down that a message was refused and why; the same message again only raises its count."""
    content = content_hash(envelope)
    known = session.execute(select(INCIDENTS.c.times).where(INCIDENTS.c.content_hash == content)).scalar_one_or_none()
    if known is not None:
        values = {"times": known + 1, "last_seen": now}
        session.execute(update(INCIDENTS).where(INCIDENTS.c.content_hash == content).values(values))
        return
    session.execute(
        insert(INCIDENTS).values(
            content_hash=content,
            kind=_kind(envelope),
            reason=error.reason.value,
            first_seen=now,
            last_seen=now,
            times=1,
        )
    )
    record(session, by=SYSTEM, verb="refuse_message", subject=content, now=now, details={"reason": error.reason.value})


def _kind(envelope: bytes) -> str:
    try:
        return Envelope.from_bytes(envelope).payload_type[:_LONGEST_KIND]
    except MarkeError:
        return "unreadable"
