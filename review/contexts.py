"""One typed context per page: what a template can use, and nothing else. Texts in here are untrusted unless said otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from review.marks import Segment
from strazha.ledger.records import AdvertVersion, AuditEntry, User
from strazha.model import Band, Decision, Indicator, Outcome, RunReport


@dataclass(frozen=True, slots=True)
class Chrome:
    """What surrounds every page."""

    user: User | None
    path: str
    language: str
    may_read: bool
    may_decide: bool
    may_operate: bool
    may_audit: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a score: a sentence and its points."""

    text: str
    points: float


@dataclass(frozen=True, slots=True)
class Sum:
    """A score as a sum a person can repeat: the lines, what they add up to, and the score it was capped to."""

    lines: tuple[Line, ...]
    total: float
    score: int
    band: Band

    @property
    def capped(self) -> bool:
        """Whether rounding and the limits of 0 and 100 changed the sum visibly."""
        return abs(self.total - self.score) > 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """An advert or cluster in the queue or a search result."""

    kind: str
    id: str
    href: str
    title: str
    band: Band
    score: int
    head_of_queue: bool
    ad_types: tuple[str, ...]
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    places: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    gone_since: datetime | None
    evidence: tuple[Line, ...]
    counter: tuple[Line, ...]
    more: int
    decision: Outcome | None
    decided_at: datetime | None
    size: int = 1
    indicators: tuple[str, ...] = ()
    #: Pieces of the text that a search matched: text and whether it is marked.
    snippet: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet, how often it occurs, and whether the user chose it."""

    value: str
    label: str
    count: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet with its values, most frequent first."""

    field: str
    label: str
    values: tuple[FacetValue, ...]

    @property
    def open(self) -> bool:
        """Whether the user chose a value of it."""
        return any(value.chosen for value in self.values)


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the legend: an indicator with all its hits in this text, or one mention."""

    number: int
    css: str
    label: str
    quotes: tuple[str, ...]
    #: Part of a long text on which its first mark stands; ``None`` where it stands nowhere in the text.
    part: int | None
    indicator: Indicator | None = None
    methods: tuple[str, ...] = ()
    confidence: float = 1.0
    remarks: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MentionLine:
    """One mention in the table beside the text."""

    number: int
    kind: str
    text: str
    value: str
    covered: bool
    confidence: float
    obscured: bool
    remarks: tuple[str, ...]
    part: int | None


@dataclass(frozen=True, slots=True)
class MarkedText:
    """Title and (one part of) the body with their marks, and the legend to both."""

    title: tuple[Segment, ...]
    body: tuple[Segment, ...]
    part: int
    parts: int
    length: int
    evidence: tuple[Note, ...]
    counter: tuple[Note, ...]
    mentions: tuple[MentionLine, ...]
    #: How many contacts are covered now.
    covered: int


@dataclass(frozen=True, slots=True)
class DecisionForm:
    """The form for a decision: about what, what the user saw, and what was wrong with a former attempt."""

    subject: str
    subject_id: str
    #: Digest of what the page showed; a decision about something else than what is there now is sent back.
    seen: str
    #: The newest decision, which this one would correct.
    corrects: str
    outcome: str = ""
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Base of the page contexts."""

    template: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class LoginPage(Page):
    """The login form."""

    template: ClassVar[str] = "login.html"
    next: str
    name: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ErrorPage(Page):
    """Any refusal or failure, in words a user can act on. Both texts are the program's own."""

    template: ClassVar[str] = "error.html"
    status: int
    problem: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ListPage(Page):
    """What queue and search share: rows, facets, and the way to the next page."""

    rows: tuple[Row, ...]
    total: int
    facets: tuple[Facet, ...]
    #: Query string of the next page, empty on the last; and of this list from its start.
    next_query: str
    first_query: str
    continued: bool
    indicator_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QueuePage(ListPage):
    """Clusters and single adverts, most pressing first."""

    template: ClassVar[str] = "queue.html"
    kind: str = "all"
    clusters: int = 0
    adverts: int = 0


@dataclass(frozen=True, slots=True)
class SearchPage(ListPage):
    """Results of a search."""

    template: ClassVar[str] = "search.html"
    kind: str = "adverts"
    text: str = ""
    sort: str = "relevance"
    min_score: int | None = None
    seen_from: str = ""
    seen_to: str = ""


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """Where an advert's text comes from, so that it can be found again and proved."""

    url: str
    source_id: str
    key: str
    captured_at: datetime
    run_id: str
    record_id: str
    content_hash: str
    landing_file: str
    posted_at: datetime | None


@dataclass(frozen=True, slots=True)
class SiteField:
    """One of the site's own fields, as it gives it (contacts covered)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AdvertPage(Page):
    """One advert with everything known of it."""

    template: ClassVar[str] = "advert.html"
    id: str
    title: str
    band: Band
    score: int
    ad_type: str
    head_of_queue: bool
    languages: tuple[tuple[str, float], ...]
    latin_bg: bool
    text: MarkedText
    reading: str
    #: True where there is a reading that cannot be shown while contacts are covered.
    reading_covered: bool
    sum: Sum
    fields: tuple[SiteField, ...]
    capture: CaptureFacts
    first_seen: datetime
    last_seen: datetime
    gone_since: datetime | None
    versions: tuple[AdvertVersion, ...]
    cluster_id: str
    cluster_size: int
    similar: tuple[Row, ...]
    decisions: tuple[Decision, ...]
    form: DecisionForm
    pipeline: str
    screened_at: datetime
    images: tuple[str, ...]
    uncovered: bool
    saved: bool


@dataclass(frozen=True, slots=True)
class CapturePage(Page):
    """The page an advert was read from, read back from its WARC file; ``problem`` says why it could not be."""

    template: ClassVar[str] = "capture.html"
    advert_id: str
    problem: str = ""
    payload_sha256: str = ""
    warc_file: str = ""
    warc_offset: int = 0
    fetched_at: datetime | None = None
    status: int = 0
    content_type: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Tie:
    """One link within a cluster, with the sentences of its reasons."""

    a: str
    b: str
    a_title: str
    b_title: str
    score: float
    reasons: tuple[str, ...]
    judgement: str


@dataclass(frozen=True, slots=True)
class TieSum:
    """How many links of a cluster rest on one kind of comparison."""

    comparison: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One member's life-span in the timeline, in units of the drawing."""

    id: str
    title: str
    band: Band
    x: float
    y: float
    width: float
    first_seen: datetime
    last_seen: datetime
    gone_since: datetime | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The members' life-spans as a drawing of ``width`` by ``height``; ``ticks`` are (x, label)."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ClusterHit:
    """A hit of the cluster as a whole, or of members, with its indicator."""

    indicator: Indicator | None
    id: str
    members: int
    notes: tuple[str, ...]
    css: str


@dataclass(frozen=True, slots=True)
class ClusterPage(Page):
    """One cluster: members, why they hang together, facts, evidence."""

    template: ClassVar[str] = "cluster.html"
    id: str
    title: str
    band: Band
    score: int
    size: int
    head_of_queue: bool
    ad_types: tuple[str, ...]
    sum: Sum
    own_hits: tuple[ClusterHit, ...]
    evidence: tuple[ClusterHit, ...]
    counter: tuple[ClusterHit, ...]
    contacts: tuple[str, ...]
    names: tuple[str, ...]
    ages: tuple[int, ...]
    places: tuple[str, ...]
    sources: tuple[str, ...]
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    ties: tuple[Tie, ...]
    tie_count: int
    tie_sums: tuple[TieSum, ...]
    members: tuple[Row, ...]
    part: int
    parts: int
    timeline: Timeline
    history: tuple[tuple[datetime, str, int], ...]
    decisions: tuple[Decision, ...]
    form: DecisionForm
    moved_from: str
    uncovered: bool
    saved: bool


@dataclass(frozen=True, slots=True)
class PastePage(Page):
    """A pasted text, and its screening once there is one."""

    template: ClassVar[str] = "paste.html"
    title: str = ""
    body: str = ""
    problem: str = ""
    limit: int = 0
    text: MarkedText | None = None
    sum: Sum | None = None
    ad_type: str = ""
    languages: tuple[tuple[str, float], ...] = ()
    latin_bg: bool = False
    reading: str = ""
    pipeline: str = ""


@dataclass(frozen=True, slots=True)
class RunsPage(Page):
    """The newest runs."""

    template: ClassVar[str] = "runs.html"
    runs: tuple[RunReport, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AuditPage(Page):
    """The newest entries of the audit log, and whether its chain holds."""

    template: ClassVar[str] = "audit.html"
    entries: Sequence[AuditEntry]
    broken: AuditEntry | None
    older: str = ""
    details: Mapping[int, str] = field(default_factory=dict)
