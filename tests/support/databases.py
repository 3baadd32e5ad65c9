"""Real databases for tests: SQLite files, and a PostgreSQL server of the tests' own that vanishes with them.

A test that takes `engine` runs on both, each time on a fresh database with all tables of a node; `hub_engine` is the
same for the hub, `empty_engine` has no tables at all.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, make_url

from marke_ground.store.engine import open_engine
from marke_ground.store.migrate import known_revisions, migrate

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

_REVISION = "SELECT version_num FROM alembic_version"

_EMPTY = """SET session_replication_role = replica;
DO $$DECLARE name text; is_used boolean;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO is_used;
        IF is_used THEN EXECUTE format('TRUNCATE %I RESTART IDENTITY CASCADE', name); END IF;
    END LOOP;
END$$"""


@dataclass
class PostgresServer:
    """A running server on a socket in its own folder."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=count)
    templates: dict[str, str] = field(default_factory=dict)
    clean: dict[str, list[str]] = field(default_factory=dict)

    def url(self, database: str) -> str:
        """Return the address of a database."""
        return f"postgresql://marke@/{database}?host={self.folder}"

    def new_database(self, package: str | None) -> str:
        """Return the address of a database with all empty tables of a migrations package, or with no table at all."""
        if package is None:
            return self._create("template0")
        waiting = self.clean.setdefault(package, [])
        return waiting.pop() if waiting else self._create(self._template(package))

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

    def give_back(self, url: str, package: str | None) -> None:
        """Empty a database for the next test: twenty times faster than a new one; one of unknown form is dropped."""
        if package is not None and self._run(_EMPTY, url) == known_revisions(package)[-1]:
            self.clean[package].append(url)
        else:
            self._run(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def _run(self, statement: str, url: str | None = None) -> str | None:
        name = _name(url) if url else "postgres"
        with psycopg.connect(host=str(self.folder), dbname=name, user="marke", autocommit=True) as session:
            session.execute(statement.encode())
            found = session.execute(_REVISION).fetchone() if url else None
        return str(found[0]) if found else None


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


def start_postgres(settings: Mapping[str, str] = _SETTINGS) -> PostgresServer:
    """Make and start a server in a new temporary folder; by default fast and careless, as tests want it."""
    binaries, user = _binaries(), _server_user()
    folder = Path(tempfile.mkdtemp(prefix="marke-pg-"))
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    _as(user, [binaries / "initdb", "-D", data, "-U", "marke", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"])
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    start: list[Path | str] = [
        binaries / "pg_ctl",
        "-D",
        data,
        "-w",
        "-l",
        folder / "log",
        "-o",
        f"{options} -k {folder}",
        "start",
    ]
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
    server.give_back(url, package)


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
