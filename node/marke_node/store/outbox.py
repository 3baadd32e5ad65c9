"""Rows of the outbox and of the agent's state. No rule lives here; the services and the agent decide."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Row, bindparam, func, insert, select, update

from marke_ground.store.engine import Session
from marke_node.store.federation import AGENT_STATE, ONE_ROW, OUTBOX

OutboxRow = Row[tuple[object, ...]]

# statements an agent uses many times for every question are made once
_IS_WAITING = OUTBOX.c.state == "waiting"
_ADD = insert(OUTBOX)
_DROP = update(OUTBOX).where(OUTBOX.c.round_id == bindparam("of_round"), _IS_WAITING).values(state="dropped")
_DUE = (
    select(OUTBOX)
    .where(_IS_WAITING, OUTBOX.c.next_try <= bindparam("now"))
    .order_by(OUTBOX.c.made, OUTBOX.c.kind.desc(), OUTBOX.c.content_hash)
)
_NEXT_DUE = select(OUTBOX.c.next_try).where(_IS_WAITING).order_by(OUTBOX.c.next_try).limit(1)
_FIND = select(OUTBOX).where(OUTBOX.c.content_hash == bindparam("of"))
_CHANGE = update(OUTBOX).where(OUTBOX.c.content_hash == bindparam("of"), _IS_WAITING)
_AGENT_STATE = select(AGENT_STATE)
_WRITE_AGENT_STATE = update(AGENT_STATE).where(AGENT_STATE.c.id == ONE_ROW)


def add(session: Session, *, kind: str, round_id: str, content_hash: str, envelope: str, now: datetime) -> None:
    """Lay a signed message in the outbox, to be sent as soon as possible."""
    row = {"content_hash": content_hash, "kind": kind, "round_id": round_id, "envelope": envelope, "made": now}
    session.execute(_ADD, row | {"state": "waiting", "attempts": 0, "next_try": now, "wait_s": 0})


def drop_waiting(session: Session, *, round_id: str) -> int:
    """Take what is waiting for a round out of the outbox, because something newer or the end overtook it."""
    return session.execute(_DROP, {"of_round": round_id}).rowcount


def due(session: Session, *, now: datetime) -> list[OutboxRow]:
    """Return what should be sent now, in the order it was signed."""
    return list(session.execute(_DUE, {"now": now}))


def next_due(session: Session) -> datetime | None:
    """Return the first moment at which something should be sent, or None when nothing waits."""
    found: datetime | None = session.execute(_NEXT_DUE).scalar_one_or_none()
    return found


def count_waiting(session: Session) -> int:
    """Return how many signed messages wait for the hub."""
    query = select(func.count()).select_from(OUTBOX).where(_IS_WAITING)
    return int(session.execute(query).scalar_one())


def find(session: Session, content_hash: str) -> OutboxRow | None:
    """Return one message of the outbox, or None."""
    return session.execute(_FIND, {"of": content_hash}).one_or_none()


def change(session: Session, content_hash: str, values: Mapping[str, object]) -> None:
    """Change the standing of one message that is still waiting."""
    session.execute(_CHANGE, {"of": content_hash, **values})


def agent_state(session: Session) -> Row[tuple[object, ...]] | None:
    """Return where the conversation with the hub stands; None before the first call."""
    return session.execute(_AGENT_STATE).one_or_none()


def write_agent_state(session: Session, values: Mapping[str, object]) -> None:
    """Change some fields of the agent's state."""
    session.execute(_WRITE_AGENT_STATE, dict(values))
