"""Opening every block of a selection, a few hundred at a time: the way to sums that the stored totals cannot give."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sqlalchemy import Select

from marke_ground.store.engine import Session

if TYPE_CHECKING:
    from psycopg import Connection as PsycopgConnection

AT_ONCE = 256
"""Blocks in memory at a time: three quarters of a megabyte of hourly months, three megabytes of quarters of an hour."""

Batch: TypeAlias = Sequence[tuple[int, int, int, bytes]]
"""Household (by key), interval in seconds, month, and the bytes of a block."""


def batches(session: Session, statement: Select[Any], chosen: Mapping[str, object]) -> Iterator[Batch]:
    """Yield the rows of a statement of four columns (household, interval, month, data) in batches."""
    if session.dialect.name == "postgresql":
        yield from _binary_batches(session, statement, chosen)
        return
    rows = session.execute(statement.execution_options(yield_per=AT_ONCE), chosen)
    for batch in rows.partitions():
        yield cast("Batch", batch)


def _binary_batches(session: Session, statement: Select[Any], chosen: Mapping[str, object]) -> Iterator[Batch]:
    """Read through a binary cursor of psycopg: as text, bytes are twice as long and cost twice as much."""
    compiled = statement.compile(dialect=session.dialect)
    connection = cast("PsycopgConnection[Any]", session.connection.driver_connection)
    with connection.cursor(name="marke_scan", binary=True) as cursor:
        cursor.execute(compiled.string.encode("utf-8"), compiled.construct_params(dict(chosen)))
        while rows := cursor.fetchmany(AT_ONCE):
            yield rows
