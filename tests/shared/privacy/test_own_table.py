"""A collective's treated table: what is shown, what is pooled, and that nothing hidden can be worked out."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marke.privacy.groups import Group
from marke.privacy.own_table import STAR, Cell, Hidden, NothingToShow, OwnTable, Shown, protect
from marke.privacy.rules import Rules, Shows, is_safe
from support.cells import a_group

COUNTS: tuple[Shows, ...] = ("count",)
FULL: tuple[Shows, ...] = ("count", "sum", "squares", "bins")
EDGES = (0, 10, 20, 30, 40)
TEN = Rules(smallest_group=10, shows=FULL)


def counted(*counts: int) -> dict[str, Group]:
    """Return groups a, b, c ... of so many households."""
    return {chr(ord("a") + place): a_group(range(1, count + 1)) for place, count in enumerate(counts)}


def table(groups: dict[str, Group], rules: Rules) -> OwnTable:
    found = protect(groups, rules)
    assert isinstance(found, OwnTable)
    return found


def exact(found: OwnTable) -> dict[str, tuple[int, ...] | None]:
    return {leaf: cell.values if isinstance(cell, Shown) else None for leaf, cell in found.unrounded.items()}


def by_count(*counts: int, k: int = 10) -> dict[str, tuple[int, ...] | None]:
    return exact(table(counted(*counts), Rules(smallest_group=k, shows=COUNTS)))


def test_large_groups_are_shown_and_the_star_bucket_stays_empty() -> None:
    assert by_count(20, 30) == {"a": (20,), "b": (30,), STAR: None}


def test_two_small_groups_that_are_large_enough_together_go_into_the_star_bucket() -> None:
    assert by_count(6, 7, 30) == {"a": None, "b": None, "c": (30,), STAR: (13,)}


def test_the_smallest_large_group_joins_a_bucket_that_is_too_small() -> None:
    assert by_count(6, 20, 30) == {"a": None, "b": None, "c": (30,), STAR: (26,)}


def test_groups_of_one_size_join_together_so_that_order_tells_nothing() -> None:
    assert by_count(6, 20, 20, 30) == {"a": None, "b": None, "c": None, "d": (30,), STAR: (46,)}


def test_an_empty_group_is_treated_like_a_small_one() -> None:
    assert by_count(0, 20, 30) == {"a": None, "b": None, "c": (30,), STAR: (20,)}
    assert by_count(0, 0, 20) == {"a": None, "b": None, "c": None, STAR: (20,)}


def test_the_star_bucket_alone_may_hold_everybody() -> None:
    assert by_count(6, 7) == {"a": None, "b": None, STAR: (13,)}


@pytest.mark.parametrize("counts", [(9,), (4, 5), (0, 0), (0,)])
def test_when_not_even_everybody_together_is_enough_nothing_is_shown(counts: tuple[int, ...]) -> None:
    assert protect(counted(*counts), Rules(smallest_group=10, shows=COUNTS)) == NothingToShow()


def test_a_dominated_group_takes_its_company_into_the_bucket_until_nobody_dominates() -> None:
    groups = {"a": a_group([5000, *range(1, 12)]), "b": a_group(range(300, 330)), "c": a_group(range(400, 440))}
    assert exact(table(groups, Rules(smallest_group=10, shows=("count", "sum")))) == {
        "a": None,
        "b": None,
        "c": (40, 16780),
        STAR: (42, 5066 + 9435),
    }


def test_a_sensitive_code_with_nearly_everybody_is_merged() -> None:
    rules = Rules(smallest_group=10, shows=COUNTS, parents=({"a": "all", "b": "all", "c": "all"},))
    assert exact(table(counted(190, 10, 11), rules)) == {"a": None, "b": None, "c": (11,), STAR: (200,)}


def test_small_bins_are_pooled_within_their_group() -> None:
    values = [5] * 12 + [15] * 6 + [25] * 7 + [35] * 20
    found = table({"a": a_group(values, edges=EDGES)}, TEN)
    assert exact(found)["a"] == (45, 1025, 12 * 25 + 6 * 225 + 7 * 625 + 20 * 1225, 12, 0, 0, 20, 13)
    assert found.bins_hidden == 2


def test_the_smallest_large_bin_joins_a_star_bin_that_is_too_small() -> None:
    values = [5] * 12 + [15] * 3 + [25] * 15 + [35] * 20
    found = table({"a": a_group(values, edges=EDGES)}, Rules(smallest_group=10, shows=("count", "bins")))
    assert exact(found)["a"] == (50, 0, 0, 15, 20, 15)


def test_when_everybody_stands_in_one_bin_the_histogram_says_nothing() -> None:
    found = table({"a": a_group([5] * 30, edges=EDGES)}, Rules(smallest_group=10, shows=("count", "bins")))
    assert exact(found)["a"] == (30, 0, 0, 0, 0, 30)


def test_without_a_small_bin_nothing_is_pooled() -> None:
    values = [5] * 12 + [15] * 13 + [25] * 15 + [35] * 20
    found = table({"a": a_group(values, edges=EDGES)}, Rules(smallest_group=10, shows=("count", "bins")))
    assert exact(found)["a"] == (60, 12, 13, 15, 20, 0)
    assert found.bins_hidden == 0


def test_a_sensitive_bin_with_nearly_everybody_is_pooled() -> None:
    values = [5] * 190 + [15] * 10 + [25] * 0 + [35] * 10
    rules = Rules(smallest_group=10, shows=("count", "bins"), values_are_sensitive=True)
    found = exact(table({"a": a_group(values, edges=EDGES)}, rules))["a"]
    assert found == (210, 0, 10, 0, 10, 190)


def test_counts_are_rounded_to_five_and_sums_to_three_digits() -> None:
    values = [5] * 13 + [15] * 12 + [25] * 17 + [35] * 21
    found = table({"a": a_group(values, edges=EDGES)}, TEN).cells["a"]
    assert found == Shown((65, 1410, 39400, 15, 10, 15, 20, 0))


def test_the_statistics_of_a_group_stay_or_go_together() -> None:
    found = table(counted(3, 4, 5, 40), Rules(smallest_group=10, shows=("count", "sum", "squares")))
    assert [cell if isinstance(cell, Hidden) else len(cell.values) for cell in found.cells.values()] == [
        Hidden(),
        Hidden(),
        Hidden(),
        3,
        3,
    ]


def test_a_place_is_hidden_or_shown_and_never_pooled() -> None:
    rules = Rules(smallest_group=10, shows=("place",))
    few, many = a_group(range(5)), a_group(range(40))
    large = Group(many.count, many.sum, many.squares, place=(0, 1, 0), evidence=many.evidence)
    found = table({"a": few, "b": large}, rules)
    assert found.cells == {"a": Hidden(), "b": Shown((0, 1, 0)), STAR: Hidden()}
    assert protect({"a": few}, rules) == NothingToShow()


groups_of_values = st.lists(st.lists(st.integers(0, 39), max_size=40), min_size=1, max_size=6)


@given(groups_of_values)
def test_every_shown_cell_passes_the_rules_and_the_total_stays_exact(values: list[list[int]]) -> None:
    groups = {str(place): a_group(held, edges=EDGES) for place, held in enumerate(values)}
    found = protect(groups, TEN)
    if isinstance(found, NothingToShow):
        assert not is_safe(a_group([value for held in values for value in held], edges=EDGES), TEN) or len(values) == 1
        return
    shown = {leaf: cell.values for leaf, cell in found.unrounded.items() if isinstance(cell, Shown)}
    assert sum(numbers[0] for numbers in shown.values()) == sum(map(len, values))
    assert sum(numbers[1] for numbers in shown.values()) == sum(map(sum, values))
    for leaf, numbers in shown.items():
        assert leaf == STAR or is_safe(groups[leaf], TEN)
        assert numbers[0] >= 10
        assert sum(numbers[3:]) == numbers[0]
        assert all(count == 0 or count >= 10 for count in numbers[3:])
        assert numbers[3:-1].count(0) != 1
    assert set(found.cells) == {*groups, STAR}


@pytest.mark.parametrize(("k", "groups", "most"), [(5, 3, 13), (10, 3, 24), (5, 4, 9)])
def test_who_knows_the_rules_and_the_table_still_cannot_tell_any_hidden_group(k: int, groups: int, most: int) -> None:
    """Try every population: each table must come from others too, that differ in each of its hidden groups."""
    rules = Rules(smallest_group=k, shows=COUNTS)
    held = [a_group(range(1, count + 1)) for count in range(most + 1)]
    behind: dict[tuple[Cell, ...], list[tuple[int, ...]]] = {}
    for counts in product(range(most + 1), repeat=groups):
        found = protect({str(place): held[count] for place, count in enumerate(counts)}, rules)
        if isinstance(found, OwnTable) and _is_inside(found, most):
            behind.setdefault(tuple(found.cells.values()), []).append(counts)
    assert behind
    for shown, populations in behind.items():
        for place, cell in enumerate(shown[:groups]):
            if isinstance(cell, Hidden):
                possible = {counts[place] for counts in populations}
                assert max(possible) - min(possible) > 1, (shown, populations)


def _is_inside(found: OwnTable, most: int) -> bool:
    """Leave out tables at the border of what was tried: there, others that look the same were not tried."""
    return all(isinstance(cell, Hidden) or cell.values[0] < most - 2 for cell in found.cells.values())
