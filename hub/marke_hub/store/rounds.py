"""Tables of rounds: their phase, each collective's standing, every message byte for byte, the outcome, the feed."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from marke_ground.store.append_only import append_only
from marke_ground.store.columns import InstantText
from marke_hub.store.metadata import METADATA

ROUNDS: Final = Table(
    "rounds",
    METADATA,
    Column("round_id", Text, primary_key=True, comment="rnd_ and 80 random bits"),
    Column(
        "question_hash", Text, ForeignKey("questions.question_hash"), nullable=False, comment="the question it asks"
    ),
    Column("release_key", Text, nullable=False, comment="the key that is answered once"),
    Column("phase", Text, nullable=False, comment="deciding, open, resulted or voided"),
    Column("offered", InstantText, nullable=False, comment="when the question was offered"),
    Column("decide_until", InstantText, nullable=False, comment="end of the decision window"),
    Column("opened", InstantText, comment="when the round opened"),
    Column("closes", InstantText, comment="end of the contribution window"),
    Column("eligible", Integer, comment="acceptances when the decision window closed"),
    Column("waiting_for", Integer, nullable=False, comment="collectives that this phase still waits for"),
    Column("due", InstantText, nullable=False, comment="when this phase ends at the latest"),
    CheckConstraint("length(round_id) = 20 AND substr(round_id, 1, 4) = 'rnd_'", name="round_id"),
    CheckConstraint("phase IN ('deciding', 'open', 'resulted', 'voided')", name="phase"),
    CheckConstraint("phase <> 'open' OR (closes IS NOT NULL AND eligible IS NOT NULL)", name="open_has_deadline"),
    CheckConstraint("waiting_for >= 0", name="waiting_for"),
    Index("ix_rounds_phase", "phase"),
    # a key is answered once; only a round that gave nothing may be asked again
    Index(
        "uq_rounds_release_key",
        "release_key",
        unique=True,
        sqlite_where=text("phase <> 'voided'"),
        postgresql_where=text("phase <> 'voided'"),
    ),
    comment="one asking of one question",
    sqlite_strict=True,
)

STANDINGS: Final = Table(
    "standings",
    METADATA,
    Column("round_id", Text, ForeignKey("rounds.round_id"), nullable=False, comment="the round"),
    Column("collective_id", Text, nullable=False, comment="an invited collective"),
    Column("standing", Text, nullable=False, comment="invited, said_yes, said_no or answered"),
    Column("decision", Text, comment="hash of the decision that counts"),
    Column("refusal", Text, comment="all that a refusal tells"),
    Column("contribution", Text, comment="hash of the one contribution"),
    PrimaryKeyConstraint("round_id", "collective_id"),
    CheckConstraint("standing IN ('invited', 'said_yes', 'said_no', 'answered')", name="standing"),
    CheckConstraint("(standing = 'invited') = (decision IS NULL)", name="decision"),
    CheckConstraint("(standing = 'said_no') = (refusal IS NOT NULL)", name="refusal"),
    CheckConstraint("refusal IN ('policy', 'not_enough', 'technical')", name="refusal_class"),
    CheckConstraint("(standing = 'answered') = (contribution IS NOT NULL)", name="contribution"),
    comment="where each invited collective stands in each round",
    sqlite_strict=True,
)

MESSAGES: Final = append_only(
    Table(
        "messages",
        METADATA,
        Column("content_hash", Text, primary_key=True, comment="hash of the envelope"),
        Column("kind", Text, nullable=False, comment="decision or contribution"),
        Column("round_id", Text, nullable=False, comment="the round"),
        Column("collective_id", Text, nullable=False, comment="who signed it"),
        Column("envelope", Text, nullable=False, comment="DSSE envelope, byte for byte as it came"),
        Column("receipt", Text, nullable=False, comment="DSSE envelope of the receipt that was given"),
        Column("received", InstantText, nullable=False, comment="when"),
        CheckConstraint("kind IN ('decision', 'contribution')", name="kind"),
        Index(
            "uq_messages_contribution",
            "round_id",
            "collective_id",
            unique=True,
            sqlite_where=text("kind = 'contribution'"),
            postgresql_where=text("kind = 'contribution'"),
        ),
        Index("ix_messages_round", "round_id", "kind"),
        comment="what collectives sent, for ever; one contribution per round and collective",
        sqlite_strict=True,
    )
)

OUTCOMES: Final = append_only(
    Table(
        "outcomes",
        METADATA,
        Column("round_id", Text, ForeignKey("rounds.round_id"), primary_key=True, comment="the round; once"),
        Column("kind", Text, nullable=False, comment="result or void"),
        Column("envelope", Text, nullable=False, comment="DSSE envelope signed by the hub"),
        Column("made", InstantText, nullable=False, comment="when"),
        CheckConstraint("kind IN ('result', 'void')", name="kind"),
        comment="what came of each round; grows only",
        sqlite_strict=True,
    )
)

FEED: Final = append_only(
    Table(
        "feed",
        METADATA,
        Column("number", BigInteger, primary_key=True, comment="the cursor; without gaps"),
        Column("kind", Text, nullable=False, comment="what the envelope holds"),
        Column(
            "round_id",
            Text,
            ForeignKey("rounds.round_id"),
            nullable=False,
            comment="for the collectives invited to this round",
        ),
        Column("envelope", Text, nullable=False, comment="DSSE envelope"),
        Column("added", InstantText, nullable=False, comment="when"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("kind IN ('offer', 'round', 'void', 'result')", name="kind"),
        comment="what nodes fetch of rounds, oldest first; grows only",
        sqlite_strict=True,
    )
)
