"""Deciding, holding for the board, taking back, and answering once: with the real hub at the other end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from marke.codebook.builtin import read_builtin
from marke.codebook.model import ConsentCategory, Purpose
from marke.errors import ConversationError, NotFoundError, ProgrammerError
from marke.governance.mode import Standing
from marke.protocol.messages import RefusalClass, ShownCell
from marke.questions.model import Reading, Statistic
from marke.reasons import Reason
from marke.statistics.readings import MeanReading
from marke.vocabulary.actor import SYSTEM
from marke_ground.store.engine import reading, transaction
from marke_node.services.decide_question import (
    NotYet,
    SaidNo,
    SaidYes,
    approve_question,
    refuse_question,
)
from marke_node.services.pipeline import NotBuilt, StepName
from marke_node.services.pipeline_steps import ANSWER_STEPS, CAPABILITIES, NOT_BUILT
from marke_node.services.read_home import read_home
from marke_node.services.read_place import list_places, read_place
from marke_node.services.read_question import Figures, read_question
from marke_node.services.read_register import read_register
from marke_node.services.standing_rules import set_standing
from marke_node.store.rounds import ANSWERS, CONTRIBUTIONS, DECISIONS, ROUNDS
from support.live_federation import BOARD, LiveFederation, LiveNode, live_federation

HOMES = {"terraced": [1000 + 7 * number for number in range(20)], "apartment": [700 + 5 * n for n in range(15)]}
ASK_FIRST = Standing(purposes=frozenset())


@pytest.fixture
def federation(tmp_path: Path) -> Iterator[LiveFederation]:
    """Give a founded hub with Alice's and Bob's collectives."""
    with live_federation(tmp_path) as found:
        for name in ("Alice", "Bob"):
            found.join(name).settle(HOMES)
        yield found


def stand(node: LiveNode, standing: Standing) -> None:
    """Set the standing rules of a collective."""
    with transaction(node.engine) as session:
        set_standing(session, standing=standing, by=BOARD, now=node.consortium.now)


def say(node: LiveNode, round_id: str, word: str) -> SaidYes | SaidNo | NotYet:
    """Let the board say a word."""
    act = approve_question if word == "yes" else refuse_question
    with transaction(node.engine) as session:
        return act(session, round_id=round_id, standpoint=node.standpoint(), by=BOARD, now=node.consortium.now)


def answered_by(federation: LiveFederation, *nodes: LiveNode) -> None:
    """Let nodes decide and answer, and the hub close the round."""
    for _ in range(2):
        for node in nodes:
            node.step()
        federation.tick()
    for node in nodes:
        node.step()


def test_a_question_outside_the_standing_purposes_waits_for_the_board(federation: LiveFederation) -> None:
    alice = federation.nodes[0]
    stand(alice, ASK_FIRST)
    round_id = federation.ask()
    assert alice.step().held == [round_id]
    with reading(alice.engine) as session:
        (waiting,) = read_register(session, now=federation.consortium.now, waiting_only=True)
        assert read_home(session, key=alice.key.public, now=federation.consortium.now).waiting_for_board == 1
    assert waiting.can_decide
    assert say(alice, round_id, "yes") == SaidYes()
    assert alice.step().delivered == 1
    with reading(alice.engine) as session:
        assert session.execute(select(DECISIONS.c.decided_by)).scalar_one() == str(BOARD)


def test_a_no_of_the_board_says_only_policy_to_the_hub(federation: LiveFederation) -> None:
    alice = federation.nodes[0]
    stand(alice, ASK_FIRST)
    round_id = federation.ask()
    alice.step()
    assert say(alice, round_id, "no") == SaidNo(Reason.REFUSED_BY_BOARD)
    assert alice.step().delivered == 1
    with reading(alice.engine) as session:
        row = session.execute(select(DECISIONS)).one()
    assert (row.refusal, row.reason) == (RefusalClass.POLICY, Reason.REFUSED_BY_BOARD)
    assert "refused_by_board" not in row.envelope
    with pytest.raises(ConversationError):
        say(alice, round_id, "yes")


def test_a_yes_can_be_taken_back_until_the_answer_is_signed(federation: LiveFederation) -> None:
    alice, bob = federation.nodes
    round_id = federation.ask()
    alice.step()
    assert say(alice, round_id, "no") == SaidNo(Reason.REFUSED_BY_BOARD)
    alice.step()
    second = federation.ask()
    answered_by(federation, alice, bob)
    with pytest.raises(ConversationError):
        say(alice, second, "no")


def test_silence_is_no(federation: LiveFederation) -> None:
    alice, bob = federation.nodes
    stand(alice, ASK_FIRST)
    round_id = federation.ask(smallest_round=2)
    alice.step()
    bob.step()
    federation.consortium.clock.forward(hours=3)
    federation.tick()
    assert alice.step().ended == [round_id]
    with reading(alice.engine) as session:
        assert session.execute(select(ROUNDS.c.stage)).scalar_one() == "voided"
        assert session.execute(select(func.count()).select_from(CONTRIBUTIONS)).scalar_one() == 0


def test_only_the_board_approves(federation: LiveFederation) -> None:
    alice = federation.nodes[0]
    alice.step()
    with transaction(alice.engine) as session, pytest.raises(ProgrammerError):
        approve_question(
            session, round_id="rnd_x", standpoint=alice.standpoint(), by=SYSTEM, now=federation.consortium.now
        )


def test_too_few_households_say_not_enough_without_the_number(federation: LiveFederation) -> None:
    carol = federation.join("Carol")
    carol.settle({"terraced": [1000] * 9})
    round_id = federation.ask()
    assert carol.step().refused == [(round_id, Reason.TOO_FEW_HOUSEHOLDS)]
    with reading(carol.engine) as session:
        row = session.execute(select(DECISIONS)).one()
    assert row.refusal == RefusalClass.NOT_ENOUGH
    assert "9" not in row.details


def test_rules_that_grow_stricter_after_an_automatic_yes_take_it_back(federation: LiveFederation) -> None:
    alice, bob = federation.nodes
    round_id = federation.ask()
    alice.step()
    bob.step()
    federation.tick()
    stand(alice, Standing(refused_categories=frozenset({ConsentCategory.ENERGY})))
    assert alice.step().took_back == [(round_id, Reason.POLICY_CATEGORY)]
    with reading(alice.engine) as session:
        assert session.execute(select(func.count()).select_from(ANSWERS)).scalar_one() == 0


def test_the_figures_say_how_many_of_how_many_and_that_we_are_in_them(federation: LiveFederation) -> None:
    alice, bob = federation.nodes
    round_id = federation.ask()
    answered_by(federation, alice, bob)
    with reading(alice.engine) as session:
        page = read_question(
            session, round_id=round_id, codebook=read_builtin(), language="nl", now=federation.consortium.now
        )
    assert isinstance(page.outcome, Figures)
    assert page.outcome.coverage.answered == 2
    assert page.outcome.counts_us is True
    assert any(isinstance(found, MeanReading) for found in page.outcome.readings)
    assert page.answer is not None
    assert page.answer.has_receipt
    assert sum(isinstance(cell, ShownCell) for cell in page.answer.cells) >= 1


def test_a_place_is_computed_at_home(federation: LiveFederation) -> None:
    alice, bob = federation.nodes
    for name in ("Dirk", "Eva", "Fatima", "Guus", "Hanna", "Ivo", "Jet", "Kees"):
        federation.join(name).settle({"terraced": [value + 90 for value in HOMES["terraced"][:12]]})
    bundle = {"statistics": (Statistic.PLACE,), "breakdown": "all"}
    sample = federation.sample_bundle().model_copy(update=bundle)
    round_id = federation.ask(bundle=sample, readings=(Reading.DISTRIBUTION,))
    answered_by(federation, *federation.nodes)
    with reading(alice.engine) as session:
        assert list_places(session) == (round_id,)
        page = read_place(session, round_id=round_id, codebook=read_builtin())
        cells = session.execute(select(ANSWERS.c.cells)).scalar_one()
    values = [value for held in HOMES.values() for value in held]
    assert float(page.own_mean) == pytest.approx(sum(values) / len(values))
    assert 0 <= page.place.low_percent < page.place.high_percent <= 100
    assert str(sum(values)) not in cells
    with reading(bob.engine) as session, pytest.raises(NotFoundError):
        read_place(session, round_id=round_id, codebook=read_builtin(), leaf="terraced")


def test_one_release_key_is_answered_once_and_again_byte_for_byte(federation: LiveFederation) -> None:
    alice, bob = federation.nodes
    federation.ask()
    answered_by(federation, alice, bob)
    with reading(alice.engine) as session:
        first = session.execute(select(ANSWERS)).one()
    # the hub itself refuses to ask twice, so its books are made to forget
    federation.forget_rounds()
    federation.consortium.clock.forward(hours=5)
    federation.asked -= 1
    federation.ask(requester="iemand anders")
    alice.settle({"terraced": [3000] * 30})
    answered_by(federation, alice, bob)
    with reading(alice.engine) as session:
        assert session.execute(select(ANSWERS)).one() == first
        assert session.execute(select(func.count()).select_from(CONTRIBUTIONS)).scalar_one() == 2
    federation.forget_rounds()
    federation.asked -= 1
    stricter = federation.ask(smallest_group=15, requester="een derde")
    assert alice.step().refused == [(stricter, Reason.ANSWERED_OTHERWISE_BEFORE)]


def test_what_is_not_built_is_absent_from_the_capabilities(federation: LiveFederation) -> None:
    assert tuple(NotBuilt) == NOT_BUILT
    assert not {step.value for step in NotBuilt} & {name.removeprefix("step_") for name in CAPABILITIES}
    assert [step.name for step in ANSWER_STEPS] == list(StepName)
    alice = federation.nodes[0]
    with reading(alice.engine) as session:
        assert read_home(session, key=alice.key.public, now=federation.consortium.now).not_built == NOT_BUILT


def test_an_answer_cannot_be_changed_afterwards(federation: LiveFederation) -> None:
    alice, bob = federation.nodes
    federation.ask()
    answered_by(federation, alice, bob)
    with pytest.raises(Exception, match="rule"), transaction(alice.engine) as session:
        session.execute(update(ANSWERS).values(households=99))


def test_a_purpose_that_is_standing_needs_nobody() -> None:
    assert Purpose.BENCHMARK in Standing().purposes
