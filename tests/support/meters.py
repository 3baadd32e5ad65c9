"""Series of readings for tests: hours of a local month or year, counters and use."""

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from marke_node.readings.model import EmptyMeans, MeterRef, ParsedSeries, ReadingKind, Register

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
METER = MeterRef("mtr_" + "a" * 26)
OTHER_METER = MeterRef("mtr_" + "b" * 26)
HOUR, QUARTER, DAY = 3600, 900, 86_400


def at(text: str) -> int:
    """Return UTC seconds of a local (Dutch) moment such as `2025-03-30 00:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).timestamp())


def utc(text: str) -> int:
    """Return UTC seconds of a moment written in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def hours(first: str, after: str, step: int = HOUR) -> list[int]:
    """Return the moments from one local moment up to, not including, another."""
    return list(range(at(first), at(after), step))


def series(
    times: Sequence[int],
    values: Sequence[int],
    *,
    register: Register = Register.GAS,
    kind: ReadingKind = ReadingKind.USE,
    interval_s: int = HOUR,
    meter: MeterRef = METER,
) -> ParsedSeries:
    """Return a series of one register."""
    return ParsedSeries(meter, register, kind, interval_s, array("q", times), array("q", values))


def counter(times: Sequence[int], values: Sequence[int], *, empty: EmptyMeans = EmptyMeans.MISSING) -> ParsedSeries:
    """Return the stands of a gas counter by the hour."""
    return ParsedSeries(METER, Register.GAS, ReadingKind.COUNTER, HOUR, array("q", times), array("q", values), empty)
