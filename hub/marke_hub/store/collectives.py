"""Tables of collectives: invitations, requests to join, who was admitted, when each was last heard of, used tokens."""

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from marke_ground.store.columns import InstantText
from marke_hub.store.metadata import METADATA

INVITATIONS: Final = Table(
    "invitations",
    METADATA,
    Column("invitation_id", Text, primary_key=True, comment="inv_ and 80 random bits"),
    Column("secret", Text, comment="shared with the one collective; erased when it is used or expires"),
    Column("label", Text, nullable=False, comment="for which collective it was made"),
    Column("made", InstantText, nullable=False, comment="when"),
    Column("expires", InstantText, nullable=False, comment="last moment it works"),
    Column("used", InstantText, comment="when a request to join came in on it"),
    CheckConstraint("length(invitation_id) = 20 AND substr(invitation_id, 1, 4) = 'inv_'", name="invitation_id"),
    CheckConstraint("expires > made", name="expires"),
    CheckConstraint("used IS NULL OR secret IS NULL", name="secret"),
    comment="one-time passes to ask for admission",
    sqlite_strict=True,
)

ENROLMENTS: Final = Table(
    "enrolments",
    METADATA,
    Column("content_hash", Text, primary_key=True, comment="hash of the envelope"),
    Column(
        "invitation_id", Text, ForeignKey("invitations.invitation_id"), nullable=False, unique=True, comment="its pass"
    ),
    Column("name", Text, nullable=False, comment="name of the collective, as it says itself"),
    Column("public_key", Text, nullable=False, unique=True, comment="the node's key"),
    Column("software", Text, nullable=False, comment="what the node runs"),
    Column("envelope", Text, nullable=False, comment="DSSE envelope signed by the node's key"),
    Column("received", InstantText, nullable=False, comment="when"),
    Column("collective_id", Text, comment="the collective it became, once admitted"),
    comment="requests to join; a person compares the fingerprint and admits",
    sqlite_strict=True,
)

COLLECTIVES: Final = Table(
    "collectives",
    METADATA,
    Column("collective_id", Text, primary_key=True, comment="col_ and 80 random bits"),
    Column("name", Text, nullable=False, comment="name of the collective"),
    Column("public_key", Text, nullable=False, unique=True, comment="the node's key"),
    Column("admitted", InstantText, nullable=False, comment="when an operator admitted it"),
    Column("revoked", InstantText, comment="from when its key is no longer believed"),
    CheckConstraint("length(collective_id) = 20 AND substr(collective_id, 1, 4) = 'col_'", name="collective_id"),
    CheckConstraint("revoked IS NULL OR revoked >= admitted", name="revoked"),
    comment="what the next directory will say; only a signed directory counts",
    sqlite_strict=True,
)

CONTACTS: Final = Table(
    "contacts",
    METADATA,
    Column("collective_id", Text, primary_key=True, comment="a collective of the directory"),
    Column("seen", InstantText, nullable=False, comment="last poll, to five minutes"),
    Column("software", Text, nullable=False, comment="what the node runs"),
    Column("root_version", Integer, nullable=False, comment="the root the node holds"),
    Column("directory_version", Integer, nullable=False, comment="the directory the node holds"),
    comment="when each node was last heard of",
    sqlite_strict=True,
)

SEEN_TOKENS: Final = Table(
    "seen_tokens",
    METADATA,
    Column("token", Text, primary_key=True, comment="collective and number of an API token that was used"),
    Column("expires", InstantText, nullable=False, comment="after this the token is refused anyway"),
    Index("ix_seen_tokens_expires", "expires"),
    comment="API tokens work once; kept until they expire",
    sqlite_strict=True,
)
