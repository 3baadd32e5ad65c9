"""A hub that lies, is away or is slow: nothing wrong is believed, nothing of ours is lost, and it is said aloud."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from marke.protocol.messages import MOST_ENVELOPES, Receipt, Result
from marke.protocol.wire import seal
from marke.reasons import Reason, sentence
from marke.signing.envelope import Envelope
from marke_ground.store.engine import reading, transaction
from marke_hub.services import feed
from marke_node.hub_link.address import HubAddress
from marke_node.hub_link.link import HubLink
from marke_node.jobs.agent import Agent, AgentSettings
from marke_node.services.record_incident import MOST_A_DAY
from marke_node.store.federation import AGENT_STATE, INCIDENTS, OUTBOX, RECEIPTS
from marke_node.store.rounds import RESULTS, ROUNDS
from support.consortium import key_of
from support.live_federation import CHANCE, LiveFederation, LiveNode, live_federation
from support.lying_hub import Liar, Lie, Said

LATER = timedelta(minutes=20)


@pytest.fixture(scope="module")
def liar() -> Liar:
    """Stand between the hub and its nodes."""
    return Liar()


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory, liar: Liar) -> Iterator[LiveFederation]:
    """Give a hub behind a liar, with two collectives that are big enough to answer."""
    with live_federation(tmp_path_factory.mktemp("lies"), liar.in_front_of) as found:
        for name in ("Alice", "Bob"):
            found.join(name).settle({"terraced": [1000 + 7 * number for number in range(12)]})
            found.nodes[-1].step()
        yield found


@pytest.fixture
def alice(federation: LiveFederation, liar: Liar) -> Iterator[LiveNode]:
    """Give Alice's node, with the truth before and after each test."""
    liar.tell_the_truth()
    federation.consortium.clock.forward(minutes=20)
    yield federation.nodes[0]
    liar.tell_the_truth()
    federation.consortium.clock.forward(minutes=20)
    for node in federation.nodes:
        node.step()


def poll_lies() -> dict[str, tuple[Lie, Reason]]:
    """Return what a hub can say to a poll that is not so, and the reason for which the node does not believe it."""

    def only_polls(change: Lie) -> Lie:
        return lambda path, said: change(path, said) if path.endswith("/poll") else said

    found: dict[str, tuple[Lie, Reason]] = {
        "a redirect": (lambda _p, _s: Said(302, b"", {"Location": "https://elsewhere.example"}), Reason.HUB_REDIRECTS),
        "not JSON": (lambda _p, s: replace(s, status=200, body=b"<html>"), Reason.HUB_BAD_ANSWER),
        "half an answer": (lambda _p, s: replace(s, status=200, body=s.body[:40]), Reason.HUB_BAD_ANSWER),
        "an unknown field": (lambda _p, s: s.json(extra=1), Reason.HUB_BAD_ANSWER),
        "another collective": (lambda _p, s: s.json(collective="col_aaaaaaaaaaaaaaaa"), Reason.HUB_OTHER_COLLECTIVE),
        "another protocol": (lambda _p, s: s.json(protocol=9), Reason.NO_COMMON_PROTOCOL),
        "compressed": (lambda _p, s: replace(s, headers={"Content-Encoding": "gzip"}), Reason.HUB_COMPRESSED),
        "a server error": (lambda _p, _s: Said(500, b"{}"), Reason.HUB_SAID_NO),
        "too much": (lambda _p, s: replace(s, body=b" " * (17 * 2**20)), Reason.HUB_ANSWER_TOO_LARGE),
    }
    return {name: (only_polls(lie), reason) for name, (lie, reason) in found.items()}


@pytest.mark.parametrize("name", poll_lies())
def test_a_lie_in_a_poll_is_not_believed(name: str, alice: LiveNode, liar: Liar) -> None:
    lie, reason = poll_lies()[name]
    alice.restart()
    with reading(alice.engine) as session:
        before = session.execute(select(AGENT_STATE.c.cursor)).scalar_one()
    liar.lie = lie
    report = alice.step()
    assert report.failure is reason
    assert "?" not in sentence(reason, "nl", report.failure_details)
    with reading(alice.engine) as session:
        state = session.execute(select(AGENT_STATE)).one()
    assert state.cursor == before
    assert state.failure == reason.value
    assert timedelta(seconds=5) <= state.next_poll - report_time(alice) <= timedelta(minutes=15)


def report_time(node: LiveNode) -> object:
    """Return the moment of the step that was just taken."""
    return node.consortium.now - timedelta(seconds=2)


def test_a_node_asks_for_everything_again_when_the_hub_counts_lower_than_before(
    federation: LiveFederation, alice: LiveNode, liar: Liar
) -> None:
    federation.ask()
    alice.step()
    liar.about("/poll", lambda said: said.json(cursor=0) if said.status == 200 else said)
    federation.consortium.clock.forward(minutes=2)
    alice.restart()
    report = alice.step()
    assert (report.failure, report.not_believed) == (None, [Reason.HUB_WENT_BACK])
    assert cursor_of(alice) == 0
    assert "hub_went_back" in incidents(alice)
    liar.tell_the_truth()
    federation.consortium.clock.forward(minutes=2)
    assert (alice.step().not_believed, cursor_of(alice)) == ([], head_of(federation))


@pytest.mark.parametrize("cursor", [2**53 - 1, 10_000])
def test_one_false_number_in_a_poll_does_not_silence_a_node(
    cursor: int, federation: LiveFederation, alice: LiveNode, liar: Liar
) -> None:
    liar.about("/poll", lambda said: said.json(cursor=cursor) if said.status == 200 else said)
    alice.restart()
    alice.step()
    assert cursor_of(alice) == cursor
    liar.tell_the_truth()
    federation.consortium.clock.forward(minutes=2)
    alice.restart()
    round_id = federation.ask()
    assert round_id in alice.step().accepted
    assert cursor_of(alice) == head_of(federation)


def test_a_number_that_no_hub_can_have_given_is_not_believed(alice: LiveNode, liar: Liar) -> None:
    before = cursor_of(alice)
    # canonical JSON cannot say it, so the number is written into the text
    liar.about("/poll", lambda said: replace(said, body=re.sub(rb'"cursor":\d+', b'"cursor":%d' % 2**62, said.body)))
    alice.restart()
    assert alice.step().failure is Reason.HUB_BAD_ANSWER
    assert cursor_of(alice) == before
    with transaction(alice.engine) as session:
        session.execute(update(AGENT_STATE).values(cursor=2**62))
    liar.tell_the_truth()
    alice.consortium.clock.forward(minutes=20)
    assert alice.step().failure is None


def test_junk_without_end_costs_one_line_a_poll_and_a_hundred_rows_a_day(
    federation: LiveFederation, alice: LiveNode, liar: Liar
) -> None:
    federation.consortium.clock.forward(days=1)
    rows, lines = len(incidents(alice)), audit_lines(alice)
    for start in (0, MOST_ENVELOPES):
        junk = [str(number) for number in range(start, start + MOST_ENVELOPES)]
        liar.about("/poll", says(junk))
        alice.restart()
        assert len(alice.step().not_believed) == MOST_ENVELOPES
        federation.consortium.clock.forward(minutes=2)
    assert len(incidents(alice)) == rows + MOST_A_DAY + 1
    assert audit_lines(alice) == lines + 1
    with reading(alice.engine) as session:
        more = session.execute(select(INCIDENTS.c.times).where(INCIDENTS.c.kind == "more")).scalar_one()
    assert more == 2 * MOST_ENVELOPES - MOST_A_DAY


def test_more_envelopes_than_an_answer_may_hold_are_not_read(alice: LiveNode, liar: Liar) -> None:
    many = [str(number) for number in range(MOST_ENVELOPES + 1)]
    liar.about("/poll", says(many))
    alice.restart()
    report = alice.step()
    assert (report.failure, report.failure_details["field"]) == (Reason.HUB_BAD_ANSWER, "envelopes")


def says(envelopes: list[str]) -> Callable[[Said], Said]:
    """Return a lie that puts these in place of what the hub says."""
    return lambda said: said.envelopes(lambda _held: envelopes) if said.status == 200 else said


def cursor_of(node: LiveNode) -> int:
    """Return up to where a node heard its hub."""
    with reading(node.engine) as session:
        found: int = session.execute(select(AGENT_STATE.c.cursor)).scalar_one()
    return found


def head_of(federation: LiveFederation) -> int:
    """Return the number of the hub's newest entry."""
    with federation.consortium.session() as session:
        return feed.head(session)


def incidents(node: LiveNode) -> list[str]:
    """Return the reasons of what a node did not believe."""
    with reading(node.engine) as session:
        return list(session.execute(select(INCIDENTS.c.reason)).scalars())


def audit_lines(node: LiveNode) -> int:
    """Count the audit lines about messages that were not believed."""
    with reading(node.engine) as session:
        found = session.execute(text("SELECT count(*) FROM audit WHERE verb = 'refuse_message'"))
        return int(found.scalar_one())


def test_an_unreachable_hub_is_tried_again_and_nothing_is_lost(alice: LiveNode) -> None:
    nobody = HubLink(HubAddress.parse("http://127.0.0.1:9"))
    agent = Agent(alice.engine, nobody, alice.key, AgentSettings(CHANCE, allow_demo=True))
    waits = []
    for _ in range(6):
        now = alice.consortium.clock.forward(minutes=16)
        report = agent.step(now)
        assert report.failure is Reason.HUB_UNREACHABLE
        waits.append(report.next_at - now)
    assert min(waits) >= timedelta(seconds=5)
    assert max(waits) <= timedelta(minutes=15)


@pytest.mark.parametrize(("hours", "reason"), [(-3, Reason.CLOCK_OFF_BEHIND), (3, Reason.CLOCK_OFF_AHEAD)])
def test_a_clock_that_is_hours_off_is_said_with_the_minutes(hours: int, reason: Reason, alice: LiveNode) -> None:
    agent = Agent(alice.engine, alice.link, alice.key, AgentSettings(CHANCE, allow_demo=True))
    wrong = alice.consortium.now + timedelta(hours=hours)
    agent.step(wrong)
    report = agent.step(wrong + timedelta(minutes=16))
    assert report.failure is reason
    assert abs(int(report.failure_details["minutes"]) - 60 * abs(hours)) <= 17


def test_a_node_with_another_key_is_not_heard(alice: LiveNode) -> None:
    agent = Agent(alice.engine, alice.link, key_of("Charlie"), AgentSettings(CHANCE, allow_demo=True))
    report = agent.step(alice.consortium.now)
    assert report.failure is Reason.HUB_SAID_NO
    assert report.failure_details["code"] == "wrong_token_signature"


def test_a_kind_of_message_that_we_do_not_know_is_an_incident(alice: LiveNode, liar: Liar) -> None:
    strange = Envelope("application/vnd.marke.command.v1+json", b"{}", ()).to_text()
    liar.about("/poll", lambda said: said.envelopes(lambda _held: [strange]))
    alice.restart()
    assert alice.step().not_believed == [Reason.UNKNOWN_MESSAGE]
    with reading(alice.engine) as session:
        assert "unknown_message" in session.execute(select(INCIDENTS.c.reason)).scalars().all()


def test_a_false_receipt_keeps_the_message_in_the_outbox(
    federation: LiveFederation, alice: LiveNode, liar: Liar
) -> None:
    def false_receipt(said: Said) -> Said:
        told = Receipt.from_bytes(Envelope.from_bytes(said.body).payload)
        other = told.model_copy(update={"content_hash": "sha256:" + "0" * 64})
        return replace(said, body=seal(other, [key_of("hub")]))

    round_id = federation.ask()
    liar.about("/decision", false_receipt)
    assert alice.step().failure is Reason.WRONG_RECEIPT
    liar.about("/decision", lambda said: replace(said, body=seal(_receipt_in(said), [key_of("Charlie")])))
    federation.consortium.clock.forward(minutes=16)
    assert alice.step().failure is Reason.UNKNOWN_SIGNER
    liar.tell_the_truth()
    federation.consortium.clock.forward(minutes=16)
    assert alice.step().delivered == 1
    with reading(alice.engine) as session:
        row = session.execute(select(OUTBOX).where(OUTBOX.c.round_id == round_id)).one()
        assert (row.state, row.attempts) == ("delivered", 3)
        assert session.execute(select(RECEIPTS).where(RECEIPTS.c.round_id == round_id)).one()


def _receipt_in(said: Said) -> Receipt:
    return Receipt.from_bytes(Envelope.from_bytes(said.body).payload)


def test_a_result_that_the_hub_did_not_sign_is_not_shown(
    federation: LiveFederation, alice: LiveNode, liar: Liar
) -> None:
    bob = federation.nodes[1]
    round_id = federation.ask()
    _answer_all(federation, (alice, bob))

    def forged(held: list[str]) -> list[str]:
        return [_resigned(text) for text in held]

    liar.about("/poll", lambda said: said.envelopes(forged) if said.status == 200 else said)
    assert Reason.UNKNOWN_SIGNER in alice.step().not_believed
    with reading(alice.engine) as session:
        assert session.execute(select(RESULTS).where(RESULTS.c.round_id == round_id)).first() is None
        stage = session.execute(select(ROUNDS.c.stage).where(ROUNDS.c.id == round_id)).scalar_one()
    assert stage == "receipted"


def _resigned(text: str) -> str:
    envelope = Envelope.from_text(text)
    if "result" not in envelope.payload_type:
        return text
    return seal(Result.from_bytes(envelope.payload), [key_of("Charlie")]).decode("utf-8")


def _answer_all(federation: LiveFederation, nodes: tuple[LiveNode, ...]) -> None:
    for _ in range(2):
        for node in nodes:
            node.step()
        federation.tick()
