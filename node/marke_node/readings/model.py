"""What a meter said: registers, kinds, and a series of whole numbers in the smallest unit."""

from array import array
from dataclasses import dataclass, field
from enum import StrEnum

from marke.vocabulary.units import ReadingUnit


class Register(StrEnum):
    """Which counting wheel of a meter: what flows, which way, at which tariff."""

    ELECTRICITY_DELIVERED_T1 = "electricity_delivered_t1"
    ELECTRICITY_DELIVERED_T2 = "electricity_delivered_t2"
    ELECTRICITY_FED_IN_T1 = "electricity_fed_in_t1"
    ELECTRICITY_FED_IN_T2 = "electricity_fed_in_t2"
    ELECTRICITY_DELIVERED = "electricity_delivered"
    ELECTRICITY_FED_IN = "electricity_fed_in"
    GAS = "gas"
    SOLAR = "solar"

    @property
    def unit(self) -> ReadingUnit:
        """Return the smallest unit readings of this register are kept in."""
        return ReadingUnit.CUBIC_DECIMETRE if self is Register.GAS else ReadingUnit.WATT_HOUR


class ReadingKind(StrEnum):
    """Whether a value is the stand of a counter at a moment, or the use during an interval."""

    COUNTER = "counter"
    USE = "use"


@dataclass(frozen=True, order=True)
class MeterRef:
    """A meter under a keyed pseudonym; the number on the meter itself is never kept."""

    pseudonym: str


@dataclass(frozen=True)
class ParsedSeries:
    """Readings of one register of one meter, sorted by time, each time once.

    `times` are UTC seconds since 1970 (array `q`): the moment of a counter's stand, or the start of the interval a use
    was measured in. `values` (array `q`) are whole numbers of the register's unit. `interval_s` is the usual distance
    between two readings; a local day of 23 or 25 hours still counts as 86,400.
    """

    meter: MeterRef
    register: Register
    kind: ReadingKind
    interval_s: int
    times: "array[int]" = field(repr=False)
    values: "array[int]" = field(repr=False)

    @property
    def unit(self) -> ReadingUnit:
        """Return the unit of the values."""
        return self.register.unit
