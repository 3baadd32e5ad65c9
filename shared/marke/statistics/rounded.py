"""How far the rounding in each collective may have moved a mean or a variance.

Collectives round counts to a base and sums to three significant digits before anything leaves (privacy.md 1.3 step 7).
A count is off by at most half the base, a sum by at most one part in 199 of what is seen: half a unit of the third
digit is at most 0.5 % of the number before rounding. In a small group this is more than the sampling error, so a figure
must carry it. Of one or two collectives the bounds are certain; of more, the counts' errors are taken as independent
and even, with standard deviation sqrt((base^2 - 1) / 12), and the bounds hold in 95 of 100 cases.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import isqrt

from marke.privacy.rules import Rules
from marke.questions.check import CheckedQuestion
from marke.questions.own_lane import own_rules
from marke.statistics.combine import CombinedCell

_OFF_BY = Fraction(1, 199)
_NORMAL_SQUARED = Fraction("3.8415")
"""The square of 1.96."""


@dataclass(frozen=True)
class Rounded:
    """The numbers of a cell as seen, and the most by which rounding moved each."""

    count: int
    count_off: int
    sum: int
    sum_off: Fraction
    squares: int = 0
    squares_off: Fraction = Fraction(0)

    @property
    def counts(self) -> tuple[int, int]:
        """Return the least and the most households there may be."""
        return max(1, self.count - self.count_off), self.count + self.count_off

    @property
    def sums(self) -> tuple[Fraction, Fraction]:
        """Return the least and the most that the sum may be, in steps."""
        return self.sum - self.sum_off, self.sum + self.sum_off


def rounded_cell(checked: CheckedQuestion, cell: CombinedCell) -> Rounded:
    """Return the numbers of a cell that has a count and a sum, with what rounding may have done to them."""
    rules, seen = own_rules(checked), dict(zip(checked.layout.columns, cell.values, strict=True))
    squares = seen.get("squares", 0)
    return Rounded(
        count=seen["count"],
        count_off=_count_off(cell.collectives, rules),
        sum=seen["sum"],
        sum_off=max(_OFF_BY * abs(seen["sum"]), Fraction(rules.smallest_sum_base // 2 * cell.collectives)),
        squares=squares,
        squares_off=_OFF_BY * squares,
    )


def _count_off(collectives: int, rules: Rules) -> int:
    certain = rules.count_base // 2 * collectives
    likely = isqrt(int(_NORMAL_SQUARED * (rules.count_base**2 - 1) * collectives / 12)) + 1
    return min(certain, likely)


def mean_bounds(cell: Rounded) -> tuple[Fraction, Fraction]:
    """Return the least and the most that the mean may be, in steps."""
    ends = [total / count for total, count in product(cell.sums, cell.counts)]
    return min(ends), max(ends)


def variance_bounds(cell: Rounded, centre: int) -> tuple[Fraction, Fraction]:
    """Return the least and the most that (Q - (S - c n)^2 / n) / (n - 1) may be, in steps squared; below 0 is possible.

    The quotient (S - c n)^2 / n is jointly convex in S and n: it is largest in a corner, and smallest in one too unless
    S = c n lies within reach.
    """
    fewest, most = cell.counts
    corners = [(total - centre * count) ** 2 / count for total, count in product(cell.sums, cell.counts)]
    sides = {total > centre * count for total, count in product(cell.sums, cell.counts)}
    nearest = min(corners) if len(sides) == 1 else Fraction(0)
    least = (cell.squares - cell.squares_off - max(corners)) / max(1, most - 1)
    return least, (cell.squares + cell.squares_off - nearest) / max(1, fewest - 1)
