"""`marke node`: everything a board does with its own node on the command line. Each part is imported on first use."""

import importlib
from collections.abc import Mapping
from typing import Final

import click

from marke_ground.commands import MarkeGroup

_HERE: Final = "marke_node.cli"

COMMANDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "consent": (f"{_HERE}.people", "consent", "Write down who says yes, and who takes it back."),
    "decide": (f"{_HERE}.questions", "decide", "Say yes or no to a question, for the board."),
    "doctor": (f"{_HERE}.care", "doctor", "Look the node over, and say what it cannot do yet."),
    "export": (f"{_HERE}.export_commands", "export", "Write readings or facts to a Parquet file."),
    "facts": (f"{_HERE}.people", "facts", "Work out yearly facts from readings."),
    "household": (f"{_HERE}.people", "household", "Add and count households."),
    "import": ("marke_node.cli.import_commands", "import_", "Read files of meters and members."),
    "inbox": (f"{_HERE}.questions", "inbox", "Show the questions that wait for the board."),
    "init": (f"{_HERE}.setup", "init", "Make a new node: folder, key and database."),
    "join": (f"{_HERE}.setup", "join", "Join a federation by invitation."),
    "member": (f"{_HERE}.people", "member", "Add and count members."),
    "place": (f"{_HERE}.questions", "place", "Show the collective's own place among the others."),
    "poll": (f"{_HERE}.work", "poll", "Do once what the node otherwise does by itself."),
    "register": (f"{_HERE}.questions", "register", "Show every question ever asked, and what became of it."),
    "rules": (f"{_HERE}.questions", "rules", "Show or set what is decided once for all."),
    "serve": (f"{_HERE}.work", "serve", "Run the node: its pages and its agent."),
    "sign-in-link": (f"{_HERE}.care", "sign_in_link", "Print a link to sign in with, once."),
}


class _LazyCommands(MarkeGroup):
    """A group whose commands are imported on first use, so that help is quick and an idle node stays small."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        found = COMMANDS.get(cmd_name)
        if found is None:
            return None
        command = getattr(importlib.import_module(found[0]), found[1])
        if not isinstance(command, click.Command):
            raise TypeError(f"{found[0]}.{found[1]} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][2]) for name in sorted(COMMANDS)])


@click.group(cls=_LazyCommands)
def node() -> None:
    """Run a collective's own node.

    Begin with `marke node init`, then `marke node join` with the invitation of the consortium, then `marke node serve`.
    """
