"""Taking in the readings of one household: check, split into months, keep, derive."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_ground.store.engine import Session
from marke_node.readings.blocks import LARGEST, split
from marke_node.readings.keep import Counted, SeriesKey, add_readings, meter_number, series_number
from marke_node.readings.model import ParsedSeries, ReadingKind
from marke_node.readings.refresh import refresh_daily, refresh_use


def take_in(session: Session, household: int, series: Sequence[ParsedSeries], *, now: datetime) -> Counted:
    """Keep the readings of some series of a household (by key) and derive use and daily use; returns what was new.

    Raises BadInputError READINGS_OUT_OF_RANGE or READINGS_IN_FUTURE before anything is written.
    """
    arrays = [_checked(one, now) for one in series]
    total = Counted()
    spans: dict[str, list[int]] = {}
    for one, (times, values) in zip(series, arrays, strict=True):
        key = _key(session, household, one)
        counted = add_readings(
            session, series_number(session, key), one.interval_s, split(times, values, one.interval_s)
        )
        total.added += counted.added
        total.unchanged += counted.unchanged
        total.changed += counted.changed
        if not counted.months:
            continue
        first, last = min(counted.months), max(counted.months)
        if one.kind is ReadingKind.COUNTER:
            first, last = refresh_use(session, counter=key, first=first, last=last)
        spans.setdefault(key.quantity, []).extend((first, last))
    for quantity, months in spans.items():
        refresh_daily(session, household=household, quantity=quantity, first=min(months), last=max(months))
    return total


def _key(session: Session, household: int, one: ParsedSeries) -> SeriesKey:
    return SeriesKey(
        household=household,
        meter=meter_number(session, household, one.meter.pseudonym),
        register=one.register.value,
        quantity=one.register.quantity.value,
        kind="counter" if one.kind is ReadingKind.COUNTER else "use",
        interval_s=one.interval_s,
        empty=one.empty,
    )


def _checked(one: ParsedSeries, now: datetime) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    times = np.asarray(one.times, dtype=np.int64)
    values = np.asarray(one.values, dtype=np.int64)
    wrong = int(np.count_nonzero((values < 0) | (values > LARGEST)))
    if wrong:
        raise BadInputError(Reason.READINGS_OUT_OF_RANGE, count=wrong, register=one.register.value)
    future = int(np.count_nonzero(times > int(now.timestamp())))
    if future:
        raise BadInputError(Reason.READINGS_IN_FUTURE, count=future, register=one.register.value)
    return times, values
