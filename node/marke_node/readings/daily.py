"""From use per slot to use per local day of a household: registers added up, one source counted, gaps kept visible.

Method `daily_sum/1`. When two sources cover the same month (a monthly overview and a smart meter's file, say), one is
counted: the most complete, of equals the finest, of equals the meter that came first. Both together would double it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from marke.governance.coverage import SMALLEST_DAY_SHARE, coverage
from marke_node.readings.blocks import MISSING, Slots
from marke_node.readings.calendar import DAY_S, MONTH_S, day_starts, days_in
from marke_node.readings.model import Quality

METHOD = "daily_sum/1"


@dataclass(frozen=True)
class Source:
    """One register's use in one month."""

    series: int
    meter: int
    register: str
    quantity: str
    interval_s: int
    quality: int
    slots: Slots = field(repr=False)

    @property
    def family(self) -> tuple[int, int, bool]:
        """Return what belongs together: the tariffs of one meter at one interval, or its register without tariff."""
        return (self.meter, self.interval_s, self.register == self.quantity)


def choose(sources: Iterable[Source]) -> frozenset[int]:
    """Return the series that are counted in a month."""
    families: dict[tuple[int, int, bool], list[Source]] = {}
    for source in sources:
        families.setdefault(source.family, []).append(source)
    if not families:
        return frozenset()
    best = min(families, key=lambda family: (-_share(families[family]), family[1], family[0], not family[2]))
    return frozenset(source.series for source in families[best])


def _share(family: Sequence[Source]) -> int:
    present = sum(int(np.count_nonzero(source.slots != MISSING)) for source in family)
    return coverage(present, sum(source.slots.size for source in family))


def daily_use(month: int, counted: Sequence[Source]) -> tuple[Slots, int]:
    """Return use per day of a month over the registers that are counted, and the quality of the whole."""
    days = days_in(month)
    total = np.zeros(days, dtype=np.int64)
    present, expected = np.zeros(days, dtype=np.int64), np.zeros(days, dtype=np.int64)
    quality = 0
    for source in counted:
        quality |= source.quality
        if source.interval_s == MONTH_S:
            quality |= Quality.SPREAD
        use, here, of = _per_day(source, month, days)
        total += use
        present += here
        expected += of
    is_enough = (present > 0) & (present * 1000 >= expected * SMALLEST_DAY_SHARE)
    if bool(np.any(is_enough & (present < expected))):
        quality |= Quality.PARTIAL_DAY
    if not bool(np.all(is_enough)):
        quality |= Quality.GAP
    return np.where(is_enough, total, MISSING).astype(np.int32), int(quality)


Days = NDArray[np.int64]


def _per_day(source: Source, month: int, days: int) -> tuple[Days, Days, Days]:
    """Return per day: the use, the slots present, and the slots there are."""
    known = source.slots != MISSING
    use = np.where(known, source.slots, 0).astype(np.int64)
    ones = np.ones(days, dtype=np.int64)
    if source.interval_s == DAY_S:
        return use, known.astype(np.int64), ones
    if source.interval_s == MONTH_S:
        return _spread(int(use[0]), days), ones * int(known[0]), ones
    starts = np.array(day_starts(month))
    edges = (starts - starts[0]) // source.interval_s
    return np.add.reduceat(use, edges[:-1]), np.add.reduceat(known.astype(np.int64), edges[:-1]), np.diff(edges)


def _spread(total: int, days: int) -> Days:
    step = np.arange(days, dtype=np.int64)
    spread: Days = (step + 1) * total // days - step * total // days
    return spread
