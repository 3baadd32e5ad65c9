"""Means as pages show them, at one moment and over periods."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from marke.formats import number, period
from marke.statistics.readings import MeanReading, MeanRow, TrendReading
from marke_ground.web import charts
from marke_ground.web.asking import Asking
from marke_ground.web.conclusions import compare
from marke_ground.web.figure_views import FigureView, asked_figure, figure_view, with_interval
from marke_ground.web.i18n import Voice


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
    conclusion: str
    has_own: bool
    has_deviation: bool
    notes: tuple[str, ...]
    kind: ClassVar[str] = "mean"


@dataclass(frozen=True)
class TrendLine:
    """The mean of one group in every period."""

    label: str
    figures: tuple[FigureView, ...]


@dataclass(frozen=True)
class TrendView:
    """Means over periods."""

    periods: tuple[str, ...]
    lines: tuple[TrendLine, ...]
    unit: str
    conclusion: str
    notes: tuple[str, ...]
    kind: ClassVar[str] = "trend"


def mean_view(reading: MeanReading, asking: Asking) -> MeanView:
    """Return means ready to print."""
    lines = tuple(_line(row, asking) for row in reading.rows)
    own = [asking.own.get(row.leaf) for row in reading.rows]
    rows = [
        charts.Row(line.label, _mark(line.mean), _own_mark(mine, line.own), note=line.mean.why)
        for line, mine in zip(lines, own, strict=True)
    ]
    deviations = [line.deviation for line in lines if line.deviation is not None]
    return MeanView(
        lines=lines,
        drawn=charts.draw_bars("means", rows),
        unit=asking.unit,
        conclusion=compare("mean", [(line.label, line.mean) for line in lines], asking.voice),
        has_own=any(line.own for line in lines),
        has_deviation=bool(deviations),
        notes=asking.notes([*(line.mean for line in lines), *deviations]),
    )


def trend_view(reading: TrendReading, asking: Asking) -> TrendView:
    """Return means over periods ready to print."""
    lines = tuple(
        TrendLine(asking.group_name(row.leaf), tuple(figure_view(point, asking.voice) for point in row.points))
        for row in reading.rows
    )
    return TrendView(
        periods=reading.periods,
        lines=lines,
        unit=asking.unit,
        conclusion=_trend_conclusion(reading.periods, lines, asking.voice),
        notes=asking.notes(figure for line in lines for figure in line.figures),
    )


def _line(row: MeanRow, asking: Asking) -> MeanLine:
    mean, own = figure_view(row.mean, asking.voice), asking.own.get(row.leaf)
    return MeanLine(
        label=asking.group_name(row.leaf),
        mean=mean,
        deviation=asked_figure(row.deviation, asking.voice),
        own="" if own is None else number(own, asking.voice.language),
        difference=_difference(own, mean, asking.voice),
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


def _trend_conclusion(periods: tuple[str, ...], lines: tuple[TrendLine, ...], voice: Voice) -> str:
    if len(periods) == 1:
        return compare("mean", [(line.label, line.figures[0]) for line in lines], voice)
    whole = [line for line in lines if line.figures[0].text and line.figures[-1].text]
    if not whole:
        return voice.say("reading.mean_nothing")
    first, last = whole[0].figures[0], whole[0].figures[-1]
    return voice.say(
        "reading.trend_conclusion",
        label=whole[0].label,
        first=with_interval(first, voice),
        start=period(periods[0], voice.language),
        last=with_interval(last, voice),
        end=period(periods[-1], voice.language),
    )
