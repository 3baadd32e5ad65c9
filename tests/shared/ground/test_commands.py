"""Every command answers and fails in one way."""

import json

import click
import pytest
from click.testing import CliRunner

from marke.errors import ConversationError, NotFoundError
from marke.reasons import Reason
from marke_ground.commands import QUIET_SECONDS, MarkeGroup, SlowBar, answer, ask_secret, language


@click.group(cls=MarkeGroup)
def tool() -> None:
    """Do things."""


@tool.group()
def inner() -> None:
    """Do more things."""


@inner.command()
@click.argument("name")
def greet(name: str) -> None:
    """Say hello."""
    answer({"name": name, "language": language()}, f"hello {name}")


@tool.command()
def late() -> None:
    """Come too late."""
    raise ConversationError(Reason.ROUND_CLOSED)


@tool.command()
@click.option("--kind", type=click.Choice(["old", "new"]))
def choose(kind: str | None) -> None:
    """Choose."""
    answer({"kind": kind}, str(kind))


@tool.command()
def unlock() -> None:
    """Ask for a passphrase."""
    answer({"length": len(ask_secret("Passphrase"))}, "unlocked")


@tool.command()
@click.option("--name", prompt=True)
def prompt(name: str) -> None:
    """Ask for a name."""
    answer({"name": name}, name)


def bar_steps(*, at_terminal: bool) -> list[bool]:
    """Say after each of three steps of slow work whether the bar is there."""
    moments = iter([0.0, QUIET_SECONDS / 2, QUIET_SECONDS + 1])
    shown = []
    with SlowBar(200, "Reading", clock=lambda: next(moments, 9.0), at_terminal=lambda: at_terminal) as bar:
        for size in (10, 10, 180):
            bar.went_on(size)
            shown.append(bar.is_shown)
    return shown


def test_an_answer_is_lines_for_people_and_one_document_for_programs() -> None:
    assert CliRunner().invoke(tool, ["inner", "greet", "Alice"]).output == "hello Alice\n"
    found = CliRunner().invoke(tool, ["inner", "greet", "Alice", "--json", "--lang", "en"])
    assert json.loads(found.output) == {"name": "Alice", "language": "en"}


def test_an_error_is_one_sentence_on_standard_error_and_the_exit_code_of_its_class() -> None:
    found = CliRunner().invoke(tool, ["late", "--lang", "en"])
    assert found.exit_code == ConversationError.exit_code
    assert found.stdout == ""
    assert found.stderr == "The round is closed. An answer no longer counts.\n"


def test_an_error_with_json_is_a_document_with_the_reason() -> None:
    found = CliRunner().invoke(tool, ["late", "--json"])
    assert found.exit_code == ConversationError.exit_code
    assert json.loads(found.stdout)["error"]["reason"] == "round_closed"


def test_the_language_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKE_LANG", "en")
    assert "closed" in CliRunner().invoke(tool, ["late"]).stderr


def test_a_bar_appears_only_at_a_terminal_and_only_when_work_takes_long(capsys: pytest.CaptureFixture[str]) -> None:
    with tool.make_context("tool", ["late"]):
        assert bar_steps(at_terminal=True) == [False, True, True]
        assert bar_steps(at_terminal=False) == [False, False, False]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["inner", "greet"], "Er ontbreekt iets: NAME. Geef het mee; hoe, staat in 'tool inner greet --help'."),
        (["late", "--soon"], "De optie --soon bestaat niet. Kijk in 'tool late --help' welke er zijn."),
        (["sing"], "De opdracht sing bestaat niet. Kijk in 'tool --help' welke er zijn."),
        (
            ["choose", "--kind", "Canary"],
            "De waarde van --kind kan niet worden gebruikt. Geef: old, new. Uitleg staat in 'tool choose --help'.",
        ),
        (
            ["late", "Canary"],
            "Deze opdracht kan zo niet worden gelezen; er is niets gedaan. Kijk in 'tool late --help' hoe het moet.",
        ),
    ],
)
def test_what_is_typed_wrong_is_one_sentence_in_the_chosen_language(words: list[str], sentence: str) -> None:
    found = CliRunner().invoke(tool, words)
    assert (found.exit_code, found.stdout, found.stderr) == (2, "", sentence + "\n")
    assert "tool" in CliRunner().invoke(tool, [*words, "--lang", "en"]).stderr
    document = json.loads(CliRunner().invoke(tool, [*words, "--json"]).stdout)
    assert document["error"]["exit_code"] == 2


def test_nobody_at_the_terminal_is_one_sentence() -> None:
    for command in ("unlock", "prompt"):
        found = CliRunner().invoke(tool, [command, "--lang", "en"], input="")
        assert found.exit_code == 10
        assert "Nobody is there to ask" in found.stderr
        assert "Aborted" not in found.output


def test_exit_codes_differ_by_class() -> None:
    assert NotFoundError.exit_code != ConversationError.exit_code
