"""From bytes to a verified message: who signs what, and what else must be true of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from marke.errors import MarkeError, ProgrammerError
from marke.protocol.messages import (
    Contribution,
    Coverage,
    Decision,
    Enrolment,
    PollRequest,
    QuestionOffer,
    Receipt,
    Result,
    Round,
    Void,
)
from marke.protocol.wire import (
    WIRE,
    Verified,
    open_enrolment,
    open_from_collective,
    open_message,
    open_offer,
    seal,
    wire_type,
)
from marke.questions.model import Question
from marke.reasons import Reason
from marke.signing.envelope import Envelope, sign
from marke.signing.root import RoleName
from marke.vocabulary.document import Document
from marke.vocabulary.ids import content_hash
from support.known_keys import (
    ALICE,
    ALICE_KEY,
    APPROVER_KEYS,
    BOB,
    BOB_KEY,
    CHARLIE_KEY,
    HUB_KEY,
    NOON,
    ROUND,
    a_collective,
    a_contribution,
    a_decision,
    a_directory,
    a_question,
    a_trust,
)

LATER = timedelta(minutes=6)
QUESTION_HASH = content_hash(a_question().to_bytes())


@contextmanager
def refusal(reason: Reason) -> Iterator[None]:
    """Expect exactly this reason."""
    with pytest.raises(MarkeError) as caught:
        yield
    assert caught.value.reason is reason


def opened_question(question: Question) -> Verified[Question]:
    return open_message(a_trust(), seal(question, APPROVER_KEYS[:3]), Question, now=NOON)


def an_offer(question: bytes, *, names: str = QUESTION_HASH) -> bytes:
    offer = QuestionOffer(question_hash=names, round_id=ROUND, question=question.decode("utf-8"), offered=NOON)
    return seal(offer, [HUB_KEY])


def an_enrolment() -> Enrolment:
    return Enrolment(
        invitation="inv_aaaaaaaaaaaaaaaa",
        secret_hash=content_hash(b"secret"),
        collective_name="Buurt van Charlie",
        public_key=CHARLIE_KEY.public.to_text(),
        capabilities=(),
        software="marke",
        made=NOON,
    )


def test_every_message_has_its_own_payload_type() -> None:
    names = [row.payload_type for row in WIRE.values()]
    assert len(set(names)) == len(names)
    assert all(name.startswith("application/vnd.marke.") and name.endswith(".v1+json") for name in names)


def test_only_approvers_sign_questions_and_the_hub_signs_what_it_relays() -> None:
    signers = {kind.__name__: row.signer for kind, row in WIRE.items()}
    assert [name for name, signer in signers.items() if signer is RoleName.APPROVERS] == ["Question"]
    assert {name for name, signer in signers.items() if signer is RoleName.HUB} == {
        "QuestionOffer",
        "Round",
        "Result",
        "Void",
        "Receipt",
    }


def test_what_is_not_in_the_table_is_not_sealed() -> None:
    with pytest.raises(ProgrammerError):
        wire_type(PollRequest)


def test_the_name_of_a_message_does_not_depend_on_who_else_signed_it() -> None:
    three = opened_question(a_question())
    five = open_message(a_trust(), seal(a_question(), APPROVER_KEYS), Question, now=NOON)
    assert three.content_hash == five.content_hash == QUESTION_HASH
    assert len(five.signers) == 5


def test_a_question_holds_from_its_beginning_until_its_end() -> None:
    with refusal(Reason.EXPIRED):
        opened_question(a_question(expires=NOON))
    with refusal(Reason.NOT_YET_VALID):
        opened_question(a_question(not_before=NOON + LATER))
    assert opened_question(a_question(expires=NOON + timedelta(seconds=1))).document.lane == "own"


@pytest.mark.parametrize(
    "question",
    [
        a_question(smallest_group=9),
        a_question(smallest_round=4),
        a_question(not_before=NOON, decide_until=NOON + timedelta(minutes=59)),
    ],
)
def test_no_number_of_approvers_goes_below_the_roots_floors(question: Question) -> None:
    with refusal(Reason.BELOW_FLOOR):
        open_message(a_trust(), seal(question, APPROVER_KEYS), Question, now=NOON)


def test_an_offer_brings_the_question_it_names() -> None:
    question = seal(a_question(), APPROVER_KEYS[:3])
    offer, found = open_offer(a_trust(), an_offer(question), now=NOON)
    assert offer.document.question_hash == found.content_hash
    assert found.document == a_question()


def test_an_offer_that_brings_another_question_is_refused() -> None:
    other = seal(a_question(nonce="1" * 32), APPROVER_KEYS[:3])
    with refusal(Reason.WRONG_QUESTION):
        open_offer(a_trust(), an_offer(other), now=NOON)


def test_the_hub_cannot_write_the_question_it_offers() -> None:
    with refusal(Reason.UNKNOWN_SIGNER):
        open_offer(a_trust(), an_offer(seal(a_question(), [HUB_KEY])), now=NOON)


COVERAGE = Coverage(
    invited=2, accepted=1, answered=1, refused_policy=0, refused_not_enough=0, refused_technical=0, silent=1
)
BY_THE_HUB: tuple[Document, ...] = (
    Round(round_id=ROUND, question_hash=QUESTION_HASH, eligible=1, opens=NOON, closes=NOON + timedelta(hours=1)),
    Result(
        round_id=ROUND,
        question_hash=QUESTION_HASH,
        layout_hash=QUESTION_HASH,
        coverage=COVERAGE,
        cells=(),
        made=NOON,
    ),
    Void(round_id=ROUND, question_hash=QUESTION_HASH, coverage=COVERAGE, reason="too_few", made=NOON),
    Receipt(round_id=ROUND, collective=ALICE, content_hash=QUESTION_HASH, received=NOON),
)


@pytest.mark.parametrize("document", BY_THE_HUB, ids=lambda document: type(document).__name__)
def test_what_the_hub_signs_opens_and_what_a_collective_signs_in_its_place_does_not(document: Document) -> None:
    kind = type(document)
    opened = open_message(a_trust(), seal(document, [HUB_KEY]), kind, now=NOON)  # type: ignore[type-var] # one of four
    assert opened.document == document
    with refusal(Reason.UNKNOWN_SIGNER):
        open_message(a_trust(), seal(document, [ALICE_KEY]), kind, now=NOON)  # type: ignore[type-var] # one of four


def test_a_round_may_open_in_the_future_but_a_result_is_not_made_there() -> None:
    trust = a_trust()
    open_message(trust, seal(BY_THE_HUB[0], [HUB_KEY]), Round, now=NOON - LATER)
    with refusal(Reason.NOT_YET_VALID):
        open_message(trust, seal(BY_THE_HUB[1], [HUB_KEY]), Result, now=NOON - LATER)


def test_a_message_of_a_collective_is_not_opened_as_one_of_a_role() -> None:
    with pytest.raises(ProgrammerError):
        open_message(a_trust(), seal(a_decision(), [ALICE_KEY]), Decision, now=NOON)  # type: ignore[type-var] # the mistake itself


def test_a_collective_decides_and_answers_for_itself() -> None:
    trust = a_trust()
    decision = open_from_collective(trust, seal(a_decision(), [ALICE_KEY]), Decision, now=NOON)
    answer = open_from_collective(trust, seal(a_contribution(BOB), [BOB_KEY]), Contribution, now=NOON)
    assert (decision.document.collective, answer.document.collective) == (ALICE, BOB)


def test_bob_cannot_answer_in_alices_name() -> None:
    with refusal(Reason.WRONG_SENDER):
        open_from_collective(a_trust(), seal(a_contribution(ALICE), [BOB_KEY]), Contribution, now=NOON)


def test_charlie_cannot_answer_at_all() -> None:
    with refusal(Reason.UNKNOWN_SIGNER):
        open_from_collective(a_trust(), seal(a_contribution(), [CHARLIE_KEY]), Contribution, now=NOON)


def test_a_decision_is_not_taken_for_an_answer() -> None:
    with refusal(Reason.WRONG_PAYLOAD_TYPE):
        open_from_collective(a_trust(), seal(a_decision(), [ALICE_KEY]), Contribution, now=NOON)


def test_after_its_revocation_nothing_of_a_collective_counts_whatever_date_it_writes() -> None:
    trust = a_trust(a_directory(1, [a_collective(revoked=NOON)]))
    backdated = seal(a_contribution(made=NOON - timedelta(days=9)), [ALICE_KEY])
    with refusal(Reason.REVOKED_COLLECTIVE):
        open_from_collective(trust, backdated, Contribution, now=NOON)
    just_after = seal(a_contribution(made=NOON + timedelta(minutes=1)), [ALICE_KEY])
    with refusal(Reason.REVOKED_COLLECTIVE):
        open_from_collective(trust, just_after, Contribution, now=NOON - timedelta(minutes=1))
    assert open_from_collective(trust, backdated, Contribution, now=NOON - timedelta(minutes=1)).signers


def test_an_answer_from_the_future_is_refused() -> None:
    with refusal(Reason.NOT_YET_VALID):
        open_from_collective(a_trust(), seal(a_decision(decided=NOON + LATER), [ALICE_KEY]), Decision, now=NOON)


def test_an_enrolment_proves_that_the_newcomer_holds_the_key() -> None:
    assert open_enrolment(seal(an_enrolment(), [CHARLIE_KEY]), now=NOON).document == an_enrolment()
    with refusal(Reason.UNKNOWN_SIGNER):
        open_enrolment(seal(an_enrolment(), [BOB_KEY]), now=NOON)
    with refusal(Reason.WRONG_PAYLOAD_TYPE):
        open_enrolment(seal(a_decision(), [CHARLIE_KEY]), now=NOON)
    with refusal(Reason.NOT_YET_VALID):
        open_enrolment(seal(an_enrolment(), [CHARLIE_KEY]), now=NOON - LATER)


def test_a_default_that_was_left_out_gives_no_second_hash() -> None:
    short = a_decision().to_bytes().replace(b'"refusal":null,', b"")
    data = sign(short, wire_type(Decision).payload_type, [ALICE_KEY]).to_bytes()
    with refusal(Reason.NOT_CANONICAL):
        open_from_collective(a_trust(), data, Decision, now=NOON)


def test_the_bytes_that_came_are_kept_to_be_passed_on() -> None:
    data = seal(a_question(), APPROVER_KEYS[:3])
    found = open_message(a_trust(), data, Question, now=NOON)
    assert found.envelope == data == Envelope.from_bytes(data).to_bytes()
    assert "payload" not in repr(found)
