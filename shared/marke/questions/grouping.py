"""How households are grouped: from the codes that are known of a household to its leaf in the layout."""

from collections.abc import Mapping

from marke.codebook.model import ALL, Clip
from marke.questions.axes import CROSS
from marke.questions.check import CheckedQuestion


def leaf_of(checked: CheckedQuestion, codes: Mapping[str, str]) -> str | None:
    """Return the leaf of a household from its codes (category id -> code); None when a code is missing or unknown."""
    parts: list[str] = []
    for axis in checked.axes:
        group = axis.group_of.get(codes.get(axis.category.id, ""))
        if group is None:
            return None
        parts.append(group)
    return CROSS.join(parts) if parts else ALL


def bounds_of(checked: CheckedQuestion, codes: Mapping[str, str]) -> Clip:
    """Return the bounds of a household's value, by its own code and whatever the breakdown.

    Were they those of the leaf, two answers over the same households would differ by what one household has above the
    narrower bound.
    """
    return checked.variable.clip_for(codes.get(checked.own_category))
