"""How much greenhouse gas a unit of energy stands for, year by year, each with its source."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import Field

from marke.codebook.model import DecimalText
from marke.vocabulary.document import Document, Line
from marke.vocabulary.units import Unit


class Carrier(StrEnum):
    """What carries energy into a home."""

    GAS = "gas"
    ELECTRICITY = "electricity"
    HEAT = "heat"


class Factor(Document):
    """Kilograms of CO2-equivalent per unit of a carrier in one year, chain included, with a range."""

    carrier: Annotated[Carrier, Field(strict=False)]
    year: int
    value: DecimalText
    low: DecimalText
    high: DecimalText
    unit: Annotated[Unit, Field(strict=False)]
    source: Line
    url: Line

    @property
    def exact(self) -> Decimal:
        """Return the value as an exact number."""
        return Decimal(self.value)


@cache
def factors() -> Mapping[tuple[Carrier, int], Factor]:
    """Return every factor by carrier and year; read once per process."""
    text = resources.files("marke.codebook").joinpath("factors.toml").read_text("utf-8")
    read = [Factor.model_validate(entry) for entry in tomllib.loads(text)["factor"]]
    return {(factor.carrier, factor.year): factor for factor in read}


def factor(carrier: Carrier, year: int) -> Factor | None:
    """Return the factor of a carrier in a year, or None: another year's factor would invent a saving or a loss."""
    return factors().get((carrier, year))
