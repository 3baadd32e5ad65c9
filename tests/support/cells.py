"""Groups of households made from a plain list of values, for tests of the disclosure rules."""

from collections.abc import Iterable, Sequence

from marke.privacy.groups import Evidence, Group


def a_group(values: Iterable[int], *, edges: Sequence[int] = ()) -> Group:
    """Return the group of some values, centre 0, with bins between `edges`, straight from the definitions."""
    held = list(values)
    by_size = sorted((abs(value) for value in held), reverse=True)
    evidence = None
    if held:
        second = by_size[1] if len(by_size) > 1 else 0
        evidence = Evidence(sum(by_size), by_size[0], second, min(held), max(held))
    bins = tuple(
        sum(edges[place] <= value < edges[place + 1] for value in held) for place in range(max(0, len(edges) - 1))
    )
    return Group(len(held), sum(held), sum(value * value for value in held), bins=bins, evidence=evidence)
