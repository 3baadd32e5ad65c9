"""The distribution of collectives' own means: bands of collectives, never a rank (decisions 7 and 10).

Below 10 collectives nothing is published; below 200 the bins of the codebook are merged into five bands of about
equal content; from 200 on the bins stay, and only those with fewer than three collectives are merged. A band always
holds at least three.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

from marke.questions.check import CheckedQuestion
from marke.questions.precision import (
    BANDS,
    FEW_COLLECTIVES,
    FEWEST_COLLECTIVES,
    FEWEST_IN_A_BAND,
)
from marke.statistics.combine import Combined, CombinedCell
from marke.statistics.figures import Coverage, WhyNoInterval, WhyWithheld, Withheld
from marke.statistics.ratio import to_decimal
from marke.statistics.readings import Band, DistributionRow, DistributionWithheld
from marke.vocabulary.units import to_published


def distribution_row(
    checked: CheckedQuestion, combined: Combined, cell: CombinedCell
) -> DistributionRow | DistributionWithheld:
    """Return the bands of one group, or why there are none."""
    counts = [cell.values[position] for position in checked.layout.places]
    coverage = Coverage(cell.collectives, combined.answered, None)
    fewest = max(FEWEST_COLLECTIVES, checked.question.smallest_round)
    if sum(counts) < fewest:
        why = WhyWithheld.TOO_FEW_COLLECTIVES if sum(counts) else WhyWithheld.HIDDEN
        return DistributionWithheld(cell.leaf, Withheld(why, coverage))
    bands = _bands(checked, counts)
    return DistributionRow(
        leaf=cell.leaf,
        bands=bands,
        unit=checked.variable.unit,
        coverage=coverage,
        interval=WhyNoInterval.COUNTED,
        expected_error=_error(bands, sum(counts)),
    )


def cuts(counts: Sequence[int]) -> tuple[int, ...]:
    """Return after which bins a band ends (positions, rising, the last bin included).

    Each band holds at least three collectives; below 200 there are at most five, cut as near as the bins allow to
    where each fifth of all is reached.
    """
    total = sum(counts)
    most = min(BANDS, total // FEWEST_IN_A_BAND) if total < FEW_COLLECTIVES else len(counts)
    found: list[int] = []
    before = 0
    for position, (reached, then) in enumerate(pairwise(accumulate(counts))):
        if len(found) + 1 >= most or total - reached < FEWEST_IN_A_BAND:
            break
        wanted = Fraction(total * (len(found) + 1), most)
        is_near = total >= FEW_COLLECTIVES or reached >= wanted or wanted - reached <= then - wanted
        if is_near and reached - before >= FEWEST_IN_A_BAND:
            found.append(position)
            before = reached
    return (*found, len(counts) - 1)


def _error(bands: Sequence[Band], total: int) -> Decimal:
    """Return the mean distance of a collective to the middle of its band: sum over bands of share^2 / 4."""
    part = sum(Fraction(band.collectives, total) ** 2 for band in bands) / 4
    return _percent(Fraction(part))


def _bands(checked: CheckedQuestion, counts: Sequence[int]) -> tuple[Band, ...]:
    edges, total = checked.variable.bins_between, sum(counts)
    found: list[Band] = []
    first, before = 0, 0
    for last in cuts(counts):
        held = sum(counts[first : last + 1])
        found.append(
            Band(
                low=to_published(edges[first], checked.variable.decimals),
                high=to_published(edges[last + 1], checked.variable.decimals),
                collectives=held,
                from_percent=_percent(Fraction(before, total)),
                to_percent=_percent(Fraction(before + held, total)),
            )
        )
        first, before = last + 1, before + held
    return tuple(found)


def _percent(part: Fraction) -> Decimal:
    return to_decimal(part * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
