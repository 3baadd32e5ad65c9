"""The loop that moves rounds on: woken at once, never stopped by one error, and only looking when nothing is due."""

import logging
from threading import Event, Thread

import pytest
from sqlalchemy import event

from marke_hub.jobs import tick
from marke_hub.jobs.runner import run_worker
from marke_hub.services.read_rounds import read_round
from support.consortium import Consortium
from support.hub_door import Door

LONG_S = 20


def _run_until(consortium: Consortium, done: Event, after: int) -> None:
    """Run the worker in this thread until it has looked so many times."""
    looks = 0

    def count(*_: object) -> None:
        nonlocal looks
        looks += 1
        consortium.hub.wake.set()
        if looks >= after:
            done.set()

    event.listen(consortium.engine, "begin", count)
    run_worker(consortium.engine, consortium.hub, consortium.clock, done)
    event.remove(consortium.engine, "begin", count)


def test_the_worker_moves_a_round_on_as_soon_as_everybody_decided(consortium: Consortium) -> None:
    consortium.enrol("ada", "bea")
    round_id, checked = consortium.ask()
    door = Door(consortium)
    for who in consortium.collectives:
        door.put(who, "decision", round_id, who.decision(round_id, checked.hash, now=consortium.now))
    assert consortium.hub.wake.is_set()
    _run_until(consortium, Event(), after=2)
    with consortium.session() as session:
        assert read_round(session, round_id=round_id, hub=consortium.hub).phase == "open"


def test_an_error_is_logged_without_its_message_and_the_worker_goes_on(
    consortium: Consortium, caplog: pytest.LogCaptureFixture
) -> None:
    stop, failures = Event(), 0

    def fail(*_: object) -> None:
        nonlocal failures
        failures += 1
        consortium.hub.wake.set()
        if failures >= 3:
            stop.set()
        raise RuntimeError("kenmerk-van-Bob")

    event.listen(consortium.engine, "begin", fail)
    with caplog.at_level(logging.ERROR):
        thread = Thread(target=run_worker, args=(consortium.engine, consortium.hub, consortium.clock, stop))
        thread.start()
        thread.join(LONG_S)
    event.remove(consortium.engine, "begin", fail)
    assert failures == 3
    assert "RuntimeError" in caplog.text
    assert "kenmerk-van-Bob" not in caplog.text


def test_used_tokens_are_forgotten_once_they_have_expired(consortium: Consortium) -> None:
    ada = consortium.enrol("ada")[0]
    door = Door(consortium)
    door.news(ada)
    stop = Event()

    def later(*_: object) -> None:
        consortium.clock.forward(minutes=20)
        consortium.hub.wake.set()

    event.listen(consortium.engine, "begin", later)
    event.listen(consortium.engine, "commit", lambda _: stop.set())
    run_worker(consortium.engine, consortium.hub, consortium.clock, stop)
    event.remove(consortium.engine, "begin", later)
    with consortium.session() as session:
        assert session.exec_driver_sql("SELECT count(*) FROM seen_tokens").scalar() == 0


def test_one_stuck_round_does_not_hold_up_the_others(consortium: Consortium) -> None:
    consortium.enrol("ada", "bea")
    rounds = [consortium.ask(period=period)[0] for period in ("2025", "2024")]
    consortium.clock.forward(hours=2)
    report = tick(consortium.engine, consortium.hub, consortium.now)
    assert {round_id for round_id, _ in report.moved} == set(rounds)
    assert {phase for _, phase in report.moved} == {"voided"}
