"""What every command of the node needs: its settings, the real clock, real chance, and the opened node."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import click
from sqlalchemy import Engine

from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.commands import is_json
from marke_node.app import RealClock
from marke_node.config import NodeConfig
from marke_node.services.node import Node, open_node

BOARD: Final = Actor(ActorKind.BOARD, "command_line")
"""Whoever may use this computer as the node's user acts for the board."""


@dataclass(frozen=True)
class Surroundings:
    """An opened node, its database, and the moment at which the command began."""

    node: Node
    engine: Engine
    now: datetime


def config() -> NodeConfig:
    """Read the settings of the environment."""
    return NodeConfig.from_environ(os.environ)


def now() -> datetime:
    """Return the present instant in whole seconds."""
    return RealClock().now().replace(microsecond=0)


@contextmanager
def opened() -> Iterator[Surroundings]:
    """Open the node for one command."""
    node, engine = open_node(config(), secrets.token_bytes, ask=ask_passphrase)
    try:
        yield Surroundings(node, engine, now())
    finally:
        engine.dispose()


def ask_passphrase() -> bytes:
    """Ask a person for the passphrase of the node's key."""
    if is_json():
        raise click.UsageError("Set MARKE_PASSPHRASE_FILE when a program runs this command.")
    text: str = click.prompt("Passphrase / wachtwoordzin", hide_input=True, err=True)
    return text.encode("utf-8")
