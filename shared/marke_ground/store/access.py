"""Tables of web sessions and one-time sign-in links: the same two on a node and on the hub.

Both hold hashes only: whoever copies the database cannot sign in with it. Actors are pseudonyms.
"""

from dataclasses import dataclass

from sqlalchemy import CheckConstraint, Column, Index, MetaData, Table, Text

from marke_ground.store.columns import InstantText


@dataclass(frozen=True)
class AccessTables:
    """The two tables, on the MetaData of one server."""

    sessions: Table
    links: Table


def access_tables(metadata: MetaData) -> AccessTables:
    """Define `web_sessions` and `sign_in_links` on a server's MetaData; each server's own migration creates them."""
    return AccessTables(sessions=_sessions(metadata), links=_links(metadata))


def _token_hash() -> Column[str]:
    return Column("token_hash", Text, primary_key=True, comment="SHA-256 of the token, hexadecimal")


def _sessions(metadata: MetaData) -> Table:
    table = Table(
        "web_sessions",
        metadata,
        _token_hash(),
        Column("actor_kind", Text, nullable=False, comment="in what capacity the person acts"),
        Column("actor_id", Text, nullable=False, comment="pseudonym of the person"),
        Column("started", InstantText, nullable=False, comment="moment of signing in, UTC"),
        Column("seen", InstantText, nullable=False, comment="last use, UTC, to the minute"),
        Column("expires", InstantText, nullable=False, comment="end in any case, UTC"),
        Column("revoked", InstantText, nullable=True, comment="moment of signing out, UTC"),
        CheckConstraint("length(token_hash) = 64", name="token_hash"),
        CheckConstraint("expires > started", name="expires"),
        comment="who is signed in; the token itself exists only in the browser",
        sqlite_strict=True,
    )
    Index(None, table.c.actor_kind, table.c.actor_id)
    return table


def _links(metadata: MetaData) -> Table:
    return Table(
        "sign_in_links",
        metadata,
        _token_hash(),
        Column("actor_kind", Text, nullable=False, comment="in what capacity the person will act"),
        Column("actor_id", Text, nullable=False, comment="pseudonym of the person"),
        Column("made", InstantText, nullable=False, comment="moment the link was printed, UTC"),
        Column("expires", InstantText, nullable=False, comment="last moment it works, UTC"),
        Column("used", InstantText, nullable=True, comment="moment it was used; a link works once"),
        CheckConstraint("length(token_hash) = 64", name="token_hash"),
        CheckConstraint("expires > made", name="expires"),
        comment="one-time sign-in links printed by the command line",
        sqlite_strict=True,
    )
