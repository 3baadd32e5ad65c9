"""What this collective gave in a round: every number that left, in words that a member can check."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from marke.formats import number
from marke.protocol.messages import Cell, ShownCell
from marke.questions.check import CheckedQuestion
from marke_ground.web.figure_views import group_name, unit_text
from marke_ground.web.i18n import Voice
from marke_ground.web.spread_views import bounds_text
from marke_node.services.read_question import OwnAnswer

_FIRST: Final = ("count", "sum")
_STAR_BIN: Final = "bin_other"


@dataclass(frozen=True)
class OwnLine:
    """One group of what this collective gave: its numbers as they left, or hidden."""

    label: str
    numbers: tuple[str, ...]
    rest: tuple[tuple[str, str], ...]
    """The other numbers of the group, each with what it is."""
    is_shown: bool


@dataclass(frozen=True)
class OwnTable:
    """What this collective gave, exactly as it left."""

    heads: tuple[str, ...]
    """Keys of the columns."""
    lines: tuple[OwnLine, ...]
    given: OwnAnswer

    @property
    def has_rest(self) -> bool:
        """Say whether there are more numbers than the columns show."""
        return any(line.rest for line in self.lines)


def own_table(given: OwnAnswer, checked: CheckedQuestion, voice: Voice) -> OwnTable:
    """Return what was given, ready to print."""
    names = [name for name in _FIRST if name in given.columns]
    heads = ("own.band",) if checked.layout.places else tuple(f"own.{name}" for name in names)
    return OwnTable(heads, tuple(_line(cell, given.columns, checked, voice) for cell in given.cells), given)


def _line(cell: Cell, columns: Sequence[str], checked: CheckedQuestion, voice: Voice) -> OwnLine:
    label = group_name(checked, cell.leaf, voice)
    if not isinstance(cell, ShownCell):
        return OwnLine(label, (), (), is_shown=False)
    held = dict(zip(columns, cell.values, strict=True))
    if checked.layout.places:
        return OwnLine(label, (_place(held, checked, voice),), (), is_shown=True)
    decimals = {"count": 0, "sum": checked.variable.decimals}
    numbers = tuple(_number(held[name], decimals[name], voice) for name in _FIRST if name in held)
    return OwnLine(label, numbers, tuple(_rest(held, checked, voice)), is_shown=True)


def _place(held: dict[str, int], checked: CheckedQuestion, voice: Voice) -> str:
    """Return the bounds of the one bin that was reported: all that the hub learned of our mean."""
    edges = checked.variable.bins_between
    found = [position for position in range(len(edges) - 1) if held.get(f"place_{position}")]
    return ", ".join(_bounds(edges, position, checked, voice) for position in found)


def _rest(held: dict[str, int], checked: CheckedQuestion, voice: Voice) -> list[tuple[str, str]]:
    found = []
    if "squares" in held:
        squares = _number(held["squares"], 2 * checked.variable.decimals, voice)
        found.append((voice.say("own.squares"), squares))
    edges = checked.variable.bins
    filled = [position for position in range(len(edges) - 1) if held.get(f"bin_{position}")]
    found += [(_bounds(edges, one, checked, voice), _number(held[f"bin_{one}"], 0, voice)) for one in filled]
    if held.get(_STAR_BIN):
        found.append((voice.say("own.pooled_bins"), _number(held[_STAR_BIN], 0, voice)))
    return found


def _bounds(edges: Sequence[int], position: int, checked: CheckedQuestion, voice: Voice) -> str:
    low, high = (Decimal(edge) / 10**checked.variable.decimals for edge in edges[position : position + 2])
    return f"{bounds_text(low, high, voice)} {unit_text(checked.variable.unit, voice)}"


def _number(value: int, decimals: int, voice: Voice) -> str:
    return number(Decimal(value) / 10**decimals, voice.language, decimals)
