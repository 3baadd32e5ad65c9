"""Keeping facts: a value that a frozen roster already holds is never changed; its correction is a new revision."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Update, bindparam, func, insert, select, update

from marke_ground.store.engine import Session
from marke_node.store.vault import FACTS, ROSTERS


class Origin(StrEnum):
    """Where a fact comes from."""

    READINGS = "readings"
    SURVEY = "survey"
    REGISTRATION = "registration"
    YEARLY_TOTAL = "yearly_total"
    COMPUTED = "computed"


@dataclass(frozen=True)
class Fact:
    """One value of one household (by key), in whole steps of the variable."""

    household: int
    value: int = field(repr=False)
    coverage: int | None = None
    """Permille of the expected days that were present; None when that is no matter."""
    quality: int = 0


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
    """Keep the facts of one variable and period; one that is equal to what is known changes nothing."""
    known = latest_facts(session, variable=kind.variable, period=kind.period)
    revision = open_revision(session, variable=kind.variable, period=kind.period)
    added, changed, unchanged = [], [], 0
    for fact in facts:
        before = known.get(fact.household)
        if before is not None and before[1:] == (fact.value, fact.coverage, fact.quality):
            unchanged += 1
        elif before is not None and before[0] == revision:
            changed.append(_row(fact, kind, revision, now))
        else:
            added.append((before is not None, _row(fact, kind, revision, now)))
    if added:
        session.execute(insert(FACTS), [row for _, row in added])
    if changed:
        session.execute(_correction(kind, revision), [_bound(row) for row in changed])
    corrected = sum(is_correction for is_correction, _ in added)
    return FactsKept(added=len(added) - corrected, unchanged=unchanged, changed=len(changed) + corrected)


def latest_facts(
    session: Session, *, variable: str, period: str, up_to: int | None = None
) -> dict[int, tuple[int, int, int | None, int]]:
    """Return household -> (revision, value, coverage, quality) of the newest revision, or the newest up to one."""
    query = select(FACTS.c.household, FACTS.c.revision, FACTS.c.value, FACTS.c.coverage, FACTS.c.quality).where(
        FACTS.c.variable == variable, FACTS.c.period == period
    )
    if up_to is not None:
        query = query.where(FACTS.c.revision <= up_to)
    rows = session.execute(query.order_by(FACTS.c.revision))
    return {row.household: (row.revision, row.value, row.coverage, row.quality) for row in rows}


def open_revision(session: Session, *, variable: str, period: str) -> int:
    """Return the revision that facts are written under now: one more than the newest frozen roster's."""
    query = select(func.max(ROSTERS.c.revision)).where(ROSTERS.c.variable == variable, ROSTERS.c.period == period)
    return (session.execute(query).scalar() or 0) + 1


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
