"""`marke node import`: look first, take with --commit, one sentence when it cannot be done."""

import json
import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from marke import canonical
from marke_deploy.demo_files import dsmr_reader, econobis_members
from marke_ground.store.engine import open_engine, transaction
from marke_node.cli.import_commands import import_
from marke_node.config import NodeConfig
from marke_node.services.node import make_node
from support.mappings import MAPPING
from support.meter_files import EAN_ELECTRICITY, EAN_NEIGHBOUR, engie, workbook
from support.villages import NOON, settle

START = datetime(2025, 1, 31, 23, tzinfo=UTC)
DSMR = dsmr_reader(START, [(100 + number, 0, 0, 0, 10) for number in range(48)])


class Terminal:
    """Alice at a terminal of her node."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        config = NodeConfig.from_environ(os.environ)
        make_node(config, None, secrets.token_bytes, now=NOON)
        engine = open_engine(config.database_url)
        with transaction(engine) as session:
            (self.home,) = settle(session, [{}]).households
        engine.dispose()

    def write(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(import_, arguments, catch_exceptions=False)

    def answer(self, *arguments: str) -> dict[str, object]:
        result = self.run(*arguments, "--json")
        found: dict[str, object] = json.loads(result.stdout)
        return found


@pytest.fixture
def terminal(tmp_path: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("MARKE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MARKE_DATABASE_URL", empty_database_url)
    return Terminal(tmp_path)


def test_a_file_is_looked_at_first_and_taken_with_commit(terminal: Terminal) -> None:
    file = terminal.write("dsmr.csv", DSMR)
    seen = terminal.run("file", file, "--household", terminal.home)
    assert seen.exit_code == 0
    assert "DSMR-reader" in seen.stdout
    assert "--commit" in seen.stdout
    assert terminal.answer("file", file, "--household", terminal.home)["would"] == {
        "added": 240,
        "unchanged": 0,
        "changed": 0,
    }
    taken = terminal.answer("file", file, "--household", terminal.home, "--commit")
    assert taken["taken"] == {"added": 240, "unchanged": 0, "changed": 0}
    again = terminal.run("file", file, "--household", terminal.home, "--commit", "--lang", "en")
    assert "0 new, 240 known already, 0 changed" in again.stdout


def test_a_bad_file_ends_in_one_sentence_and_the_exit_code_of_its_class(terminal: Terminal) -> None:
    result = terminal.run("file", terminal.write("half.csv", DSMR[:-9]), "--household", terminal.home, "--lang", "en")
    assert result.exit_code == 10
    assert result.stderr.strip() == "The file stops in the middle of row 49; nothing of it was used. Download it again."
    refused = terminal.answer("file", terminal.write("empty.csv", b""), "--household", terminal.home)
    assert refused["error"]["reason"] == "import_empty"  # type: ignore[index] # a JSON object


def test_meters_are_asked_about_by_number_and_given_on_the_command_line(terminal: Terminal) -> None:
    rows = [(EAN_ELECTRICITY, "0.5", "Elektriciteit", "true"), (EAN_NEIGHBOUR, "0.7", "Elektriciteit", "true")]
    file = terminal.write(f"{EAN_NEIGHBOUR}.csv", engie(START, rows))
    asked = terminal.run("file", file, "--household", terminal.home)
    assert "--meter 1=hh_" in asked.stdout
    assert EAN_NEIGHBOUR not in asked.output
    given = ("--meter", f"1={terminal.home}", "--meter", f"2={terminal.home}")
    assert terminal.answer("file", file, *given, "--commit")["taken"] == {"added": 4, "unchanged": 0, "changed": 0}
    assert terminal.run("file", file, "--meter", "one").exit_code == 10


def test_rejected_rows_are_shown_and_written_to_a_file(terminal: Terminal) -> None:
    file = terminal.write("dsmr.csv", DSMR.replace(b",0.11,", b",-0.11,"))
    listed = terminal.folder / "rejects.csv"
    result = terminal.run("file", file, "--household", terminal.home, "--rejects", str(listed))
    assert "Rij 12" in result.stdout
    assert listed.read_text("utf-8").splitlines()[1].startswith("12;import_negative;")


def test_members_come_in_from_the_form(terminal: Terminal) -> None:
    people = [{"voornaam": "Bob", "achternaam": "Canary-q7x9", "straat": "A", "huisnummer": "1", "postcode": "7201AB"}]
    file = terminal.write("members.csv", econobis_members(people))
    seen = terminal.run("members", file)
    assert "1 lid op 1 adres," in seen.stdout
    assert terminal.answer("members", file, "--commit")["taken"] == {"added": 1, "unchanged": 0, "changed": 0}
    assert "Canary" not in seen.output


def test_a_mapping_is_saved_listed_and_used(terminal: Terminal) -> None:
    assert "geen kolomindelingen" in terminal.run("mapping", "list").stdout
    saved = terminal.run("mapping", "save", terminal.write("mapping.json", canonical.to_bytes(MAPPING)))
    assert "Zonneplan per uur" in saved.stdout
    assert "Zonneplan per uur" in terminal.run("mapping", "list").stdout
    table = terminal.write("table.csv", b"datum;afname (kWh);gas\n01-02-2025 00:00;0,5;1,25\n")
    given = ("--household", terminal.home, "--mapping", "Zonneplan per uur")
    assert terminal.answer("file", table, *given)["would"] == {"added": 2, "unchanged": 0, "changed": 0}
    assert terminal.run("file", table, "--household", terminal.home, "--mapping", "Other").exit_code == 16


def gas_year(per_day: str) -> bytes:
    """Write a table of a year of daily gas use, evenly spread."""
    days = [(datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number)).strftime("%d-%m-%Y") for number in range(365)]
    return ("datum;gas\n" + "".join(f"{day} 00:00;{per_day}\n" for day in days)).encode()


def test_kilowatt_hours_in_a_column_of_cubic_metres_must_be_confirmed_before_they_are_taken(
    terminal: Terminal,
) -> None:
    only_gas = {**MAPPING, "columns": [{"column": "gas", "measures": "gas", "unit": "m3"}]}
    terminal.run("mapping", "save", terminal.write("mapping.json", canonical.to_bytes(only_gas)))
    table = terminal.write("year.csv", gas_year("21,46"))  # 7,832 kWh: an ordinary home
    given = (table, "--household", terminal.home, "--mapping", "Zonneplan per uur")
    seen = terminal.run("file", *given)
    assert "zijn dit kWh?" in seen.stdout
    assert "--unit-confirmed" in seen.stdout
    refused = terminal.run("file", *given, "--commit", "--lang", "en")
    assert refused.exit_code == 10
    assert "are these kWh?" in refused.stderr
    assert terminal.answer("file", *given, "--unit-confirmed", "--commit")["taken"] == {
        "added": 365,
        "unchanged": 0,
        "changed": 0,
    }


def test_without_a_household_the_answer_says_to_name_one(terminal: Terminal) -> None:
    file = terminal.write("dsmr.csv", DSMR)
    seen = terminal.run("file", file)
    assert seen.exit_code == 0
    assert "--household hh_" in seen.stdout
    assert "--meter" not in seen.stdout
    refused = terminal.run("file", file, "--commit")
    assert refused.exit_code == 10
    assert "--household" in refused.stderr
    assert "meer dan" not in refused.stderr


def test_days_in_a_preview_are_dutch_days(terminal: Terminal) -> None:
    start = datetime(2025, 2, 28, 23, tzinfo=UTC)
    file = terminal.write("march.csv", dsmr_reader(start, [(100, 0, 0, 0, 10)] * 3))
    assert "1 maart 2025" in terminal.run("file", file, "--household", terminal.home).stdout


def test_the_list_of_rejected_rows_is_written_also_when_they_are_too_many(terminal: Terminal) -> None:
    file = terminal.write("dsmr.csv", DSMR.replace(b",0.1", b",-0.1"))
    listed = terminal.folder / "rejects.csv"
    result = terminal.run("file", file, "--household", terminal.home, "--rejects", str(listed))
    assert result.exit_code == 10
    assert len(listed.read_text("utf-8").splitlines()) > 3


def test_a_workbook_without_a_mapping_is_told_to_name_one(terminal: Terminal) -> None:
    file = terminal.write("table.xlsx", workbook([["datum", "gas"], ["01-02-2025", 1]]))
    result = terminal.run("file", file, "--household", terminal.home)
    assert result.exit_code == 10
    assert "--mapping" in result.stderr


def test_a_file_that_is_not_there_is_one_sentence_and_json_for_programs(terminal: Terminal) -> None:
    assert terminal.run("file", "nowhere.csv", "--lang", "en").stderr.startswith("The file cannot be opened.")
    assert terminal.answer("file", "nowhere.csv")["error"]["reason"] == "import_unreadable"  # type: ignore[index] # a JSON object
    missing = terminal.run("file")
    assert missing.exit_code == 2
    assert missing.stderr.startswith("Er ontbreekt iets: FILE.")
    assert terminal.answer("file")["error"]["reason"] == "usage_missing"  # type: ignore[index] # a JSON object
