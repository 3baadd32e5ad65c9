"""Every command that a page, a message or a sentence tells somebody to type exists, with its options (style 7.15)."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from marke_deploy.cli import main
from marke_ground.web.i18n import read_po
from support.sources import ROOT, tracked_files

# a command ends at the quote, the tag or the line that it stands in
# a command keeps the names of its help option from the first context it is asked in: that must be the program's own
_PROGRAM = click.Context(main, info_name="marke", **main.context_settings)
_PARTS = "|".join(main.list_commands(_PROGRAM))
_NAMED = re.compile(rf"\bmarke (?:{_PARTS})\b[^`'<\n]*")
_SHOWN = re.compile(r"{{.*?}}")
_LOGIC = re.compile(r"{%.*?%}")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _strings(child)


def _texts(path: Path) -> list[str]:
    text = (ROOT / path).read_text("utf-8")
    if path.suffix == ".po":
        return [said for texts in read_po(text).values() for said in texts]
    if path.suffix == ".toml":
        return list(_strings(tomllib.loads(text)))
    return [_SHOWN.sub("X", _LOGIC.sub("<", text))]


def _spoken_files() -> list[Path]:
    return [
        path
        for path in tracked_files()
        if (path.suffix == ".html" and "templates" in path.parts) or path.suffix == ".po" or "sentences" in path.parts
    ]


def complaint(line: str) -> str:
    """Return what is wrong with a command as it is written; empty when it can be typed."""
    words = shlex.split(line.rstrip(" .,;:"))[1:]
    context = _PROGRAM
    while words and (below := _below(context, words[0])) is not None:
        context = click.Context(below, parent=context, info_name=words.pop(0))
    if not words:
        # only its name: nobody is told to type it as it stands
        return ""
    try:
        found, left, _ = context.command.make_parser(context).parse_args(list(words))
    except click.UsageError as error:
        return error.format_message()
    missing = [one.name for one in context.command.params if one.required and not found.get(str(one.name))]
    return f"without {missing}" if missing else f"too much: {left}" if left else ""


def _below(context: click.Context, word: str) -> click.Command | None:
    group = context.command
    return group.get_command(context, word) if isinstance(group, click.Group) else None


@pytest.mark.parametrize("path", _spoken_files(), ids=str)
def test_every_command_that_is_named_can_be_typed(path: Path) -> None:
    lines = [found[0] for text in _texts(path) for found in _NAMED.finditer(text)]
    assert {line: complaint(line) for line in lines if complaint(line)} == {}


@pytest.mark.parametrize("path", [path for path in _spoken_files() if path.suffix == ".html"], ids=str)
def test_no_page_makes_up_the_first_word_of_a_command(path: Path) -> None:
    assert not re.search(r"<code>[^<]*\bmarke {{", (ROOT / path).read_text("utf-8"))


@pytest.mark.parametrize(
    "line",
    [
        "marke node signin",
        "marke hub invite",
        'marke hub enrol invite "De Es"',
        "marke node import --mapping",
        "marke key sign question.json",
        "marke hub round offer abc def",
    ],
)
def test_a_command_that_does_not_exist_is_found(line: str) -> None:
    assert complaint(line)


def test_commands_are_found_in_pages_catalogues_and_sentences() -> None:
    found = {path.suffix for path in _spoken_files() for text in _texts(path) if _NAMED.search(text)}
    assert found == {".html", ".po", ".toml"}
