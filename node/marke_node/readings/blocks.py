"""A month of readings in one piece: int32, little-endian, one per slot; an empty slot holds what no reading can be.

The header (present, total, minimum, maximum) is always computed here from the readings themselves, so that it cannot
say anything else than they do.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from marke_node.readings.calendar import DAY_S, MONTH_S, day_starts, later, month_of, month_start, slots_in

Slots = NDArray[np.int32]

MISSING = -(2**31)
"""What an empty slot holds. Readings are never negative, so nothing else can look like it."""

LARGEST = 2**31 - 1
"""The largest reading: two million kWh, or two million cubic metres."""

_STORED = np.dtype("<i4")


@dataclass(frozen=True)
class Merge:
    """A month after new readings came in."""

    slots: Slots = field(repr=False)
    added: int
    unchanged: int
    changed: int


@dataclass(frozen=True)
class Header:
    """What is stored beside a block, so that whole months need not be opened."""

    slots: int
    present: int
    total: int
    minimum: int
    maximum: int


def encode(slots: Slots) -> bytes:
    """Return the bytes of a month."""
    return slots.astype(_STORED, copy=False).tobytes()


def decode(data: bytes) -> Slots:
    """Return the slots of a month from its bytes; read-only."""
    return np.frombuffer(data, dtype=_STORED)


def empty_month(month: int, interval_s: int) -> Slots:
    """Return a month in which nothing is known."""
    return np.full(slots_in(month, interval_s), MISSING, dtype=np.int32)


def header(slots: Slots) -> Header | None:
    """Return the header of a month, or None when nothing is known of it: such a month is not kept."""
    known = slots[slots != MISSING]
    if known.size == 0:
        return None
    return Header(
        slots=int(slots.size),
        present=int(known.size),
        total=int(known.sum(dtype=np.int64)),
        minimum=int(known.min()),
        maximum=int(known.max()),
    )


def merge(before: Slots, new: Slots) -> Merge:
    """Lay the known slots of `new` over `before`; where both are known and differ, the new one holds."""
    given = new != MISSING
    known = before != MISSING
    both = given & known
    changed = int(np.count_nonzero(both & (before != new)))
    return Merge(
        slots=np.where(given, new, before),
        added=int(np.count_nonzero(given & ~known)),
        unchanged=int(np.count_nonzero(both)) - changed,
        changed=changed,
    )


def split(times: NDArray[np.int64], values: NDArray[np.int64], interval_s: int) -> Iterator[tuple[int, Slots]]:
    """Split readings (UTC seconds, numbers that fit) into local months of slots; of two in one slot the last holds."""
    if times.size == 0:
        return
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    month, last = month_of(int(times[0])), int(times[-1])
    start = 0
    while month_start(month) <= last:
        end = int(np.searchsorted(times, month_start(later(month, 1))))
        if end > start:
            slots = empty_month(month, interval_s)
            slots[_positions(times[start:end], month, interval_s)] = values[start:end]
            yield month, slots
        start, month = end, later(month, 1)


def _positions(times: NDArray[np.int64], month: int, interval_s: int) -> NDArray[np.int64]:
    if interval_s == MONTH_S:
        return np.zeros(times.size, dtype=np.int64)
    if interval_s == DAY_S:
        return np.searchsorted(np.array(day_starts(month)), times, side="right") - 1
    positions: NDArray[np.int64] = (times - month_start(month)) // interval_s
    return positions
