"""Pauses of sources in order of their being said, not by the clock alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Number what was said, those there are by the clock."""
    op.add_column("source_switches", sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    # The rows are only ever added; this once they are given a number.
    _let()
    op.execute(
        "UPDATE source_switches SET number = (SELECT count(*) FROM source_switches AS other "
        "WHERE other.at < source_switches.at OR (other.at = source_switches.at AND other.id <= source_switches.id))"
    )
    _refuse()


def downgrade() -> None:
    """Forget the numbers."""
    op.drop_column("source_switches", "number")


def _let() -> None:
    on = " ON source_switches" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER source_switches_no_update{on}")


def _refuse() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER source_switches_no_update BEFORE UPDATE ON source_switches "
            "FOR EACH ROW EXECUTE FUNCTION strazha_append_only()"
        )
    else:
        op.execute(
            "CREATE TRIGGER source_switches_no_update BEFORE UPDATE ON source_switches "
            "BEGIN SELECT RAISE(ABORT, 'rows of source_switches are only ever added'); END"
        )
