"""What a node knows of one group of households: the exact sums, and beside them the evidence the disclosure rules need.

The evidence never leaves the node: exporting the largest value of a cell is how federated checks leak (privacy.md 1.1).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Weight:
    """How a published total is made up: the whole of it, and its two largest parts. No part is negative."""

    total: int
    largest: int
    second: int
    """0 when there is one household."""


@dataclass(frozen=True)
class Evidence:
    """What the disclosure rules look at in a group. Kept out of every repr, message and table."""

    sizes: Weight
    """The absolute values: what a sum is made of."""
    squares: Weight
    """The squared distances to the public centre: what a sum of squares is made of."""
    tally: Mapping[int, int]
    """Value -> how many households have exactly that value; for class disclosure and small counts."""


@dataclass(frozen=True)
class Group:
    """Some households together: exact whole numbers after clipping, in steps of the variable."""

    count: int
    sum: int
    squares: int
    """Sum of (value - public centre) squared."""
    bins: tuple[int, ...] = ()
    place: tuple[int, ...] = ()
    """One-hot of the mean of the group over the bins between collectives, when `place` is asked."""
    evidence: Evidence | None = field(default=None, repr=False)
    """Absent for an empty group."""


def pool(groups: Iterable[Group]) -> Group:
    """Put groups of one table together; sums add, the two largest values are chosen anew. A pool has no place."""
    held = list(groups)
    return Group(
        count=sum(group.count for group in held),
        sum=sum(group.sum for group in held),
        squares=sum(group.squares for group in held),
        bins=tuple(map(sum, zip(*(group.bins for group in held), strict=True))),
        evidence=_pool_evidence([group.evidence for group in held if group.evidence is not None]),
    )


def _pool_evidence(held: list[Evidence]) -> Evidence | None:
    if not held:
        return None
    tally: Counter[int] = Counter()
    for one in held:
        tally.update(one.tally)
    return Evidence(
        sizes=_pool_weights([one.sizes for one in held]),
        squares=_pool_weights([one.squares for one in held]),
        tally=tally,
    )


def _pool_weights(held: list[Weight]) -> Weight:
    largest, second = sorted((value for one in held for value in (one.largest, one.second)), reverse=True)[:2]
    return Weight(sum(one.total for one in held), largest, second)
