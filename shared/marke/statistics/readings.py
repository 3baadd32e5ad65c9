"""What a question is finished into: a closed union, one value per kind of reading."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from marke.statistics.figures import Coverage, Figure, FigureOrNone, NotAsked, UnitText, WhyNoInterval, Withheld


@dataclass(frozen=True)
class TableRow:
    """How many households a group counts, and what their values add up to."""

    leaf: str
    households: FigureOrNone
    total: FigureOrNone | NotAsked


@dataclass(frozen=True)
class TableReading:
    """Counts and totals per group, the star bucket last."""

    variable: str
    period: str
    rows: tuple[TableRow, ...]


@dataclass(frozen=True)
class MeanRow:
    """The mean per household of a group, and how far households lie apart."""

    leaf: str
    mean: FigureOrNone
    deviation: FigureOrNone | NotAsked
    """Standard deviation between households."""


@dataclass(frozen=True)
class MeanReading:
    """Means per group with their intervals."""

    variable: str
    period: str
    rows: tuple[MeanRow, ...]


@dataclass(frozen=True)
class BinShare:
    """The part of a group whose value lies from `low` up to, not including, `high`."""

    low: Decimal
    high: Decimal
    households: FigureOrNone
    share: FigureOrNone
    """Per cent of the group; its interval says how much larger it can be if pooled households stand here. Withheld, not
    zero, for a bin that every collective pooled."""


@dataclass(frozen=True)
class HistogramRow:
    """How the households of a group are spread, with the part whose place is not known."""

    leaf: str
    bins: tuple[BinShare, ...] | Withheld
    unknown: Figure | Withheld
    """Households in bins that were too small to show.

    Somewhere in this group, nobody outside the collectives knows where.
    """


@dataclass(frozen=True)
class HistogramReading:
    """Histograms per group in the unit of the variable."""

    variable: str
    period: str
    unit: UnitText
    rows: tuple[HistogramRow, ...]


@dataclass(frozen=True)
class Quantile:
    """The value below which `percent` of the households lie."""

    percent: int
    figure: FigureOrNone


@dataclass(frozen=True)
class QuantileRow:
    """The quantiles of one group."""

    leaf: str
    quantiles: tuple[Quantile, ...]


@dataclass(frozen=True)
class QuantileReading:
    """Quantiles per group, each with the bounds it certainly lies between."""

    variable: str
    period: str
    rows: tuple[QuantileRow, ...]


@dataclass(frozen=True)
class TrendRow:
    """The mean of one group, period after period."""

    leaf: str
    points: tuple[FigureOrNone, ...]
    """One per period of the reading, in its order; each figure carries its own interval."""


@dataclass(frozen=True)
class TrendReading:
    """Means per group over periods that do not overlap."""

    variable: str
    periods: tuple[str, ...]
    rows: tuple[TrendRow, ...]


@dataclass(frozen=True)
class Band:
    """Some collectives whose mean lies in one stretch of values."""

    low: Decimal
    high: Decimal
    """In the unit of the variable; the mean is at least `low` and below `high`.

    The outer bands also hold what lies beyond.
    """
    collectives: int
    from_percent: Decimal
    to_percent: Decimal
    """The percentiles of the band: which part of the collectives lies below it, and below its end."""


@dataclass(frozen=True)
class DistributionRow:
    """How the means of collectives are spread for one group."""

    leaf: str
    bands: tuple[Band, ...]
    unit: UnitText
    coverage: Coverage
    interval: WhyNoInterval
    expected_error: Decimal
    """Mean error of a place in these bands, percentage points, taking the middle of the band."""


@dataclass(frozen=True)
class DistributionWithheld:
    """A group without a distribution, and why."""

    leaf: str
    withheld: Withheld


@dataclass(frozen=True)
class DistributionReading:
    """The distribution between collectives per group: bands, never ranks.

    No differential privacy is claimed for it (decisions 10).
    """

    variable: str
    period: str
    decimals: int
    """Steps of the variable are 10^-decimals of the unit."""
    rows: tuple[DistributionRow | DistributionWithheld, ...]


FinishedReading: TypeAlias = (
    TableReading | MeanReading | HistogramReading | QuantileReading | TrendReading | DistributionReading
)
