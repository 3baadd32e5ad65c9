"""Finished readings as pages show them: a drawing, a table with the same numbers, and a conclusion in one sentence."""

from collections.abc import Sequence
from typing import TypeAlias, assert_never

from marke.statistics.readings import (
    DistributionReading,
    FinishedReading,
    HistogramReading,
    MeanReading,
    QuantileReading,
    TableReading,
    TrendReading,
)
from marke_ground.web.asking import Asking, OwnMeans
from marke_ground.web.count_views import TableView, table_view
from marke_ground.web.distribution_views import DistributionView, distribution_view
from marke_ground.web.mean_views import MeanView, TrendView, mean_view, trend_view
from marke_ground.web.spread_views import HistogramView, QuantileView, histogram_view, quantile_view

__all__ = ["Asking", "OwnMeans", "ReadingView", "reading_views"]

ReadingView: TypeAlias = TableView | MeanView | HistogramView | QuantileView | TrendView | DistributionView


def reading_views(readings: Sequence[FinishedReading], asking: Asking) -> tuple[ReadingView, ...]:
    """Return every reading of a result ready to print."""
    return tuple(_view(reading, asking) for reading in readings)


def _view(reading: FinishedReading, asking: Asking) -> ReadingView:
    match reading:
        case TableReading():
            return table_view(reading, asking)
        case MeanReading():
            return mean_view(reading, asking)
        case HistogramReading():
            return histogram_view(reading, asking)
        case QuantileReading():
            return quantile_view(reading, asking)
        case TrendReading():
            return trend_view(reading, asking)
        case DistributionReading():
            return distribution_view(reading, asking)
        case never:
            assert_never(never)
