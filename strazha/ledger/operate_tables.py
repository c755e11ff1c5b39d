"""Tables of operators' work: pauses, runs asked for on the pages, lines of runs, words on quarantine and alarms."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from strazha.ledger.tables import Json, Moment, Words, metadata

#: Each pause and resumption of a source; the newest row of a source holds.
source_switches = Table(
    "source_switches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("source_id", String(200), nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("done_by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", Words, nullable=False),
    #: Order in which they were said: two of one instant, or of a clock that was put back, keep theirs.
    Column("number", Integer, nullable=False, server_default="0"),
    Index(None, "source_id"),
)

asked_runs = Table(
    "asked_runs",
    metadata,
    Column("id", String(40), primary_key=True),
    #: run | rescreen
    Column("kind", String(10), nullable=False),
    Column("source_id", String(200), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("reason", Words, nullable=False),
    #: asked | running | ended | failed
    Column("state", String(10), nullable=False),
    #: The run it became; empty until it is known, and where nothing was due.
    Column("run_id", String(80), nullable=False),
    #: How far it is: step, done, of how many.
    Column("progress", Json, nullable=False),
    Column("ended_at", Moment),
    Column("problem", Words, nullable=False),
    Index(None, "source_id", "asked_at"),
)

#: What was said while a run went on, so many lines a run.
run_lines = Table(
    "run_lines",
    metadata,
    Column("run_id", String(80), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    #: info | warning | error
    Column("level", String(10), nullable=False),
    Column("text", Words, nullable=False),
    sqlite_with_rowid=False,
)

#: What operators said of adverts in quarantine. A retried one leaves the steps, so its reason is kept here.
quarantine_words = Table(
    "quarantine_words",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("unit", Text, nullable=False),
    Column("version", Text, nullable=False),
    #: retry | dismiss
    Column("action", String(10), nullable=False),
    Column("done_by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("run_id", String(80), nullable=False),
    Column("detail", Json, nullable=False),
    Index(None, "unit"),
)

#: Alarms somebody has taken note of, by what names the occurrence.
alarm_words = Table(
    "alarm_words",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("alarm", String(400), nullable=False),
    Column("done_by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("note", Words, nullable=False),
    Index(None, "alarm"),
)
