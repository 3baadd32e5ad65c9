"""Readings on their way from rows to series: sorted, each time once, within what a home can use.

A rejected row contributes nothing, whichever of its registers was wrong.
"""

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from operator import lt, sub
from zoneinfo import ZoneInfo

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_node.importers.moments import DAY, HOUR, comes_twice
from marke_node.importers.plausible import SEASON_DAYS, SHORTEST_MEAN_DAYS, bound_of
from marke_node.importers.rejects import Notice, RejectList
from marke_node.readings.model import MeterRef, ParsedSeries, ReadingKind, Register

OLDEST = 946_684_800
"""1 January 2000: no meter of today was read before."""

_NEW_METER = 10
"""A counter that falls below a tenth of what it showed belongs to a new meter; any other fall is an error."""

_SAMPLE = 2_000

INTERVALS = (60, 300, 600, 900, 1_800, HOUR, DAY, 31 * DAY)
"""The distances between readings that are kept: a minute up to a month."""


@dataclass
class Draft:
    """One register of one meter while its file is read; rows are appended in the order of the file."""

    meter: int
    register: Register
    kind: ReadingKind

    def __post_init__(self) -> None:
        self.times = array("q")
        self.values = array("q")
        self.rows = array("q")

    def add(self, row: int, moment: int, value: int) -> None:
        """Append one reading."""
        self.rows.append(row)
        self.times.append(moment)
        self.values.append(value)

    def keep(self, places: list[int]) -> None:
        """Keep only the readings at some places, in that order."""
        self.times = array("q", map(self.times.__getitem__, places))
        self.values = array("q", map(self.values.__getitem__, places))
        self.rows = array("q", map(self.rows.__getitem__, places))


def sort_draft(draft: Draft, zone: ZoneInfo | None, rejects: RejectList) -> int:
    """Put a draft in order of time, each time once; return how many repeated readings were the same and dropped.

    `zone` is given for files of local clock time: there, of two readings at a time that comes twice in autumn, the
    later one in the file belongs to the second coming (the earlier one, in a file that runs backwards). Two different
    values for one moment: the second row is rejected.
    """
    if _increases(draft.times):
        return 0
    backwards = draft.times[0] > draft.times[-1]
    order = sorted(range(len(draft.times)), key=draft.times.__getitem__)
    draft.keep(order)
    if zone is not None and _move_second_coming(draft, zone, backwards=backwards):
        draft.keep(sorted(range(len(draft.times)), key=draft.times.__getitem__))
    return _drop_repeated(draft, rejects)


def _increases(times: "array[int]") -> bool:
    return all(map(lt, times, islice(times, 1, None)))


def _move_second_coming(draft: Draft, zone: ZoneInfo, *, backwards: bool) -> bool:
    times, rows = draft.times, draft.rows
    moved = False
    for place in range(1, len(times)):
        if times[place] == times[place - 1] and comes_twice(times[place], zone):
            later = place if (rows[place] > rows[place - 1]) != backwards else place - 1
            times[later] += HOUR
            moved = True
    return moved


def _drop_repeated(draft: Draft, rejects: RejectList) -> int:
    places: list[int] = []
    repeated = 0
    for place, moment in enumerate(draft.times):
        if places and moment == draft.times[places[-1]]:
            if draft.values[place] != draft.values[places[-1]]:
                rejects.add(draft.rows[place], Reason.IMPORT_TIME_TWICE, other=draft.rows[places[-1]])
            else:
                repeated += 1
        else:
            places.append(place)
    draft.keep(places)
    return repeated


def check_draft(draft: Draft, now: int, rejects: RejectList) -> Iterator[Notice]:
    """Reject what cannot be: times outside 2000 to now, negative use, more than a home can use; yield what is odd."""
    if not draft.times:
        return
    if draft.times[-1] > now or draft.times[0] < OLDEST:
        for row, moment in zip(draft.rows, draft.times, strict=True):
            if moment > now:
                rejects.add(row, Reason.IMPORT_FUTURE)
            elif moment < OLDEST:
                rejects.add(row, Reason.IMPORT_TOO_OLD)
    if draft.kind is ReadingKind.USE:
        _check_use(draft, rejects)
    else:
        yield from _check_counter(draft, rejects)


def _check_use(draft: Draft, rejects: RejectList) -> None:
    most = bound_of(draft.register).over(usual_interval(draft.times))
    if min(draft.values) >= 0 and max(draft.values) <= most:
        return
    for row, value in zip(draft.rows, draft.values, strict=True):
        if value < 0:
            rejects.add(row, Reason.IMPORT_NEGATIVE, register=draft.register.value)
        elif value > most:
            rejects.add(row, Reason.IMPORT_IMPLAUSIBLE, register=draft.register.value, most=_in_units(most))


def _check_counter(draft: Draft, rejects: RejectList) -> Iterator[Notice]:
    times, values, rows = draft.times, draft.values, draft.rows
    bound = bound_of(draft.register)
    if values[0] >= 0 and all(0 <= step <= bound.per_hour for step in map(sub, islice(values, 1, None), values)):
        return
    last = next((place for place, value in enumerate(values) if value >= 0), None)
    for place, value in enumerate(values):
        if value < 0:
            rejects.add(rows[place], Reason.IMPORT_NEGATIVE, register=draft.register.value)
        elif last is None or place <= last:
            continue
        elif value < values[last]:
            following = values[place + 1] if place + 1 < len(values) else value
            if value > values[last] // _NEW_METER or following >= values[last]:
                rejects.add(rows[place], Reason.IMPORT_COUNTER_BACK, register=draft.register.value)
                continue
            yield Notice(Reason.IMPORT_COUNTER_RESET, rows[place], {"register": draft.register.value})
            last = place
        else:
            most = bound.over(times[place] - times[last])
            if value - values[last] > most:
                rejects.add(rows[place], Reason.IMPORT_IMPLAUSIBLE, register=draft.register.value, most=_in_units(most))
            else:
                last = place


def look_at_mean(draft: Draft, *, unit_confirmed: bool) -> Iterator[Notice]:
    """Look at what a home used a day: yield a doubt about the unit when only a very large home uses so much.

    Raises BadInputError when no home can use this much day after day: then the unit is wrong, not a row. A doubt is
    silent once a person confirmed the unit.
    """
    days = (draft.times[-1] - draft.times[0]) // DAY
    if days < SHORTEST_MEAN_DAYS:
        return
    bound = bound_of(draft.register)
    total = used(draft.kind, draft.values)
    measured = max(1, len(draft.times) * usual_interval(draft.times) // DAY) if draft.kind is ReadingKind.USE else days
    mean, most = total // measured, bound.mean_per_day
    if mean > most:
        raise BadInputError(
            Reason.IMPORT_UNIT_DOUBT,
            register=draft.register.value,
            unit=draft.register.unit.value,
            mean=_in_units(mean),
            most=_in_units(most),
        )
    unusual = bound.unusual_per_day
    if unusual is not None and measured >= SEASON_DAYS and mean > unusual and not unit_confirmed:
        yield Notice(Reason.IMPORT_UNIT_UNUSUAL, details={"register": draft.register.value, "mean": _in_units(mean)})


def used(kind: ReadingKind, values: "array[int]") -> int:
    """Return what a register counted in all: the sum of uses, or the rises of a counter (a reset starts anew)."""
    if kind is ReadingKind.USE:
        return sum(values)
    return sum(step for step in map(sub, islice(values, 1, None), values) if step > 0)


def usual_interval(times: "array[int]") -> int:
    """Return the distance between two readings that occurs most, as one of the distances that are kept."""
    steps = Counter(map(sub, islice(times, 1, _SAMPLE), times))
    if not steps:
        return DAY
    usual = steps.most_common(1)[0][0]
    return min(INTERVALS, key=lambda interval: abs(interval - usual))


def series_of(draft: Draft, meter: MeterRef) -> ParsedSeries:
    """Return the finished series."""
    return ParsedSeries(
        meter, draft.register, draft.kind, usual_interval(draft.times), times=draft.times, values=draft.values
    )


def _in_units(steps: int) -> int:
    return -(-steps // 1_000)
