"""Bringing a database to the tables this version of the program knows; forward only, in one transaction.

Each server has a package of migrations, files named `v0001_...` with `revision` equal to the file's name. Alembic is
loaded only when there is something to do: a running server does not carry it.
"""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from threading import Lock

from sqlalchemy import Engine, inspect, text

from marke.errors import StorageError
from marke.reasons import Reason
from marke_ground.store.engine import Session, reading, transaction

_LOCK_LIMIT = "SET LOCAL lock_timeout = '5s'"
_STATEMENT_LIMIT = "SET LOCAL statement_timeout = '120s'"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('marke migrate'))"

_ALEMBIC = Lock()
"""Alembic keeps the migration at work in a global: two databases must not be migrated at once in one process."""


def known_revisions(package: str) -> tuple[str, ...]:
    """Return the revisions of a migrations package (such as `marke_node.store.migrations`), oldest first."""
    names = (entry.name for entry in resources.files(package).iterdir())
    return tuple(sorted(name.removesuffix(".py") for name in names if name.startswith("v") and name.endswith(".py")))


def migrate(engine: Engine, package: str) -> None:
    """Make or bring up to date all tables of a server.

    Raises StorageError(SCHEMA_NEWER) when the database was made by a newer version of the program (or by another
    program), and what `transaction` raises.
    """
    with transaction(engine) as session:
        if session.dialect.name == "postgresql":
            for statement in (_LOCK_LIMIT, _STATEMENT_LIMIT, _ONE_AT_A_TIME):
                session.execute(text(statement))
        known = known_revisions(package)
        if _current(session, known) != known[-1]:
            _upgrade(session, package)


def check_schema(engine: Engine, package: str) -> None:
    """Return when a database has exactly this version's tables.

    Raises StorageError: SCHEMA_NEWER as `migrate` does, SCHEMA_OLDER when `migrate` has not been run yet.
    """
    with reading(engine) as session:
        known = known_revisions(package)
        if _current(session, known) != known[-1]:
            raise StorageError(Reason.SCHEMA_OLDER)


def _current(session: Session, known: Sequence[str]) -> str | None:
    """Return the revision a database is at, None when it is empty; raises StorageError(SCHEMA_NEWER)."""
    tables = inspect(session).get_table_names()
    if "alembic_version" not in tables:
        if tables:
            raise StorageError(Reason.SCHEMA_NEWER)
        return None
    found = session.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if len(found) != 1 or found[0] not in known:
        raise StorageError(Reason.SCHEMA_NEWER)
    return str(found[0])


def _upgrade(session: Session, package: str) -> None:
    from alembic import command  # noqa: PLC0415 - heavy, and needed only when a schema changes
    from alembic.config import Config  # noqa: PLC0415

    with resources.as_file(resources.files(package)) as versions:
        config = Config(attributes={"connection": session})
        config.set_main_option("script_location", _plain(Path(__file__).parent / "migrations"))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", _plain(versions))
        with _ALEMBIC:
            command.upgrade(config, "head")


def _plain(path: Path) -> str:
    """Escape the one character that the configuration format would interpret."""
    return str(path).replace("%", "%%")
