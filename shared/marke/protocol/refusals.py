"""What a refusal tells the hub: one of three words. The reason itself stays inside the collective (decisions 6)."""

from typing import Final

from marke.protocol.messages import RefusalClass
from marke.reasons import Reason

POLICY: Final = frozenset(
    {
        Reason.QUESTION_GROUP_TOO_SMALL,
        Reason.QUESTION_ROUND_TOO_SMALL,
        Reason.BELOW_FLOOR,
        Reason.POLICY_CATEGORY,
        Reason.POLICY_SMALLEST_GROUP,
        Reason.HELD_FOR_BOARD,
        Reason.REFUSED_BY_BOARD,
        Reason.ANSWERED_OTHERWISE_BEFORE,
    }
)
NOT_ENOUGH: Final = frozenset({Reason.TOO_FEW_HOUSEHOLDS, Reason.NOTHING_TO_SHOW})


def class_of(reason: Reason) -> RefusalClass:
    """Return the word for a reason; whatever is neither the rules nor the number of households is technical."""
    if reason in POLICY:
        return RefusalClass.POLICY
    return RefusalClass.NOT_ENOUGH if reason in NOT_ENOUGH else RefusalClass.TECHNICAL
