"""Tables of casework: notes on adverts, clusters and cases, and case folders."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from strazha.ledger.tables import Moment, Words, metadata

#: Versions of notes; rows are only ever added, the newest of a note is what it says.
notes = Table(
    "notes",
    metadata,
    Column("id", String(40), primary_key=True),
    #: The note all versions share.
    Column("note", String(40), nullable=False),
    Column("number", Integer, nullable=False),
    #: advert | cluster | case
    Column("subject", String(20), nullable=False),
    Column("subject_id", String(200), nullable=False),
    Column("text", Words, nullable=False),
    Column("written_by", String(64), nullable=False),
    Column("written_at", Moment, nullable=False),
    Index(None, "subject", "subject_id"),
    Index(None, "note"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("title", Words, nullable=False),
    #: The unit's own reference number.
    Column("reference", Words, nullable=False),
    Column("opened_by", String(64), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
)

#: Who may see a case, beside leads.
case_people = Table(
    "case_people",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("name", String(64), primary_key=True),
    Index(None, "name"),
)

#: What lies in a case now; ``case_events`` is the history.
case_items = Table(
    "case_items",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("subject", String(20), primary_key=True),
    Column("subject_id", String(200), primary_key=True),
    Column("added_by", String(64), nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("reason", Words, nullable=False),
    Index(None, "subject", "subject_id"),
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False),
    #: opened | renamed | item added | item removed | person added | person removed | closed | reopened | report | bundle
    Column("action", String(20), nullable=False),
    #: advert | cluster | person, or empty.
    Column("subject", String(20), nullable=False),
    Column("subject_id", String(200), nullable=False),
    Column("reason", Words, nullable=False),
    Column("done_by", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "case_id"),
)
