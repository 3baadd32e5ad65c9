"""What was imported when, and the saved column mappings. No reading, no meter number and no file name stands here."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text

from marke_ground.store.columns import InstantText
from marke_node.store.metadata import METADATA

IMPORT_RUNS = Table(
    "import_runs",
    METADATA,
    Column("id", Text, primary_key=True, comment="imp_ and 80 random bits"),
    Column("file_hash", Text, nullable=False, comment="sha256 of the file's bytes; says whether a file came in before"),
    Column("format", Text, nullable=False, comment="name of the importer that read it"),
    Column(
        "rows_read",
        Integer,
        CheckConstraint("rows_read >= 0", name="rows_read"),
        nullable=False,
        comment="data rows seen",
    ),
    Column(
        "rows_rejected",
        Integer,
        CheckConstraint("rows_rejected >= 0", name="rows_rejected"),
        nullable=False,
        comment="rows left out, each reported with its reason",
    ),
    Column(
        "added", Integer, CheckConstraint("added >= 0", name="added"), nullable=False, comment="new readings or rows"
    ),
    Column(
        "unchanged",
        Integer,
        CheckConstraint("unchanged >= 0", name="unchanged"),
        nullable=False,
        comment="already known with the same value",
    ),
    Column(
        "changed",
        Integer,
        CheckConstraint("changed >= 0", name="changed"),
        nullable=False,
        comment="already known with another value; the new one was kept",
    ),
    Column("imported_by", Text, nullable=False, comment="kind and pseudonym of who did it"),
    Column("imported_at", InstantText, nullable=False, comment="when, UTC"),
    Index("ix_import_runs_file_hash", "file_hash"),
    comment="one line per committed import; rejected rows themselves are never kept",
    sqlite_strict=True,
)

SAVED_MAPPINGS = Table(
    "saved_mappings",
    METADATA,
    Column(
        "name",
        Text,
        CheckConstraint("length(name) BETWEEN 1 AND 60", name="name"),
        primary_key=True,
        comment="chosen by the board",
    ),
    Column("document", Text, nullable=False, comment="canonical JSON of the mapping: columns, units, dates, registers"),
    Column("saved_by", Text, nullable=False, comment="kind and pseudonym of who saved it"),
    Column("saved_at", InstantText, nullable=False, comment="when, UTC"),
    comment="how to read files of a kind the node has no importer of its own for; reusable by name",
    sqlite_strict=True,
)
