"""The disclosure rules, each on the border of what it allows."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from marke.privacy.groups import Evidence, Group, Weight, pool
from marke.privacy.rules import Rules, Shows, concentrated, is_dominated, is_safe
from support.cells import a_group

SUMS: tuple[Shows, ...] = ("count", "sum")
TEN = Rules(smallest_group=10, shows=SUMS)


def test_ten_households_are_enough_and_nine_are_not() -> None:
    assert is_safe(a_group(range(1, 11)), TEN)
    assert not is_safe(a_group(range(1, 10)), TEN)


def test_a_household_with_more_than_half_of_the_total_hides_its_group() -> None:
    others = (10, 10, 10, 11, 11, 11, 12, 12, 12)
    assert is_safe(a_group([99, *others]), TEN)
    assert not is_safe(a_group([100, *others]), TEN)


def test_two_households_with_more_than_two_thirds_of_the_total_hide_their_group() -> None:
    others = (31, 32, 33, 34, 35) * 2
    assert is_safe(a_group([335, 335, *others]), TEN)
    assert not is_safe(a_group([336, 335, *others]), TEN)


def test_the_second_largest_may_not_learn_the_largest_within_ten_per_cent() -> None:
    lenient = Rules(smallest_group=3, shows=SUMS, largest_percent=100, two_largest_percent=100)
    assert not is_dominated(a_group([100, 90, 10]), lenient)
    assert is_dominated(a_group([100, 90, 9]), lenient)


def test_dominance_looks_at_size_and_not_at_sign() -> None:
    assert not is_safe(a_group([-100, *[11] * 9]), TEN)
    assert is_safe(a_group([-9, *range(-8, 9)]), TEN)


def test_a_group_in_which_everybody_has_the_same_value_is_hidden() -> None:
    assert not is_safe(a_group([7] * 20), TEN)
    assert not is_safe(a_group([0] * 20), TEN)
    assert is_safe(a_group([7] * 18 + [8, 9]), TEN)


def test_where_values_are_sensitive_nearly_everybody_the_same_is_enough_to_hide() -> None:
    sensitive = Rules(smallest_group=10, shows=SUMS, values_are_sensitive=True)
    assert not is_safe(a_group([7] * 18 + [8, 9]), sensitive)
    assert is_safe(a_group([7] * 17 + [8, 9, 10]), sensitive)


def test_a_sum_of_yes_and_no_may_not_tell_that_fewer_than_ten_said_either() -> None:
    assert not is_safe(a_group([100] * 9 + [0] * 40), TEN)
    assert not is_safe(a_group([100] * 40 + [0] * 9), TEN)
    assert is_safe(a_group([100] * 10 + [0] * 40), TEN)


def test_with_squares_three_different_values_can_be_counted_too() -> None:
    three = [1] * 20 + [2] * 20 + [3] * 9
    assert is_safe(a_group(three), TEN)
    assert not is_safe(a_group(three), Rules(smallest_group=10, shows=("count", "sum", "squares")))


def test_a_household_far_from_the_centre_is_not_told_by_the_sum_of_squares() -> None:
    near = [-40, -30, -20, -10, 1, 10, 20, 30, 40, 5, -5]
    with_one = a_group([value + 100 for value in near] + [250])
    assert is_safe(with_one, TEN)
    far = replace(with_one, evidence=_about(100, [*(value + 100 for value in near), 250]))
    assert is_safe(far, TEN)
    assert not is_safe(far, Rules(smallest_group=10, shows=("count", "sum", "squares")))


def _about(centre: int, values: list[int]) -> Evidence | None:
    """Return the evidence of values with the squares taken about `centre`."""
    own, moved = a_group(values).evidence, a_group([value - centre for value in values]).evidence
    assert own is not None
    assert moved is not None
    return replace(own, squares=moved.squares)


def test_a_count_alone_knows_no_dominance() -> None:
    assert is_safe(a_group([100, *[0] * 9]), Rules(smallest_group=10, shows=("count", "bins")))


def test_an_empty_group_is_not_safe_and_not_dominated() -> None:
    empty = Group(0, 0, 0)
    assert not is_safe(empty, Rules(smallest_group=0, shows=SUMS))
    assert not is_dominated(empty, TEN)


def test_a_sensitive_code_that_holds_nearly_everybody_is_found() -> None:
    rules = Rules(smallest_group=10, shows=SUMS, parents=({"low": "all", "high": "all"},))
    assert concentrated({"low": 89, "high": 11}, rules) == set()
    assert concentrated({"low": 90, "high": 10}, rules) == {"low"}
    assert concentrated({"low": 0, "high": 0}, rules) == set()


def test_in_a_crossing_each_parent_is_looked_at_apart() -> None:
    parents = {"a__low": "a", "a__high": "a", "b__low": "b", "b__high": "b"}
    rules = Rules(smallest_group=10, shows=SUMS, parents=(parents,))
    counts = {"a__low": 19, "a__high": 1, "b__low": 10, "b__high": 10}
    assert concentrated(counts, rules) == {"a__low"}


@given(st.lists(st.lists(st.integers(-500, 500), max_size=30), min_size=1, max_size=5))
def test_a_pool_knows_the_same_of_its_households_as_if_they_had_been_one_group(parts: list[list[int]]) -> None:
    assert pool(a_group(part) for part in parts) == a_group([value for part in parts for value in part])


def test_evidence_is_never_printed() -> None:
    held = Group(3, 6, 14, evidence=Evidence(Weight(6, 3, 2), Weight(14, 9, 4), {1: 1, 2: 1, 3: 1}))
    assert repr(held) == "Group(count=3, sum=6, squares=14, bins=(), place=())"
