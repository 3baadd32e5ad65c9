"""`marke node` as a board uses it: make, join, look, decide."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from marke import canonical
from marke_hub.services.admit_collective import admit_collective
from marke_hub.services.invite_collective import invite_collective
from marke_node.cli import node, surroundings
from support.consortium import OPERATOR
from support.live_federation import LiveFederation, live_federation


@pytest.fixture
def federation(tmp_path: Path) -> Iterator[LiveFederation]:
    """Give a founded hub without collectives."""
    with live_federation(tmp_path) as found:
        yield found


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKE_HOME", str(tmp_path / "node"))
    monkeypatch.setenv("MARKE_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("MARKE_ENV", "demo")


def marke(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(node, words, input=given)


def said(result: Result) -> dict[str, canonical.Json]:
    found = canonical.from_bytes(result.stdout.strip().encode())
    assert isinstance(found, dict)
    return dict(found)


def invitation(federation: LiveFederation, folder: Path) -> Path:
    with federation.consortium.session() as session:
        made = invite_collective(
            session, label="Alice", hub=federation.consortium.hub, by=OPERATOR, now=federation.consortium.now
        )
    path = folder / "invitation.json"
    path.write_bytes(made.model_copy(update={"hub_url": federation.address.url}).to_bytes())
    return path


@pytest.fixture
def _the_hubs_time(federation: LiveFederation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "now", lambda: federation.consortium.now)


def test_a_new_node_shows_its_six_words_and_a_second_is_refused() -> None:
    made = marke("init", "--json")
    assert made.exit_code == 0
    assert len(str(said(made)["fingerprint"]).split()) == 6
    again = marke("init", "--json")
    assert again.exit_code == 15
    assert "home_exists" in again.stdout


def test_the_doctor_says_what_is_not_built() -> None:
    marke("init")
    found = said(marke("doctor", "--json"))
    assert found["not_built"] == ["log_inclusion", "differencing", "budget", "noise", "seal"]
    assert found["health"] == "look"


def test_commands_before_init_say_what_to_do() -> None:
    result = marke("inbox", "--lang", "en")
    assert result.exit_code == 16
    assert "marke node init" in result.stderr


@pytest.mark.usefixtures("_the_hubs_time")
def test_a_node_joins_after_the_words_were_compared(federation: LiveFederation, tmp_path: Path) -> None:
    marke("init")
    path = str(invitation(federation, tmp_path))
    no = marke("join", path, "--name", "Alice", given="n\n")
    assert no.exit_code == 12
    wrong = marke("join", path, "--name", "Alice", "--fingerprint", "een twee drie vier vijf zes", "--json")
    assert wrong.exit_code == 12
    joined = marke("join", path, "--name", "Alice", "--lang", "en", given="y\n")
    assert joined.exit_code == 0, joined.output
    with federation.consortium.session() as session:
        admit_collective(
            session,
            fingerprint=_words(joined),
            hub=federation.consortium.hub,
            by=OPERATOR,
            now=federation.consortium.now,
        )
    federation.consortium.publish_directory()
    assert marke("poll", "--json").exit_code == 0
    federation.consortium.clock.forward(minutes=20)
    steps = said(marke("poll", "--json"))["steps"]
    assert isinstance(steps, list)
    assert [step["failure"] for step in steps if isinstance(step, dict)] == [None]
    assert marke("join", path, "--name", "Alice", "--json", given="y\n").exit_code != 0
    assert said(marke("register", "--json"))["rounds"] == []


def _words(result: Result) -> str:
    line = next(line for line in result.stdout.splitlines() if "six words" in line.lower())
    return line.rpartition(": ")[2]


def test_an_invitation_that_was_changed_is_refused(tmp_path: Path) -> None:
    marke("init")
    path = tmp_path / "invitation.json"
    path.write_text("{}")
    result = marke("join", str(path), "--name", "Alice", "--json")
    assert result.exit_code == 10
    assert "bad_invitation" in result.stdout


def test_people_are_added_and_counted_never_listed(tmp_path: Path) -> None:
    marke("init")
    home = str(said(marke("household", "add", "--code", "dwelling_type=terraced", "--json"))["household"])
    person = str(said(marke("member", "add", home, "--name", "Bob de Vries", "--json"))["member"])
    consent = tmp_path / "consent.txt"
    consent.write_text("Ik doe mee.")
    given = marke("consent", "give", person, "--purpose", "benchmark", "--text", str(consent), "--json")
    assert said(given) == {"given": 1}
    counted = marke("member", "count", "--json")
    assert said(counted)["households"] == 1
    assert "Bob" not in counted.stdout
    assert said(marke("consent", "withdraw", person, "--json")) == {"withdrawn": 1}


def test_rules_are_shown_and_set() -> None:
    marke("init")
    assert said(marke("rules", "show", "--json"))["purposes"] == ["benchmark"]
    changed = said(marke("rules", "set", "--never", "health", "--smallest-group", "20", "--json"))
    assert changed == {"purposes": [], "never": ["health"], "smallest_group": 20, "hold_public": False}
    assert said(marke("rules", "show", "--json")) == changed


def test_a_sign_in_link_leads_to_this_node() -> None:
    marke("init")
    assert str(said(marke("sign-in-link", "--json"))["url"]).startswith("http://127.0.0.1:8470/signin/")


def test_an_unknown_round_is_said_to_be_unknown() -> None:
    marke("init")
    assert marke("place", "rnd_aaaaaaaaaaaaaaaa", "--json").exit_code == 16
    assert marke("decide", "rnd_aaaaaaaaaaaaaaaa", "refuse", "--json").exit_code == 16
