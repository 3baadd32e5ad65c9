"""Counts, totals, means and standard deviations of one combined cell.

Mean and interval: the ratio estimator of `marke.statistics.ratio` (Cochran 1977). Standard deviation between
households: s^2 = (Q - n d^2) / (n - 1) with Q the sum of squares about the public centre c and d = mean - c (Cochran
1977, 2.3).
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
    """Return the exact total of a cell in the unit of the variable."""
    column = checked.layout.column("sum")
    if column is None:
        return NotAsked()
    why = withheld(checked, combined, cell, star_too=True)
    if why is not None:
        return why
    total = to_published(cell.values[column], checked.variable.decimals)
    return counted(checked, total, coverage_of(checked, combined, cell), checked.variable.unit)


def mean_of(checked: CheckedQuestion, combined: Combined, cell: CombinedCell) -> FigureOrNone:
    """Return the mean per household with its 95 % interval, in the unit of the variable."""
    why = withheld(checked, combined, cell)
    if why is not None:
        return why
    value = to_decimal(_mean_steps(checked, cell))
    interval: Interval | WhyNoInterval = WhyNoInterval.ONE_COLLECTIVE
    if cell.spread and cell.collectives >= _TWO:
        half = half_width(Decimal(cell.spread[0]), cell.collectives)
        ends = _in_unit(checked, value - half), _in_unit(checked, value + half)
        interval = Interval(*ends, IntervalKind.BETWEEN_COLLECTIVES)
    coverage = coverage_of(checked, combined, cell)
    return Figure(_in_unit(checked, value), checked.variable.unit, str(checked.period), coverage, interval)


def deviation_of(checked: CheckedQuestion, combined: Combined, cell: CombinedCell) -> FigureOrNone | NotAsked:
    """Return the standard deviation between households, in the unit of the variable."""
    squares = checked.layout.column("squares")
    if squares is None:
        return NotAsked()
    why = withheld(checked, combined, cell)
    if why is not None:
        return why
    households = cell.values[0]
    off_centre = _mean_steps(checked, cell) - checked.variable.centre
    # rounding at the nodes can push a very small variance below zero
    variance = max(Fraction(0), cell.values[squares] - households * off_centre**2) / max(1, households - 1)
    with localcontext() as context:
        context.prec = 28
        value = _in_unit(checked, to_decimal(variance).sqrt())
    coverage = coverage_of(checked, combined, cell)
    return Figure(value, checked.variable.unit, str(checked.period), coverage, WhyNoInterval.NOT_SENT)


def _mean_steps(checked: CheckedQuestion, cell: CombinedCell) -> Fraction:
    column = checked.layout.column("sum")
    return Fraction(cell.values[column or 0], cell.values[0])


def _in_unit(checked: CheckedQuestion, steps: Decimal) -> Decimal:
    """Turn steps into the unit, with one decimal more than the variable has."""
    decimals = checked.variable.decimals
    return steps.scaleb(-decimals).quantize(Decimal(1).scaleb(-decimals - 1), rounding=ROUND_HALF_EVEN)
