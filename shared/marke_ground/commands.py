"""The ground every command stands on: one way to answer, one way to fail, in two languages, for people and programs.

A command raises MarkeError and prints through `answer`; everything else happens here. With `--json` exactly one JSON
document goes to standard output, `{"error": {...}}` when it failed. The exit code follows the class of the error.
"""

import getpass
import importlib
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, NamedTuple, Self, cast

import click

from marke import canonical
from marke.errors import BadInputError, MarkeError, ProgrammerError
from marke.reasons import LANGUAGES, Language, Reason
from marke_ground.usage import EXIT_CODE, spoken, usage_of

_LANGUAGE, _JSON = "marke.language", "marke.json"

QUIET_SECONDS: Final = 2.0
"""Work that is done sooner than this shows no bar."""


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


class SlowBar:
    """A bar on standard error, for work that takes longer than two seconds at a terminal; programs never see it."""

    def __init__(
        self,
        length: int,
        label: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        at_terminal: Callable[[], bool] | None = None,
    ) -> None:
        self._length = length
        self._label = label
        self._clock = clock
        self._shows = (at_terminal or sys.stderr.isatty)() and not is_json()
        self._began = clock()
        self._done = 0
        self._bar: click._termui_impl.ProgressBar[int] | None = None

    @property
    def is_shown(self) -> bool:
        """Say whether the bar appeared."""
        return self._bar is not None

    def __enter__(self) -> Self:
        return self

    def went_on(self, size: int) -> None:
        """Note that so much more was done."""
        self._done += size
        if self._bar is not None:
            self._bar.update(size)
        elif self._shows and self._clock() - self._began > QUIET_SECONDS:
            self._bar = click.progressbar(length=self._length, label=self._label, file=sys.stderr)
            self._bar.update(self._done)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.render_finish()


def ask_secret(prompt: str, *, is_new: bool = False) -> bytes:
    """Ask for a passphrase without showing it; raises BadInputError(NOBODY_AT_TERMINAL) when nobody can answer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            text: str = click.prompt(prompt, hide_input=True, confirmation_prompt=is_new, err=True)
    except (click.Abort, getpass.GetPassWarning):
        raise BadInputError(Reason.NOBODY_AT_TERMINAL) from None
    return text.encode("utf-8")


def fail(error: MarkeError) -> None:
    """Say one error in one sentence, or as JSON, without ending the run."""
    _say(error, language(), as_json=is_json())


def _say(error: MarkeError, chosen: Language, *, as_json: bool) -> None:
    if as_json:
        said: canonical.Json = {
            "reason": error.reason.value,
            "sentence": error.say(chosen),
            "details": dict(error.details),
            "exit_code": error.exit_code,
        }
        click.echo(canonical.to_bytes({"error": said}).decode("utf-8"))
        return
    click.echo(error.say(chosen), err=True)


def _refuse_usage(error: click.UsageError, args: Sequence[str], name: str) -> None:
    """Say what was typed wrong, in one sentence or as JSON, and end the run; help that was asked for stays help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        raise error
    chosen, as_json = spoken(args)
    _say(usage_of(error, error.ctx.command_path if error.ctx else name), chosen, as_json=as_json)
    raise click.exceptions.Exit(EXIT_CODE)


class MarkeCommand(click.Command):
    """A command with `--json` and `--lang`, whose errors end as one sentence and an exit code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's signature
        super().__init__(*args, **kwargs)
        self.params.extend(_options(self.params))

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> click.Context:  # noqa: ANN401 - click's signature
        """Read the command line; what was typed wrong is said in one sentence."""
        given = tuple(args)
        try:
            return super().make_context(info_name, args, *rest, **extra)
        except click.UsageError as error:
            _refuse_usage(error, given, info_name or "")
            raise
        except click.Abort:
            chosen, as_json = spoken(given)
            refusal = BadInputError(Reason.NOBODY_AT_TERMINAL)
            _say(refusal, chosen, as_json=as_json)
            raise click.exceptions.Exit(refusal.exit_code) from None

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command; turn a MarkeError into words and its class's exit code."""
        try:
            return super().invoke(ctx)
        except MarkeError as error:
            fail(error)
            ctx.exit(error.exit_code)
        except click.Abort:
            refusal = BadInputError(Reason.NOBODY_AT_TERMINAL)
            fail(refusal)
            ctx.exit(refusal.exit_code)


class MarkeGroup(click.Group):
    """A group whose commands and subgroups are ours."""

    command_class = MarkeCommand
    group_class = type  # click reads this as "the same class as I am"

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> click.Context:  # noqa: ANN401 - click's signature
        """Read the command line; what was typed wrong is said in one sentence."""
        given = tuple(args)
        try:
            return super().make_context(info_name, args, *rest, **extra)
        except click.UsageError as error:
            _refuse_usage(error, given, info_name or "")
            raise

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed; one that does not exist is said in one sentence."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            _refuse_usage(error, args, ctx.command_path)
            raise


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
