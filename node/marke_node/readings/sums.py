"""From blocks to one sum per household: over whole months from the stored totals, otherwise by opening the blocks.

Both ways give the same whole numbers. Whatever is clipped, binned or blurred after this happens in Python, never in
SQL: databases round and divide differently.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, cast, func, select

from marke.vocabulary.periods import Granularity, Period
from marke_ground.store.engine import Session
from marke_node.readings.calendar import day_slots, months_of
from marke_node.readings.model import Quantity
from marke_node.readings.scan import Batch, batches
from marke_node.store.meters import BLOCKS, SERIES


class Grain(Enum):
    """Which blocks are added up; both give the same total where no day is left out."""

    DAILY = "daily"
    """Use per local day, as derived: what facts are made of."""
    FINE = "use"
    """Use per slot as delivered or derived, of the sources that are counted."""


@dataclass(frozen=True)
class Sum:
    """Use of one household over a period."""

    total: int = field(repr=False)
    """In the smallest unit of the quantity."""
    present: int
    """Slots (days, for daily use) that are known."""
    expected: int
    """Slots (days) there should be; for fine use those of the months of which anything is known."""


Sums: TypeAlias = Mapping[int, Sum]
"""Household (by key) -> its sum; a household of which nothing is known is not in it."""


def household_sums(session: Session, *, quantity: Quantity, period: Period, grain: Grain = Grain.DAILY) -> Sums:
    """Return the use per household over a period: from the stored totals when it is whole months, else by scanning."""
    if period.granularity is Granularity.DAY:
        return scanned_sums(session, quantity=quantity, period=period, grain=grain)
    expected = period.days if grain is Grain.DAILY else None
    statement = _TOTALS_BY_SERIES if session.dialect.name == "postgresql" else _TOTALS
    return {
        household: Sum(total, present, expected or slots)
        for household, total, present, slots in session.execute(statement, _chosen(quantity, period, grain))
    }


def scanned_sums(session: Session, *, quantity: Quantity, period: Period, grain: Grain = Grain.DAILY) -> Sums:
    """Return the same by opening every block; for days, and to check the stored totals."""
    known: dict[int, list[int]] = {}
    for batch in batches(session, _BLOCKS, _chosen(quantity, period, grain)):
        _add_batch(known, batch, period)
    expected = period.days if grain is Grain.DAILY else None
    return {
        household: Sum(total, present, expected or slots)
        for household, (total, present, slots) in known.items()
        if present
    }


def qualities(session: Session, *, quantity: Quantity, period: Period) -> Mapping[int, int]:
    """Return per household the bits of Quality over all months of a period, of its daily use."""
    found: dict[int, int] = {}
    for household, quality in session.execute(_QUALITIES, _chosen(quantity, period, Grain.DAILY)):
        found[household] = found.get(household, 0) | quality
    return found


def _chosen(quantity: Quantity, period: Period, grain: Grain) -> dict[str, str | int]:
    months = months_of(period.first, period.after)
    return {"quantity": quantity.value, "kind": grain.value, "first": months[0], "last": months[-1]}


def _add_batch(known: dict[int, list[int]], batch: Batch, period: Period) -> None:
    import numpy as np  # noqa: PLC0415 - heavy, and only scans need it

    from marke_node.readings.blocks import MISSING, decode  # noqa: PLC0415 - brings numpy

    households, parts = _parts(batch, period)
    if not parts:
        return
    slots = decode(b"".join(parts))
    sizes = np.array([len(part) // 4 for part in parts])
    # blocks of one household stand together: one addition over all of them
    first = np.flatnonzero(np.diff(households, prepend=-1))
    starts = (np.cumsum(sizes) - sizes)[first]
    missing = slots == MISSING
    if bool(missing.any()):
        slots = np.where(missing, 0, slots)
        absent = np.add.reduceat(missing, starts, dtype=np.int64)
    else:
        absent = np.zeros(starts.size, dtype=np.int64)
    totals = np.add.reduceat(slots, starts, dtype=np.int64)
    expected = np.add.reduceat(sizes, first)
    for position, *found in zip(first.tolist(), totals.tolist(), absent.tolist(), expected.tolist(), strict=True):
        sums = known.setdefault(households[position], [0, 0, 0])
        sums[0] += found[0]
        sums[1] += found[2] - found[1]
        sums[2] += found[2]


def _parts(batch: Batch, period: Period) -> tuple[list[int], list[bytes]]:
    """Return the household and the bytes of each block that belong to the period; a block without any is left out."""
    if period.granularity is not Granularity.DAY:
        return [row[0] for row in batch], [row[3] for row in batch]
    households, parts = [], []
    for household, interval_s, month, data in batch:
        first, after = day_slots(month, interval_s, period.first.day)
        if first < after:
            households.append(household)
            parts.append(data[4 * first : 4 * after])
    return households, parts


def _sum(column: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.sum(column), BigInteger)


_OF_SERIES = (SERIES.c.quantity == bindparam("quantity"), SERIES.c.kind == bindparam("kind"))

_OF_BLOCK = (BLOCKS.c.counted == 1, BLOCKS.c.month.between(bindparam("first"), bindparam("last")))

_WHERE = (*_OF_SERIES, *_OF_BLOCK)

_TOTALS = (
    select(SERIES.c.household, _sum(BLOCKS.c.total), _sum(BLOCKS.c.present), _sum(BLOCKS.c.slots))
    .join(BLOCKS, BLOCKS.c.series == SERIES.c.number)
    .where(*_WHERE)
    .group_by(SERIES.c.household)
)
"""Never touches a block: all of it stands in the indexes `ix_series_quantity` and `ix_blocks_totals`."""

_ONE_SERIES = (
    select(
        _sum(BLOCKS.c.total).label("total"),
        _sum(BLOCKS.c.present).label("present"),
        _sum(BLOCKS.c.slots).label("slots"),
    )
    .where(BLOCKS.c.series == SERIES.c.number, *_OF_BLOCK)
    .lateral("of_series")
)

_TOTALS_BY_SERIES = (
    select(SERIES.c.household, _sum(_ONE_SERIES.c.total), _sum(_ONE_SERIES.c.present), _sum(_ONE_SERIES.c.slots))
    .join(_ONE_SERIES, _ONE_SERIES.c.slots.is_not(None))
    .where(*_OF_SERIES)
    .group_by(SERIES.c.household)
)
"""The same, asked series by series: PostgreSQL would otherwise read the totals of every series there is."""

_BLOCKS: Select[tuple[int, int, int, bytes]] = (
    select(SERIES.c.household, SERIES.c.interval_s, BLOCKS.c.month, BLOCKS.c.data)
    .join(BLOCKS, BLOCKS.c.series == SERIES.c.number)
    .where(*_WHERE)
)

_QUALITIES = (
    select(SERIES.c.household, BLOCKS.c.quality)
    .join(BLOCKS, BLOCKS.c.series == SERIES.c.number)
    .where(*_WHERE)
    .distinct()
)
