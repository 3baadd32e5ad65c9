"""How the means of collectives are spread, as pages show it: bands, never a rank."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from marke.formats import number
from marke.statistics.readings import DistributionReading, DistributionRow
from marke_ground.web import charts
from marke_ground.web.asking import Asking
from marke_ground.web.figure_views import figure_view, unit_text


@dataclass(frozen=True)
class BandLine:
    """One band of a distribution."""

    bounds: str
    collectives: int
    percents: str


@dataclass(frozen=True)
class DistributionView:
    """How the means of collectives are spread; bands, never a rank."""

    label: str
    drawn: charts.Strip | None
    lines: tuple[BandLine, ...]
    unit: str
    collectives: int
    answered: int
    error: str
    why: str
    notes: tuple[str, ...] = ()
    kind: ClassVar[str] = "distribution"


def distribution_view(reading: DistributionReading, asking: Asking) -> DistributionView:
    """Return the distribution of the chosen group ready to print."""
    row = next((row for row in reading.rows if row.leaf == asking.group), reading.rows[0])
    label, voice = asking.group_name(row.leaf), asking.voice
    if not isinstance(row, DistributionRow):
        held = figure_view(row.withheld, voice)
        why = voice.say("reading.withheld", why=held.why)
        return DistributionView(
            label, None, (), asking.unit, held.collectives, held.answered, "", why, asking.notes([held])
        )
    return DistributionView(
        label=label,
        drawn=charts.draw_strip(
            "bands",
            [band.collectives for band in row.bands],
            [number(band.high, voice.language) for band in row.bands[:-1]],
            _own_band(row, asking.own.get(row.leaf)),
        ),
        lines=tuple(_band_line(row, position, asking) for position in range(len(row.bands))),
        unit=unit_text(row.unit, voice),
        collectives=row.coverage.collectives,
        answered=row.coverage.answered,
        error=number(row.expected_error, voice.language, 0),
        why="",
    )


def _own_band(row: DistributionRow, own: Decimal | None) -> int | None:
    """Return in which band a mean lies: bands hold their lower end, and the outer ones what lies beyond."""
    return None if own is None else sum(own >= band.high for band in row.bands[:-1])


def _band_line(row: DistributionRow, position: int, asking: Asking) -> BandLine:
    voice, band = asking.voice, row.bands[position]
    low, high = (number(end, voice.language) for end in (band.low, band.high))
    if position == 0:
        bounds = voice.say("figure.below", high=high)
    elif position == len(row.bands) - 1:
        bounds = voice.say("figure.from", low=low)
    else:
        bounds = voice.say("figure.bounds", low=low, high=high)
    ends = [number(end, voice.language) for end in (band.from_percent, band.to_percent)]
    percents = voice.say("figure.percents", low=ends[0], high=ends[1])
    return BandLine(f"{bounds} {asking.unit}", band.collectives, percents)
