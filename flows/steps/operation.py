"""What a cluster's adverts tell of the operation behind them, over time: for its page, the command line and case files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flows.rooms import Rooms
from flows.steps.holdings import Held, load_held
from strazha.model import AdType, Cluster, Mention, MentionKind

#: Values of a kind that are kept: a page shows some dozens.
MOST = 200
#: Two adverts of one town further apart than this are two stays.
STAY = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Stay:
    """A town and the days of the first and last advert there, without another town in between for ``STAY``."""

    town: str
    first: date
    last: date
    adverts: int


@dataclass(frozen=True, slots=True)
class Operation:
    """Facts of a cluster. Counted values stand as (value, adverts), those that most adverts have first."""

    adverts: int
    first_seen: date
    last_seen: date
    names: tuple[tuple[str, int], ...]
    ages: tuple[tuple[int, int], ...]
    contacts: tuple[tuple[str, int], ...]
    countries: tuple[tuple[str, int], ...]
    platforms: tuple[tuple[str, int], ...]
    ad_types: tuple[tuple[str, int], ...]
    #: Towns over time, earliest stay first, and how often the adverts moved from one town to another.
    towns: tuple[Stay, ...]
    moves: int
    #: Most adverts within any seven days.
    busiest_week: int
    #: Names that appear for the first time after the first month, and names not seen in the last month.
    names_come: int
    names_gone: int
    #: Days from the first advert that recruits to the first that sells; None where there is not one of each.
    recruiting_to_selling_days: int | None

    def plain(self) -> dict[str, Any]:
        """For JSON: days as ISO 8601."""
        held = asdict(self)
        for name in ("first_seen", "last_seen"):
            held[name] = held[name].isoformat()
        held["towns"] = [
            {**stay, "first": stay["first"].isoformat(), "last": stay["last"].isoformat()} for stay in held["towns"]
        ]
        return held


def operation_of(rooms: Rooms, cluster: Cluster) -> Operation | None:
    """The facts of a cluster as its adverts are now; None where none of them is held any more."""
    held = list(load_held(rooms, cluster.members).values())
    return operation(held) if held else None


def operation(members: Sequence[Held]) -> Operation:
    """The facts of adverts, one at least. Time: sorting them."""
    ordered = sorted(members, key=lambda one: (_day(one), one.advert.id))
    days = [_day(one).date() for one in ordered]
    towns = tuple(_stays(ordered))
    come, gone = _turnover(ordered)
    return Operation(
        adverts=len(ordered),
        first_seen=days[0],
        last_seen=max(one.state.last_seen for one in ordered).date(),
        names=_counted(one.linkable.names for one in ordered),
        ages=_counted(one.linkable.ages for one in ordered),
        contacts=_counted(one.linkable.contacts for one in ordered),
        countries=_counted(_countries(one) for one in ordered),
        platforms=_counted((one.advert.source_id,) for one in ordered),
        ad_types=_counted((one.screening.ad_type.value,) for one in ordered),
        towns=towns,
        moves=max(0, len(towns) - 1),
        busiest_week=_busiest(days),
        names_come=come,
        names_gone=gone,
        recruiting_to_selling_days=_recruiting_to_selling(ordered),
    )


def _day(one: Held) -> datetime:
    return one.advert.posted_at or one.state.first_seen


def _counted(values: Iterable[Iterable[Any]]) -> tuple[tuple[Any, int], ...]:
    counts = Counter(value for of_one in values for value in set(of_one))
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))[:MOST])


def _countries(one: Held) -> tuple[str, ...]:
    named = [place.rpartition("|")[2] for place in one.linkable.places]
    return tuple(code for code in [one.advert.country or "", *named] if code)


def _towns(one: Held) -> list[str]:
    """The site's own place, else the first town of the text."""
    if one.advert.place:
        return [one.advert.place]
    mentions: list[Mention] = [mention for mention in one.screening.mentions if mention.kind is MentionKind.PLACE]
    return [mentions[0].key.split("|", 1)[0]] if mentions else []


def _stays(ordered: Sequence[Held]) -> Iterable[Stay]:
    open_: Stay | None = None
    for one in ordered:
        for town in _towns(one):
            day = _day(one).date()
            if open_ is not None and open_.town == town and day - open_.last <= STAY:
                open_ = Stay(town, open_.first, day, open_.adverts + 1)
                continue
            if open_ is not None:
                yield open_
            open_ = Stay(town, day, day, 1)
    if open_ is not None:
        yield open_


def _busiest(days: Sequence[date]) -> int:
    most = start = 0
    for end, day in enumerate(days):
        while day - days[start] >= timedelta(days=7):
            start += 1
        most = max(most, end - start + 1)
    return most


def _turnover(ordered: Sequence[Held]) -> tuple[int, int]:
    first: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    for one in ordered:
        for name in one.linkable.names:
            first.setdefault(name, _day(one))
            last[name] = _day(one)
    month = timedelta(days=30)
    begin, end = _day(ordered[0]), _day(ordered[-1])
    return sum(1 for at in first.values() if at - begin > month), sum(1 for at in last.values() if end - at > month)


def _recruiting_to_selling(ordered: Sequence[Held]) -> int | None:
    firsts: dict[AdType, date] = {}
    for one in ordered:
        firsts.setdefault(one.screening.ad_type, _day(one).date())
    if AdType.JOB not in firsts or AdType.ADULT not in firsts:
        return None
    return (firsts[AdType.ADULT] - firsts[AdType.JOB]).days
