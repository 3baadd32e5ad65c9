"""The register of readings: what each kind of result needs and uses of a bundle.

A kind that is not built is absent here and in `marke.questions.model.Reading`, so a question that names it is refused
with a sentence that lists what is known. A new kind is one line here and one finisher in `marke.statistics`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from marke.questions.model import Reading, Statistic

COUNT, SUM, SQUARES, BINS, PLACE = (
    Statistic.COUNT,
    Statistic.SUM,
    Statistic.SQUARES,
    Statistic.BINS,
    Statistic.PLACE,
)


@dataclass(frozen=True)
class ReadingKind:
    """What a reading cannot do without, and what it can use besides."""

    needs: frozenset[Statistic]
    may_use: frozenset[Statistic] = frozenset()

    @property
    def uses(self) -> frozenset[Statistic]:
        """Return everything of a bundle that this reading has a use for."""
        return self.needs | self.may_use


KINDS: Mapping[Reading, ReadingKind] = {
    Reading.TABLE: ReadingKind(frozenset({COUNT}), frozenset({SUM})),
    Reading.MEAN: ReadingKind(frozenset({COUNT, SUM}), frozenset({SQUARES})),
    Reading.HISTOGRAM: ReadingKind(frozenset({COUNT, BINS})),
    Reading.QUANTILE: ReadingKind(frozenset({COUNT, BINS})),
    Reading.TREND: ReadingKind(frozenset({COUNT, SUM}), frozenset({SQUARES})),
    Reading.DISTRIBUTION: ReadingKind(frozenset({PLACE})),
}
