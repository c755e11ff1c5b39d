"""Operators' work: pauses, runs asked for, lines of runs, words on quarantine and alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APPEND_ONLY = ("source_switches", "quarantine_words", "alarm_words")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; what people said is only ever added."""
    _sources()
    _words()
    for table in APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            _refuse(table, change)


def downgrade() -> None:
    """Forget them all."""
    for table in (*APPEND_ONLY, "asked_runs", "run_lines"):
        op.drop_table(table)


def _sources() -> None:
    op.create_table(
        "source_switches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("done_by", sa.String(length=80), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_switches")),
    )
    op.create_index(op.f("ix_source_switches_source_id"), "source_switches", ["source_id"], unique=False)
    op.create_table(
        "asked_runs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_runs")),
    )
    op.create_index(op.f("ix_asked_runs_source_id_asked_at"), "asked_runs", ["source_id", "asked_at"], unique=False)
    op.create_table(
        "run_lines",
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_run_lines")),
        sqlite_with_rowid=False,
    )


def _words() -> None:
    op.create_table(
        "quarantine_words",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("done_by", sa.String(length=80), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_words")),
    )
    op.create_index(op.f("ix_quarantine_words_unit"), "quarantine_words", ["unit"], unique=False)
    op.create_table(
        "alarm_words",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("alarm", sa.String(length=400), nullable=False),
        sa.Column("done_by", sa.String(length=80), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_words")),
    )
    op.create_index(op.f("ix_alarm_words_alarm"), "alarm_words", ["alarm"], unique=False)


def _refuse(table: str, change: str) -> None:
    # Names come from the tuple above, never from outside.
    name = f"{table}_no_{change.lower()}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW EXECUTE FUNCTION strazha_append_only()")
    else:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
        )
