"""The agent with the real hub: from an offer to a figure, over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from marke_ground.store.engine import transaction
from marke_node.store.federation import OUTBOX, RECEIPTS
from marke_node.store.rounds import ANSWERS, CONTRIBUTIONS, RESULTS
from support.live_federation import LiveFederation, live_federation

TERRACED = [1000 + 7 * number for number in range(20)]
APARTMENTS = [700 + 5 * number for number in range(15)]


@pytest.fixture
def federation(tmp_path: Path) -> Iterator[LiveFederation]:
    """Give a founded hub with two collectives of 35 households."""
    with live_federation(tmp_path) as found:
        for name in ("Alice", "Bob"):
            found.join(name).settle({"terraced": TERRACED, "apartment": APARTMENTS})
        yield found


def test_a_question_goes_from_offer_to_figure(federation: LiveFederation) -> None:
    alice, bob = federation.nodes
    round_id, _ = federation.consortium.ask()
    assert alice.step().accepted == [round_id]
    assert bob.step().accepted == [round_id]
    federation.tick()
    assert alice.step().answered == [round_id]
    assert bob.step().answered == [round_id]
    federation.tick()
    assert alice.step().ended == [round_id]
    with transaction(alice.engine) as session:
        assert len(session.execute(select(ANSWERS)).all()) == 1
        assert len(session.execute(select(CONTRIBUTIONS)).all()) == 1
        assert session.execute(select(RESULTS.c.kind)).scalar_one() == "result"
        assert set(session.execute(select(OUTBOX.c.state)).scalars()) == {"delivered"}
        assert len(session.execute(select(RECEIPTS)).all()) == 2


def test_a_node_answers_the_same_on_every_database(engine: Engine, tmp_path: Path) -> None:
    with live_federation(tmp_path) as federation:
        nodes = (federation.join("Alice", engine), federation.join("Bob"))
        for node in nodes:
            node.settle({"terraced": TERRACED, "apartment": APARTMENTS})
        round_id = federation.ask()
        for _ in range(2):
            for node in nodes:
                node.step()
            federation.tick()
        assert [node.step().ended for node in nodes] == [[round_id], [round_id]]
        cells = []
        for node in nodes:
            with transaction(node.engine) as session:
                cells.append(session.execute(select(ANSWERS.c.cells)).scalar_one())
        assert cells[0] == cells[1]
