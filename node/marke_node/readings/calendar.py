"""Local calendar months as runs of slots. Meters are read in Dutch time; slots are counted from the month's start.

So a month with the switch to summer time has an hour's slots less, and the one back an hour's slots more. Daily slots
follow the local date whatever its length; a monthly value is the one slot of its month.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from marke.errors import BadInputError
from marke.reasons import Reason

ZONE = ZoneInfo("Europe/Amsterdam")

DAY_S = 86_400
MONTH_S = 2_678_400
"""The interval of monthly values by name: 31 days, whatever the month."""

INTERVALS = (60, 300, 600, 900, 1800, 3600, DAY_S, MONTH_S)
"""The intervals that are kept, in seconds."""


def check_interval(interval_s: int) -> None:
    """Raise BadInputError(READINGS_INTERVAL) when readings at this distance are not kept."""
    if interval_s not in INTERVALS:
        raise BadInputError(Reason.READINGS_INTERVAL, seconds=interval_s)


def month_of(epoch_s: int) -> int:
    """Return the local month of an instant as 202507."""
    local = datetime.fromtimestamp(epoch_s, ZONE)
    return local.year * 100 + local.month


def later(month: int, months: int) -> int:
    """Return the month some months later (or earlier)."""
    count = month // 100 * 12 + month % 100 - 1 + months
    return count // 12 * 100 + count % 12 + 1


def months_between(first: int, last: int) -> tuple[int, ...]:
    """Return the months from the first up to and including the last."""
    found = []
    while first <= last:
        found.append(first)
        first = later(first, 1)
    return tuple(found)


def months_of(first: date, after: date) -> tuple[int, ...]:
    """Return the months of the days from `first` up to, not including, `after`."""
    last = after - timedelta(days=1)
    return months_between(first.year * 100 + first.month, last.year * 100 + last.month)


@lru_cache(maxsize=4096)
def month_start(month: int) -> int:
    """Return the instant a month starts in UTC seconds."""
    return _local_midnight(date(month // 100, month % 100, 1))


@lru_cache(maxsize=1024)
def day_starts(month: int) -> tuple[int, ...]:
    """Return the instants the days of a month start, and the start of the next month, in UTC seconds."""
    first = date(month // 100, month % 100, 1)
    return (
        *(_local_midnight(first + timedelta(days=day)) for day in range(days_in(month))),
        month_start(later(month, 1)),
    )


def days_in(month: int) -> int:
    """Return the number of days of a month."""
    after = later(month, 1)
    return (date(after // 100, after % 100, 1) - date(month // 100, month % 100, 1)).days


def slots_in(month: int, interval_s: int) -> int:
    """Return the number of slots of a month at an interval."""
    if interval_s == MONTH_S:
        return 1
    if interval_s == DAY_S:
        return days_in(month)
    return (month_start(later(month, 1)) - month_start(month)) // interval_s


def day_slots(month: int, interval_s: int, day: int) -> tuple[int, int]:
    """Return the first slot of a day of a month (counted from 1) and the slot after its last.

    A monthly value says nothing of a day: it has no slots of one.
    """
    if interval_s == MONTH_S:
        return (0, 0)
    if interval_s == DAY_S:
        return (day - 1, day)
    starts = day_starts(month)
    return ((starts[day - 1] - starts[0]) // interval_s, (starts[day] - starts[0]) // interval_s)


def _local_midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp())
