"""Members, households, consents and facts: the protected tables, for the services named in pyproject.toml only.

The household is the unit of privacy and of statistics. Numbers are the database's own keys; ids are what audits and
pages show. Names and contact of members stand in `members` alone and are read by nothing but the members' list.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from marke_ground.store.columns import DayText, InstantText
from marke_node.store.metadata import METADATA


def _household(*, primary_key: bool = False, index: bool = False) -> Column[int]:
    return Column(
        "household",
        BigInteger,
        ForeignKey("households.number", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        index=index,
        comment="the household",
    )


HOUSEHOLDS = Table(
    "households",
    METADATA,
    Column("number", BigInteger, primary_key=True, comment="key inside this database"),
    Column("id", Text, nullable=False, unique=True, comment="hh_ and 80 random bits; a pseudonym"),
    Column("joined", DayText, nullable=False, comment="day the household joined"),
    Column("left_on", DayText, nullable=True, comment="day it left; from then on it is in no tally"),
    CheckConstraint("length(id) = 19 AND substr(id, 1, 3) = 'hh_'", name="id"),
    CheckConstraint("left_on IS NULL OR left_on >= joined", name="left_on"),
    comment="households of the collective",
    sqlite_strict=True,
)

HOUSEHOLD_CODES = Table(
    "household_codes",
    METADATA,
    _household(primary_key=True),
    Column("category", Text, primary_key=True, comment="category of the codebook, such as dwelling_type"),
    Column("code", Text, nullable=False, comment="code of that category"),
    Column("recorded", InstantText, nullable=False, comment="when it was written down, UTC"),
    CheckConstraint("length(category) BETWEEN 1 AND 41 AND length(code) BETWEEN 1 AND 41", name="lengths"),
    comment="how a household is classified, as far as known",
    sqlite_strict=True,
)

MEMBERS = Table(
    "members",
    METADATA,
    Column("number", BigInteger, primary_key=True, comment="key inside this database"),
    Column("id", Text, nullable=False, unique=True, comment="mem_ and 80 random bits; a pseudonym"),
    _household(index=True),
    Column("adult", Integer, nullable=False, comment="1 when eighteen or older: consents are asked of adults"),
    Column("name", Text, nullable=False, comment="full name; never leaves the members' list"),
    Column("email", Text, nullable=True, comment="e-mail address; never leaves the members' list"),
    Column("telephone", Text, nullable=True, comment="telephone number; never leaves the members' list"),
    Column("address", Text, nullable=True, comment="street and house number; never leaves the members' list"),
    Column("postcode", Text, nullable=True, comment="postcode; never leaves the members' list"),
    Column("town", Text, nullable=True, comment="town; never leaves the members' list"),
    Column("relation_number", Text, nullable=True, unique=True, comment="number in the collective's administration"),
    Column("joined", DayText, nullable=False, comment="day of joining"),
    Column("left_on", DayText, nullable=True, comment="day of leaving"),
    CheckConstraint("length(id) = 20 AND substr(id, 1, 4) = 'mem_'", name="id"),
    CheckConstraint("adult IN (0, 1)", name="adult"),
    CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
    CheckConstraint("left_on IS NULL OR left_on >= joined", name="left_on"),
    comment="people of the collective, each in one household",
    sqlite_strict=True,
)

CONSENTS = Table(
    "consents",
    METADATA,
    Column("number", BigInteger, primary_key=True, comment="key inside this database"),
    Column(
        "member",
        BigInteger,
        ForeignKey("members.number", ondelete="CASCADE"),
        nullable=False,
        comment="the adult who gave it",
    ),
    Column("category", Text, nullable=False, comment="heap of data, such as energy; ordinary is every ordinary heap"),
    Column("purpose", Text, nullable=False, comment="what it may be used for, such as benchmark"),
    Column("given", InstantText, nullable=False, comment="when it was given, UTC"),
    Column("withdrawn", InstantText, nullable=True, comment="when it was withdrawn, UTC; it counts no more"),
    Column("expires", InstantText, nullable=True, comment="when it ends by itself, UTC"),
    Column("text_hash", Text, nullable=False, comment="sha256 of the text that was agreed to"),
    Column("language", Text, nullable=False, comment="language of that text"),
    Column("channel", Text, nullable=False, comment="web, paper, helper (somebody typed it for them) or import"),
    CheckConstraint("withdrawn IS NULL OR withdrawn >= given", name="withdrawn"),
    CheckConstraint("expires IS NULL OR expires > given", name="expires"),
    CheckConstraint("length(text_hash) = 71 AND substr(text_hash, 1, 7) = 'sha256:'", name="text_hash"),
    CheckConstraint("language IN ('nl', 'en')", name="language"),
    CheckConstraint("channel IN ('web', 'paper', 'helper', 'import')", name="channel"),
    Index(
        "uq_consents_in_force",
        "member",
        "category",
        "purpose",
        unique=True,
        sqlite_where=text("withdrawn IS NULL"),
        postgresql_where=text("withdrawn IS NULL"),
    ),
    Index("ix_consents_member_purpose", "member", "purpose"),
    comment="consent per adult, heap of data and purpose; history stays until the household is erased",
    sqlite_strict=True,
)

_BUNDLE_KEY = "length(variable) BETWEEN 3 AND 72 AND length(period) BETWEEN 4 AND 10 AND revision >= 1"

FACTS = Table(
    "facts",
    METADATA,
    _household(primary_key=True),
    Column("variable", Text, primary_key=True, comment="variable of the codebook, such as energy.gas_use"),
    Column("period", Text, primary_key=True, comment="closed period, such as 2025 or 2025-07"),
    Column("revision", Integer, primary_key=True, comment="1; one more for corrections after a roster was frozen"),
    Column("value", BigInteger, nullable=False, comment="whole steps of the variable; a missing fact has no row"),
    Column("coverage", Integer, nullable=True, comment="permille of the expected days present, if measured"),
    Column("quality", Integer, nullable=False, comment="bits of Quality (see the readings)"),
    Column("origin", Text, nullable=False, comment="readings, survey, registration, yearly_total or computed"),
    Column("method", Text, nullable=False, comment="name and version of how it was made"),
    Column("recorded", InstantText, nullable=False, comment="when it was written down, UTC"),
    CheckConstraint(_BUNDLE_KEY, name="key"),
    CheckConstraint("coverage IS NULL OR coverage BETWEEN 0 AND 1000", name="coverage"),
    CheckConstraint("quality >= 0", name="quality"),
    CheckConstraint("origin IN ('readings', 'survey', 'registration', 'yearly_total', 'computed')", name="origin"),
    Index("ix_facts_variable_period", "variable", "period"),
    comment="one value per household, variable, period and revision, in steps of the codebook",
    sqlite_strict=True,
)

ROSTERS = Table(
    "rosters",
    METADATA,
    Column("number", BigInteger, primary_key=True, comment="key inside this database"),
    Column("variable", Text, nullable=False, comment="variable of the codebook"),
    Column("period", Text, nullable=False, comment="closed period"),
    Column("revision", Integer, nullable=False, comment="revision of the facts it holds"),
    Column("codebook", Text, nullable=False, comment="version of the codebook at freezing"),
    Column("size", Integer, nullable=False, comment="households at freezing"),
    Column("frozen", InstantText, nullable=False, comment="when it was frozen, UTC"),
    UniqueConstraint("variable", "period", "revision"),
    CheckConstraint(_BUNDLE_KEY, name="key"),
    CheckConstraint("size >= 0", name="size"),
    comment="who was there when a variable of a period was first asked; never changed, only emptied by erasure",
    sqlite_strict=True,
)

ROSTER_ROWS = Table(
    "roster_rows",
    METADATA,
    Column(
        "roster",
        BigInteger,
        ForeignKey("rosters.number", ondelete="CASCADE"),
        primary_key=True,
        comment="the roster",
    ),
    _household(primary_key=True, index=True),
    Column("codes", Text, nullable=False, comment="the household's codes at freezing, as category=code"),
    Column("value", BigInteger, nullable=True, comment="the fact at freezing, in steps; empty when there was none"),
    comment="one household of a frozen roster; goes only when the household is erased",
    sqlite_strict=True,
)
