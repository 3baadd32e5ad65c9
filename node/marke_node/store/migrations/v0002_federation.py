"""The tables of the federation: trust, the conversation with the hub, questions, rounds, answers and results."""

import sqlalchemy as sa
from alembic import op

from marke_ground.store.append_only import append_only_statements

revision = "v0002_federation"
down_revision = "v0001_vault"

_ONLY_GROW = (
    "node",
    "trust_roots",
    "trust_directories",
    "standing_rules",
    "receipts",
    "questions",
    "decisions",
    "answers",
    "answers_unrounded",
    "contributions",
    "results",
)


def _create_node() -> None:
    op.create_table(
        "node",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="always 1: there is one row"),
        sa.Column("instance", sa.Text(), nullable=False, comment="random mark that also stands in the node's folder"),
        sa.Column("made", sa.Text(), nullable=False, comment="when the node was made"),
        sa.CheckConstraint("id = 1", name="ck_node_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_node"),
        comment="ties the database to the folder, so that an empty disk is never taken for a first start",
        sqlite_strict=True,
    )


def _create_federation() -> None:
    op.create_table(
        "federation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="always 1: there is one row"),
        sa.Column("hub_url", sa.Text(), nullable=False, comment="address of the hub"),
        sa.Column(
            "fingerprint", sa.Text(), nullable=False, comment="six words of the first root, as people compared them"
        ),
        sa.Column("collective_name", sa.Text(), nullable=False, comment="name under which admission was asked"),
        sa.Column(
            "enrolment", sa.Text(), nullable=False, comment="the signed request for admission, to send again if need be"
        ),
        sa.Column("collective", sa.Text(), nullable=True, comment="id in the directory; absent until admitted"),
        sa.Column("asked", sa.Text(), nullable=False, comment="when admission was asked"),
        sa.Column("admitted", sa.Text(), nullable=True, comment="when the node first saw its own key in the directory"),
        sa.CheckConstraint("(collective IS NULL) = (admitted IS NULL)", name="ck_federation_admitted"),
        sa.CheckConstraint("id = 1", name="ck_federation_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_federation"),
        comment="the federation this node joined",
        sqlite_strict=True,
    )


def _create_trust_roots() -> None:
    op.create_table(
        "trust_roots",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False, comment="1 and up, without a gap"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope, byte for byte as it came"),
        sa.Column("kept", sa.Text(), nullable=False, comment="when it was verified and kept"),
        sa.CheckConstraint("version >= 1", name="ck_trust_roots_version"),
        sa.PrimaryKeyConstraint("version", name="pk_trust_roots"),
        comment="every trust root this node ever believed; kept before it is used",
        sqlite_strict=True,
    )


def _create_trust_directories() -> None:
    op.create_table(
        "trust_directories",
        sa.Column("number", sa.BigInteger(), nullable=False, comment="order of keeping; the last one counts"),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises, except after stolen keys were taken away"),
        sa.Column("root_version", sa.Integer(), nullable=False, comment="version of the root it was verified under"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope, byte for byte as it came"),
        sa.Column("kept", sa.Text(), nullable=False, comment="when it was verified and kept"),
        sa.CheckConstraint("version >= 1", name="ck_trust_directories_version"),
        sa.PrimaryKeyConstraint("number", name="pk_trust_directories"),
        comment="every directory this node ever believed",
        sqlite_strict=True,
    )


def _create_agent_state() -> None:
    op.create_table(
        "agent_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="always 1: there is one row"),
        sa.Column(
            "cursor",
            sa.BigInteger(),
            nullable=False,
            comment="number of the last message of the hub that was dealt with",
        ),
        sa.Column("next_poll", sa.Text(), nullable=False, comment="not before this moment"),
        sa.Column(
            "wait_s",
            sa.Integer(),
            nullable=False,
            comment="seconds of the last wait after a failure; 0 after a success",
        ),
        sa.Column("last_contact", sa.Text(), nullable=True, comment="last time the hub answered"),
        sa.Column("failure", sa.Text(), nullable=True, comment="why the last call failed; absent after a success"),
        sa.Column("failed", sa.Text(), nullable=True, comment="when it failed"),
        sa.CheckConstraint("cursor >= 0", name="ck_agent_state_cursor"),
        sa.CheckConstraint("id = 1", name="ck_agent_state_one_row"),
        sa.CheckConstraint("wait_s >= 0", name="ck_agent_state_wait_s"),
        sa.PrimaryKeyConstraint("id", name="pk_agent_state"),
        comment="where the conversation with the hub stands",
        sqlite_strict=True,
    )


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("content_hash", sa.Text(), nullable=False, comment="hash of the message that was not believed"),
        sa.Column("kind", sa.Text(), nullable=False, comment="what it said it was"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was not believed"),
        sa.Column("first_seen", sa.Text(), nullable=False, comment="when it first came"),
        sa.Column("last_seen", sa.Text(), nullable=False, comment="when it last came"),
        sa.Column("times", sa.Integer(), nullable=False, comment="how often it came"),
        sa.CheckConstraint("times >= 1", name="ck_incidents_times"),
        sa.PrimaryKeyConstraint("content_hash", name="pk_incidents"),
        comment="messages that were refused; a warning for the board and the consortium",
        sqlite_strict=True,
    )


def _create_standing_rules() -> None:
    op.create_table(
        "standing_rules",
        sa.Column("number", sa.BigInteger(), nullable=False, comment="order of setting; the last one counts"),
        sa.Column(
            "purposes", sa.Text(), nullable=False, comment="purposes that need no decision each time, space between"
        ),
        sa.Column("refused_categories", sa.Text(), nullable=False, comment="heaps of data never shared, space between"),
        sa.Column(
            "smallest_group",
            sa.Integer(),
            nullable=False,
            comment="fewest households this collective demands; 0 is none",
        ),
        sa.Column(
            "hold_public", sa.Integer(), nullable=False, comment="1 when the board looks at all that will be public"
        ),
        sa.Column("set_by", sa.Text(), nullable=False, comment="kind and pseudonym of who set them"),
        sa.Column("since", sa.Text(), nullable=False, comment="when they were set"),
        sa.CheckConstraint("hold_public IN (0, 1)", name="ck_standing_rules_hold_public"),
        sa.CheckConstraint("smallest_group >= 0", name="ck_standing_rules_smallest_group"),
        sa.PrimaryKeyConstraint("number", name="pk_standing_rules"),
        comment="what the collective decided once for all; everything else waits for the board",
        sqlite_strict=True,
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column(
            "content_hash", sa.Text(), nullable=False, comment="hash of the envelope; the hub's receipt names it"
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="decision or contribution"),
        sa.Column("round_id", sa.Text(), nullable=False, comment="the round it is about"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope signed by this node"),
        sa.Column("made", sa.Text(), nullable=False, comment="when it was signed"),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="waiting, delivered, refused by the hub, or dropped as overtaken",
        ),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="how often it was sent"),
        sa.Column("next_try", sa.Text(), nullable=False, comment="not before this moment"),
        sa.Column("wait_s", sa.Integer(), nullable=False, comment="seconds of the last wait"),
        sa.Column("reason", sa.Text(), nullable=True, comment="what the hub said when it refused"),
        sa.CheckConstraint("kind IN ('decision', 'contribution')", name="ck_outbox_kind"),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'refused', 'dropped')", name="ck_outbox_state"),
        sa.CheckConstraint("attempts >= 0 AND wait_s >= 0", name="ck_outbox_attempts"),
        sa.PrimaryKeyConstraint("content_hash", name="pk_outbox"),
        comment="what this node signed for the hub, until a receipt is here",
        sqlite_strict=True,
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "next_try"], unique=False)


def _create_receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("content_hash", sa.Text(), nullable=False, comment="hash of the envelope that the hub has"),
        sa.Column("round_id", sa.Text(), nullable=False, comment="the round it is about"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope, byte for byte as it came"),
        sa.Column("received", sa.Text(), nullable=False, comment="when the receipt came"),
        sa.PrimaryKeyConstraint("content_hash", name="pk_receipts"),
        comment="the hub's signed receipts: proof that it has what this node sent",
        sqlite_strict=True,
    )


def _create_questions() -> None:
    op.create_table(
        "questions",
        sa.Column("hash", sa.Text(), nullable=False, comment="content hash of the question"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope with the approvers' signatures"),
        sa.Column("release_key", sa.Text(), nullable=False, comment="variable, period, breakdown, bundle, revision"),
        sa.Column("nonce", sa.Text(), nullable=False, comment="the question's own nonce; a second use is a replay"),
        sa.Column("received", sa.Text(), nullable=False, comment="when it was first verified here"),
        sa.PrimaryKeyConstraint("hash", name="pk_questions"),
        sa.UniqueConstraint("nonce", name="uq_questions_nonce"),
        comment="every question that was ever put to this collective and verified",
        sqlite_strict=True,
    )
    op.create_index("ix_questions_release_key", "questions", ["release_key"], unique=False)


def _create_rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", sa.Text(), nullable=False, comment="id of the round, given by the hub"),
        sa.Column("question_hash", sa.Text(), nullable=False, comment="the question it asks"),
        sa.Column("offer", sa.Text(), nullable=False, comment="DSSE envelope, byte for byte as it came"),
        sa.Column("opening", sa.Text(), nullable=True, comment="the signed Round, once it came"),
        sa.Column("stage", sa.Text(), nullable=False, comment="name of the state"),
        sa.Column("state", sa.Text(), nullable=False, comment="the state itself, as the protocol page writes it"),
        sa.Column("opens", sa.Text(), nullable=True, comment="when the round opens"),
        sa.Column("closes", sa.Text(), nullable=True, comment="when the round closes"),
        sa.Column("received", sa.Text(), nullable=False, comment="when the offer came"),
        sa.CheckConstraint(
            "stage IN ('offered', 'deciding', 'accepted', 'refused', 'lapsed', 'round_open', "
            "'contributed', 'receipted', 'resulted', 'voided')",
            name="ck_rounds_stage",
        ),
        sa.CheckConstraint(
            "(opening IS NULL) = (closes IS NULL) AND (opening IS NULL) = (opens IS NULL)", name="ck_rounds_opening"
        ),
        sa.ForeignKeyConstraint(["question_hash"], ["questions.hash"], name="fk_rounds_question_hash_questions"),
        sa.PrimaryKeyConstraint("id", name="pk_rounds"),
        comment="one conversation with the hub about one question",
        sqlite_strict=True,
    )
    op.create_index("ix_rounds_stage", "rounds", ["stage"], unique=False)


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column(
            "number", sa.BigInteger(), nullable=False, comment="order of deciding; the last one of a round counts"
        ),
        sa.Column("round_id", sa.Text(), nullable=False, comment="the round"),
        sa.Column("outcome", sa.Text(), nullable=False, comment="accepted or refused"),
        sa.Column("refusal", sa.Text(), nullable=True, comment="the class that the hub is told"),
        sa.Column("reason", sa.Text(), nullable=True, comment="the reason that stays inside the collective"),
        sa.Column(
            "details", sa.Text(), nullable=False, comment="counts and names that fill the sentence; canonical JSON"
        ),
        sa.Column("decided_by", sa.Text(), nullable=False, comment="kind and pseudonym of who decided"),
        sa.Column("decided", sa.Text(), nullable=False, comment="when"),
        sa.Column("content_hash", sa.Text(), nullable=False, comment="hash of the signed envelope"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope signed by this node"),
        sa.CheckConstraint("(outcome = 'refused') = (refusal IS NOT NULL)", name="ck_decisions_refusal"),
        sa.CheckConstraint("outcome IN ('accepted', 'refused')", name="ck_decisions_outcome"),
        sa.CheckConstraint("refusal IN ('policy', 'not_enough', 'technical')", name="ck_decisions_refusal_class"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_decisions_round_id_rounds"),
        sa.PrimaryKeyConstraint("number", name="pk_decisions"),
        sa.UniqueConstraint("content_hash", name="uq_decisions_content_hash"),
        comment="every decision, signed; grows only",
        sqlite_strict=True,
    )
    op.create_index("ix_decisions_round_id", "decisions", ["round_id"], unique=False)


def _create_answers() -> None:
    op.create_table(
        "answers",
        sa.Column("release_key", sa.Text(), nullable=False, comment="answered once; asking again returns this row"),
        sa.Column("question_hash", sa.Text(), nullable=False, comment="first asked by"),
        sa.Column("layout_hash", sa.Text(), nullable=False, comment="which numbers stand where"),
        sa.Column("purpose", sa.Text(), nullable=False, comment="the purpose that members consented to"),
        sa.Column("smallest_group", sa.Integer(), nullable=False, comment="smallest group that was applied"),
        sa.Column("households", sa.Integer(), nullable=False, comment="consenting households with a value"),
        sa.Column("cells", sa.Text(), nullable=False, comment="the protected, rounded cells: what left or will leave"),
        sa.Column("bins_hidden", sa.Integer(), nullable=False, comment="bins that went into the star bin"),
        sa.Column("answered", sa.Text(), nullable=False, comment="when it was computed"),
        sa.CheckConstraint("bins_hidden >= 0", name="ck_answers_bins_hidden"),
        sa.CheckConstraint("smallest_group >= 5 AND households >= smallest_group", name="ck_answers_size"),
        sa.ForeignKeyConstraint(["question_hash"], ["questions.hash"], name="fk_answers_question_hash_questions"),
        sa.PrimaryKeyConstraint("release_key", name="pk_answers"),
        comment="this collective's own answers, protected; grows only",
        sqlite_strict=True,
    )


def _create_answers_unrounded() -> None:
    op.create_table(
        "answers_unrounded",
        sa.Column("release_key", sa.Text(), nullable=False, comment="the answer"),
        sa.Column("cells", sa.Text(), nullable=False, comment="the same cells before rounding; never leaves the node"),
        sa.Column(
            "means", sa.Text(), nullable=False, comment="group -> [sum in steps, households], for a place; stays inside"
        ),
        sa.ForeignKeyConstraint(
            ["release_key"], ["answers.release_key"], name="fk_answers_unrounded_release_key_answers"
        ),
        sa.PrimaryKeyConstraint("release_key", name="pk_answers_unrounded"),
        comment="for the collective's own pages and for the set auditor",
        sqlite_strict=True,
    )


def _create_contributions() -> None:
    op.create_table(
        "contributions",
        sa.Column("round_id", sa.Text(), nullable=False, comment="one per round, for ever"),
        sa.Column("release_key", sa.Text(), nullable=False, comment="the answer in it"),
        sa.Column("content_hash", sa.Text(), nullable=False, comment="hash of the signed envelope"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope signed by this node"),
        sa.Column("made", sa.Text(), nullable=False, comment="when it was signed"),
        sa.ForeignKeyConstraint(["release_key"], ["answers.release_key"], name="fk_contributions_release_key_answers"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_contributions_round_id_rounds"),
        sa.PrimaryKeyConstraint("round_id", name="pk_contributions"),
        sa.UniqueConstraint("content_hash", name="uq_contributions_content_hash"),
        comment="what this node signed as its answer to a round",
        sqlite_strict=True,
    )
    op.create_index("ix_contributions_release_key", "contributions", ["release_key"], unique=False)


def _create_results() -> None:
    op.create_table(
        "results",
        sa.Column("round_id", sa.Text(), nullable=False, comment="the round"),
        sa.Column("kind", sa.Text(), nullable=False, comment="result or void"),
        sa.Column("content_hash", sa.Text(), nullable=False, comment="hash of the envelope"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope, byte for byte as it came"),
        sa.Column("received", sa.Text(), nullable=False, comment="when it came"),
        sa.CheckConstraint("kind IN ('result', 'void')", name="ck_results_kind"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name="fk_results_round_id_rounds"),
        sa.PrimaryKeyConstraint("round_id", name="pk_results"),
        comment="what came of each round, signed by the hub",
        sqlite_strict=True,
    )


def upgrade() -> None:
    _create_node()
    _create_federation()
    _create_trust_roots()
    _create_trust_directories()
    _create_agent_state()
    _create_incidents()
    _create_standing_rules()
    _create_outbox()
    _create_receipts()
    _create_questions()
    _create_rounds()
    _create_decisions()
    _create_answers()
    _create_answers_unrounded()
    _create_contributions()
    _create_results()
    for table in _ONLY_GROW:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)
