"""Meters and their readings as monthly blocks: protected tables, beside the vault.

One row of `blocks` holds a month of one series: its stored totals answer questions over whole months without opening
the readings, and erasing a household is the deletion of a few rows.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from marke_node.store.metadata import METADATA

METERS = Table(
    "meters",
    METADATA,
    Column("number", BigInteger, primary_key=True, comment="key inside this database"),
    Column(
        "household",
        BigInteger,
        ForeignKey("households.number", ondelete="CASCADE"),
        nullable=False,
        comment="the household it measures",
    ),
    Column("pseudonym", Text, nullable=False, comment="keyed hash of the meter's number, which is never kept"),
    UniqueConstraint("household", "pseudonym"),
    CheckConstraint("length(pseudonym) BETWEEN 16 AND 100", name="pseudonym"),
    comment="meters, under a pseudonym",
    sqlite_strict=True,
)

SERIES = Table(
    "series",
    METADATA,
    Column("number", BigInteger, primary_key=True, comment="key inside this database"),
    Column(
        "household",
        BigInteger,
        ForeignKey("households.number", ondelete="CASCADE"),
        nullable=False,
        comment="the household it measures",
    ),
    Column(
        "meter",
        BigInteger,
        ForeignKey("meters.number", ondelete="CASCADE"),
        nullable=True,
        index=True,
        comment="the meter; empty for the household's own daily use",
    ),
    Column("quantity", Text, nullable=False, comment="what flows, whichever tariff: electricity_delivered, gas, ..."),
    Column("register", Text, nullable=False, comment="counting wheel of the meter; the quantity itself for daily use"),
    Column("kind", Text, nullable=False, comment="counter (as read), use (per interval) or daily (per household)"),
    Column("interval_s", Integer, nullable=False, comment="length of a slot in seconds; 86,400 is a local day"),
    Column("unit", Text, nullable=False, comment="smallest unit the whole numbers count: Wh or dm3"),
    Column("method", Text, nullable=False, comment="delivered, or name and version of how it was derived"),
    Column("empty", Text, nullable=False, comment="what an absent reading means: missing, or unchanged since the last"),
    UniqueConstraint("meter", "register", "kind", "interval_s"),
    Index(
        "uq_series_daily",
        "household",
        "quantity",
        unique=True,
        sqlite_where=text("kind = 'daily'"),
        postgresql_where=text("kind = 'daily'"),
    ),
    Index("ix_series_quantity", "quantity", "kind", "household"),
    CheckConstraint("kind IN ('counter', 'use', 'daily')", name="kind"),
    CheckConstraint("(kind = 'daily') = (meter IS NULL)", name="meter"),
    CheckConstraint("interval_s IN (60, 300, 600, 900, 1800, 3600, 86400, 2678400)", name="interval_s"),
    CheckConstraint("empty IN ('missing', 'unchanged')", name="empty"),
    comment="one register of one meter at one interval, or what was derived from it",
    sqlite_strict=True,
)

BLOCKS = Table(
    "blocks",
    METADATA,
    Column("number", BigInteger, primary_key=True, comment="key inside this database"),
    Column(
        "series",
        BigInteger,
        ForeignKey("series.number", ondelete="CASCADE"),
        nullable=False,
        comment="the series",
    ),
    Column("month", Integer, nullable=False, comment="local calendar month as 202507 (Europe/Amsterdam)"),
    Column("counted", Integer, nullable=False, comment="0 when another source of the same month counts instead"),
    Column("slots", Integer, nullable=False, comment="slots of the month; hours of summer time make it more or fewer"),
    Column("present", Integer, nullable=False, comment="slots that hold a reading"),
    Column("total", BigInteger, nullable=False, comment="sum of the readings; for counters a check sum only"),
    Column("minimum", Integer, nullable=False, comment="smallest reading"),
    Column("maximum", Integer, nullable=False, comment="largest reading"),
    Column("quality", Integer, nullable=False, comment="bits of Quality (see the readings)"),
    Column("revision", Integer, nullable=False, comment="1, and one more each time known readings were changed"),
    Column("data", LargeBinary, nullable=False, comment="int32 little-endian, a slot each; -2147483648 is missing"),
    UniqueConstraint("series", "month"),
    CheckConstraint("month BETWEEN 190001 AND 299912 AND month % 100 BETWEEN 1 AND 12", name="month"),
    CheckConstraint("counted IN (0, 1)", name="counted"),
    CheckConstraint("present BETWEEN 1 AND slots", name="present"),
    CheckConstraint("minimum BETWEEN 0 AND maximum", name="minimum"),
    CheckConstraint("total BETWEEN minimum AND 6400000000000000", name="total"),
    CheckConstraint("quality >= 0 AND revision >= 1", name="marks"),
    CheckConstraint("length(data) = slots * 4", name="data"),
    # everything a question over whole months needs stands in this index: the readings stay unopened
    Index("ix_blocks_totals", "series", "month", "counted", "present", "slots", "total"),
    comment="one month of one series: stored totals, and the readings in one piece",
    sqlite_strict=True,
)

event.listen(
    BLOCKS,
    "after_create",
    # readings hardly compress and are read whole: PostgreSQL must not try, and not pack them out again at each scan
    DDL("ALTER TABLE blocks ALTER COLUMN data SET STORAGE EXTERNAL").execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]  # SQLAlchemy's own
)
