"""How households are spread, as pages show it: histograms and quantiles, and when too little is known for either."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Final

from marke.formats import number
from marke.statistics.figures import WhyWithheld, Withheld
from marke.statistics.readings import BinShare, HistogramReading, HistogramRow, QuantileReading, QuantileRow
from marke.statistics.spread import edges_of
from marke.vocabulary.units import to_published
from marke_ground.web import charts
from marke_ground.web.asking import Asking
from marke_ground.web.conclusions import compare
from marke_ground.web.figure_views import WHY_WITHHELD, FigureView, figure_view
from marke_ground.web.i18n import Voice

MOST_UNKNOWN: Final = 0.5
"""Of a group of which more households than this have no known bin, no spread is shown: it would be of the others."""
_MEDIAN: Final = 50


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
    per: str
    """How wide a stretch the numbers at the side of the drawing are about, such as `100 m³`."""
    conclusion: str
    notes: tuple[str, ...]
    tail: int
    """Households beyond the end of the drawing; the table has them."""
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
    has_figures: bool
    """Whether any quantile is known; a table of nothing is not shown."""
    unit: str
    conclusion: str
    notes: tuple[str, ...]
    kind: ClassVar[str] = "quantile"


def histogram_view(reading: HistogramReading, asking: Asking) -> HistogramView:
    """Return the histogram of the chosen group ready to print."""
    chosen = next((row for row in reading.rows if row.leaf == asking.group), reading.rows[0])
    own = asking.own.get(chosen.leaf)
    choices = tuple((row.leaf, asking.group_name(row.leaf), row.leaf == chosen.leaf) for row in reading.rows)
    view = HistogramView(
        label=asking.group_name(chosen.leaf),
        choices=choices,
        drawn=None,
        lines=(),
        unit=asking.unit,
        per="",
        conclusion="",
        notes=(),
        tail=0,
        own="" if own is None else number(own, asking.voice.language),
        why="",
    )
    if isinstance(chosen.bins, Withheld):
        held = figure_view(chosen.bins, asking.voice)
        return replace(view, why=asking.voice.say("reading.withheld", why=held.why), notes=asking.notes([held]))
    if _unknown_share(chosen) > MOST_UNKNOWN:
        return replace(view, why=_too_unknown(chosen, asking.voice))
    return _drawn(view, chosen, chosen.bins, asking)


def _drawn(view: HistogramView, row: HistogramRow, bins: Sequence[BinShare], asking: Asking) -> HistogramView:
    voice, counts, own = asking.voice, _counts(bins), asking.own.get(row.leaf)
    lines = tuple(_bin_line(part, asking) for part in bins)
    shown = charts.shown_bins(counts)
    parts = [bins[position] for position in shown]
    edges = [float(parts[0].low), *(float(part.high) for part in parts)]
    inside = own is not None and edges[0] <= own < edges[-1]
    drawn = charts.draw_histogram(
        "spread", edges, [counts[position] for position in shown], float(own) if own is not None and inside else None
    )
    fullest = lines[counts.index(max(counts))]
    parts_of = {"bounds": fullest.bounds, "share": fullest.share, "unknown": _percent(_unknown_share(row), voice)}
    known_all = "reading.histogram_conclusion" if _unknown_count(row) else "reading.histogram_conclusion_all"
    return replace(
        view,
        drawn=drawn,
        lines=lines,
        per=f"{number(drawn.per, voice.language, charts.decimals_of(drawn.per))} {asking.unit}",
        conclusion=voice.say(known_all, **parts_of),
        notes=asking.notes(figure_view(part.households, voice) for part in bins),
        tail=sum(counts[shown.stop :]),
    )


def _counts(bins: Sequence[BinShare]) -> list[int]:
    """Return what a drawing shows of each bin: nothing where it was pooled, which the table tells apart from zero."""
    return [0 if isinstance(part.households, Withheld) else int(part.households.value) for part in bins]


def _unknown_count(row: HistogramRow) -> int:
    return 0 if isinstance(row.unknown, Withheld) else int(row.unknown.value)


def _known_count(row: HistogramRow) -> int:
    return 0 if isinstance(row.bins, Withheld) else sum(_counts(row.bins))


def _unknown_share(row: HistogramRow) -> float:
    unknown = _unknown_count(row)
    return unknown / (unknown + _known_count(row)) if unknown else 0.0


def _too_unknown(row: HistogramRow, voice: Voice) -> str:
    unknown = _unknown_count(row)
    total = unknown + _known_count(row)
    counts = (number(count, voice.language) for count in (unknown, total))
    return voice.say("reading.histogram_too_unknown", unknown=next(counts), total=next(counts))


def _percent(share: float, voice: Voice) -> str:
    return number(share * 100, voice.language, 1)


def _bin_line(part: BinShare, asking: Asking) -> BinLine:
    share = figure_view(part.share, asking.voice, 1)
    households = figure_view(part.households, asking.voice)
    return BinLine(
        bounds=f"{bounds_text(part.low, part.high, asking.voice)} {asking.unit}",
        households=households.text or households.why,
        share=share.text or share.why,
        at_most="" if share.high is None else number(share.high, asking.voice.language, 1),
    )


def bounds_text(low: Decimal, high: Decimal, voice: Voice) -> str:
    """Print from where to where, such as `500 tot 600`."""
    return voice.say("figure.bounds", low=number(low, voice.language), high=number(high, voice.language))


def quantile_view(reading: QuantileReading, asking: Asking) -> QuantileView:
    """Return quantiles ready to print; one that could lie anywhere on the scale is no figure."""
    percents = tuple(quantile.percent for quantile in reading.rows[0].quantiles) if reading.rows else ()
    lines = tuple(_quantile_line(row, asking) for row in reading.rows)
    medians = [(line.label, line.figures[percents.index(_MEDIAN)]) for line in lines] if _MEDIAN in percents else []
    return QuantileView(
        percents=percents,
        lines=lines,
        has_figures=any(figure.text for line in lines for figure in line.figures),
        unit=asking.unit,
        conclusion=compare("quantile", medians, asking.voice),
        notes=asking.notes(figure for line in lines for figure in line.figures),
    )


def _quantile_line(row: QuantileRow, asking: Asking) -> QuantileLine:
    figures = [figure_view(quantile.figure, asking.voice) for quantile in row.quantiles]
    loose = [_is_loose(figure, asking) for figure in figures]
    # as soon as more households are unknown than known, the middle one can stand anywhere: then the group has none
    nothing = any(one.percent == _MEDIAN and is_loose for one, is_loose in zip(row.quantiles, loose, strict=True))
    kept = tuple(
        _unknown(figure, asking.voice) if figure.text and (nothing or is_loose) else figure
        for figure, is_loose in zip(figures, loose, strict=True)
    )
    return QuantileLine(asking.group_name(row.leaf), kept)


def _is_loose(figure: FigureView, asking: Asking) -> bool:
    """Whether the bounds of a quantile are the ends of the scale, so that nothing is known of it."""
    edges, decimals = edges_of(asking.checked), asking.checked.variable.decimals
    low, high = (float(to_published(edge, decimals)) for edge in (edges[0], edges[-1]))
    return figure.low is not None and figure.high is not None and figure.low <= low and figure.high >= high


def _unknown(figure: FigureView, voice: Voice) -> FigureView:
    short = voice.say(WHY_WITHHELD[WhyWithheld.ALL_POOLED])
    return FigureView("", "", "", short, figure.collectives, figure.answered, held=WhyWithheld.ALL_POOLED)
