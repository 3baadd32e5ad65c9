"""Finished readings as pages show them: a drawing, a table with the same numbers, and what a conclusion needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, TypeAlias, assert_never

from marke.formats import number
from marke.questions.check import CheckedQuestion
from marke.statistics.figures import Withheld
from marke.statistics.readings import (
    BinShare,
    DistributionReading,
    DistributionRow,
    FinishedReading,
    HistogramReading,
    HistogramRow,
    MeanReading,
    QuantileReading,
    TableReading,
    TrendReading,
)
from marke_ground.web import charts
from marke_ground.web.figure_views import FigureView, asked_figure, figure_view, group_name, unit_text
from marke_ground.web.i18n import Voice

OwnMeans: TypeAlias = Mapping[str, Decimal]
"""A collective's own means by group, in the unit of the variable; they exist on the node's own pages only."""


@dataclass(frozen=True)
class Asking:
    """What a page shows a reading with: the question, the language, one's own means, and the group chosen."""

    checked: CheckedQuestion
    voice: Voice
    own: OwnMeans
    group: str = ""


@dataclass(frozen=True)
class CountLine:
    """One group of a table."""

    label: str
    households: FigureView
    total: FigureView | None


@dataclass(frozen=True)
class TableView:
    """Counts and totals."""

    lines: tuple[CountLine, ...]
    has_totals: bool
    has_hidden: bool
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class MeanLine:
    """One group of the means."""

    label: str
    mean: FigureView
    deviation: FigureView | None
    own: str
    difference: str


@dataclass(frozen=True)
class MeanView:
    """Means with intervals, perhaps one's own beside them."""

    lines: tuple[MeanLine, ...]
    drawn: charts.Bars
    unit: str
    lowest: MeanLine | None
    highest: MeanLine | None
    has_own: bool
    has_deviation: bool
    has_hidden: bool
    kind: ClassVar[str] = "mean"


@dataclass(frozen=True)
class BinLine:
    """One bin of a histogram."""

    bounds: str
    households: str
    share: str
    at_most: str


@dataclass(frozen=True)
class HistogramView:
    """How the households of one group are spread; the other groups are a choice away."""

    label: str
    choices: tuple[tuple[str, str, bool], ...]
    """Group, name, whether it is the one shown."""
    drawn: charts.Histogram | None
    lines: tuple[BinLine, ...]
    unit: str
    fullest: BinLine | None
    tail: int
    """Households beyond the end of the drawing; the table has them."""
    unknown: FigureView
    own: str
    why: str
    """Why there is nothing to draw; empty when there is."""
    kind: ClassVar[str] = "histogram"


@dataclass(frozen=True)
class QuantileLine:
    """The quantiles of one group."""

    label: str
    figures: tuple[FigureView, ...]


@dataclass(frozen=True)
class QuantileView:
    """Quantiles with their certain bounds."""

    percents: tuple[int, ...]
    lines: tuple[QuantileLine, ...]
    has_unknown: bool
    kind: ClassVar[str] = "quantile"


@dataclass(frozen=True)
class TrendView:
    """Means over periods."""

    periods: tuple[str, ...]
    lines: tuple[QuantileLine, ...]
    kind: ClassVar[str] = "trend"


@dataclass(frozen=True)
class BandLine:
    """One band of a distribution."""

    bounds: str
    collectives: int
    percents: str


@dataclass(frozen=True)
class DistributionView:
    """How the means of collectives are spread; bands, never a rank."""

    label: str
    drawn: charts.Strip | None
    lines: tuple[BandLine, ...]
    unit: str
    collectives: int
    answered: int
    error: str
    why: str
    kind: ClassVar[str] = "distribution"


ReadingView: TypeAlias = TableView | MeanView | HistogramView | QuantileView | TrendView | DistributionView


def reading_views(readings: Sequence[FinishedReading], asking: Asking) -> tuple[ReadingView, ...]:
    """Return every reading of a result ready to print."""
    return tuple(_view(reading, asking) for reading in readings)


def _view(reading: FinishedReading, asking: Asking) -> ReadingView:
    match reading:
        case TableReading():
            return _table(reading, asking)
        case MeanReading():
            return _means(reading, asking)
        case HistogramReading():
            return _histogram(reading, asking)
        case QuantileReading():
            rows = [(row.leaf, [quantile.figure for quantile in row.quantiles]) for row in reading.rows]
            percents = tuple(quantile.percent for quantile in reading.rows[0].quantiles) if reading.rows else ()
            lines = tuple(_quantile_line(leaf, found, asking) for leaf, found in rows)
            return QuantileView(percents, lines, any(not one.text for line in lines for one in line.figures))
        case TrendReading():
            points = [(row.leaf, list(row.points)) for row in reading.rows]
            return TrendView(reading.periods, tuple(_quantile_line(leaf, found, asking) for leaf, found in points))
        case DistributionReading():
            return _distribution(reading, asking)
        case never:
            assert_never(never)


def _quantile_line(leaf: str, figures: Sequence[object], asking: Asking) -> QuantileLine:
    views = tuple(figure_view(figure, asking.voice) for figure in figures)  # type: ignore[arg-type] # FigureOrNone
    return QuantileLine(group_name(asking.checked, leaf, asking.voice), views)


def _table(reading: TableReading, asking: Asking) -> TableView:
    lines = tuple(
        CountLine(
            label=group_name(asking.checked, row.leaf, asking.voice),
            households=figure_view(row.households, asking.voice),
            total=asked_figure(row.total, asking.voice),
        )
        for row in reading.rows
    )
    return TableView(
        lines=lines,
        has_totals=any(line.total is not None for line in lines),
        has_hidden=any(not line.households.text for line in lines),
    )


def _means(reading: MeanReading, asking: Asking) -> MeanView:
    lines, rows = [], []
    for row in reading.rows:
        mean = figure_view(row.mean, asking.voice)
        own = asking.own.get(row.leaf)
        line = MeanLine(
            label=group_name(asking.checked, row.leaf, asking.voice),
            mean=mean,
            deviation=asked_figure(row.deviation, asking.voice),
            own="" if own is None else number(own, asking.voice.language),
            difference=_difference(own, mean, asking.voice),
        )
        lines.append(line)
        rows.append(charts.Row(line.label, _mark(mean), _own_mark(own, line.own), note=mean.why))
    known = sorted((line for line in lines if line.mean.value is not None), key=lambda line: line.mean.value or 0.0)
    return MeanView(
        lines=tuple(lines),
        drawn=charts.draw_bars("means", rows),
        unit=unit_text(asking.checked.variable.unit, asking.voice),
        lowest=known[0] if known else None,
        highest=known[-1] if known else None,
        has_own=any(line.own for line in lines),
        has_deviation=any(line.deviation is not None for line in lines),
        has_hidden=any(not line.mean.text for line in lines),
    )


def _mark(figure: FigureView) -> charts.Mark | None:
    return None if figure.value is None else charts.Mark(figure.value, figure.aloud, figure.low, figure.high)


def _own_mark(own: Decimal | None, text: str) -> charts.Mark | None:
    return None if own is None else charts.Mark(float(own), text)


def _difference(own: Decimal | None, mean: FigureView, voice: Voice) -> str:
    """Say whether one's own mean is below, above, or not to be told apart from the figure beside it."""
    if own is None or mean.value is None or mean.low is None or mean.high is None:
        return ""
    if mean.low <= float(own) <= mean.high:
        return voice.say("difference.within")
    return voice.say("difference.lower" if float(own) < mean.low else "difference.higher")


def _histogram(reading: HistogramReading, asking: Asking) -> HistogramView:
    chosen = next((row for row in reading.rows if row.leaf == asking.group), reading.rows[0])
    voice, leaf = asking.voice, chosen.leaf
    lines = _bin_lines(chosen, voice)
    own = asking.own.get(leaf)
    counts = [] if isinstance(chosen.bins, Withheld) else _counts(chosen.bins)
    fullest = lines[counts.index(max(counts))] if counts else None
    return HistogramView(
        label=group_name(asking.checked, leaf, voice),
        choices=tuple(
            (row.leaf, group_name(asking.checked, row.leaf, voice), row.leaf == leaf) for row in reading.rows
        ),
        drawn=_draw_bins(chosen, own),
        lines=lines,
        unit=unit_text(reading.unit, voice),
        fullest=fullest,
        tail=sum(counts[charts.shown_bins(counts).stop :]),
        unknown=figure_view(chosen.unknown, voice),
        own="" if own is None else number(own, voice.language),
        why=figure_view(chosen.bins, voice).why if isinstance(chosen.bins, Withheld) else "",
    )


def _draw_bins(row: HistogramRow, own: Decimal | None) -> charts.Histogram | None:
    if isinstance(row.bins, Withheld):
        return None
    counts = _counts(row.bins)
    shown = charts.shown_bins(counts)
    parts = [row.bins[position] for position in shown]
    edges = [float(parts[0].low), *(float(part.high) for part in parts)]
    inside = own is not None and edges[0] <= own < edges[-1]
    return charts.draw_histogram(
        "spread", edges, [counts[position] for position in shown], float(own) if own is not None and inside else None
    )


def _counts(bins: Sequence[BinShare]) -> list[int]:
    """Return what a drawing shows of each bin: nothing where it was pooled, which the table tells apart from zero."""
    return [0 if isinstance(part.households, Withheld) else int(part.households.value) for part in bins]


def _bin_lines(row: HistogramRow, voice: Voice) -> tuple[BinLine, ...]:
    if isinstance(row.bins, Withheld):
        return ()
    lines = []
    for part in row.bins:
        share = figure_view(part.share, voice, 1)
        at_most = "" if share.high is None else number(share.high, voice.language, 1)
        households = figure_view(part.households, voice)
        lines.append(
            BinLine(bounds_text(part.low, part.high, voice), households.text or households.why, share.text, at_most)
        )
    return tuple(lines)


def bounds_text(low: Decimal, high: Decimal, voice: Voice) -> str:
    """Print from where to where, such as `500 tot 600`."""
    return voice.say("figure.bounds", low=number(low, voice.language), high=number(high, voice.language))


def _distribution(reading: DistributionReading, asking: Asking) -> DistributionView:
    row = next((row for row in reading.rows if row.leaf == asking.group), reading.rows[0])
    label, voice = group_name(asking.checked, row.leaf, asking.voice), asking.voice
    if not isinstance(row, DistributionRow):
        held = figure_view(row.withheld, voice)
        return DistributionView(label, None, (), "", held.collectives, held.answered, "", held.why)
    return DistributionView(
        label=label,
        drawn=charts.draw_strip(
            "bands",
            [band.collectives for band in row.bands],
            [number(band.high, voice.language) for band in row.bands[:-1]],
            _own_band(row, asking.own.get(row.leaf)),
        ),
        lines=tuple(_band_line(row, position, voice) for position in range(len(row.bands))),
        unit=unit_text(row.unit, voice),
        collectives=row.coverage.collectives,
        answered=row.coverage.answered,
        error=number(row.expected_error, voice.language, 0),
        why="",
    )


def _own_band(row: DistributionRow, own: Decimal | None) -> int | None:
    """Return in which band a mean lies: bands hold their lower end, and the outer ones what lies beyond."""
    return None if own is None else sum(own >= band.high for band in row.bands[:-1])


def _band_line(row: DistributionRow, position: int, voice: Voice) -> BandLine:
    band = row.bands[position]
    low, high = (number(end, voice.language) for end in (band.low, band.high))
    if position == 0:
        bounds = voice.say("figure.below", high=high)
    elif position == len(row.bands) - 1:
        bounds = voice.say("figure.from", low=low)
    else:
        bounds = voice.say("figure.bounds", low=low, high=high)
    ends = [number(end, voice.language) for end in (band.from_percent, band.to_percent)]
    return BandLine(bounds, band.collectives, voice.say("figure.percents", low=ends[0], high=ends[1]))
