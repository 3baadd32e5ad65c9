"""Quantiles and their bounds against a brute search over everything that could be behind the bins."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from marke.statistics.spread import interpolate, quantile_bounds

EDGES = (0, 10, 20, 30, 40)
ranks = st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100)
known = st.lists(st.integers(0, 12), min_size=4, max_size=4)


@given(known=known, unknown=st.integers(0, 8), rank=ranks, data=st.data())
def test_the_bounds_hold_wherever_the_unknown_households_stand(
    known: list[int], unknown: int, rank: Fraction, data: st.DataObject
) -> None:
    if sum(known) + unknown == 0:
        return
    places = data.draw(st.lists(st.integers(0, 3), min_size=unknown, max_size=unknown))
    bins = [count + places.count(position) for position, count in enumerate(known)]
    low, high = quantile_bounds(known, unknown, EDGES, rank)
    truth = interpolate(bins, EDGES, rank)
    assert low <= truth <= high


@given(known=known, unknown=st.integers(0, 8), rank=ranks)
def test_the_estimate_lies_within_its_bounds(known: list[int], unknown: int, rank: Fraction) -> None:
    if sum(known):
        low, high = quantile_bounds(known, unknown, EDGES, rank)
        assert low <= interpolate(known, EDGES, rank) <= high


@given(known=known, unknown=st.integers(0, 8), first=ranks, second=ranks)
def test_a_higher_rank_never_has_a_lower_quantile(
    known: list[int], unknown: int, first: Fraction, second: Fraction
) -> None:
    if sum(known):
        lower, higher = sorted((first, second))
        assert interpolate(known, EDGES, lower) <= interpolate(known, EDGES, higher)
        ends = zip(
            quantile_bounds(known, unknown, EDGES, lower), quantile_bounds(known, unknown, EDGES, higher), strict=True
        )
        assert all(one <= other for one, other in ends)


def test_when_most_is_unknown_the_bounds_are_the_whole_range() -> None:
    assert quantile_bounds((0, 5, 0, 0), 20, EDGES, Fraction(1, 2)) == (0, 40)


def test_the_last_household_lies_at_the_top_edge_of_its_bin() -> None:
    assert interpolate((2, 2, 0, 0), EDGES, Fraction(1)) == 20
    assert interpolate((2, 2, 0, 0), EDGES, Fraction(101, 100)) == 40
