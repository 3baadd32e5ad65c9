"""Every command answers and fails in one way."""

import json

import click
import pytest
from click.testing import CliRunner

from marke.errors import ConversationError, NotFoundError
from marke.reasons import Reason
from marke_ground.commands import MarkeGroup, answer, language, progress


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
def work() -> None:
    """Count."""
    with progress(range(3), "counting") as items:
        answer({"sum": sum(items)}, "done")


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


def test_a_progress_bar_never_mixes_with_json() -> None:
    assert json.loads(CliRunner().invoke(tool, ["work", "--json"]).output) == {"sum": 3}
    assert "done" in CliRunner().invoke(tool, ["work"]).stdout


def test_exit_codes_differ_by_class() -> None:
    assert NotFoundError.exit_code != ConversationError.exit_code
