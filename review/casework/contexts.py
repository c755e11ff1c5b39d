"""Page contexts of casework. Texts in here are untrusted unless said otherwise; contacts are covered unless ``uncovered``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from review.blocks import Row, Said, Sum
from review.contexts import Page
from review.investigate.spots import MapData
from strazha.ledger.casework_records import Case, CaseEvent, CaseItem, Note
from strazha.ledger.records import IdentifierRuling
from strazha.model import Band


@dataclass(frozen=True, slots=True)
class Head:
    """What every view of a cluster begins with."""

    id: str
    title: str
    band: Band
    score: int
    size: int
    first_seen: datetime
    last_seen: datetime
    #: Contacts that are covered on the page, and whether they are shown.
    contacts: int
    uncovered: bool
    #: Members that the view leaves out: it looks at the first few hundred.
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """An advert in the graph, by its number on the page."""

    number: int
    id: str
    title: str
    band: Band
    source: str
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Edge:
    """A link in the graph. ``reasons`` are (kind of comparison, sentence); ``spanning``: it holds the graph together."""

    number: int
    a: Node
    b: Node
    score: float
    reasons: tuple[tuple[str, str], ...]
    judgement: str
    spanning: bool


@dataclass(frozen=True, slots=True)
class GraphPage(Page):
    """The links of a cluster as a graph and as a list: so many there are (``count``), all or the strongest."""

    template: ClassVar[str] = "casework/graph.html"
    head: Head
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    count: int
    every: bool
    may_judge: bool


@dataclass(frozen=True, slots=True)
class Bucket:
    """One day, week or month: adverts that appeared, by source in the order of the legend, and adverts that went."""

    label: str
    new: tuple[int, ...]
    gone: int

    @property
    def total(self) -> int:
        """Adverts that appeared."""
        return sum(self.new)


@dataclass(frozen=True, slots=True)
class Block:
    """One rectangle of the drawing; ``css`` says whose."""

    x: float
    y: float
    width: float
    height: float
    css: str
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Columns over time in units of a view box; ``ticks`` are (x, label), ``levels`` (y, label)."""

    blocks: tuple[Block, ...]
    ticks: tuple[tuple[float, str], ...]
    levels: tuple[tuple[float, str], ...]
    zero: float
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A town, from the first to the last advert there."""

    town: str
    first: date
    last: date
    adverts: int


@dataclass(frozen=True, slots=True)
class Move:
    """From one town to the next: last advert there, first advert here, kilometres as the crow flies where known."""

    start: Stay
    end: Stay
    km: int | None


@dataclass(frozen=True, slots=True)
class TimesPage(Page):
    """When and where: adverts over time by source, gone ones, towns and the way between them."""

    template: ClassVar[str] = "casework/times.html"
    head: Head
    #: day | week | month
    step: str
    sources: tuple[str, ...]
    buckets: tuple[Bucket, ...]
    drawing: Drawing
    live: int
    gone: int
    busiest_week: int
    stays: tuple[Stay, ...]
    moves: tuple[Move, ...]
    names_come: int
    names_gone: int
    recruiting_to_selling: int | None
    places: MapData


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of a sheet that varies, with what copies write there and how often; ``empty`` copies write nothing."""

    number: int
    values: tuple[tuple[str, int], ...]
    more: int
    empty: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A common text: its pieces (text, number of the slot or 0), its slots, and the adverts that are copies of it."""

    pieces: tuple[tuple[str, int], ...]
    slots: tuple[Slot, ...]
    copies: tuple[tuple[str, str], ...]
    count: int


@dataclass(frozen=True, slots=True)
class SheetsPage(Page):
    """The texts behind a cluster's adverts."""

    template: ClassVar[str] = "casework/sheets.html"
    head: Head
    sheets: tuple[Sheet, ...]
    #: Adverts whose text no other advert has.
    alone: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One value with how many adverts give it, when first and last, and some of them as (id, title)."""

    value: str
    count: int
    first: datetime
    last: datetime
    adverts: tuple[tuple[str, str], ...]
    #: Why the identifier counts for little, where unlike advertisers share it.
    hub: str = ""


@dataclass(frozen=True, slots=True)
class FactsPage(Page):
    """Names, ages, contacts, prices and places of a cluster; ``tables`` are (heading, values)."""

    template: ClassVar[str] = "casework/facts.html"
    head: Head
    tables: tuple[tuple[str, tuple[Fact, ...], int], ...]


@dataclass(frozen=True, slots=True)
class Hub:
    """A contact that unlike advertisers share, as found or ruled."""

    key: str
    shown: str
    adverts: int
    trust: float
    why: str
    ruling: IdentifierRuling | None


@dataclass(frozen=True, slots=True)
class HubsPage(Page):
    """Contacts known to be shared by many who do not know each other."""

    template: ClassVar[str] = "casework/hubs.html"
    hubs: tuple[Hub, ...]
    uncovered: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of an item's history. ``what`` is one of the program's own sentences, ``text`` is not."""

    at: datetime
    kind: str
    what: str
    who: str = ""
    text: str = ""
    count: int = 0
    note: Note | None = None
    #: The former versions of a note as (number, text, moment), newest first.
    former: tuple[tuple[int, str, datetime], ...] = ()
    mine: bool = False


@dataclass(frozen=True, slots=True)
class HistoryPage(Page):
    """Notes, and everything that happened to an advert or cluster, newest first."""

    template: ClassVar[str] = "casework/history.html"
    kind: str
    id: str
    title: str
    head: Head | None
    happenings: tuple[Happening, ...]
    notes: int
    blind: bool
    #: Cases the user may see in which it lies, and open ones it could be put into.
    within: tuple[Case, ...]
    open_cases: tuple[Case, ...]
    uncovered: bool
    problem: str = ""
    typed: str = ""


@dataclass(frozen=True, slots=True)
class CasesPage(Page):
    """The case folders somebody may see."""

    template: ClassVar[str] = "casework/cases.html"
    cases: tuple[Case, ...]
    problem: str = ""
    title: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class CasePage(Page):
    """One case folder."""

    template: ClassVar[str] = "casework/case.html"
    case: Case
    items: tuple[tuple[CaseItem, Row | None, str], ...]
    history: tuple[CaseEvent, ...]
    notes: tuple[Note, ...]
    #: Whom else could be let in, and whether this user may say so.
    others: tuple[str, ...]
    may_name: bool
    user: str
    indicator_names: Mapping[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """An advert as evidence: which version, from which captured page, with which digests."""

    id: str
    title: str
    source: str
    url: str
    body: str
    first_seen: datetime
    last_seen: datetime
    gone_since: datetime | None
    captured_at: datetime
    content_hash: str
    payload_sha256: str
    warc: str
    record: str
    sum: Sum
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """One item of a case in its report."""

    kind: str
    id: str
    title: str
    item: CaseItem
    sum: Sum | None
    said: tuple[Said, ...]
    notes: tuple[Note, ...]
    proofs: tuple[Proof, ...]
    links: int = 0
    ties: tuple[tuple[str, str, float, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class ReportPage(Page):
    """A case as a printable report."""

    template: ClassVar[str] = "casework/report.html"
    case: Case
    made_by: str
    made_at: datetime
    reason: str
    uncovered: bool
    items: tuple[Reported, ...]
    gone: tuple[str, ...]
    notes: tuple[Note, ...]
    history: tuple[CaseEvent, ...]
    left_out: int
    chain: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of two clusters held side by side."""

    head: Head
    ad_types: tuple[str, ...]
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    days: int


@dataclass(frozen=True, slots=True)
class Common:
    """What two clusters give of one kind: both, and each alone (first few, and how many)."""

    label: str
    both: tuple[tuple[str, int, int], ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    count_a: int
    count_b: int


@dataclass(frozen=True, slots=True)
class Crossed:
    """A pair of adverts across two clusters: what the comparison found, and what follows."""

    a: tuple[str, str]
    b: tuple[str, str]
    score: float
    verdict: str
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ComparePage(Page):
    """Two clusters side by side; without ``sides`` the form that asks for them."""

    template: ClassVar[str] = "casework/compare.html"
    a: str = ""
    b: str = ""
    problem: str = ""
    sides: tuple[Side, Side] | None = None
    commons: tuple[Common, ...] = ()
    #: Sheets with copies in both: (pieces, copies in a, copies in b).
    sheets: tuple[tuple[tuple[tuple[str, int], ...], int, int], ...] = ()
    pairs: tuple[Crossed, ...] = ()
    drawing: Drawing | None = None
    #: Periods in which one of them had new adverts: (label, first, second).
    periods: tuple[tuple[str, int, int], ...] = ()
    overlap: tuple[date, date] | None = None
    together: int = 0
    may_merge: bool = False
    uncovered: bool = False
