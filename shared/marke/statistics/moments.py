"""Counts, totals, means and standard deviations of one combined cell.

Mean and interval: the ratio estimator of `marke.statistics.ratio` (Cochran 1977). Standard deviation between
households: s^2 = (Q - n d^2) / (n - 1) with Q the sum of squares about the public centre c and d = mean - c (Cochran
1977, 2.3). What the rounding in the collectives may have done to either is in `marke.statistics.rounded`.
"""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

from marke.codebook.model import OTHER
from marke.questions.check import CheckedQuestion
from marke.statistics.combine import Combined, CombinedCell
from marke.statistics.figures import (
    HOUSEHOLDS,
    Coverage,
    Figure,
    FigureOrNone,
    Interval,
    IntervalKind,
    NotAsked,
    UnitText,
    WhyNoInterval,
    WhyWithheld,
    Withheld,
)
from marke.statistics.ratio import half_width, to_decimal
from marke.statistics.rounded import mean_bounds, rounded_cell, variance_bounds
from marke.vocabulary.units import to_published

_TWO = 2


def coverage_of(checked: CheckedQuestion, combined: Combined, cell: CombinedCell) -> Coverage:
    """Return how many of how many stand behind a cell."""
    count = checked.layout.column("count")
    return Coverage(cell.collectives, combined.answered, None if count is None else cell.values[count])


def withheld(
    checked: CheckedQuestion, combined: Combined, cell: CombinedCell, *, star_too: bool = False
) -> Withheld | None:
    """Return why a cell gives no figure, or None when it does; `star_too` allows the star bucket."""
    coverage = coverage_of(checked, combined, cell)
    if cell.collectives == 0:
        return Withheld(WhyWithheld.HIDDEN, coverage)
    if cell.collectives < checked.question.smallest_round:
        return Withheld(WhyWithheld.TOO_FEW_COLLECTIVES, coverage)
    if cell.leaf == OTHER and not star_too:
        return Withheld(WhyWithheld.STAR_BUCKET, coverage)
    return None


def counted(checked: CheckedQuestion, value: Decimal | int, coverage: Coverage, unit: UnitText = HOUSEHOLDS) -> Figure:
    """Return a figure that counts or totals those who answered; it has no interval because it estimates nobody else."""
    return Figure(Decimal(value), unit, str(checked.period), coverage, WhyNoInterval.COUNTED)


def total_of(checked: CheckedQuestion, combined: Combined, cell: CombinedCell) -> FigureOrNone | NotAsked:
    """Return the total of a cell, as the collectives rounded it, in the unit of the variable."""
    column = checked.layout.column("sum")
    if column is None:
        return NotAsked()
    why = withheld(checked, combined, cell, star_too=True)
    if why is not None:
        return why
    total = to_published(cell.values[column], checked.variable.decimals)
    return counted(checked, total, coverage_of(checked, combined, cell), checked.variable.unit)


def mean_of(checked: CheckedQuestion, combined: Combined, cell: CombinedCell) -> FigureOrNone:
    """Return the mean per household with its 95 % interval, in the unit of the variable.

    The spread between collectives cannot be seen in one: then the interval says how far rounding may have moved it.
    """
    why = withheld(checked, combined, cell)
    if why is not None:
        return why
    value = to_decimal(_mean_steps(checked, cell))
    if cell.spread and cell.collectives >= _TWO:
        half = half_width(Decimal(cell.spread[0]), cell.collectives)
        ends, kind = (value - half, value + half), IntervalKind.BETWEEN_COLLECTIVES
    else:
        low, high = mean_bounds(rounded_cell(checked, cell))
        ends, kind = (to_decimal(low), to_decimal(high)), IntervalKind.ROUNDING
    interval = Interval(_in_unit(checked, ends[0]), _in_unit(checked, ends[1]), kind)
    coverage = coverage_of(checked, combined, cell)
    return Figure(_in_unit(checked, value), checked.variable.unit, str(checked.period), coverage, interval)


def deviation_of(checked: CheckedQuestion, combined: Combined, cell: CombinedCell) -> FigureOrNone | NotAsked:
    """Return the standard deviation between households, with the bounds that rounding leaves it, in the unit.

    Where rounding may have made all of it, it is withheld: a spread of zero would be a claim nobody can make.
    """
    squares = checked.layout.column("squares")
    if squares is None:
        return NotAsked()
    why = withheld(checked, combined, cell)
    if why is not None:
        return why
    households = cell.values[0]
    mean, centre = _mean_steps(checked, cell), checked.variable.centre
    variance = (cell.values[squares] - households * (mean - centre) ** 2) / max(1, households - 1)
    least, most = variance_bounds(rounded_cell(checked, cell), centre)
    coverage = coverage_of(checked, combined, cell)
    if least <= 0:
        return Withheld(WhyWithheld.ROUNDED_AWAY, coverage)
    value, low, high = (_root(checked, one) for one in (variance, least, most))
    interval = Interval(low, high, IntervalKind.ROUNDING)
    return Figure(value, checked.variable.unit, str(checked.period), coverage, interval)


def _root(checked: CheckedQuestion, variance: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 28
        return _in_unit(checked, to_decimal(variance).sqrt())


def _mean_steps(checked: CheckedQuestion, cell: CombinedCell) -> Fraction:
    column = checked.layout.column("sum")
    return Fraction(cell.values[column or 0], cell.values[0])


def _in_unit(checked: CheckedQuestion, steps: Decimal) -> Decimal:
    """Turn steps into the unit, with one decimal more than the variable has."""
    decimals = checked.variable.decimals
    return steps.scaleb(-decimals).quantize(Decimal(1).scaleb(-decimals - 1), rounding=ROUND_HALF_EVEN)
