"""Readings and facts of the collective for its own analysts, batch by batch. They are personal data."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal, TypeAlias

import numpy as np
from sqlalchemy import select

from marke.vocabulary.actor import Actor
from marke_ground.store import audit
from marke_ground.store.engine import Session
from marke_node.readings.blocks import MISSING, decode
from marke_node.readings.calendar import DAY_S, MONTH_S, day_starts, month_start
from marke_node.store.meters import BLOCKS, METERS, SERIES
from marke_node.store.vault import FACTS, HOUSEHOLDS

Exported: TypeAlias = Literal["readings", "facts"]
Columns: TypeAlias = dict[str, list[int] | list[str] | list[int | None] | list[datetime]]
"""Some rows, column by column; every column is equally long."""

_BLOCKS_AT_ONCE: Final = 64
_FACTS_AT_ONCE: Final = 5_000


def export_readings(session: Session) -> Iterator[Columns]:
    """Yield every reading of every household that did not leave, as it was read and as use, in whole Wh or dm3."""
    query = (
        select(
            HOUSEHOLDS.c.id,
            METERS.c.pseudonym,
            SERIES.c.register,
            SERIES.c.kind,
            SERIES.c.interval_s,
            SERIES.c.unit,
            SERIES.c.method,
            BLOCKS.c.month,
            BLOCKS.c.quality,
            BLOCKS.c.data,
        )
        .join(SERIES, SERIES.c.number == BLOCKS.c.series)
        .join(METERS, METERS.c.number == SERIES.c.meter)
        .join(HOUSEHOLDS, HOUSEHOLDS.c.number == SERIES.c.household)
        .where(HOUSEHOLDS.c.left_on.is_(None))
        .order_by(SERIES.c.number, BLOCKS.c.month)
        .execution_options(yield_per=_BLOCKS_AT_ONCE)
    )
    for row in session.execute(query):
        slots = decode(row.data)
        present = np.flatnonzero(slots != MISSING)
        length = int(present.size)
        yield {
            "household": [row.id] * length,
            "meter": [row.pseudonym] * length,
            "register": [row.register] * length,
            "kind": [row.kind] * length,
            "interval_s": [row.interval_s] * length,
            "start_utc_s": [_start(row.month, row.interval_s, int(slot)) for slot in present],
            "value": slots[present].tolist(),
            "unit": [row.unit] * length,
            "method": [row.method] * length,
            "quality": [row.quality] * length,
        }


def export_facts(session: Session) -> Iterator[Columns]:
    """Yield every fact of every household that did not leave, in whole steps of its variable."""
    names = ("variable", "period", "revision", "value", "coverage", "quality", "origin", "method")
    query = (
        select(HOUSEHOLDS.c.id.label("household"), *(FACTS.c[name] for name in names))
        .join(HOUSEHOLDS, HOUSEHOLDS.c.number == FACTS.c.household)
        .where(HOUSEHOLDS.c.left_on.is_(None))
        .order_by(FACTS.c.household, FACTS.c.variable, FACTS.c.period, FACTS.c.revision)
        .execution_options(yield_per=_FACTS_AT_ONCE)
    )
    for rows in session.execute(query).partitions():
        yield {name: [getattr(row, name) for row in rows] for name in ("household", *names)}


def record_export(session: Session, *, what: Exported, rows: int, by: Actor, now: datetime) -> None:
    """Write down that personal data were written to a file: what, how many rows, who and when."""
    audit.record(session, by=by, verb="export_records", subject=what, now=now, details={"rows": rows})


def _start(month: int, interval_s: int, slot: int) -> int:
    match interval_s:
        case _ if interval_s == MONTH_S:
            return month_start(month)
        case _ if interval_s == DAY_S:
            return day_starts(month)[slot]
    return month_start(month) + slot * interval_s
