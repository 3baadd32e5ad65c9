"""A household leaves: it is in no tally from then on. Its data stay until it is erased."""

from datetime import date, datetime

from sqlalchemy import select, update

from marke.errors import BadInputError
from marke.reasons import Reason
from marke.vocabulary.actor import Actor
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.services.check_people import refuse_future
from marke_node.store.households import household_number
from marke_node.store.vault import HOUSEHOLDS, MEMBERS


def leave(session: Session, *, household: str, on: date, by: Actor, now: datetime) -> None:
    """Write down the day a household and everybody in it left.

    Raises NotFoundError(HOUSEHOLD_UNKNOWN) and BadInputError: DAY_IN_FUTURE, LEFT_BEFORE_JOINED.
    """
    number = household_number(session, household)
    refuse_future(on, now=now)
    staying = (MEMBERS.c.household == number) & MEMBERS.c.left_on.is_(None)
    homes = select(HOUSEHOLDS.c.joined).where(HOUSEHOLDS.c.number == number)
    joined = max(session.execute(homes.union_all(select(MEMBERS.c.joined).where(staying))).scalars())
    if on < joined:
        raise BadInputError(Reason.LEFT_BEFORE_JOINED, day=on.isoformat(), joined=joined.isoformat())
    session.execute(update(HOUSEHOLDS).where(HOUSEHOLDS.c.number == number).values(left_on=on))
    session.execute(update(MEMBERS).where(staying).values(left_on=on))
    audit.record(session, by=by, verb="leave_household", subject=household, now=now)
