"""Whether a contribution fits its question, as far as anybody outside the collective can see. Protocol 6.

The hub asks this before it gives a receipt: what it keeps can be added up, and one node that lies about its members
can move a national figure no further than as many members at the bounds of the codebook could.
"""

from collections.abc import Mapping
from typing import Final

from marke.codebook.model import Clip
from marke.errors import BadInputError
from marke.privacy.rounding import rounding_base
from marke.privacy.rules import Rules
from marke.protocol.messages import Contribution, ShownCell
from marke.questions.check import CheckedQuestion
from marke.questions.own_lane import own_rules
from marke.reasons import Reason
from marke.statistics.combine import check_cells

MOST_HOUSEHOLDS: Final = 1_000_000
"""Of one collective in one answer. No collective has more, and with more no sum of answers could be written exactly."""


def check_contribution(checked: CheckedQuestion, contribution: Contribution) -> None:
    """Return quietly when a contribution fits its question.

    Raises BadInputError: OTHER_LAYOUT, TOO_MANY_HOUSEHOLDS, and CELLS_DO_NOT_FIT for missing or double groups (a
    hidden group is a cell too: leaving it out would be a third way of saying "too small"), groups below the promised
    size, and sums that no such number of households could have.
    """
    if contribution.layout_hash != checked.layout.hash:
        raise BadInputError(Reason.OTHER_LAYOUT)
    leaves = [cell.leaf for cell in contribution.cells]
    if sorted(leaves) != sorted(checked.layout.all_leaves):
        raise _unfit("all", "not exactly the groups that were asked")
    shown = shown_cells(contribution)
    check_cells(checked.layout, shown)
    rules = own_rules(checked)
    _check_number(checked, shown)
    for leaf, values in shown.items():
        _check_size(checked, rules, leaf, dict(zip(checked.layout.columns, values, strict=True)))


def shown_cells(contribution: Contribution) -> dict[str, tuple[int, ...]]:
    """Return leaf -> numbers of what the collective showed; hidden groups are absent, which is not zero."""
    return {cell.leaf: cell.values for cell in contribution.cells if isinstance(cell, ShownCell)}


def _check_number(checked: CheckedQuestion, shown: Mapping[str, tuple[int, ...]]) -> None:
    count = checked.layout.column("count")
    found = 0 if count is None else sum(values[count] for values in shown.values())
    if found > MOST_HOUSEHOLDS:
        raise BadInputError(Reason.TOO_MANY_HOUSEHOLDS, found=found, most=MOST_HOUSEHOLDS)


def _check_size(checked: CheckedQuestion, rules: Rules, leaf: str, cell: Mapping[str, int]) -> None:
    if checked.layout.places:
        return
    most = (
        cell.get("count", MOST_HOUSEHOLDS) + rules.count_base // 2
    )  # the count is rounded: this many households it may have been
    if most < rules.smallest_group:
        raise _unfit(leaf, "a group below the smallest size")
    clip, centre = _clip(checked, leaf), checked.variable.centre
    furthest = max(abs(clip.low - centre), abs(clip.high - centre))
    bounds = {"sum": max(abs(clip.low), abs(clip.high)) * most, "squares": furthest * furthest * most}
    for column, bound in bounds.items():
        if abs(cell.get(column, 0)) > _rounded_up(bound, rules):
            raise _unfit(leaf, f"a {column} beyond the bounds of the codebook")
    for column, value in cell.items():
        if column.startswith("bin_") and value > most + rules.count_base // 2:
            raise _unfit(leaf, f"{column} holds more households than the group")


def _clip(checked: CheckedQuestion, leaf: str) -> Clip:
    """Return the bounds of a leaf; the star bucket may hold households of any."""
    known = checked.clips.get(leaf)
    if known is not None:
        return known
    clips = checked.clips.values()
    return Clip(low=min(clip.low for clip in clips), high=max(clip.high for clip in clips))


def _rounded_up(bound: int, rules: Rules) -> int:
    """Return the most that rounding can make of a number up to this bound."""
    return bound + max(rounding_base(bound, significant=rules.significant_digits), rules.smallest_sum_base)


def _unfit(leaf: str, detail: str) -> BadInputError:
    return BadInputError(Reason.CELLS_DO_NOT_FIT, leaf=leaf, detail=detail)
