"""Rows of the outbox and of the agent's state. No rule lives here; the services and the agent decide."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Row, func, insert, select, update

from marke_ground.store.engine import Session
from marke_node.store.federation import AGENT_STATE, ONE_ROW, OUTBOX

OutboxRow = Row[tuple[object, ...]]


def add(session: Session, *, kind: str, round_id: str, content_hash: str, envelope: str, now: datetime) -> None:
    """Lay a signed message in the outbox, to be sent as soon as possible."""
    session.execute(
        insert(OUTBOX).values(
            content_hash=content_hash,
            kind=kind,
            round_id=round_id,
            envelope=envelope,
            made=now,
            state="waiting",
            attempts=0,
            next_try=now,
            wait_s=0,
        )
    )


def drop_waiting(session: Session, *, round_id: str) -> int:
    """Take what is waiting for a round out of the outbox, because something newer or the end overtook it."""
    waiting = (OUTBOX.c.round_id == round_id) & (OUTBOX.c.state == "waiting")
    return session.execute(update(OUTBOX).where(waiting).values(state="dropped")).rowcount


def due(session: Session, *, now: datetime) -> list[OutboxRow]:
    """Return what should be sent now, in the order it was signed."""
    query = select(OUTBOX).where((OUTBOX.c.state == "waiting") & (OUTBOX.c.next_try <= now))
    return list(session.execute(query.order_by(OUTBOX.c.made, OUTBOX.c.kind.desc(), OUTBOX.c.content_hash)))


def next_due(session: Session) -> datetime | None:
    """Return the first moment at which something should be sent, or None when nothing waits."""
    query = select(OUTBOX.c.next_try).where(OUTBOX.c.state == "waiting").order_by(OUTBOX.c.next_try).limit(1)
    found: datetime | None = session.execute(query).scalar_one_or_none()
    return found


def count_waiting(session: Session) -> int:
    """Return how many signed messages wait for the hub."""
    query = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.state == "waiting")
    return int(session.execute(query).scalar_one())


def find(session: Session, content_hash: str) -> OutboxRow | None:
    """Return one message of the outbox, or None."""
    return session.execute(select(OUTBOX).where(OUTBOX.c.content_hash == content_hash)).one_or_none()


def change(session: Session, content_hash: str, values: Mapping[str, object]) -> None:
    """Change the standing of one message that is still waiting."""
    waiting = (OUTBOX.c.content_hash == content_hash) & (OUTBOX.c.state == "waiting")
    session.execute(update(OUTBOX).where(waiting).values(dict(values)))


def agent_state(session: Session) -> Row[tuple[object, ...]] | None:
    """Return where the conversation with the hub stands; None before the first call."""
    return session.execute(select(AGENT_STATE)).one_or_none()


def write_agent_state(session: Session, values: Mapping[str, object]) -> None:
    """Change some fields of the agent's state."""
    session.execute(update(AGENT_STATE).where(AGENT_STATE.c.id == ONE_ROW).values(dict(values)))
