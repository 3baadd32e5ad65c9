"""The root's floors, which no threshold of approvers may go below (architecture 6 and 7, protocol 6.3)."""

from datetime import timedelta

from marke.errors import RefusedError
from marke.questions.model import Question
from marke.reasons import Reason
from marke.signing.root import Constants


def check_floors(question: Question, constants: Constants) -> None:
    """Return quietly when a question keeps to the root's constants.

    Raises RefusedError (BELOW_FLOOR) naming the field. The stricter group for special categories is checked with the
    codebook, which knows which variables are special.
    """
    window = (question.windows.decide_until - question.not_before) // timedelta(minutes=1)
    asked = {
        "smallest_group": (question.smallest_group, constants.smallest_group),
        "smallest_round": (question.smallest_round, constants.smallest_round),
        "windows.decide_until": (window, constants.shortest_decision_minutes),
    }
    for name, (found, floor) in asked.items():
        if found < floor:
            raise RefusedError(Reason.BELOW_FLOOR, field=name, found=found, floor=floor)
