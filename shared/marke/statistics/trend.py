"""A series of the same mean over periods that do not overlap.

One finished bundle per period (statistics.md 4, `trend`).

Each point keeps its own interval. A change between two points has none: the same households stand in both, and how
they move together is not among what was asked.
"""

from collections.abc import Sequence
from itertools import pairwise

from marke.errors import BadInputError
from marke.questions.check import CheckedQuestion
from marke.reasons import Reason
from marke.statistics.combine import Combined
from marke.statistics.moments import mean_of
from marke.statistics.readings import TrendReading, TrendRow


def trend(finished: Sequence[tuple[CheckedQuestion, Combined]]) -> TrendReading:
    """Join the combined tables of one variable and breakdown over several periods, in order of time.

    Raises BadInputError(TREND_DOES_NOT_FIT) when variable, breakdown or unit differ, or periods overlap or mix lengths.
    """
    held = sorted(finished, key=lambda pair: pair[0].period)
    if not held:
        raise _unfit("there is none")
    first = held[0][0]
    for checked, _ in held:
        _check_fit(first, checked)
    for (earlier, _), (later, _) in pairwise(held):
        if later.period.first < earlier.period.after:
            raise _unfit(f"{earlier.period} and {later.period} overlap")
    return TrendReading(
        variable=first.variable.id,
        periods=tuple(str(checked.period) for checked, _ in held),
        rows=tuple(
            TrendRow(leaf, tuple(mean_of(checked, combined, combined.cells[leaf]) for checked, combined in held))
            for leaf in first.leaves
        ),
    )


def _check_fit(first: CheckedQuestion, checked: CheckedQuestion) -> None:
    if (checked.variable.id, checked.question.bundle.breakdown, checked.leaves) != (
        first.variable.id,
        first.question.bundle.breakdown,
        first.leaves,
    ):
        raise _unfit("another variable or breakdown")
    if (checked.variable.unit, checked.variable.decimals) != (first.variable.unit, first.variable.decimals):
        raise _unfit("another unit")
    if checked.period.granularity is not first.period.granularity:
        raise _unfit("periods of different length")
    if checked.layout.column("sum") is None:
        raise _unfit("no mean was asked")


def _unfit(detail: str) -> BadInputError:
    return BadInputError(Reason.TREND_DOES_NOT_FIT, detail=detail)
