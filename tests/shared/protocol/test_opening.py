"""A round opens as its question promised, or it is not believed."""

from datetime import timedelta

import pytest

from marke.errors import UntrustedError
from marke.protocol.messages import Round
from marke.protocol.opening import check_opening
from marke.reasons import Reason
from marke.vocabulary.ids import content_hash
from support.known_keys import NOON, ROUND, a_question

QUESTION = a_question(decide_until=NOON)
CLOSES = NOON + timedelta(minutes=QUESTION.windows.contribute_minutes)
HONEST = Round(round_id=ROUND, question_hash=content_hash(QUESTION.to_bytes()), eligible=5, opens=NOON, closes=CLOSES)
SECOND = timedelta(seconds=1)


def test_a_round_that_opens_at_the_deadline_and_lasts_as_promised_is_believed() -> None:
    check_opening(QUESTION, HONEST, is_undecided=True, now=NOON)
    check_opening(QUESTION, HONEST.model_copy(update={"closes": NOON + SECOND}), is_undecided=True, now=NOON)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"eligible": 4}, "eligible"),
        ({"closes": CLOSES + SECOND}, "closes"),
        ({"closes": NOON}, "closes"),
        ({"closes": NOON - SECOND}, "closes"),
    ],
)
def test_a_round_unlike_its_question_is_refused_naming_the_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(UntrustedError) as caught:
        check_opening(QUESTION, HONEST.model_copy(update=changes), is_undecided=False, now=NOON)
    assert (caught.value.reason, caught.value.details["field"]) == (Reason.ROUND_UNLIKE_QUESTION, field)


def test_a_round_opens_early_only_for_those_who_decided() -> None:
    early = HONEST.model_copy(update={"opens": NOON - SECOND, "closes": CLOSES - SECOND})
    check_opening(QUESTION, early, is_undecided=False, now=NOON)
    with pytest.raises(UntrustedError) as caught:
        check_opening(QUESTION, early, is_undecided=True, now=NOON)
    assert caught.value.details["field"] == "opens"


def test_a_round_that_opens_in_the_future_is_not_believed_yet() -> None:
    with pytest.raises(UntrustedError, match="not_yet_valid"):
        check_opening(QUESTION, HONEST, is_undecided=False, now=NOON - timedelta(hours=1))
