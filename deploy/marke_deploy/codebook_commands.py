"""`marke codebook`: look up what can be asked about, and check one's own draft of a codebook."""

from pathlib import Path

import click

from marke import canonical
from marke.codebook.builtin import NEWEST, read_builtin
from marke.codebook.describe import variable_lines
from marke.codebook.load import load
from marke.codebook.model import Codebook, Theme, Variable
from marke.codebook.words import unit_text, word
from marke.errors import BadInputError
from marke.reasons import Language, Reason
from marke_ground.commands import MarkeGroup, answer, language

_LARGEST_FILE = 5_000_000
"""Bytes of one data file; the largest of ours is under 40 kB."""


@click.group(cls=MarkeGroup)
def codebook() -> None:
    """Look up what can be asked about: variables, their units, bounds and norms."""


@codebook.command("list")
@click.option("--theme", type=click.Choice([theme.value for theme in Theme]), help="Only one theme.")
@click.option("--version", default=NEWEST, show_default=True, help="Which codebook.")
def list_variables(theme: str | None, version: str) -> None:
    """List the variables, by theme."""
    book = read_builtin(version)
    themes = [each for each in Theme if theme in {None, each.value}]
    found = [variable for each in themes for variable in book.variables if variable.theme is each]
    answer(
        {"version": book.version, "hash": book.hash, "variables": [_summary(each, language()) for each in found]},
        *_list_lines(book, themes, language()),
    )


@codebook.command()
@click.argument("variable")
@click.option("--version", default=NEWEST, show_default=True, help="Which codebook.")
def show(variable: str, version: str) -> None:
    """Show everything about one variable, such as energy.gas_use."""
    book = read_builtin(version)
    found = book.variable(variable)
    norms = [norm.to_json() for norm in book.norms_for(found.id)]
    lines = [f"{label}: {text}" for label, text in variable_lines(book, found, language())]
    answer(
        {"version": book.version, "hash": book.hash, "variable": found.to_json(), "norms": norms},
        f"{found.name.say(language())} ({found.id})",
        *lines,
    )


@codebook.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folder: Path | None) -> None:
    """Check the data files of a codebook in FOLDER; without FOLDER, the one in this program."""
    book = read_builtin() if folder is None else load(_files(folder))
    words: dict[Language, str] = {
        "nl": f"Codeboek {book.version} klopt: {len(book.variables)} variabelen en {len(book.norms)} normen.",
        "en": f"Codebook {book.version} is right: {len(book.variables)} variables and {len(book.norms)} norms.",
    }
    document: canonical.Json = {
        "version": book.version,
        "hash": book.hash,
        "variables": len(book.variables),
        "categories": len(book.categories),
        "breakdowns": len(book.breakdowns),
        "crossings": len(book.crossings),
        "norms": len(book.norms),
    }
    answer(document, words[language()], book.hash)


def _files(folder: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path in sorted(folder.glob("*.toml")):
        if not path.is_file() or path.stat().st_size > _LARGEST_FILE:
            raise BadInputError(Reason.CODEBOOK_FILE_TOO_LARGE, file=path.name, most=_LARGEST_FILE)
        found[path.name] = path.read_bytes()
    return found


def _summary(variable: Variable, spoken: Language) -> canonical.Json:
    return {
        "id": variable.id,
        "theme": variable.theme.value,
        "name": variable.name.say(spoken),
        "unit": variable.unit.value,
        "subject": variable.subject.value,
        "consents": [consent.value for consent in variable.consents],
        "sensitivity": variable.sensitivity.value,
    }


def _list_lines(book: Codebook, themes: list[Theme], spoken: Language) -> list[str]:
    width = max(len(variable.id) for variable in book.variables)
    lines = [f"{word('words', 'title', spoken).format(version=book.version)} ({book.hash})"]
    for theme in themes:
        lines += ["", word("themes", theme.value, spoken)]
        for variable in (each for each in book.variables if each.theme is theme):
            unit = unit_text(variable.unit, spoken)
            lines.append(f"  {variable.id:<{width}}  {variable.name.say(spoken)} [{unit}]")
    return lines
