"""Figures as they are read: number, unit, interval or why there is none, and how many stand behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from marke.codebook.model import ALL, OTHER
from marke.formats import number
from marke.questions.axes import CROSS
from marke.questions.check import CheckedQuestion
from marke.statistics.figures import (
    FigureOrNone,
    Interval,
    IntervalKind,
    NotAsked,
    UnitText,
    WhyNoInterval,
    WhyWithheld,
)
from marke.statistics.figures import Withheld as NoFigure
from marke.vocabulary.units import Unit
from marke_ground.web.i18n import Voice

SMALL = 10
"""Below this a mean is printed with a decimal more: 3.4 says more than 3."""

WHY_NO_INTERVAL: Mapping[WhyNoInterval, str] = {
    WhyNoInterval.COUNTED: "figure.counted",
}
WHY_WITHHELD: Mapping[WhyWithheld, str] = {
    WhyWithheld.HIDDEN: "figure.hidden",
    WhyWithheld.TOO_FEW_COLLECTIVES: "figure.too_few_collectives",
    WhyWithheld.ROUNDED_AWAY: "figure.rounded_away",
    WhyWithheld.ALL_POOLED: "figure.all_pooled",
    WhyWithheld.STAR_BUCKET: "figure.star_bucket",
}
WHY_MEANS: Mapping[WhyWithheld, str] = {
    WhyWithheld.HIDDEN: "reading.hidden_means",
    WhyWithheld.TOO_FEW_COLLECTIVES: "reading.too_few_means",
    WhyWithheld.ROUNDED_AWAY: "reading.rounded_away_means",
    WhyWithheld.ALL_POOLED: "reading.unknown_means",
    WhyWithheld.STAR_BUCKET: "reading.star_means",
}
"""What the short word in a cell means, in a sentence below the table; `{fewest}` is the question's smallest round."""
_BETWEEN: Mapping[IntervalKind, str] = {
    IntervalKind.BETWEEN_COLLECTIVES: "figure.between",
    IntervalKind.BIN_BOUNDS: "figure.between",
    IntervalKind.ROUNDING: "figure.between_rounded",
}
_SPOKEN_UNITS: Mapping[Unit, str] = {
    Unit.PERSON: "unit.person",
    Unit.PIECE: "unit.piece",
    Unit.MEAL: "unit.meal",
    Unit.HOUR: "unit.hour",
    Unit.DAY: "unit.day",
    Unit.YEAR: "unit.year",
    Unit.YES_NO: "unit.yes_no",
    Unit.SCORE_0_10: "unit.score_0_10",
    Unit.SCORE_0_100: "unit.score_0_100",
    Unit.SCORE_1_5: "unit.score_1_5",
    Unit.SCORE_1_7: "unit.score_1_7",
}


@dataclass(frozen=True)
class FigureView:
    """A figure ready to print. `text` is empty when there is none; then `why` says why."""

    text: str
    unit: str
    interval: str
    why: str
    collectives: int
    answered: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    held: WhyWithheld | None = field(default=None, repr=False)
    kind: IntervalKind | None = field(default=None, repr=False)

    @property
    def aloud(self) -> str:
        """Number and unit together, or why there is none."""
        return f"{self.text} {self.unit}".strip() if self.text else self.why


def figure_view(figure: FigureOrNone, voice: Voice, decimals: int | None = None) -> FigureView:
    """Return a figure, or the reason that stands in its place, in the language of the visitor."""
    if isinstance(figure, NoFigure):
        held = figure.coverage
        short = voice.say(WHY_WITHHELD[figure.why])
        return FigureView("", "", "", short, held.collectives, held.answered, held=figure.why)
    places = decimals_of(figure.value) if decimals is None else decimals
    interval, why = "", ""
    low = high = None
    match figure.interval:
        case Interval() as between:
            ends = (number(end, voice.language, places) for end in (between.low, between.high))
            interval = voice.say(_BETWEEN[between.kind], low=next(ends), high=next(ends))
            low, high = float(between.low), float(between.high)
        case WhyNoInterval() as missing:
            why = voice.say(WHY_NO_INTERVAL[missing])
        case never:
            assert_never(never)
    return FigureView(
        text=number(figure.value, voice.language, places),
        unit=unit_text(figure.unit, voice),
        interval=interval,
        why=why,
        collectives=figure.coverage.collectives,
        answered=figure.coverage.answered,
        value=float(figure.value),
        low=low,
        high=high,
        kind=figure.interval.kind if isinstance(figure.interval, Interval) else None,
    )


def with_interval(figure: FigureView, voice: Voice) -> str:
    """Return a figure with its unit and, in brackets, its interval: how a sentence says it."""
    if not figure.interval:
        return figure.aloud
    return voice.say("figure.with_interval", value=figure.aloud, interval=figure.interval)


def reason_notes(figures: Iterable[FigureView], voice: Voice, *, fewest: int) -> tuple[str, ...]:
    """Return a sentence for each reason why a figure is not there, and for margins that are about rounding only."""
    shown = list(figures)
    held = [why for why in WhyWithheld if any(figure.held is why for figure in shown)]
    notes = tuple(voice.say(WHY_MEANS[why], fewest=fewest) for why in held)
    is_rounded = any(figure.kind is IntervalKind.ROUNDING for figure in shown)
    return (*notes, voice.say("reading.rounding_means")) if is_rounded else notes


def asked_figure(figure: FigureOrNone | NotAsked, voice: Voice, decimals: int | None = None) -> FigureView | None:
    """Return a figure, or None when the question did not ask for it."""
    return None if isinstance(figure, NotAsked) else figure_view(figure, voice, decimals)


def decimals_of(value: Decimal) -> int:
    """Choose how many decimals a reader is helped by: none from 10 up, one from 1, two below."""
    if value == value.to_integral_value() or abs(value) >= SMALL:
        return 0
    return 1 if abs(value) >= 1 else 2


def unit_text(unit: UnitText, voice: Voice) -> str:
    """Return a unit as it stands behind a number."""
    if unit in {"households", "collectives"}:
        return voice.say(f"unit.{unit}")
    spoken = _SPOKEN_UNITS.get(Unit(unit))
    return str(unit) if spoken is None else voice.say(spoken)


def group_name(checked: CheckedQuestion, leaf: str, voice: Voice) -> str:
    """Return what a group is called: the name in the codebook, `all homes`, or the star bucket."""
    if leaf == ALL:
        return voice.say("group.all")
    if leaf == OTHER:
        return voice.say("group.other")
    parts = leaf.split(CROSS) if len(checked.axes) > 1 else [leaf]
    name = ", ".join(axis.names[part].say(voice.language) for axis, part in zip(checked.axes, parts, strict=True))
    return name[:1].upper() + name[1:]
