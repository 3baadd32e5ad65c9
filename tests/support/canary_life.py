"""A collective lives through everything once: it imports, is asked, answers, refuses and fails; all of it is kept."""

import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from click.testing import CliRunner
from sqlalchemy import func, select, text, update
from werkzeug.test import TestResponse

from marke.codebook.builtin import read_builtin
from marke.codebook.model import Purpose
from marke.errors import MarkeError
from marke.reasons import LANGUAGES
from marke.vocabulary.actor import Actor
from marke_deploy.cli import main
from marke_deploy.demo_files import econobis_members
from marke_ground.store.engine import Session, reading, transaction
from marke_node.config import NodeConfig
from marke_node.services import add_household, give_consent, register_member, withdraw_consent
from marke_node.services.add_household import NewHousehold
from marke_node.services.commit_import import commit
from marke_node.services.give_consent import ConsentText, Yes
from marke_node.services.import_members import MembersRequest
from marke_node.services.import_members import commit as commit_members
from marke_node.services.list_homes import list_homes
from marke_node.services.node import make_node
from marke_node.services.read_import import ImportRequest
from marke_node.services.register_member import NewMember
from marke_node.store.vault import HOUSEHOLDS, MEMBERS
from support.canaries import Canaries, Tap, all_logs
from support.consortium import OPERATOR
from support.live_federation import BOARD, CHANCE, LiveFederation, LiveNode
from support.meter_files import EAN_ELECTRICITY, engie
from support.node_site import send
from support.route_walk import Kind, addresses, site_of, visitor
from support.web_sites import MEMBER, NODE_OPERATOR, WebSites, web_sites

SEE_OTHER: Final = 303
IN_A_FILE: Final = "canary-in-a-file"
START: Final = datetime(2025, 1, 31, 23, tzinfo=UTC)
METER_FILE: Final = engie(START, [(EAN_ELECTRICITY, "0.5", "Elektriciteit", "true")] * 48)
BAD_COLUMNS: Final = ("aanspreektitel_id", "huisnummer", "postcode", "telefoonnummer", "email")
_COMMANDS: Final = (
    ("doctor",),
    ("inbox",),
    ("register",),
    ("place",),
    ("rules", "show"),
    ("member", "count"),
    ("import", "mapping", "list"),
)
"""Commands that look at the node and change nothing."""


@dataclass(frozen=True)
class Seen:
    """One page as somebody saw it."""

    site: Kind
    endpoint: str
    who: str
    text: str


@dataclass
class Lived:
    """All that came out."""

    sites: WebSites
    canaries: Canaries
    sent: list[bytes]
    logs: list[str]
    pages: list[Seen] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)

    @property
    def node(self) -> LiveNode:
        """Return the node in which the canaries live."""
        return self.sites.federation.nodes[0]

    @property
    def links(self) -> str:
        """Return every address that stands on a page or that a node called."""
        on_pages = (found for page in self.pages for found in re.findall(r'(?:href|action|src)="([^"]*)"', page.text))
        called = (line.split(b"\n", 1)[0].decode("utf-8", "replace") for line in self.sent)
        return "\n".join((*on_pages, *called))


@contextmanager
def life(folder: Path) -> Iterator[Lived]:
    """Live through everything."""
    tap, canaries = Tap(), Canaries()

    def prepare(federation: LiveFederation) -> None:
        _take_in(federation.nodes[0])
        canaries.plant(federation.nodes[0].engine)

    with all_logs() as logs, web_sites(folder, 3, front=tap.before, prepare=prepare) as sites:
        lived = Lived(sites, canaries, tap.heard, logs)
        _join_and_leave(lived)
        _look_at_everything(lived)
        _bring_files(lived)
        _provoke(lived)
        _type_commands(lived, folder)
        yield lived


def _take_in(node: LiveNode) -> None:
    """Let one household's meter and some members with all their particulars come in by file."""
    now, secret = node.consortium.now, b"p" * 32
    with transaction(node.engine) as session:
        home = session.execute(select(HOUSEHOLDS.c.id).limit(1)).scalar_one()
        commit(session, request=ImportRequest(BytesIO(METER_FILE), secret, home), by=BOARD, now=now)
        commit_members(session, request=MembersRequest(BytesIO(_members()), secret), by=BOARD, now=now)


def _members(**particulars: str) -> bytes:
    person = {"voornaam": "Bob", "achternaam": "de Vries", "straat": "A", "huisnummer": "1", "email": "b@example.org"}
    person |= {"postcode": "7201AB"}
    return econobis_members([{**person, **particulars}, *({**person, "huisnummer": str(n)} for n in range(2, 99))])


def _join_and_leave(lived: Lived) -> None:
    """Let somebody whose particulars are canaries join, say yes, take it back and leave, through the services."""
    engine, now = lived.node.engine, lived.node.consortium.now
    with transaction(engine) as session:
        new = NewHousehold(joined=date(2025, 1, 1), codes={"dwelling_type": "terraced"})
        home = add_household.add(session, household=new, codebook=read_builtin(), by=BOARD, now=now)
        person = NewMember(
            household=home,
            name="canary-members-name-x",
            joined=date(2025, 1, 1),
            email="canary-members-email-x@example.org",
            telephone="canary-members-telephone-x",
            address="canary-members-address-x",
            postcode="canary-members-postcode-x",
            town="canary-members-town-x",
            relation_number="canary-members-relation_number-x",
        )
        member = register_member.register(session, member=person, by=BOARD, now=now)
        agreed = ConsentText(text_hash="sha256:" + "a" * 64)
        give_consent.give(session, given=[Yes(member, Purpose.BENCHMARK, None)], text=agreed, by=BOARD, now=now)
        withdraw_consent.withdraw_all(session, member=member, by=BOARD, now=now)


def _look_at_everything(lived: Lived) -> None:
    visits: tuple[tuple[Kind, tuple[Actor | None, ...]], ...] = (
        ("node", (BOARD, MEMBER, NODE_OPERATOR, None)),
        ("hub", (OPERATOR, None)),
    )
    for kind, people in visits:
        for actor in people:
            browser = visitor(site_of(lived.sites, kind), actor)
            for address in addresses(lived.sites, kind):
                if "GET" in address.route.methods:
                    _see(lived, kind, actor, address.route.endpoint, browser.get(address.path))


def _see(lived: Lived, kind: Kind, actor: Actor | None, endpoint: str, answer: TestResponse) -> str:
    lived.pages.append(Seen(kind, endpoint, str(actor), f"{answer.headers}\n{answer.text}"))
    return answer.text


def _bring_files(lived: Lived) -> None:
    """Bring good and bad files to the pages of the import, and ask there whose meter it is."""
    browser, urls = visitor(lived.sites.node, BOARD), lived.sites.node.app.url_map.bind("localhost")

    def post(path: str, **form: object) -> str:
        """Send a form, follow it, and return where it led."""
        answer = send(browser, path, form)
        _see(lived, "node", BOARD, urls.match(path, "POST")[0], answer)
        if answer.status_code == SEE_OTHER:
            _see(lived, "node", BOARD, urls.match(urlsplit(answer.location).path)[0], browser.get(answer.location))
        return answer.location or path

    page = post("/import", kind="readings", file=(BytesIO(METER_FILE), f"{EAN_ELECTRICITY}.csv"))
    post(page, name="canary", step="search")
    home = re.findall(r'value="(hh_[a-z2-7]{16})"', browser.get(page).text)[0]
    post(page, household=home, step="choose")
    post(f"{page}/commit", household="hh_aaaaaaaaaaaaaaaa", step="take")
    post(f"{page}/commit", household=home, step="take")
    for column in BAD_COLUMNS:
        post("/import", kind="members", file=(BytesIO(_members(**{column: IN_A_FILE})), "members.csv"))
    for broken in (METER_FILE.replace(b'"0.5"', f'"{IN_A_FILE}"'.encode()), f"{IN_A_FILE};1\n2;3\n".encode() * 40):
        post("/import", kind="readings", file=(BytesIO(broken), "meters.csv"))


def _provoke(lived: Lived) -> None:
    """Break every kind of rule with people's data in hand, and keep what the errors say."""
    now = lived.node.consortium.now
    with reading(lived.node.engine) as session:
        home, known = session.execute(
            select(HOUSEHOLDS.c.id, MEMBERS.c.relation_number).join(MEMBERS, MEMBERS.c.household == HOUSEHOLDS.c.number)
        ).first() or ("", "")
        lived.errors["what a search returns"] = repr(list_homes(session, part_of_name="canary"))
    person = NewMember(home, "canary-members-name-x", date(2025, 1, 1), relation_number=known)
    lived.errors["a person"] = repr(person)
    long_name = replace(person, name="canary-members-name-" * 20, relation_number=None)
    tries: dict[str, Callable[[Session], object]] = {
        "a number twice": lambda session: register_member.register(session, member=person, by=BOARD, now=now),
        "too long": lambda session: register_member.register(session, member=long_name, by=BOARD, now=now),
        "another kind": lambda session: session.execute(text("UPDATE members SET adult = name")),
        "not unique": lambda session: session.execute(
            update(MEMBERS).values(relation_number=select(func.min(MEMBERS.c.name)).scalar_subquery())
        ),
        "left too early": lambda session: session.execute(update(MEMBERS).values(left_on=date(1900, 1, 1))),
        "a half file": lambda session: commit_members(
            session, request=MembersRequest(BytesIO(_members(achternaam=IN_A_FILE)[:-5]), b"p"), by=BOARD, now=now
        ),
        "nonsense": lambda session: commit(
            session, request=ImportRequest(BytesIO(IN_A_FILE.encode() * 9), b"p", home), by=BOARD, now=now
        ),
    }
    for name, attempt in tries.items():
        lived.errors[name] = _failure(lived.node, attempt)


def _failure(node: LiveNode, attempt: Callable[[Session], object]) -> str:
    try:
        with transaction(node.engine) as session:
            attempt(session)
    except Exception as error:  # noqa: BLE001 - whatever comes out is looked at
        said = [error.say(language) for language in LANGUAGES] if isinstance(error, MarkeError) else []
        return "\n".join((str(error), repr(error), *said, *traceback.format_exception(error)))
    raise AssertionError("this must be refused")


def _type_commands(lived: Lived, folder: Path) -> None:
    """Type every looking command, in both forms, at the node's own computer."""
    environ = {
        "MARKE_HOME": str(folder / "typed"),
        "MARKE_DATABASE_URL": str(lived.node.engine.url),
        "MARKE_ENV": "demo",
    }
    make_node(NodeConfig.from_environ(environ), None, CHANCE, now=lived.node.consortium.now)
    for words in _COMMANDS:
        for form in ((), ("--json",)):
            done = CliRunner().invoke(main, ["node", *words, *form], env=environ)
            lived.printed[" ".join((*words, *form))] = f"{done.output}\n{done.stderr}\n{done.exception!r}"
