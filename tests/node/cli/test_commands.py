"""`marke node` as a board uses it: make, join, look, decide."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from marke import canonical
from marke.protocol.messages import Invitation
from marke_hub.services.admit_collective import admit_collective
from marke_hub.services.invite_collective import invite_collective
from marke_node.cli import node, surroundings
from support.consortium import OPERATOR
from support.live_federation import LiveFederation, live_federation

pytestmark = pytest.mark.whole


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


def test_a_household_leaves_and_is_erased_only_when_its_id_is_retyped() -> None:
    marke("init")
    home, other = (str(said(marke("household", "add", "--json"))["household"]) for _ in range(2))
    assert marke("household", "leave", home, "--on", "2099-01-01", "--json").exit_code == 10
    assert marke("household", "erase", other, given="yes\n").exit_code == 12
    assert said(marke("household", "count", "--json"))["households"] == 2
    assert marke("household", "erase", other, "--json", given="").exit_code == 10
    erased = marke("household", "erase", other, "--lang", "en", given=f"{other}\n")
    assert "for ever" in erased.output
    today = str(surroundings.now().date())
    assert said(marke("household", "leave", home, "--on", today, "--json"))["left_on"] == today
    assert said(marke("household", "count", "--json"))["households"] == 0
    assert marke("household", "erase", "hh_aaaaaaaaaaaaaaaa", "--yes-erase-for-ever").exit_code == 16


def test_what_the_form_refuses_is_refused_by_hand_too() -> None:
    marke("init")
    home = str(said(marke("household", "add", "--json"))["household"])
    assert marke("member", "add", home, "--name", "Bob Canary").exit_code == 0
    twice = marke("member", "add", home, "--name", "bob canary", "--lang", "en")
    assert twice.exit_code == 15
    assert "already" in twice.stderr
    for words in (("--name", ""), ("--name", "Eve\nCanary"), ("--name", "Eve", "--joined", "2099-01-01")):
        refused = marke("member", "add", home, *words)
        assert refused.exit_code == 10
        assert "Canary" not in refused.output
    form = marke("household", "add", "--code", "dwelling_type")
    assert form.exit_code == 10
    assert "dwelling_type=terraced" in form.stderr


def _no_hub(folder: Path) -> str:
    path = folder / "invitation.json"
    made = Invitation(
        id="inv_" + "a" * 16,
        secret="a" * 32,
        hub_url="http://127.0.0.1:9",
        fingerprint="een twee drie vier vijf zes",
        expires=surroundings.now() + timedelta(days=1),
    )
    path.write_bytes(made.to_bytes())
    return str(path)


def test_joining_while_the_hub_is_away_says_to_repeat_the_command(tmp_path: Path) -> None:
    marke("init")
    result = marke("join", _no_hub(tmp_path), "--name", "Alice", "--lang", "en")
    assert result.exit_code == 13
    assert "repeat this command" in result.stderr
    assert "tries again" not in result.stderr


def test_polling_while_the_hub_is_away_is_one_sentence_and_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marke("init")
    with live_federation(tmp_path) as federation:
        monkeypatch.setattr(surroundings, "now", lambda: federation.consortium.now)
        assert marke("join", str(invitation(federation, tmp_path)), "--name", "Alice", given="y\n").exit_code == 0
    polled = marke("poll")
    assert polled.exit_code == 13
    assert polled.stdout == ""
    assert "niet bereikbaar" in polled.stderr
    assert said(marke("poll", "--json"))["error"]


def test_a_secret_that_does_not_fit_is_named_with_its_remedy(tmp_path: Path) -> None:
    marke("init")
    (tmp_path / "node" / "node.secret").write_text("a" * 64)
    result = marke("doctor")
    assert result.exit_code == 11
    assert "node.secret" in result.stderr
    assert "reservekopie" in result.stderr
    assert "wachtwoord" not in result.stderr


def test_a_node_is_made_in_dutch_unless_another_language_is_asked() -> None:
    assert "Zes woorden van de sleutel" in marke("init").stdout


def test_nothing_is_said_in_words() -> None:
    marke("init")
    for command in ("inbox", "register", "place"):
        found = marke(command)
        assert found.exit_code == 0
        assert len(found.stdout.split()) > 4


def test_facts_are_worked_out_in_lines_for_people() -> None:
    marke("init")
    found = marke("facts", "derive", "2025")
    assert found.exit_code == 0
    assert "{" not in found.stdout
    assert "0 nieuw, 0 al bekend, 0 veranderd" in found.stdout
