"""Histograms and quantiles from public bins, honest about the part that was pooled.

With b_i the households known to be in bin i and U those in pooled bins (somewhere, unknown), T = sum(b_i) + U: share
of bin i lies in [b_i / T, (b_i + U) / T]. The quantile of rank p is interpolated linearly within the bin where the
known cumulative count passes p * sum(b_i) (grouped-data quantile; Hyndman & Fan 1996, type 4 on bin edges); its
bounds put all of U below (low) or above (high) and take the outer edge of the bin they end in. Rounding of the counts
at the nodes is not in the bounds.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

from marke.questions.check import CheckedQuestion
from marke.statistics.combine import Combined, CombinedCell
from marke.statistics.figures import (
    Coverage,
    Figure,
    FigureOrNone,
    Interval,
    IntervalKind,
    WhyWithheld,
    Withheld,
)
from marke.statistics.moments import counted, coverage_of, withheld
from marke.statistics.ratio import to_decimal
from marke.statistics.readings import BinShare, HistogramRow, Quantile, QuantileRow
from marke.vocabulary.units import Unit, to_published

PERCENTS = (10, 25, 50, 75, 90)


def histogram_row(checked: CheckedQuestion, combined: Combined, cell: CombinedCell) -> HistogramRow:
    """Return the histogram of one group, with the pooled part as unknown."""
    why = withheld(checked, combined, cell)
    if why is not None:
        return HistogramRow(cell.leaf, why, why)
    known, unknown = known_and_unknown(checked, cell)
    coverage = coverage_of(checked, combined, cell)
    if not sum(known):
        held = Withheld(WhyWithheld.ALL_POOLED, coverage)
        return HistogramRow(cell.leaf, held, counted(checked, unknown, coverage))
    total = sum(known) + unknown
    bins = []
    for (low, high), count in zip(pairwise(edges_of(checked)), known, strict=True):
        households, share = _bin(checked, coverage, count=count, unknown=unknown, total=total)
        bins.append(BinShare(_unit(checked, low), _unit(checked, high), households, share))
    return HistogramRow(cell.leaf, tuple(bins), counted(checked, unknown, coverage))


def _bin(
    checked: CheckedQuestion, coverage: Coverage, *, count: int, unknown: int, total: int
) -> tuple[FigureOrNone, FigureOrNone]:
    """Return the count and the share of one bin; a bin that nobody showed is hidden and not zero."""
    if count == 0 and unknown > 0:
        held = Withheld(WhyWithheld.HIDDEN, coverage)
        return held, held
    least, most = (_percent(Fraction(part, total)) for part in (count, count + unknown))
    interval = Interval(least, most, IntervalKind.BIN_BOUNDS)
    share = Figure(least, Unit.PERCENT, str(checked.period), coverage, interval)
    return counted(checked, count, coverage), share


def quantile_row(checked: CheckedQuestion, combined: Combined, cell: CombinedCell) -> QuantileRow:
    """Return the quantiles of one group with the bounds they certainly lie between."""
    return QuantileRow(
        cell.leaf, tuple(Quantile(percent, _quantile(checked, combined, cell, percent)) for percent in PERCENTS)
    )


def _quantile(checked: CheckedQuestion, combined: Combined, cell: CombinedCell, percent: int) -> FigureOrNone:
    why = withheld(checked, combined, cell)
    if why is not None:
        return why
    known, unknown = known_and_unknown(checked, cell)
    coverage = coverage_of(checked, combined, cell)
    if not sum(known):
        return Withheld(WhyWithheld.ALL_POOLED, coverage)
    edges, rank = edges_of(checked), Fraction(percent, 100)
    low, high = quantile_bounds(known, unknown, edges, rank)
    interval = Interval(_unit(checked, low), _unit(checked, high), IntervalKind.BIN_BOUNDS)
    value = to_decimal(interpolate(known, edges, rank)).scaleb(-checked.variable.decimals)
    places = Decimal(1).scaleb(-checked.variable.decimals - 1)
    return Figure(
        value.quantize(places, rounding=ROUND_HALF_EVEN),
        checked.variable.unit,
        str(checked.period),
        coverage,
        interval,
    )


def known_and_unknown(checked: CheckedQuestion, cell: CombinedCell) -> tuple[tuple[int, ...], int]:
    """Return the counts per bin and the count in pooled bins."""
    bins = checked.layout.bins
    return cell.values[bins.start : bins.stop], cell.values[bins.stop]


def edges_of(checked: CheckedQuestion) -> tuple[int, ...]:
    """Return the edges in steps, the outer ones as wide as the clip bounds: they also count what lies beyond."""
    edges, clips = checked.variable.bins, checked.clips.values()
    low = min(edges[0], *(clip.low for clip in clips))
    return (low, *edges[1:-1], max(edges[-1], *(clip.high for clip in clips)))


def interpolate(known: Sequence[int], edges: Sequence[int], rank: Fraction) -> Fraction:
    """Return the quantile of the known households, in steps; at least one household must be known."""
    wanted, below = rank * sum(known), 0
    for (low, high), count in zip(pairwise(edges), known, strict=True):
        if count and below + count >= wanted:
            return low + (high - low) * Fraction(wanted - below) / count
        below += count
    return Fraction(edges[-1])


def quantile_bounds(known: Sequence[int], unknown: int, edges: Sequence[int], rank: Fraction) -> tuple[int, int]:
    """Return the edges, in steps, between which the quantile lies wherever the unknown households stand."""
    wanted = rank * (sum(known) + unknown)
    cumulative = list(accumulate(known))
    if unknown >= wanted:
        low = edges[0]
    else:
        low = edges[next(place for place, held in enumerate(cumulative) if held + unknown >= wanted)]
    reached = [place for place, held in enumerate(cumulative) if held >= wanted]
    return low, edges[reached[0] + 1] if reached else edges[-1]


def _unit(checked: CheckedQuestion, steps: int) -> Decimal:
    return to_published(steps, checked.variable.decimals)


def _percent(part: Fraction) -> Decimal:
    return to_decimal(part * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
