"""Tables of people's work: who has what, saved views, corrections, double reviews, decisions taken back."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from strazha.ledger.tables import Moment, Words, metadata

#: The lock under which decisions and double reviews change: whether one may be made depends on what stands of the other.
DECIDING = "decisions"
#: States in which a double review still waits for somebody.
WAITING = ("open", "disputed")

withdrawn_decisions = Table(
    "withdrawn_decisions",
    metadata,
    Column("decision_id", String(200), primary_key=True),
    Column("withdrawn_by", String(80), nullable=False),
    Column("withdrawn_at", Moment, nullable=False),
)

#: Who has what now; ``holding_events`` is the history.
holdings = Table(
    "holdings",
    metadata,
    Column("subject", String(20), primary_key=True),
    Column("subject_id", String(200), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("given_by", String(80), nullable=False),
    Column("since", Moment, nullable=False),
    Column("note", Words, nullable=False),
    Index(None, "holder"),
)

holding_events = Table(
    "holding_events",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("subject", String(20), nullable=False),
    Column("subject_id", String(200), nullable=False),
    #: taken | handed | released | decided
    Column("action", String(20), nullable=False),
    #: Who has it after this; empty for nobody.
    Column("holder", String(64), nullable=False),
    Column("done_by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("note", Words, nullable=False),
    Index(None, "subject", "subject_id"),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("name", Words, nullable=False),
    #: The query string of the queue's address.
    Column("query", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("removed_at", Moment),
    Index(None, "owner"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("advert_id", String(200), nullable=False),
    Column("content_hash", String(64), nullable=False),
    #: mention | hit
    Column("about", String(10), nullable=False),
    #: add | remove | relabel | takeback
    Column("action", String(10), nullable=False),
    #: What the machine called it (``phone``, ``recruitment_fee``); empty for what it did not find.
    Column("machine", String(200), nullable=False),
    #: What the person calls it; empty where it is nothing.
    Column("label", String(200), nullable=False),
    Column("field", String(10), nullable=False),
    Column("start", Integer),
    Column("end", Integer),
    Column("text", Words, nullable=False),
    Column("note", Words, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", Moment, nullable=False),
    #: The correction this one takes back, if any.
    Column("takes_back", String(40), nullable=False),
    Index(None, "advert_id"),
)

double_reviews = Table(
    "double_reviews",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("subject", String(20), nullable=False),
    Column("subject_id", String(200), nullable=False),
    Column("opened_by", String(80), nullable=False),
    Column("opened_at", Moment, nullable=False),
    #: open | agreed | disputed | settled | ended
    Column("state", String(10), nullable=False),
    Column("closed_at", Moment),
    Column("decision_id", String(200), nullable=False),
    Index(None, "subject", "subject_id"),
    Index(None, "state"),
)

#: What each reviewer said; the newest row of a reviewer holds, one without an outcome takes the former back.
review_opinions = Table(
    "review_opinions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("review_id", String(40), nullable=False),
    Column("reviewer", String(64), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("ground", String(40), nullable=False),
    Column("reason", Words, nullable=False),
    #: Digest of what the reviewer saw.
    Column("seen", String(64), nullable=False),
    Column("given_at", Moment, nullable=False),
    Index(None, "review_id"),
)
