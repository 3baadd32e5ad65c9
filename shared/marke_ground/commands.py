"""The ground every command stands on: one way to answer, one way to fail, in two languages, for people and programs.

A command raises MarkeError and prints through `answer`; everything else happens here. With `--json` exactly one JSON
document goes to standard output, `{"error": {...}}` when it failed. The exit code follows the class of the error.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import click

from marke import canonical
from marke.errors import MarkeError
from marke.reasons import LANGUAGES, Language

_LANGUAGE, _JSON = "marke.language", "marke.json"
Item = TypeVar("Item")


def language() -> Language:
    """Return the language of this run: `--lang`, else `MARKE_LANG`, else Dutch."""
    return cast("Language", click.get_current_context().meta.get(_LANGUAGE, "nl"))


def is_json() -> bool:
    """Say whether a program is reading: `--json` was given."""
    return bool(click.get_current_context().meta.get(_JSON, False))


def answer(document: canonical.Json, *lines: str) -> None:
    """Print what a command found: the document with `--json`, else the lines for a person."""
    if is_json():
        click.echo(canonical.to_bytes(document).decode("utf-8"))
        return
    for line in lines:
        click.echo(line)


@contextmanager
def progress(items: Iterable[Item], label: str, length: int | None = None) -> Iterator[Iterable[Item]]:
    """Go through items with a bar on standard error; no bar when a program is reading."""
    if is_json():
        yield items
        return
    with click.progressbar(items, length=length, label=label, file=sys.stderr) as bar:
        yield bar


def fail(error: MarkeError) -> None:
    """Say one error in one sentence, or as JSON, without ending the run."""
    if is_json():
        said: canonical.Json = {
            "reason": error.reason.value,
            "sentence": error.say(language()),
            "details": dict(error.details),
            "exit_code": error.exit_code,
        }
        click.echo(canonical.to_bytes({"error": said}).decode("utf-8"))
        return
    click.echo(error.say(language()), err=True)


class MarkeCommand(click.Command):
    """A command with `--json` and `--lang`, whose errors end as one sentence and an exit code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's signature
        super().__init__(*args, **kwargs)
        self.params.extend(_options(self.params))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command; turn a MarkeError into words and its class's exit code."""
        try:
            return super().invoke(ctx)
        except MarkeError as error:
            fail(error)
            ctx.exit(error.exit_code)


class MarkeGroup(click.Group):
    """A group whose commands and subgroups are ours."""

    command_class = MarkeCommand
    group_class = type  # click reads this as "the same class as I am"


def _options(present: Iterable[click.Parameter]) -> list[click.Parameter]:
    named = {parameter.name for parameter in present}
    ours: list[click.Parameter] = [
        click.Option(
            ["--json", "as_json"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_keep(_JSON),
            help="Answer with one JSON document.",
        ),
        click.Option(
            ["--lang"],
            type=click.Choice(LANGUAGES),
            envvar="MARKE_LANG",
            default="nl",
            expose_value=False,
            is_eager=True,
            callback=_keep(_LANGUAGE),
            help="Language of the answer: nl or en.",
        ),
    ]
    return [option for option in ours if option.name not in named]


def _keep(name: str) -> Any:  # noqa: ANN401 - click's type of a callback
    def keep(ctx: click.Context, _parameter: click.Parameter, value: object) -> object:
        ctx.meta[name] = value
        return value

    return keep
