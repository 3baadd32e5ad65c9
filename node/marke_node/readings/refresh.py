"""After new readings: derive use from counters again around the months that changed, and daily use from all use."""

import numpy as np
from sqlalchemy import select

from marke_ground.store.engine import Session
from marke_node.readings.blocks import Slots, empty_month
from marke_node.readings.calendar import later, months_between, slots_in
from marke_node.readings.daily import METHOD as DAILY_METHOD
from marke_node.readings.daily import Source, choose, daily_use
from marke_node.readings.derive import METHOD as USE_METHOD
from marke_node.readings.derive import use_from_counter
from marke_node.readings.keep import (
    Kept,
    Month,
    SeriesKey,
    mark_counted,
    read_blocks,
    replace_blocks,
    series_number,
)
from marke_node.readings.model import EmptyMeans, Quality
from marke_node.store.meters import SERIES

REACH = 2
"""Months before and after a changed one whose use can change with it: a gap of 35 days can span that many."""


def refresh_use(session: Session, *, counter: SeriesKey, first: int, last: int) -> tuple[int, int]:
    """Derive the use series of a counter around the months from `first` to `last` that changed.

    Returns the first and the last month whose use may have changed.
    """
    outer = months_between(later(first, -2 * REACH), later(last, 2 * REACH))
    blocks = read_blocks(session, series_number(session, counter), outer[0], outer[-1])
    stands = np.concatenate([_slots(blocks, month, counter.interval_s) for month in outer])
    empty = _empty_of(session, counter)
    derived = use_from_counter(stands, interval_s=counter.interval_s, empty=empty)
    inner = outer[REACH:-REACH]
    months: dict[int, Month] = {}
    position = 0
    for month in outer:
        end = position + slots_in(month, counter.interval_s)
        if month in inner:
            quality = int(np.bitwise_or.reduce(derived.quality[position:end]))
            months[month] = Month(derived.slots[position:end], quality)
        position = end
    use = SeriesKey(
        household=counter.household,
        meter=counter.meter,
        register=counter.register,
        quantity=counter.quantity,
        kind="use",
        interval_s=counter.interval_s,
        method=USE_METHOD,
    )
    number = series_number(session, use)
    before = read_blocks(session, number, inner[0], inner[-1])
    for month, known in before.items():
        months[month] = Month(months[month].slots, months[month].quality, known.counted)
    replace_blocks(session, number, months, before)
    return inner[0], inner[-1]


def _slots(blocks: dict[int, Kept], month: int, interval_s: int) -> Slots:
    return blocks[month].slots if month in blocks else empty_month(month, interval_s)


def _empty_of(session: Session, counter: SeriesKey) -> EmptyMeans:
    query = select(SERIES.c.empty).where(SERIES.c.number == series_number(session, counter))
    return EmptyMeans(session.execute(query).scalar_one())


def refresh_daily(session: Session, *, household: int, quantity: str, first: int, last: int) -> None:
    """Choose what is counted of a household's quantity in some months, and derive its daily use again."""
    kept = _use_of(session, household, quantity, first, last)
    key = SeriesKey(household, None, quantity, quantity, "daily", 86_400, DAILY_METHOD)
    number = series_number(session, key)
    days: dict[int, Month] = {}
    for month in months_between(first, last):
        sources = [source for source, _ in kept.get(month, [])]
        counted = choose(sources)
        _mark(session, kept.get(month, []), counted)
        slots, quality = daily_use(month, [source for source in sources if source.series in counted])
        if len(counted) < len(sources):
            quality |= Quality.OTHER_SOURCE
        days[month] = Month(slots, int(quality))
    replace_blocks(session, number, days, read_blocks(session, number, first, last))


def _use_of(
    session: Session, household: int, quantity: str, first: int, last: int
) -> dict[int, list[tuple[Source, Kept]]]:
    query = select(SERIES.c.number, SERIES.c.meter, SERIES.c.register, SERIES.c.interval_s).where(
        SERIES.c.household == household, SERIES.c.quantity == quantity, SERIES.c.kind == "use"
    )
    found: dict[int, list[tuple[Source, Kept]]] = {}
    for series in session.execute(query.order_by(SERIES.c.number)).all():
        for month, block in read_blocks(session, series.number, first, last).items():
            source = Source(
                series=series.number,
                meter=series.meter,
                register=series.register,
                quantity=quantity,
                interval_s=series.interval_s,
                quality=block.quality,
                slots=block.slots,
            )
            found.setdefault(month, []).append((source, block))
    return found


def _mark(session: Session, kept: list[tuple[Source, Kept]], counted: frozenset[int]) -> None:
    for wanted in (True, False):
        numbers = [
            block.number
            for source, block in kept
            if (source.series in counted) is wanted and block.counted is not wanted
        ]
        mark_counted(session, numbers, counted=wanted)
