"""What is not exactly what the right people signed is never filed: mutated, re-signed, replayed, misplaced messages."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from marke.codebook.builtin import read_builtin
from marke.errors import MarkeError
from marke.protocol.messages import Coverage, QuestionOffer, Result, ResultCell, Round
from marke.protocol.wire import seal
from marke.questions.check import check
from marke.reasons import Reason
from marke.signing.envelope import Envelope, cosign
from marke.vocabulary.ids import content_hash
from marke_ground.store.engine import reading, transaction
from marke_node.services.read_question import NotShown, read_question
from marke_node.services.read_register import question_in
from marke_node.services.receive_envelopes import Ended, HeardBefore, Opened, receive
from marke_node.store import rounds_log
from marke_node.store.rounds import QUESTIONS, RESULTS, ROUNDS
from support.consortium import key_of
from support.live_federation import LiveFederation, LiveNode, live_federation


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveFederation]:
    """Give a hub with one admitted collective."""
    with live_federation(tmp_path_factory.mktemp("receive")) as found:
        for name in ("Alice", "Bob"):
            found.join(name).settle({"terraced": [1000 + number for number in range(12)]})
            found.nodes[-1].step()
        yield found


@pytest.fixture(scope="module")
def offer(federation: LiveFederation) -> bytes:
    """Return a true offer, which Alice's node has filed."""
    round_id = federation.ask()
    alice = federation.nodes[0]
    alice.step()
    with reading(alice.engine) as session:
        text: str = session.execute(select(ROUNDS.c.offer).where(ROUNDS.c.id == round_id)).scalar_one()
    return text.encode("utf-8")


def refusal(node: LiveNode, envelope: bytes) -> Reason:
    """Return why a node does not believe a message; nothing may have been written."""
    before = counts(node)
    trust = node.standpoint().trust
    with pytest.raises(MarkeError) as caught, transaction(node.engine) as session:
        receive(session, envelope=envelope, trust=trust, now=node.consortium.now)
    assert counts(node) == before
    return caught.value.reason


def counts(node: LiveNode) -> tuple[int, int]:
    """Count questions and rounds."""
    with reading(node.engine) as session:
        questions = session.execute(select(func.count()).select_from(QUESTIONS)).scalar_one()
        rounds = session.execute(select(func.count()).select_from(ROUNDS)).scalar_one()
    return questions, rounds


def inside(offer: bytes) -> QuestionOffer:
    """Return what an offer says."""
    return QuestionOffer.from_bytes(Envelope.from_bytes(offer).payload)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_is_never_filed(federation: LiveFederation, offer: bytes, place: int, bit: int) -> None:
    changed = bytearray(offer)
    changed[place % len(offer)] ^= 1 << bit
    refusal(federation.nodes[1], bytes(changed))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 10_000))
def test_half_a_message_is_never_filed(federation: LiveFederation, offer: bytes, cut: int) -> None:
    refusal(federation.nodes[1], offer[: cut % len(offer)])


def test_the_true_message_is_heard_once(federation: LiveFederation, offer: bytes) -> None:
    alice = federation.nodes[0]
    with transaction(alice.engine) as session:
        trust = alice.standpoint().trust
        found = receive(session, envelope=offer, trust=trust, now=federation.consortium.now)
    assert found == HeardBefore()


def test_an_offer_that_the_hub_did_not_sign_is_not_filed(federation: LiveFederation, offer: bytes) -> None:
    forged = seal(inside(offer), [key_of("Charlie")])
    assert refusal(federation.nodes[1], forged) is Reason.UNKNOWN_SIGNER
    both = cosign(Envelope.from_bytes(offer), key_of("Charlie")).to_bytes()
    assert refusal(federation.nodes[1], both) is Reason.UNKNOWN_SIGNER


def test_a_question_that_too_few_approved_is_not_filed(federation: LiveFederation, offer: bytes) -> None:
    question = Envelope.from_text(inside(offer).question)
    alone = Envelope(question.payload_type, question.payload, question.signatures[:1])
    shown = inside(offer).model_copy(update={"question": alone.to_text(), "round_id": "rnd_bbbbbbbbbbbbbbbb"})
    assert refusal(federation.nodes[1], seal(shown, [key_of("hub")])) is Reason.TOO_FEW_SIGNATURES


def test_the_hub_cannot_put_another_question_under_the_same_round(federation: LiveFederation, offer: bytes) -> None:
    other = inside(offer).model_copy(update={"question_hash": content_hash(b"another")})
    assert refusal(federation.nodes[0], seal(other, [key_of("hub")])) is Reason.WRONG_QUESTION


def test_a_round_that_was_never_offered_is_unknown(federation: LiveFederation, offer: bytes) -> None:
    now = federation.consortium.now
    opened = Round(
        round_id="rnd_bbbbbbbbbbbbbbbb", question_hash=inside(offer).question_hash, eligible=2, opens=now, closes=now
    )
    assert refusal(federation.nodes[0], seal(opened, [key_of("hub")])) is Reason.UNKNOWN_ROUND


def test_a_round_of_another_question_is_refused(federation: LiveFederation, offer: bytes) -> None:
    now = federation.consortium.now
    opened = Round(
        round_id=inside(offer).round_id, question_hash=content_hash(b"another"), eligible=2, opens=now, closes=now
    )
    assert refusal(federation.nodes[0], seal(opened, [key_of("hub")])) is Reason.ROUND_OF_OTHER_QUESTION


@pytest.fixture
def round_id(federation: LiveFederation) -> str:
    """Ask a question that Alice accepted; Bob has not heard of it."""
    federation.consortium.clock.forward(minutes=5)
    found = federation.ask()
    assert federation.nodes[0].step().accepted == [found]
    return found


def test_a_round_that_contradicts_its_question_is_neither_filed_nor_answered(
    federation: LiveFederation, round_id: str
) -> None:
    alice, now = federation.nodes[0], federation.consortium.now
    question_hash = asked(alice, round_id).question_hash
    opened = Round(
        round_id=round_id, question_hash=question_hash, eligible=2, opens=now, closes=now + timedelta(minutes=60)
    )
    lies = ({"eligible": 1}, {"closes": now + timedelta(days=3)}, {"closes": now})
    for lie in lies:
        envelope = seal(opened.model_copy(update=lie), [key_of("hub")])
        assert refusal(alice, envelope) is Reason.ROUND_UNLIKE_QUESTION
    assert alice.step().answered == []
    with transaction(alice.engine) as session:
        heard = receive(session, envelope=seal(opened, [key_of("hub")]), trust=alice.standpoint().trust, now=now)
    assert heard == Opened(round_id)


def test_a_result_that_does_not_fit_does_not_end_the_round(federation: LiveFederation, round_id: str) -> None:
    alice, now = federation.nodes[0], federation.consortium.now
    row = asked(alice, round_id)
    with reading(alice.engine) as session:
        stored = rounds_log.find_question(session, row.question_hash)
        assert stored is not None
        layout = check(question_in(str(stored.envelope)), read_builtin()).layout
    right = Result(
        round_id=round_id,
        question_hash=row.question_hash,
        layout_hash=layout.hash,
        coverage=Coverage(
            invited=2, accepted=2, answered=2, refused_policy=0, refused_not_enough=0, refused_technical=0, silent=0
        ),
        cells=(),
        made=now,
    )
    too_few = right.coverage.model_copy(update={"answered": 1})
    strange = (ResultCell(leaf="castle", collectives=2, values=(1,)),)
    lies: tuple[tuple[str, object, Reason], ...] = (
        ("layout_hash", content_hash(b"another"), Reason.RESULT_DOES_NOT_FIT),
        ("coverage", too_few, Reason.RESULT_DOES_NOT_FIT),
        ("spread", ((), ()), Reason.RESULT_DOES_NOT_FIT),
        ("cells", strange, Reason.CELLS_DO_NOT_FIT),
    )
    for field, value, reason in lies:
        envelope = seal(right.model_copy(update={field: value}), [key_of("hub")])
        assert refusal(alice, envelope) is reason
        assert asked(alice, round_id).stage == row.stage
    with transaction(alice.engine) as session:
        heard = receive(session, envelope=seal(right, [key_of("hub")]), trust=alice.standpoint().trust, now=now)
    assert heard == Ended(round_id)


def test_a_page_says_that_a_stored_result_cannot_be_shown(federation: LiveFederation, round_id: str) -> None:
    alice, now = federation.nodes[0], federation.consortium.now
    row = asked(alice, round_id)
    bad = Result(
        round_id=round_id,
        question_hash=row.question_hash,
        layout_hash=content_hash(b"another"),
        coverage=Coverage(
            invited=2, accepted=2, answered=2, refused_policy=0, refused_not_enough=0, refused_technical=0, silent=0
        ),
        cells=(),
        made=now,
    )
    envelope = seal(bad, [key_of("hub")])
    kept = {"kind": "result", "content_hash": content_hash(envelope), "envelope": envelope.decode(), "received": now}
    with transaction(alice.engine) as session:
        session.execute(insert(RESULTS).values(round_id=round_id, **kept))
        page = read_question(session, round_id=round_id, codebook=read_builtin(), language="nl", now=now)
    assert page.outcome == NotShown(bad.coverage, now.replace(microsecond=0), Reason.RESULT_DOES_NOT_FIT)


def asked(node: LiveNode, round_id: str) -> rounds_log.RoundRow:
    """Return the row of a round."""
    with reading(node.engine) as session:
        found = rounds_log.find_round(session, round_id)
    assert found is not None
    return found
