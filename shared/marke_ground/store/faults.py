"""What the database says, turned into our errors. Its own words are dropped: they may repeat people's data."""

import os
import re
from pathlib import Path
from typing import Final, cast

from sqlalchemy.exc import DBAPIError, IntegrityError

from marke.errors import ConflictError, MarkeError, ProgrammerError, StorageError
from marke.reasons import Reason

# https://www.sqlite.org/rescode.html, primary result codes
_SQLITE = {
    3: Reason.DATABASE_READ_ONLY,
    5: Reason.DATABASE_LOCKED,
    6: Reason.DATABASE_LOCKED,
    8: Reason.DATABASE_READ_ONLY,
    10: Reason.DISK_FAILED,
    11: Reason.DATABASE_DAMAGED,
    13: Reason.DISK_FULL,
    14: Reason.DATABASE_UNREACHABLE,
    26: Reason.DATABASE_DAMAGED,
}

# https://www.postgresql.org/docs/15/errcodes-appendix.html; a whole class is named by its first two characters
_POSTGRESQL = {
    "53100": Reason.DISK_FULL,
    "58030": Reason.DISK_FAILED,
    "55P03": Reason.DATABASE_LOCKED,
    "57014": Reason.DATABASE_LOCKED,
    "40001": Reason.DATABASE_LOCKED,
    "40P01": Reason.DATABASE_LOCKED,
    "25006": Reason.DATABASE_READ_ONLY,
    "42501": Reason.DATABASE_READ_ONLY,
    "53300": Reason.DATABASE_UNREACHABLE,
    "3D000": Reason.DATABASE_UNREACHABLE,
    "XX": Reason.DATABASE_DAMAGED,
    "08": Reason.DATABASE_UNREACHABLE,
    "28": Reason.DATABASE_UNREACHABLE,
    "57": Reason.DATABASE_UNREACHABLE,
}

_INPUT_OUTPUT: Final = 10
"""What SQLite reports of a full disk too, when it shows while the log beside the database is written."""

_VALUE_TROUBLE = "22"
_PRIMARY = 0xFF


def fault_of(error: DBAPIError, file: Path | None = None) -> MarkeError | ProgrammerError | None:
    """Return our error for what the database reported, or None when it is not a known trouble of a working program.

    `file` is the database's own file, for SQLite: named when it is damaged, and its disk is looked at.
    """
    if isinstance(error, IntegrityError):
        return ConflictError(Reason.DATABASE_RULE, rule=_rule(error))
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        if code & _PRIMARY == _INPUT_OUTPUT and file is not None and _is_full(file.parent):
            return StorageError(Reason.DISK_FULL)
        return _storage(_SQLITE.get(code & _PRIMARY), "SQLite" if file is None else file.name)
    state = cast("str | None", getattr(error.orig, "sqlstate", None))
    if state is None:
        return StorageError(Reason.DATABASE_UNREACHABLE) if error.connection_invalidated or _lost(error) else None
    if state.startswith(_VALUE_TROUBLE):
        return ProgrammerError(f"a statement held a value its column cannot hold (SQLSTATE {state})")
    reason = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    return _storage(reason, "PostgreSQL")


def _storage(reason: Reason | None, database: str) -> StorageError | None:
    if reason is Reason.DATABASE_DAMAGED:
        return StorageError(reason, file=database)
    return StorageError(reason) if reason else None


def _is_full(folder: Path) -> bool:
    try:
        return os.statvfs(folder).f_bavail == 0
    except OSError:
        return False


def _lost(error: DBAPIError) -> bool:
    """Say whether psycopg never reached the server; it reports that without an SQLSTATE."""
    return type(error.orig).__module__.startswith("psycopg") and type(error.orig).__name__ in {
        "OperationalError",
        "ConnectionTimeout",
    }


def _rule(error: IntegrityError) -> str:
    """Return the name of the broken rule: a constraint on PostgreSQL; a constraint or its columns on SQLite."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name or diagnosis.table_name or diagnosis.message_primary)
    found = re.search(r"failed: (?P<rule>[A-Za-z0-9_., ]+)$", str(error.orig))
    return found["rule"] if found else str(error.orig)
