"""What a user asked for in an address, read leniently: whatever cannot be understood is left out, nothing raises."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from strazha.store.folding import MIN_PIECE
from strazha.store.query import Query

QUEUE_FACETS = ("band", "ad_type", "indicator", "source", "place", "language", "decision")
ADVERT_FACETS = (*QUEUE_FACETS, "country", "status")
CLUSTER_FACETS = (*QUEUE_FACETS, "country")

Sort = Literal["priority", "newest", "oldest", "seen", "relevance"]
SORTS: tuple[Sort, ...] = ("relevance", "priority", "newest", "oldest", "seen")
#: Days a search can be narrowed to: seen at any time between, first seen, last seen.
DAYS = ("seen_from", "seen_to", "first_from", "first_to", "last_from", "last_to")

#: Limits on what an address may carry: far above what a person types, far below what costs time.
TEXT_LIMIT, VALUE_LIMIT, VALUES_LIMIT, CURSOR_LIMIT = 500, 200, 50, 4000


@dataclass(frozen=True, slots=True)
class QueueAsk:
    """Which part of the queue: all, clusters or adverts; filters; where to continue."""

    kind: Literal["all", "clusters", "adverts"]
    filters: dict[str, tuple[str, ...]]
    cursor: str = ""
    #: Everything, what nobody else has, or what the user has.
    hold: Literal["all", "free", "mine"] = "all"

    @classmethod
    def read(cls, params: QueryParams) -> QueueAsk:
        """Read an address. Without any filter form in it, only what is undecided is asked for."""
        kind = params.get("kind", "all")
        filters = chosen(params, QUEUE_FACETS)
        if "f" not in params and "decision" not in filters:
            filters["decision"] = ("none",)
        return cls(
            kind="clusters" if kind == "clusters" else "adverts" if kind == "adverts" else "all",
            filters=filters,
            cursor=params.get("cursor", "")[:CURSOR_LIMIT],
            hold="mine" if params.get("hold") == "mine" else "free" if params.get("hold") == "free" else "all",
        )

    def query(self, cursor: str = "") -> str:
        """The query string for this part of the queue, from ``cursor`` on."""
        held = {"hold": self.hold} if self.hold != "all" else {}
        return query_string({"kind": self.kind, "f": "1", **held}, self.filters, cursor)


@dataclass(frozen=True, slots=True)
class SearchAsk:
    """What to search: text, a piece of a contact, facets, dates, order."""

    kind: Literal["all", "adverts", "clusters"]
    text: str
    filters: dict[str, tuple[str, ...]]
    sort: Sort
    min_score: int | None = None
    seen_from: date | None = None
    seen_to: date | None = None
    first_from: date | None = None
    first_to: date | None = None
    last_from: date | None = None
    last_to: date | None = None
    contact: str = ""
    cursor: str = ""
    facets: tuple[str, ...] = field(default=ADVERT_FACETS)

    @classmethod
    def read(cls, params: QueryParams) -> SearchAsk:
        """Read an address."""
        said = params.get("kind")
        kind: Literal["all", "adverts", "clusters"] = (
            "clusters" if said == "clusters" else "adverts" if said == "adverts" else "all"
        )
        facets = CLUSTER_FACETS if kind == "clusters" else ADVERT_FACETS
        text, contact = clean(params.get("q", ""), TEXT_LIMIT), clean(params.get("contact", ""), VALUE_LIMIT)
        if not contact and _is_contact(text):
            text, contact = "", text[:VALUE_LIMIT]
        sort = params.get("sort", "relevance" if text else "priority")
        return cls(
            kind=kind,
            text=text,
            contact=contact,
            filters=chosen(params, facets),
            sort=next((one for one in SORTS if one == sort and (text or one != "relevance")), "priority"),
            min_score=number(params.get("min_score", ""), 0, 100),
            cursor=params.get("cursor", "")[:CURSOR_LIMIT],
            facets=facets,
            **{name: day(params.get(name, "")) for name in DAYS},
        )

    def query(self, cursor: str = "") -> str:
        """The query string for this search, from ``cursor`` on."""
        single = {"q": self.text, "contact": self.contact, "kind": self.kind, "sort": self.sort}
        if self.min_score is not None:
            single["min_score"] = str(self.min_score)
        return query_string(single | self.days(), self.filters, cursor)

    def days(self) -> dict[str, str]:
        """The days asked for, as an address has them."""
        return {name: value.isoformat() for name in DAYS if (value := getattr(self, name)) is not None}

    @property
    def empty(self) -> bool:
        """Whether it asks for everything there is."""
        return not (self.text or self.contact or self.filters or self.min_score or self.days())

    def for_index(self, **options: object) -> Query:
        """The query of the index; ``options`` are further fields of it, or other values for some."""
        moments = {name: _moment(value, name) for name in DAYS if (value := getattr(self, name)) is not None}
        asked: dict[str, object] = {
            "text": self.text, "contact": self.contact, "filters": self.filters, "min_score": self.min_score, "sort": self.sort,
            "cursor": self.cursor, **moments,
        }  # fmt: skip
        return Query.model_validate(asked | options)

    def for_clusters(self) -> bool:
        """Whether clusters can be asked the same: they are neither online nor gone."""
        return set(self.filters) <= set(CLUSTER_FACETS)

    def narrowed(self, facet: str, value: str) -> SearchAsk:
        """The same search with one value of a facet alone, from its start."""
        return replace(self, filters={**self.filters, facet: (value,)}, cursor="")

    def moments(self) -> tuple[datetime | None, datetime | None]:
        """The two days as moments in UTC: the start of the first, the end of the last."""
        low = _moment(self.seen_from, "seen_from") if self.seen_from else None
        high = _moment(self.seen_to, "seen_to") if self.seen_to else None
        return low, high


def _moment(value: date, name: str) -> datetime:
    start = datetime.combine(value, time(), UTC)
    return start + timedelta(days=1, milliseconds=-1) if name.endswith("_to") else start


def _is_contact(text: str) -> bool:
    # One word with an @ in it, without any sign of the language of searches: an address or a handle, or a piece of one.
    return "@" in text and len(text) > MIN_PIECE and not any(sign in text for sign in ' \t"*:')


def chosen(params: QueryParams, fields: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The values chosen for each facet, without repetition, in order."""
    found: dict[str, tuple[str, ...]] = {}
    for name in fields:
        values = dict.fromkeys(clean(value, VALUE_LIMIT) for value in params.getlist(name)[:VALUES_LIMIT])
        values.pop("", None)
        if values:
            found[name] = tuple(values)
    return found


def clean(text: str, limit: int) -> str:
    """A typed text cut to a limit, without characters no store can hold."""
    return "".join(
        char for char in text[:limit] if char == "\t" or (ord(char) >= 32 and not 0xD800 <= ord(char) <= 0xDFFF)
    ).strip()


def number(text: str, low: int, high: int) -> int | None:
    """A whole number within bounds, or nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 and low <= int(text) <= high else None


def day(text: str) -> date | None:
    """A day as ``YYYY-MM-DD`` (not the very first or last of the calendar, so that a day more or less exists), or nothing."""
    try:
        found = date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
    return found if 1900 < found.year < 9000 else None


def query_string(single: Mapping[str, str], filters: Mapping[str, tuple[str, ...]], cursor: str = "") -> str:
    """A query string with empty values left out."""
    pairs = [(name, value) for name, value in single.items() if value]
    pairs += [(name, value) for name, values in filters.items() for value in values]
    if cursor:
        pairs.append(("cursor", cursor))
    return urlencode(pairs)


def pack(state: object) -> str:
    """A small JSON value as text that fits in an address."""
    return base64.urlsafe_b64encode(json.dumps(state, separators=(",", ":")).encode()).decode().rstrip("=")


def unpack(text: str) -> object:
    """The value :func:`pack` was given, or ``None`` for anything it did not make."""
    try:
        found: object = json.loads(base64.urlsafe_b64decode(text.encode("ascii", "replace") + b"=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return found
