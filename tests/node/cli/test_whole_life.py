"""A node from its first command to its first result, by the settings of its environment, on each kind of database."""

import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select

from marke import canonical
from marke_deploy.demo_files import dsmr_reader, econobis_members
from marke_ground.store.engine import open_engine, reading
from marke_hub.services.admit_collective import admit_collective
from marke_hub.services.invite_collective import invite_collective
from marke_node.app import create_app_of
from marke_node.cli import node, surroundings
from marke_node.config import NodeConfig
from marke_node.services.node import open_node
from marke_node.store.federation import OUTBOX
from marke_node.store.meters import BLOCKS
from marke_node.store.rounds import RESULTS
from support.consortium import OPERATOR
from support.live_federation import LiveFederation, live_federation
from support.small_site import sign_in

pytestmark = pytest.mark.federation

START = datetime(2025, 1, 31, 23, tzinfo=UTC)
GAS = [1000 + 10 * number for number in range(12)]


@pytest.fixture
def federation(tmp_path: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveFederation]:
    """Give a hub, and surroundings in which the commands of one node find its folder, its database and the time."""
    with live_federation(tmp_path) as found:
        monkeypatch.setenv("MARKE_HOME", str(tmp_path / "node"))
        monkeypatch.setenv("MARKE_ENV", "demo")
        monkeypatch.setenv("MARKE_DATABASE_URL", empty_database_url)
        monkeypatch.setattr(surroundings, "now", lambda: found.consortium.now)
        yield found


def marke(*words: str, given: str | None = None) -> Result:
    """Type a command, which must succeed."""
    result = CliRunner().invoke(node, words, input=given)
    assert result.exit_code == 0, (words, result.output)
    return result


def said(*words: str) -> dict[str, canonical.Json]:
    """Type a command, and read its answer as a program does."""
    found = canonical.from_bytes(marke(*words, "--json").stdout.strip().encode())
    assert isinstance(found, dict)
    return dict(found)


def _join(federation: LiveFederation, folder: Path) -> None:
    consortium = federation.consortium
    with consortium.session() as session:
        made = invite_collective(session, label="Alice", hub=consortium.hub, by=OPERATOR, now=consortium.now)
    path = folder / "invitation.json"
    path.write_bytes(made.model_copy(update={"hub_url": federation.address.url}).to_bytes())
    marke("init")
    joined = marke("join", str(path), "--name", "Alice", "--lang", "en", given="y\n")
    words = next(line for line in joined.stdout.splitlines() if "six words" in line.lower()).rpartition(": ")[2]
    with consortium.session() as session:
        admit_collective(session, fingerprint=words, hub=consortium.hub, by=OPERATOR, now=consortium.now)
    consortium.publish_directory()


def _settle(folder: Path) -> None:
    """Let households, their yes and their gas come in by hand, and members and a meter by file."""
    text = folder / "consent.txt"
    text.write_text("Ik doe mee.")
    homes = []
    for value in GAS:
        added = said("household", "add", "--code", "dwelling_type=terraced", "--joined", "2024-01-01")
        homes.append(str(added["household"]))
        person = str(said("member", "add", homes[-1], "--name", "Bob", "--joined", "2024-01-01")["member"])
        marke("consent", "give", person, "--purpose", "benchmark", "--heap", "energy", "--text", str(text))
        marke("facts", "record", homes[-1], "--variable", "energy.gas_use", "--period", "2025", "--value", str(value))
    people = [{"voornaam": "Bob", "achternaam": "B", "straat": "A", "huisnummer": "1", "postcode": "7201AB"}]
    (folder / "members.csv").write_bytes(econobis_members(people))
    marke("import", "members", str(folder / "members.csv"), "--commit")
    (folder / "meter.csv").write_bytes(dsmr_reader(START, [(100 + number, 0, 0, 0, 10) for number in range(48)]))
    marke("import", "file", str(folder / "meter.csv"), "--household", homes[0], "--commit")


def _run(federation: LiveFederation) -> str:
    """Ask; the board of one collective decides by command, the other node by itself."""
    bob = federation.join("Bob")
    bob.settle({"terraced": [900 + number for number in range(12)]})
    marke("rules", "set")
    round_id = federation.ask()
    marke("poll")
    assert round_id in marke("inbox").stdout
    assert said("decide", round_id, "approve")["outcome"] == "accepted"
    for _ in range(3):
        federation.consortium.clock.forward(minutes=2)
        marke("poll")
        bob.step()
        federation.tick()
    federation.consortium.clock.forward(minutes=2)
    marke("poll")
    return round_id


def _check_pages(federation: LiveFederation, engine: Engine, round_id: str) -> None:
    here, opened = open_node(NodeConfig.from_environ(os.environ), secrets.token_bytes)
    browser: FlaskClient = create_app_of(here, opened, federation.consortium.clock).test_client()
    sign_in(browser, re.sub("^.*(?=/signin/)", "", str(said("sign-in-link")["url"])))
    for path in ("/", "/questions", f"/questions/{round_id}", "/place", "/import", "/doctor"):
        assert browser.get(path).status_code == 200, path
    assert engine.url == opened.url
    opened.dispose()


def test_a_node_lives_from_its_first_command_to_its_first_result(
    federation: LiveFederation, empty_database_url: str, tmp_path: Path
) -> None:
    _join(federation, tmp_path)
    _settle(tmp_path)
    round_id = _run(federation)
    rounds = said("register")["rounds"]
    assert isinstance(rounds, list)
    assert [(found["round"], found["stage"]) for found in rounds if isinstance(found, dict)] == [(round_id, "resulted")]
    engine = open_engine(empty_database_url)
    with reading(engine) as session:
        assert session.dialect.name in empty_database_url
        assert session.execute(select(RESULTS.c.kind)).scalars().all() == ["result"]
        assert set(session.execute(select(OUTBOX.c.state)).scalars()) == {"delivered"}
        assert session.execute(select(func.count()).select_from(BLOCKS)).scalar_one() > 0
    _check_pages(federation, engine, round_id)
    engine.dispose()
