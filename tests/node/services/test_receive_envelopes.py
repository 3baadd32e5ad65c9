"""What is not exactly what the right people signed is never filed: mutated, re-signed, replayed, misplaced messages."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from marke.errors import MarkeError
from marke.protocol.messages import QuestionOffer, Round
from marke.protocol.wire import seal
from marke.reasons import Reason
from marke.signing.envelope import Envelope, cosign
from marke.vocabulary.ids import content_hash
from marke_ground.store.engine import reading, transaction
from marke_node.services.receive_envelopes import HeardBefore, receive
from marke_node.store.rounds import QUESTIONS, ROUNDS
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
