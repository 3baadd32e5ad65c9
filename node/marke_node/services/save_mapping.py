"""Column mappings are kept by name, so that next year's file of the same kind needs no work."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from marke.vocabulary.actor import Actor
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.importers.mapping import ColumnMapping
from marke_node.store.imports import SAVED_MAPPINGS


def save(session: Session, *, mapping: ColumnMapping, by: Actor, now: datetime) -> None:
    """Save a mapping under its name; one of that name is replaced."""
    session.execute(delete(SAVED_MAPPINGS).where(SAVED_MAPPINGS.c.name == mapping.name))
    session.execute(
        insert(SAVED_MAPPINGS).values(
            name=mapping.name, document=mapping.to_bytes().decode("utf-8"), saved_by=str(by), saved_at=now
        )
    )
    audit.record(
        session, by=by, verb="save_mapping", subject=mapping.name, now=now, details={"columns": len(mapping.columns)}
    )


def saved(session: Session) -> Sequence[ColumnMapping]:
    """Return the saved mappings by name."""
    query = select(SAVED_MAPPINGS.c.document).order_by(SAVED_MAPPINGS.c.name)
    return [ColumnMapping.from_lax_bytes(row.document.encode("utf-8")) for row in session.execute(query)]
