"""Synthetic collectives and households, drawn from the norms of the codebook. No person in here exists.

Gas is lognormal around the norm of the dwelling type, electricity around that of the household size; a collective
differs from the others by a factor with a standard deviation of six per cent. Keys and noise never come from this seed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from marke.codebook.home_energy import HomeEnergy, home_energy
from marke.codebook.model import Codebook

DWELLINGS = ("apartment", "terraced", "corner", "semi_detached", "detached")
NATIONAL_MIX = (0.36, 0.28, 0.13, 0.10, 0.13)
"""Share of dwelling types: an assumption of the demonstration, near the Dutch housing stock."""
SIZE_MIX = (0.39, 0.33, 0.12, 0.11, 0.05)
SIZES = ("p1", "p2", "p3", "p4", "p5_plus")
SPREAD_OF_HOMES = 0.42
SPREAD_OF_COLLECTIVES = 0.06
SHARE_WITHOUT_CONSENT = 0.06
SHARE_WITHOUT_FACT = 0.03
SHARE_WITHOUT_GAS = 0.07
SHARE_WITH_PANELS = 0.30
FED_IN_OF_A_ROOF_KWH = 1800
YEARS = (2024, 2025)
TREND = {2024: 1.03, 2025: 1.0}
SINCE_THE_NORM_BY_TYPE = 980 / 1192
"""Gas fell after the year of the norm by dwelling type: the national mean of 2022 over the one of then."""
VILLAGES = (
    "Aalderveen", "Beukmark", "Colmbrink", "Drosterhout", "Eppelzand", "Fliersemark", "Gerverdink", "Harkelo-Oost",
    "Iezinge", "Jutmaat", "Klaverbeek", "Lievelmors", "Markelbroek", "Nettelhoek", "Oelerveld", "Pelsterburg",
    "Quabbenveen", "Reutummerhaar", "Saaslerhorst", "Tongermeen", "Usselberg", "Vlierdermark", "Wegdammer",
    "Zwienerbrink",
)  # fmt: skip
"""Villages that do not exist."""


GAS, POWER, FED_IN = "energy.gas_use", "energy.electricity_delivered", "energy.electricity_fed_in"
FOOTPRINT = "footprint.home_energy"


@dataclass(frozen=True)
class SyntheticHousehold:
    """One synthetic home; values in whole steps per variable and year. Missing is absent, zero is 0."""

    number: int
    dwelling: str
    size: str
    heating: str
    consents: bool
    values: Mapping[tuple[str, int], int] = field(repr=False)

    @property
    def codes(self) -> Mapping[str, str]:
        """Return how the home is classified: category of the codebook -> code."""
        return {"dwelling_type": self.dwelling, "household_size": self.size, "heating": self.heating}

    def known(self, variable: str, year: int) -> int | None:
        """Return a value, worked out for the footprint as a node works it out; None is missing."""
        if variable != FOOTPRINT:
            return self.values.get((variable, year))
        return home_energy(
            HomeEnergy(
                gas_m3=self._amount(GAS, year),
                delivered_kwh=self._amount(POWER, year),
                fed_in_kwh=self._amount(FED_IN, year),
                heat_gj=None,
                heating=self.heating,
            ),
            year,
        )

    def _amount(self, variable: str, year: int) -> Decimal | None:
        found = self.values.get((variable, year))
        return None if found is None else Decimal(found)


@dataclass(frozen=True)
class SyntheticCollective:
    """One synthetic collective and its homes."""

    number: int
    name: str
    households: tuple[SyntheticHousehold, ...] = field(repr=False)


@dataclass(frozen=True)
class Levels:
    """The norms a home is drawn around: m3 of gas by dwelling type, kWh by household size."""

    gas: Mapping[str, float]
    power: Mapping[str, float]


def levels_of(codebook: Codebook) -> Levels:
    """Return the norms of the codebook; raises ValueError when one is missing."""
    gas = _norms(codebook, GAS, DWELLINGS)
    return Levels(
        gas={kind: value * SINCE_THE_NORM_BY_TYPE for kind, value in gas.items()},
        power=_norms(codebook, POWER, SIZES),
    )


def _norms(codebook: Codebook, variable: str, groups: tuple[str, ...]) -> Mapping[str, float]:
    found = {norm.group: float(norm.value) for norm in codebook.norms_for(variable) if norm.group in groups}
    if set(found) != set(groups):
        raise ValueError(f"the codebook lacks a norm of {variable}")
    return found


def draw(codebook: Codebook, *, collectives: int, households: int, seed: int) -> tuple[SyntheticCollective, ...]:
    """Draw the collectives of a demonstration; the same seed gives the same homes."""
    generator = np.random.default_rng(seed)
    levels = levels_of(codebook)
    return tuple(
        SyntheticCollective(number, village_name(number), _draw_homes(generator, levels, households))
        for number in range(1, collectives + 1)
    )


def village_name(number: int) -> str:
    """Return the name of the n-th collective; names repeat with a numeral after the list runs out."""
    turn, place = divmod(number - 1, len(VILLAGES))
    return f"Energiecoöperatie {VILLAGES[place]}" + (f" {turn + 1}" if turn else "")


def _draw_homes(generator: np.random.Generator, levels: Levels, count: int) -> tuple[SyntheticHousehold, ...]:
    mix = generator.dirichlet(np.array(NATIONAL_MIX) * 25)
    factor = {name: float(np.exp(generator.normal(0.0, SPREAD_OF_COLLECTIVES))) for name in (GAS, POWER)}
    dwellings = generator.choice(DWELLINGS, size=count, p=mix)
    sizes = generator.choice(SIZES, size=count, p=SIZE_MIX)
    return tuple(
        _draw_home(generator, levels, factor, (number + 1, str(dwellings[number]), str(sizes[number])))
        for number in range(count)
    )


def _draw_home(
    generator: np.random.Generator, levels: Levels, factor: Mapping[str, float], kind: tuple[int, str, str]
) -> SyntheticHousehold:
    number, dwelling, size = kind
    without_gas = generator.random() < SHARE_WITHOUT_GAS
    use = {
        GAS: 0.0 if without_gas else levels.gas[dwelling] * factor[GAS] * _spread(generator),
        POWER: levels.power[size] * factor[POWER] * _spread(generator),
        FED_IN: FED_IN_OF_A_ROOF_KWH * _spread(generator) if generator.random() < SHARE_WITH_PANELS else 0.0,
    }
    absent = {variable for variable in use if generator.random() < SHARE_WITHOUT_FACT}
    return SyntheticHousehold(
        number=number,
        dwelling=dwelling,
        size=size,
        heating="heat_pump" if without_gas else "gas_boiler",
        consents=bool(generator.random() >= SHARE_WITHOUT_CONSENT),
        values={
            (variable, year): round(amount * TREND[year])
            for variable, amount in use.items()
            if variable not in absent
            for year in YEARS
        },
    )


def _spread(generator: np.random.Generator) -> float:
    return float(np.exp(generator.normal(-(SPREAD_OF_HOMES**2) / 2, SPREAD_OF_HOMES)))
