"""A whole federation in a test: the real hub on loopback HTTP, and nodes with databases and agents of their own.

Time stands still until a test moves it; nothing sleeps.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine
from werkzeug.serving import BaseWSGIServer, make_server

from marke.codebook.builtin import read_builtin
from marke.codebook.model import ConsentCategory, Purpose
from marke.signing.keys import PrivateKey
from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.store.engine import open_engine, transaction
from marke_ground.store.migrate import migrate
from marke_hub.app import create_app_of
from marke_hub.jobs.due_rounds import tick
from marke_hub.services.admit_collective import admit_collective
from marke_hub.services.invite_collective import invite_collective
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
from support.consortium import OPERATOR, Consortium, counting_chance, key_of, new_consortium
from support.villages import FOUNDED

NODE_MIGRATIONS = "marke_node.store.migrations"
HUB_MIGRATIONS = "marke_hub.store.migrations"
BOARD = Actor(ActorKind.BOARD, "mem_aliceaaaaaaaaaaaa")
_TEXT = ConsentText(text_hash="sha256:" + "a" * 64)


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
        settings = settings or AgentSettings(chance=counting_chance(), allow_demo=True)
        self.agent = Agent(self.engine, self.link, self.key, settings)
        return self.agent

    def step(self) -> AgentReport:
        """Let the agent do what is due, after the time that it asked for."""
        report = self.agent.step(self.consortium.now)
        self.consortium.clock.forward(seconds=2)
        return report

    def standpoint(self) -> Standpoint:
        """Return from where the node looks at questions now."""
        with transaction(self.engine) as session:
            return load_standpoint(session, key=self.key, allow_demo=True, now=self.consortium.now)

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


@dataclass
class LiveFederation:
    """The hub and its nodes."""

    consortium: Consortium
    address: HubAddress
    folder: Path
    nodes: list[LiveNode] = field(default_factory=list)

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
            admit_collective(
                session, fingerprint=words, hub=self.consortium.hub, by=OPERATOR, now=self.consortium.now
            )
        self.consortium.publish_directory()
        node = LiveNode(name, engine, key, link, self.consortium)
        self.nodes.append(node)
        return node

    def tick(self) -> None:
        """Let the hub look at what is due."""
        tick(self.consortium.engine, self.consortium.hub, self.consortium.now)
        self.consortium.clock.forward(seconds=2)


@contextmanager
def live_federation(folder: Path) -> Iterator[LiveFederation]:
    """Run a founded hub on loopback until the test ends."""
    engine = open_engine(f"sqlite:///{folder / 'hub.db'}")
    migrate(engine, HUB_MIGRATIONS)
    consortium = new_consortium(engine, folder)
    app = create_app_of(consortium.hub, consortium.clock, engine)
    server = make_server("127.0.0.1", 0, app, threaded=True)
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
