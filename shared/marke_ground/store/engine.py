"""One database by its address: SQLite in a file (the default) or PostgreSQL 15 and later; and one way to change it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import TypeAlias, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from marke.errors import BadInputError
from marke.reasons import Reason
from marke_ground.files import PRIVATE
from marke_ground.store import columns as columns  # noqa: PLC0414 - registers the type names of STRICT tables
from marke_ground.store.faults import fault_of

Session: TypeAlias = Connection
"""What a service writes through: one connection inside one transaction."""

LOCK_WAIT_MS = 10_000
"""How long a writer waits for another before DATABASE_LOCKED."""

PAGE_BYTES = 16_384
"""Five hourly month blocks in a page: a scan reads a fifth less, and in half the steps, than with pages of 8,192."""

_CACHE_KIBIBYTES = 8_000

_READS_ONLY = "marke_reads_only"

_SQLITE_SETTINGS = (
    f"PRAGMA page_size = {PAGE_BYTES}",  # holds only for a file that is still empty
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA secure_delete = ON",  # what a household takes back is overwritten, not only forgotten
)


def open_engine(url: str) -> Engine:
    """Open a database by its address, such as `sqlite:////var/lib/marke/node.db` or `postgresql://user@host/name`.

    Nothing is connected yet. Raises BadInputError(DATABASE_ADDRESS); the address is never repeated, it may hold a
    password.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise BadInputError(Reason.DATABASE_ADDRESS) from error
    match address.get_backend_name():
        case "sqlite":
            return _open_sqlite(address)
        case "postgresql":
            return _open_postgresql(address)
        case _:
            raise BadInputError(Reason.DATABASE_ADDRESS)


def _open_sqlite(address: URL) -> Engine:
    engine = create_engine(address, hide_parameters=True, connect_args={"timeout": LOCK_WAIT_MS / 1000})
    event.listen(engine, "do_connect", _make_private)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _file_of(address: URL) -> Path | None:
    is_file = address.get_backend_name() == "sqlite" and address.database not in {None, "", ":memory:"}
    return Path(str(address.database)) if is_file else None


def _make_private(_dialect: object, _record: object, arguments: Sequence[object], _named: object) -> None:
    """Make the file of a new database readable for its owner only; SQLite gives the files beside it the same rights."""
    path = str(arguments[0]) if arguments else ""
    if path not in {"", ":memory:"} and not path.startswith("file:"):
        with suppress(OSError):  # it is there already, or cannot be made: SQLite says so itself
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))


def _set_up_sqlite(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    # the module must not start transactions by itself: ours begin when `_begin_sqlite` says so
    connection.isolation_level = None
    for setting in _SQLITE_SETTINGS:
        connection.execute(setting)


def _begin_sqlite(connection: Connection) -> None:
    # a transaction that may write takes the lock at once: taking it halfway cannot wait, only fail
    if connection.get_execution_options().get(_READS_ONLY, False):
        _tell_sqlite(connection, "BEGIN")  # takes no lock yet, so it has nothing to wait for
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _tell_sqlite(connection: Connection, command: str) -> None:
    """Set something of this connection, which cannot fail; the machinery around statements costs ten times as much."""
    cast("SqliteConnection", connection.connection.dbapi_connection).execute(command)


def _open_postgresql(address: URL) -> Engine:
    try:
        return create_engine(
            address.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 10,
                "application_name": "marke",
                # compiling our short statements costs more than running them
                "options": f"-c lock_timeout={LOCK_WAIT_MS} -c timezone=UTC -c jit=off",
            },
        )
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise BadInputError(Reason.DATABASE_ADDRESS) from error


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Do some work wholly or not at all.

    Raises StorageError when the disk or the database fails (full, locked, read-only, damaged, away) and
    ConflictError(DATABASE_RULE) when a row breaks a rule of its table. The database's own message never gets out,
    because it may repeat a row.
    """
    with _own_words(engine), engine.begin() as session:
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Look at one moment of the database without holding up writers; raises as `transaction` does."""
    with _own_words(engine), engine.connect() as session:
        looking = session.execution_options(**{_READS_ONLY: True})
        with looking.begin():
            if looking.dialect.name == "postgresql":
                looking.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            else:
                _tell_sqlite(looking, "PRAGMA query_only = ON")
            try:
                yield looking
            finally:
                if looking.dialect.name != "postgresql":
                    _tell_sqlite(looking, "PRAGMA query_only = OFF")


@contextmanager
def _own_words(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        fault = fault_of(error, _file_of(engine.url))
        if fault is None:
            raise
        raise fault from None  # the database's message may repeat a row: it must not be printed as the cause
