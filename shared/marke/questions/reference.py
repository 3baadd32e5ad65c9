"""The slow, obvious evaluator: every figure straight from its definition, one household at a time.

It shares no arithmetic with the kernel of `tally`, the star bucket or `combine`; tests hold them against each other
cell for cell, and the demo prints the difference between the federated answer and this one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from marke.codebook.model import ALL, OTHER
from marke.privacy.own_table import Hidden, OwnTable, Shown
from marke.questions.check import CheckedQuestion


@dataclass(frozen=True)
class Known:
    """What is known of one household: its codes (category -> code) and its value in steps."""

    codes: Mapping[str, str]
    value: int


def evaluate(checked: CheckedQuestion, households: Sequence[Known]) -> Mapping[str, tuple[int, ...]]:
    """Return leaf -> numbers in the order of the columns for one heap of households, untreated.

    `place` is the place of the heap itself; it does not add up over heaps of one collective.
    """
    return {
        leaf: tuple(
            _number(checked, column, [one for one in households if where(checked, one) == leaf])
            for column in checked.layout.columns
        )
        for leaf in checked.layout.all_leaves
    }


def evaluate_shown(
    checked: CheckedQuestion, collectives: Mapping[str, Sequence[Known]], tables: Mapping[str, OwnTable]
) -> Mapping[str, tuple[int, ...]]:
    """Return the pooled truth over what collectives showed, before rounding.

    Every household is counted in the leaf and the bin in which its collective's table put it: its own, or the star
    bucket. Households that stand in no shown cell of their collective are not counted.
    """
    found = {leaf: [0] * len(checked.layout.columns) for leaf in checked.layout.all_leaves}
    for name, table in tables.items():
        for one in collectives[name]:
            own = where(checked, one)
            if own is None:
                continue
            leaf = OTHER if isinstance(table.unrounded[own], Hidden) else own
            cell = table.unrounded[leaf]
            if isinstance(cell, Shown):
                for position, column in enumerate(checked.layout.columns):
                    seen = _seen_as(checked, column, cell, one)
                    found[leaf][position] += seen
    return {leaf: tuple(numbers) for leaf, numbers in found.items()}


def where(checked: CheckedQuestion, one: Known) -> str | None:
    """Return the leaf of a household by going through the groups one after the other."""
    parts = []
    for axis in checked.axes:
        matching = [group for code, group in axis.group_of.items() if one.codes.get(axis.category.id) == code]
        if not matching:
            return None
        parts.append(matching[0])
    return "__".join(parts) or ALL


def _clipped(checked: CheckedQuestion, one: Known) -> int:
    clip = checked.variable.clip_for(one.codes.get(checked.own_category))
    return min(max(one.value, clip.low), clip.high)


def _number(checked: CheckedQuestion, column: str, held: Sequence[Known]) -> int:
    values = [_clipped(checked, one) for one in held]
    if column.startswith("place_"):
        edges = checked.variable.bins_between
        return int(bool(values) and _bin_of(Fraction(sum(values), len(values)), edges) == int(column.split("_")[1]))
    return sum(_one(checked, column, value) for value in values)


def _one(checked: CheckedQuestion, column: str, value: int) -> int:
    """Return what one household adds to one column."""
    match column:
        case "count":
            return 1
        case "sum":
            return value
        case "squares":
            return (value - checked.variable.centre) ** 2
        case "bin_other":
            return 0
        case _:
            return int(_bin_of(value, checked.variable.bins) == int(column.split("_")[1]))


def _seen_as(checked: CheckedQuestion, column: str, cell: Shown, one: Known) -> int:
    value = _clipped(checked, one)
    if not column.startswith("bin_"):
        return _one(checked, column, value)
    mine = f"bin_{_bin_of(value, checked.variable.bins)}"
    is_pooled = cell.values[checked.layout.columns.index(mine)] == 0
    return int(column == ("bin_other" if is_pooled else mine))


def _bin_of(value: int | Fraction, edges: Sequence[int]) -> int:
    inside = [position for position in range(len(edges) - 1) if edges[position] <= value < edges[position + 1]]
    if inside:
        return inside[0]
    return 0 if value < edges[0] else len(edges) - 2
