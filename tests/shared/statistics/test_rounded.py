"""Whatever the collectives rounded, the true mean and deviation lie within the bounds that are published."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from marke.privacy.own_table import OwnTable, Shown, protect
from marke.questions.model import Reading, Statistic
from marke.questions.own_lane import own_rules
from marke.questions.tally import group
from marke.statistics.combine import combine
from marke.statistics.figures import Figure, Interval, IntervalKind
from marke.statistics.moments import deviation_of, mean_of
from support.small_codebook import checked

QUESTION = checked(
    breakdown="all",
    statistics=(Statistic.COUNT, Statistic.SUM, Statistic.SQUARES),
    readings=(Reading.MEAN,),
    smallest_round=1,
)
_LAST_DIGIT = Fraction(1, 10)


@given(st.lists(st.integers(200, 3000), min_size=10, max_size=90))
def test_one_collectives_true_mean_and_deviation_lie_within_what_rounding_leaves(values: list[int]) -> None:
    table = protect(group(QUESTION, [("all", value) for value in values]), own_rules(QUESTION))
    if not isinstance(table, OwnTable) or not isinstance(cell := table.cells["all"], Shown):
        return
    combined = combine(QUESTION, {"a": {"all": cell.values}})
    mean = Fraction(sum(values), len(values))
    found = mean_of(QUESTION, combined, combined.cells["all"])
    assert isinstance(found, Figure)
    assert isinstance(found.interval, Interval)
    assert found.interval.kind is IntervalKind.ROUNDING
    assert Fraction(found.interval.low) - _LAST_DIGIT <= mean <= Fraction(found.interval.high) + _LAST_DIGIT
    spread = deviation_of(QUESTION, combined, combined.cells["all"])
    if isinstance(spread, Figure):
        assert isinstance(spread.interval, Interval)
        around = sum(Fraction(value - mean) ** 2 for value in values) / (len(values) - 1)
        low, high = Fraction(spread.interval.low) - _LAST_DIGIT, Fraction(spread.interval.high) + _LAST_DIGIT
        assert max(Fraction(0), low) ** 2 <= around <= high**2


def test_the_mean_of_twelve_like_homes_is_not_told_more_sharply_than_it_is_known() -> None:
    values = list(range(910, 1030, 10))
    table = protect(group(QUESTION, [("all", value) for value in values]), own_rules(QUESTION))
    assert isinstance(table, OwnTable)
    cell = table.cells["all"]
    assert isinstance(cell, Shown)
    combined = combine(QUESTION, {"a": {"all": cell.values}})
    found = mean_of(QUESTION, combined, combined.cells["all"])
    assert isinstance(found, Figure)
    assert isinstance(found.interval, Interval)
    assert found.interval.low < Fraction(sum(values), len(values)) < found.interval.high
    assert not isinstance(deviation_of(QUESTION, combined, combined.cells["all"]), Figure)
