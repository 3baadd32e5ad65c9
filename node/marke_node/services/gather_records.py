"""From a checked question to the records it may use: the frozen roster, less whoever does not consent at this moment.

Consent is not frozen: it is applied each time a question is gathered, and an erased household is gone from every roster
at once. The rule itself is `marke.governance.consent.counts`; this module only brings it what it asks for.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Text, bindparam, select, type_coerce

from marke.codebook.model import ConsentCategory, Purpose
from marke.governance.consent import Consent, Counts, Taking, counts
from marke.questions.check import CheckedQuestion
from marke.questions.grouping import leaf_of
from marke_ground.store.engine import Session
from marke_node.services.freeze_roster import frozen_roster
from marke_node.services.give_consent import EVERY_ORDINARY
from marke_node.store.vault import CONSENTS, HOUSEHOLDS, MEMBERS, ROSTER_ROWS


@dataclass(frozen=True)
class Cohort:
    """The households a question may use, and how many dropped out on the way. The counts never leave the collective."""

    records: Sequence[tuple[str, int]] = field(repr=False)
    """(leaf, value in steps): at most one per household."""
    households: Sequence[str] = field(repr=False)
    """Ids of the same households, in the same order."""
    roster_size: int
    """Households when the roster was frozen."""
    consenting: int
    """Households of it that are still here and whose every adult consents now."""
    with_fact: int
    """Consenting households of which the fact is known."""
    unclassified: int
    """Of those, households without a code that the question groups by: they are in no group."""


_Written: TypeAlias = tuple[str, str, str | None, str | None]
"""A consent as written down: heap, given, withdrawn, expires."""


def gather(session: Session, *, checked: CheckedQuestion, now: datetime) -> Cohort:
    """Gather the records of a question: one pass, at most one row per household, ordered by the key of the household.

    The first time a (variable, period, revision) is asked its roster is frozen, so this needs a transaction that may
    write.
    """
    question = checked.question
    roster, size = frozen_roster(session, bundle=question.bundle, codebook=question.codebook, now=now)
    takes_part = _households_taking_part(session, checked, now)
    grouping = _Grouping(checked)
    records: list[tuple[str, int]] = []
    households: list[str] = []
    consenting = with_fact = 0
    for number, household, codes, value in session.execute(_ROSTER, {"roster": roster}).all():
        if number not in takes_part:
            continue
        consenting += 1
        if value is None:
            continue
        with_fact += 1
        leaf = grouping.leaf(codes)
        if leaf is not None:
            records.append((leaf, value))
            households.append(household)
    return Cohort(records, households, size, consenting, with_fact, with_fact - len(records))


_ROSTER = (
    select(ROSTER_ROWS.c.household, HOUSEHOLDS.c.id, ROSTER_ROWS.c.codes, ROSTER_ROWS.c.value)
    .join(HOUSEHOLDS, HOUSEHOLDS.c.number == ROSTER_ROWS.c.household)
    .where(ROSTER_ROWS.c.roster == bindparam("roster"), HOUSEHOLDS.c.left_on.is_(None))
    .order_by(ROSTER_ROWS.c.household)
)


class _Grouping:
    """Leaves by codes as written: a collective has few different combinations, each looked up once."""

    def __init__(self, checked: CheckedQuestion) -> None:
        self._checked = checked
        self._known: dict[str, str | None] = {}

    def leaf(self, codes: str) -> str | None:
        """Return the leaf of a household from its codes as canonical JSON."""
        try:
            return self._known[codes]
        except KeyError:
            found = self._known[codes] = leaf_of(self._checked, json.loads(codes))
            return found


def _households_taking_part(session: Session, checked: CheckedQuestion, now: datetime) -> frozenset[int]:
    purpose, categories = checked.question.purpose, checked.consents_needed
    decided: dict[tuple[tuple[_Written, ...], ...], Taking] = {}
    taking: set[int] = set()
    for household, adults in _adults(session, purpose):
        if adults not in decided:
            consents = [[_consent(written, purpose) for written in adult] for adult in adults]
            decided[adults] = counts(consents, purpose=purpose, categories=categories, now=now)
        if isinstance(decided[adults], Counts):
            taking.add(household)
    return frozenset(taking)


_ADULTS = (
    select(
        MEMBERS.c.household,
        MEMBERS.c.number,
        CONSENTS.c.category,
        type_coerce(CONSENTS.c.given, Text),
        type_coerce(CONSENTS.c.withdrawn, Text),
        type_coerce(CONSENTS.c.expires, Text),
    )
    .outerjoin(CONSENTS, (CONSENTS.c.member == MEMBERS.c.number) & (CONSENTS.c.purpose == bindparam("purpose")))
    .where(MEMBERS.c.adult == 1, MEMBERS.c.left_on.is_(None))
    .order_by(MEMBERS.c.household, MEMBERS.c.number)
)


def _adults(session: Session, purpose: Purpose) -> Iterator[tuple[int, tuple[tuple[_Written, ...], ...]]]:
    """Yield household by household what each adult has consented to; nobody is left out for having answered nothing."""
    household: int | None = None
    adults: dict[int, list[_Written]] = {}
    for of_household, member, *written in session.execute(_ADULTS, {"purpose": purpose.value}).all():
        if of_household != household:
            if household is not None:
                yield household, tuple(tuple(adult) for adult in adults.values())
            household, adults = of_household, {}
        held = adults.setdefault(member, [])
        if written[0] is not None:
            held.append((written[0], written[1], written[2], written[3]))
    if household is not None:
        yield household, tuple(tuple(adult) for adult in adults.values())


def _consent(written: _Written, purpose: Purpose) -> Consent:
    category, given, withdrawn, expires = written
    return Consent(
        purpose=purpose,
        category=None if category == EVERY_ORDINARY else ConsentCategory(category),
        given=datetime.fromisoformat(given),
        withdrawn=datetime.fromisoformat(withdrawn) if withdrawn else None,
        expires=datetime.fromisoformat(expires) if expires else None,
    )
