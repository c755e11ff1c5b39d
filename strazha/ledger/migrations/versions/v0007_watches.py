"""Investigators' work: saved searches, watches, alerts and their deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_TABLES = ("saved_searches", "watches", "watch_known", "watch_alerts", "watch_deliveries")


def upgrade() -> None:
    """Make the tables."""
    _searches()
    _alerts()


def downgrade() -> None:
    """Forget them all."""
    for table in _TABLES:
        op.drop_table(table)


def _searches() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("removed_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
    )
    op.create_index(op.f("ix_saved_searches_owner"), "saved_searches", ["owner"], unique=False)
    op.create_table(
        "watches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("mail", sa.String(length=254), nullable=False),
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.String(length=10), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("looked_at", _TIME, nullable=True),
        sa.Column("problem", sa.String(length=20), nullable=False),
        sa.Column("removed_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
    )
    op.create_index(op.f("ix_watches_owner"), "watches", ["owner"], unique=False)
    op.create_table(
        "watch_known",
        sa.Column("watch_id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("watch_id", "subject", "subject_id", name=op.f("pk_watch_known")),
    )


def _alerts() -> None:
    op.create_table(
        "watch_alerts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("watch_id", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("adverts", sa.Integer(), nullable=False),
        sa.Column("clusters", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("read_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_alerts")),
    )
    op.create_index(op.f("ix_watch_alerts_owner_at"), "watch_alerts", ["owner", "at"], unique=False)
    op.create_index(op.f("ix_watch_alerts_watch_id"), "watch_alerts", ["watch_id"], unique=False)
    op.create_table(
        "watch_deliveries",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("alert_id", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", _TIME, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_deliveries")),
    )
    op.create_index(op.f("ix_watch_deliveries_state_next_at"), "watch_deliveries", ["state", "next_at"], unique=False)
    op.create_index(op.f("ix_watch_deliveries_alert_id"), "watch_deliveries", ["alert_id"], unique=False)
