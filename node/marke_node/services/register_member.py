"""A person joins the collective, in a household. Names go in here and come out in the members' list only."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import insert, select

from marke.errors import ConflictError
from marke.reasons import Reason
from marke.vocabulary.actor import Actor
from marke.vocabulary.ids import new_id
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.services.check_people import clean_texts, plain_name, refuse_future
from marke_node.store.households import household_numbers
from marke_node.store.vault import MEMBERS

_AT_ONCE = 500
_TEXTS = ("name", "email", "telephone", "address", "postcode", "town")


@dataclass(frozen=True)
class NewMember:
    """A person to be registered. Nothing of it is ever printed."""

    household: str
    name: str = field(repr=False)
    joined: date
    adult: bool = True
    email: str | None = field(default=None, repr=False)
    telephone: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    postcode: str | None = field(default=None, repr=False)
    town: str | None = field(default=None, repr=False)
    relation_number: str | None = field(default=None, repr=False)
    """The number in the collective's own administration; unique where it is given."""


def register(session: Session, *, member: NewMember, by: Actor, now: datetime) -> str:
    """Register one person and return the member's id; raises as `register_many` does."""
    return register_many(session, members=(member,), by=by, now=now)[0]


def register_many(session: Session, *, members: Sequence[NewMember], by: Actor, now: datetime) -> tuple[str, ...]:
    """Register people and return their ids, in order.

    Raises BadInputError for a text or a day that cannot be (`clean_texts`, DAY_IN_FUTURE), NotFoundError
    (HOUSEHOLD_UNKNOWN), and ConflictError: MEMBER_KNOWN with the id of the member who already has a relation number,
    NAME_TWICE when a household would have two people of one name (both would have to consent). Then nobody is
    registered.
    """
    if not members:
        return ()
    members = [_cleaned(member, now) for member in members]
    _refuse_known(session, [member.relation_number for member in members if member.relation_number is not None])
    numbers = household_numbers(session, [member.household for member in members])
    _refuse_twice(session, members, numbers)
    ids = tuple(new_id("mem", secrets.token_bytes(10)) for _ in members)
    rows = [
        {
            "id": id_,
            "household": numbers[member.household],
            "adult": int(member.adult),
            "name": member.name,
            "email": member.email,
            "telephone": member.telephone,
            "address": member.address,
            "postcode": member.postcode,
            "town": member.town,
            "relation_number": member.relation_number,
            "joined": member.joined,
        }
        for id_, member in zip(ids, members, strict=True)
    ]
    session.execute(insert(MEMBERS), rows)
    subject = ids[0] if len(ids) == 1 else "members"
    audit.record(session, by=by, verb="register_member", subject=subject, now=now, details={"members": len(ids)})
    return ids


def _cleaned(member: NewMember, now: datetime) -> NewMember:
    refuse_future(member.joined, now=now)
    texts = clean_texts({what: getattr(member, what) for what in _TEXTS})
    return replace(
        member,
        name=texts["name"] or "",
        email=texts["email"],
        telephone=texts["telephone"],
        address=texts["address"],
        postcode=texts["postcode"],
        town=texts["town"],
    )


def known_relation_numbers(session: Session, relation_numbers: Sequence[str]) -> dict[str, str]:
    """Return which of some relation numbers are already taken: number -> id of the member."""
    found: dict[str, str] = {}
    for start in range(0, len(relation_numbers), _AT_ONCE):
        part = relation_numbers[start : start + _AT_ONCE]
        query = select(MEMBERS.c.relation_number, MEMBERS.c.id).where(MEMBERS.c.relation_number.in_(part))
        found.update((row.relation_number, row.id) for row in session.execute(query))
    return found


def names_in(session: Session, households: Sequence[int]) -> set[tuple[int, str]]:
    """Return who is in some households, as (key of the household, name to compare); never to be shown."""
    found: set[tuple[int, str]] = set()
    wanted = sorted(set(households))
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(MEMBERS.c.household, MEMBERS.c.name).where(
            MEMBERS.c.household.in_(wanted[start : start + _AT_ONCE]), MEMBERS.c.left_on.is_(None)
        )
        found.update((row.household, plain_name(row.name)) for row in session.execute(query))
    return found


def _refuse_twice(session: Session, members: Sequence[NewMember], numbers: Mapping[str, int]) -> None:
    new = [(numbers[member.household], plain_name(member.name)) for member in members]
    if len(set(new)) != len(new) or names_in(session, [household for household, _ in new]) & set(new):
        raise ConflictError(Reason.NAME_TWICE)


def _refuse_known(session: Session, relation_numbers: list[str]) -> None:
    for member in known_relation_numbers(session, relation_numbers).values():
        raise ConflictError(Reason.MEMBER_KNOWN, member=member)
    if any(times > 1 for times in Counter(relation_numbers).values()):
        raise ConflictError(Reason.MEMBER_KNOWN, member="?")
