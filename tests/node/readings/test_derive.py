"""From counters to use: exact in total, honest about gaps, resets and steps back."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marke_node.readings.blocks import MISSING
from marke_node.readings.derive import LONGEST_GAP_S, use_from_counter
from marke_node.readings.model import EmptyMeans, Quality
from support.meters import HOUR

NO = MISSING


def _use(*stands: int, empty: EmptyMeans = EmptyMeans.MISSING, interval_s: int = HOUR) -> tuple[list[int], list[int]]:
    found = use_from_counter(np.array(stands, dtype=np.int32), interval_s=interval_s, empty=empty)
    return found.slots.tolist(), found.quality.tolist()


def test_use_is_the_next_stand_minus_this_one() -> None:
    assert _use(100, 103, 103, 110) == ([3, 0, 7, NO], [0, 0, 0, Quality.GAP])


def test_use_over_a_gap_is_spread_to_the_last_unit_and_marked() -> None:
    slots, quality = _use(100, NO, NO, 110)
    assert slots == [3, 3, 4, NO]
    assert quality == [Quality.SPREAD] * 3 + [Quality.GAP]


def test_where_empty_means_unchanged_the_use_was_in_the_last_slot() -> None:
    assert _use(100, NO, NO, 110, empty=EmptyMeans.UNCHANGED) == ([0, 0, 10, NO], [0, 0, 0, Quality.GAP])


def test_a_gap_that_is_too_long_stays_missing() -> None:
    days = LONGEST_GAP_S // 86_400
    slots, quality = _use(100, *[NO] * days, 900, interval_s=86_400)
    assert set(slots) == {NO}
    assert set(quality) == {Quality.GAP}
    assert sum(_use(100, *[NO] * (days - 1), 900, interval_s=86_400)[0][:-1]) == 800


def test_a_long_gap_of_an_unchanged_counter_is_no_use() -> None:
    slots, _ = _use(100, *[NO] * 50, 101, interval_s=86_400, empty=EmptyMeans.UNCHANGED)
    assert slots[:-1] == [0] * 50 + [1]


def test_a_counter_that_starts_anew_gives_no_use_at_that_step() -> None:
    slots, quality = _use(90_000, 90_010, 2, 5)
    assert slots == [10, NO, 3, NO]
    assert quality[1] == Quality.RESET | Quality.GAP


def test_a_small_step_back_gives_no_use_and_is_marked() -> None:
    slots, quality = _use(90_000, 89_999, 90_003)
    assert slots == [NO, 4, NO]
    assert quality[0] == Quality.STEP_BACK | Quality.GAP


def test_one_stand_or_none_says_nothing_about_use() -> None:
    assert _use(5) == ([NO], [Quality.GAP])
    assert _use() == ([], [])
    assert _use(NO, NO) == ([NO, NO], [Quality.GAP] * 2)


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.booleans()), min_size=2, max_size=60),
    st.integers(0, 2**30),
    st.sampled_from(EmptyMeans),
)
def test_use_adds_up_to_the_growth_of_the_counter_whatever_is_missing(
    steps: list[tuple[int, bool]], start: int, empty: EmptyMeans
) -> None:
    stands = start + np.cumsum([step for step, _ in steps])
    seen = np.where([kept for _, kept in steps], stands, NO).astype(np.int32)
    known = stands[[kept for _, kept in steps]]
    use = use_from_counter(seen, interval_s=HOUR, empty=empty).slots
    found = use[use != NO]
    assert found.sum() == (known[-1] - known[0] if known.size else 0)
    assert (found >= 0).all()
