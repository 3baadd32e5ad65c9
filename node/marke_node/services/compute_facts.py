"""Facts that follow from other facts of the same household and period; the rules stand in `marke.codebook`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from marke.codebook.home_energy import METHOD as FOOTPRINT_METHOD
from marke.codebook.home_energy import HomeEnergy, home_energy, per_person
from marke.codebook.model import Codebook, Variable
from marke.vocabulary.periods import Period
from marke.vocabulary.units import to_published
from marke_ground.store.engine import Session
from marke_node.store.facts import Fact, Known, latest_facts
from marke_node.store.vault import HOUSEHOLD_CODES

GAS, DELIVERED, FED_IN = "energy.gas_use", "energy.electricity_delivered", "energy.electricity_fed_in"
HEAT, FOOTPRINT = "energy.heat_delivered", "footprint.home_energy"


@dataclass(frozen=True)
class Home:
    """What is known of one household in a period: facts in units by variable, and its codes."""

    facts: Mapping[str, Known]
    amounts: Mapping[str, Decimal]
    codes: Mapping[str, str]


@dataclass(frozen=True)
class Computation:
    """How a variable follows from others."""

    method: str
    inputs: tuple[str, ...]
    value: Callable[[Home, Period], Decimal | int | None]
    """The value in units of the variable, or None when it cannot be known."""


def _home_energy(home: Home, period: Period) -> int | None:
    energy = HomeEnergy(
        gas_m3=home.amounts.get(GAS),
        delivered_kwh=home.amounts.get(DELIVERED),
        fed_in_kwh=home.amounts.get(FED_IN),
        heat_gj=home.amounts.get(HEAT),
        heating=home.codes.get("heating"),
    )
    return home_energy(energy, period.first.year)


def _home_energy_per_person(home: Home, _period: Period) -> int | None:
    footprint = home.amounts.get(FOOTPRINT)
    return None if footprint is None else per_person(int(footprint), home.codes.get("household_size"))


def _electricity_net(home: Home, _period: Period) -> Decimal | None:
    delivered, fed_in = home.amounts.get(DELIVERED), home.amounts.get(FED_IN)
    return None if delivered is None or fed_in is None else delivered - fed_in


COMPUTED: Mapping[str, Computation] = {
    "energy.electricity_net": Computation("electricity_net/1", (DELIVERED, FED_IN), _electricity_net),
    FOOTPRINT: Computation(FOOTPRINT_METHOD, (GAS, DELIVERED, FED_IN, HEAT), _home_energy),
    "footprint.home_energy_per_person": Computation("per_person/1", (FOOTPRINT,), _home_energy_per_person),
}
"""In the order in which one may follow from another."""


def compute(session: Session, variable: Variable, period: Period, codebook: Codebook) -> Sequence[Fact]:
    """Return the facts of a computed variable for every household of which the inputs are known."""
    computation = COMPUTED[variable.id]
    scale = Decimal(10) ** variable.decimals
    found = []
    for household, home in _homes(session, computation.inputs, period, codebook).items():
        value = computation.value(home, period)
        if value is not None:
            shares = [known.coverage for known in home.facts.values() if known.coverage is not None]
            quality = 0
            for known in home.facts.values():
                quality |= known.quality
            found.append(Fact(household, round(value * scale), coverage=min(shares, default=None), quality=quality))
    return found


def _homes(session: Session, inputs: tuple[str, ...], period: Period, codebook: Codebook) -> Mapping[int, Home]:
    facts: dict[int, dict[str, Known]] = {}
    decimals = {found.id: found.decimals for found in codebook.variables}
    for variable in inputs:
        for household, known in latest_facts(session, variable=variable, period=str(period)).items():
            facts.setdefault(household, {})[variable] = known
    codes = _codes(session)
    return {
        household: Home(
            facts=known,
            amounts={variable: to_published(fact.value, decimals[variable]) for variable, fact in known.items()},
            codes=codes.get(household, {}),
        )
        for household, known in sorted(facts.items())
    }


def _codes(session: Session) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    query = select(HOUSEHOLD_CODES.c.household, HOUSEHOLD_CODES.c.category, HOUSEHOLD_CODES.c.code).where(
        HOUSEHOLD_CODES.c.category.in_(("heating", "household_size"))
    )
    for household, category, code in session.execute(query):
        found.setdefault(household, {})[category] = code
    return found
