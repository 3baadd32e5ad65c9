"""Published figures as values. Each carries its unit, period, coverage, and an interval or the reason why it has none.

A figure, a withheld figure and a figure of zero are three different things (style.md 7.5).
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from marke.vocabulary.units import Unit

HOUSEHOLDS = "households"
COLLECTIVES = "collectives"
UnitText: TypeAlias = Unit | str


class IntervalKind(StrEnum):
    """What an interval means."""

    BETWEEN_COLLECTIVES = "between_collectives"
    """95 %: where the figure would lie with other, similar collectives (cluster-robust, Student's t)."""
    ROUNDING = "rounding"
    """As far as the rounding in the collectives may have moved the figure. Says nothing of other collectives."""
    BIN_BOUNDS = "bin_bounds"
    """Certain bounds: the edges of the bins it must lie between, wherever the households of pooled bins stand."""


class WhyNoInterval(StrEnum):
    """Why a figure stands without an interval."""

    COUNTED = "counted"
    """It is a count or a total of those who answered, not an estimate of others; only rounding moves it."""


class WhyWithheld(StrEnum):
    """Why there is no figure."""

    HIDDEN = "hidden"
    """Every collective hid the group: too small, too uneven or empty; these look alike on purpose."""
    TOO_FEW_COLLECTIVES = "too_few_collectives"
    """Fewer collectives showed the group than the question's smallest round."""
    ROUNDED_AWAY = "rounded_away"
    """The rounding in the collectives may have made all of it."""
    ALL_POOLED = "all_pooled"
    """All bins of the group were pooled everywhere, so nothing is known of their order."""
    STAR_BUCKET = "star_bucket"
    """The star bucket gathers other groups in every collective; this figure would mean nothing."""


@dataclass(frozen=True)
class Interval:
    """Lower and upper end, in the unit of the figure."""

    low: Decimal
    high: Decimal
    kind: IntervalKind


@dataclass(frozen=True)
class Coverage:
    """How many of how many stand behind one figure."""

    collectives: int
    """Collectives that showed the group."""
    answered: int
    """Collectives that answered the question at all."""
    households: int | None
    """Households counted in the group, as the collectives rounded them; None when no count was asked."""


@dataclass(frozen=True)
class Figure:
    """One number that may be read aloud."""

    value: Decimal
    unit: UnitText
    period: str
    coverage: Coverage
    interval: Interval | WhyNoInterval


@dataclass(frozen=True)
class Withheld:
    """No number, and why. Not zero, and not missing."""

    why: WhyWithheld
    coverage: Coverage


FigureOrNone: TypeAlias = Figure | Withheld


@dataclass(frozen=True)
class NotAsked:
    """The question did not ask for this number."""
