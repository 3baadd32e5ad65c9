"""A node that was away for days, its power cut or its line down: it catches up, and nothing is sent twice."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from marke.clock import FixedClock
from marke.errors import StorageError
from marke.reasons import Reason
from marke_ground.store.engine import reading
from marke_node.hub_link.address import HubAddress
from marke_node.hub_link.link import HubLink
from marke_node.jobs.agent import Agent, AgentSettings
from marke_node.jobs.report import AgentReport
from marke_node.jobs.runner import AgentThread
from marke_node.services.read_home import read_home
from marke_node.store.federation import OUTBOX, RECEIPTS
from marke_node.store.rounds import CONTRIBUTIONS, ROUNDS
from support.consortium import BEGIN
from support.live_federation import CHANCE, LiveFederation, live_federation
from support.lying_hub import Liar

HOMES = {"terraced": [1000 + 7 * number for number in range(20)], "apartment": [700 + 5 * n for n in range(15)]}


@pytest.fixture
def liar() -> Liar:
    """Stand between the hub and its nodes; here it only counts what it hears."""
    return Liar()


@pytest.fixture
def federation(tmp_path: Path, liar: Liar) -> Iterator[LiveFederation]:
    """Give a hub with three collectives, so that a round goes on without one."""
    with live_federation(tmp_path, liar.in_front_of) as found:
        for name in ("Alice", "Bob", "Carol"):
            found.join(name).settle(HOMES)
            found.nodes[-1].step()
        yield found


def test_a_node_that_slept_through_a_round_catches_up(federation: LiveFederation) -> None:
    alice, bob, carol = federation.nodes
    missed = federation.ask()
    bob.step()
    carol.step()
    federation.consortium.clock.forward(minutes=61)
    federation.tick()
    bob.step()
    carol.step()
    federation.tick()
    federation.consortium.clock.forward(days=4)
    report = alice.step()
    assert report.accepted == []
    assert report.ended == [missed]
    with reading(alice.engine) as session:
        assert session.execute(select(ROUNDS.c.stage)).scalar_one() == "resulted"


def test_an_answer_that_could_not_leave_is_sent_once_the_line_is_back(federation: LiveFederation, liar: Liar) -> None:
    alice, bob, carol = federation.nodes
    round_id = federation.ask(contribute_minutes=60 * 24 * 6)
    for node in federation.nodes:
        node.step()
    federation.tick()
    bob.step()
    carol.step()
    assert alice.agent.step(federation.consortium.now).answered == [round_id]
    liar.heard.clear()
    with reading(alice.engine) as session:
        before = session.execute(select(CONTRIBUTIONS.c.content_hash)).scalar_one()
        assert (
            session.execute(select(OUTBOX.c.state).where(OUTBOX.c.kind == "contribution")).scalar_one() == "delivered"
        )
    federation.consortium.clock.forward(days=3)
    alice.restart()
    alice.step()
    assert not [path for path in liar.heard if "contribution" in path]
    with reading(alice.engine) as session:
        assert session.execute(select(CONTRIBUTIONS.c.content_hash)).scalar_one() == before


def test_the_same_bytes_are_sent_again_until_a_receipt_is_here(federation: LiveFederation) -> None:
    alice = federation.nodes[0]
    federation.ask()
    nobody = HubLink(HubAddress.parse("http://127.0.0.1:9"))
    polled = alice.agent
    polled._link = nobody
    report = polled.step(federation.consortium.now)
    assert report.failure is Reason.HUB_UNREACHABLE
    with reading(alice.engine) as session:
        waiting = session.execute(select(OUTBOX)).one()
        assert read_home(session, key=alice.key.public, now=federation.consortium.now).hub
    assert waiting.state == "waiting"
    federation.consortium.clock.forward(minutes=16)
    alice.restart()
    assert alice.step().delivered == 1
    with reading(alice.engine) as session:
        assert session.execute(select(RECEIPTS.c.content_hash)).scalar_one() == waiting.content_hash


def test_a_node_moves_to_the_next_root_before_it_verifies_a_question(federation: LiveFederation) -> None:
    alice = federation.nodes[0]
    before = alice.standpoint().trust.directory_version
    federation.consortium.publish_directory()
    round_id = federation.ask()
    assert alice.step().accepted == [round_id]
    assert alice.standpoint().trust.directory_version > before


class _Counting(Agent):
    """An agent that fails at first and then only counts its steps."""

    def __init__(self, done: threading.Event) -> None:
        self.steps = 0
        self.done = done

    def step(self, now: datetime) -> AgentReport:
        self.steps += 1
        if self.steps == 1:
            raise StorageError(Reason.DISK_FULL)
        if self.steps == 2:
            raise ZeroDivisionError
        self.done.set()
        return AgentReport(next_at=now + timedelta(minutes=5))


def test_the_thread_outlives_every_error_and_wakes_when_told() -> None:
    done, wake = threading.Event(), threading.Event()
    agent = _Counting(done)
    thread = AgentThread(lambda: agent, FixedClock(BEGIN), wake)
    thread.start()
    while not done.wait(0.01):
        thread.wake()
    thread.stop()
    assert agent.steps >= 3


def test_settings_of_an_agent_are_careful() -> None:
    assert not AgentSettings(CHANCE).allow_demo
