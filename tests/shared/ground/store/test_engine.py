"""What goes wrong with disks and databases is said in our own words, and nothing is half written."""

import os
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from marke.errors import BadInputError, ConflictError, MarkeError, ProgrammerError, StorageError
from marke.reasons import Reason
from marke.vocabulary.actor import SYSTEM
from marke_ground.store import audit
from marke_ground.store.columns import DayText, InstantText
from marke_ground.store.engine import open_engine, reading, transaction
from marke_ground.store.faults import fault_of
from marke_ground.store.migrate import migrate
from marke_node.store.metadata import AUDIT
from support.databases import NODE_MIGRATIONS


def _run(engine: Engine, *statements: str) -> None:
    with transaction(engine) as session:
        for statement in statements:
            session.execute(text(statement))


def _reason(engine: Engine, *statements: str) -> Reason:
    with pytest.raises(MarkeError) as refused:
        _run(engine, *statements)
    assert refused.value.__suppress_context__
    return refused.value.reason


def _households(engine: Engine) -> int:
    with reading(engine) as session:
        return int(session.execute(text("SELECT count(*) FROM households")).scalar_one())


_HOUSEHOLD = "INSERT INTO households (number, id, joined) VALUES ({0}, 'hh_{0:a>16}', '2025-01-01')"


@pytest.mark.parametrize("address", ["", "node.db", "mysql://bob:secret@server/x", "sqlite3:///x", "http://example.nl"])
def test_an_address_that_cannot_be_read_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(BadInputError) as refused:
        open_engine(address)
    assert refused.value.reason is Reason.DATABASE_ADDRESS
    assert "secret" not in str(refused.value)


def test_a_transaction_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    with pytest.raises(DBAPIError):
        _run(engine, _HOUSEHOLD.format(1), "SELECT * FROM no_such_table")
    assert _households(engine) == 0


def test_sqlite_runs_with_its_safety_on(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/node.db")
    with reading(engine) as session:
        found = {
            name: session.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "page_size", "secure_delete", "trusted_schema")
        }
    engine.dispose()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "page_size": 16384,
        "secure_delete": 1,
        "trusted_schema": 0,
    }


def test_a_row_that_breaks_a_rule_names_the_rule_and_not_the_row(engine: Engine) -> None:
    with pytest.raises(ConflictError) as refused, transaction(engine) as session:
        session.execute(text("INSERT INTO households (id, joined) VALUES ('Bob Canary', '2025-01-01')"))
    assert refused.value.reason is Reason.DATABASE_RULE
    assert refused.value.details == {"rule": "ck_households_id"}
    assert "Canary" not in repr(refused.value) + str(refused.value) + refused.value.say("nl")


def test_a_double_row_is_refused(engine: Engine) -> None:
    insert = _HOUSEHOLD.format(1)
    assert _reason(engine, insert, insert.replace("(1,", "(2,")) is Reason.DATABASE_RULE
    assert _households(engine) == 0


def test_a_foreign_key_holds(engine: Engine) -> None:
    statement = "INSERT INTO household_codes VALUES (7, 'tenure', 'rented', '2026-01-01T00:00:00Z')"
    assert _reason(engine, statement) is Reason.DATABASE_RULE


def test_reading_cannot_write(engine: Engine) -> None:
    with pytest.raises(StorageError) as refused, reading(engine) as session:
        session.execute(text(_HOUSEHOLD.format(1)))
    assert refused.value.reason is Reason.DATABASE_READ_ONLY
    with transaction(engine) as session:
        session.execute(text(_HOUSEHOLD.format(1)))
    assert _households(engine) == 1


def test_a_reader_sees_one_moment_while_another_writes(engine: Engine) -> None:
    with reading(engine) as session:
        count = text("SELECT count(*) FROM households")
        before = session.execute(count).scalar_one()
        with transaction(engine) as other:
            other.execute(text(_HOUSEHOLD.format(1)))
        assert session.execute(count).scalar_one() == before
    assert _households(engine) == 1


def test_a_full_disk_is_said_aloud_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/node.db")
    migrate(engine, NODE_MIGRATIONS)
    with reading(engine) as session:
        pages = session.exec_driver_sql("PRAGMA page_count").scalar_one()
    with pytest.raises(StorageError) as refused:
        _run(engine, f"PRAGMA max_page_count = {pages}", *(_HOUSEHOLD.format(number) for number in range(1, 2000)))
    assert refused.value.reason is Reason.DISK_FULL
    assert refused.value.exit_code == 14
    assert _households(engine) == 0
    engine.dispose()


def test_a_locked_database_is_said_aloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marke_ground.store.engine.LOCK_WAIT_MS", 1)
    engine = open_engine(f"sqlite:///{tmp_path}/node.db")
    migrate(engine, NODE_MIGRATIONS)
    with transaction(engine) as session:
        session.execute(text(_HOUSEHOLD.format(1)))
        assert _reason(engine, _HOUSEHOLD.format(2)) is Reason.DATABASE_LOCKED
    assert _households(engine) == 1
    engine.dispose()


def test_half_a_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    place = tmp_path / "node.db"
    whole = open_engine(f"sqlite:///{place}")
    migrate(whole, NODE_MIGRATIONS)
    whole.dispose()
    sqlite3.connect(place).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
    data = place.read_bytes()
    place.write_bytes(data[: len(data) // 2])
    half = open_engine(f"sqlite:///{place}")
    with pytest.raises(StorageError) as refused:
        migrate(half, NODE_MIGRATIONS)
    assert refused.value.reason is Reason.DATABASE_DAMAGED
    assert "node.db" in refused.value.say("nl")
    half.dispose()


def test_a_new_database_is_readable_for_its_owner_only_with_all_that_lies_beside_it(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/node.db")
    migrate(engine, NODE_MIGRATIONS)
    with transaction(engine) as session:
        session.execute(text(_HOUSEHOLD.format(1)))
        found = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(found.values()) == {0o600}
    assert "node.db" in found
    engine.dispose()


def _trouble(code: int) -> OperationalError:
    original = sqlite3.OperationalError("disk I/O error")
    original.sqlite_errorcode = code
    return OperationalError("INSERT", {}, original)


def test_an_error_of_writing_on_a_full_disk_is_said_to_be_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = _trouble(sqlite3.SQLITE_IOERR_WRITE)
    fault = fault_of(error, tmp_path / "node.db")
    assert isinstance(fault, StorageError)
    assert fault.reason is Reason.DISK_FAILED
    full = os.statvfs_result([4096, 4096, 100, 0, 0, 10, 10, 10, 0, 255])
    monkeypatch.setattr(os, "statvfs", lambda _folder: full)
    fault = fault_of(error, tmp_path / "node.db")
    assert isinstance(fault, StorageError)
    assert fault.reason is Reason.DISK_FULL


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    place = tmp_path / "node.db"
    place.write_bytes(b"name;e-mail\nCanary;canary@example.nl\n" * 500)
    engine = open_engine(f"sqlite:///{place}")
    with pytest.raises(StorageError) as refused:
        migrate(engine, NODE_MIGRATIONS)
    assert refused.value.reason is Reason.DATABASE_DAMAGED
    assert "Canary" not in str(refused.value)
    engine.dispose()


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/node.db", "postgresql://marke@/x?host=/nowhere/at/all"])
def test_a_database_that_is_not_there_is_unreachable(url: str) -> None:
    engine = open_engine(url)
    with pytest.raises(StorageError) as refused, transaction(engine):
        pass
    assert refused.value.reason is Reason.DATABASE_UNREACHABLE
    engine.dispose()


def test_audit_lines_cannot_be_changed_or_removed(engine: Engine, noon: datetime) -> None:
    with transaction(engine) as session:
        audit.record(session, by=SYSTEM, verb="tested", subject="hh_x", now=noon, details={"rows": 3})
    assert _reason(engine, "UPDATE audit SET verb = 'other'") is Reason.DATABASE_RULE
    assert _reason(engine, "DELETE FROM audit") is Reason.DATABASE_RULE
    with reading(engine) as session:
        row = session.execute(AUDIT.select()).one()
    assert tuple(row)[1:] == (noon, "system", "agent", "tested", "hh_x", '{"rows":3}')


def test_instants_and_days_come_back_as_they_went_in() -> None:
    instant, day = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), date(2024, 2, 29)
    dialect = open_engine("sqlite://").dialect
    for column, value in ((InstantText(), instant), (DayText(), day)):
        printed = column.process_bind_param(value, dialect)  # type: ignore[arg-type]  # each column has its own type
        assert column.process_result_value(printed, dialect) == value
        assert column.process_bind_param(None, dialect) is None


def test_a_naive_instant_is_not_stored(engine: Engine) -> None:
    with pytest.raises(Exception, match="time zone"), transaction(engine) as session:
        audit.record(session, by=SYSTEM, verb="x", subject="y", now=datetime(2026, 1, 1))  # noqa: DTZ001 - the point


def test_a_value_the_column_cannot_hold_is_our_own_mistake(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite reports it as a broken rule")
    with pytest.raises(ProgrammerError), transaction(engine) as session:
        session.execute(text("INSERT INTO households (id, joined, number) VALUES ('x', 'y', 99999999999999999999)"))
