"""From a checked question to the records it may use: the frozen roster, less whoever does not consent at this moment.

Consent is not frozen: it is applied each time a question is gathered, and an erased household is gone from every roster
at once. The rule itself is `marke.governance.consent.counts`; this module only brings it what it asks for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, Select, Text, bindparam, func, select, type_coerce

from marke.codebook.model import Clip, ConsentCategory, Purpose
from marke.governance.consent import Consent, Counts, Taking, counts
from marke.questions.check import CheckedQuestion
from marke.questions.grouping import bounds_of, leaf_of
from marke_ground.store.engine import Session
from marke_node.services.freeze_roster import codes_in, find_roster, frozen_roster, roster_now
from marke_node.services.give_consent import EVERY_ORDINARY
from marke_node.store.vault import CONSENTS, HOUSEHOLDS, MEMBERS, ROSTER_ROWS


@dataclass(frozen=True)
class Cohort:
    """The households a question may use, and how many dropped out on the way. The counts never leave the collective."""

    records: Sequence[tuple[str, int]] = field(repr=False)
    """(leaf, value in steps within the household's own bounds): at most one per household."""
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


def gather(session: Session, *, checked: CheckedQuestion, now: datetime) -> Cohort:
    """Gather the records of a question: one pass, at most one row per household, ordered by the key of the household.

    The first time a (variable, period, revision) is asked its roster is frozen, so this needs a transaction that may
    write.
    """
    question = checked.question
    roster, size = frozen_roster(session, bundle=question.bundle, codebook=question.codebook, now=now)
    return _cohort(session, checked, session.execute(_ROSTER, {"roster": roster}).all(), size, now)


def foresee(session: Session, *, checked: CheckedQuestion, now: datetime) -> Cohort:
    """Gather the records as they would be if the question were answered now; freezes nothing and writes nothing."""
    bundle = checked.question.bundle
    found = find_roster(session, bundle=bundle)
    if found is not None:
        return _cohort(session, checked, session.execute(_ROSTER, {"roster": found[0]}).all(), found[1], now)
    rows = [(number, "", codes, value) for number, codes, value in roster_now(session, bundle=bundle)]
    return _cohort(session, checked, rows, len(rows), now)


def _cohort(
    session: Session,
    checked: CheckedQuestion,
    rows: Iterable[Row[int, str, str, int] | tuple[int, str, str, int | None]],
    size: int,
    now: datetime,
) -> Cohort:
    takes_part = _households_taking_part(session, checked, now)
    grouping = _Grouping(checked)
    records: list[tuple[str, int]] = []
    households: list[str] = []
    consenting = with_fact = 0
    for number, household, codes, value in rows:
        if number not in takes_part:
            continue
        consenting += 1
        if value is None:
            continue
        with_fact += 1
        placed = grouping.place(codes)
        if placed is not None:
            leaf, bounds = placed
            records.append((leaf, min(max(value, bounds.low), bounds.high)))
            households.append(household)
    return Cohort(records, households, size, consenting, with_fact, with_fact - len(records))


_ROSTER = (
    select(ROSTER_ROWS.c.household, HOUSEHOLDS.c.id, ROSTER_ROWS.c.codes, ROSTER_ROWS.c.value)
    .join(HOUSEHOLDS, HOUSEHOLDS.c.number == ROSTER_ROWS.c.household)
    .where(ROSTER_ROWS.c.roster == bindparam("roster"), HOUSEHOLDS.c.left_on.is_(None))
    .order_by(ROSTER_ROWS.c.household)
)


class _Grouping:
    """Leaves and bounds by codes as written: a collective has few different combinations, each looked up once."""

    def __init__(self, checked: CheckedQuestion) -> None:
        self._checked = checked
        self._known: dict[str, tuple[str, Clip] | None] = {}

    def place(self, codes: str) -> tuple[str, Clip] | None:
        """Return the leaf of a household, and the bounds of its value, from its codes as the roster has them."""
        try:
            return self._known[codes]
        except KeyError:
            read = codes_in(codes)
            leaf = leaf_of(self._checked, read)
            found = self._known[codes] = None if leaf is None else (leaf, bounds_of(self._checked, read))
            return found


def _households_taking_part(session: Session, checked: CheckedQuestion, now: datetime) -> frozenset[int]:
    purpose, categories = checked.question.purpose, checked.consents_needed
    decided: dict[str, Taking] = {}
    taking: set[int] = set()
    for household, written in session.execute(_CONSENTS_WRITTEN, {"purpose": purpose.value}).all():
        if written not in decided:
            consents = [[_consent(one, purpose) for one in adult.split()] for adult in written.split(_ADULT)]
            decided[written] = counts(consents, purpose=purpose, categories=categories, now=now)
        if isinstance(decided[written], Counts):
            taking.add(household)
    return frozenset(taking)


_ADULT, _PART, _NEVER = ";", ",", "-"


def _consents_written() -> Select[int, str]:
    """Write per household what its adults consented to, as one text, so that equal households are judged once.

    Adults are parted by semicolons and are empty when they answered nothing, so nobody is left out for that; a consent
    is heap, given, withdrawn and expires. The rule does not depend on the order of adults or consents.
    """
    instants = (CONSENTS.c.given, CONSENTS.c.withdrawn, CONSENTS.c.expires)
    texts = [func.coalesce(type_coerce(one, Text), _NEVER) for one in instants]
    consent = CONSENTS.c.category + _PART + texts[0] + _PART + texts[1] + _PART + texts[2]
    adult = (
        select(MEMBERS.c.household, func.coalesce(func.aggregate_strings(consent, " "), "").label("written"))
        .outerjoin(CONSENTS, (CONSENTS.c.member == MEMBERS.c.number) & (CONSENTS.c.purpose == bindparam("purpose")))
        .where(MEMBERS.c.adult == 1, MEMBERS.c.left_on.is_(None))
        .group_by(MEMBERS.c.household, MEMBERS.c.number)
        .subquery()
    )
    return select(adult.c.household, func.aggregate_strings(adult.c.written, _ADULT)).group_by(adult.c.household)


_CONSENTS_WRITTEN = _consents_written()


def _consent(written: str, purpose: Purpose) -> Consent:
    category, given, withdrawn, expires = written.split(_PART)
    return Consent(
        purpose=purpose,
        category=None if category == EVERY_ORDINARY else ConsentCategory(category),
        given=datetime.fromisoformat(given),
        withdrawn=None if withdrawn == _NEVER else datetime.fromisoformat(withdrawn),
        expires=None if expires == _NEVER else datetime.fromisoformat(expires),
    )
