"""The mean over collectives as a ratio of two totals, and how much it would vary with other collectives.

Mean: R = sum(y_c) / sum(n_c) over the m collectives c that showed the group, y the sums, n the counts. Variance,
linearised and robust against likeness within a collective (the collective is the cluster): v = m / (m - 1) * sum((y_c
- R n_c)^2) / (sum n_c)^2. Source: Cochran, Sampling Techniques, 3rd ed. 1977, 2.11 and 6.3 (ratio estimator, residual
variance), without a finite population correction: the answering collectives are taken as a draw from all that might
have answered. Rounding at the nodes is part of the residuals and so of the interval.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

from marke.statistics.student import t_quantile

LEVEL = "0.95"
_DIGITS = 28
_FEWEST = 2


def ratio_variance(pairs: Sequence[tuple[int, int]]) -> Fraction | None:
    """Return v for (count, sum) pairs, in steps squared, exactly; None with fewer than two collectives."""
    clusters, households = len(pairs), sum(count for count, _ in pairs)
    if clusters < _FEWEST or households == 0:
        return None
    mean = Fraction(sum(total for _, total in pairs), households)
    residuals = sum((total - mean * count) ** 2 for count, total in pairs)
    return Fraction(clusters, clusters - 1) * residuals / households**2


def half_width(variance: Decimal, clusters: int) -> Decimal:
    """Return half the width of the 95 % interval: t with clusters - 1 degrees of freedom times the standard error."""
    with localcontext() as context:
        context.prec = _DIGITS
        return t_quantile(LEVEL, clusters - 1) * variance.sqrt()


def to_decimal(value: Fraction) -> Decimal:
    """Return a fraction to 28 significant digits, the same on every machine."""
    with localcontext() as context:
        context.prec = _DIGITS
        return Decimal(value.numerator) / Decimal(value.denominator)
