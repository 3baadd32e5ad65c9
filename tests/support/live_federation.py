"""A whole federation in a test: the real hub on loopback HTTP, and nodes with databases and agents of their own.

Time stands still until a test moves it; nothing sleeps.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, update
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from marke.codebook.builtin import read_builtin
from marke.codebook.model import ConsentCategory, Purpose
from marke.questions.model import Bundle, Reading, Statistic
from marke.signing.keys import PrivateKey
from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.store.engine import open_engine, reading, transaction
from marke_ground.store.migrate import migrate
from marke_hub.app import create_app_of
from marke_hub.jobs.due_rounds import tick
from marke_hub.services.admit_collective import admit_collective
from marke_hub.services.draft_question import read_question_draft
from marke_hub.services.invite_collective import invite_collective
from marke_hub.store.rounds import ROUNDS
from marke_node.hub_link.address import HubAddress
from marke_node.hub_link.link import HubLink
from marke_node.jobs.agent import Agent, AgentSettings
from marke_node.jobs.join_hub import Wish, join_hub
from marke_node.jobs.report import AgentReport
from marke_node.services import add_household, give_consent, record_fact, register_member
from marke_node.services.give_consent import ConsentText, Yes
from marke_node.services.pipeline import Standpoint
from marke_node.services.record_fact import DirectFact, FactSheet
from marke_node.services.register_member import NewMember
from marke_node.services.standpoint import load_standpoint
from marke_node.store.facts import Origin
from support.consortium import OPERATOR, SAMPLE_DRAFT, Consortium, counting_chance, key_of, new_consortium
from support.villages import FOUNDED

WsgiApp = Callable[[Any, Any], Iterable[bytes]]
NODE_MIGRATIONS = "marke_node.store.migrations"
HUB_MIGRATIONS = "marke_hub.store.migrations"
BOARD = Actor(ActorKind.BOARD, "mem_aliceaaaaaaaaaaaa")
CHANCE = counting_chance()
"""One for all nodes of a run: a token number that comes back would be a replay."""

_TEXT = ConsentText(text_hash="sha256:" + "a" * 64)


class _Quiet(WSGIRequestHandler):
    """Serves without a line per request, and keeps the connection, as the real server does."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_args: object) -> None:
        """Say nothing."""


@dataclass
class LiveNode:
    """One collective's node, with its agent."""

    name: str
    engine: Engine
    key: PrivateKey
    link: HubLink
    consortium: Consortium
    agent: Agent = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self, settings: AgentSettings | None = None) -> Agent:
        """Start a new agent on the same database, as after a power cut."""
        settings = settings or AgentSettings(chance=CHANCE, allow_demo=True)
        self.agent = Agent(self.engine, self.link, self.key, settings)
        return self.agent

    def step(self) -> AgentReport:
        """Let the agent do what is due, after the time that it asked for."""
        report = self.agent.step(self.consortium.now)
        self.consortium.clock.forward(seconds=2)
        return report

    def standpoint(self) -> Standpoint:
        """Return from where the node looks at questions now."""
        with reading(self.engine) as session:
            return load_standpoint(session, key=self.key, allow_demo=True)

    def settle(self, values: Mapping[str, Sequence[int]], *, variable: str = "energy.gas_use") -> None:
        """Give the collective one household per value, by dwelling type, whose adult says yes to the benchmark."""
        codebook, now = read_builtin(), self.consortium.now
        kinds = [kind for kind, held in values.items() for _ in held]
        new = [add_household.NewHousehold(joined=FOUNDED, codes={"dwelling_type": kind}) for kind in kinds]
        amounts = [value for held in values.values() for value in held]
        with transaction(self.engine) as session:
            ids = add_household.add_many(session, households=new, codebook=codebook, by=BOARD, now=now)
            people = [NewMember(household=home, name="Bob", joined=FOUNDED) for home in ids]
            members = register_member.register_many(session, members=people, by=BOARD, now=now)
            yes = [Yes(member, Purpose.BENCHMARK, ConsentCategory.ENERGY) for member in members]
            give_consent.give(session, given=yes, text=_TEXT, by=BOARD, now=now)
            facts = [DirectFact(home, amount) for home, amount in zip(ids, amounts, strict=True)]
            sheet = FactSheet(variable, "2025", Origin.SURVEY, facts)
            record_fact.record(session, sheet=sheet, codebook=codebook, by=BOARD, now=now)


_COUNT, _SUM, _SQUARES, _BINS = Statistic.COUNT, Statistic.SUM, Statistic.SQUARES, Statistic.BINS
BUNDLES = tuple(
    (statistics, readings, breakdown)
    for breakdown in ("dwelling_type", "dwelling_class", "all")
    for statistics, readings in (
        ((_COUNT, _SUM), (Reading.TABLE, Reading.MEAN)),
        ((_COUNT, _SUM, _SQUARES), (Reading.TABLE, Reading.MEAN)),
        ((_COUNT, _BINS), (Reading.HISTOGRAM, Reading.QUANTILE)),
        ((_COUNT,), (Reading.TABLE,)),
    )
)
"""Different figures about one variable, each with a release key of its own."""


@dataclass
class LiveFederation:
    """The hub and its nodes."""

    consortium: Consortium
    address: HubAddress
    folder: Path
    nodes: list[LiveNode] = field(default_factory=list)
    asked: int = 0

    def join(self, name: str, engine: Engine | None = None) -> LiveNode:
        """Let a new node join by invitation, over HTTP, and admit it."""
        engine = engine or open_engine(f"sqlite:///{self.folder / f'{name}.db'}")
        migrate(engine, NODE_MIGRATIONS)
        key, link = key_of(f"node {name}"), HubLink(self.address)
        with self.consortium.session() as session:
            invitation = invite_collective(
                session, label=name, hub=self.consortium.hub, by=OPERATOR, now=self.consortium.now
            )
        invitation = invitation.model_copy(update={"hub_url": self.address.url})
        wish = Wish(invitation, name, key, allow_demo=True)
        words = join_hub(engine, link, wish, confirm=lambda _words: True, by=BOARD, now=self.consortium.now)
        with self.consortium.session() as session:
            admit_collective(session, fingerprint=words, hub=self.consortium.hub, by=OPERATOR, now=self.consortium.now)
        self.consortium.publish_directory()
        node = LiveNode(name, engine, key, link, self.consortium)
        self.nodes.append(node)
        return node

    def ask(self, **changes: object) -> str:
        """Ask the sample question about figures that were not asked before; returns the round."""
        statistics, readings, breakdown = BUNDLES[self.asked]
        self.asked += 1
        bundle = self.sample_bundle().model_copy(update={"statistics": statistics, "breakdown": breakdown})
        changed: dict[str, object] = {"bundle": bundle, "readings": readings, **changes}
        checked = self.consortium.draft(**changed)
        self.consortium.approve(checked.hash)
        return self.consortium.offer(checked.hash)

    def sample_bundle(self) -> Bundle:
        """Return what the sample question asks."""
        return read_question_draft(SAMPLE_DRAFT).bundle

    def forget_rounds(self) -> None:
        """Let the hub's books forget under which keys it asked, as a hub would that starts anew or cheats."""
        with self.consortium.session() as session:
            session.execute(update(ROUNDS).values(release_key=ROUNDS.c.round_id))

    def tick(self) -> None:
        """Let the hub look at what is due."""
        tick(self.consortium.engine, self.consortium.hub, self.consortium.now)
        self.consortium.clock.forward(seconds=2)


@contextmanager
def live_federation(folder: Path, front: Callable[[WsgiApp], WsgiApp] = lambda app: app) -> Iterator[LiveFederation]:
    """Run a founded hub on loopback until the test ends; `front` may stand before it, such as a liar."""
    engine = open_engine(f"sqlite:///{folder / 'hub.db'}")
    migrate(engine, HUB_MIGRATIONS)
    consortium = new_consortium(engine, folder)
    app = create_app_of(consortium.hub, consortium.clock, engine)
    server = make_server("127.0.0.1", 0, front(app), threaded=True, request_handler=_Quiet)
    with serving(server):
        yield LiveFederation(consortium, HubAddress.parse(f"http://127.0.0.1:{server.server_port}"), folder)
    engine.dispose()


@contextmanager
def serving(server: BaseWSGIServer) -> Iterator[None]:
    """Serve in a thread until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
