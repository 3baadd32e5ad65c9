"""The star bucket: what is too small to stand alone stands together (privacy.md 1.3 step 5).

Used twice: over the leaves of a table and, within each leaf, over its bins. There are no margins, so the total stays
exact and nothing hidden can be had by subtraction.
"""

from collections.abc import Callable, Mapping


def choose_pool(
    counts: Mapping[str, int],
    unsafe: frozenset[str],
    *,
    smallest_pool: int,
    pool_is_safe: Callable[[frozenset[str]], bool],
) -> frozenset[str] | None:
    """Return the names that are pooled; empty when nothing is unsafe, None when not even all together are safe.

    An empty group is unsafe like a small one: were it left out of the pool, a table without a pool would tell that
    its hidden groups are exactly zero. While the pool is not safe, the smallest safe group joins, and with it every
    group of the same size: a choice between equals by their order would tell which of two hidden groups is the small
    one.
    """
    pool = unsafe
    while pool and not (len(pool) >= smallest_pool and pool_is_safe(pool)):
        rest = {name: count for name, count in counts.items() if name not in pool}
        if not rest:
            return None
        least = min(rest.values())
        pool |= {name for name, count in rest.items() if count == least}
    return pool
