"""What pages are made of: plain values that views fill and templates show. Texts are untrusted unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from review.marks import Segment
from strazha.ledger.work_records import DoubleReview, Holding, HoldingEvent, Opinion
from strazha.model import Band, Decision, Indicator, Outcome


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
    #: Who has it (never told while a double review runs), and whether that is the user.
    holder: str = ""
    mine: bool = False
    #: Where it stands in a double review: open, given (the user's opinion is in), disputed; empty without one.
    review: str = ""
    #: Pieces of the text that a search matched: text and whether it is marked.
    snippet: tuple[tuple[str, bool], ...] = ()
    #: Where a search found what it looked for, as sentences.
    found: tuple[str, ...] = ()


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
    #: What people say of its hits, each with a name.
    fixes: tuple[str, ...] = ()
    #: Its first hit, as the form for corrections names it.
    finding: str = ""


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
    fixes: tuple[str, ...] = ()
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the machine found, to choose in the form for corrections."""

    value: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """One correction that stands."""

    id: str
    action: str
    machine: str
    label: str
    text: str
    note: str
    by: str
    at: datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class FixForm:
    """The form for a correction, with what was typed."""

    finding: str = ""
    label: str = ""
    words: str = ""
    nth: int = 1
    note: str = ""
    problem: str = ""


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
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """One decision in an item's history, and who took it back where somebody did."""

    decision: Decision
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None
    #: Whether the user may take it back now.
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """What people do with an item: who has it, where it stands in a double review, what was decided."""

    kind: str
    id: str
    holding: Holding | None
    mine: bool
    hands: tuple[HoldingEvent, ...]
    colleagues: tuple[str, ...]
    said: tuple[Said, ...]
    review: DoubleReview | None = None
    #: The user's own opinion, while the other is not in.
    own: Opinion | None = None
    #: Both opinions, once both are in.
    opinions: tuple[Opinion, ...] = ()
    may_hold: bool = False
    may_decide: bool = False
    may_open: bool = False
    may_end: bool = False
    #: Texts that people typed in which a contact is covered.
    hidden: int = 0

    @property
    def standing(self) -> str:
        """The newest decision that stands as far as the user may know; empty without one."""
        return next((one.decision.id for one in self.said if not one.withdrawn_by), "")

    @property
    def blind(self) -> bool:
        """Whether two people judge it now without knowing of each other."""
        return self.review is not None and self.review.state == "open"


@dataclass(frozen=True, slots=True)
class Done:
    """What the user did last, so that it can be undone in one key."""

    label: str
    title: str
    href: str
    undo: str


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
    ground: str = ""


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
class Resembled:
    """An advert that a text resembles, why (kind of comparison, sentence), and the cluster it is in, if any."""

    row: Row
    score: float
    verdict: str
    reasons: tuple[tuple[str, str], ...]
    cluster: Row | None


@dataclass(frozen=True, slots=True)
class ScreenedText:
    """One of several texts of a file: how it was screened, and the advert it resembles most."""

    number: int
    title: str
    band: Band
    score: int
    ad_type: str
    best: Resembled | None
