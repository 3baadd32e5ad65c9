"""Real databases for tests: SQLite files, and a PostgreSQL server of the tests' own that vanishes with them.

A test that takes `engine` runs on both, each time on a fresh database with all tables of a node; `hub_engine` is the
same for the hub, `empty_engine` has no tables at all.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text

from marke_ground.store.engine import open_engine
from marke_ground.store.migrate import migrate

NODE_MIGRATIONS = "marke_node.store.migrations"
HUB_MIGRATIONS = "marke_hub.store.migrations"

WITHOUT_POSTGRES = "MARKE_WITHOUT_POSTGRES"

_REMEDY = (
    "These tests start a PostgreSQL server of their own and found no `initdb` under /usr/lib/postgresql. "
    f"Install PostgreSQL 15 (Debian: apt install postgresql-15), or set {WITHOUT_POSTGRES}=1 to leave these tests out."
)

_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "''",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "jit": "off",
}


@dataclass
class PostgresServer:
    """A running server on a socket in its own folder."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=count)
    templates: dict[str, str] = field(default_factory=dict)

    def url(self, database: str) -> str:
        """Return the address of a database."""
        return f"postgresql://marke@/{database}?host={self.folder}"

    def new_database(self, package: str | None) -> str:
        """Make a database with all tables of a migrations package (or with none) and return its address."""
        return self._create(self._template(package) if package else "template0")

    def _template(self, package: str) -> str:
        if package not in self.templates:
            url = self._create("template0")
            engine = open_engine(url)
            migrate(engine, package)
            engine.dispose()
            self.templates[package] = _name(url)
        return self.templates[package]

    def _create(self, template: str) -> str:
        name = f"marke_{next(self.numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Throw a database away."""
        self._run(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        engine = open_engine(self.url("postgres"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
            session.execute(text(statement))
        engine.dispose()


def _name(url: str) -> str:
    return make_url(url).database or ""


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.fail(_REMEDY)
    return found[-1].parent


def _server_user() -> str | None:
    """Return the user to run as: PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def start_postgres() -> PostgresServer:
    """Make and start a server in a new temporary folder."""
    binaries, user = _binaries(), _server_user()
    folder = Path(tempfile.mkdtemp(prefix="marke-pg-"))
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    _as(user, [binaries / "initdb", "-D", data, "-U", "marke", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"])
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    start: list[Path | str] = [binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", f"{options} -k {folder}", "start"]
    _as(user, start)
    return PostgresServer(folder)


def stop_postgres(server: PostgresServer) -> None:
    """Stop a server and remove everything it held."""
    _as(_server_user(), [_binaries() / "pg_ctl", "-D", server.folder / "data", "-m", "immediate", "-w", "stop"])
    shutil.rmtree(server.folder, ignore_errors=True)


def _as(user: str | None, command: Sequence[Path | str]) -> None:
    done = subprocess.run(command, user=user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        pytest.fail(f"{command[0]}: {done.stderr.decode('utf-8', 'replace')}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run one PostgreSQL server for the whole session."""
    if os.environ.get(WITHOUT_POSTGRES) == "1":
        pytest.skip(f"{WITHOUT_POSTGRES}=1 leaves the PostgreSQL tests out")
    server = start_postgres()
    yield server
    stop_postgres(server)


BOTH = (pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres))


def _database(request: pytest.FixtureRequest, folder: Path, package: str | None) -> Iterator[str]:
    if request.param == "sqlite":
        yield _sqlite(request, folder, package)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new_database(package)
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Keep one migrated SQLite file per migrations package, to copy from."""
    return {"folder": tmp_path_factory.mktemp("templates")}


def _sqlite(request: pytest.FixtureRequest, folder: Path, package: str | None) -> str:
    place = folder / f"{package or 'empty'}.db"
    if package is not None:
        templates: dict[str, Path] = request.getfixturevalue("sqlite_templates")
        if package not in templates:
            templates[package] = templates["folder"] / f"{package}.db"
            template = open_engine(f"sqlite:///{templates[package]}")
            migrate(template, package)
            template.dispose()
        shutil.copyfile(templates[package], place)
    return f"sqlite:///{place}"


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a fresh database with a node's tables, on each kind of database."""
    yield from _database(request, tmp_path, NODE_MIGRATIONS)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Give a fresh database with a node's tables, on each kind of database."""
    yield from _opened(database_url)


@pytest.fixture(params=BOTH)
def hub_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a fresh database with the hub's tables, on each kind of database."""
    yield from _database(request, tmp_path, HUB_MIGRATIONS)


@pytest.fixture
def hub_engine(hub_database_url: str) -> Iterator[Engine]:
    """Give a fresh database with the hub's tables, on each kind of database."""
    yield from _opened(hub_database_url)


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database without any table, on each kind of database."""
    yield from _database(request, tmp_path, None)


@pytest.fixture
def empty_engine(empty_database_url: str) -> Iterator[Engine]:
    """Give a database without any table, on each kind of database."""
    yield from _opened(empty_database_url)


def _opened(url: str) -> Iterator[Engine]:
    found = open_engine(url)
    yield found
    found.dispose()
