"""index only the messages that have an invitation or a campaign."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = ("invitation_id", "campaign_id")


def upgrade():
    for column in COLUMNS:
        there = sa.text(f"{column} IS NOT NULL")
        op.drop_index(f"ix_message_{column}", table_name="message")
        op.create_index(
            f"ix_message_{column}",
            "message",
            [column],
            sqlite_where=there,
            postgresql_where=there,
        )


def downgrade():
    for column in COLUMNS:
        op.drop_index(f"ix_message_{column}", table_name="message")
        op.create_index(f"ix_message_{column}", "message", [column])
