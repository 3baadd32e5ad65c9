"""Cells as text in the database: canonical JSON, the same bytes as inside a contribution."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from pydantic import TypeAdapter

from marke import canonical
from marke.privacy.own_table import Cell as OwnCell
from marke.privacy.own_table import Hidden, Shown
from marke.protocol.messages import Cell, HiddenCell, ShownCell

_CELLS: TypeAdapter[tuple[Cell, ...]] = TypeAdapter(tuple[Cell, ...])
_MEANS: TypeAdapter[dict[str, tuple[int, int]]] = TypeAdapter(dict[str, tuple[int, int]])


def to_cells(table: Mapping[str, OwnCell], leaves: Iterable[str]) -> tuple[Cell, ...]:
    """Write a protected table as the cells of a message, in the order of the layout."""
    return tuple(_cell(leaf, table[leaf]) for leaf in leaves)


def _cell(leaf: str, cell: OwnCell) -> Cell:
    match cell:
        case Shown(values=values):
            return ShownCell(leaf=leaf, values=values)
        case Hidden():
            return HiddenCell(leaf=leaf)
        case never:
            assert_never(never)


def cells_to_text(cells: Iterable[Cell]) -> str:
    """Print cells as canonical JSON."""
    return canonical.to_bytes([cell.to_json() for cell in cells]).decode("utf-8")


def cells_from_text(text: str) -> tuple[Cell, ...]:
    """Read cells that this node wrote."""
    return _CELLS.validate_json(text)


def means_to_text(means: Mapping[str, tuple[int, int]]) -> str:
    """Print sums and counts by group as canonical JSON."""
    return canonical.to_bytes({leaf: list(pair) for leaf, pair in means.items()}).decode("utf-8")


def means_from_text(text: str) -> Mapping[str, tuple[int, int]]:
    """Read sums and counts by group that this node wrote."""
    return _MEANS.validate_json(text)
