"""The node at work in this process: its settings, its opened folder, and the tie between folder and database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Final

from sqlalchemy import Engine, insert, inspect, make_url, select

from marke.errors import ConflictError, StorageError
from marke.reasons import Reason
from marke.signing.keys import PrivateKey
from marke_ground.store.engine import Session, open_engine, reading, transaction
from marke_ground.store.migrate import migrate
from marke_node.config import Environment, NodeConfig
from marke_node.services.pipeline import Standpoint
from marke_node.services.standpoint import load_standpoint
from marke_node.store import home
from marke_node.store.federation import NODE, ONE_ROW
from marke_node.store.home import Chance, Home, Secret

MIGRATIONS: Final = "marke_node.store.migrations"

EXTENSION: Final = "marke_node"
"""Under this name the web app holds its `Node`."""


@dataclass(frozen=True)
class Node:
    """One node at work."""

    config: NodeConfig
    key: PrivateKey = field(repr=False)
    pseudonym_secret: bytes = field(repr=False)
    """For keyed pseudonyms, such as those of meters; never leaves the folder."""
    chance: Chance = field(repr=False)
    wake: Event = field(default_factory=Event, repr=False)
    """Set when somebody decided something, for an agent in this process."""

    @property
    def allow_demo(self) -> bool:
        """Say whether the root of a demo may be trusted; never in production."""
        return self.config.environment is not Environment.PRODUCTION

    def standpoint(self, session: Session) -> Standpoint:
        """Return from where this node looks at questions; raises as `load_standpoint` does."""
        return load_standpoint(session, key=self.key, allow_demo=self.allow_demo)


def make_node(config: NodeConfig, secret: Secret | None, chance: Chance, *, now: datetime) -> Node:
    """Make the folder, the key and the database of a new node.

    Raises ConflictError (HOME_EXISTS, OTHER_INSTANCE: the database belongs to another node) and StorageError.
    """

    def tie(instance: str) -> None:
        engine = open_engine(config.database_url)
        migrate(engine, MIGRATIONS)
        with transaction(engine) as session:
            found = session.execute(select(NODE.c.instance)).scalar_one_or_none()
            if found is None:
                session.execute(insert(NODE).values(id=ONE_ROW, instance=instance, made=now))
            elif found != instance:
                raise ConflictError(Reason.OTHER_INSTANCE)
        engine.dispose()

    return _at_work(config, home.create(config.home, secret, chance, tie=tie), chance)


def open_node(config: NodeConfig, chance: Chance, *, ask: Callable[[], bytes] | None = None) -> tuple[Node, Engine]:
    """Open the folder and the database of a node, bringing its tables up to date.

    The key is opened with the passphrase file, the secret file, or what `ask` returns. Raises NotFoundError
    (NO_NODE_HERE), UntrustedError(WRONG_PASSPHRASE), and StorageError(OTHER_INSTANCE) when folder and database do not
    belong together.
    """
    opened = home.open_home(config.home, secret_of(config, ask))
    engine = open_engine(config.database_url)
    _check_tie(engine, opened, config.database_url)
    migrate(engine, MIGRATIONS)
    return _at_work(config, opened, chance), engine


def secret_of(config: NodeConfig, ask: Callable[[], bytes] | None) -> Secret:
    """Return what opens the key; raises NotFoundError(FILE_MISSING) when there is nothing and nobody to ask."""
    if config.passphrase_file is not None:
        return home.read_secret(config.passphrase_file, is_random=False)
    path = config.secret_file or config.home / home.SECRET_FILE
    if ask is not None and home.exists(config.home) and not path.exists():
        return Secret(ask(), is_random=False)
    if not home.exists(config.home):
        home.open_home(config.home, Secret(b"", is_random=True))
    return home.read_secret(path, is_random=True)


def _at_work(config: NodeConfig, opened: Home, chance: Chance) -> Node:
    return Node(config=config, key=opened.key, pseudonym_secret=opened.pseudonym_secret, chance=chance)


def _check_tie(engine: Engine, opened: Home, url: str) -> None:
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database and not home.is_file(address.database):
        raise StorageError(Reason.OTHER_INSTANCE)
    with reading(engine) as session:
        tied = inspect(session).has_table(NODE.name)
        found = session.execute(select(NODE.c.instance)).scalar_one_or_none() if tied else None
    if found != opened.instance:
        raise StorageError(Reason.OTHER_INSTANCE)
