"""Directories say under which root they were published, so that a restart replays both in their order."""

import sqlalchemy as sa
from alembic import op

revision = "v0002_trust_order"
down_revision = "v0001_hub"


def upgrade() -> None:
    """Add the column; older rows have none, and are placed by the moment of their publishing."""
    op.add_column(
        "trust_documents",
        sa.Column(
            "root_version",
            sa.Integer(),
            nullable=True,
            comment="of a directory: the root it was verified under; absent in old rows",
        ),
    )
