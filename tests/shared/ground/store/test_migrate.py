"""A database is brought up to date wholly, or left alone with a reason."""

import re
from collections.abc import Iterator
from importlib import import_module, resources
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from marke.errors import StorageError
from marke.reasons import Reason
from marke_ground.store.engine import reading, transaction
from marke_ground.store.migrate import check_schema, known_revisions, migrate
from marke_node.store.tables import METADATA
from support.databases import NODE_MIGRATIONS

_OWN = {"alembic_version"}

_POSTGRESQL_LOOKS = (
    """SELECT table_name, column_name, data_type, is_nullable, column_default
       FROM information_schema.columns WHERE table_schema = 'public'""",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    """SELECT c.relname, coalesce(a.attname, ''), d.description
       FROM pg_description d JOIN pg_class c ON c.oid = d.objoid
       LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'""",
    """SELECT c.relname, a.attname, a.attstorage::text || coalesce(array_to_string(c.reloptions, ','), '')
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0""",
)


def _parts(statement: str) -> list[str]:
    return sorted(part.strip(" ,\t") for part in re.split(r"\n|(?=CONSTRAINT)", statement) if part.strip(" ,\t"))


def _described(engine: Engine) -> set[tuple[str, ...]]:
    """Return everything a database knows of its tables, in an order-free form."""
    with reading(engine) as session:
        if engine.dialect.name == "sqlite":
            found = session.execute(text("SELECT tbl_name, name, coalesce(sql, '') FROM sqlite_master")).all()
            return {(row[0], row[1], *_parts(row[2])) for row in found if row[0] not in _OWN}
        return {
            tuple(str(part) for part in row)
            for look in _POSTGRESQL_LOOKS
            for row in session.execute(text(look)).all()
            if row[0] not in _OWN
        }


def test_migrating_from_empty_makes_exactly_the_tables_of_the_models(engine: Engine, empty_engine: Engine) -> None:
    if engine.dialect.name != empty_engine.dialect.name:
        pytest.skip("compared with the same kind of database")
    with transaction(empty_engine) as session:
        METADATA.create_all(session)
    assert _described(engine) == _described(empty_engine)


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = _described(engine)
    migrate(engine, NODE_MIGRATIONS)
    assert _described(engine) == before
    check_schema(engine, NODE_MIGRATIONS)


def test_an_empty_database_is_older_than_the_program(empty_engine: Engine) -> None:
    with pytest.raises(StorageError) as refused:
        check_schema(empty_engine, NODE_MIGRATIONS)
    assert refused.value.reason is Reason.SCHEMA_OLDER


def test_a_database_of_a_newer_version_is_refused_and_left_alone(engine: Engine) -> None:
    with transaction(engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'v9999_from_the_future'"))
    for attempt in (migrate, check_schema):
        with pytest.raises(StorageError) as refused:
            attempt(engine, NODE_MIGRATIONS)
        assert refused.value.reason is Reason.SCHEMA_NEWER


def test_a_database_of_another_program_is_refused(empty_engine: Engine) -> None:
    with transaction(empty_engine) as session:
        session.execute(text("CREATE TABLE cookbook (recipe TEXT)"))
    with pytest.raises(StorageError) as refused:
        migrate(empty_engine, NODE_MIGRATIONS)
    assert refused.value.reason is Reason.SCHEMA_NEWER


def _sources() -> Iterator[tuple[str, str]]:
    for entry in resources.files(NODE_MIGRATIONS).iterdir():
        if entry.name.startswith("v"):
            yield Path(entry.name).stem, entry.read_text("utf-8")


def test_migrations_form_one_chain_in_the_order_of_their_names() -> None:
    before: str | None = None
    for name in known_revisions(NODE_MIGRATIONS):
        module = import_module(f"{NODE_MIGRATIONS}.{name}")
        assert (module.revision, module.down_revision) == (name, before)
        before = name


def test_migrations_never_import_models() -> None:
    for name, source in _sources():
        assert "marke_node" not in source, name


def test_every_table_and_column_is_documented() -> None:
    for table in METADATA.sorted_tables:
        assert table.comment, table.name
        for column in table.columns:
            assert column.comment, f"{table.name}.{column.name}"
        assert table.dialect_options["sqlite"]["strict"], f"{table.name} is not STRICT"
