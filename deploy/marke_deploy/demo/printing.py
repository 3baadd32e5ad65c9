"""What the demonstration prints: tables of figures with their intervals, one collective's place, who refused."""

from collections.abc import Iterator
from decimal import Decimal
from typing import assert_never

from marke.reasons import sentence
from marke.statistics.combine import from_parts
from marke.statistics.figures import Figure, Interval, NotAsked, Withheld
from marke.statistics.readings import (
    DistributionReading,
    DistributionRow,
    FinishedReading,
    HistogramReading,
    MeanReading,
    QuantileReading,
    TableReading,
    TrendReading,
)
from marke.statistics.trend import trend
from marke_deploy.demo.federation import Asked
from marke_deploy.demo.truth import Check

_BAR = 40


def lines_of(asked: Asked, check: Check) -> Iterator[str]:
    """Yield one answered question: title, coverage, its readings, who refused, and the comparison with the truth."""
    outcome = asked.outcome
    if outcome is None:
        return
    coverage = outcome.outcome.coverage
    yield ""
    yield f"{asked.draft.title.en}, {asked.draft.bundle.period}, by {asked.draft.bundle.breakdown}"
    yield (
        f"  {coverage.answered} of {coverage.invited} collectives answered in {asked.seconds:.2f} s; refused: "
        f"{coverage.refused_policy} policy, {coverage.refused_not_enough} not enough, "
        f"{coverage.refused_technical} technical; silent: {coverage.silent}"
    )
    if check.households_counted is not None:
        yield (
            f"  {check.households_counted:,} of all {check.households:,} homes are counted "
            f"({100 * check.households_counted / check.households:.1f} %); synthetic"
        )
    for reading in outcome.readings:
        yield from reading_lines(reading)
    for name, reason in asked.refusals:
        yield f"  {name} said no: {sentence(reason, 'en', {'why': 'to be discussed with the members first'})}"
    yield (
        f"  difference to the pooled truth: {check.max_abs_difference} before rounding, "
        f"{check.max_abs_difference_after_rounding:,} after (bound {float(check.rounding_bound):,.1f})"
    )


def reading_lines(reading: FinishedReading) -> Iterator[str]:
    """Yield a reading as lines of text."""
    match reading:
        case TableReading():
            yield from _table(reading)
        case MeanReading():
            yield from _means(reading)
        case HistogramReading():
            yield from _histogram(reading)
        case QuantileReading():
            yield from _quantiles(reading)
        case TrendReading():
            yield from _trend(reading)
        case DistributionReading():
            yield from _distribution(reading)
        case never:
            assert_never(never)


def _table(reading: TableReading) -> Iterator[str]:
    for row in reading.rows:
        total = "not asked" if isinstance(row.total, NotAsked) else figure(row.total)
        yield f"    {row.leaf:16} homes {figure(row.households):>22}   total {total}"


def _means(reading: MeanReading) -> Iterator[str]:
    for row in reading.rows:
        deviation = "not asked" if isinstance(row.deviation, NotAsked) else figure(row.deviation)
        yield f"    {row.leaf:16} mean {figure(row.mean)}   sd {deviation}"


def _quantiles(reading: QuantileReading) -> Iterator[str]:
    for row in reading.rows:
        for quantile in row.quantiles:
            yield f"    {row.leaf:16} {quantile.percent:3} % below {figure(quantile.figure)}"


def _trend(reading: TrendReading) -> Iterator[str]:
    for row in reading.rows:
        points = [f"{period}: {figure(point)}" for period, point in zip(reading.periods, row.points, strict=True)]
        yield f"    {row.leaf:16} {'  '.join(points)}"


def _distribution(reading: DistributionReading) -> Iterator[str]:
    for row in reading.rows:
        if isinstance(row, DistributionRow):
            for band in row.bands:
                yield f"    {band.low:>8} to {band.high:<8} {row.unit}: {band.collectives} collectives"


def _histogram(reading: HistogramReading) -> Iterator[str]:
    for row in reading.rows:
        if isinstance(row.bins, Withheld):
            continue
        for part in row.bins:
            share = part.share.value if isinstance(part.share, Figure) else Decimal(0)
            bar = "#" * round(share * _BAR / 20)
            label = f"{share:4.1f} %" if isinstance(part.share, Figure) else "hidden"
            yield f"    {part.low:>7} to {part.high:<7} {reading.unit:9} {label:>7} {bar}"
        if isinstance(row.unknown, Figure):
            yield f"    in bins too small to show: {figure(row.unknown)}"


def trend_lines(earlier: Asked, later: Asked) -> Iterator[str]:
    """Yield the trend over two periods that were asked apart."""
    from marke.protocol.messages import Result  # noqa: PLC0415
    from marke.signing.envelope import Envelope  # noqa: PLC0415

    parts = []
    for asked in (earlier, later):
        if asked.outcome is None:
            return
        result = Result.from_bytes(Envelope.from_text(asked.outcome.envelope).payload)
        cells = [
            (cell.leaf, cell.collectives, cell.values, spread)
            for cell, spread in zip(result.cells, result.spread or ((),) * len(result.cells), strict=True)
        ]
        checked = asked.outcome.checked
        parts.append((checked, from_parts(checked, cells, answered=result.coverage.answered)))
    yield ""
    yield f"Trend: {later.draft.title.en}"
    yield from reading_lines(trend(parts))


def figure(value: Figure | Withheld) -> str:
    """Print a number with its unit and interval, or why there is none."""
    if isinstance(value, Withheld):
        return f"withheld ({value.why.value.replace('_', ' ')})"
    text = f"{value.value:,} {value.unit}"
    if isinstance(value.interval, Interval):
        return f"{text} [{value.interval.low:,} to {value.interval.high:,}]"
    return text
