"""Setting a hub up, signing in to its pages, and looking whether all is well."""

import os
import secrets
from typing import Final

import click

from marke.canonical import Json
from marke.clock import instant_to_text
from marke.errors import MarkeError
from marke.signing.fingerprint import key_fingerprint
from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.commands import MarkeCommand, answer, language
from marke_ground.store.engine import open_engine
from marke_ground.store.migrate import migrate
from marke_ground.web import links
from marke_hub.cli.desk import desk
from marke_hub.config import MIGRATIONS, HubConfig
from marke_hub.services.examine_hub import Finding, examine_hub
from marke_hub.services.keep_operators import operator_named
from marke_hub.store.hub_key import make_hub_key
from marke_hub.store.metadata import ACCESS

_SICK: Final = 1


@click.command(cls=MarkeCommand)
def init() -> None:
    """Make the hub's folder, key and database."""
    config = HubConfig.from_environ(os.environ)
    key = make_hub_key(config, secrets.token_bytes)
    engine = open_engine(config.database_url)
    migrate(engine, MIGRATIONS)
    engine.dispose()
    words = key_fingerprint(key.public)
    answer(
        {"home": str(config.home), "public_key": key.public.to_text(), "fingerprint": words},
        f"{config.home}",
        f"{key.public.to_text()}",
        f"{words}",
    )


@click.command(cls=MarkeCommand)
@click.argument("label")
def signin(label: str) -> None:
    """Print a one-time link for the operator called LABEL; a new label becomes a new operator."""
    with desk() as at, at.writing() as session:
        operator = operator_named(session, label=label, chance=at.hub.chance, by=at.by, now=at.now)
        actor = Actor(ActorKind.OPERATOR, operator)
        token = links.issue(session, ACCESS, actor=actor, chance=at.hub.chance, now=at.now)
        link = f"{at.hub.config.site_url}{links.PATH}{token}"
    answer({"operator": operator, "link": link}, link)


@click.command(cls=MarkeCommand)
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Look at key, database, root, directory and overdue rounds, and say what is wrong."""
    findings = _examine()
    document: Json = [
        {"what": finding.what, "ok": finding.error is None, "says": finding.says(language())} for finding in findings
    ]
    lines = [
        f"{'ok ' if finding.error is None else '!! '}{finding.what}: {finding.says(language())}" for finding in findings
    ]
    answer(document, *lines)
    if any(finding.error for finding in findings):
        ctx.exit(_SICK)


def _examine() -> tuple[Finding, ...]:
    try:
        with desk() as at, at.looking() as session:
            time = Finding("time", instant_to_text(at.now))
            return (time, *examine_hub(session, hub=at.hub, now=at.now))
    except MarkeError as error:
        return (Finding("hub", "", error),)
