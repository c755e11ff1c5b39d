"""Tokens are collected by their owners; those there are count as collected when they were made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when a token was collected."""
    op.add_column("api_tokens", sa.Column("collected_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE api_tokens SET collected_at = made_at")


def downgrade() -> None:
    """Forget it, and the tokens that nobody collected."""
    op.execute("DELETE FROM api_tokens WHERE collected_at IS NULL")
    op.drop_column("api_tokens", "collected_at")
