"""Drawings as values: where every bar, whisker and band stands, worked out here; the templates only print them.

Across, positions are percentages and letters keep their own size, so that the same drawing is read on a phone and on
paper. Every drawing has a title, a description, a conclusion in one sentence, and a table with the same numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_ROW_PX = 54
_LINE_PX = 19
_AXIS_PX = 46
"""Below a drawing: a line of numbers, and a line that says what they are."""
_PLOT_PX = 170
_TICKS = 4
_FULL = 100.0
_ABOVE_PX = 44
"""Above a histogram: what the numbers at its side are, and one's own value."""
_LINE_LETTERS = 32
"""A label and a number that are longer together stand below each other: on a phone they would meet."""
_EDGE = 0.25
_TAIL = 0.01
"""The part of the households that a long tail may hold before a drawing shows it; the table always does."""


@dataclass(frozen=True)
class Mark:
    """A value with its interval, and how it reads aloud."""

    value: float
    text: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """One group: its figure, perhaps one's own figure beside it; `note` stands where there is no figure."""

    label: str
    mark: Mark | None
    own: Mark | None = None
    note: str = ""


@dataclass(frozen=True)
class Tick:
    """A number on the axis. `anchor` keeps the outer ones inside the drawing."""

    x: str
    value: float
    anchor: str

    @property
    def decimals(self) -> int:
        """How many decimals this number needs."""
        return decimals_of(self.value)


@dataclass(frozen=True)
class Level:
    """A number at the side of a histogram, and how high it stands."""

    y: int
    value: float

    @property
    def decimals(self) -> int:
        """How many decimals this number needs."""
        return decimals_of(self.value)


@dataclass(frozen=True)
class DrawnRow:
    """Where a row stands; texts of a percentage for across, pixels for down."""

    row: Row
    top: int
    is_stacked: bool
    """Whether the number stands below the label, for want of room."""
    width: str | None
    low: str | None
    high: str | None
    own: str | None

    @property
    def bar(self) -> int:
        """Where the bar begins, from above."""
        return self.top + 23 + (_LINE_PX if self.is_stacked else 0)


@dataclass(frozen=True)
class Bars:
    """Bars with intervals, one group a row."""

    id: str
    rows: tuple[DrawnRow, ...]
    ticks: tuple[Tick, ...]
    height: int

    @property
    def ground(self) -> int:
        """Where the axis stands."""
        return self.height - _AXIS_PX


@dataclass(frozen=True)
class DrawnBin:
    """One bin: where it stands, how high its share per unit is, and its numbers."""

    x: str
    width: str
    y: int
    height: int
    low: float
    high: float
    count: int
    own: bool


@dataclass(frozen=True)
class Histogram:
    """How many in each bin. Bins differ in width, so the area of a bar stands for its number."""

    id: str
    bins: tuple[DrawnBin, ...]
    ticks: tuple[Tick, ...]
    levels: tuple[Level, ...]
    per: float
    """The width, in the unit of the axis, that the numbers at the side are about: that of the narrowest bin."""
    height: int
    ground: int
    own: str | None
    own_anchor: str


@dataclass(frozen=True)
class DrawnBand:
    """One stretch of a strip: its part of the collectives, and where it ends on the scale."""

    x: str
    width: str
    middle: str
    ends_at: str
    count: int
    own: bool


@dataclass(frozen=True)
class Strip:
    """All collectives from the lowest mean to the highest, cut in bands; one's own band stands out."""

    id: str
    bands: tuple[DrawnBand, ...]
    own_middle: str | None
    own_anchor: str


def percent(share: float) -> str:
    """Print a share of the width, such as `12.5%`."""
    return f"{min(max(share, 0.0), 1.0) * _FULL:.2f}".rstrip("0").rstrip(".") + "%"


def decimals_of(value: float) -> int:
    """Return how many decimals a number of an axis needs."""
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])


def nice_ceiling(value: float) -> float:
    """Return the first of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is not below a value."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value * (1 - 1e-9))


def draw_bars(name: str, rows: Sequence[Row]) -> Bars:
    """Place bars from zero, with whiskers for intervals."""
    top = nice_ceiling(max([_reach(mark) for row in rows for mark in (row.mark, row.own) if mark], default=1.0))
    drawn, below = [], 0
    for row in rows:
        is_stacked = len(row.label) + len(row.mark.text if row.mark else row.note) > _LINE_LETTERS
        drawn.append(_draw_row(row, below, top, is_stacked=is_stacked))
        below += _ROW_PX + (_LINE_PX if is_stacked else 0)
    return Bars(id=name, rows=tuple(drawn), ticks=_ticks(0.0, top), height=below + _AXIS_PX)


def draw_histogram(name: str, edges: Sequence[float], counts: Sequence[int], own: float | None = None) -> Histogram:
    """Place the bins between `edges` (one more than `counts`); the area of each bar stands for its count."""
    low, span = edges[0], edges[-1] - edges[0]
    widths = [right - left for left, right in pairwise(edges)]
    highest = max((count / width for count, width in zip(counts, widths, strict=True)), default=0.0) or 1.0
    place, ground = None if own is None else (own - low) / span, _PLOT_PX + _ABOVE_PX
    bins = tuple(
        DrawnBin(
            x=percent((left - low) / span),
            width=percent((right - left) / span),
            y=ground - _bin_height(count / (right - left), highest),
            height=_bin_height(count / (right - left), highest),
            low=left,
            high=right,
            count=count,
            own=own is not None and left <= own < right,
        )
        for count, (left, right) in zip(counts, pairwise(edges), strict=True)
    )
    return Histogram(
        id=name,
        bins=bins,
        ticks=_ticks(low, edges[-1]),
        levels=_levels(highest * min(widths), ground),
        per=min(widths),
        height=ground + _AXIS_PX,
        ground=ground,
        own=None if place is None else percent(place),
        own_anchor=_anchor(place or 0.0),
    )


def draw_strip(name: str, counts: Sequence[int], ends: Sequence[str], own: int | None = None) -> Strip:
    """Cut a strip in bands as wide as their part of all; `ends` are the values between two bands."""
    total, before, bands = sum(counts) or 1, 0, []
    for position, count in enumerate(counts):
        bands.append(
            DrawnBand(
                x=percent(before / total),
                width=percent(count / total),
                middle=percent((before + count / 2) / total),
                ends_at=ends[position] if position < len(ends) else "",
                count=count,
                own=position == own,
            )
        )
        before += count
    middle = None if own is None else bands[own].middle
    return Strip(name, tuple(bands), middle, _anchor(0.5 if middle is None else float(middle.rstrip("%")) / _FULL))


def shown_bins(counts: Sequence[int]) -> range:
    """Return which bins a drawing shows: without the empty ones before, and without the last per cent behind."""
    total = sum(counts)
    filled = [position for position, count in enumerate(counts) if count]
    if not filled:
        return range(len(counts))
    last, behind = filled[-1], 0
    while last > filled[0] and behind + counts[last] <= total * _TAIL:
        behind += counts[last]
        last -= 1
    return range(max(filled[0] - 1, 0), last + 1)


def _anchor(share: float) -> str:
    if share < _EDGE:
        return "start"
    return "end" if share > 1 - _EDGE else "middle"


def _bin_height(density: float, highest: float) -> int:
    return max(round(density / highest * _PLOT_PX), 2 if density else 0)


def _levels(highest: float, ground: int) -> tuple[Level, ...]:
    """Return round numbers at the side, up to the highest bar."""
    step = nice_ceiling(highest / 3)
    step = min(step, highest)
    values = [step * number for number in range(1, int(highest / step + 1e-9) + 1)]
    return tuple(Level(ground - round(value / highest * _PLOT_PX), value) for value in values)


def _reach(mark: Mark) -> float:
    return max(mark.value, mark.high or 0.0)


def _draw_row(row: Row, above: int, top: float, *, is_stacked: bool) -> DrawnRow:
    mark = row.mark
    return DrawnRow(
        row=row,
        top=above,
        is_stacked=is_stacked,
        width=None if mark is None else percent(mark.value / top),
        low=None if mark is None or mark.low is None else percent(mark.low / top),
        high=None if mark is None or mark.high is None else percent(mark.high / top),
        own=None if row.own is None else percent(row.own.value / top),
    )


def _ticks(low: float, high: float) -> tuple[Tick, ...]:
    step = nice_ceiling((high - low) / _TICKS / 1.25)
    first = math.ceil(low / step) * step
    values = [first + step * number for number in range(int((high - first) / step + 1e-9) + 1)]
    return tuple(Tick(percent((value - low) / (high - low)), value, _tick_anchor(value, low, high)) for value in values)


def _tick_anchor(value: float, low: float, high: float) -> str:
    share = (value - low) / (high - low)
    return "start" if share < 0.02 else "end" if share > 0.98 else "middle"  # noqa: PLR2004 - two per cent of the edge
