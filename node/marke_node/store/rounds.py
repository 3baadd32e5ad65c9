"""Tables of questions, rounds, decisions, answers and results. An answer is one row for ever, under its release key."""

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from marke_ground.store.append_only import append_only
from marke_ground.store.columns import InstantText
from marke_node.store.metadata import METADATA

_ENVELOPE = "DSSE envelope, byte for byte as it came"

STAGES: Final = (
    "offered",
    "deciding",
    "accepted",
    "refused",
    "lapsed",
    "round_open",
    "contributed",
    "receipted",
    "resulted",
    "voided",
)
"""The states of `marke.protocol.node_side`, by name."""

QUESTIONS: Final = append_only(
    Table(
        "questions",
        METADATA,
        Column("hash", Text, primary_key=True, comment="content hash of the question"),
        Column("envelope", Text, nullable=False, comment="DSSE envelope with the approvers' signatures"),
        Column("release_key", Text, nullable=False, comment="variable, period, breakdown, bundle, revision"),
        Column(
            "nonce", Text, nullable=False, unique=True, comment="the question's own nonce; a second use is a replay"
        ),
        Column("received", InstantText, nullable=False, comment="when it was first verified here"),
        Index("ix_questions_release_key", "release_key"),
        comment="every question that was ever put to this collective and verified",
        sqlite_strict=True,
    )
)

ROUNDS: Final = Table(
    "rounds",
    METADATA,
    Column("id", Text, primary_key=True, comment="id of the round, given by the hub"),
    Column("question_hash", Text, ForeignKey("questions.hash"), nullable=False, comment="the question it asks"),
    Column("offer", Text, nullable=False, comment=_ENVELOPE),
    Column("opening", Text, comment="the signed Round, once it came"),
    Column("stage", Text, nullable=False, comment="name of the state"),
    Column("state", Text, nullable=False, comment="the state itself, as the protocol page writes it"),
    Column("opens", InstantText, comment="when the round opens"),
    Column("closes", InstantText, comment="when the round closes"),
    Column("received", InstantText, nullable=False, comment="when the offer came"),
    CheckConstraint("stage IN ({})".format(", ".join(f"'{stage}'" for stage in STAGES)), name="stage"),
    CheckConstraint("(opening IS NULL) = (closes IS NULL) AND (opening IS NULL) = (opens IS NULL)", name="opening"),
    Index("ix_rounds_stage", "stage"),
    comment="one conversation with the hub about one question",
    sqlite_strict=True,
)

DECISIONS: Final = append_only(
    Table(
        "decisions",
        METADATA,
        Column("number", BigInteger, primary_key=True, comment="order of deciding; the last one of a round counts"),
        Column("round_id", Text, ForeignKey("rounds.id"), nullable=False, comment="the round"),
        Column("outcome", Text, nullable=False, comment="accepted or refused"),
        Column("refusal", Text, comment="the class that the hub is told"),
        Column("reason", Text, comment="the reason that stays inside the collective"),
        Column("details", Text, nullable=False, comment="counts and names that fill the sentence; canonical JSON"),
        Column("decided_by", Text, nullable=False, comment="kind and pseudonym of who decided"),
        Column("decided", InstantText, nullable=False, comment="when"),
        Column("content_hash", Text, nullable=False, unique=True, comment="hash of the signed envelope"),
        Column("envelope", Text, nullable=False, comment="DSSE envelope signed by this node"),
        CheckConstraint("outcome IN ('accepted', 'refused')", name="outcome"),
        CheckConstraint("(outcome = 'refused') = (refusal IS NOT NULL)", name="refusal"),
        CheckConstraint("refusal IN ('policy', 'not_enough', 'technical')", name="refusal_class"),
        Index("ix_decisions_round_id", "round_id"),
        comment="every decision, signed; grows only",
        sqlite_strict=True,
    )
)

ANSWERS: Final = append_only(
    Table(
        "answers",
        METADATA,
        Column("release_key", Text, primary_key=True, comment="answered once; asking again returns this row"),
        Column("question_hash", Text, ForeignKey("questions.hash"), nullable=False, comment="first asked by"),
        Column("layout_hash", Text, nullable=False, comment="which numbers stand where"),
        Column("purpose", Text, nullable=False, comment="the purpose that members consented to"),
        Column("smallest_group", Integer, nullable=False, comment="smallest group that was applied"),
        Column("households", Integer, nullable=False, comment="consenting households with a value"),
        Column("cells", Text, nullable=False, comment="the protected, rounded cells: what left or will leave"),
        Column("bins_hidden", Integer, nullable=False, comment="bins that went into the star bin"),
        Column("answered", InstantText, nullable=False, comment="when it was computed"),
        CheckConstraint("smallest_group >= 5 AND households >= smallest_group", name="size"),
        CheckConstraint("bins_hidden >= 0", name="bins_hidden"),
        comment="this collective's own answers, protected; grows only",
        sqlite_strict=True,
    )
)

ANSWERS_UNROUNDED: Final = append_only(
    Table(
        "answers_unrounded",
        METADATA,
        Column("release_key", Text, ForeignKey("answers.release_key"), primary_key=True, comment="the answer"),
        Column("cells", Text, nullable=False, comment="the same cells before rounding; never leaves the node"),
        Column("means", Text, nullable=False, comment="group -> [sum in steps, households], for a place; stays inside"),
        comment="for the collective's own pages and for the set auditor",
        sqlite_strict=True,
    )
)

CONTRIBUTIONS: Final = append_only(
    Table(
        "contributions",
        METADATA,
        Column("round_id", Text, ForeignKey("rounds.id"), primary_key=True, comment="one per round, for ever"),
        Column("release_key", Text, ForeignKey("answers.release_key"), nullable=False, comment="the answer in it"),
        Column("content_hash", Text, nullable=False, unique=True, comment="hash of the signed envelope"),
        Column("envelope", Text, nullable=False, comment="DSSE envelope signed by this node"),
        Column("made", InstantText, nullable=False, comment="when it was signed"),
        Index("ix_contributions_release_key", "release_key"),
        comment="what this node signed as its answer to a round",
        sqlite_strict=True,
    )
)

RESULTS: Final = append_only(
    Table(
        "results",
        METADATA,
        Column("round_id", Text, ForeignKey("rounds.id"), primary_key=True, comment="the round"),
        Column("kind", Text, nullable=False, comment="result or void"),
        Column("content_hash", Text, nullable=False, comment="hash of the envelope"),
        Column("envelope", Text, nullable=False, comment=_ENVELOPE),
        Column("received", InstantText, nullable=False, comment="when it came"),
        CheckConstraint("kind IN ('result', 'void')", name="kind"),
        comment="what came of each round, signed by the hub",
        sqlite_strict=True,
    )
)
