"""The ground every command stands on: one way to answer, one way to fail, in two languages, for people and programs.

A command raises MarkeError and prints through `answer`; everything else happens here. With `--json` exactly one JSON
document goes to standard output, `{"error": {...}}` when it failed. The exit code follows the class of the error.
"""

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar, cast

import click

from marke import canonical
from marke.errors import MarkeError, ProgrammerError
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


class Lazy(NamedTuple):
    """Where a command lives, and the line that stands for it in help."""

    module: str
    attribute: str
    help: str


class LazyGroup(MarkeGroup):
    """A group whose commands are imported only when they are used, so that a server does not carry the others."""

    def __init__(self, *args: Any, lazy: Mapping[str, Lazy] | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        return sorted({*super().list_commands(ctx), *self.lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing it when it was not used yet."""
        where = self.lazy.get(cmd_name)
        if where is None:
            return super().get_command(ctx, cmd_name)
        command = getattr(importlib.import_module(where.module), where.attribute)
        if not isinstance(command, click.Command):
            raise ProgrammerError(f"{where.module}.{where.attribute} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        known = {name: command.get_short_help_str(80) for name, command in self.commands.items()}
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, self.lazy[name].help if name in self.lazy else known[name]) for name in self.list_commands(ctx)]
            )


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
