"""One typed context per page: what a template can use, and nothing else. Texts in here are untrusted unless said otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Self

from review.accounts.reasons import Asking
from review.agreement import Agreement
from review.blocks import (
    CaptureFacts,
    ClusterHit,
    DecisionForm,
    Done,
    Facet,
    Fix,
    FixForm,
    MarkedText,
    Resembled,
    Row,
    ScreenedText,
    SiteField,
    Sum,
    Tie,
    TieSum,
    Timeline,
    Work,
)
from review.investigate.ways import Ways
from review.marks import Piece
from review.menu import Group
from strazha.ledger.records import AdvertVersion, AuditEntry, User
from strazha.ledger.watch_records import SavedSearch
from strazha.ledger.work_records import DoubleReview, JudgingAct, SavedView, SessionInfo
from strazha.model import Band, RunReport


@dataclass(frozen=True, slots=True)
class Chrome:
    """What surrounds every page."""

    user: User | None
    path: str
    #: Path and query, to come back to.
    here: str
    language: str
    #: Languages to choose from, by their own names.
    languages: Mapping[str, str]
    may_read: bool
    may_decide: bool
    may_operate: bool
    may_audit: bool
    may_lead: bool
    may_oversee: bool
    #: Pages the role reaches, in groups.
    menu: tuple[Group, ...]
    #: What the form for a reason shows: of an act (``uncover``) on an item (kind, id).
    asking: Callable[[str, str, str], Asking]
    #: Alarms nobody has taken note of, for those who can do something about them.
    alarms: int = 0
    #: Alerts of the user's watches that they have not read.
    alerts: int = 0


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
    #: Whether accounts kept here may sign in.
    local: bool = True
    #: What the identity provider is called; empty without one. Where it ends its own session, once signed out here.
    provider: str = ""
    provider_end: str = ""


@dataclass(frozen=True, slots=True)
class AccountPage(Page):
    """One's own account; ``secret`` and ``address`` only while a second factor waits for its first code."""

    template: ClassVar[str] = "account.html"
    sessions: tuple[SessionInfo, ...]
    this: str
    totp: bool
    secret: str = ""
    address: str = ""
    problem: str = ""
    bad_password: str = ""
    #: True while the password is one somebody else made: an own one comes first.
    must_choose: bool = False
    #: The identity provider it signs in at; empty for a local account.
    issuer: str = ""
    #: Recovery codes made just now, shown this once; how many are left; whether the key of the second factor is here.
    codes: tuple[str, ...] = ()
    codes_left: int = 0
    readable: bool = True


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
    hold: str = "all"
    #: How many items the user has.
    held: int = 0
    views: tuple[SavedView, ...] = ()
    done: Done | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """A similar advert, and how alike it is in per cent."""

    row: Row
    percent: int


@dataclass(frozen=True, slots=True)
class ReviewsPage(Page):
    """Double reviews: what a lead has to settle, what waits, how far people agree. Items are (address, title, review)."""

    template: ClassVar[str] = "reviews.html"
    disputed: tuple[tuple[str, str, DoubleReview], ...]
    waiting: tuple[tuple[str, str, DoubleReview], ...]
    disputed_count: int
    waiting_count: int
    agreement: Agreement
    #: Pairs below which there is no kappa.
    fewest: int
    #: How many were drawn a moment ago.
    drawn: int | None = None


@dataclass(frozen=True, slots=True)
class SearchPage(ListPage):
    """Results of a search."""

    template: ClassVar[str] = "search.html"
    kind: str = "all"
    text: str = ""
    contact: str = ""
    sort: str = "relevance"
    min_score: int | None = None
    #: Days asked for, by the name of their field; empty: none.
    days: Mapping[str, str] = field(default_factory=dict)
    #: Of a search over both: the first clusters, how many there are, and where the others are.
    clusters: tuple[Row, ...] = ()
    cluster_total: int = 0
    cluster_query: str = ""
    #: Searches the user keeps and those that are shared with them; with whom they may be shared.
    searches: tuple[SavedSearch, ...] = ()
    colleagues: tuple[str, ...] = ()
    user: str = ""
    ways: Ways = field(default_factory=Ways)


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
    #: Adverts like it: others of its cluster, then those outside it.
    akin: tuple[Alike, ...]
    elsewhere: tuple[Alike, ...]
    work: Work
    form: DecisionForm
    pipeline: str
    screened_at: datetime
    images: tuple[str, ...]
    uncovered: bool
    saved: bool
    done: Done | None = None
    #: Somebody else took it first.
    held: bool = False
    #: What the advert does not say.
    unstated: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    fix: FixForm = field(default_factory=FixForm)
    #: Indicators to choose from, by name.
    indicators: tuple[tuple[str, str], ...] = ()
    seen: str = ""


@dataclass(frozen=True, slots=True)
class WordChange:
    """A stretch of two texts laid over each other: what stayed (same), went (gone) or came (new)."""

    kind: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class VersionsPage(Page):
    """Two versions of an advert, word by word; ``fields`` are (name, before, after) of the site's own fields that changed."""

    template: ClassVar[str] = "versions.html"
    id: str
    href: str
    versions: tuple[AdvertVersion, ...]
    old: int
    new: int
    uncovered: bool = False
    problem: str = ""
    title: tuple[WordChange, ...] = ()
    body: tuple[WordChange, ...] = ()
    fields: tuple[tuple[str, str, str], ...] = ()
    covered: bool = False
    #: Whether the texts are longer than what is compared.
    cut: bool = False

    def with_problem(self, problem: str) -> Self:
        """The page that says why nothing can be compared."""
        return replace(self, problem=problem)

    def with_texts(
        self, *, title: tuple[WordChange, ...], body: tuple[WordChange, ...], fields: tuple[tuple[str, str, str], ...],
        covered: bool, cut: bool,
    ) -> Self:  # fmt: skip
        """The page with what changed."""
        return replace(self, title=title, body=body, fields=fields, covered=covered, cut=cut)


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
    work: Work
    form: DecisionForm
    moved_from: str
    uncovered: bool
    saved: bool
    done: Done | None = None
    held: bool = False
    #: A word on its links was put into effect a moment ago; what people said of them; why a word could not be.
    judged: bool = False
    acts: tuple[JudgingAct, ...] = ()
    problem: str = ""


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
    #: What the text resembles, most alike first; ``compared`` is False where nothing could be compared.
    resembles: tuple[Resembled, ...] = ()
    compared: bool = True
    #: The texts of a file that holds several, and how many more there are; what was left aside of a file.
    many: tuple[ScreenedText, ...] = ()
    left_out: int = 0
    file: str = ""
    aside: str = ""


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
