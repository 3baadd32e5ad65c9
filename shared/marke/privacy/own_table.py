"""The own lane: a collective's own table, treated so that no household can be read from it (privacy.md 1.3).

What leaves is a flat list of cells and one star bucket; a cell's statistics stay or go together; nothing says whether
a hidden group is empty, small or uneven.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from marke.privacy.groups import Group, pool
from marke.privacy.rounding import round_to, rounding_base
from marke.privacy.rules import Rules, Shows, concentrated, is_safe
from marke.privacy.star_bucket import choose_pool

STAR = "other"
"""The code of the star bucket; the same word as `marke.codebook.model.OTHER`."""


@dataclass(frozen=True)
class Shown:
    """A group that may be seen: its statistics in the order of the layout."""

    values: tuple[int, ...]


@dataclass(frozen=True)
class Hidden:
    """A group that is empty, too small, too uneven or too alike: one state for all of them."""


Cell: TypeAlias = Shown | Hidden


@dataclass(frozen=True)
class OwnTable:
    """A collective's treated table, every leaf and the star bucket."""

    cells: Mapping[str, Cell]
    """As it leaves: rounded."""
    unrounded: Mapping[str, Cell]
    """The same cells before rounding, for the node's own record only."""
    bins_hidden: int
    """How many bins went into the star bin of their group. A pooled bin stands as 0; no shown bin can be 0."""


@dataclass(frozen=True)
class NothingToShow:
    """Not even all groups together may be shown; the collective answers `not_enough`."""


Protected: TypeAlias = OwnTable | NothingToShow


def protect(groups: Mapping[str, Group], rules: Rules) -> Protected:
    """Treat the groups of one table (leaf -> group, without the star bucket) for showing it to others."""
    counts = {leaf: group.count for leaf, group in groups.items()}
    unsafe = concentrated(counts, rules) | {leaf for leaf, group in groups.items() if not is_safe(group, rules)}
    if "place" in rules.shows:
        return _places(groups, unsafe)
    pooled = choose_pool(
        counts,
        frozenset(unsafe),
        smallest_pool=rules.smallest_pool,
        pool_is_safe=lambda names: is_safe(pool(groups[name] for name in names), rules),
    )
    if pooled is None:
        return NothingToShow()
    shown = {leaf: group for leaf, group in groups.items() if leaf not in pooled}
    if pooled:
        shown[STAR] = pool(groups[leaf] for leaf in pooled)
    return _table((*groups, STAR), shown, rules)


def _places(groups: Mapping[str, Group], unsafe: frozenset[str] | set[str]) -> Protected:
    """Hide unsafe groups: a place is not a sum, so there is nothing to pool."""
    cells: dict[str, Cell] = {
        leaf: Hidden() if leaf in unsafe else Shown(group.place) for leaf, group in groups.items()
    }
    if len(unsafe) == len(groups):
        return NothingToShow()
    cells[STAR] = Hidden()
    return OwnTable(cells=cells, unrounded=dict(cells), bins_hidden=0)


def _table(leaves: tuple[str, ...], shown: Mapping[str, Group], rules: Rules) -> OwnTable:
    exact: dict[str, Cell] = {}
    rounded: dict[str, Cell] = {}
    hidden = 0
    for leaf in leaves:
        if leaf not in shown:
            exact[leaf] = rounded[leaf] = Hidden()
            continue
        bins, pooled = _star_bins(shown[leaf], rules)
        hidden += pooled
        exact[leaf] = Shown(_values(shown[leaf], bins, rules, is_rounded=False))
        rounded[leaf] = Shown(_values(shown[leaf], bins, rules, is_rounded=True))
    return OwnTable(cells=rounded, unrounded=exact, bins_hidden=hidden)


def _star_bins(group: Group, rules: Rules) -> tuple[tuple[int, ...], int]:
    """Return the bins with the pooled ones at 0 and the star bin behind them, and how many were pooled."""
    if "bins" not in rules.shows:
        return (), 0
    counts = {str(position): count for position, count in enumerate(group.bins)}
    unsafe = {name for name, count in counts.items() if count < rules.smallest_group}
    if rules.values_are_sensitive:
        unsafe |= {name for name, count in counts.items() if 100 * count >= rules.concentration_percent * group.count}
    pooled = choose_pool(
        counts,
        frozenset(unsafe),
        smallest_pool=rules.smallest_pool,
        pool_is_safe=lambda names: sum(counts[name] for name in names) >= rules.smallest_group,
    )
    held = frozenset(counts) if pooled is None else pooled
    bins = tuple(0 if name in held else count for name, count in counts.items())
    return (*bins, group.count - sum(bins)), len(held)


def _values(group: Group, bins: tuple[int, ...], rules: Rules, *, is_rounded: bool) -> tuple[int, ...]:
    numbers: Mapping[Shows, tuple[int, ...]] = {
        "count": (group.count,),
        "sum": (group.sum,),
        "squares": (group.squares,),
        "bins": bins,
    }
    found: list[int] = []
    for name in rules.shows:
        found.extend(_round(number, name, rules) if is_rounded else number for number in numbers[name])
    return tuple(found)


def _round(number: int, name: Shows, rules: Rules) -> int:
    if name in {"sum", "squares"}:
        base = rounding_base(number, significant=rules.significant_digits)
        return round_to(number, max(base, rules.smallest_sum_base))
    return round_to(number, rules.count_base)
