"""Counts and totals as pages show them, and how many households stand behind a result. All of them are rounded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final, assert_never

from marke.codebook.model import OTHER
from marke.formats import number
from marke.privacy.rules import Rules
from marke.questions.own_lane import own_rules
from marke.statistics.figures import FigureOrNone, WhyWithheld, Withheld
from marke.statistics.readings import (
    DistributionReading,
    FinishedReading,
    HistogramReading,
    MeanReading,
    QuantileReading,
    TableReading,
    TrendReading,
)
from marke.vocabulary.units import to_published
from marke_ground.web.asking import Asking
from marke_ground.web.figure_views import FigureView, asked_figure, figure_view
from marke_ground.web.i18n import Voice

COUNT_BASE: Final = Rules.count_base
"""The multiple to which every collective rounds a count."""
COUNT_OFF: Final = COUNT_BASE // 2
"""The most that this moves the whole number of one collective."""
_NOT_SHOWN: Final = {WhyWithheld.HIDDEN, WhyWithheld.TOO_FEW_COLLECTIVES}


@dataclass(frozen=True)
class CountLine:
    """One group of a table."""

    label: str
    households: FigureView
    total: FigureView | None
    is_rest: bool = False


@dataclass(frozen=True)
class TableView:
    """Counts and totals."""

    lines: tuple[CountLine, ...]
    has_totals: bool
    unit: str
    conclusion: str
    notes: tuple[str, ...]
    kind: ClassVar[str] = "table"


def table_view(reading: TableReading, asking: Asking) -> TableView:
    """Return counts and totals ready to print."""
    voice = asking.voice
    lines = tuple(
        CountLine(
            label=asking.group_name(row.leaf),
            households=_rounded(figure_view(row.households, voice), voice),
            total=asked_figure(row.total, voice),
            is_rest=row.leaf == OTHER,
        )
        for row in reading.rows
    )
    has_totals = any(line.total is not None for line in lines)
    figures = [figure for line in lines for figure in (line.households, line.total) if figure is not None]
    return TableView(
        lines=lines,
        has_totals=has_totals,
        unit=asking.unit,
        conclusion=_conclusion(lines, voice),
        notes=(*_rounding_notes(asking, has_totals=has_totals), *asking.notes(figures)),
    )


@dataclass(frozen=True)
class Counted:
    """How many households stand behind what is shown, as the collectives rounded them."""

    households: int
    off: int
    """The most that this number differs from the one before rounding."""


def households_counted(readings: Sequence[FinishedReading]) -> Counted | None:
    """Return how many households stand behind what is shown; None when no count was asked, or none may be shown.

    Of several readings the one that shows most counts: a table has the rest group, means have not.
    """
    found = [_households(reading) for reading in readings]
    return max((one for one in found if one is not None), key=lambda one: one.households, default=None)


def _households(reading: FinishedReading) -> Counted | None:
    shown = [
        figure.coverage
        for figure in _a_figure_per_group(reading)
        if not (isinstance(figure, Withheld) and figure.why in _NOT_SHOWN)
    ]
    counts = [coverage.households for coverage in shown if coverage.households is not None]
    # every collective rounds once for every group that it shows
    return Counted(sum(counts), COUNT_OFF * sum(coverage.collectives for coverage in shown)) if counts else None


def _a_figure_per_group(reading: FinishedReading) -> Iterable[FigureOrNone]:
    match reading:
        case TableReading():
            return [row.households for row in reading.rows]
        case MeanReading():
            return [row.mean for row in reading.rows]
        case HistogramReading():
            return [row.unknown for row in reading.rows]
        case QuantileReading():
            return [row.quantiles[0].figure for row in reading.rows]
        case TrendReading():
            return [row.points[-1] for row in reading.rows]
        case DistributionReading():
            return []
        case never:
            assert_never(never)


def _rounded(figure: FigureView, voice: Voice) -> FigureView:
    if not figure.text:
        return figure
    return replace(figure, interval=voice.say("figure.off_by", off=COUNT_OFF * figure.collectives))


def _conclusion(lines: Sequence[CountLine], voice: Voice) -> str:
    shown = [line for line in lines if line.households.value is not None]
    if not shown:
        return voice.say("reading.mean_nothing")
    count = number(sum(line.households.value or 0.0 for line in shown), voice.language)
    if len(shown) == 1:
        return voice.say("reading.table_single", count=count, label=shown[0].label)
    most = _surely_largest([line for line in shown if not line.is_rest])
    if most is None:
        return voice.say("reading.table_sum", count=count)
    return voice.say("reading.table_conclusion", count=count, label=most.label, most=most.households.text)


def _surely_largest(lines: Sequence[CountLine]) -> CountLine | None:
    """Return the group that is the largest wherever rounding moved the numbers; None when that is not certain."""
    by_size = sorted(lines, key=lambda line: line.households.value or 0.0, reverse=True)
    if len(by_size) < 2:  # noqa: PLR2004 - one group is not the largest of any
        return None
    first, second = (line.households for line in by_size[:2])
    apart = (first.value or 0.0) - (second.value or 0.0)
    return by_size[0] if apart > COUNT_OFF * (first.collectives + second.collectives) else None


def _rounding_notes(asking: Asking, *, has_totals: bool) -> tuple[str, ...]:
    voice, decimals = asking.voice, asking.checked.variable.decimals
    notes = [voice.say("reading.rounded", base=COUNT_BASE, off=COUNT_OFF)]
    base = own_rules(asking.checked).smallest_sum_base
    if has_totals and base > 1:
        text = number(to_published(base, decimals), voice.language, decimals)
        notes.append(voice.say("reading.rounded_totals_base", base=text, unit=asking.unit))
    elif has_totals:
        notes.append(voice.say("reading.rounded_totals"))
    return (*notes, voice.say("reading.rest_group"))
