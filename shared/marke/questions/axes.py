"""The axes of a breakdown: which groups there are, which code belongs to which, and what bounds each group has."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from marke.codebook.model import ALL, Breakdown, Category, Clip, Codebook, Level, Sensitivity, Variable
from marke.vocabulary.document import Bilingual

CROSS = "__"
"""Between the two codes of a leaf of a crossing."""


@dataclass(frozen=True)
class Axis:
    """One level of one tree of groupings: the groups in order, and the group of every code."""

    category: Category
    groups: tuple[str, ...]
    group_of: Mapping[str, str]
    names: Mapping[str, Bilingual]
    """What each group is called."""


def axes_of(variable: Variable, breakdown: str, codebook: Codebook) -> tuple[Axis, ...] | None:
    """Return the axes of a breakdown: none for `all`, one for a level, two for a listed crossing.

    Returns None when the variable cannot be broken down that way.
    """
    if breakdown == ALL:
        return ()
    tree = codebook.breakdown(variable.breakdown)
    for level in tree.levels:
        if level.id == breakdown:
            return (_axis(level, codebook.category(tree.category)),)
    crossed = [crossing for crossing in codebook.crossings if crossing.id == breakdown]
    if not crossed or breakdown not in variable.crossings:
        return None
    found = [_find_level(level, tree, codebook) for level in crossed[0].levels]
    axes = tuple(axis for axis in found if axis is not None)
    return axes if len(axes) == len(crossed[0].levels) else None


def known_breakdowns(variable: Variable, codebook: Codebook) -> tuple[str, ...]:
    """Return everything a variable may be broken down by."""
    return (ALL, *(level.id for level in codebook.breakdown(variable.breakdown).levels), *variable.crossings)


def _find_level(wanted: str, own: Breakdown, codebook: Codebook) -> Axis | None:
    for tree in (own, *codebook.breakdowns):
        for level in tree.levels:
            if level.id == wanted:
                return _axis(level, codebook.category(tree.category))
    return None


def _axis(level: Level, category: Category) -> Axis:
    if not level.groups:
        return Axis(
            category=category,
            groups=tuple(entry.code.lower() for entry in category.codes),
            group_of={entry.code: entry.code.lower() for entry in category.codes},
            names={entry.code.lower(): entry.name for entry in category.codes},
        )
    return Axis(
        category=category,
        groups=tuple(group.code for group in level.groups),
        group_of={code: group.code for group in level.groups for code in group.members},
        names={group.code: group.name for group in level.groups},
    )


def leaves_of(axes: tuple[Axis, ...]) -> tuple[str, ...]:
    """Return the leaves: `all`, the groups of a level, or `a__b` for every pair of a crossing."""
    return tuple(CROSS.join(parts) for parts in product(*(axis.groups for axis in axes))) if axes else (ALL,)


def clips_of(variable: Variable, axes: tuple[Axis, ...], own: Category) -> Mapping[str, Clip]:
    """Return the bounds of every leaf; `own` is the category of the variable's own tree.

    A leaf that is one code of that category has that code's bounds; a leaf that gathers several codes, or households
    of which the code is not known, has the widest bounds among them.
    """
    found: dict[str, Clip] = {}
    for parts in product(*(axis.groups for axis in axes)):
        codes = [entry.code for entry in own.codes]
        for axis, part in zip(axes, parts, strict=True):
            if axis.category.id == own.id:
                codes = [code for code in codes if axis.group_of.get(code) == part]
        bounds = [variable.clip_for(code) for code in codes]
        if all(axis.category.id != own.id for axis in axes):
            bounds.append(variable.clip)
        found[CROSS.join(parts) if parts else ALL] = Clip(
            low=min(clip.low for clip in bounds), high=max(clip.high for clip in bounds)
        )
    return found


def sensitive_parents(axes: tuple[Axis, ...]) -> tuple[Mapping[str, str], ...]:
    """Return, for each sensitive category among the axes, leaf -> parent: what is left without that category."""
    found: list[Mapping[str, str]] = []
    for position, axis in enumerate(axes):
        if axis.category.sensitivity is Sensitivity.ORDINARY:
            continue
        found.append(
            {
                CROSS.join(parts): CROSS.join(parts[:position] + parts[position + 1 :]) or ALL
                for parts in product(*(one.groups for one in axes))
            }
        )
    return tuple(found)
