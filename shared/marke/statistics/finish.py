"""From a combined table to the readings the question asked for, each figure with unit, period and coverage."""

from typing import assert_never

from marke.codebook.model import OTHER
from marke.questions.check import CheckedQuestion
from marke.questions.model import Reading
from marke.statistics.combine import Combined, CombinedCell
from marke.statistics.distribution import distribution_row
from marke.statistics.moments import counted, coverage_of, deviation_of, mean_of, total_of, withheld
from marke.statistics.readings import (
    DistributionReading,
    FinishedReading,
    HistogramReading,
    MeanReading,
    MeanRow,
    QuantileReading,
    TableReading,
    TableRow,
)
from marke.statistics.spread import histogram_row, quantile_row
from marke.statistics.trend import trend


def finish(checked: CheckedQuestion, combined: Combined) -> tuple[FinishedReading, ...]:
    """Finish every reading of a question, in the order asked.

    Pure: a node that holds the same result finds the same figures.
    """
    return tuple(_finish(reading, checked, combined) for reading in checked.question.readings)


def _finish(reading: Reading, checked: CheckedQuestion, combined: Combined) -> FinishedReading:
    variable, period = checked.variable, str(checked.period)
    cells = list(combined.cells.values())
    groups = [cell for cell in cells if cell.leaf != OTHER]
    match reading:
        case Reading.TABLE:
            return TableReading(variable.id, period, tuple(_table_row(checked, combined, cell) for cell in cells))
        case Reading.MEAN:
            return MeanReading(variable.id, period, tuple(_mean_row(checked, combined, cell) for cell in groups))
        case Reading.HISTOGRAM:
            histograms = tuple(histogram_row(checked, combined, cell) for cell in groups)
            return HistogramReading(variable.id, period, variable.unit, histograms)
        case Reading.QUANTILE:
            quantiles = tuple(quantile_row(checked, combined, cell) for cell in groups)
            return QuantileReading(variable.id, period, quantiles)
        case Reading.TREND:
            return trend([(checked, combined)])
        case Reading.DISTRIBUTION:
            places = tuple(distribution_row(checked, combined, cell) for cell in groups)
            return DistributionReading(variable.id, period, variable.decimals, places)
        case _:
            assert_never(reading)


def _table_row(checked: CheckedQuestion, combined: Combined, cell: CombinedCell) -> TableRow:
    why = withheld(checked, combined, cell, star_too=True)
    coverage = coverage_of(checked, combined, cell)
    households = counted(checked, cell.values[0], coverage) if why is None else why
    return TableRow(cell.leaf, households, total_of(checked, combined, cell))


def _mean_row(checked: CheckedQuestion, combined: Combined, cell: CombinedCell) -> MeanRow:
    return MeanRow(cell.leaf, mean_of(checked, combined, cell), deviation_of(checked, combined, cell))
