"""The first tables of the hub: trust, collectives, questions, rounds, the feed, access and the audit."""

import sqlalchemy as sa
from alembic import op

from marke_ground.store.append_only import append_only_statements

revision = "v0001_hub"
down_revision = None

_ONLY_GROW = ("audit", "trust_documents", "messages", "outcomes", "feed")


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), nullable=False, comment="order of writing"),
        sa.Column("at", sa.Text(), nullable=False, comment="when, UTC"),
        sa.Column("actor_kind", sa.Text(), nullable=False, comment="in what capacity somebody acted"),
        sa.Column("actor_id", sa.Text(), nullable=False, comment="pseudonym of who acted"),
        sa.Column("verb", sa.Text(), nullable=False, comment="the service that was used"),
        sa.Column("subject", sa.Text(), nullable=False, comment="id of what it was done to"),
        sa.Column(
            "details", sa.Text(), nullable=False, comment="counts and ids as canonical JSON; never people's data"
        ),
        sa.CheckConstraint("length(details) <= 4000", name="ck_audit_details"),
        sa.CheckConstraint("length(verb) BETWEEN 1 AND 60", name="ck_audit_verb"),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
        comment="who did what to what, and when; grows only",
        sqlite_strict=True,
    )


def _create_collectives() -> None:
    op.create_table(
        "collectives",
        sa.Column("collective_id", sa.Text(), nullable=False, comment="col_ and 80 random bits"),
        sa.Column("name", sa.Text(), nullable=False, comment="name of the collective"),
        sa.Column("public_key", sa.Text(), nullable=False, comment="the node's key"),
        sa.Column("admitted", sa.Text(), nullable=False, comment="when an operator admitted it"),
        sa.Column("revoked", sa.Text(), nullable=True, comment="from when its key is no longer believed"),
        sa.CheckConstraint(
            "length(collective_id) = 20 AND substr(collective_id, 1, 4) = 'col_'", name="ck_collectives_collective_id"
        ),
        sa.CheckConstraint("revoked IS NULL OR revoked >= admitted", name="ck_collectives_revoked"),
        sa.PrimaryKeyConstraint("collective_id", name="pk_collectives"),
        sa.UniqueConstraint("public_key", name="uq_collectives_public_key"),
        comment="what the next directory will say; only a signed directory counts",
        sqlite_strict=True,
    )


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("collective_id", sa.Text(), nullable=False, comment="a collective of the directory"),
        sa.Column("seen", sa.Text(), nullable=False, comment="last poll, to five minutes"),
        sa.Column("software", sa.Text(), nullable=False, comment="what the node runs"),
        sa.Column("root_version", sa.Integer(), nullable=False, comment="the root the node holds"),
        sa.Column("directory_version", sa.Integer(), nullable=False, comment="the directory the node holds"),
        sa.PrimaryKeyConstraint("collective_id", name="pk_contacts"),
        comment="when each node was last heard of",
        sqlite_strict=True,
    )


def _create_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("invitation_id", sa.Text(), nullable=False, comment="inv_ and 80 random bits"),
        sa.Column(
            "secret",
            sa.Text(),
            nullable=True,
            comment="shared with the one collective; erased when it is used or expires",
        ),
        sa.Column("label", sa.Text(), nullable=False, comment="for which collective it was made"),
        sa.Column("made", sa.Text(), nullable=False, comment="when"),
        sa.Column("expires", sa.Text(), nullable=False, comment="last moment it works"),
        sa.Column("used", sa.Text(), nullable=True, comment="when a request to join came in on it"),
        sa.CheckConstraint(
            "length(invitation_id) = 20 AND substr(invitation_id, 1, 4) = 'inv_'", name="ck_invitations_invitation_id"
        ),
        sa.CheckConstraint("expires > made", name="ck_invitations_expires"),
        sa.CheckConstraint("used IS NULL OR secret IS NULL", name="ck_invitations_secret"),
        sa.PrimaryKeyConstraint("invitation_id", name="pk_invitations"),
        comment="one-time passes to ask for admission",
        sqlite_strict=True,
    )


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("content_hash", sa.Text(), nullable=False, comment="hash of the envelope"),
        sa.Column("kind", sa.Text(), nullable=False, comment="decision or contribution"),
        sa.Column("round_id", sa.Text(), nullable=False, comment="the round"),
        sa.Column("collective_id", sa.Text(), nullable=False, comment="who signed it"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope, byte for byte as it came"),
        sa.Column("receipt", sa.Text(), nullable=False, comment="DSSE envelope of the receipt that was given"),
        sa.Column("received", sa.Text(), nullable=False, comment="when"),
        sa.CheckConstraint("kind IN ('decision', 'contribution')", name="ck_messages_kind"),
        sa.PrimaryKeyConstraint("content_hash", name="pk_messages"),
        comment="what collectives sent, for ever; one contribution per round and collective",
        sqlite_strict=True,
    )
    op.create_index("ix_messages_round", "messages", ["round_id", "kind"], unique=False)
    op.create_index(
        "uq_messages_contribution",
        "messages",
        ["round_id", "collective_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'contribution'"),
        postgresql_where=sa.text("kind = 'contribution'"),
    )


def _create_operators() -> None:
    op.create_table(
        "operators",
        sa.Column("operator_id", sa.Text(), nullable=False, comment="opr_ and 80 random bits"),
        sa.Column("label", sa.Text(), nullable=False, comment="what colleagues call this operator or client"),
        sa.Column("kind", sa.Text(), nullable=False, comment="operator, checker or client"),
        sa.Column("added", sa.Text(), nullable=False, comment="when"),
        sa.Column("removed", sa.Text(), nullable=True, comment="when the access was taken away"),
        sa.CheckConstraint("kind IN ('operator', 'checker', 'client')", name="ck_operators_kind"),
        sa.CheckConstraint(
            "length(operator_id) = 20 AND substr(operator_id, 1, 4) = 'opr_'", name="ck_operators_operator_id"
        ),
        sa.CheckConstraint("length(label) BETWEEN 1 AND 80", name="ck_operators_label"),
        sa.PrimaryKeyConstraint("operator_id", name="pk_operators"),
        sa.UniqueConstraint("label", name="uq_operators_label"),
        comment="the consortium's own people and programs at this hub",
        sqlite_strict=True,
    )


def _create_questions() -> None:
    op.create_table(
        "questions",
        sa.Column("question_hash", sa.Text(), nullable=False, comment="content hash of the question"),
        sa.Column("release_key", sa.Text(), nullable=False, comment="variable, period, breakdown, bundle, revision"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope with the signatures collected so far"),
        sa.Column("drafted", sa.Text(), nullable=False, comment="when"),
        sa.Column("drafted_by", sa.Text(), nullable=False, comment="kind and id of who drafted it"),
        sa.Column("approved", sa.Text(), nullable=True, comment="when the threshold of approvers was reached"),
        sa.CheckConstraint("approved IS NULL OR approved >= drafted", name="ck_questions_approved"),
        sa.CheckConstraint("length(envelope) <= 65536", name="ck_questions_envelope"),
        sa.PrimaryKeyConstraint("question_hash", name="pk_questions"),
        comment="questions of the consortium; valid only by the approvers' signatures",
        sqlite_strict=True,
    )
    op.create_index("ix_questions_release_key", "questions", ["release_key"], unique=False)


def _create_seen_tokens() -> None:
    op.create_table(
        "seen_tokens",
        sa.Column("token", sa.Text(), nullable=False, comment="collective and number of an API token that was used"),
        sa.Column("expires", sa.Text(), nullable=False, comment="after this the token is refused anyway"),
        sa.PrimaryKeyConstraint("token", name="pk_seen_tokens"),
        comment="API tokens work once; kept until they expire",
        sqlite_strict=True,
    )
    op.create_index("ix_seen_tokens_expires", "seen_tokens", ["expires"], unique=False)


def _create_sign_in_links() -> None:
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the token, hexadecimal"),
        sa.Column("actor_kind", sa.Text(), nullable=False, comment="in what capacity the person will act"),
        sa.Column("actor_id", sa.Text(), nullable=False, comment="pseudonym of the person"),
        sa.Column("made", sa.Text(), nullable=False, comment="moment the link was printed, UTC"),
        sa.Column("expires", sa.Text(), nullable=False, comment="last moment it works, UTC"),
        sa.Column("used", sa.Text(), nullable=True, comment="moment it was used; a link works once"),
        sa.CheckConstraint("expires > made", name="ck_sign_in_links_expires"),
        sa.CheckConstraint("length(token_hash) = 64", name="ck_sign_in_links_token_hash"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_links"),
        comment="one-time sign-in links printed by the command line",
        sqlite_strict=True,
    )


def _create_trust_documents() -> None:
    op.create_table(
        "trust_documents",
        sa.Column("kind", sa.Text(), nullable=False, comment="root or directory"),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one"),
        sa.Column("content_hash", sa.Text(), nullable=False, comment="hash of the envelope"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope with the threshold of signatures"),
        sa.Column("published", sa.Text(), nullable=False, comment="when this hub verified and published it"),
        sa.CheckConstraint("kind IN ('root', 'directory')", name="ck_trust_documents_kind"),
        sa.CheckConstraint("version >= 1", name="ck_trust_documents_version"),
        sa.PrimaryKeyConstraint("kind", "version", name="pk_trust_documents"),
        sa.UniqueConstraint("content_hash", name="uq_trust_documents_content_hash"),
        comment="every root and directory that was ever published; grows only",
        sqlite_strict=True,
    )


def _create_web_sessions() -> None:
    op.create_table(
        "web_sessions",
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the token, hexadecimal"),
        sa.Column("actor_kind", sa.Text(), nullable=False, comment="in what capacity the person acts"),
        sa.Column("actor_id", sa.Text(), nullable=False, comment="pseudonym of the person"),
        sa.Column("started", sa.Text(), nullable=False, comment="moment of signing in, UTC"),
        sa.Column("seen", sa.Text(), nullable=False, comment="last use, UTC, to the minute"),
        sa.Column("expires", sa.Text(), nullable=False, comment="end in any case, UTC"),
        sa.Column("revoked", sa.Text(), nullable=True, comment="moment of signing out, UTC"),
        sa.CheckConstraint("expires > started", name="ck_web_sessions_expires"),
        sa.CheckConstraint("length(token_hash) = 64", name="ck_web_sessions_token_hash"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_web_sessions"),
        comment="who is signed in; the token itself exists only in the browser",
        sqlite_strict=True,
    )
    op.create_index("ix_web_sessions_actor_kind_actor_id", "web_sessions", ["actor_kind", "actor_id"], unique=False)


def _create_enrolments() -> None:
    op.create_table(
        "enrolments",
        sa.Column("content_hash", sa.Text(), nullable=False, comment="hash of the envelope"),
        sa.Column("invitation_id", sa.Text(), nullable=False, comment="its pass"),
        sa.Column("name", sa.Text(), nullable=False, comment="name of the collective, as it says itself"),
        sa.Column("public_key", sa.Text(), nullable=False, comment="the node's key"),
        sa.Column("software", sa.Text(), nullable=False, comment="what the node runs"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope signed by the node's key"),
        sa.Column("received", sa.Text(), nullable=False, comment="when"),
        sa.Column("collective_id", sa.Text(), nullable=True, comment="the collective it became, once admitted"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.invitation_id"], name="fk_enrolments_invitation_id_invitations"
        ),
        sa.PrimaryKeyConstraint("content_hash", name="pk_enrolments"),
        sa.UniqueConstraint("invitation_id", name="uq_enrolments_invitation_id"),
        sa.UniqueConstraint("public_key", name="uq_enrolments_public_key"),
        comment="requests to join; a person compares the fingerprint and admits",
        sqlite_strict=True,
    )


def _create_rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("round_id", sa.Text(), nullable=False, comment="rnd_ and 80 random bits"),
        sa.Column("question_hash", sa.Text(), nullable=False, comment="the question it asks"),
        sa.Column("release_key", sa.Text(), nullable=False, comment="the key that is answered once"),
        sa.Column("phase", sa.Text(), nullable=False, comment="deciding, open, resulted or voided"),
        sa.Column("offered", sa.Text(), nullable=False, comment="when the question was offered"),
        sa.Column("decide_until", sa.Text(), nullable=False, comment="end of the decision window"),
        sa.Column("opened", sa.Text(), nullable=True, comment="when the round opened"),
        sa.Column("closes", sa.Text(), nullable=True, comment="end of the contribution window"),
        sa.Column("eligible", sa.Integer(), nullable=True, comment="acceptances when the decision window closed"),
        sa.Column("waiting_for", sa.Integer(), nullable=False, comment="collectives that this phase still waits for"),
        sa.Column("due", sa.Text(), nullable=False, comment="when this phase ends at the latest"),
        sa.CheckConstraint("length(round_id) = 20 AND substr(round_id, 1, 4) = 'rnd_'", name="ck_rounds_round_id"),
        sa.CheckConstraint(
            "phase <> 'open' OR (closes IS NOT NULL AND eligible IS NOT NULL)", name="ck_rounds_open_has_deadline"
        ),
        sa.CheckConstraint("phase IN ('deciding', 'open', 'resulted', 'voided')", name="ck_rounds_phase"),
        sa.CheckConstraint("waiting_for >= 0", name="ck_rounds_waiting_for"),
        sa.ForeignKeyConstraint(
            ["question_hash"], ["questions.question_hash"], name="fk_rounds_question_hash_questions"
        ),
        sa.PrimaryKeyConstraint("round_id", name="pk_rounds"),
        comment="one asking of one question",
        sqlite_strict=True,
    )
    op.create_index("ix_rounds_phase", "rounds", ["phase"], unique=False)
    op.create_index(
        "uq_rounds_release_key",
        "rounds",
        ["release_key"],
        unique=True,
        sqlite_where=sa.text("phase <> 'voided'"),
        postgresql_where=sa.text("phase <> 'voided'"),
    )


def _create_feed() -> None:
    op.create_table(
        "feed",
        sa.Column("number", sa.BigInteger(), nullable=False, comment="the cursor; without gaps"),
        sa.Column("kind", sa.Text(), nullable=False, comment="what the envelope holds"),
        sa.Column("round_id", sa.Text(), nullable=False, comment="for the collectives invited to this round"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope"),
        sa.Column("added", sa.Text(), nullable=False, comment="when"),
        sa.CheckConstraint("kind IN ('offer', 'round', 'void', 'result')", name="ck_feed_kind"),
        sa.CheckConstraint("number >= 1", name="ck_feed_number"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.round_id"], name="fk_feed_round_id_rounds"),
        sa.PrimaryKeyConstraint("number", name="pk_feed"),
        comment="what nodes fetch of rounds, oldest first; grows only",
        sqlite_strict=True,
    )


def _create_outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("round_id", sa.Text(), nullable=False, comment="the round; once"),
        sa.Column("kind", sa.Text(), nullable=False, comment="result or void"),
        sa.Column("envelope", sa.Text(), nullable=False, comment="DSSE envelope signed by the hub"),
        sa.Column("made", sa.Text(), nullable=False, comment="when"),
        sa.CheckConstraint("kind IN ('result', 'void')", name="ck_outcomes_kind"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.round_id"], name="fk_outcomes_round_id_rounds"),
        sa.PrimaryKeyConstraint("round_id", name="pk_outcomes"),
        comment="what came of each round; grows only",
        sqlite_strict=True,
    )


def _create_standings() -> None:
    op.create_table(
        "standings",
        sa.Column("round_id", sa.Text(), nullable=False, comment="the round"),
        sa.Column("collective_id", sa.Text(), nullable=False, comment="an invited collective"),
        sa.Column("standing", sa.Text(), nullable=False, comment="invited, said_yes, said_no or answered"),
        sa.Column("decision", sa.Text(), nullable=True, comment="hash of the decision that counts"),
        sa.Column("refusal", sa.Text(), nullable=True, comment="all that a refusal tells"),
        sa.Column("contribution", sa.Text(), nullable=True, comment="hash of the one contribution"),
        sa.CheckConstraint("(standing = 'answered') = (contribution IS NOT NULL)", name="ck_standings_contribution"),
        sa.CheckConstraint("(standing = 'invited') = (decision IS NULL)", name="ck_standings_decision"),
        sa.CheckConstraint("(standing = 'said_no') = (refusal IS NOT NULL)", name="ck_standings_refusal"),
        sa.CheckConstraint("refusal IN ('policy', 'not_enough', 'technical')", name="ck_standings_refusal_class"),
        sa.CheckConstraint("standing IN ('invited', 'said_yes', 'said_no', 'answered')", name="ck_standings_standing"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.round_id"], name="fk_standings_round_id_rounds"),
        sa.PrimaryKeyConstraint("round_id", "collective_id", name="pk_standings"),
        comment="where each invited collective stands in each round",
        sqlite_strict=True,
    )


def upgrade() -> None:
    _create_audit()
    _create_collectives()
    _create_contacts()
    _create_invitations()
    _create_messages()
    _create_operators()
    _create_questions()
    _create_seen_tokens()
    _create_sign_in_links()
    _create_trust_documents()
    _create_web_sessions()
    _create_enrolments()
    _create_rounds()
    _create_feed()
    _create_outcomes()
    _create_standings()
    for table in _ONLY_GROW:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)
