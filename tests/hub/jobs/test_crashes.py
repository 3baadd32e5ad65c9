"""Stopped anywhere between a receipt and the result: nothing is lost and nothing counts twice."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, event, func, select

from marke.errors import ConflictError
from marke.protocol.messages import Result
from marke.questions.check import CheckedQuestion
from marke.signing.envelope import Envelope
from marke_hub.jobs import tick
from marke_hub.services.record_contribution import record_contribution
from marke_hub.services.record_decision import record_decision
from marke_hub.services.take_message import Arrival, Recorded
from marke_hub.store.rounds import FEED, MESSAGES, OUTCOMES
from support.consortium import Collective, Consortium

NAMES = ("ada", "bea", "cor", "dik")


class PowerCutError(Exception):
    """The machine stops here."""


@contextmanager
def power_cut(consortium: Consortium, after: int) -> Iterator[None]:
    """Stop at the n-th statement of the block, as a kill would: what was not committed is gone."""
    left = after

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise PowerCutError

    event.listen(consortium.engine, "before_cursor_execute", count)
    try:
        yield
    except PowerCutError:
        pass
    finally:
        event.remove(consortium.engine, "before_cursor_execute", count)


def _put(consortium: Consortium, kind: str, round_id: str, who: Collective, body: bytes) -> Recorded:
    with consortium.session() as session:
        if kind == "decision":
            arrival = Arrival("decision", round_id, who.id, body)
            return record_decision(session, arrival=arrival, hub=consortium.hub, now=consortium.now)
        arrival = Arrival("contribution", round_id, who.id, body)
        return record_contribution(session, arrival=arrival, hub=consortium.hub, now=consortium.now)


def _answers(consortium: Consortium, round_id: str, checked: CheckedQuestion) -> dict[str, bytes]:
    """Return one answer each, all different, so that a double count shows in the sum."""
    return {
        who.id: who.contribution(round_id, checked, {"apartment": (10 + 2**i, 1000 * 2**i, 7)}, now=consortium.now)
        for i, who in enumerate(consortium.collectives)
    }


def _result(consortium: Consortium, round_id: str) -> Result:
    with consortium.session() as session:
        envelope: str = session.execute(select(OUTCOMES.c.envelope).where(OUTCOMES.c.round_id == round_id)).scalar_one()
    return Result.from_bytes(Envelope.from_text(envelope).payload)


CUTS = st.lists(st.integers(0, 16), min_size=14, max_size=14)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=CUTS)
def test_a_round_survives_any_power_cut(consortium: Consortium, cuts: list[int]) -> None:
    _survive(consortium, cuts)


@pytest.mark.deep
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=CUTS)
def test_two_hundred_rounds_survive_any_power_cut(consortium: Consortium, cuts: list[int]) -> None:
    _survive(consortium, cuts)


def _survive(consortium: Consortium, cuts: list[int]) -> None:
    if not consortium.collectives:
        consortium.enrol(*NAMES)
    period = str(2024 - len(consortium.asked))
    consortium.asked.append(period)
    round_id, checked = consortium.ask(period=period)
    with consortium.session() as session:
        before = (_count(session, MESSAGES), _count(session, FEED))
    left = iter(cuts)
    for who in consortium.collectives:
        body = who.decision(round_id, checked.hash, now=consortium.now)
        with power_cut(consortium, next(left)):
            _put(consortium, "decision", round_id, who, body)
        _put(consortium, "decision", round_id, who, body)
    _tick_through(consortium, [next(left) for _ in range(3)])
    answers = _answers(consortium, round_id, checked)
    for who in consortium.collectives:
        with power_cut(consortium, next(left)):
            _put(consortium, "contribution", round_id, who, answers[who.id])
        first = _put(consortium, "contribution", round_id, who, answers[who.id])
        again = _put(consortium, "contribution", round_id, who, answers[who.id])
        assert (again.receipt, again.is_new) == (first.receipt, False)
    _tick_through(consortium, [next(left) for _ in range(3)])
    result = _result(consortium, round_id)
    assert result.cells[0].values == (10 * 4 + 0b1111, 1000 * 0b1111, 28)
    assert (result.coverage.invited, result.coverage.answered) == (4, 4)
    with consortium.session() as session:
        assert (_count(session, MESSAGES), _count(session, FEED)) == (before[0] + 8, before[1] + 2)
        assert session.execute(select(func.max(FEED.c.number))).scalar() == before[1] + 2


def _tick_through(consortium: Consortium, cuts: list[int]) -> None:
    for cut in cuts:
        with power_cut(consortium, cut):
            tick(consortium.engine, consortium.hub, consortium.now)
    tick(consortium.engine, consortium.hub, consortium.now)


def _count(session: Connection, table: Table) -> int:
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(4)), shown=st.lists(st.booleans(), min_size=4, max_size=4))
def test_the_order_of_arrival_never_changes_the_result(
    consortium: Consortium, order: list[int], shown: list[bool]
) -> None:
    if not consortium.collectives:
        consortium.enrol(*NAMES)
    period = str(2024 - len(consortium.asked))
    consortium.asked.append(period)
    round_id, checked = consortium.ask(period=period)
    for who in consortium.collectives:
        _put(consortium, "decision", round_id, who, who.decision(round_id, checked.hash, now=consortium.now))
    tick(consortium.engine, consortium.hub, consortium.now)
    for place in order:
        who = consortium.collectives[place]
        cells: dict[str, tuple[int, ...]] = {"apartment": (10 + place, 1000, 9)} if shown[place] else {}
        _put(consortium, "contribution", round_id, who, who.contribution(round_id, checked, cells, now=consortium.now))
    tick(consortium.engine, consortium.hub, consortium.now)
    found = {cell.leaf: (cell.collectives, cell.values[0]) for cell in _result(consortium, round_id).cells}
    counted = [10 + place for place in range(4) if shown[place]]
    assert found == ({"apartment": (len(counted), sum(counted))} if counted else {})


def test_the_same_figures_are_asked_once(consortium: Consortium) -> None:
    consortium.enrol("ada", "bea")
    round_id, checked = consortium.ask()
    assert consortium.offer(checked.hash) == round_id
    with pytest.raises(ConflictError):
        consortium.ask()
