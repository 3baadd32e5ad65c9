"""What a node knows of one group of households: the exact sums, and beside them the evidence the disclosure rules need.

The evidence never leaves the node: exporting the largest value of a cell is how federated checks leak (privacy.md 1.1).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Evidence:
    """The extremes of a group, for dominance and class disclosure. Kept out of every repr, message and table."""

    absolute: int
    """Sum of the absolute values."""
    largest: int
    """Largest absolute value."""
    second: int
    """Second largest absolute value; 0 when there is one household."""
    lowest: int
    highest: int


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
    largest, second = sorted((value for one in held for value in (one.largest, one.second)), reverse=True)[:2]
    return Evidence(
        absolute=sum(one.absolute for one in held),
        largest=largest,
        second=second,
        lowest=min(one.lowest for one in held),
        highest=max(one.highest for one in held),
    )
