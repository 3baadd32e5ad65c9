"""Access: web sessions and one-time sign-in links."""

import sqlalchemy as sa
from alembic import op

revision = "v0003_access"
down_revision = "v0002_federation"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "web_sessions",
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the token, hexadecimal"),
        sa.Column("actor_kind", sa.Text(), nullable=False, comment="in what capacity the person acts"),
        sa.Column("actor_id", sa.Text(), nullable=False, comment="pseudonym of the person"),
        sa.Column("started", sa.Text(), nullable=False, comment="moment of signing in, UTC"),
        sa.Column("seen", sa.Text(), nullable=False, comment="last use, UTC, to the minute"),
        sa.Column("expires", sa.Text(), nullable=False, comment="end in any case, UTC"),
        sa.Column("revoked", sa.Text(), nullable=True, comment="moment of signing out, UTC"),
        sa.CheckConstraint("length(token_hash) = 64", name="ck_web_sessions_token_hash"),
        sa.CheckConstraint("expires > started", name="ck_web_sessions_expires"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_web_sessions"),
        comment="who is signed in; the token itself exists only in the browser",
        sqlite_strict=True,
    )
    op.create_index("ix_web_sessions_actor_kind_actor_id", "web_sessions", ["actor_kind", "actor_id"])
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the token, hexadecimal"),
        sa.Column("actor_kind", sa.Text(), nullable=False, comment="in what capacity the person will act"),
        sa.Column("actor_id", sa.Text(), nullable=False, comment="pseudonym of the person"),
        sa.Column("made", sa.Text(), nullable=False, comment="moment the link was printed, UTC"),
        sa.Column("expires", sa.Text(), nullable=False, comment="last moment it works, UTC"),
        sa.Column("used", sa.Text(), nullable=True, comment="moment it was used; a link works once"),
        sa.CheckConstraint("length(token_hash) = 64", name="ck_sign_in_links_token_hash"),
        sa.CheckConstraint("expires > made", name="ck_sign_in_links_expires"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_links"),
        comment="one-time sign-in links printed by the command line",
        sqlite_strict=True,
    )
