"""The footprint of energy at home: what came in, times that year's factor. Whatever is missing makes it missing."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from marke.codebook.factors import Carrier, factor

WITHOUT_GAS: Final = frozenset({"heat_pump", "heat_network", "electric_direct", "wood"})
"""Codes of `heating` of homes where no gas measured means no gas used."""

WITH_HEAT: Final = frozenset({"heat_network"})
"""Codes of `heating` of homes whose heat comes from outside: without its figure there is no footprint."""

PERSONS: Final = {"p1": 1, "p2": 2, "p3": 3, "p4": 4, "p5_plus": 5}
"""Persons by code of `household_size`; five stands for five or more, the code says no more."""

METHOD: Final = "home_energy/1"


@dataclass(frozen=True)
class HomeEnergy:
    """Energy of one home in one year; None is not known, which is never nothing."""

    gas_m3: Decimal | None
    delivered_kwh: Decimal | None
    fed_in_kwh: Decimal | None
    heat_gj: Decimal | None
    heating: str | None
    """Code of the category `heating`."""


def home_energy(energy: HomeEnergy, year: int) -> int | None:
    """Return the footprint in whole kg CO2e, or None when a part of it or a factor is not known.

    Electricity counts net: what was fed in is taken off at the same factor, so the figure may be below zero.
    """
    gas = energy.gas_m3
    if gas is None and energy.heating in WITHOUT_GAS:
        gas = Decimal(0)
    heat = energy.heat_gj
    if heat is None and energy.heating not in WITH_HEAT:
        heat = Decimal(0)
    if gas is None or heat is None or energy.delivered_kwh is None or energy.fed_in_kwh is None:
        return None
    total = Decimal(0)
    parts = (
        (Carrier.GAS, gas),
        (Carrier.ELECTRICITY, energy.delivered_kwh - energy.fed_in_kwh),
        (Carrier.HEAT, heat),
    )
    for carrier, amount in parts:
        known = factor(carrier, year)
        if amount and known is None:
            return None
        total += amount * (known.exact if known else Decimal(0))
    return int(total.to_integral_value(ROUND_HALF_EVEN))


def per_person(footprint: int, household_size: str | None) -> int | None:
    """Return the footprint per person in whole kg CO2e, or None when the number of persons is not known."""
    persons = PERSONS.get(household_size or "")
    return None if persons is None else int((Decimal(footprint) / persons).to_integral_value(ROUND_HALF_EVEN))
