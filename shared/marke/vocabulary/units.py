"""Units that numbers wear. Readings are whole numbers of the smallest unit; facts, of a variable's step."""

from decimal import Decimal
from enum import StrEnum
from typing import NewType

WattHours = NewType("WattHours", int)
CubicDecimetres = NewType("CubicDecimetres", int)


class Unit(StrEnum):
    """The units of the codebook. The value is the text that stands beside a number in either language."""

    KILOWATT_HOUR = "kWh"
    CUBIC_METRE = "m³"
    GIGAJOULE = "GJ"
    KILOGRAM_CO2E = "kg CO₂e"
    KILOGRAM = "kg"
    KILOMETRE = "km"
    SQUARE_METRE = "m²"
    LITRE = "L"
    EURO = "€"
    PERCENT = "%"
    SCORE_0_10 = "0–10"
    SCORE_0_100 = "0–100"
    SCORE_1_5 = "1–5"
    SCORE_1_7 = "1–7"
    PERSON = "person"
    PIECE = "count"
    MEAL = "meal"
    HOUR = "hour"
    DAY = "day"
    YEAR = "year"
    KILOWATT_PEAK = "kWp"
    DEGREE_CELSIUS = "°C"
    YES_NO = "yes/no"


class ReadingUnit(StrEnum):
    """The smallest unit a meter reading is kept in; a reading is a whole number of it."""

    WATT_HOUR = "Wh"
    CUBIC_DECIMETRE = "dm³"
    MEGAJOULE = "MJ"


def to_published(steps: int | Decimal, decimals: int) -> Decimal:
    """Turn whole steps of a variable (10^-decimals of its unit) into its unit, exactly."""
    return Decimal(steps).scaleb(-decimals)
