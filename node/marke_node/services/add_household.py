"""A household joins the collective, with how it is classified."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import insert

from marke.codebook.model import Codebook
from marke.errors import BadInputError
from marke.reasons import Reason
from marke.vocabulary.actor import Actor
from marke.vocabulary.ids import new_id
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.services.check_people import refuse_future
from marke_node.store.households import household_numbers
from marke_node.store.vault import HOUSEHOLD_CODES, HOUSEHOLDS


@dataclass(frozen=True)
class NewHousehold:
    """A household to be: the day it joins, and its codes (category of the codebook -> code) as far as known."""

    joined: date
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)


def add(session: Session, *, household: NewHousehold, codebook: Codebook, by: Actor, now: datetime) -> str:
    """Add one household and return its id; raises as `add_many` does."""
    return add_many(session, households=(household,), codebook=codebook, by=by, now=now)[0]


def add_many(
    session: Session, *, households: Sequence[NewHousehold], codebook: Codebook, by: Actor, now: datetime
) -> tuple[str, ...]:
    """Add households and return their ids, in order.

    Raises BadInputError: UNKNOWN_CATEGORY or UNKNOWN_CODE when a code is not in the codebook, DAY_IN_FUTURE; then
    nobody is added.
    """
    if not households:
        return ()
    for household in households:
        check_codes(household.codes, codebook)
        refuse_future(household.joined, now=now)
    ids = tuple(new_id("hh", secrets.token_bytes(10)) for _ in households)
    session.execute(
        insert(HOUSEHOLDS), [{"id": id_, "joined": new.joined} for id_, new in zip(ids, households, strict=True)]
    )
    numbers = household_numbers(session, ids)
    codes = [
        {"household": numbers[id_], "category": category, "code": code, "recorded": now}
        for id_, new in zip(ids, households, strict=True)
        for category, code in sorted(new.codes.items())
    ]
    if codes:
        session.execute(insert(HOUSEHOLD_CODES), codes)
    subject = ids[0] if len(ids) == 1 else "households"
    audit.record(session, by=by, verb="add_household", subject=subject, now=now, details={"households": len(ids)})
    return ids


def check_codes(codes: Mapping[str, str], codebook: Codebook) -> None:
    """Check codes against the codebook; raises BadInputError(UNKNOWN_CATEGORY, UNKNOWN_CODE)."""
    for category, code in codes.items():
        if code not in {entry.code for entry in codebook.category(category).codes}:
            raise BadInputError(Reason.UNKNOWN_CODE, category=category, codebook=codebook.version)
