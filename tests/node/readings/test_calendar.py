"""Local months as slots, through both switches of the clock."""

from datetime import date

import pytest

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_node.readings import calendar
from support.meters import DAY, HOUR, QUARTER, at, utc


@pytest.mark.parametrize(
    ("month", "interval_s", "slots"),
    [
        (202501, HOUR, 744),
        (202503, HOUR, 743),
        (202510, HOUR, 745),
        (202503, QUARTER, 4 * 743),
        (202510, QUARTER, 4 * 745),
        (202402, DAY, 29),
        (202503, DAY, 31),
        (202503, calendar.MONTH_S, 1),
    ],
)
def test_a_month_has_an_hour_less_in_spring_and_more_in_autumn(month: int, interval_s: int, slots: int) -> None:
    assert calendar.slots_in(month, interval_s) == slots


def test_months_start_at_local_midnight() -> None:
    assert calendar.month_start(202507) == utc("2025-06-30 22:00")
    assert calendar.month_start(202501) == utc("2024-12-31 23:00")
    assert calendar.month_of(utc("2024-12-31 23:00")) == 202501
    assert calendar.month_of(utc("2024-12-31 22:59")) == 202412


def test_days_of_the_switch_are_23_and_25_hours() -> None:
    for month, day, hours in ((202503, 30, 23), (202510, 26, 25), (202503, 29, 24)):
        starts = calendar.day_starts(month)
        assert starts[day] - starts[day - 1] == hours * HOUR
        first, after = calendar.day_slots(month, HOUR, day)
        assert after - first == hours
    assert calendar.day_slots(202503, DAY, 30) == (29, 30)
    assert calendar.day_slots(202503, calendar.MONTH_S, 30) == (0, 0)
    assert calendar.day_starts(202503)[-1] == at("2025-04-01 00:00")


def test_months_are_counted_over_the_turn_of_the_year() -> None:
    assert calendar.months_between(202411, 202502) == (202411, 202412, 202501, 202502)
    assert calendar.later(202501, -1) == 202412
    assert calendar.later(202411, 14) == 202601
    assert calendar.months_of(date(2025, 1, 1), date(2026, 1, 1)) == calendar.months_between(202501, 202512)


def test_a_distance_that_is_not_kept_is_refused() -> None:
    calendar.check_interval(HOUR)
    with pytest.raises(BadInputError) as refused:
        calendar.check_interval(7)
    assert refused.value.reason is Reason.READINGS_INTERVAL
