"""What the API answers about a cluster from every side: graph, time and towns, texts, facts, comparison; histories; maps."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from review.api.asks import Uncover
from review.api.records import Answer, Facet, Kind, Text
from strazha.model import Band, Judgement


class GraphAsked(Uncover):
    """How much of a graph."""

    every: bool = Field(default=False, description="Every link (900 at most), not only those that hold the cluster together")


class View(Answer):
    """What every view of a cluster says first."""

    cluster: Text
    members: int
    left_out: int = Field(description="Members the view leaves out: it looks at the first few hundred")
    uncovered: bool


class Node(Answer):
    """An advert in the graph, by its number in it."""

    number: int
    advert: Text
    title: Text
    band: Band
    source: Text
    first_seen: datetime


class Reason(Answer):
    """One comparison of two adverts, and its sentence."""

    comparison: str
    text: Text


class Edge(Answer):
    """A link in the graph, between two of its numbers."""

    a: int
    b: int
    score: float
    judgement: Judgement = Field(description="While a double review runs, your own words alone")
    holds: bool = Field(description="One of the strongest links that hold the cluster together")
    reasons: list[Reason]


class Graph(View):
    """A cluster's links as a graph, strongest first."""

    nodes: list[Node]
    edges: list[Edge]
    links: int = Field(description="Links there are")


class Period(Answer):
    """A day, week or month: adverts that appeared, by source in the order of 'sources', and that went."""

    label: str
    appeared: list[int]
    gone: int


class Stay(Answer):
    """A town, from the first to the last advert there."""

    town: Text
    first: date
    last: date
    adverts: int


class Move(Answer):
    """From one town to the next."""

    start: Text
    end: Text
    left: date
    arrived: date
    km: int | None = Field(description="As the crow flies, where both are known")


class Place(Answer):
    """A place on the map, and how many adverts name it in each of the 'steps'."""

    name: Text
    lat: float
    lon: float
    counts: list[int]
    total: int
    band: Band = Field(description="The highest among its adverts")


class Times(View):
    """When and where a cluster's adverts appeared."""

    step: str = Field(description="day, week or month")
    sources: list[Text] = Field(description="The last one is empty where the rest share it")
    periods: list[Period]
    live: int
    gone: int
    busiest_week: int
    towns: list[Stay]
    moves: list[Move]
    names_come: int
    names_gone: int
    recruiting_to_selling_days: int | None
    map_steps: list[str]
    map_places: list[Place]


class Piece(Answer):
    """A stretch of a common text, or one of its slots (from 1; 0 for text all copies share)."""

    text: Text
    slot: int


class SlotValue(Answer):
    """What copies write in a slot, and how many."""

    value: Text
    copies: int


class Slot(Answer):
    """A place of a common text that varies."""

    number: int
    values: list[SlotValue]
    more: int
    empty: int


class Titled(Answer):
    """An advert by number and title."""

    id: Text
    title: Text


class Sheet(Answer):
    """A common text with what varies in it."""

    pieces: list[Piece]
    slots: list[Slot]
    copies: int
    adverts: list[Titled] = Field(description="The first of them")


class Sheets(View):
    """The texts behind a cluster's adverts, the one with most copies first."""

    sheets: list[Sheet]
    alone: int = Field(description="Adverts whose text no other has")


class Fact(Answer):
    """A value, and the adverts that give it."""

    value: Text
    adverts: int
    first: datetime
    last: datetime
    some: list[Titled]
    shared: Text = Field(description="Why a contact counts for little, where unlike advertisers share it")


class FactTable(Answer):
    """Values of one kind, most frequent first."""

    kind: str
    label: str
    facts: list[Fact]
    more: int


class Facts(View):
    """Names, ages, contacts, prices and places of a cluster."""

    tables: list[FactTable]


class Ruling(Answer):
    """What a person ruled of a contact."""

    shared: bool
    by: str
    at: datetime


class SharedContact(Answer):
    """A contact that unlike advertisers share."""

    contact: Text
    adverts: int
    trust: float = Field(description="What it counts for in links, from 0 to 1")
    why: Text
    ruling: Ruling | None


class SharedContacts(Answer):
    """Contacts known to be shared, the least trusted first."""

    contacts: list[SharedContact]
    uncovered: bool


class FormerText(Answer):
    """What a note said before."""

    version: int
    text: Text
    written_at: datetime


class Happening(Answer):
    """One line of an item's history."""

    at: datetime
    kind: str
    what: str
    who: str
    text: Text
    count: int
    note: str = Field(description="Number of the note it is; else empty")
    former: list[FormerText] = Field(description="What the note said before, newest first")


class NamedCase(Answer):
    """A case folder by number and name."""

    id: str
    title: Text


class History(Answer):
    """Everything that happened to an item, newest first; while a double review runs of people's words your own alone."""

    kind: Kind
    id: Text
    title: Text
    happenings: list[Happening]
    cases: list[NamedCase] = Field(description="Cases you may see in which it lies")
    uncovered: bool


class Both(Answer):
    """A value both clusters give, and in how many adverts of each."""

    value: Text
    a: int
    b: int


class Common(Answer):
    """What two clusters give of one kind: both, and each alone (the first few, and how many)."""

    kind: str
    label: str
    both: list[Both]
    only_a: list[Text]
    only_b: list[Text]
    count_a: int
    count_b: int


class CommonSheet(Answer):
    """A common text with copies in both."""

    pieces: list[Piece]
    copies_a: int
    copies_b: int


class Pair(Answer):
    """A pair of adverts across two clusters, and what follows of it."""

    a: Titled
    b: Titled
    score: float
    verdict: str
    reasons: list[Reason]


class Side(Answer):
    """One of two clusters."""

    id: Text
    title: Text
    band: Band
    score: int
    size: int
    first_seen: datetime
    last_seen: datetime
    days: int
    ad_types: list[str]
    sources: list[Text]
    languages: list[str]


class TwoPeriod(Answer):
    """A period in which one of two clusters had new adverts."""

    label: str
    a: int
    b: int


class Comparison(Answer):
    """Two clusters side by side."""

    a: Side
    b: Side
    common: list[Common]
    texts: list[CommonSheet]
    pairs: list[Pair] = Field(description="The pairs of adverts most alike")
    periods: list[TwoPeriod]
    overlap_from: date | None
    overlap_to: date | None
    together: int = Field(description="Periods in which both had new adverts")
    uncovered: bool


class Map(Answer):
    """What a search finds, by place."""

    places: list[Place]
    steps: list[str]
    total: int = Field(description="Adverts found")
    left_out: int = Field(description="Places beyond the map's room, or whose position nobody knows")
    facets: list[Facet]
