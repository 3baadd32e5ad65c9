"""`marke hub`: everything an operator of the consortium does at the command line."""

import click

from marke_ground.commands import Lazy, LazyGroup

_HERE = "marke_hub.cli"


@click.group(
    cls=LazyGroup,
    lazy={
        "approve": Lazy(f"{_HERE}.questions", "approve", "Carry questions to the approvers and back."),
        "ask": Lazy(f"{_HERE}.questions", "ask", "Take in the draft of a question and print the file to sign."),
        "directory": Lazy(f"{_HERE}.trust", "directory", "Draft and publish the directory of collectives."),
        "doctor": Lazy(f"{_HERE}.start", "doctor", "Look whether everything is in order."),
        "enrol": Lazy(f"{_HERE}.enrol", "enrol", "Invite, admit and revoke collectives."),
        "init": Lazy(f"{_HERE}.start", "init", "Set a new hub up in its folder."),
        "result": Lazy(f"{_HERE}.rounds", "result", "Look at results."),
        "root": Lazy(f"{_HERE}.trust", "root", "Draft and publish the root of trust."),
        "round": Lazy(f"{_HERE}.rounds", "round_", "Offer questions and follow their rounds."),
        "serve": Lazy(f"{_HERE}.serve", "serve", "Run the hub."),
        "signin": Lazy(f"{_HERE}.start", "signin", "Print a link with which an operator signs in."),
        "worker": Lazy(f"{_HERE}.serve", "worker", "Run only the work that happens by itself."),
    },
)
def hub() -> None:
    """Run the consortium's hub: it asks, adds and publishes, and never holds anybody's record.

    Settings come from the environment; MARKE_HUB_HOME names the folder of the hub.
    """
