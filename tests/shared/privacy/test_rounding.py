"""Rounding: counts to five, sums to three significant digits, never further than half the base."""

from hypothesis import given
from hypothesis import strategies as st

from marke.privacy.rounding import round_to, rounding_base


def test_counts_go_to_the_nearest_five() -> None:
    assert [round_to(value, 5) for value in (0, 2, 3, 10, 12, 13, 18)] == [0, 0, 5, 10, 10, 15, 20]


def test_the_base_of_a_sum_keeps_three_digits() -> None:
    assert [rounding_base(value) for value in (0, 7, 999, 1000, 123_456, -9_999)] == [1, 1, 1, 10, 1000, 10]


def test_halves_go_away_from_zero_on_both_sides() -> None:
    assert (round_to(1005, 10), round_to(-1005, 10)) == (1010, -1010)


@given(value=st.integers(-(10**15), 10**15))
def test_rounding_moves_a_number_by_half_its_base_at_most_and_then_never_again(value: int) -> None:
    base = rounding_base(value)
    once = round_to(value, base)
    assert 2 * abs(once - value) <= base <= rounding_base(once)
    assert round_to(once, base) == once
    assert len(str(abs(once)).rstrip("0")) <= 3
