"""Writing and reading blocks: what is already known is not written again, what changed gets a new revision mark."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import bindparam, delete, insert, select, update

from marke_ground.store.engine import Session
from marke_node.readings.blocks import Header, Slots, decode, empty_month, encode, header, merge
from marke_node.readings.model import EmptyMeans, Register
from marke_node.store.meters import BLOCKS, METERS, SERIES

SeriesKind = Literal["counter", "use", "daily"]

DELIVERED = "delivered"
"""The method of a series that is kept as it came."""


@dataclass(frozen=True)
class SeriesKey:
    """What a series is of."""

    household: int
    meter: int | None
    register: str
    quantity: str
    kind: SeriesKind
    interval_s: int
    method: str = DELIVERED
    empty: EmptyMeans = EmptyMeans.MISSING


@dataclass(frozen=True)
class Kept:
    """A block as it stands in the database."""

    number: int
    slots: Slots = field(repr=False)
    quality: int
    counted: bool
    revision: int


@dataclass(frozen=True)
class Month:
    """A block to be: the readings, what is to be known about them, and whether they take part in sums."""

    slots: Slots = field(repr=False)
    quality: int = 0
    counted: bool = True


@dataclass
class Counted:
    """How many readings were new, the same, or other than before, and which months they touched."""

    added: int = 0
    unchanged: int = 0
    changed: int = 0
    months: set[int] = field(default_factory=set)


def meter_number(session: Session, household: int, pseudonym: str) -> int:
    """Return the key of a household's meter; it is added when it is new."""
    found = session.execute(
        select(METERS.c.number).where(METERS.c.household == household, METERS.c.pseudonym == pseudonym)
    ).scalar()
    if found is not None:
        return int(found)
    added = insert(METERS).values(household=household, pseudonym=pseudonym).returning(METERS.c.number)
    return int(session.execute(added).scalar_one())


def series_number(session: Session, key: SeriesKey) -> int:
    """Return the key of a series; it is added when it is new."""
    query = select(SERIES.c.number).where(SERIES.c.kind == key.kind)
    if key.meter is None:
        query = query.where(SERIES.c.household == key.household, SERIES.c.quantity == key.quantity)
    else:
        query = query.where(
            SERIES.c.meter == key.meter, SERIES.c.register == key.register, SERIES.c.interval_s == key.interval_s
        )
    found = session.execute(query).scalar()
    if found is not None:
        return int(found)
    values = {name: getattr(key, name) for name in key.__dataclass_fields__}
    unit = (Register.GAS if key.quantity == Register.GAS.value else Register.SOLAR).unit.value
    added = insert(SERIES).values(**{**values, "empty": key.empty.value, "unit": unit}).returning(SERIES.c.number)
    return int(session.execute(added).scalar_one())


def read_blocks(session: Session, series: int, first: int, last: int) -> dict[int, Kept]:
    """Return the blocks of a series by month, from the first up to and including the last."""
    query = select(
        BLOCKS.c.month, BLOCKS.c.number, BLOCKS.c.data, BLOCKS.c.quality, BLOCKS.c.counted, BLOCKS.c.revision
    ).where(BLOCKS.c.series == series, BLOCKS.c.month.between(first, last))
    return {
        row.month: Kept(row.number, decode(row.data), row.quality, bool(row.counted), row.revision)
        for row in session.execute(query)
    }


def add_readings(session: Session, series: int, interval_s: int, months: Iterable[tuple[int, Slots]]) -> Counted:
    """Lay new readings over what is known of a series; a month in which nothing is new is not written."""
    new = dict(months)
    counted = Counted()
    if not new:
        return counted
    before = read_blocks(session, series, min(new), max(new))
    touched: dict[int, Month] = {}
    for month, slots in new.items():
        known = before.get(month)
        merged = merge(known.slots if known else empty_month(month, interval_s), slots)
        counted.added += merged.added
        counted.unchanged += merged.unchanged
        counted.changed += merged.changed
        if merged.added or merged.changed:
            touched[month] = Month(merged.slots, known.quality if known else 0, known.counted if known else True)
    counted.months = set(touched)
    replace_blocks(session, series, touched, before)
    return counted


def replace_blocks(session: Session, series: int, months: Mapping[int, Month], before: Mapping[int, Kept]) -> None:
    """Make the blocks of a series equal to `months`; only what differs is written, a month of nothing is removed."""
    inserts, updates, gone = [], [], []
    for month, new in months.items():
        known, head = before.get(month), header(new.slots)
        if head is None:
            gone.extend([known.number] if known else [])
        elif known is None:
            inserts.append(_row(new, head, revision=1) | {"series": series, "month": month})
        elif not _is_same(known, new):
            revision = known.revision + int(merge(known.slots, new.slots).changed > 0)
            updates.append({f"new_{name}": value for name, value in _row(new, head, revision).items()})
            updates[-1]["of_number"] = known.number
    if inserts:
        session.execute(insert(BLOCKS), inserts)
    if updates:
        session.execute(_UPDATE, updates)
    if gone:
        session.execute(delete(BLOCKS).where(BLOCKS.c.number.in_(gone)))


def mark_counted(session: Session, numbers: Iterable[int], *, counted: bool) -> None:
    """Say of some blocks whether they take part in sums."""
    rows = [{"of_number": number, "new_counted": int(counted)} for number in numbers]
    if rows:
        session.execute(_MARK, rows)


def _is_same(known: Kept, new: Month) -> bool:
    same_marks = (known.quality, known.counted) == (new.quality, new.counted)
    return same_marks and encode(known.slots) == encode(new.slots)


def _row(new: Month, head: Header, revision: int) -> dict[str, object]:
    return {
        "counted": int(new.counted),
        "slots": head.slots,
        "present": head.present,
        "total": head.total,
        "minimum": head.minimum,
        "maximum": head.maximum,
        "quality": new.quality,
        "revision": revision,
        "data": encode(new.slots),
    }


_COLUMNS = ("counted", "slots", "present", "total", "minimum", "maximum", "quality", "revision", "data")

_UPDATE = (
    update(BLOCKS)
    .where(BLOCKS.c.number == bindparam("of_number"))
    .values({name: bindparam(f"new_{name}") for name in _COLUMNS})
)

_MARK = update(BLOCKS).where(BLOCKS.c.number == bindparam("of_number")).values(counted=bindparam("new_counted"))
