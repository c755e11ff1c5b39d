"""The query record: one language for every backend."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

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


class Query(Record):
    """A search. ``text`` takes words, "phrases", prefix*, -not, OR and field:word; anything malformed is read as plain words.

    ``filters``: field name to accepted values (OR within a field, AND between fields); the value "none" means that the
    document has no value of the field: undecided, in no cluster. ``seen_from`` and ``seen_to``: seen at any time between.
    Facets count the documents found, filters included. ``cursor`` continues a former page (search_after): pass what the page
    before gave, with the same sort.
    """

    text: Typed = Field(default="", max_length=2000)
    filters: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    min_score: int | None = None
    seen_from: Moment | None = None
    seen_to: Moment | None = None
    #: priority: head of queue first, then band, score, newness, id; newest; relevance (without text: priority). An advert
    #: is as new as its first sight, a cluster as the last sight of any member. Ties are broken by id, smallest first.
    sort: Literal["priority", "newest", "relevance"] = "priority"
    facets: tuple[str, ...] = ()
    facet_size: int = Field(default=20, ge=1, le=1000)
    size: int = Field(default=25, ge=0, le=1000)
    cursor: str = ""
    highlight: bool = False


class FacetCount(Record):
    """One value of a facet and how many documents carry it."""

    value: str
    count: int


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
    cursor: str = ""


class ClusterPage(Record):
    """One page of found clusters."""

    total: int
    rows: tuple[ClusterDoc, ...]
    facets: dict[str, tuple[FacetCount, ...]] = Field(default_factory=dict)
    cursor: str = ""
