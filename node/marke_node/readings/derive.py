"""From the stands of a counter to use per slot: a pure method with a version, so that its results can be told apart.

Method `counter_difference/1`: the use of a slot is the next stand minus its own. Where slots are missing between two
stands, the use between them is exact but its course is not known: it is spread evenly, to the last whole unit, unless
the gap is longer than 35 days. A counter that goes back gives no use at that step: after a fall to a tenth or less it
was replaced or reset, otherwise something was wrong.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from marke_node.readings.blocks import MISSING, Slots
from marke_node.readings.model import EmptyMeans, Quality

METHOD = "counter_difference/1"

LONGEST_GAP_S = 35 * 86_400
"""Use over a longer gap is left missing: its course over the seasons would be invented."""

_RESET_SHARE = 10


@dataclass(frozen=True)
class Use:
    """Use per slot, and what is to be known about each slot (bits of Quality)."""

    slots: Slots = field(repr=False)
    quality: NDArray[np.uint8] = field(repr=False)


def use_from_counter(stands: Slots, *, interval_s: int, empty: EmptyMeans = EmptyMeans.MISSING) -> Use:
    """Derive use from the stands at the start of consecutive slots; the last slot's use is never known from them."""
    use = np.full(stands.size, MISSING, dtype=np.int32)
    quality = np.zeros(stands.size, dtype=np.uint8)
    known = np.flatnonzero(stands != MISSING)
    if known.size > 1:
        first, after = known[:-1], known[1:]
        stand = stands[known].astype(np.int64)
        grown, gap = stand[1:] - stand[:-1], after - first
        fits = (gap * interval_s <= LONGEST_GAP_S) | (empty is EmptyMeans.UNCHANGED)
        is_back = grown < 0
        is_reset = is_back & (stand[1:] * _RESET_SHARE <= stand[:-1])
        quality[first[is_back & ~is_reset]] |= int(Quality.STEP_BACK)
        quality[first[is_reset]] |= int(Quality.RESET)
        _lay(use, quality, first[fits & ~is_back], gap[fits & ~is_back], grown[fits & ~is_back], empty)
    quality[use == MISSING] |= int(Quality.GAP)
    return Use(use, quality)


def _lay(
    use: Slots,
    quality: NDArray[np.uint8],
    first: NDArray[np.int64],
    gap: NDArray[np.int64],
    grown: NDArray[np.int64],
    empty: EmptyMeans,
) -> None:
    """Lay the growth between two stands over the slots between them."""
    width = np.repeat(gap, gap)
    total = np.repeat(grown, gap)
    step = np.arange(width.size) - np.repeat(np.cumsum(gap) - gap, gap)
    where = np.repeat(first, gap) + step
    if empty is EmptyMeans.UNCHANGED:
        use[where] = np.where(step == width - 1, total, 0)
        return
    use[where] = (step + 1) * total // width - step * total // width
    quality[where[width > 1]] |= int(Quality.SPREAD)
