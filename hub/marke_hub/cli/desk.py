"""What every command of an operator needs: the hub, its database, the time, and files in and out."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from marke.errors import BadInputError, NotFoundError, StorageError
from marke.reasons import Reason
from marke.signing.envelope import Envelope
from marke.vocabulary.actor import Actor, ActorKind
from marke_ground.files import OPEN, PRIVATE, write_wholly
from marke_ground.store.engine import Session, open_engine, reading, transaction
from marke_ground.store.migrate import check_schema
from marke_hub.app import RealClock
from marke_hub.config import MIGRATIONS, HubConfig
from marke_hub.services.hub import Hub, open_hub

OPERATOR: Final = Actor(ActorKind.OPERATOR, "command_line")
_LARGEST_FILE: Final = 4 * 2**20


@dataclass(frozen=True)
class Desk:
    """One command at work."""

    hub: Hub
    engine: Engine
    now: datetime
    by: Actor = OPERATOR

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Do some work wholly or not at all."""
        with transaction(self.engine) as session:
            yield session

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """Look without changing anything."""
        with reading(self.engine) as session:
            yield session


@contextmanager
def desk() -> Iterator[Desk]:
    """Open the hub of this folder; raises when it was not set up, or by another version of the program."""
    config = HubConfig.from_environ(os.environ)
    hub = open_hub(config, secrets.token_bytes)
    engine = open_engine(config.database_url)
    try:
        check_schema(engine, MIGRATIONS)
        yield Desk(hub, engine, RealClock().now())
    finally:
        engine.dispose()


def read_file(path: Path) -> bytes:
    """Return what is in a file; raises NotFoundError, BadInputError(MESSAGE_TOO_LARGE) and StorageError."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise BadInputError(Reason.MESSAGE_TOO_LARGE, megabytes=_LARGEST_FILE // 2**20)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(Reason.FILE_MISSING, file=path.name[:80]) from error
    except OSError as error:
        raise StorageError(Reason.FILE_UNREADABLE, file=path.name[:80]) from error


def read_signed(path: Path) -> bytes:
    """Return a signed file; raises BadInputError(NOT_A_SIGNED_FILE) when it is cut off or no JSON, and as read_file."""
    data = read_file(path).strip()
    try:
        Envelope.from_bytes(data)
    except BadInputError as error:
        if error.reason is not Reason.NOT_CANONICAL:
            raise
        raise BadInputError(Reason.NOT_A_SIGNED_FILE, file=path.name[:80]) from error
    return data


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a new file, which only its owner can read when it is private; raises as `write_wholly` does."""
    write_wholly(path, data, mode=PRIVATE if private else OPEN)
