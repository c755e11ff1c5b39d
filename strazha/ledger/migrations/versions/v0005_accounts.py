"""Accounts: stated reasons, recovery codes, identity providers, idle sessions, room for sealed secrets; exercises."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make tables and columns. Secrets stay as they are here: whoever holds the key seals them (``Ledger.use_keys``)."""
    op.add_column("users", sa.Column("last_login_at", _TIME, nullable=True))
    op.add_column("users", sa.Column("password_until", _TIME, nullable=True))
    op.add_column("sessions", sa.Column("seen_at", _TIME, nullable=True))
    with op.batch_alter_table("users") as users:
        for name in ("totp_secret", "totp_pending"):
            users.alter_column(name, existing_type=sa.String(length=64), type_=sa.Text(), existing_server_default="")
    _reasons()
    _signing_in()
    _training()
    for change in ("UPDATE", "DELETE"):
        _refuse("stated_reasons", change)


def downgrade() -> None:
    """Forget them all; sealed secrets go with them, as the former program could not read them."""
    for table in ("stated_reasons", "recovery_codes", "identities", "oidc_attempts", "training_answers"):
        op.drop_table(table)
    op.execute("UPDATE users SET totp_secret = '', totp_pending = ''")
    with op.batch_alter_table("users") as users:
        users.drop_column("last_login_at")
        users.drop_column("password_until")
        for name in ("totp_secret", "totp_pending"):
            users.alter_column(name, existing_type=sa.Text(), type_=sa.String(length=64), existing_server_default="")
    op.drop_column("sessions", "seen_at")


def _reasons() -> None:
    op.create_table(
        "stated_reasons",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_reasons")),
    )
    op.create_index(op.f("ix_stated_reasons_session"), "stated_reasons", ["session"], unique=False)


def _signing_in() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_name"), "recovery_codes", ["name"], unique=False)
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("linked_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_name"), "identities", ["name"], unique=False)
    op.create_table(
        "oidc_attempts",
        sa.Column("state_sha256", sa.String(length=64), nullable=False),
        sa.Column("browser_sha256", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=128), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("state_sha256", name=op.f("pk_oidc_attempts")),
    )


def _training() -> None:
    op.create_table(
        "training_answers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("learner", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("case_version", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=30), nullable=False),
        sa.Column("hit", sa.Text(), nullable=False),
        sa.Column("missed", sa.Text(), nullable=False),
        sa.Column("wrong", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_answers")),
    )
    op.create_index(op.f("ix_training_answers_learner_at"), "training_answers", ["learner", "at"], unique=False)


def _refuse(table: str, change: str) -> None:
    # Names come from the callers above, never from outside.
    name = f"{table}_no_{change.lower()}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW EXECUTE FUNCTION strazha_append_only()")
    else:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
        )
