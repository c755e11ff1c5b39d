"""What the API answers with: people's work, runs, sources, the audit log, oneself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from review.api.records import Answer, Kind, Text
from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope
from strazha.model import Band, Outcome

ReviewState = Literal["open", "agreed", "disputed", "settled", "ended"]


class Holding(Answer):
    """Who has an item."""

    holder: str
    given_by: str
    since: datetime
    note: Text
    mine: bool


class HandEvent(Answer):
    """One step of an item's way from hand to hand."""

    action: Literal["taken", "handed", "released", "decided"]
    holder: str
    done_by: str
    at: datetime
    note: Text


class Decision(Answer):
    """One decision, and who took it back where somebody did."""

    id: str
    kind: Kind
    item: Text
    outcome: Outcome
    ground: str
    reason: Text
    decided_by: str
    decided_at: datetime
    band: Band | None = Field(description="What the machine said when the person decided")
    score: int | None
    corrects: str
    review: str
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None


class Opinion(Answer):
    """What one reviewer said."""

    reviewer: str
    outcome: Outcome
    ground: str
    reason: Text
    given_at: datetime


class ReviewMark(Answer):
    """Where an item stands in a double review."""

    id: str
    state: ReviewState
    opened_by: str
    opened_at: datetime


class Item(Answer):
    """People's work on an advert or cluster. While a double review is open it tells nothing of what others do or think."""

    kind: Kind
    id: Text
    seen: str = Field(description="Names what its page shows now; pass it on with a decision")
    standing: str = Field(description="The decision that stands, which a new one corrects; empty without one")
    holding: Holding | None
    hands: list[HandEvent]
    decisions: list[Decision]
    review: ReviewMark | None
    own_opinion: Opinion | None
    opinions: list[Opinion] = Field(description="Both opinions of a disputed review")
    colleagues: list[str] = Field(description="Who it can be handed to")
    may_hold: bool
    may_decide: bool
    may_open_review: bool
    may_end_review: bool


class Recorded(Answer):
    """What was recorded: a decision, or an opinion in a double review, which is a decision once both agree."""

    recorded: Literal["decision", "opinion"]
    decision: Decision | None
    review: ReviewMark | None
    repeated: bool = Field(description="Recorded by an earlier request with the same Idempotency-Key")


class Review(Answer):
    """A double review; opinions are told once both are in or it was ended."""

    id: str
    kind: Kind
    item: Text
    state: ReviewState
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    decision: str
    given: int = Field(description="Opinions given so far")
    opinions: list[Opinion]


class ReviewPage(Answer):
    """One page of double reviews, newest first."""

    reviews: list[Review]
    next: str


class Drawn(Answer):
    """How many double reviews were opened."""

    opened: int


class OutcomeAgreement(Answer):
    """Agreement on one outcome."""

    outcome: Outcome
    said: int
    both: int
    share: float | None


class Agreement(Answer):
    """How far reviewers agree: raw, and beyond chance (Cohen's kappa with its 95% interval)."""

    pairs: int
    same: int
    raw: float | None
    kappa: float | None
    low: float | None
    high: float | None
    outcomes: list[OutcomeAgreement]


class View(Answer):
    """Filters of the queue you keep under a name."""

    id: str
    name: Text
    query: Text = Field(description="As in the address of the queue's page")
    created_at: datetime


class SavedSearch(Answer):
    """A search you or a colleague keep under a name."""

    id: str
    owner: str
    name: Text
    query: Text = Field(description="As in the address of the search's page")
    mine: bool
    shared: list[str] = Field(description="With whom; * is everybody who may read, and nobody is told of another's")
    created_at: datetime


class Watch(Answer):
    """What you want to hear of."""

    id: str
    name: Text
    kind: Literal["search", "list"]
    source: Text = Field(description="The search's address, or the lines of the list")
    created_at: datetime
    looked_at: datetime | None
    problem: Text


class AlertItem(Answer):
    """One thing an alert is about."""

    kind: Kind
    id: Text
    what: Literal["new", "changed"]


class Sent(Answer):
    """An alert on its way out of the system."""

    channel: Literal["mail", "hook"]
    state: Literal["pending", "sending", "sent", "refused", "given_up"]
    tries: int
    sent_at: datetime | None


class Alert(Answer):
    """What one of your watches found at one look: counts, and the first of the things themselves."""

    id: str
    watch: str
    at: datetime
    adverts: int
    clusters: int
    changed: int
    items: list[AlertItem]
    read_at: datetime | None
    sent: list[Sent] = Field(description="What became of it outside, where its watch says so")


class Note(Answer):
    """A note as it stands now."""

    id: str
    text: Text
    author: str
    mine: bool
    version: int
    written_at: datetime


class LegalBasis(Answer):
    """By what right a source is watched."""

    authority: str
    statute: str
    purpose: str
    valid_from: date
    valid_until: date
    in_force: bool


class Crawl(Answer):
    """One crawl of one source."""

    source: str
    run: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    reason: Text
    pages: int
    adverts: int
    new: int
    changed: int
    gone: int
    errors: int
    filled: dict[str, float] = Field(description="Per cent of adverts in which a field was filled")


class Source(Answer):
    """One platform that is watched. Where this server does not know its definition (``defined``) its crawls speak alone."""

    id: str
    defined: bool
    name: Text
    country: str
    kind: str
    enabled: bool
    schedule: str
    retention_days: int
    legal_basis: LegalBasis | None
    basis: Literal["missing", "expired", "expiring", "in force"]
    basis_days: int = Field(description="Days the legal basis still holds, or that are over since")
    paused: bool
    next_run: datetime | None = Field(description="When its schedule runs it next, if at all")
    busy: bool = Field(description="Whether a run is at work on it")
    alarms: int
    last_crawl: Crawl | None


class Step(Answer):
    """One step of a run."""

    step: str
    done: int
    skipped: int
    failed: int
    seconds: float


class Run(Answer):
    """One run."""

    id: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    sources: list[str]
    crawls: list[Crawl]
    steps: list[Step]
    bands: dict[str, int]
    clusters: int
    errors: list[Text]


class RunPage(Answer):
    """One page of runs, newest first."""

    runs: list[Run]
    next: str


class AuditEntry(Answer):
    """One entry of the audit chain; ``hash`` covers the other fields, ``former`` is the hash of the entry before."""

    number: int
    at: datetime
    who: Text
    action: Text
    subject: Text
    detail: dict[str, Any]
    former: str
    hash: str


class AuditPage(Answer):
    """One page of the audit log, newest first."""

    entries: list[AuditEntry]
    next: str


class AuditCheck(Answer):
    """Whether every entry of the audit log fits the one before."""

    sound: bool
    first_bad: int | None
    head: int
    head_hash: str


class Token(Answer):
    """The token you call with."""

    id: str
    name: str
    scope: TokenScope
    expires_at: datetime


class Me(Answer):
    """In whose name you call, and how far you reach."""

    name: str
    role: Role
    token: Token
    may_read: bool
    may_decide: bool
    may_lead: bool
    may_operate: bool = Field(description="See sources, runs and what waits")
    may_run: bool = Field(description="Start runs, pause sources, decide on quarantine")
    may_oversee: bool = Field(description="See and export figures")
    may_audit: bool
    requests_per_minute: int


class Ground(Answer):
    """A reason of the fixed list."""

    code: str
    label: str


class OutcomeWords(Answer):
    """An outcome of a decision and its grounds."""

    outcome: Outcome
    label: str
    grounds: list[Ground]


class Vocabulary(Answer):
    """The fixed lists, in your language."""

    outcomes: list[OutcomeWords]
    reasons: dict[str, str] = Field(description="Reasons for uncovering contacts")
    mentions: dict[str, str]
    judgements: dict[str, str]
