"""Looking after the node: the doctor, and a way in for the board."""

import click

from marke.canonical import Json
from marke.codebook.builtin import read_builtin
from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.commands import MarkeCommand, answer, language
from marke_ground.store.engine import reading, transaction
from marke_ground.web.links import PATH, issue
from marke_node.cli.surroundings import opened
from marke_node.services.doctor import Finding, Health
from marke_node.services.doctor import doctor as look_over
from marke_node.store import home
from marke_node.store.access import ACCESS

_ILL = 1


@click.command(cls=MarkeCommand)
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Look the node over, and say what this version cannot do yet. The exit code is 1 when something is wrong."""
    with opened() as here, reading(here.engine) as session:
        open_files = home.open_to_others(here.node.config.home)
        found = look_over(
            session, key=here.node.key.public, open_files=open_files, allow_demo=here.node.allow_demo, now=here.now
        )
    not_built: list[Json] = [step.value for step in found.not_built]
    document: Json = {
        "health": found.health.value,
        "findings": [_json(finding) for finding in found.findings],
        "codebook": read_builtin().version,
        "not_built": not_built,
    }
    lines = [
        f"{finding.health.value:5} {finding.check.value}  {finding.say(language()) or ''}" for finding in found.findings
    ]
    answer(document, *lines, "not built / nog niet gebouwd: " + ", ".join(step.value for step in found.not_built))
    if found.health is Health.WRONG:
        ctx.exit(_ILL)


def _json(finding: Finding) -> Json:
    return {
        "check": finding.check.value,
        "health": finding.health.value,
        "reason": None if finding.reason is None else finding.reason.value,
        "sentence": finding.say(language()),
    }


@click.command("sign-in-link", cls=MarkeCommand)
@click.option("--member", "person", default="command_line", help="Pseudonym of the board member it is for.")
def sign_in_link(*, person: str) -> None:
    """Print a link to sign in with as the board. It works once, for fifteen minutes."""
    with opened() as here, transaction(here.engine) as session:
        actor = Actor(ActorKind.BOARD, person)
        token = issue(session, ACCESS, actor=actor, chance=here.node.chance, now=here.now)
        url = f"{here.node.config.site_url}{PATH}{token}"
    answer({"url": url}, url)
