"""Table of questions: drafted, collecting signatures, approved. The signed bytes never change; signatures are added."""

from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, Table, Text

from marke_ground.store.columns import InstantText
from marke_hub.store.metadata import METADATA

QUESTIONS: Final = Table(
    "questions",
    METADATA,
    Column("question_hash", Text, primary_key=True, comment="content hash of the question"),
    Column("release_key", Text, nullable=False, comment="variable, period, breakdown, bundle, revision"),
    Column("envelope", Text, nullable=False, comment="DSSE envelope with the signatures collected so far"),
    Column("drafted", InstantText, nullable=False, comment="when"),
    Column("drafted_by", Text, nullable=False, comment="kind and id of who drafted it"),
    Column("approved", InstantText, comment="when the threshold of approvers was reached"),
    CheckConstraint("length(envelope) <= 65536", name="envelope"),
    CheckConstraint("approved IS NULL OR approved >= drafted", name="approved"),
    Index("ix_questions_release_key", "release_key"),
    comment="questions of the consortium; valid only by the approvers' signatures",
    sqlite_strict=True,
)
