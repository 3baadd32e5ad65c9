"""A collective's own place, computed at home from a published distribution.

A percentile band, never a rank (decisions 7).
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from marke.errors import NotFoundError
from marke.reasons import Reason
from marke.statistics.readings import DistributionReading, DistributionRow


@dataclass(frozen=True)
class Place:
    """Between which percentiles of the collectives one's own mean lies: `low_percent` of them lie lower for certain."""

    low_percent: Decimal
    high_percent: Decimal
    collectives: int
    """How many collectives the distribution is of."""


def place(own_mean_steps: int | Fraction | Decimal, distribution: DistributionReading, *, leaf: str = "all") -> Place:
    """Return the place of a mean (in steps of the variable) among the collectives of a distribution.

    Raises NotFoundError(NO_PLACE_YET) when the group has no distribution.
    """
    row = next((one for one in distribution.rows if isinstance(one, DistributionRow) and one.leaf == leaf), None)
    if row is None:
        raise NotFoundError(Reason.NO_PLACE_YET)
    own = Fraction(own_mean_steps) / 10**distribution.decimals
    band = row.bands[sum(own >= Fraction(one.high) for one in row.bands[:-1])]
    return Place(band.from_percent, band.to_percent, row.coverage.collectives)
