"""Tables of what was signed by the consortium's own people: roots and directories, and who works at the hub."""

from typing import Final

from sqlalchemy import CheckConstraint, Column, Integer, PrimaryKeyConstraint, Table, Text

from marke_ground.store.append_only import append_only
from marke_ground.store.columns import InstantText
from marke_hub.store.metadata import METADATA

TRUST_DOCUMENTS: Final = append_only(
    Table(
        "trust_documents",
        METADATA,
        Column("kind", Text, nullable=False, comment="root or directory"),
        Column("version", Integer, nullable=False, comment="rises by one"),
        Column("content_hash", Text, nullable=False, unique=True, comment="hash of the envelope"),
        Column("envelope", Text, nullable=False, comment="DSSE envelope with the threshold of signatures"),
        Column("published", InstantText, nullable=False, comment="when this hub verified and published it"),
        Column("root_version", Integer, comment="of a directory: the root it was verified under; absent in old rows"),
        PrimaryKeyConstraint("kind", "version"),
        CheckConstraint("kind IN ('root', 'directory')", name="kind"),
        CheckConstraint("version >= 1", name="version"),
        comment="every root and directory that was ever published; grows only",
        sqlite_strict=True,
    )
)

OPERATORS: Final = Table(
    "operators",
    METADATA,
    Column("operator_id", Text, primary_key=True, comment="opr_ and 80 random bits"),
    Column("label", Text, nullable=False, unique=True, comment="what colleagues call this operator or client"),
    Column("kind", Text, nullable=False, comment="operator, checker or client"),
    Column("added", InstantText, nullable=False, comment="when"),
    Column("removed", InstantText, comment="when the access was taken away"),
    CheckConstraint("length(operator_id) = 20 AND substr(operator_id, 1, 4) = 'opr_'", name="operator_id"),
    CheckConstraint("length(label) BETWEEN 1 AND 80", name="label"),
    CheckConstraint("kind IN ('operator', 'checker', 'client')", name="kind"),
    comment="the consortium's own people and programs at this hub",
    sqlite_strict=True,
)
