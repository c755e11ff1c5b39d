"""The ledger's tables. Migrations make them; a test holds the two alike."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def clean(words: str) -> str:
    """Text as every database can hold it: NUL and lone surrogates replaced."""
    return words.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


class Words(TypeDecorator[str]):
    """Text from outside: what PostgreSQL or UTF-8 cannot hold (NUL, lone surrogates) becomes the replacement character."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Cleaned."""
        if value is None:
            return None
        return clean(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """As stored."""
        return value


class Json(TypeDecorator[Any]):
    """JSON as text, escaped to ASCII: a NUL or a broken character inside is kept exactly, on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """To text."""
        return json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Parsed."""
        return None if value is None else json.loads(value)


metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"})

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(80), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("started_at", Moment, nullable=False),
    #: The sources, sorted, as JSON: what a resumed run is found by.
    Column("sources_key", Text, nullable=False),
    Column("report", Json, nullable=False),
    Index(None, "started_at"),
)

crawls = Table(
    "crawls",
    metadata,
    Column("run_id", String(80), primary_key=True),
    Column("source_id", String(200), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("report", Json, nullable=False),
    Index(None, "source_id", "started_at"),
)

steps = Table(
    "steps",
    metadata,
    Column("step", String(80), primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("run_id", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("detail", Json, nullable=False),
    sqlite_with_rowid=False,
)

adverts = Table(
    "adverts",
    metadata,
    Column("advert_id", String(200), primary_key=True),
    Column("source_id", String(200), nullable=False),
    Column("url", Words, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("gone_since", Moment),
    Column("content_hash", String(64), nullable=False),
    Column("versions", Integer, nullable=False),
    Column("landing_file", Text, nullable=False),
    Column("landing_offset", BigInteger, nullable=False),
    Column("landing_length", BigInteger, nullable=False),
    Index(None, "source_id", "advert_id"),
)

advert_versions = Table(
    "advert_versions",
    metadata,
    Column("advert_id", String(200), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content_hash", String(64), nullable=False),
    Column("url", Words, nullable=False),
    Column("captured_at", Moment, nullable=False),
    Column("run_id", String(80), nullable=False),
    Column("landing_file", Text, nullable=False),
    Column("landing_offset", BigInteger, nullable=False),
    Column("landing_length", BigInteger, nullable=False),
)

#: What each run found of each advert: makes taking in a run repeatable.
sightings = Table(
    "sightings",
    metadata,
    Column("run_id", String(80), primary_key=True),
    Column("source_id", String(200), primary_key=True),
    Column("advert_id", String(200), primary_key=True),
    #: new | changed | same | gone | unread
    Column("outcome", String(8), nullable=False),
    Column("captured_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

screenings = Table(
    "screenings",
    metadata,
    Column("advert_id", String(200), primary_key=True),
    Column("content_hash", String(64), primary_key=True),
    Column("pipeline", Text, primary_key=True),
    Column("landing_file", Text, nullable=False),
    Column("landing_offset", BigInteger, nullable=False),
    Column("landing_length", BigInteger, nullable=False),
    Column("band", String(10), nullable=False),
    Column("score", Integer, nullable=False),
    Column("run_id", String(80), nullable=False),
    sqlite_with_rowid=False,
)

links = Table(
    "links",
    metadata,
    Column("a", String(200), primary_key=True),
    Column("b", String(200), primary_key=True),
    Column("score", Float, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("judgement", String(20), nullable=False),
    Column("judged_by", String(80), nullable=False),
    Column("judged_at", Moment),
    Index(None, "b"),
)

#: Every judgement ever made of a link; ``links`` shows the newest.
link_judgements = Table(
    "link_judgements",
    metadata,
    Column("a", String(200), primary_key=True),
    Column("b", String(200), primary_key=True),
    Column("judged_at", Moment, primary_key=True),
    Column("judged_by", String(80), primary_key=True),
    Column("judgement", String(20), primary_key=True),
)

#: Contacts and pictures that join less than fully, as the machine found them last.
identifiers = Table(
    "identifiers",
    metadata,
    Column("key", Text, primary_key=True),
    Column("adverts", Integer, nullable=False),
    #: From 1 (fully) to 0 (joins nothing).
    Column("trust", Float, nullable=False),
    Column("why", Words, nullable=False),
    Column("found_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

#: What people ruled of identifiers; the newest row of a key holds.
identifier_rulings = Table(
    "identifier_rulings",
    metadata,
    Column("key", Text, primary_key=True),
    Column("ruled_at", Moment, primary_key=True),
    Column("ruled_by", String(80), primary_key=True),
    #: Null: an earlier ruling is taken back.
    Column("is_hub", Boolean),
    Column("reason", Words, nullable=False),
)

clusters = Table(
    "clusters",
    metadata,
    Column("cluster_id", String(200), primary_key=True),
    Column("record", Json, nullable=False),
    Column("retired_at", Moment),
    #: Ids of the clusters that took over the members, the largest first.
    Column("successors", Json, nullable=False),
)

cluster_members = Table(
    "cluster_members",
    metadata,
    #: The key: an advert belongs to one cluster at a time.
    Column("advert_id", String(200), primary_key=True),
    Column("cluster_id", String(200), nullable=False),
    Index(None, "cluster_id"),
    sqlite_with_rowid=False,
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("subject", String(20), nullable=False),
    Column("subject_id", String(200), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("reason", Words, nullable=False),
    Column("decided_by", String(80), nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("band", String(10), nullable=False),
    Column("score", Integer),
    Column("corrects", String(200), nullable=False),
    Column("ground", String(40), nullable=False, server_default=""),
    Column("review", String(40), nullable=False, server_default=""),
    Index(None, "subject", "subject_id", "decided_at"),
)

users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment),
    #: Sealed (strazha/ledger/sealing.py); empty where there is no second factor, or none confirmed yet.
    Column("totp_secret", Text, nullable=False, server_default=""),
    Column("totp_pending", Text, nullable=False, server_default=""),
    #: The newest time step a code was used of: none is good twice.
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    Column("last_login_at", Moment),
    #: Set while the password is one somebody else made: until when it is good for choosing an own one.
    Column("password_until", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("closed", Boolean, nullable=False),
    #: What the browser called itself.
    Column("agent", Words, nullable=False, server_default=""),
    #: When it was last used, to the minute; null: never since it was opened.
    Column("seen_at", Moment),
    Index(None, "name"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("who", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("detail", Json, nullable=False),
    Column("former", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "subject"),
)

legal_holds = Table(
    "legal_holds",
    metadata,
    Column("cluster_id", String(200), primary_key=True),
    Column("members", Json, nullable=False),
    Column("reason", Words, nullable=False),
    Column("placed_by", Words, nullable=False),
    Column("placed_at", Moment, nullable=False),
)

aged_adverts = Table(
    "aged_adverts",
    metadata,
    Column("advert_id", String(200), primary_key=True),
    Column("aged_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

#: Tables whose rows are only ever added; triggers refuse to change or delete them.
APPEND_ONLY = (
    "advert_versions", "decisions", "link_judgements", "identifier_rulings", "audit_log",
    "withdrawn_decisions", "holding_events", "corrections", "review_opinions", "stated_reasons",
    "source_switches", "quarantine_words", "alarm_words",
)  # fmt: skip
