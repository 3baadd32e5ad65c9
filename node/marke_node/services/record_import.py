"""What was imported is written down: counts, who and when; nothing of the contents."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from marke.vocabulary.actor import Actor
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.importers.base import Kept
from marke_node.importers.rejects import Notice
from marke_node.store.imports import IMPORT_RUNS


@dataclass(frozen=True)
class ImportReport:
    """What an import did."""

    id: str
    format: str
    file_hash: str
    rows: int
    rejects: tuple[Notice, ...]
    rejected: int
    notices: tuple[Notice, ...]
    kept: Kept


def record(session: Session, *, report: ImportReport, verb: str, by: Actor, now: datetime) -> None:
    """Record an import and its audit line: counts and the file's hash, nothing of its contents."""
    counts = {
        "rows_read": report.rows,
        "rows_rejected": report.rejected,
        "added": report.kept.added,
        "unchanged": report.kept.unchanged,
        "changed": report.kept.changed,
    }
    session.execute(
        insert(IMPORT_RUNS).values(
            id=report.id,
            file_hash=report.file_hash,
            format=report.format,
            imported_by=str(by),
            imported_at=now,
            **counts,
        )
    )
    audit.record(session, by=by, verb=verb, subject=report.id, now=now, details={"format": report.format, **counts})
