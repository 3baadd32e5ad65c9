"""Looking up households and members by their ids: the only keys the outside has."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from marke.errors import NotFoundError
from marke.reasons import Reason
from marke_ground.store.engine import Session
from marke_node.store.vault import CONSENTS, HOUSEHOLDS, MEMBERS

_AT_ONCE = 500
"""Ids in one question to the database; both databases limit the number of values."""


def household_number(session: Session, household: str) -> int:
    """Return the key of a household that has not left; raises NotFoundError(HOUSEHOLD_UNKNOWN)."""
    return household_numbers(session, (household,))[household]


def household_numbers(session: Session, households: Collection[str]) -> Mapping[str, int]:
    """Return the keys of households that have not left; raises NotFoundError(HOUSEHOLD_UNKNOWN) for the first other."""
    found: dict[str, int] = {}
    wanted = list(dict.fromkeys(households))
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(HOUSEHOLDS.c.id, HOUSEHOLDS.c.number).where(
            HOUSEHOLDS.c.id.in_(wanted[start : start + _AT_ONCE]), HOUSEHOLDS.c.left_on.is_(None)
        )
        found.update((row.id, row.number) for row in session.execute(query))
    for household in wanted:
        if household not in found:
            raise NotFoundError(Reason.HOUSEHOLD_UNKNOWN, household=household[:19])
    return found


def household_ids(session: Session) -> Mapping[int, str]:
    """Return the ids of all households that have not left, by key."""
    query = select(HOUSEHOLDS.c.number, HOUSEHOLDS.c.id).where(HOUSEHOLDS.c.left_on.is_(None))
    return {row.number: row.id for row in session.execute(query.order_by(HOUSEHOLDS.c.number))}


def member_numbers(session: Session, members: Collection[str]) -> Mapping[str, int]:
    """Return the keys of members that have not left; raises NotFoundError(MEMBER_UNKNOWN) naming the first other."""
    found: dict[str, int] = {}
    wanted = list(dict.fromkeys(members))
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(MEMBERS.c.id, MEMBERS.c.number).where(
            MEMBERS.c.id.in_(wanted[start : start + _AT_ONCE]), MEMBERS.c.left_on.is_(None)
        )
        found.update((row.id, row.number) for row in session.execute(query))
    for member in wanted:
        if member not in found:
            raise NotFoundError(Reason.MEMBER_UNKNOWN, member=member[:20])
    return found


def count_people(session: Session, purpose: str) -> tuple[int, int, int]:
    """Return how many households and adults there are, and how many adults have a yes in force for a purpose."""
    households = select(func.count()).select_from(HOUSEHOLDS).where(HOUSEHOLDS.c.left_on.is_(None))
    adult = (MEMBERS.c.adult == 1) & MEMBERS.c.left_on.is_(None)
    adults = select(func.count()).select_from(MEMBERS).where(adult)
    yes = (
        select(func.count(MEMBERS.c.number.distinct()))
        .join(CONSENTS, CONSENTS.c.member == MEMBERS.c.number)
        .where(adult, CONSENTS.c.purpose == purpose, CONSENTS.c.withdrawn.is_(None))
    )
    found = [int(session.execute(query).scalar_one()) for query in (households, adults, yes)]
    return found[0], found[1], found[2]
