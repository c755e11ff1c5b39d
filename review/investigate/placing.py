"""Counts what a search finds by place, band and time, for the map and the table beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from review.ask import SearchAsk
from review.investigate.spots import MapData, Spot
from review.labels import facet_label
from review.services import Services
from strazha.model import Band
from strazha.store.base import AdIndex
from strazha.store.entries import location
from strazha.store.query import FacetCount, Query, TimeBucket, Timeline

#: Places on one map; beyond so many circles lie on each other, and the table says how many are left out.
MOST_PLACES = 150
#: Steps of the slider: half a year by weeks, four years by months; older ones are in the whole time.
WEEKS, MONTHS = 26, 48

_KNOWN: WeakKeyDictionary[AdIndex, dict[str, tuple[float, float] | None]] = WeakKeyDictionary()


def map_of(services: Services, ask: SearchAsk) -> tuple[MapData, int, int]:
    """The map of a search: the places with most adverts, how many adverts were found, and how many places were left out."""
    index = services.index
    whole = index.search_adverts(
        _query(ask, facets=("place",), facet_size=1000, timeline=Timeline(interval="week", field="first_seen"))
    )
    places = [item for item in whole.facets["place"] if item.value]
    spots = _located(index, [item.value for item in places[:MOST_PLACES]])
    bands = _bands(index, ask)
    steps = _steps(whole.timeline)
    counts = [_counts(index, ask, low, high) for _, low, high in steps]
    found = tuple(
        Spot(
            name=facet_label("place", item.value), lat=spots[item.value][0], lon=spots[item.value][1],
            counts=tuple(one.get(item.value, 0) for one in counts) or (item.count,),
            band=bands.get(item.value, Band.LOW), href=f"/search?{_filtered(ask, item.value)}", total=item.count,
        )
        for item in places if item.value in spots
    )  # fmt: skip
    return MapData(found, tuple(label for label, _, _ in steps)), whole.total, len(places) - len(found)


def _query(ask: SearchAsk, **options: object) -> Query:
    return ask.for_index(**{"size": 0, "sort": "priority", "cursor": ""} | options)


def _filtered(ask: SearchAsk, place: str) -> str:
    return ask.narrowed("place", place).query()


def _bands(index: AdIndex, ask: SearchAsk) -> dict[str, Band]:
    """By place the highest band among what is found there."""
    found: dict[str, Band] = {}
    wanted = ask.filters.get("band")
    for band in Band:
        if wanted and band.value not in wanted:
            continue
        filters = {**ask.filters, "band": (band.value,)}
        page = index.search_adverts(_query(ask, filters=filters, facets=("place",), facet_size=1000))
        found.update(dict.fromkeys((item.value for item in page.facets["place"]), band))
    return found


def _counts(index: AdIndex, ask: SearchAsk, low: datetime, high: datetime) -> dict[str, int]:
    """By place how many of the adverts found were seen in a stretch of time."""
    first, last = ask.moments()
    low, high = max(low, first or low), min(high, last or high)
    if low > high:
        return {}
    page = index.search_adverts(_query(ask, seen_from=low, seen_to=high, facets=("place",), facet_size=1000))
    return _plain(page.facets["place"])


def _plain(counts: tuple[FacetCount, ...]) -> dict[str, int]:
    return {item.value: item.count for item in counts}


def _steps(weeks: tuple[TimeBucket, ...]) -> list[tuple[str, datetime, datetime]]:
    """The steps of time as (label, first moment, last moment): weeks where they are few, else the newest months."""
    if len(weeks) < 2:
        return []
    moment = timedelta(milliseconds=1)
    if len(weeks) <= WEEKS:
        return [(f"{one.start:%Y-%m-%d}", one.start, one.start + timedelta(days=7) - moment) for one in weeks]
    starts = [datetime(year, month, 1, tzinfo=UTC) for year, month in _months(weeks[0].start, weeks[-1].start)]
    return [
        (f"{start:%Y-%m}", start, (start + timedelta(days=32)).replace(day=1) - moment) for start in starts[-MONTHS:]
    ]  # fmt: skip


def _months(first: datetime, last: datetime) -> list[tuple[int, int]]:
    whole = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [(number // 12, number % 12 + 1) for number in whole[-MONTHS:]]


def _located(index: AdIndex, places: list[str]) -> Mapping[str, tuple[float, float]]:
    """Where places lie, as adverts that name them say; asked once for each place and remembered with the index."""
    known = _KNOWN.setdefault(index, {})
    for place in places:
        if place not in known:
            known[place] = _spot(index, place)
    return {place: spot for place in places if (spot := known[place]) is not None}


def _spot(index: AdIndex, place: str) -> tuple[float, float] | None:
    for row in index.search_adverts(Query(filters={"place": (place,)}, size=3)).rows:
        for mention in row.doc.screening.mentions:
            if mention.key == place and (spot := location(mention)) is not None:
                return spot
    return None
