"""From daily use to facts of a period, and to what follows from those. Below the coverage rule a fact is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from marke.canonical import Json
from marke.codebook.model import Codebook, Variable
from marke.errors import BadInputError
from marke.governance.coverage import coverage, is_enough_for_a_period
from marke.reasons import Reason
from marke.vocabulary.actor import Actor
from marke.vocabulary.periods import Period
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.readings.model import Quantity
from marke_node.readings.sums import household_sums, qualities
from marke_node.services.compute_facts import COMPUTED, compute
from marke_node.store.facts import Fact, FactKind, FactsKept, Origin, forget_derived, keep_facts

METHOD = "period_sum/1"
"""Sum of daily use; not scaled up for missing days."""

SMALLEST_UNITS = 1000
"""Watt-hours in a kilowatt-hour; cubic decimetres in a cubic metre."""

_FROM_READINGS = {
    "energy.gas_use": Quantity.GAS,
    "energy.electricity_delivered": Quantity.ELECTRICITY_DELIVERED,
    "energy.electricity_fed_in": Quantity.ELECTRICITY_FED_IN,
    "energy.solar_production": Quantity.SOLAR,
}

DERIVED = (*_FROM_READINGS, *COMPUTED)
"""Every variable that can be worked out."""


@dataclass(frozen=True)
class FactsReport:
    """What was derived per variable, and of how many homes the readings were too incomplete."""

    kept: Mapping[str, FactsKept] = field(default_factory=dict)
    incomplete: Mapping[str, int] = field(default_factory=dict)


def derive(
    session: Session,
    *,
    codebook: Codebook,
    period: str,
    by: Actor,
    now: datetime,
    progress: Callable[[int], None] = lambda _done: None,
) -> FactsReport:
    """Derive every fact of a period that readings and other facts allow; doing it again changes nothing.

    `progress` is told of every variable that is done.

    Raises BadInputError(FACT_PERIOD) for a period that is not over.
    """
    found = Period.parse(period)
    if found.after > now.date():
        raise BadInputError(Reason.FACT_PERIOD, period=str(found))
    kept: dict[str, FactsKept] = {}
    incomplete: dict[str, int] = {}
    asked = _of_period(codebook, found)
    for variable in (asked[name] for name in _FROM_READINGS if name in asked):
        kept[variable.id], incomplete[variable.id] = _from_readings(session, variable, found, now)
        progress(1)
    for variable in (asked[name] for name in COMPUTED if name in asked):
        facts = compute(session, variable, found, codebook)
        kind = FactKind(variable.id, str(found), Origin.COMPUTED, COMPUTED[variable.id].method)
        kept[variable.id] = _keep(session, facts, kind=kind, now=now)
        progress(1)
    total = sum(kept.values(), FactsKept())
    details: dict[str, Json] = {"variables": sorted(kept), "added": total.added, "changed": total.changed}
    audit.record(session, by=by, verb="derive_facts", subject=str(found), now=now, details=details)
    return FactsReport(kept, incomplete)


def _of_period(codebook: Codebook, period: Period) -> Mapping[str, Variable]:
    return {found.id: found for found in codebook.variables if period.granularity.value in found.granularities}


def _keep(session: Session, facts: Sequence[Fact], *, kind: FactKind, now: datetime) -> FactsKept:
    forget_derived(session, kind=kind, known_now={fact.household for fact in facts})
    return keep_facts(session, facts, kind=kind, now=now)


def _from_readings(session: Session, variable: Variable, period: Period, now: datetime) -> tuple[FactsKept, int]:
    quantity = _FROM_READINGS[variable.id]
    marks = qualities(session, quantity=quantity, period=period)
    sums = household_sums(session, quantity=quantity, period=period)
    facts = []
    for household, found in sums.items():
        share = coverage(found.present, found.expected)
        if is_enough_for_a_period(share):
            value = _steps(Decimal(found.total) / SMALLEST_UNITS, variable)
            facts.append(Fact(household, value, coverage=share, quality=marks.get(household, 0)))
    kind = FactKind(variable.id, str(period), Origin.READINGS, METHOD)
    return _keep(session, facts, kind=kind, now=now), len(sums) - len(facts)


def _steps(amount: Decimal, variable: Variable) -> int:
    return int(amount.scaleb(variable.decimals).to_integral_value(ROUND_HALF_EVEN))
