"""Keeping facts: a value that a frozen roster already holds is never changed; its correction is a new revision."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Update, bindparam, delete, func, insert, select, update

from marke_ground.store.engine import Session
from marke_node.store.vault import FACTS, ROSTERS


class Origin(StrEnum):
    """Where a fact comes from."""

    READINGS = "readings"
    SURVEY = "survey"
    REGISTRATION = "registration"
    YEARLY_TOTAL = "yearly_total"
    COMPUTED = "computed"


BY_HAND = frozenset({Origin.SURVEY, Origin.REGISTRATION, Origin.YEARLY_TOTAL})
"""What somebody wrote down; only somebody replaces it."""


@dataclass(frozen=True)
class Fact:
    """One value of one household (by key), in whole steps of the variable."""

    household: int
    value: int = field(repr=False)
    coverage: int | None = None
    """Permille of the expected days that were present; None when that is no matter."""
    quality: int = 0


@dataclass(frozen=True)
class Known:
    """A fact as it stands in the database."""

    revision: int
    value: int = field(repr=False)
    coverage: int | None
    quality: int
    origin: Origin

    def same_as(self, fact: Fact) -> bool:
        """Say whether a fact would change nothing."""
        return (self.value, self.coverage, self.quality) == (fact.value, fact.coverage, fact.quality)


@dataclass(frozen=True)
class FactKind:
    """What a heap of facts is about and how they were made."""

    variable: str
    period: str
    origin: Origin
    method: str


@dataclass(frozen=True)
class FactsKept:
    """What became of some facts."""

    added: int = 0
    unchanged: int = 0
    changed: int = 0

    def __add__(self, other: "FactsKept") -> "FactsKept":
        return FactsKept(self.added + other.added, self.unchanged + other.unchanged, self.changed + other.changed)


def keep_facts(session: Session, facts: Sequence[Fact], *, kind: FactKind, now: datetime) -> FactsKept:
    """Keep the facts of one variable and period; one that is equal to what is known changes nothing.

    What somebody wrote down by hand is not replaced by what is derived.
    """
    known = latest_facts(session, variable=kind.variable, period=kind.period)
    if kind.origin not in BY_HAND:
        facts = [fact for fact in facts if _is_replaceable(known.get(fact.household))]
    revision = open_revision(session, variable=kind.variable, period=kind.period)
    added, changed, unchanged = [], [], 0
    for fact in facts:
        before = known.get(fact.household)
        if before is not None and before.same_as(fact):
            unchanged += 1
        elif before is not None and before.revision == revision:
            changed.append(_row(fact, kind, revision, now))
        else:
            added.append((before is not None, _row(fact, kind, revision, now)))
    if added:
        session.execute(insert(FACTS), [row for _, row in added])
    if changed:
        session.execute(_correction(kind, revision), [_bound(row) for row in changed])
    corrected = sum(is_correction for is_correction, _ in added)
    return FactsKept(added=len(added) - corrected, unchanged=unchanged, changed=len(changed) + corrected)


def latest_facts(session: Session, *, variable: str, period: str, up_to: int | None = None) -> dict[int, Known]:
    """Return per household (by key) the fact of the newest revision, or of the newest up to one."""
    columns = (FACTS.c.household, FACTS.c.revision, FACTS.c.value, FACTS.c.coverage, FACTS.c.quality, FACTS.c.origin)
    query = select(*columns).where(FACTS.c.variable == variable, FACTS.c.period == period)
    if up_to is not None:
        query = query.where(FACTS.c.revision <= up_to)
    rows = session.execute(query.order_by(FACTS.c.revision))
    return {
        household: Known(revision, value, coverage, quality, Origin(origin))
        for household, revision, value, coverage, quality, origin in rows
    }


def forget_derived(session: Session, *, kind: FactKind, known_now: Collection[int]) -> int:
    """Remove derived facts of the open revision whose household is not among those that can be derived any more."""
    revision = open_revision(session, variable=kind.variable, period=kind.period)
    gone = [
        household
        for household, fact in latest_facts(session, variable=kind.variable, period=kind.period).items()
        if fact.revision == revision and fact.origin not in BY_HAND and household not in known_now
    ]
    of_revision = (FACTS.c.variable == kind.variable, FACTS.c.period == kind.period, FACTS.c.revision == revision)
    for household in gone:
        session.execute(delete(FACTS).where(FACTS.c.household == household, *of_revision))
    return len(gone)


def open_revision(session: Session, *, variable: str, period: str) -> int:
    """Return the revision that facts are written under now: one more than the newest frozen roster's."""
    query = select(func.max(ROSTERS.c.revision)).where(ROSTERS.c.variable == variable, ROSTERS.c.period == period)
    return (session.execute(query).scalar() or 0) + 1


def _is_replaceable(known: Known | None) -> bool:
    return known is None or known.origin not in BY_HAND


def _row(fact: Fact, kind: FactKind, revision: int, now: datetime) -> dict[str, object]:
    return {
        "household": fact.household,
        "variable": kind.variable,
        "period": kind.period,
        "revision": revision,
        "value": fact.value,
        "coverage": fact.coverage,
        "quality": fact.quality,
        "origin": kind.origin.value,
        "method": kind.method,
        "recorded": now,
    }


_CORRECTED = ("value", "coverage", "quality", "origin", "method", "recorded")


def _correction(kind: FactKind, revision: int) -> Update:
    return (
        update(FACTS)
        .where(
            FACTS.c.household == bindparam("of_household"),
            FACTS.c.variable == kind.variable,
            FACTS.c.period == kind.period,
            FACTS.c.revision == revision,
        )
        .values({name: bindparam(f"new_{name}") for name in _CORRECTED})
    )


def _bound(row: dict[str, object]) -> dict[str, object]:
    return {"of_household": row["household"], **{f"new_{name}": row[name] for name in _CORRECTED}}
