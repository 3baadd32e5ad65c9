"""A hub with twelve collectives: its site and the site of one collective, in every state that a page can show."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine
from werkzeug.serving import make_server

from marke.governance.mode import Standing
from marke.questions.model import Bundle, Reading, Statistic
from marke.vocabulary.actor import Actor, ActorKind
from marke.vocabulary.document import Bilingual
from marke_ground.store.access import AccessTables
from marke_ground.store.engine import transaction
from marke_ground.web import links
from marke_hub.app import create_app_of as create_hub_app
from marke_hub.store.metadata import ACCESS as HUB_ACCESS
from marke_node.app import create_app_of as create_node_app
from marke_node.config import Environment, NodeConfig
from marke_node.services.decide_question import refuse_question
from marke_node.services.node import Node
from marke_node.services.standing_rules import set_standing
from marke_node.services.standpoint import load_standpoint
from marke_node.store.access import ACCESS as NODE_ACCESS
from support.consortium import counting_chance
from support.live_federation import BOARD, LiveFederation, LiveNode, WsgiApp, live_federation, serving

COLLECTIVES = (
    "Buurtstroom De Es", "Zon op Zuid", "Coöperatie <Het Veld>", "Warm Wijk", "De Brink", "Dorpskracht",
    "Energie aan de Dijk", "Groen Noord", "Kleine Akker", "Ons Dak", "Polderzon", "Stadsweide",
)  # fmt: skip
MEMBER = Actor(ActorKind.MEMBER, "mem_bobaaaaaaaaaaaaaa")
NODE_OPERATOR = Actor(ActorKind.OPERATOR, "opr_bbbbbbbbbbbbbbbb")
WHY = "Wij zijn te klein om dit veilig te delen."
"""What the board tells its own members, and nobody else."""
LARGE = (0, 3, 7)
USUAL = {"apartment": 760, "terraced": 1040, "corner": 1190, "semi_detached": 1430, "detached": 1960}
SUMS = (Statistic.COUNT, Statistic.SUM, Statistic.SQUARES)
EVERYTHING = (*SUMS, Statistic.BINS)
TABLES = (Reading.TABLE, Reading.MEAN, Reading.HISTOGRAM, Reading.QUANTILE)


@dataclass
class WebSite:
    """One site that is served on loopback."""

    app: Flask
    engine: Engine
    tables: AccessTables
    address: str
    sites: "WebSites"

    def link(self, actor: Actor) -> str:
        """Return the path of a new sign-in link."""
        with transaction(self.engine) as session:
            now = self.sites.federation.consortium.now
            token = links.issue(session, self.tables, actor=actor, chance=self.sites.chance, now=now)
        return links.PATH + token


@dataclass
class WebSites:
    """The sites, and the rounds in which each kind of page can be seen."""

    federation: LiveFederation
    answered: str
    placed: str
    waiting: str
    refused: str
    void: str
    draft: str

    def __post_init__(self) -> None:
        self.chance = counting_chance()
        self.hub: WebSite
        self.node: WebSite


@contextmanager
def web_sites(
    folder: Path,
    collectives: int = len(COLLECTIVES),
    *,
    front: Callable[[WsgiApp], WsgiApp] = lambda app: app,
    prepare: Callable[[LiveFederation], None] = lambda _: None,
) -> Iterator[WebSites]:
    """Serve the hub's site and the site of the first collective until the block ends.

    `front` may stand before the hub, and `prepare` may change what the settled collectives hold before anything is
    asked.
    """
    with live_federation(folder, front) as federation, ExitStack() as stack:
        settle_collectives(federation, collectives)
        prepare(federation)
        sites = _ask_everything(federation)
        consortium = federation.consortium
        hub = create_hub_app(consortium.hub, consortium.clock, consortium.engine)
        sites.hub = _serve(stack, sites, hub, consortium.engine, HUB_ACCESS)
        first = federation.nodes[0]
        node = create_node_app(node_of(first, folder), first.engine, consortium.clock)
        sites.node = _serve(stack, sites, node, first.engine, NODE_ACCESS)
        yield sites


def node_of(node: LiveNode, folder: Path) -> Node:
    """Return a node at work as its own process would hold it."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    config = NodeConfig(
        home=home,
        database_url=f"sqlite:///{folder / 'unused.db'}",
        environment=Environment.DEMO,
        host="127.0.0.1",
        port=8470,
    )
    return Node(config=config, key=node.key, pseudonym_secret=b"p" * 32, chance=counting_chance())


def settle_collectives(federation: LiveFederation, collectives: int) -> None:
    """Let collectives join, each with households that differ a little."""
    for number, name in enumerate(COLLECTIVES[:collectives]):
        thrift = 0.84 + 0.03 * ((number * 5) % 12)
        # some are large, so that bins can be shown; the others are as small as most collectives are
        least = 90 if number in LARGE else 12
        sizes = {kind: least + (number * 7 + place * 5) % 15 for place, kind in enumerate(USUAL)}
        # one kind is rare in the first collective: a page must show what is hidden
        if number == 0:
            sizes["detached"] = 3
        federation.join(name).settle({kind: _households(usual * thrift, sizes[kind]) for kind, usual in USUAL.items()})


def _households(mean: float, count: int) -> list[int]:
    """Return amounts around a mean, most of them near it."""
    spread = [(2 * place / (count - 1) - 1) for place in range(count)]
    return [int(mean * (1 + 0.6 * lean * abs(lean))) for lean in spread]


@dataclass(frozen=True)
class Asked:
    """What a question of these tests is about."""

    nl: str
    en: str
    statistics: tuple[Statistic, ...]
    readings: tuple[Reading, ...]
    breakdown: str = "dwelling_type"
    smallest_round: int = 2


STANDARD = Asked("Hoeveel gas gebruiken woningen?", "How much gas do homes use?", EVERYTHING, TABLES)
PLACE = Asked(
    "Waar staat ons collectief?",
    "Where does our collective stand?",
    (Statistic.PLACE,),
    (Reading.DISTRIBUTION,),
    breakdown="all",
)
TOO_MANY_WANTED = Asked(
    "Hoeveel huishoudens doen mee?", "How many households take part?", (Statistic.COUNT,), (Reading.TABLE,), "all", 50
)
HELD = Asked("Helpt het isolatieplan?", "Does the insulation plan help?", SUMS, (Reading.TABLE, Reading.MEAN))
UNWANTED = Asked(
    "Wie verbruikt het meest?", "Who uses the most?", SUMS[:2], (Reading.TABLE,), breakdown="dwelling_class"
)


def _ask(federation: LiveFederation, asked: Asked) -> str:
    round_id, _ = federation.consortium.ask(
        title=Bilingual(nl=asked.nl, en=asked.en),
        bundle=Bundle(variable="energy.gas_use", period="2025", breakdown=asked.breakdown, statistics=asked.statistics),
        readings=asked.readings,
        smallest_round=asked.smallest_round,
    )
    return round_id


def _run(federation: LiveFederation, asked: Asked) -> str:
    """Ask, let every collective decide and answer, and let the nodes fetch what came of it."""
    round_id = _ask(federation, asked)
    for _ in range(3):
        for node in federation.nodes:
            node.step()
        federation.tick()
    federation.nodes[0].step()
    return round_id


def _ask_everything(federation: LiveFederation) -> WebSites:
    first = federation.nodes[0]
    answered, placed, void = (_run(federation, asked) for asked in (STANDARD, PLACE, TOO_MANY_WANTED))
    with transaction(first.engine) as session:
        now = federation.consortium.now
        set_standing(session, standing=Standing(purposes=frozenset()), by=BOARD, now=now)
    refused, waiting = _ask(federation, UNWANTED), _ask(federation, HELD)
    first.step()
    with transaction(first.engine) as session:
        now = federation.consortium.now
        standpoint = load_standpoint(session, key=first.key, allow_demo=True)
        refuse_question(session, round_id=refused, standpoint=standpoint, by=BOARD, now=now, why=WHY)
    first.step()
    draft = federation.consortium.draft(title=Bilingual(nl="Nog een vraag", en="One more question"))
    federation.consortium.approve(draft.hash, people=1)
    federation.consortium.enrolment("Nieuwe Buurt")
    return WebSites(federation, answered, placed, waiting, refused, void, draft.hash)


def _serve(stack: ExitStack, sites: WebSites, app: Flask, engine: Engine, tables: AccessTables) -> WebSite:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    stack.enter_context(serving(server))
    return WebSite(app, engine, tables, f"http://127.0.0.1:{server.server_port}", sites)
