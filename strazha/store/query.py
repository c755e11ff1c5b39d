"""The query record: one language for every backend."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from strazha.errors import BadInputError
from strazha.model.base import Moment, Record
from strazha.store.documents import AdvertDoc, ClusterDoc


class AdvertField(StrEnum):
    """Fields of an advert that can be filtered, counted and (``score`` and the dates) ranged over."""

    SOURCE = "source"
    AD_TYPE = "ad_type"
    BAND = "band"
    LANGUAGE = "language"
    INDICATOR = "indicator"
    PLACE = "place"
    COUNTRY = "country"
    CONTACT = "contact"
    CLUSTER = "cluster"
    DECISION = "decision"
    KEY = "key"
    STATUS = "status"  # live | gone


class ClusterField(StrEnum):
    """The same for clusters."""

    SOURCE = "source"
    AD_TYPE = "ad_type"
    BAND = "band"
    LANGUAGE = "language"
    INDICATOR = "indicator"
    PLACE = "place"
    COUNTRY = "country"
    CONTACT = "contact"
    DECISION = "decision"


def _whole(value: object) -> object:
    # What a browser sends may decode to half a character; a search must not fail for it.
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


#: Text as a user typed it; broken characters become question marks.
Typed = Annotated[str, BeforeValidator(_whole)]


class Box(Record):
    """A piece of the map in degrees, edges included. ``west`` greater than ``east``: it crosses the 180th meridian."""

    north: float = Field(ge=-90, le=90)
    south: float = Field(ge=-90, le=90)
    west: float = Field(ge=-180, le=180)
    east: float = Field(ge=-180, le=180)

    @model_validator(mode="after")
    def _upright(self) -> Self:
        if self.south > self.north:
            raise ValueError("south lies above north")
        return self


class Timeline(Record):
    """Count what is found by time, in UTC: by the day, by the week (from Monday) or by the month."""

    interval: Literal["day", "week", "month"] = "week"
    #: The moment that counts; documents without it (not every advert says when it was posted) are not counted.
    field: Literal["first_seen", "last_seen", "posted_at"] = "first_seen"


class Grid(Record):
    """Count what is found by squares of the map: the tiles that every web map uses, at the zoom ``precision``.

    0 is the whole world, 5 a country like Bulgaria in six tiles, 10 a city in one.
    """

    precision: int = Field(default=5, ge=0, le=15)
    #: Squares at most, those with most adverts.
    size: int = Field(default=2000, ge=1, le=10_000)


class Query(Record):
    """A search. ``text`` takes words, "phrases", prefix*, -not, OR and field:word; anything malformed is read as plain words.

    ``filters``: field name to accepted values (OR within a field, AND between fields); the value "none" means that the
    document has no value of the field: undecided, in no cluster. ``seen_from`` and ``seen_to``: seen at any time between.
    ``first_from`` to ``last_to``: first seen, last seen within these moments. ``contact``: a piece of a telephone number
    (however it is written), an e-mail address or a handle that the document names. ``box``: a place within it. Facets,
    timeline and grid count the documents found, filters included, on whatever page.
    ``cursor`` continues a former page (search_after): pass what the page before gave, with the same sort.
    """

    text: Typed = Field(default="", max_length=2000)
    filters: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    min_score: int | None = None
    seen_from: Moment | None = None
    seen_to: Moment | None = None
    first_from: Moment | None = None
    first_to: Moment | None = None
    last_from: Moment | None = None
    last_to: Moment | None = None
    contact: Typed = Field(default="", max_length=200)
    #: Adverts alone: clusters have no place of their own. Of an advert's places one within is enough.
    box: Box | None = None
    #: priority: head of queue first, then band, score, newness, id; newest; oldest (first seen); seen (last seen, latest
    #: first); relevance (without text: priority). An advert is as new as its first sight, a cluster as
    #: the last sight of any member. Ties are broken by id, smallest first.
    sort: Literal["priority", "newest", "oldest", "seen", "relevance"] = "priority"
    facets: tuple[str, ...] = ()
    facet_size: int = Field(default=20, ge=1, le=1000)
    timeline: Timeline | None = None
    #: Adverts alone, as ``box``; with a box only the places within it are counted.
    grid: Grid | None = None
    size: int = Field(default=25, ge=0, le=1000)
    cursor: str = ""
    highlight: bool = False


class FacetCount(Record):
    """One value of a facet and how many documents carry it."""

    value: str
    count: int


class TimeBucket(Record):
    """A day, week or month from its first moment on, and how many documents fall into it."""

    start: Moment
    count: int


class GridCell(Record):
    """A square of the map as ``zoom/x/y``, how many adverts name a place in it, and the middle of these places."""

    tile: str
    count: int
    lat: float
    lon: float


class Span(Record):
    """A piece of a highlighted text: plain text and whether the query matched it. Never markup: the page escapes it."""

    text: str
    marked: bool = False


class AdvertRow(Record):
    """One found advert."""

    doc: AdvertDoc
    snippet: tuple[Span, ...] = ()
    relevance: float = 0.0


class AdvertPage(Record):
    """One page of found adverts; ``cursor`` is empty on the last."""

    total: int
    rows: tuple[AdvertRow, ...]
    facets: dict[str, tuple[FacetCount, ...]] = Field(default_factory=dict)
    #: From the first bucket with documents to the last, empty ones between included.
    timeline: tuple[TimeBucket, ...] = ()
    #: The square with most adverts first.
    grid: tuple[GridCell, ...] = ()
    cursor: str = ""


class ClusterPage(Record):
    """One page of found clusters."""

    total: int
    rows: tuple[ClusterDoc, ...]
    facets: dict[str, tuple[FacetCount, ...]] = Field(default_factory=dict)
    timeline: tuple[TimeBucket, ...] = ()
    cursor: str = ""


def check_cluster_query(query: Query) -> None:
    """BadInputError for what clusters do not have: a place on the map, a day they were posted."""
    if query.box or query.grid or (query.timeline and query.timeline.field == "posted_at"):
        raise BadInputError(
            "clusters have no place on the map and were not posted on a day",
            remedy="search adverts, with the clusters' ids as a filter",
        )
