"""The one command, `marke`. Each part is imported only when it is used, so a base install can still verify and sign."""

from collections.abc import Mapping
from typing import Final

import click

from marke import __version__
from marke_ground.commands import Lazy, LazyGroup

PARTS: Final[Mapping[str, Lazy]] = {
    "codebook": Lazy("marke_deploy.codebook_commands", "codebook", "Look up what can be asked about."),
    "completion": Lazy("marke_deploy.completion_command", "completion", "Print a completion script for a shell."),
    "demo": Lazy("marke_deploy.demo.command", "demo", "Start a whole federation on this computer."),
    "hub": Lazy("marke_hub.cli", "hub", "Run the consortium's hub."),
    "key": Lazy("marke_deploy.key_commands", "key", "Make keys, compare them and sign with them."),
    "node": Lazy("marke_node.cli", "node", "Run a collective's own node."),
    "reference": Lazy("marke_deploy.reference_commands", "reference", "Make the reference pages of the documentation."),
    "verify": Lazy("marke_deploy.verify_commands", "verify", "Check signed files without a network."),
}

OURS: Final = frozenset({"marke", "marke_ground", "marke_node", "marke_hub", "marke_deploy"})


class PartGroup(LazyGroup):
    """The parts of Marke, of which a base install has some only."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a part; a part that is not installed is a usage error that says what to install."""
        try:
            return super().get_command(ctx, cmd_name)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in OURS:
                raise
            extra = cmd_name if cmd_name in {"hub", "node"} else "deploy"
            ctx.fail(f"`marke {cmd_name}` needs more than is installed here: pip install 'marke[{extra}]'")


@click.group(
    cls=PartGroup, lazy=PARTS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="marke")
def main() -> None:
    """Let collectives keep their data while the country still learns from it.

    Start with `marke demo` to see a whole federation, or with `marke node init` to run a node for your own collective.
    """


if __name__ == "__main__":
    main()
