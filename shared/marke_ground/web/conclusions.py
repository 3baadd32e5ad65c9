"""The one sentence below a title: what a reading says, with its interval, and no more than the intervals bear."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from marke.statistics.figures import IntervalKind
from marke_ground.web.figure_views import FigureView, with_interval
from marke_ground.web.i18n import Voice

Named: TypeAlias = tuple[str, FigureView]
"""A group with its figure."""


def compare(kind: Literal["mean", "quantile"], named: Sequence[Named], voice: Voice) -> str:
    """Say which group is lowest and which is highest, or that their difference is not certain."""
    shown = sorted((pair for pair in named if pair[1].value is not None), key=lambda pair: pair[1].value or 0.0)
    if not shown:
        return voice.say(f"reading.{kind}_nothing")
    low, high = shown[0], shown[-1]
    if len(shown) == 1:
        return voice.say(f"reading.{kind}_single", label=low[0], value=with_interval(low[1], voice))
    return voice.say(
        f"reading.{kind}_{_certainty(low[1], high[1])}",
        low=low[0],
        low_value=with_interval(low[1], voice),
        high=high[0],
        high_value=with_interval(high[1], voice),
    )


def _certainty(low: FigureView, high: FigureView) -> str:
    """Return the end of the key: two intervals that touch leave the order open, and so does one that is missing."""
    if low.high is None or high.low is None or IntervalKind.ROUNDING in {low.kind, high.kind}:
        return "no_interval"
    return "conclusion" if low.high < high.low else "unsure"
