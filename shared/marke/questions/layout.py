"""The layout of an answer: a fixed list of groups, each with the same columns.

Two parties that hold the same hash mean the same cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from marke import canonical
from marke.codebook.model import OTHER, Variable
from marke.questions.model import Statistic
from marke.vocabulary.ids import content_hash

MOST_LEAVES = 200
"""More groups than this make groups too small to say anything about (privacy.md 8)."""

_ORDER = (Statistic.COUNT, Statistic.SUM, Statistic.SQUARES, Statistic.BINS, Statistic.PLACE)


@dataclass(frozen=True)
class Layout:
    """The groups of a question, without the star bucket, and the columns of each."""

    leaves: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def all_leaves(self) -> tuple[str, ...]:
        """Return the groups and the star bucket behind them."""
        return (*self.leaves, OTHER)

    @cached_property
    def hash(self) -> str:
        """Return the content hash that contributions and results name."""
        return content_hash(canonical.to_bytes({"columns": list(self.columns), "leaves": list(self.all_leaves)}))

    def column(self, name: str) -> int | None:
        """Return where a column stands in a cell, or None when it is not asked."""
        return self.columns.index(name) if name in self.columns else None

    @property
    def bins(self) -> range:
        """Return where the bins stand in a cell, without the star bin; empty when bins are not asked."""
        return self._run("bin_0")

    @property
    def places(self) -> range:
        """Return where the bins between collectives stand in a cell; empty when place is not asked."""
        return self._run("place_0")

    def _run(self, first: str) -> range:
        start = self.column(first)
        if start is None:
            return range(0)
        stem = first[:-1]
        return range(start, start + sum(name.startswith(stem) and name != "bin_other" for name in self.columns))


def columns_of(variable: Variable, statistics: Sequence[Statistic]) -> tuple[str, ...]:
    """Return the columns of a cell: `count, sum, squares, bin_0 ... bin_other` as asked, or `place_0 ...`."""
    found: list[str] = []
    for statistic in in_order(statistics):
        match statistic:
            case Statistic.BINS:
                found.extend(f"bin_{position}" for position in range(len(variable.bins) - 1))
                found.append("bin_other")
            case Statistic.PLACE:
                found.extend(f"place_{position}" for position in range(len(variable.bins_between) - 1))
            case Statistic.COUNT | Statistic.SUM | Statistic.SQUARES:
                found.append(statistic.value)
    return tuple(found)


def in_order(statistics: Sequence[Statistic]) -> tuple[Statistic, ...]:
    """Return the statistics in the order of the columns, whatever the order they were asked in."""
    return tuple(statistic for statistic in _ORDER if statistic in statistics)
