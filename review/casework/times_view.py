"""When and where a cluster's adverts appeared and went, and how they moved from town to town."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

from review.casework.contexts import Bucket, Move, Stay, TimesPage
from review.casework.drawing import columns
from review.casework.members import Members, members_of
from review.investigate.spots import MapData, Spot
from review.places import place_name, town_of
from review.services import Services
from strazha.model import Band, MentionKind
from strazha.store.documents import AdvertDoc, ClusterDoc

#: Sources with a colour of their own; the rest share one.
SOURCES = 6
#: Longest stretches shown by days and by weeks.
BY_DAY, BY_WEEK = 92, 730
EARTH_KM = 6371.0

Spots = Mapping[str, tuple[float, float]]


def times_page(services: Services, doc: ClusterDoc, *, uncovered: bool = False) -> TimesPage:
    """Everything about time and towns."""
    from flows.steps.holdings import Held
    from flows.steps.operation import operation

    held = members_of(services, doc, uncovered=uncovered)
    if not held.docs:
        return _empty(held)
    # One town under one name, whoever wrote it: the facts count moves from each name to the next.
    facts = operation(
        [Held(one.state, one.advert.model_copy(update={"place": town_of(one)}), one.screening) for one in held.docs]
    )
    spots = spots_of(held.docs)
    stays = tuple(Stay(_shown(held, one.town), one.first, one.last, one.adverts) for one in facts.towns)
    raw = [one.town for one in facts.towns]
    moves = tuple(
        Move(stays[at], stays[at + 1], distance(spots, raw[at], raw[at + 1]))
        for at in range(len(stays) - 1) if raw[at] != raw[at + 1]
    )  # fmt: skip
    step, sources, buckets = bucketed(held.docs)
    return TimesPage(
        head=held.head(), step=step, sources=sources, buckets=buckets, drawing=columns(buckets),
        live=sum(1 for one in held.docs if one.state.gone_since is None),
        gone=sum(1 for one in held.docs if one.state.gone_since is not None),
        busiest_week=facts.busiest_week, stays=stays, moves=moves,
        names_come=facts.names_come, names_gone=facts.names_gone,
        recruiting_to_selling=facts.recruiting_to_selling_days, places=_map(held, step, buckets, raw, spots),
    )  # fmt: skip


def _shown(held: Members, town: str) -> str:
    return held.sentence(place_name(town))


def _empty(held: Members) -> TimesPage:
    return TimesPage(
        head=held.head(), step="day", sources=(), buckets=(), drawing=columns(()), live=0, gone=0, busiest_week=0, stays=(),
        moves=(), names_come=0, names_gone=0, recruiting_to_selling=None, places=MapData(()),
    )  # fmt: skip


def appeared(doc: AdvertDoc) -> datetime:
    """When an advert was published, as far as known."""
    return doc.advert.posted_at or doc.state.first_seen


def bucketed(docs: Sequence[AdvertDoc]) -> tuple[str, tuple[str, ...], tuple[Bucket, ...]]:
    """Adverts by day, week or month and by source; periods in which nothing happened are there with zeros."""
    days = [appeared(one).date() for one in docs]
    gone = [one.state.gone_since.date() for one in docs if one.state.gone_since is not None]
    low, high = min([*days, *gone]), max([*days, *gone])
    step, floor, after = _step((high - low).days)
    counted = Counter(one.advert.source_id for one in docs)
    sources = tuple(name for name, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:SOURCES])
    place = {name: number for number, name in enumerate(sources)}
    rest = len(sources) if len(counted) > len(sources) else None
    new: Counter[tuple[date, int]] = Counter()
    for doc, day in zip(docs, days, strict=True):
        new[floor(day), place.get(doc.advert.source_id, rest or 0)] += 1
    went = Counter(floor(day) for day in gone)
    found, at = [], floor(low)
    while at <= high:
        counts = tuple(new[at, number] for number in range(len(sources) + (rest is not None)))
        found.append(Bucket(at.strftime("%Y-%m") if step == "month" else at.isoformat(), counts, went[at]))
        at = after(at)
    return step, (*sources, *(("",) if rest is not None else ())), tuple(found)


def _step(span: int) -> tuple[str, Callable[[date], date], Callable[[date], date]]:
    if span <= BY_DAY:
        return "day", lambda day: day, lambda day: day + timedelta(days=1)
    if span <= BY_WEEK:
        return "week", lambda day: day - timedelta(days=day.weekday()), lambda day: day + timedelta(days=7)
    return "month", lambda day: day.replace(day=1), lambda day: (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def spots_of(docs: Sequence[AdvertDoc]) -> dict[str, tuple[float, float]]:
    """Latitude and longitude of places, under their keys and as the adverts write them."""
    found: dict[str, tuple[float, float]] = {}
    for doc in docs:
        for mention in doc.screening.mentions:
            if mention.kind is not MentionKind.PLACE or not isinstance(mention.value, dict):
                continue
            lat, lon = mention.value.get("lat"), mention.value.get("lon")
            if isinstance(lat, int | float) and isinstance(lon, int | float) and -90 <= lat <= 90 and -180 <= lon <= 180:
                for name in (mention.key, mention.text):
                    found.setdefault(name.casefold(), (float(lat), float(lon)))
    return found


def _map(held: Members, step: str, buckets: Sequence[Bucket], towns: Sequence[str], spots: Spots) -> MapData:
    """The towns whose place on earth is known, how many adverts each has in each step of time, and the ways between them."""
    steps = sorted({_map_step(bucket.label, step) for bucket in buckets})
    counts: dict[str, Counter[str]] = {town: Counter() for town in towns if town.casefold() in spots}
    bands: dict[str, Band] = {}
    for doc in held.docs:
        town = town_of(doc)
        if town in counts:
            counts[town][_map_step(appeared(doc).date().isoformat(), step)] += 1
            bands[town] = max(bands.get(town, Band.LOW), doc.screening.band, key=lambda band: band.rank)
    number = {town: at for at, town in enumerate(counts)}
    found = tuple(
        Spot(_shown(held, town), *spots[town.casefold()], tuple(counted[one] for one in steps), bands.get(town, Band.LOW))
        for town, counted in counts.items()
    )
    ways = {(number[a], number[b]) for a, b in pairwise(towns) if a in number and b in number and a != b}
    return MapData(found, tuple(steps), tuple(sorted(ways)))


def _map_step(label: str, step: str) -> str:
    """Weeks for a short time, else months: a slider has some dozen steps, not a hundred."""
    if step != "day":
        return label[:7]
    day = date.fromisoformat(label)
    return (day - timedelta(days=day.weekday())).isoformat()


def distance(spots: Spots, a: str, b: str) -> int | None:
    """Kilometres between two towns as the crow flies, where both are known."""
    one, other = spots.get(a.casefold()), spots.get(b.casefold())
    if one is None or other is None:
        return None
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(radians, spot)) for spot in (one, other))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return round(2 * EARTH_KM * asin(min(1.0, sqrt(half))))
