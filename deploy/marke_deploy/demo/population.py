"""Synthetic collectives and households, drawn from the norms of the codebook. No person in here exists.

Use per home is lognormal around the norm of its dwelling type; a collective differs from the others by a factor with a
standard deviation of six per cent, and a later year by a small trend. Keys and privacy noise never come from this seed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

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
YEARS = (2024, 2025)
TREND = {2024: 1.03, 2025: 1.0}
VILLAGES = (
    "Aalderveen", "Beukmark", "Colmbrink", "Drosterhout", "Eppelzand", "Fliersemark", "Gerverdink", "Harkelo-Oost",
    "Iezinge", "Jutmaat", "Klaverbeek", "Lievelmors", "Markelbroek", "Nettelhoek", "Oelerveld", "Pelsterburg",
    "Quabbenveen", "Reutummerhaar", "Saaslerhorst", "Tongermeen", "Usselberg", "Vlierdermark", "Wegdammer",
    "Zwienerbrink",
)  # fmt: skip
"""Villages that do not exist."""


@dataclass(frozen=True)
class SyntheticHousehold:
    """One synthetic home; values in whole steps per variable and year. Missing is absent, zero is 0."""

    number: int
    dwelling: str
    size: str
    consents: bool
    values: Mapping[tuple[str, int], int] = field(repr=False)


@dataclass(frozen=True)
class SyntheticCollective:
    """One synthetic collective and its homes."""

    number: int
    name: str
    households: tuple[SyntheticHousehold, ...] = field(repr=False)


GAS, POWER = "energy.gas_use", "energy.electricity_delivered"


def norm_by_dwelling(codebook: Codebook, variable: str) -> Mapping[str, float]:
    """Return the codebook's norm per dwelling type in units of the variable."""
    found = {norm.group: float(norm.value) for norm in codebook.norms_for(variable) if norm.group in DWELLINGS}
    missing = set(DWELLINGS) - set(found)
    if missing:
        raise ValueError(f"the codebook has no norm of {variable} for {sorted(missing)}")
    return found


def draw(codebook: Codebook, *, collectives: int, households: int, seed: int) -> tuple[SyntheticCollective, ...]:
    """Draw the collectives of a demonstration; the same seed gives the same homes."""
    generator = np.random.default_rng(seed)
    norms = {variable: norm_by_dwelling(codebook, variable) for variable in (GAS, POWER)}
    decimals = {variable: codebook.variable(variable).decimals for variable in norms}
    return tuple(
        SyntheticCollective(
            number=number,
            name=village_name(number),
            households=_draw_homes(generator, norms, decimals, households),
        )
        for number in range(1, collectives + 1)
    )


def village_name(number: int) -> str:
    """Return the name of the n-th collective; names repeat with a numeral after the list runs out."""
    turn, place = divmod(number - 1, len(VILLAGES))
    return f"Energiecoöperatie {VILLAGES[place]}" + (f" {turn + 1}" if turn else "")


def _draw_homes(
    generator: np.random.Generator,
    norms: Mapping[str, Mapping[str, float]],
    decimals: Mapping[str, int],
    count: int,
) -> tuple[SyntheticHousehold, ...]:
    mix = generator.dirichlet(np.array(NATIONAL_MIX) * 25)
    factor = {variable: float(np.exp(generator.normal(0.0, SPREAD_OF_COLLECTIVES))) for variable in norms}
    dwellings = generator.choice(DWELLINGS, size=count, p=mix)
    sizes = generator.choice(SIZES, size=count, p=SIZE_MIX)
    consents = generator.random(count) >= SHARE_WITHOUT_CONSENT
    gasless = generator.random(count) < SHARE_WITHOUT_GAS
    found = []
    for index in range(count):
        values: dict[tuple[str, int], int] = {}
        for variable, by_dwelling in norms.items():
            level = by_dwelling[str(dwellings[index])] * factor[variable]
            home = float(np.exp(generator.normal(-(SPREAD_OF_HOMES**2) / 2, SPREAD_OF_HOMES)))
            absent = generator.random() < SHARE_WITHOUT_FACT
            for year in YEARS:
                use = 0.0 if variable == GAS and gasless[index] else level * home * TREND[year]
                if not absent:
                    values[variable, year] = round(use * 10 ** decimals[variable])
        found.append(
            SyntheticHousehold(index + 1, str(dwellings[index]), str(sizes[index]), bool(consents[index]), values)
        )
    return tuple(found)
