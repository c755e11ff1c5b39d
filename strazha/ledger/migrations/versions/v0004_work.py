"""People's work: who has what, saved views, corrections, double reviews, decisions taken back, a second factor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("withdrawn_decisions", "holding_events", "corrections", "review_opinions")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and columns; what people did is only ever added."""
    _columns()
    _holdings()
    _reviews()
    for table in APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            _refuse(table, change)


def downgrade() -> None:
    """Forget them all."""
    for table in (*APPEND_ONLY, "holdings", "saved_views", "double_reviews"):
        op.drop_table(table)
    for table, names in {
        "decisions": ("ground", "review"), "users": ("totp_secret", "totp_pending", "totp_step"), "sessions": ("agent",),
    }.items():  # fmt: skip
        for name in names:
            op.drop_column(table, name)


def _columns() -> None:
    op.add_column("decisions", sa.Column("ground", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("decisions", sa.Column("review", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("users", sa.Column("totp_secret", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("users", sa.Column("totp_pending", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("users", sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("sessions", sa.Column("agent", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "withdrawn_decisions",
        sa.Column("decision_id", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_withdrawn_decisions")),
    )


def _holdings() -> None:
    op.create_table(
        "holdings",
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "subject_id", name=op.f("pk_holdings")),
    )
    op.create_index(op.f("ix_holdings_holder"), "holdings", ["holder"], unique=False)
    op.create_table(
        "holding_events",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("done_by", sa.String(length=80), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding_events")),
    )
    op.create_index(op.f("ix_holding_events_subject_subject_id"), "holding_events", ["subject", "subject_id"], unique=False)
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("removed_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    op.create_index(op.f("ix_saved_views_owner"), "saved_views", ["owner"], unique=False)
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("advert_id", sa.String(length=200), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=10), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("machine", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("field", sa.String(length=10), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("takes_back", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_advert_id"), "corrections", ["advert_id"], unique=False)


def _reviews() -> None:
    op.create_table(
        "double_reviews",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("closed_at", _TIME, nullable=True),
        sa.Column("decision_id", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_double_reviews")),
    )
    op.create_index(op.f("ix_double_reviews_subject_subject_id"), "double_reviews", ["subject", "subject_id"], unique=False)
    op.create_index(op.f("ix_double_reviews_state"), "double_reviews", ["state"], unique=False)
    op.create_table(
        "review_opinions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("review_id", sa.String(length=40), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seen", sa.String(length=64), nullable=False),
        sa.Column("given_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_opinions")),
    )
    op.create_index(op.f("ix_review_opinions_review_id"), "review_opinions", ["review_id"], unique=False)


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
