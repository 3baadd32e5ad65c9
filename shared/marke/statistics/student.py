"""Student's t: the quantile that an interval over few collectives needs, in plain Python.

Source: the distribution function by the regularised incomplete beta function I_x(v/2, 1/2) with x = v / (v + t^2)
(Abramowitz & Stegun 26.7.1), the beta function by its continued fraction (A&S 26.5.8, evaluated by the modified Lentz
method), the quantile by bisection. Tested against printed tables.
"""

import math
from decimal import Decimal
from functools import cache

from marke.errors import ProgrammerError

_TINY = 1e-300
_ENOUGH = 1e-15
_MOST_STEPS = 500


@cache
def t_quantile(level: str, degrees: int) -> Decimal:
    """Return the two-sided t value: a share `level` (such as "0.95") of the distribution lies within plus and minus it.

    `degrees` is the degrees of freedom, at least 1. Rounded to six decimals, so that every machine finds the same.
    """
    if degrees < 1:
        raise ProgrammerError("Student's t needs at least one degree of freedom")
    outside = 1.0 - float(level)
    low, high = 0.0, 1.0
    while _outside(high, degrees) > outside:
        high *= 2.0
    while high - low > 1e-9 * high:
        middle = (low + high) / 2.0
        if _outside(middle, degrees) > outside:
            low = middle
        else:
            high = middle
    return Decimal(repr((low + high) / 2.0)).quantize(Decimal("0.000001"))


def _outside(t: float, degrees: int) -> float:
    """Return the share of the distribution beyond plus and minus t."""
    return _regularised_beta(degrees / (degrees + t * t), degrees / 2.0, 0.5)


def _regularised_beta(x: float, a: float, b: float) -> float:
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Evaluate the continued fraction of the incomplete beta function."""
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    found = d
    for m in range(1, _MOST_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            change = c * d
            found *= change
        if abs(change - 1.0) < _ENOUGH:
            break
    return found


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
