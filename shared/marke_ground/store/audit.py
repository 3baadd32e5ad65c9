"""Who did what to what, and when. One line with every change, in the same transaction; lines are never changed."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, MetaData, Table, Text, column, insert, table

from marke import canonical
from marke.canonical import Json
from marke.vocabulary.actor import Actor
from marke_ground.store.append_only import append_only
from marke_ground.store.columns import InstantText
from marke_ground.store.engine import Session

_LONGEST_DETAILS = 4000

_AUDIT = table(
    "audit",
    column("at", InstantText),
    column("actor_kind", Text),
    column("actor_id", Text),
    column("verb", Text),
    column("subject", Text),
    column("details", Text),
)
_RECORD = insert(_AUDIT)


def audit_table(metadata: MetaData) -> Table:
    """Define the append-only table `audit` on a server's MetaData; its own migration creates it."""
    return append_only(
        Table(
            "audit",
            metadata,
            Column("number", BigInteger, primary_key=True, comment="order of writing"),
            Column("at", InstantText, nullable=False, comment="when, UTC"),
            Column("actor_kind", Text, nullable=False, comment="in what capacity somebody acted"),
            Column("actor_id", Text, nullable=False, comment="pseudonym of who acted"),
            Column("verb", Text, nullable=False, comment="the service that was used"),
            Column("subject", Text, nullable=False, comment="id of what it was done to"),
            Column("details", Text, nullable=False, comment="counts and ids as canonical JSON; never people's data"),
            CheckConstraint("length(verb) BETWEEN 1 AND 60", name="verb"),
            CheckConstraint(f"length(details) <= {_LONGEST_DETAILS}", name="details"),
            comment="who did what to what, and when; grows only",
            sqlite_strict=True,
        )
    )


def record(
    session: Session, *, by: Actor, verb: str, subject: str, now: datetime, details: Mapping[str, Json] | None = None
) -> None:
    """Write one line of audit in the caller's transaction. Give ids and counts, never people's data."""
    session.execute(
        _RECORD,
        {
            "at": now,
            "actor_kind": by.kind.value,
            "actor_id": by.id,
            "verb": verb,
            "subject": subject,
            "details": canonical.to_bytes(details or {}).decode("utf-8"),
        },
    )
