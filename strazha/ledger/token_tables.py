"""Table of the API's tokens."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from strazha.ledger.tables import Moment, Words, metadata

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", Words, nullable=False),
    #: The account in whose name it acts.
    Column("owner", String(64), nullable=False),
    #: The owner's role when the token was made: it holds for as long as the owner has that role.
    Column("role", String(20), nullable=False),
    #: full | read
    Column("scope", String(10), nullable=False),
    #: Of the secret; ``waiting:`` and the id while there is none, which is no digest of anything.
    Column("token_sha256", String(64), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
    #: Who revoked it; empty where it ended with its owner's account or role.
    Column("revoked_by", String(80), nullable=False),
    #: When its owner collected the secret; empty while nobody has one.
    Column("collected_at", Moment),
    Index(None, "token_sha256", unique=True),
    Index(None, "owner"),
)
