"""A fact that no meter measures is written down: an answer to a survey, a registration, a yearly total from a bill."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from marke.codebook.model import Codebook, Subject, Variable
from marke.errors import BadInputError
from marke.reasons import Reason
from marke.vocabulary.actor import Actor
from marke.vocabulary.periods import Period
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.store.facts import Fact, FactKind, FactsKept, Origin, keep_facts
from marke_node.store.households import household_numbers

WIDEST = 100
"""How many times the widest clip bound a value may be before it is refused as a mistake of units."""

METHOD = "as_given/1"


@dataclass(frozen=True)
class DirectFact:
    """A value for one household, in whole steps of the variable (10^-decimals of its unit)."""

    household: str
    value: int = field(repr=False)


@dataclass(frozen=True)
class FactSheet:
    """Values of one variable in one closed period, from one kind of source."""

    variable: str
    period: str
    origin: Origin
    facts: Sequence[DirectFact] = field(repr=False)


def record(session: Session, *, sheet: FactSheet, codebook: Codebook, by: Actor, now: datetime) -> FactsKept:
    """Keep the facts of a sheet and return how many were new, the same, or corrections.

    Raises NotFoundError(HOUSEHOLD_UNKNOWN), and BadInputError UNKNOWN_VARIABLE, FACT_PERIOD (not over, or of a length
    that the variable does not have) or VALUE_OUTSIDE_BOUNDS. Then nothing is kept.
    """
    variable = codebook.variable(sheet.variable)
    period = check_period(variable, sheet.period, now)
    limit = WIDEST * max(abs(variable.clip.low), abs(variable.clip.high), 1)
    if any(abs(fact.value) > limit for fact in sheet.facts):
        raise BadInputError(Reason.VALUE_OUTSIDE_BOUNDS, variable=variable.id, unit=variable.unit.value)
    numbers = household_numbers(session, [fact.household for fact in sheet.facts])
    kept = keep_facts(
        session,
        [Fact(household=numbers[fact.household], value=fact.value) for fact in sheet.facts],
        kind=FactKind(variable.id, str(period), sheet.origin, METHOD),
        now=now,
    )
    details = {"period": str(period), "origin": sheet.origin.value, "added": kept.added, "changed": kept.changed}
    audit.record(session, by=by, verb="record_fact", subject=variable.id, now=now, details=details)
    return kept


def check_period(variable: Variable, text: str, now: datetime) -> Period:
    """Return the period when the variable has that length and it is over; raises BadInputError(FACT_PERIOD)."""
    period = Period.parse(text)
    is_known = period.granularity.value in variable.granularities and variable.subject is Subject.HOUSEHOLD
    if not is_known or period.after > now.date():
        raise BadInputError(Reason.FACT_PERIOD, period=str(period))
    return period
