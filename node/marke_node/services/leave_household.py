"""A household leaves: it is in no tally from then on. Its data stay until it is erased."""

from datetime import date, datetime

from sqlalchemy import update

from marke.vocabulary.actor import Actor
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.store.households import household_number
from marke_node.store.vault import HOUSEHOLDS, MEMBERS


def leave(session: Session, *, household: str, on: date, by: Actor, now: datetime) -> None:
    """Write down the day a household and everybody in it left; raises NotFoundError(HOUSEHOLD_UNKNOWN)."""
    number = household_number(session, household)
    session.execute(update(HOUSEHOLDS).where(HOUSEHOLDS.c.number == number).values(left_on=on))
    staying = (MEMBERS.c.household == number) & MEMBERS.c.left_on.is_(None)
    session.execute(update(MEMBERS).where(staying).values(left_on=on))
    audit.record(session, by=by, verb="leave_household", subject=household, now=now)
