"""From slots to days: registers added, one source counted, gaps visible."""

import numpy as np

from marke_node.readings.blocks import MISSING, empty_month
from marke_node.readings.calendar import MONTH_S
from marke_node.readings.daily import Source, choose, daily_use
from marke_node.readings.model import Quality
from support.meters import DAY, HOUR

MARCH = 202503


def _source(number: int, *, register: str = "gas", interval_s: int = HOUR, meter: int = 1, value: int = 1) -> Source:
    slots = np.where(empty_month(MARCH, interval_s) == MISSING, value, 0).astype(np.int32)
    quantity = "gas" if register == "gas" else "electricity_delivered"
    return Source(number, meter, register, quantity, interval_s, 0, slots)


def test_tariffs_of_one_meter_are_added_up() -> None:
    low, high = (_source(n, register=f"electricity_delivered_t{n}", value=n) for n in (1, 2))
    assert choose([low, high]) == {1, 2}
    days, quality = daily_use(MARCH, [low, high])
    assert days.tolist() == [72] * 29 + [69, 72]
    assert quality == 0


def test_of_two_sources_the_most_complete_one_is_counted() -> None:
    whole, broken = _source(1, interval_s=DAY), _source(2, meter=2)
    broken.slots[:100] = MISSING
    assert choose([broken, whole]) == {1}


def test_of_two_complete_sources_the_finest_is_counted_and_then_the_first_meter() -> None:
    assert choose([_source(1, interval_s=DAY), _source(2)]) == {2}
    assert choose([_source(1, meter=9), _source(2, meter=3)]) == {2}
    assert choose([]) == frozenset()


def test_of_a_total_and_its_tariffs_on_one_meter_the_total_is_counted() -> None:
    registers = ("electricity_delivered_t1", "electricity_delivered", "electricity_delivered_t2")
    sources = [_source(number, register=register) for number, register in enumerate(registers)]
    assert choose(sources) == {1}


def test_a_day_that_lacks_an_hour_counts_and_is_marked_and_one_that_lacks_two_is_missing() -> None:
    source = _source(1)
    source.slots[[0, 24, 25]] = MISSING
    days, quality = daily_use(MARCH, [source])
    assert days.tolist()[:3] == [23, MISSING, 24]
    assert quality == Quality.PARTIAL_DAY | Quality.GAP


def test_a_monthly_value_is_spread_over_the_days_and_adds_up() -> None:
    days, quality = daily_use(MARCH, [_source(1, interval_s=MONTH_S, value=100)])
    assert days.sum() == 100
    assert quality == Quality.SPREAD


def test_nothing_counted_is_nothing_known() -> None:
    days, quality = daily_use(MARCH, [])
    assert set(days.tolist()) == {MISSING}
    assert quality == Quality.GAP
