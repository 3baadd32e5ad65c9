"""A series over periods that do not overlap."""

from dataclasses import replace

import pytest

from marke.errors import BadInputError
from marke.questions.check import CheckedQuestion
from marke.questions.model import Reading, Statistic
from marke.reasons import Reason
from marke.statistics.combine import Combined, combine
from marke.statistics.figures import Figure
from marke.statistics.trend import trend
from support.small_codebook import checked

MEANS = (Statistic.COUNT, Statistic.SUM)


def one(total: int, **fields: object) -> tuple[CheckedQuestion, Combined]:
    question = checked(statistics=MEANS, readings=(Reading.TREND,), **fields)
    leaf = question.leaves[-1]
    return question, combine(question, {"a": {leaf: (20, total)}, "b": {leaf: (20, total + 90)}})


def test_periods_stand_in_order_of_time_each_with_its_own_interval() -> None:
    found = trend([one(20000, period="2025"), one(24000, period="2023"), one(22000, period="2024")])
    assert found.periods == ("2023", "2024", "2025")
    points = found.rows[-1].points
    assert [str(point.value) for point in points if isinstance(point, Figure)] == ["1202.2", "1102.2", "1002.2"]
    assert [point.period for point in points if isinstance(point, Figure)] == ["2023", "2024", "2025"]


@pytest.mark.parametrize(
    "other",
    [
        {"variable": "energy.balance"},
        {"breakdown": "dwelling_class"},
        {"period": "2024-07"},
        {"period": "2025"},
    ],
)
def test_what_does_not_belong_together_makes_no_series(other: dict[str, object]) -> None:
    with pytest.raises(BadInputError) as refused:
        trend([one(1000), one(1000, **other)])
    assert refused.value.reason is Reason.TREND_DOES_NOT_FIT


def test_nothing_makes_no_series() -> None:
    with pytest.raises(BadInputError):
        trend([])


def test_a_table_without_means_makes_no_series() -> None:
    question = checked(statistics=(Statistic.COUNT,), readings=(Reading.TABLE,))
    with pytest.raises(BadInputError):
        trend([(question, combine(question, {}))])


def test_a_variable_that_changed_its_unit_makes_no_series() -> None:
    question, table = one(1000, period="2024")
    changed = replace(question, variable=question.variable.model_copy(update={"decimals": 1}))
    with pytest.raises(BadInputError) as refused:
        trend([one(1000), (changed, table)])
    assert refused.value.details["detail"] == "another unit"
