"""A month in one piece: what goes in comes out, and the header says what is in it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marke_node.readings.blocks import MISSING, Header, decode, empty_month, encode, header, merge, split
from support.meters import DAY, HOUR, at, hours, utc


def _split(times: list[int], values: list[int], interval_s: int) -> dict[int, list[int]]:
    months = split(np.array(times, dtype=np.int64), np.array(values, dtype=np.int64), interval_s)
    return {month: slots.tolist() for month, slots in months}


def test_hours_of_the_switch_to_winter_time_are_two_slots() -> None:
    times = [utc("2025-10-26 00:00"), utc("2025-10-26 01:00")]
    october = _split(times, [7, 8], HOUR)[202510]
    first = (at("2025-10-26 00:00") - at("2025-10-01 00:00")) // HOUR
    assert len(october) == 745
    assert october[first + 2 : first + 4] == [7, 8]


def test_days_of_the_switches_stay_one_slot_each() -> None:
    days = [at(f"2025-03-{day:02d} 00:00") for day in range(1, 32)] + [at("2025-04-01 00:00")]
    months = _split(days, list(range(32)), DAY)
    assert months == {202503: list(range(31)), 202504: [31, *[MISSING] * 29]}


def test_readings_need_not_come_in_order_and_the_last_of_a_slot_holds() -> None:
    start = at("2025-07-01 00:00")
    july = _split([start + HOUR, start, start + 60], [5, 1, 2], HOUR)[202507]
    assert july[:3] == [2, 5, MISSING]


def test_a_month_in_between_without_readings_is_not_made() -> None:
    assert list(_split([at("2025-01-31 23:00"), at("2025-04-01 00:00")], [1, 2], HOUR)) == [202501, 202504]
    assert _split([], [], HOUR) == {}


def test_the_header_is_of_what_is_known() -> None:
    slots = empty_month(202502, DAY)
    assert header(slots) is None
    slots[3:6] = [4, 0, 9]
    assert header(slots) == Header(slots=28, present=3, total=13, minimum=0, maximum=9)


def test_laying_readings_over_what_is_known_counts_what_is_new() -> None:
    before, new = np.array([MISSING, 1, 2, 3], dtype=np.int32), np.array([9, 1, 5, MISSING], dtype=np.int32)
    merged = merge(before, new)
    assert merged.slots.tolist() == [9, 1, 5, 3]
    assert (merged.added, merged.unchanged, merged.changed) == (1, 1, 1)


@given(st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=50))
def test_what_is_encoded_comes_back(values: list[int]) -> None:
    slots = np.array(values, dtype=np.int32)
    data = encode(slots)
    assert len(data) == 4 * len(values)
    assert data[:4] == values[0].to_bytes(4, "little")
    assert decode(data).tolist() == values


def test_a_local_year_has_every_hour_once() -> None:
    times = hours("2025-01-01 00:00", "2026-01-01 00:00")
    months = _split(times, list(range(len(times))), HOUR)
    assert [value for slots in months.values() for value in slots] == list(range(8760))
