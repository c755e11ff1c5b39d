"""Identifiers that unlike advertisers share, and what people ruled of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables; rulings are only ever added."""
    op.create_table(
        "identifiers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("adverts", sa.Integer(), nullable=False),
        sa.Column("trust", sa.Float(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_identifiers")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identifier_rulings",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ruled_by", sa.String(length=80), nullable=False),
        sa.Column("is_hub", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "ruled_at", "ruled_by", name=op.f("pk_identifier_rulings")),
    )
    for change in ("UPDATE", "DELETE"):
        name = f"identifier_rulings_no_{change.lower()}"
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {change} ON identifier_rulings "
                "FOR EACH ROW EXECUTE FUNCTION strazha_append_only()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {change} ON identifier_rulings "
                "BEGIN SELECT RAISE(ABORT, 'rows of identifier_rulings are only ever added'); END"
            )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("identifier_rulings")
    op.drop_table("identifiers")
