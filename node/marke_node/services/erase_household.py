"""A household is erased: people, consents, facts, readings and its places in frozen rosters, at once and for good."""

from datetime import datetime

from sqlalchemy import delete

from marke.vocabulary.actor import Actor
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.store.households import household_number
from marke_node.store.vault import HOUSEHOLDS


def erase(session: Session, *, household: str, by: Actor, now: datetime) -> None:
    """Erase everything about a household; the audit keeps its pseudonym only.

    What was sent before is not called back (decisions 15). Raises NotFoundError(HOUSEHOLD_UNKNOWN).
    """
    number = household_number(session, household)
    session.execute(delete(HOUSEHOLDS).where(HOUSEHOLDS.c.number == number))  # the rest goes by ON DELETE CASCADE
    audit.record(session, by=by, verb="erase_household", subject=household, now=now)
