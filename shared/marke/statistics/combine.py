"""Adding what collectives showed.

Per group the sum over the collectives that showed it, how many those are, and their spread.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from marke.errors import BadInputError
from marke.questions.check import CheckedQuestion
from marke.questions.layout import Layout
from marke.reasons import Reason
from marke.statistics.ratio import ratio_variance, to_decimal

_VARIANCE = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?(E[+-]?[0-9]{1,2})?")
"""How `str(Decimal)` prints a number that is not negative."""


@dataclass(frozen=True)
class CombinedCell:
    """One group (or the star bucket) over all collectives that showed it."""

    leaf: str
    collectives: int
    """How many collectives' figures are in it; 0 means that every one hid it."""
    values: tuple[int, ...]
    """In the order of the columns; all 0 when no collective showed it, which is not the same as a figure of 0."""
    spread: tuple[str, ...] = ()
    """The variance of the mean between collectives (`marke.statistics.ratio`), steps squared, as decimal text.

    Empty when no mean is asked or fewer than two collectives showed the group.
    """


@dataclass(frozen=True)
class Combined:
    """The combined table: what a result message carries, and what every reading is finished from."""

    cells: Mapping[str, CombinedCell]
    answered: int
    """How many collectives sent a contribution."""


def combine(checked: CheckedQuestion, contributions: Mapping[str, Mapping[str, tuple[int, ...]]]) -> Combined:
    """Add the shown cells of every collective (collective -> leaf -> numbers; a hidden leaf is absent).

    Raises BadInputError(CELLS_DO_NOT_FIT) for a leaf or a length that is not of the layout, or counts that cannot be.
    """
    for shown in contributions.values():
        check_cells(checked.layout, shown)
    return Combined(
        cells={
            leaf: _combine_leaf(
                checked.layout, leaf, [shown[leaf] for shown in contributions.values() if leaf in shown]
            )
            for leaf in checked.layout.all_leaves
        },
        answered=len(contributions),
    )


def check_cells(layout: Layout, shown: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse a contribution that is not of the layout; whoever receives one calls this before keeping it.

    Raises BadInputError(CELLS_DO_NOT_FIT) naming the group.
    """
    for leaf, values in shown.items():
        _check_cell(layout, leaf, values)
        if layout.places and sum(values) != 1:
            raise _unfit(leaf, "a place that is not one place")


def _check_cell(layout: Layout, leaf: str, values: tuple[int, ...]) -> None:
    if leaf not in layout.all_leaves:
        raise _unfit("all", "a group that was not asked")
    if len(values) != len(layout.columns):
        raise _unfit(leaf, f"{len(values)} numbers instead of {len(layout.columns)}")
    for column, value in zip(layout.columns, values, strict=True):
        if value < 0 and column != "sum":
            raise _unfit(leaf, f"{column} is negative")
    count = layout.column("count")
    if count is not None and values[count] == 0:
        raise _unfit(leaf, "a shown group without households")


def from_parts(
    checked: CheckedQuestion,
    parts: Iterable[tuple[str, int, tuple[int, ...], Sequence[str]]],
    *,
    answered: int,
) -> Combined:
    """Rebuild a combined table from (leaf, collectives, values, spread) as a result message carries them.

    A group that is absent was hidden by every collective. Raises BadInputError(CELLS_DO_NOT_FIT) for what is not of
    the layout.
    """
    width = len(checked.layout.columns)
    cells = {leaf: CombinedCell(leaf, 0, (0,) * width) for leaf in checked.layout.all_leaves}
    for leaf, collectives, values, spread in parts:
        if not 0 <= collectives <= answered or (collectives == 0 and any(values)) or len(spread) > 1:
            raise _unfit(leaf, "numbers that cannot be")
        if collectives:
            _check_cell(checked.layout, leaf, values)
        for text in spread:
            if not _VARIANCE.fullmatch(text):
                raise _unfit(leaf, "a spread that is not a number")
        cells[leaf] = CombinedCell(leaf, collectives, values, tuple(spread))
    return Combined(cells, answered)


def _unfit(leaf: str, detail: str) -> BadInputError:
    return BadInputError(Reason.CELLS_DO_NOT_FIT, leaf=leaf, detail=detail)


def _combine_leaf(layout: Layout, leaf: str, shown: list[tuple[int, ...]]) -> CombinedCell:
    if not shown:
        return CombinedCell(leaf, 0, (0,) * len(layout.columns))
    return CombinedCell(
        leaf=leaf,
        collectives=len(shown),
        values=tuple(map(sum, zip(*shown, strict=True))),
        spread=_spread(layout, shown),
    )


def _spread(layout: Layout, shown: list[tuple[int, ...]]) -> tuple[str, ...]:
    count, total = layout.column("count"), layout.column("sum")
    if count is None or total is None:
        return ()
    variance = ratio_variance([(values[count], values[total]) for values in shown])
    return () if variance is None else (str(to_decimal(variance)),)
