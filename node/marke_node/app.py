"""The node's web app and its agent, wired together. Real time and real chance come in here, and nowhere below."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Flask
from sqlalchemy import Engine

from marke.clock import Clock
from marke.errors import NotFoundError
from marke_ground.store.engine import reading
from marke_ground.web.ground import build_app
from marke_ground.web.site import LOOPBACK_HOSTS, Site
from marke_node.config import Environment, NodeConfig
from marke_node.hub_link.address import HubAddress
from marke_node.hub_link.link import HubLink
from marke_node.jobs.agent import Agent, AgentSettings
from marke_node.jobs.runner import AgentThread
from marke_node.services.hold_upload import drop_old_uploads
from marke_node.services.join_federation import read_membership
from marke_node.services.node import EXTENSION, Node, open_node
from marke_node.store.access import ACCESS
from marke_node.web.home import HOME as HOME_PAGES
from marke_node.web.imports import IMPORT
from marke_node.web.menu import GRANTS, HOME, MENU
from marke_node.web.place import PLACE
from marke_node.web.register import REGISTER


@dataclass(frozen=True)
class RealClock:
    """The clock of this computer."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)  # noqa: TID251 - real time enters here


def create_app(config: NodeConfig, clock: Clock | None = None) -> Flask:
    """Make the app of a node that was made with `marke node init`."""
    node, engine = open_node(config, secrets.token_bytes)
    return create_app_of(node, engine, clock)


def create_app_of(node: Node, engine: Engine, clock: Clock | None = None) -> Flask:
    """Make the app of a node that is already open, such as one that shares this process with its agent."""
    app = build_app(
        replace(site_of(node.config), name=_collective_name(engine)),
        engine=engine,
        tables=ACCESS,
        clock=clock or RealClock(),
        chance=node.chance,
        blueprints=blueprints(),
    )
    app.extensions[EXTENSION] = node
    drop_old_uploads(node.config.home, now=(clock or RealClock()).now())
    return app


def blueprints() -> tuple[Blueprint, ...]:
    """Return every group of pages of the node."""
    return (HOME_PAGES, REGISTER, PLACE, IMPORT)


def site_of(config: NodeConfig) -> Site:
    """Return what the node's site is called and where it is reached."""
    host = urlsplit(config.site_url).hostname
    return Site(
        kind="node",
        package="marke_node",
        name="Marke",
        grants=GRANTS,
        menu=MENU,
        home=HOME,
        cookie_suffix=f"node_{config.port}",
        secure=config.site_url.startswith("https://"),
        demo=config.environment is Environment.DEMO,
        hosts=tuple(dict.fromkeys((*LOOPBACK_HOSTS, *([host] if host else [])))),
        upload_folder=config.home,
    )


def _collective_name(engine: Engine) -> str:
    """Return what the collective is called; a node that has not joined yet has no name of its own."""
    try:
        with reading(engine) as session:
            return read_membership(session).collective_name
    except NotFoundError:
        return "Marke"


def make_agent(node: Node, engine: Engine) -> Agent:
    """Make the agent of a node that joined a federation; raises NotFoundError(NOT_JOINED)."""
    with reading(engine) as session:
        hub_url = read_membership(session).hub_url
    address = HubAddress.parse(hub_url, unsafe_plain_http=node.config.unsafe_plain_http)
    settings = AgentSettings(chance=node.chance, allow_demo=node.allow_demo)
    return Agent(engine, HubLink(address), node.key, settings)


def make_agent_thread(node: Node, engine: Engine, clock: Clock | None = None) -> AgentThread:
    """Make the thread that steps a node's agent; it waits by itself until the node has joined."""

    def tidy(now: datetime) -> None:
        drop_old_uploads(node.config.home, now=now)

    return AgentThread(lambda: make_agent(node, engine), clock or RealClock(), node.wake, tidy)
