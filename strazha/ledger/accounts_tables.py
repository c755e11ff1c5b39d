"""Tables of accounts: stated reasons, recovery codes, accounts of an identity provider, exercises of the training mode."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from strazha.ledger.tables import Json, Moment, Words, metadata

#: Why somebody looked at what is covered, closed or leaves the house: once per act, item and session.
stated_reasons = Table(
    "stated_reasons",
    metadata,
    Column("id", String(40), primary_key=True),
    #: The SHA-256 of the session's token, as in ``sessions``: a reason holds as long as the session does.
    Column("session", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("act", String(40), nullable=False),
    Column("subject", String(20), nullable=False),
    Column("subject_id", Words, nullable=False),
    #: A reason of the fixed list (review/accounts/reasons.py).
    Column("code", String(40), nullable=False),
    Column("words", Words, nullable=False),
    #: True where it also holds for what the same person asks for later in this session.
    Column("standing", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "session"),
)

#: Codes that stand in for a lost device, each once. Eighty random bits each: a plain digest is enough.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("code_sha256", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment),
    Index(None, "name"),
)

#: Who of an identity provider an account belongs to: issuer and subject, never an e-mail address.
identities = Table(
    "identities",
    metadata,
    Column("issuer", String(300), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("linked_at", Moment, nullable=False),
    Index(None, "name"),
)

#: Sign-ins on their way to the provider and back. A row is taken out by the first return: none is good twice.
oidc_attempts = Table(
    "oidc_attempts",
    metadata,
    Column("state_sha256", String(64), primary_key=True),
    #: Digest of the cookie that ties the return to the browser that set out.
    Column("browser_sha256", String(64), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("target", Words, nullable=False),
    Column("begun_at", Moment, nullable=False),
)

#: What people marked in exercises. Nothing here is about a real advert, and no other table refers to it.
training_answers = Table(
    "training_answers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("learner", String(64), nullable=False),
    Column("case_id", String(80), nullable=False),
    #: Digest of the case as it was then: an answer to a case rewritten since is still read rightly.
    Column("case_version", String(16), nullable=False),
    Column("level", Integer, nullable=False),
    Column("form", String(30), nullable=False),
    #: Ids of the indicators: seen rightly, missed, seen where there are none.
    Column("hit", Json, nullable=False),
    Column("missed", Json, nullable=False),
    Column("wrong", Json, nullable=False),
    #: Words the learner gave for an indicator, by its id.
    Column("words", Json, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("ground", String(40), nullable=False),
    #: best | fair | poor
    Column("verdict", String(10), nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "learner", "at"),
)
