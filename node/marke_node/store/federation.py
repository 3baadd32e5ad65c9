"""Tables of the node's place in the federation: who it is, whom it trusts, where its conversation with the hub stands.

Envelopes are kept as they came, signatures and all: what is believed is verified again from them at every start.
"""

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, Text

from marke_ground.store.append_only import append_only
from marke_ground.store.columns import InstantText
from marke_node.store.metadata import METADATA

ONE_ROW: Final = 1
_ENVELOPE = "DSSE envelope, byte for byte as it came"


def _only_row() -> tuple[Column[int], CheckConstraint]:
    return (
        Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1: there is one row"),
        CheckConstraint("id = 1", name="one_row"),
    )


NODE: Final = append_only(
    Table(
        "node",
        METADATA,
        *_only_row(),
        Column("instance", Text, nullable=False, comment="random mark that also stands in the node's folder"),
        Column("made", InstantText, nullable=False, comment="when the node was made"),
        comment="ties the database to the folder, so that an empty disk is never taken for a first start",
        sqlite_strict=True,
    )
)

FEDERATION: Final = Table(
    "federation",
    METADATA,
    *_only_row(),
    Column("hub_url", Text, nullable=False, comment="address of the hub"),
    Column("fingerprint", Text, nullable=False, comment="six words of the first root, as people compared them"),
    Column("collective_name", Text, nullable=False, comment="name under which admission was asked"),
    Column("enrolment", Text, nullable=False, comment="the signed request for admission, to send again if need be"),
    Column("collective", Text, comment="id in the directory; absent until admitted"),
    Column("asked", InstantText, nullable=False, comment="when admission was asked"),
    Column("admitted", InstantText, comment="when the node first saw its own key in the directory"),
    CheckConstraint("(collective IS NULL) = (admitted IS NULL)", name="admitted"),
    comment="the federation this node joined",
    sqlite_strict=True,
)

TRUST_ROOTS: Final = append_only(
    Table(
        "trust_roots",
        METADATA,
        Column("version", Integer, primary_key=True, autoincrement=False, comment="1 and up, without a gap"),
        Column("envelope", Text, nullable=False, comment=_ENVELOPE),
        Column("kept", InstantText, nullable=False, comment="when it was verified and kept"),
        CheckConstraint("version >= 1", name="version"),
        comment="every trust root this node ever believed; kept before it is used",
        sqlite_strict=True,
    )
)

TRUST_DIRECTORIES: Final = append_only(
    Table(
        "trust_directories",
        METADATA,
        Column("number", BigInteger, primary_key=True, comment="order of keeping; the last one counts"),
        Column("version", Integer, nullable=False, comment="rises, except after stolen keys were taken away"),
        Column("root_version", Integer, nullable=False, comment="version of the root it was verified under"),
        Column("envelope", Text, nullable=False, comment=_ENVELOPE),
        Column("kept", InstantText, nullable=False, comment="when it was verified and kept"),
        CheckConstraint("version >= 1", name="version"),
        comment="every directory this node ever believed",
        sqlite_strict=True,
    )
)

AGENT_STATE: Final = Table(
    "agent_state",
    METADATA,
    *_only_row(),
    Column("cursor", BigInteger, nullable=False, comment="number of the last message of the hub that was dealt with"),
    Column("next_poll", InstantText, nullable=False, comment="not before this moment"),
    Column("wait_s", Integer, nullable=False, comment="seconds of the last wait after a failure; 0 after a success"),
    Column("last_contact", InstantText, comment="last time the hub answered"),
    Column("failure", Text, comment="why the last call failed; absent after a success"),
    Column("failed", InstantText, comment="when it failed"),
    CheckConstraint("cursor >= 0", name="cursor"),
    CheckConstraint("wait_s >= 0", name="wait_s"),
    comment="where the conversation with the hub stands",
    sqlite_strict=True,
)

INCIDENTS: Final = Table(
    "incidents",
    METADATA,
    Column("content_hash", Text, primary_key=True, comment="hash of the message that was not believed"),
    Column("kind", Text, nullable=False, comment="what it said it was"),
    Column("reason", Text, nullable=False, comment="why it was not believed"),
    Column("first_seen", InstantText, nullable=False, comment="when it first came"),
    Column("last_seen", InstantText, nullable=False, comment="when it last came"),
    Column("times", Integer, nullable=False, comment="how often it came"),
    CheckConstraint("times >= 1", name="times"),
    comment="messages that were refused; a warning for the board and the consortium",
    sqlite_strict=True,
)

STANDING_RULES: Final = append_only(
    Table(
        "standing_rules",
        METADATA,
        Column("number", BigInteger, primary_key=True, comment="order of setting; the last one counts"),
        Column("purposes", Text, nullable=False, comment="purposes that need no decision each time, space between"),
        Column("refused_categories", Text, nullable=False, comment="heaps of data never shared, space between"),
        Column(
            "smallest_group", Integer, nullable=False, comment="fewest households this collective demands; 0 is none"
        ),
        Column("hold_public", Integer, nullable=False, comment="1 when the board looks at all that will be public"),
        Column("set_by", Text, nullable=False, comment="kind and pseudonym of who set them"),
        Column("since", InstantText, nullable=False, comment="when they were set"),
        CheckConstraint("smallest_group >= 0", name="smallest_group"),
        CheckConstraint("hold_public IN (0, 1)", name="hold_public"),
        comment="what the collective decided once for all; everything else waits for the board",
        sqlite_strict=True,
    )
)

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("content_hash", Text, primary_key=True, comment="hash of the envelope; the hub's receipt names it"),
    Column("kind", Text, nullable=False, comment="decision or contribution"),
    Column("round_id", Text, nullable=False, comment="the round it is about"),
    Column("envelope", Text, nullable=False, comment="DSSE envelope signed by this node"),
    Column("made", InstantText, nullable=False, comment="when it was signed"),
    Column("state", Text, nullable=False, comment="waiting, delivered, refused by the hub, or dropped as overtaken"),
    Column("attempts", Integer, nullable=False, comment="how often it was sent"),
    Column("next_try", InstantText, nullable=False, comment="not before this moment"),
    Column("wait_s", Integer, nullable=False, comment="seconds of the last wait"),
    Column("reason", Text, comment="what the hub said when it refused"),
    CheckConstraint("kind IN ('decision', 'contribution')", name="kind"),
    CheckConstraint("state IN ('waiting', 'delivered', 'refused', 'dropped')", name="state"),
    CheckConstraint("attempts >= 0 AND wait_s >= 0", name="attempts"),
    Index("ix_outbox_state", "state", "next_try"),
    comment="what this node signed for the hub, until a receipt is here",
    sqlite_strict=True,
)

RECEIPTS: Final = append_only(
    Table(
        "receipts",
        METADATA,
        Column("content_hash", Text, primary_key=True, comment="hash of the envelope that the hub has"),
        Column("round_id", Text, nullable=False, comment="the round it is about"),
        Column("envelope", Text, nullable=False, comment=_ENVELOPE),
        Column("received", InstantText, nullable=False, comment="when the receipt came"),
        comment="the hub's signed receipts: proof that it has what this node sent",
        sqlite_strict=True,
    )
)
