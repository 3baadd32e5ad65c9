"""Groups of households made from a plain list of values, for tests of the disclosure rules."""

from collections import Counter
from collections.abc import Iterable, Sequence

from marke.privacy.groups import Evidence, Group, Weight


def a_group(values: Iterable[int], *, edges: Sequence[int] = ()) -> Group:
    """Return the group of some values, centre 0, with bins between `edges`, straight from the definitions."""
    held = list(values)
    evidence = None
    if held:
        evidence = Evidence(_weight(held), _weight([value * value for value in held]), Counter(held))
    bins = tuple(
        sum(edges[place] <= value < edges[place + 1] for value in held) for place in range(max(0, len(edges) - 1))
    )
    return Group(len(held), sum(held), sum(value * value for value in held), bins=bins, evidence=evidence)


def _weight(held: Sequence[int]) -> Weight:
    by_size = sorted((abs(value) for value in held), reverse=True)
    return Weight(sum(by_size), by_size[0], by_size[1] if len(by_size) > 1 else 0)
