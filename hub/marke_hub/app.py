"""The hub's web app, wired together. Real time and real chance come in here, and nowhere below."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Flask
from sqlalchemy import Engine

from marke.clock import Clock
from marke_ground.store.engine import open_engine
from marke_ground.web.ground import build_app
from marke_ground.web.site import LOOPBACK_HOSTS, Site
from marke_hub.api.desk import EXTENSION
from marke_hub.api.doors import DOORS
from marke_hub.api.openapi import OPENAPI
from marke_hub.api.results import RESULTS
from marke_hub.config import Environment, HubConfig
from marke_hub.services.hub import Hub, open_hub
from marke_hub.store.metadata import ACCESS
from marke_hub.web.console import CONSOLE
from marke_hub.web.menu import GRANTS, HOME, MENU
from marke_hub.web.public import PUBLIC


@dataclass(frozen=True)
class RealClock:
    """The clock of this computer."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)  # noqa: TID251 - real time enters here


def create_app(config: HubConfig, clock: Clock | None = None, engine: Engine | None = None) -> Flask:
    """Make the app of a hub whose database is up to date and whose key can be opened."""
    return create_app_of(open_hub(config, secrets.token_bytes), clock, engine)


def create_app_of(hub: Hub, clock: Clock | None = None, engine: Engine | None = None) -> Flask:
    """Make the app of a hub that is already open, such as one that shares this process with a worker."""
    app = build_app(
        site_of(hub.config),
        engine=engine or open_engine(hub.config.database_url),
        tables=ACCESS,
        clock=clock or RealClock(),
        chance=hub.chance,
        blueprints=blueprints(),
    )
    app.extensions[EXTENSION] = hub
    return app


def blueprints() -> tuple[Blueprint, ...]:
    """Return every group of doors of the hub."""
    return (DOORS, RESULTS, OPENAPI, PUBLIC, CONSOLE)


def site_of(config: HubConfig) -> Site:
    """Return what the hub's site is called and where it is reached."""
    host = urlsplit(config.site_url).hostname
    return Site(
        kind="hub",
        package="marke_hub",
        name="Marke hub",
        grants=GRANTS,
        menu=MENU,
        home=HOME,
        cookie_suffix="hub",
        secure=config.site_url.startswith("https://"),
        demo=config.environment is Environment.DEMO,
        hosts=tuple(dict.fromkeys((*LOOPBACK_HOSTS, *([host] if host else [])))),
    )
