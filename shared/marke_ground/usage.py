"""What somebody typed wrong, in one sentence of ours: click says it in English only, and repeats what was typed."""

import os
from collections.abc import Sequence
from typing import Final

import click

from marke.errors import BadInputError
from marke.reasons import LANGUAGES, Language, Reason

EXIT_CODE: Final = 2
"""What every program of this system ends with when it was called wrongly."""

_DEFAULT: Final[Language] = "nl"


class UsageError(BadInputError):
    """A command was typed that cannot be carried out; nothing was done."""

    exit_code = EXIT_CODE


def usage_of(error: click.UsageError, command: str) -> UsageError:
    """Return our error for what click found; a value is never repeated, it may be a person's name."""
    match error:
        case click.MissingParameter():
            return UsageError(Reason.USAGE_MISSING, name=_name(error), command=command)
        case click.NoSuchOption():
            return UsageError(Reason.USAGE_NO_OPTION, name=error.option_name[:40], command=command)
        case click.exceptions.NoSuchCommand():
            return UsageError(Reason.USAGE_NO_COMMAND, name=error.command_name[:40], command=command)
        case click.BadParameter():
            return UsageError(Reason.USAGE_BAD_VALUE, name=_name(error), expected=_expected(error), command=command)
        case _:
            return UsageError(Reason.USAGE_WRONG, command=command)


def spoken(args: Sequence[str]) -> tuple[Language, bool]:
    """Return the language and whether JSON was asked for, of a command line that could not be read as a whole."""
    chosen = os.environ.get("MARKE_LANG", "")
    for place, word in enumerate(args):
        if word == "--lang" and place + 1 < len(args):
            chosen = args[place + 1]
        elif word.startswith("--lang="):
            chosen = word.removeprefix("--lang=")
    found = next((language for language in LANGUAGES if language == chosen), _DEFAULT)
    return found, "--json" in args


def _name(error: click.BadParameter) -> str:
    match error.param:
        case None:
            return "?"
        case click.Argument() as argument:
            return argument.make_metavar(error.ctx or click.Context(click.Command("?"))).strip("[]. ")
        case option:
            return max(option.opts, key=len)


def _expected(error: click.BadParameter) -> str:
    match None if error.param is None else error.param.type:
        case click.Choice() as choice:
            return ", ".join(str(one) for one in choice.choices)
        case click.DateTime():
            return "2025-07-31"
        case click.IntRange() as bounds:
            return f"{bounds.min if bounds.min is not None else ''}..{bounds.max if bounds.max is not None else ''}"
        case None:
            return "?"
        case kind:
            return kind.name
