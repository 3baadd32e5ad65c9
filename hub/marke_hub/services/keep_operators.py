"""The consortium's own people and programs at this hub: the only persons in its tables, by a label, not by a name."""

from datetime import datetime
from typing import Final

from sqlalchemy import insert, select

from marke.vocabulary.actor import Actor
from marke.vocabulary.ids import new_id
from marke_ground.store.audit import record
from marke_ground.store.engine import Session
from marke_hub.store.hub_key import Chance
from marke_hub.store.trust import OPERATORS

_ID_BYTES: Final = 10


def operator_named(session: Session, *, label: str, chance: Chance, by: Actor, now: datetime) -> str:
    """Return the id of the operator with this label, adding a new one when nobody has it."""
    query = select(OPERATORS.c.operator_id).where(OPERATORS.c.label == label, OPERATORS.c.removed.is_(None))
    known: str | None = session.execute(query).scalar()
    if known is not None:
        return known
    operator = new_id("opr", chance(_ID_BYTES))
    session.execute(insert(OPERATORS).values(operator_id=operator, label=label[:80], kind="operator", added=now))
    record(session, by=by, verb="add_operator", subject=operator, now=now)
    return operator
