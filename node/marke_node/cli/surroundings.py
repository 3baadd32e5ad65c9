"""What every command of the node needs: its settings, the real clock, real chance, and the opened node."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from marke.errors import BadInputError
from marke.reasons import Reason
from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.commands import ask_secret, is_json, language
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
        raise BadInputError(Reason.NOBODY_AT_TERMINAL)
    return ask_secret("Wachtwoordzin" if language() == "nl" else "Passphrase")
