"""Whether a round opens as its question promised. Protocol 10.2.

Approvers signed the question; the hub alone signs the round. So a node holds the round against the question: else the
hub could hurry or hold up whom it likes, or call for answers that it may not even publish.
"""

from datetime import datetime, timedelta

from marke.clock import instant_to_text
from marke.errors import UntrustedError
from marke.protocol.messages import Round
from marke.questions.model import Question
from marke.reasons import Reason
from marke.signing.trust import check_not_from_future


def check_opening(question: Question, opened: Round, *, is_undecided: bool, now: datetime) -> None:
    """Return quietly when a round keeps to its question.

    It may open before `decide_until` once every collective decided (ADR 0017): `is_undecided` says that the one that
    asks has not. Raises UntrustedError: NOT_YET_VALID, and ROUND_UNLIKE_QUESTION naming the field.
    """
    check_not_from_future(opened.opens, now=now)
    if opened.eligible < question.smallest_round:
        raise _unlike("eligible", opened.eligible, question.smallest_round)
    if is_undecided and opened.opens < question.windows.decide_until:
        raise _unlike("opens", instant_to_text(opened.opens), instant_to_text(question.windows.decide_until))
    latest = opened.opens + timedelta(minutes=question.windows.contribute_minutes)
    if not opened.opens < opened.closes <= latest:
        raise _unlike("closes", instant_to_text(opened.closes), instant_to_text(latest))


def _unlike(field: str, found: str | int, promised: str | int) -> UntrustedError:
    return UntrustedError(Reason.ROUND_UNLIKE_QUESTION, field=field, found=found, promised=promised)
