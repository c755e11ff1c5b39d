"""Legal holds, and adverts whose time in the index is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "legal_holds",
        sa.Column("cluster_id", sa.String(length=200), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cluster_id", name=op.f("pk_legal_holds")),
    )
    op.create_table(
        "aged_adverts",
        sa.Column("advert_id", sa.String(length=200), nullable=False),
        sa.Column("aged_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("advert_id", name=op.f("pk_aged_adverts")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("aged_adverts")
    op.drop_table("legal_holds")
