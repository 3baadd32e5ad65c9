"""How much one household can change an answer: the L1 and L2 norms of adding or removing it, exactly.

One household is one record in one leaf (privacy.md 2.2), so per statistic it changes one number; `place` is the
exception: it may move the collective's single 1 from one bin to another. Later noise is calibrated on these figures.
"""

from dataclasses import dataclass
from typing import assert_never

from marke.questions.check import CheckedQuestion
from marke.questions.layout import in_order
from marke.questions.model import Statistic


@dataclass(frozen=True)
class Norms:
    """The most that one household changes: L1 in whole steps, L2 as its exact square."""

    l1: int
    l2_squared: int


def sensitivity(checked: CheckedQuestion) -> dict[Statistic, Norms]:
    """Return the norms per statistic that is asked, over all leaves (the widest clip bounds count)."""
    return {statistic: _norms(checked, statistic) for statistic in in_order(checked.question.bundle.statistics)}


def whole_layout(checked: CheckedQuestion) -> Norms:
    """Return the norms over the whole layout: L1 adds over the statistics, and so do the squares of L2."""
    parts = sensitivity(checked).values()
    return Norms(sum(part.l1 for part in parts), sum(part.l2_squared for part in parts))


def _norms(checked: CheckedQuestion, statistic: Statistic) -> Norms:
    ends = [end for clip in checked.clips.values() for end in (clip.low, clip.high)]
    match statistic:
        case Statistic.COUNT | Statistic.BINS:
            return Norms(1, 1)
        case Statistic.SUM:
            most = max(abs(end) for end in ends)
        case Statistic.SQUARES:
            most = max((end - checked.variable.centre) ** 2 for end in ends)
        case Statistic.PLACE:
            return Norms(2, 2)
        case _:
            assert_never(statistic)
    return Norms(most, most * most)
