"""The disclosure rules of the own lane, as numbers and as questions about one group (privacy.md 1.3 steps 2 to 4).

Sources: Handbook on Statistical Disclosure Control (p% and (n,k) rules); ABS DataLab (rule of 10, (1,50), (2,67) on
absolute values). Everything is whole-number arithmetic: no cell passes or fails by a rounding of the computer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from marke.privacy.groups import Group, Weight

COUNT_BASE = 5
"""Counts are rounded to multiples of this (privacy.md 1.3 step 7)."""

Shows = Literal["count", "sum", "squares", "bins", "place"]


@dataclass(frozen=True)
class Rules:
    """What a table must keep to. The defaults are the consortium's; a collective may only be stricter."""

    smallest_group: int
    """k: fewest households behind any number."""
    shows: tuple[Shows, ...]
    """The statistics of a cell, in the order of the layout."""
    p_percent: int = 10
    largest_percent: int = 50
    two_largest_percent: int = 67
    concentration_percent: int = 90
    smallest_pool: int = 2
    count_base: int = COUNT_BASE
    significant_digits: int = 3
    parents: tuple[Mapping[str, str], ...] = field(default=())
    """For each sensitive category of the breakdown: leaf -> the group it is a part of."""
    values_are_sensitive: bool = False
    """Whether having one value, or standing in one bin, says something sensitive about everybody in the group."""
    smallest_sum_base: int = 1
    """Sums are rounded to this at least, in steps: where a sum is a count in disguise, it is rounded as counts are."""

    @property
    def shows_magnitudes(self) -> bool:
        """Return whether anything that depends on the size of the values is shown, so that dominance matters."""
        return any(name in self.shows for name in ("sum", "squares", "place"))


def is_safe(group: Group, rules: Rules) -> bool:
    """Say whether a group may be shown on its own: large enough, not dominated, not all alike, no small count in it.

    A count alone tells nothing about sizes, so these are asked only when magnitudes are shown.
    """
    if group.count < rules.smallest_group or group.evidence is None:
        return False
    if not rules.shows_magnitudes:
        return True
    return not (is_dominated(group, rules) or is_nearly_all_alike(group, rules) or tells_small_count(group, rules))


def is_dominated(group: Group, rules: Rules) -> bool:
    """Say whether one or two households make up so much of the total that the others learn their value.

    With X the total of absolute values and x1, x2 the two largest: unsafe when X - x1 - x2 < p % of x1, x1 > 50 % of X,
    or x1 + x2 > 67 % of X. A sum of squares about the public centre tells the household farthest from it just so: where
    squares are shown, the same is asked of them.
    """
    if group.evidence is None:
        return False
    return _is_outweighed(group.evidence.sizes, rules) or (
        "squares" in rules.shows and _is_outweighed(group.evidence.squares, rules)
    )


def _is_outweighed(weight: Weight, rules: Rules) -> bool:
    total, first, second = weight.total, weight.largest, weight.second
    return (
        100 * (total - first - second) < rules.p_percent * first
        or 100 * first > rules.largest_percent * total
        or 100 * (first + second) > rules.two_largest_percent * total
    )


def is_nearly_all_alike(group: Group, rules: Rules) -> bool:
    """Say whether every household has the same value, so that the mean tells each one's (class disclosure).

    Where the value is sensitive, nearly every household is enough (group disclosure, privacy.md 1.3 step 4).
    """
    if group.evidence is None:
        return False
    commonest = max(group.evidence.tally.values())
    if rules.values_are_sensitive:
        return 100 * commonest >= rules.concentration_percent * group.count
    return commonest == group.count


def tells_small_count(group: Group, rules: Rules) -> bool:
    """Say whether the numbers shown can be solved for how many households have a value, and that is fewer than k.

    Count, sum and squares are as many equations: with two different values (yes and no) count and sum give both
    frequencies, with three values all three numbers do. No frequency below k may leave, so none may follow either.
    """
    if group.evidence is None:
        return False
    frequencies = group.evidence.tally.values()
    equations = sum(name in rules.shows for name in ("count", "sum", "squares"))
    return 1 < len(frequencies) <= equations and min(frequencies) < rules.smallest_group


def concentrated(counts: Mapping[str, int], rules: Rules) -> frozenset[str]:
    """Return the leaves of a sensitive category that hold nearly everybody of their parent (group disclosure)."""
    found: set[str] = set()
    for parents in rules.parents:
        totals: dict[str, int] = {}
        for leaf, parent in parents.items():
            totals[parent] = totals.get(parent, 0) + counts[leaf]
        found.update(
            leaf
            for leaf, parent in parents.items()
            if counts[leaf] and 100 * counts[leaf] >= rules.concentration_percent * totals[parent]
        )
    return frozenset(found)
