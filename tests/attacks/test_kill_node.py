"""Kill -9 the node at random moments: no double count, no lost answer, no half-written row.

One hundred of the two hundred kills, and twenty more on PostgreSQL; those of the hub stand in
`tests/hub/test_real_server.py`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import shake_256
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from marke.protocol.messages import Contribution, Result, ShownCell
from marke.signing.envelope import Envelope
from marke_ground.store.engine import open_engine, reading
from marke_hub.store.rounds import MESSAGES
from marke_node.store.federation import OUTBOX, RECEIPTS
from marke_node.store.rounds import ANSWERS, ANSWERS_UNROUNDED, CONTRIBUTIONS, DECISIONS, QUESTIONS, RESULTS, ROUNDS
from support.databases import NODE_MIGRATIONS, PostgresServer
from support.killed_agent import Attempt, server, was_killed
from support.live_federation import LiveFederation, LiveNode, live_federation

KILLS_PER_SEED = 20
RUNS = [
    *(pytest.param(seed, "sqlite", id=f"sqlite-{seed}") for seed in range(5)),
    pytest.param(5, "postgresql", id="postgresql-5", marks=pytest.mark.postgres),
]
LAST_MOMENT = 30
"""A step that decides or answers has about this many moments."""

HOMES = {"terraced": [1000 + 7 * number for number in range(20)], "apartment": [700 + 5 * n for n in range(15)]}


@dataclass
class Reaper:
    """Steps Alice's node again and again, killed at moments that follow from the seed, until it gets through."""

    federation: LiveFederation
    context: ForkServerContext
    seed: int
    kills: int = 0
    drawn: int = 0
    checked: list[str] = field(default_factory=list)

    def step(self, node: LiveNode) -> None:
        """Let the node do what is due; it is killed up to three times on the way."""
        for _ in range(3):
            if self.kills == KILLS_PER_SEED or not self._attempt(node, self._draw()):
                break
            self.kills += 1
            check_rows(node.engine)
        assert not self._attempt(node, 0)
        check_rows(node.engine)

    def _attempt(self, node: LiveNode, kill_at: int) -> bool:
        hub = self.federation.address.url
        attempt = Attempt(str(node.engine.url), hub, node.name, self.federation.consortium.now, kill_at)
        self.federation.consortium.clock.forward(seconds=2)
        return was_killed(self.context, attempt)

    def _draw(self) -> int:
        self.drawn += 1
        return 1 + shake_256(f"{self.seed} {self.drawn}".encode()).digest(1)[0] % LAST_MOMENT


def check_rows(engine: Engine) -> None:
    """See that every row stands with the rows it needs: nothing was half written."""
    with reading(engine) as session:
        if engine.dialect.name == "sqlite":
            assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        answers = set(session.execute(select(ANSWERS.c.release_key)).scalars())
        assert answers == set(session.execute(select(ANSWERS_UNROUNDED.c.release_key)).scalars())
        assert answers == set(session.execute(select(CONTRIBUTIONS.c.release_key)).scalars())
        signed = set(session.execute(select(CONTRIBUTIONS.c.content_hash)).scalars())
        signed |= set(session.execute(select(DECISIONS.c.content_hash)).scalars())
        assert signed == set(session.execute(select(OUTBOX.c.content_hash)).scalars())
        delivered = select(OUTBOX.c.content_hash).where(OUTBOX.c.state == "delivered")
        assert set(session.execute(delivered).scalars()) == set(
            session.execute(select(RECEIPTS.c.content_hash)).scalars()
        )
        given = select(ROUNDS.c.id).where(ROUNDS.c.stage.in_(("contributed", "receipted", "resulted")))
        assert set(session.execute(given).scalars()) == set(session.execute(select(CONTRIBUTIONS.c.round_id)).scalars())
        asked = set(session.execute(select(QUESTIONS.c.hash)).scalars())
        assert asked == set(session.execute(select(ROUNDS.c.question_hash)).scalars())


def cells_of(node: LiveNode, round_id: str) -> Mapping[str, tuple[int, ...]]:
    """Return what a node signed as its answer."""
    with reading(node.engine) as session:
        query = select(CONTRIBUTIONS.c.envelope).where(CONTRIBUTIONS.c.round_id == round_id)
        found = Contribution.from_bytes(Envelope.from_text(session.execute(query).scalar_one()).payload)
    return {cell.leaf: cell.values for cell in found.cells if isinstance(cell, ShownCell)}


def check_round(federation: LiveFederation, round_id: str) -> None:
    """See that the result is the sum of exactly one answer of each collective."""
    with reading(federation.consortium.engine) as session:
        query = select(func.count()).where(MESSAGES.c.round_id == round_id, MESSAGES.c.kind == "contribution")
        assert session.execute(query).scalar_one() == len(federation.nodes)
    expected: dict[str, tuple[int, ...]] = {}
    for node in federation.nodes:
        for leaf, values in cells_of(node, round_id).items():
            held = expected.get(leaf, (0,) * len(values))
            expected[leaf] = tuple(a + b for a, b in zip(held, values, strict=True))
    for node in federation.nodes:
        with reading(node.engine) as session:
            row = session.execute(select(RESULTS).where(RESULTS.c.round_id == round_id)).one()
        result = Result.from_bytes(Envelope.from_text(row.envelope).payload)
        assert result.coverage.answered == len(federation.nodes)
        assert {cell.leaf: cell.values for cell in result.cells} == expected


@contextmanager
def _database(kind: str, request: pytest.FixtureRequest) -> Iterator[Engine | None]:
    """Give Alice's database; None is a SQLite file like everybody's."""
    if kind == "sqlite":
        yield None
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    engine = open_engine(server.new_database(NODE_MIGRATIONS))
    yield engine
    engine.dispose()


@pytest.mark.deep
@pytest.mark.federation
@pytest.mark.parametrize(("seed", "database"), RUNS)
def test_a_node_that_is_killed_at_any_moment_answers_once(
    seed: int, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with live_federation(tmp_path) as federation, _database(database, request) as engine:
        alice, bob = federation.join("Alice", engine), federation.join("Bob")
        for node in (alice, bob):
            node.settle(HOMES)
        reaper = Reaper(federation, server(), seed)
        while reaper.kills < KILLS_PER_SEED:
            round_id = federation.ask()
            for _ in range(2):
                reaper.step(alice)
                bob.step()
                federation.tick()
            reaper.step(alice)
            bob.step()
            check_round(federation, round_id)
        assert reaper.kills == KILLS_PER_SEED
