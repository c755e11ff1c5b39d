"""Tables of investigators' work: saved searches, watches, what each has seen, alerts, and their way out of the system."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from strazha.ledger.tables import Moment, Words, metadata

#: The lock under which watches look and deliveries are claimed.
WATCHING = "watches"

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("name", Words, nullable=False),
    #: The query string of the search's address.
    Column("query", Words, nullable=False),
    #: JSON list of those it is shared with; "*" is everybody who may read adverts.
    Column("shared", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("removed_at", Moment),
    Index(None, "owner"),
)

watches = Table(
    "watches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("name", Words, nullable=False),
    #: search | list
    Column("kind", String(10), nullable=False),
    #: The query string of the search, or the lines of the list.
    Column("source", Words, nullable=False),
    #: JSON: what is asked of the index, see watch_records.Asked.
    Column("asked", Words, nullable=False),
    Column("mail", String(254), nullable=False),
    Column("hook", Words, nullable=False),
    #: Signs what goes to the webhook.
    Column("secret", String(64), nullable=False),
    #: counts | items
    Column("detail", String(10), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("looked_at", Moment),
    #: Why it cannot look: too_many; empty where it can.
    Column("problem", String(20), nullable=False),
    Column("removed_at", Moment),
    Index(None, "owner"),
)

#: What a watch has seen already; ``mark`` changes when a cluster does.
watch_known = Table(
    "watch_known",
    metadata,
    Column("watch_id", String(40), primary_key=True),
    Column("subject", String(20), primary_key=True),
    Column("subject_id", String(200), primary_key=True),
    Column("mark", String(40), nullable=False),
)

watch_alerts = Table(
    "watch_alerts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("watch_id", String(40), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("adverts", Integer, nullable=False),
    Column("clusters", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    #: JSON list of [kind, id, new | changed], the first of them.
    Column("items", Words, nullable=False),
    Column("read_at", Moment),
    Index(None, "owner", "at"),
    Index(None, "watch_id"),
)

watch_deliveries = Table(
    "watch_deliveries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("alert_id", String(40), nullable=False),
    #: mail | hook
    Column("channel", String(10), nullable=False),
    Column("target", Words, nullable=False),
    #: pending | sending | sent | refused | given_up
    Column("state", String(10), nullable=False),
    Column("tries", Integer, nullable=False),
    #: When it is to be tried next; while it is being sent, when whoever sends it has been silent for too long.
    Column("next_at", Moment, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("error", Words, nullable=False),
    Index(None, "state", "next_at"),
    Index(None, "alert_id"),
)
