"""Moments in files: with an offset, or as local clock time of a place with summer time."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from marke.reasons import Reason
from marke_node.importers.cells import RowError

AMSTERDAM = "Europe/Amsterdam"
BRUSSELS = "Europe/Brussels"

HOUR = 3_600
DAY = 86_400
_DATE_LENGTH = 10
_CLOCK = re.compile("[0-9]{2}:[0-9]{2}(?::[0-9]{2})?", re.ASCII)
_OFFSET_LENGTHS = {len("2024-01-01T00:00:00Z"), len("2024-01-01T00:00:00+01:00")}


def offset_moment(text: str) -> int:
    """Read `2024-01-01T00:00:00+01:00` as UTC seconds; raises RowError for any other form, also without an offset."""
    if len(text) in _OFFSET_LENGTHS and text[_DATE_LENGTH] == "T":
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise RowError(Reason.IMPORT_BAD_TIME) from None
        if moment.tzinfo is not None:
            return int(moment.timestamp())
    raise RowError(Reason.IMPORT_BAD_TIME)


def year_first(text: str) -> date:
    """Read `2023-08-02`."""
    if len(text) != _DATE_LENGTH or text[4] != "-":
        raise RowError(Reason.IMPORT_BAD_TIME)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RowError(Reason.IMPORT_BAD_TIME) from None


def day_first(text: str) -> date:
    """Read `02-08-2023`."""
    return year_first(f"{text[6:]}-{text[3:5]}-{text[:2]}" if text[2:3] == text[5:6] == "-" else "")


class _ClockTimes(dict[str, int]):
    """`07:15` or `07:15:00` to seconds after midnight on the clock."""

    def __missing__(self, text: str) -> int:
        if not _CLOCK.fullmatch(text):
            raise RowError(Reason.IMPORT_BAD_TIME)
        try:
            clock = time.fromisoformat(text)
        except ValueError:
            raise RowError(Reason.IMPORT_BAD_TIME) from None
        seconds = clock.hour * HOUR + clock.minute * 60 + clock.second
        self[text] = seconds
        return seconds


class LocalMoments:
    """Local clock times of one zone as UTC seconds.

    A time in the hour that comes twice in autumn is taken as its first coming; `drafts` moves the second of a pair. A
    time in the hour that spring skips is refused.
    """

    def __init__(self, zone: str, read_date: Callable[[str], date]) -> None:
        self.zone = ZoneInfo(zone)
        self._read_date = read_date
        self._midnights: dict[str, tuple[int, date | None]] = {}
        self._clocks = _ClockTimes()

    def at(self, date_text: str, clock_text: str) -> int:
        """Return the UTC seconds of a date and a clock time; raises RowError when there is no such time."""
        seconds = self._clocks[clock_text]
        known = self._midnights.get(date_text)
        if known is None:
            known = self._midnights[date_text] = self._midnight(date_text)
        start, odd_day = known
        return start + seconds if odd_day is None else self._on_odd_day(odd_day, seconds)

    def _midnight(self, date_text: str) -> tuple[int, date | None]:
        day = self._read_date(date_text)
        if day.year == date.max.year:
            raise RowError(Reason.IMPORT_BAD_TIME)
        start = int(datetime.combine(day, time(), self.zone).timestamp())
        after = int(datetime.combine(day + timedelta(days=1), time(), self.zone).timestamp())
        return start, None if after - start == DAY else day

    def _on_odd_day(self, day: date, seconds: int) -> int:
        naive = datetime.combine(day, time()) + timedelta(seconds=seconds)
        moment = naive.replace(tzinfo=self.zone).astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) != naive:
            raise RowError(Reason.IMPORT_TIME_SKIPPED)
        return int(moment.timestamp())


def comes_twice(moment: int, zone: ZoneInfo) -> bool:
    """Say whether the clock of a zone shows the same time again an hour after this moment."""
    first = datetime.fromtimestamp(moment, zone)
    again = datetime.fromtimestamp(moment + HOUR, zone)
    return first.replace(tzinfo=None) == again.replace(tzinfo=None)
