"""The one command, `marke`. Each part is imported only when it is used, so a base install can still verify and sign."""

import importlib
from collections.abc import Mapping
from typing import NamedTuple

import click
from marke_ground.commands import MarkeGroup

from marke import __version__


class _Part(NamedTuple):
    module: str
    attribute: str
    help: str
    extra: str


PARTS: Mapping[str, _Part] = {
    "codebook": _Part("marke_deploy.codebook_commands", "codebook", "Look up what can be asked about.", ""),
    "completion": _Part("marke_deploy.completion_command", "completion", "Print a completion script for a shell.", ""),
    "demo": _Part("marke_deploy.demo.command", "demo", "Start a whole federation on this computer.", "deploy"),
    "hub": _Part("marke_hub.cli", "hub", "Run the consortium's hub.", "hub"),
    "key": _Part("marke_deploy.key_commands", "key", "Make keys, compare them and sign with them.", ""),
    "node": _Part("marke_node.cli", "node", "Run a collective's own node.", "node"),
    "verify": _Part("marke_deploy.verify_commands", "verify", "Check signed files without a network.", ""),
}


class _LazyParts(MarkeGroup):
    """A group whose subcommands live in other modules and are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(PARTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        part = PARTS.get(cmd_name)
        if part is None:
            return None
        try:
            module = importlib.import_module(part.module)
        except ModuleNotFoundError as error:
            if error.name and error.name.partition(".")[0] in PARTS_OF_OURS:
                raise
            ctx.fail(f"`marke {cmd_name}` needs more than is installed here: pip install 'marke[{part.extra}]'")
        command = getattr(module, part.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{part.module}.{part.attribute} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Parts"):
            formatter.write_dl([(name, PARTS[name].help) for name in sorted(PARTS)])


PARTS_OF_OURS = {"marke", "marke_ground", "marke_node", "marke_hub", "marke_deploy"}


@click.group(cls=_LazyParts, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="marke")
def main() -> None:
    """Let collectives keep their data while the country still learns from it.

    Start with `marke demo` to see a whole federation, or with `marke node init` to run a node for your own collective.
    """


if __name__ == "__main__":
    main()
