"""What the API is asked and answers about case folders, and what their reports say."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from review.api.asks import Body
from review.api.records import Answer, Kind, ScoreLine, Text
from review.api.work_records import Decision
from strazha.model import Band


class CaseNamed(Body):
    """A case's name and reference number."""

    title: str = Field(min_length=1, max_length=200)
    reference: str = Field(default="", max_length=80)


class CaseState(Body):
    """Whether a case is closed or goes on, and why."""

    to: Literal["closed", "reopened"]
    reason: str = Field(min_length=3, max_length=500)


class Handed(Body):
    """Why a case's evidence is handed out."""

    reason: str = Field(min_length=3, max_length=500, description="Kept in the case's history and the audit log")


class CaseReportAsked(Handed):
    """Why a case is reported on, and whether with contacts."""

    contacts: bool = Field(default=False, description="Contacts in the open; that is a line of the audit log of its own")


class CaseRow(Answer):
    """A case folder in a list."""

    id: str
    title: Text
    reference: Text
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    people: list[str]


class CaseItem(Answer):
    """An advert or cluster in a case, who put it there, when and why (contacts covered)."""

    kind: Kind
    id: Text
    added_by: str
    added_at: datetime
    reason: Text


class CaseEvent(Answer):
    """One line of a case's history."""

    action: str
    subject: str
    subject_id: Text
    reason: Text
    done_by: str
    at: datetime


class CaseFolder(CaseRow):
    """A case folder with what lies in it and its history."""

    items: list[CaseItem]
    history: list[CaseEvent]


class ReportNote(Answer):
    """A note as it stands now."""

    author: str
    written_at: datetime
    text: Text


class Proof(Answer):
    """An advert as evidence: which version, from which captured page, with which digests."""

    advert: Text
    title: Text
    body: Text
    source: Text
    url: Text
    first_seen: datetime
    last_seen: datetime
    gone_since: datetime | None
    captured_at: datetime
    content_hash: str
    payload_sha256: str = Field(description="Empty where the landing area holds no capture of it")
    warc: Text
    record: Text
    score: int
    band: Band
    reasons: list[ScoreLine]
    decisions: list[Decision]


class ReportLink(Answer):
    """A link of a cluster."""

    a: Text
    b: Text
    score: float
    reasons: list[Text]


class ReportItem(Answer):
    """One item of a case."""

    kind: Kind
    id: Text
    title: Text
    put_in: CaseItem
    score: int | None
    band: Band | None
    reasons: list[ScoreLine]
    decisions: list[Decision]
    notes: list[ReportNote]
    proofs: list[Proof]
    links: int
    strongest: list[ReportLink]


class CaseReport(Answer):
    """What a case's printed report says, contacts covered unless asked for."""

    case: CaseRow
    made_by: str
    made_at: datetime
    reason: Text
    uncovered: bool
    items: list[ReportItem]
    gone: list[Text] = Field(description="Items that are in the index no more")
    notes: list[ReportNote]
    history: list[CaseEvent]
    left_out: int = Field(description="Adverts beyond those the report holds; a bundle holds every one")
    audit_head: str = Field(description="Number and hash of the audit log's newest entry when it was made")
