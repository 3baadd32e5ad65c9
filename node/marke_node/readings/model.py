"""What a meter said: registers, kinds, and a series of whole numbers in the smallest unit."""

from array import array
from dataclasses import dataclass, field
from enum import IntFlag, StrEnum

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

    @property
    def quantity(self) -> "Quantity":
        """Return what flows, whichever tariff."""
        return _QUANTITY[self]


class Quantity(StrEnum):
    """What flows in or out of a home; the tariffs of one quantity are added up."""

    ELECTRICITY_DELIVERED = "electricity_delivered"
    ELECTRICITY_FED_IN = "electricity_fed_in"
    GAS = "gas"
    SOLAR = "solar"


_QUANTITY = {
    Register.ELECTRICITY_DELIVERED_T1: Quantity.ELECTRICITY_DELIVERED,
    Register.ELECTRICITY_DELIVERED_T2: Quantity.ELECTRICITY_DELIVERED,
    Register.ELECTRICITY_DELIVERED: Quantity.ELECTRICITY_DELIVERED,
    Register.ELECTRICITY_FED_IN_T1: Quantity.ELECTRICITY_FED_IN,
    Register.ELECTRICITY_FED_IN_T2: Quantity.ELECTRICITY_FED_IN,
    Register.ELECTRICITY_FED_IN: Quantity.ELECTRICITY_FED_IN,
    Register.GAS: Quantity.GAS,
    Register.SOLAR: Quantity.SOLAR,
}


class ReadingKind(StrEnum):
    """Whether a value is the stand of a counter at a moment, or the use during an interval."""

    COUNTER = "counter"
    USE = "use"


class EmptyMeans(StrEnum):
    """What it means when a counter gave no reading for a slot."""

    MISSING = "missing"
    """Nothing is known of the slot; the use over a gap is spread evenly."""
    UNCHANGED = "unchanged"
    """The source writes a reading only when it changed: the slot's use was nothing."""


class Quality(IntFlag):
    """What there is to know about a block or a fact beside its value; kept as bits."""

    GAP = 1
    """Some use is missing: no reading for too long, or none at all."""
    SPREAD = 2
    """Some use was known over several slots together only, and was spread evenly."""
    STEP_BACK = 4
    """The counter went back a little; the use at that step is missing."""
    RESET = 8
    """The counter started anew, as when a meter is replaced; the use at that step is missing."""
    PARTIAL_DAY = 16
    """Some days lack a few slots; their use is that of the slots that are there."""
    OTHER_SOURCE = 32
    """Another source covers the same month; only one of the two is counted."""


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
    empty: EmptyMeans = EmptyMeans.MISSING

    @property
    def unit(self) -> ReadingUnit:
        """Return the unit of the values."""
        return self.register.unit
