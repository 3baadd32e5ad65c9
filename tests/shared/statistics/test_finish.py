"""From a combined table to readings: figures with unit, period, coverage and interval, or the reason why not."""

from decimal import Decimal
from fractions import Fraction

import pytest

from marke.codebook.model import OTHER
from marke.questions.check import CheckedQuestion
from marke.questions.model import Reading, Statistic
from marke.statistics.combine import Combined, combine
from marke.statistics.figures import (
    Coverage,
    Figure,
    Interval,
    IntervalKind,
    NotAsked,
    WhyNoInterval,
    WhyWithheld,
    Withheld,
)
from marke.statistics.finish import finish
from marke.statistics.moments import mean_of
from marke.statistics.readings import (
    HistogramReading,
    MeanReading,
    QuantileReading,
    TableReading,
    TrendReading,
)
from marke.statistics.student import t_quantile
from marke.vocabulary.units import Unit
from support.small_codebook import checked

COUNT, SUM, SQUARES, BINS, _ = Statistic
MEANS = checked(statistics=(COUNT, SUM), readings=(Reading.MEAN,))
A, B = {"terraced": (20, 30000)}, {"terraced": (30, 39000)}


def means(question: CheckedQuestion, combined: Combined) -> MeanReading:
    (reading,) = finish(question, combined)
    assert isinstance(reading, MeanReading)
    return reading


def test_the_mean_is_a_ratio_of_totals_with_a_t_interval_between_collectives() -> None:
    row = means(MEANS, combine(MEANS, {"a": A, "b": B})).rows[1]
    half = Decimal(96) * t_quantile("0.95", 1)
    assert row.mean == Figure(
        value=Decimal("1380.0"),
        unit=Unit.CUBIC_METRE,
        period="2025",
        coverage=Coverage(collectives=2, answered=2, households=50),
        interval=Interval(
            (1380 - half).quantize(Decimal("0.1")),
            (1380 + half).quantize(Decimal("0.1")),
            IntervalKind.BETWEEN_COLLECTIVES,
        ),
    )
    assert row.deviation == NotAsked()


def test_a_group_that_everybody_hid_is_hidden_and_not_zero() -> None:
    row = means(MEANS, combine(MEANS, {"a": A, "b": B})).rows[2]
    assert row.mean == Withheld(WhyWithheld.HIDDEN, Coverage(0, 2, 0))


def test_a_group_of_fewer_collectives_than_the_smallest_round_is_withheld() -> None:
    row = means(MEANS, combine(MEANS, {"a": A, "b": {}})).rows[1]
    assert row.mean == Withheld(WhyWithheld.TOO_FEW_COLLECTIVES, Coverage(1, 2, 20))


def test_one_collective_alone_gives_a_mean_with_the_bounds_of_its_rounding() -> None:
    question = checked(statistics=(COUNT, SUM), readings=(Reading.MEAN,), smallest_round=1)
    row = means(question, combine(question, {"a": A})).rows[1]
    assert isinstance(row.mean, Figure)
    count, total = A["terraced"][:2]
    low, high = Fraction(total * 198, 199 * (count + 2)), Fraction(total * 200, 199 * (count - 2))
    interval = row.mean.interval
    assert isinstance(interval, Interval)
    assert interval.kind is IntervalKind.ROUNDING
    assert abs(Fraction(interval.low) - low) <= Fraction(1, 10)
    assert abs(Fraction(interval.high) - high) <= Fraction(1, 10)


def test_a_mean_of_zero_is_zero() -> None:
    question = checked(variable="energy.balance", statistics=(COUNT, SUM), readings=(Reading.MEAN,))
    row = means(question, combine(question, {"a": {"terraced": (20, -50)}, "b": {"terraced": (20, 50)}})).rows[1]
    assert isinstance(row.mean, Figure)
    assert row.mean.value == 0
    assert row.mean.value.as_tuple().exponent == -2


def test_the_deviation_comes_from_the_squares_about_the_centre() -> None:
    question = checked(statistics=(COUNT, SUM, SQUARES), readings=(Reading.MEAN,))
    # sixty households at 1100 and sixty at 1300 in each: mean 1200 = centre, squares 120 * 100^2
    cell = {"terraced": (120, 144_000, 1_200_000)}
    row = means(question, combine(question, {"a": cell, "b": cell})).rows[1]
    assert isinstance(row.deviation, Figure)
    assert row.deviation.value == Decimal("100.2")
    assert row.deviation.interval == Interval(Decimal("95.6"), Decimal("101.3"), IntervalKind.ROUNDING)
    hidden = means(question, combine(question, {"a": cell, "b": cell})).rows[0]
    assert isinstance(hidden.deviation, Withheld)


def test_a_deviation_that_rounding_may_have_made_is_withheld_and_not_zero() -> None:
    question = checked(statistics=(COUNT, SUM, SQUARES), readings=(Reading.MEAN,))
    cell = {"terraced": (20, 26000, 0)}
    row = means(question, combine(question, {"a": cell, "b": cell})).rows[1]
    assert isinstance(row.deviation, Withheld)
    assert row.deviation.why is WhyWithheld.ROUNDED_AWAY


def test_a_table_counts_and_totals_exactly_and_shows_the_star_bucket() -> None:
    question = checked(variable="energy.balance", statistics=(COUNT, SUM), readings=(Reading.TABLE,))
    cells = {"terraced": (20, 1234), OTHER: (15, -7)}
    (reading,) = finish(question, combine(question, {"a": cells, "b": cells}))
    assert isinstance(reading, TableReading)
    rows = {row.leaf: row for row in reading.rows}
    total = rows[OTHER].total
    assert isinstance(total, Figure)
    assert (total.value, total.interval) == (Decimal("-1.4"), WhyNoInterval.COUNTED)
    assert isinstance(rows["terraced"].households, Figure)
    assert rows["terraced"].households.value == 40
    assert isinstance(rows["apartment"].total, Withheld)


def test_a_table_of_counts_has_no_totals() -> None:
    question = checked(statistics=(COUNT,), readings=(Reading.TABLE,))
    (reading,) = finish(question, combine(question, {"a": {"terraced": (20,)}, "b": {"terraced": (20,)}}))
    assert isinstance(reading, TableReading)
    assert reading.rows[1].total == NotAsked()


SHAPES = checked(statistics=(COUNT, BINS), readings=(Reading.HISTOGRAM, Reading.QUANTILE))


def shapes(*cells: tuple[int, ...]) -> tuple[HistogramReading, QuantileReading]:
    combined = combine(SHAPES, {str(number): {"terraced": cell} for number, cell in enumerate(cells)})
    histogram, quantiles = finish(SHAPES, combined)
    assert isinstance(histogram, HistogramReading)
    assert isinstance(quantiles, QuantileReading)
    return histogram, quantiles


def test_a_histogram_says_how_large_a_bin_can_be_and_how_many_are_unknown() -> None:
    histogram, _ = shapes((60, 20, 30, 0, 0, 0, 10), (40, 0, 30, 0, 0, 0, 10))
    row = histogram.rows[1]
    assert isinstance(row.bins, tuple)
    assert isinstance(row.unknown, Figure)
    assert row.unknown.value == 20
    assert isinstance(row.bins[1].share, Figure)
    assert row.bins[1].share.value == Decimal("60.0")
    assert row.bins[1].share.interval == Interval(Decimal("60.0"), Decimal("80.0"), IntervalKind.BIN_BOUNDS)
    assert (row.bins[1].low, row.bins[1].high) == (Decimal(500), Decimal(1000))


def test_a_bin_that_everybody_pooled_is_hidden_and_not_zero() -> None:
    histogram, _ = shapes((60, 20, 30, 0, 0, 0, 10), (40, 0, 30, 0, 0, 0, 10))
    row = histogram.rows[1]
    assert isinstance(row.bins, tuple)
    assert isinstance(row.bins[3].households, Withheld)
    assert row.bins[3].households.why is WhyWithheld.HIDDEN


def test_a_bin_without_households_in_a_table_without_a_pool_is_zero() -> None:
    histogram, _ = shapes((60, 30, 30, 0, 0, 0, 0), (40, 0, 40, 0, 0, 0, 0))
    row = histogram.rows[1]
    assert isinstance(row.bins, tuple)
    assert isinstance(row.bins[3].households, Figure)
    assert row.bins[3].households.value == 0


def test_a_group_whose_bins_are_all_pooled_has_no_histogram_and_no_quantiles() -> None:
    histogram, quantiles = shapes((60, 0, 0, 0, 0, 0, 60), (40, 0, 0, 0, 0, 0, 40))
    assert isinstance(histogram.rows[1].bins, Withheld)
    assert isinstance(histogram.rows[1].unknown, Figure)
    figure = quantiles.rows[1].quantiles[0].figure
    assert isinstance(figure, Withheld)
    assert figure.why is WhyWithheld.ALL_POOLED


def test_a_hidden_group_has_neither_histogram_nor_quantiles() -> None:
    histogram, quantiles = shapes((60, 20, 30, 0, 0, 0, 10), (40, 0, 30, 0, 0, 0, 10))
    assert isinstance(histogram.rows[0].bins, Withheld)
    assert isinstance(quantiles.rows[0].quantiles[0].figure, Withheld)


def test_the_median_is_interpolated_and_bounded_by_bins() -> None:
    _, quantiles = shapes((50, 10, 20, 20, 0, 0, 0), (50, 10, 20, 20, 0, 0, 0))
    median = quantiles.rows[1].quantiles[2]
    assert median.percent == 50
    assert isinstance(median.figure, Figure)
    # 100 households, 20 below 500: the 50th is 30/40 into 500 .. 1000
    assert median.figure.value == Decimal("875.0")
    assert median.figure.interval == Interval(Decimal(500), Decimal(1000), IntervalKind.BIN_BOUNDS)


@pytest.mark.parametrize("collectives", [1, 2])
def test_a_trend_of_one_question_has_one_point(collectives: int) -> None:
    question = checked(statistics=(COUNT, SUM), readings=(Reading.TREND,))
    table = combine(question, {str(number): A for number in range(collectives)})
    (reading,) = finish(question, table)
    assert isinstance(reading, TrendReading)
    assert reading.periods == ("2025",)
    assert isinstance(reading.rows[1].points[0], Figure if collectives == 2 else Withheld)


def test_the_mean_of_the_star_bucket_would_mean_nothing() -> None:
    cells = {OTHER: (20, 30000)}
    combined = combine(MEANS, {"a": cells, "b": cells})
    found = mean_of(MEANS, combined, combined.cells[OTHER])
    assert found == Withheld(WhyWithheld.STAR_BUCKET, Coverage(2, 2, 40))
