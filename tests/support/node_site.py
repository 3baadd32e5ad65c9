"""The site of one node, on a database of its own or on that of a node in a live federation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from werkzeug.test import TestResponse

from marke.clock import Clock
from marke.signing.keys import PrivateKey
from marke.vocabulary.actor import Actor
from marke_ground.store.engine import reading, transaction
from marke_ground.web import links
from marke_node.app import create_app_of
from marke_node.config import Environment, NodeConfig
from marke_node.services.hold_upload import FOLDER
from marke_node.services.node import Node
from marke_node.store.access import ACCESS
from marke_node.store.imports import IMPORT_RUNS
from support.consortium import counting_chance, key_of
from support.small_site import SAME_ORIGIN, CountedChance, HandClock, csrf_of, sign_in
from support.villages import NOON

Fields = dict[str, object]


@dataclass
class NodeSite:
    """The app of a node, its folder, its database and its clock."""

    app: Flask
    engine: Engine
    home: Path
    clock: Clock
    chance: CountedChance = field(default_factory=CountedChance)

    def browser(self, actor: Actor) -> FlaskClient:
        """Return a browser in which somebody signed in."""
        with transaction(self.engine) as session:
            token = links.issue(session, ACCESS, actor=actor, chance=self.chance, now=self.clock.now())
        return sign_in(self.app.test_client(), links.PATH + token)

    def left_behind(self) -> Sequence[str]:
        """Return what lies in the folder of uploads."""
        return sorted(file.suffix for file in (self.home / FOLDER).glob("*"))

    def imports(self) -> int:
        """Count the imports that were done."""
        with reading(self.engine) as session:
            return session.execute(select(func.count()).select_from(IMPORT_RUNS)).scalar_one()


def send(browser: FlaskClient, path: str, fields: Fields | None = None, *, page: str = "/import") -> TestResponse:
    """Send a form as the browser does that got it from a page."""
    token = csrf_of(browser.get(page).text)
    return browser.post(path, data={"csrf": token, **(fields or {})}, headers=SAME_ORIGIN)


def node_site(engine: Engine, home: Path, key: PrivateKey | None = None, clock: Clock | None = None) -> NodeSite:
    """Make the site of a node on a database whose tables are there."""
    clock = clock or HandClock(NOON)
    config = NodeConfig(
        home=home,
        database_url=f"sqlite:///{home / 'unused.db'}",
        environment=Environment.DEMO,
        host="127.0.0.1",
        port=8470,
    )
    node = Node(config=config, key=key or key_of("node"), pseudonym_secret=b"p" * 32, chance=counting_chance())
    return NodeSite(create_app_of(node, engine, clock), engine, home, clock)
