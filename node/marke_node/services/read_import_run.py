"""One import that was done, as it was written down: counts and when, nothing of the contents."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marke.errors import NotFoundError
from marke.reasons import Reason
from marke_ground.store.engine import Session
from marke_node.importers.base import Kept
from marke_node.store.imports import IMPORT_RUNS


@dataclass(frozen=True)
class ImportRun:
    """What an import did."""

    id: str
    format: str
    rows: int
    rejected: int
    kept: Kept
    imported: datetime


def read_import_run(session: Session, *, import_id: str) -> ImportRun:
    """Return one import; raises NotFoundError(NO_SUCH_PAGE)."""
    row = session.execute(select(IMPORT_RUNS).where(IMPORT_RUNS.c.id == import_id)).one_or_none()
    if row is None:
        raise NotFoundError(Reason.NO_SUCH_PAGE)
    kept = Kept(row.added, row.unchanged, row.changed)
    return ImportRun(row.id, row.format, row.rows_read, row.rows_rejected, kept, row.imported_at)
