"""Indicators of a whole cluster, derived from the screenings of its adverts: names, ages, texts, cities, pictures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from indicators.definitions import Located
from strazha.errors import DefinitionError
from strazha.model import AdType, Advert, Hit, Mention, MentionKind, Screening

FILE = Path(__file__).parent / "cluster.yaml"

#: At most so many names, cities or contacts are written into a note.
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Member:
    """One advert of a cluster, with what the derivations look at."""

    advert: Advert
    screening: Screening
    at: datetime
    contacts: tuple[str, ...]
    names: tuple[str, ...]
    ages: Mapping[str, int]
    #: ``Name|CC`` of the settlements mentioned.
    cities: tuple[str, ...]


def cluster_hits(members: Sequence[tuple[Advert, Screening]]) -> list[Hit]:
    """Hits of a cluster, in the order of the table below; a single advert has none. Hits have a note and no offsets."""
    seen = [_member(advert, screening) for advert, screening in members]
    if len(seen) < 2:
        return []
    hits = []
    for indicator, derivation in DERIVATIONS.items():
        note = derivation(seen, thresholds(indicator))
        if note:
            hits.append(Hit(indicator=indicator, method="derived", confidence=0.8, rule=f"cluster.{indicator}", note=note))
    return hits


@lru_cache(maxsize=32)
def thresholds(indicator: str) -> Mapping[str, int]:
    """Numbers of one derivation from cluster.yaml."""
    value = _file().value.get(indicator, {})
    if not isinstance(value, dict) or not all(isinstance(number, int) for number in value.values()):
        raise DefinitionError(f"{indicator} needs whole numbers", place=str(FILE), remedy="write name: number pairs")
    return value


@lru_cache(maxsize=1)
def _file() -> Located:
    return Located(FILE)


def _member(advert: Advert, screening: Screening) -> Member:
    kinds = {MentionKind.PHONE, MentionKind.EMAIL, MentionKind.HANDLE}
    contacts = dict.fromkeys(f"{one.kind.value}:{one.key}" for one in screening.mentions if one.kind in kinds)
    names = dict.fromkeys(one.key.casefold() for one in screening.mentions if one.kind is MentionKind.NAME)
    places = [one for one in screening.mentions if one.kind is MentionKind.PLACE and not one.key.startswith("|")]
    return Member(
        advert=advert,
        screening=screening,
        at=advert.posted_at or advert.captured_at,
        contacts=tuple(contacts),
        names=tuple(names),
        ages=_ages(screening.mentions),
        cities=tuple(dict.fromkeys(one.key for one in places)),
    )


def _ages(mentions: Sequence[Mention]) -> dict[str, int]:
    """Age by name, where an age stands right behind a name; an advert with one name and one age needs no nearness."""
    names = [one for one in mentions if one.kind is MentionKind.NAME]
    ages = [one for one in mentions if one.kind is MentionKind.AGE and isinstance(one.value, int)]
    if len({name.key for name in names}) == 1 and len(ages) == 1:
        return {names[0].key.casefold(): int(str(ages[0].value))}
    found: dict[str, int] = {}
    for name in names:
        for age in ages:
            if age.field == name.field and 0 <= age.start - name.end <= 6:
                found.setdefault(name.key.casefold(), int(str(age.value)))
    return found


def _by_contact(members: Iterable[Member]) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        for contact in member.contacts:
            found[contact].append(member)
    return found


def _listed(values: Iterable[str]) -> str:
    shown = list(values)
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def _adult(members: Iterable[Member]) -> list[Member]:
    return [member for member in members if member.screening.ad_type is AdType.ADULT]


def _many_names(members: Sequence[Member], least: Mapping[str, int]) -> str:
    for contact, group in sorted(_by_contact(_adult(members)).items()):
        names = list(dict.fromkeys(name for member in group for name in member.names))
        if len(names) >= least["names"]:
            return f"{contact} advertises {len(names)} names: {_listed(names)}"
    return ""


def _ages_disagree(members: Sequence[Member], least: Mapping[str, int]) -> str:
    for contact, group in sorted(_by_contact(_adult(members)).items()):
        ages: dict[str, set[int]] = defaultdict(set)
        for member in group:
            for name, age in member.ages.items():
                ages[name].add(age)
        for name, stated in sorted(ages.items()):
            if max(stated) - min(stated) >= least["years"]:
                return f"{contact}, {name}: {_listed(str(age) for age in sorted(stated))}"
    return ""


def _one_text(members: Sequence[Member], least: Mapping[str, int]) -> str:
    contacts: dict[str, set[str]] = defaultdict(set)
    for member in members:
        text = member.screening.folded
        if len(text) >= least["shortest_text"]:
            contacts[text].update(member.contacts)
    most = max(contacts.values(), key=len, default=set())
    return f"One wording under {len(most)} contacts: {_listed(sorted(most))}" if len(most) >= least["contacts"] else ""


def _circuit(members: Sequence[Member], least: Mapping[str, int]) -> str:
    adult = sorted((member for member in _adult(members) if member.cities), key=lambda one: (one.at, one.advert.id))
    moves = [
        (before, after)
        for before, after in pairwise(adult)
        if not set(before.cities) & set(after.cities) and after.at - before.at <= timedelta(days=least["days"])
    ]
    cities = list(dict.fromkeys(city for pair in moves for one in pair for city in one.cities))
    if moves and len(cities) >= least["cities"]:
        return f"{len(cities)} cities within days of each other: {_listed(city.split('|')[0] for city in cities)}"
    return ""


def _countries(members: Sequence[Member], least: Mapping[str, int]) -> str:
    found = {city.rpartition("|")[2] for member in _adult(members) for city in member.cities}
    found |= {str(member.advert.country) for member in _adult(members) if member.advert.country}
    found.discard("")
    return f"{len(found)} countries: {_listed(sorted(found))}" if len(found) >= least["countries"] else ""


def _turnover(members: Sequence[Member], least: Mapping[str, int]) -> str:
    for contact, group in sorted(_by_contact(_adult(members)).items()):
        first_week: dict[str, tuple[int, int]] = {}
        for member in sorted(group, key=lambda one: (one.at, one.advert.id)):
            for name in member.names:
                year, week, _ = member.at.isocalendar()
                first_week.setdefault(name, (year, week))
        if len(first_week) >= least["names"] and len(set(first_week.values())) > least["weeks"]:
            return f"{contact}: {len(first_week)} names, new ones in {len(set(first_week.values()))} different weeks"
    return ""


def _recruitment(members: Sequence[Member], _least: Mapping[str, int]) -> str:
    types: dict[str, set[AdType]] = defaultdict(set)
    for member in members:
        for key in (*member.contacts, f"text:{member.screening.folded}" if member.screening.folded else ""):
            if key:
                types[key].add(member.screening.ad_type)
    for key, seen in sorted(types.items()):
        if {AdType.JOB, AdType.ADULT} <= seen:
            return f"Recruitment and adult adverts share {'a text' if key.startswith('text:') else key}"
    return ""


def _platforms(members: Sequence[Member], least: Mapping[str, int]) -> str:
    found = sorted({member.advert.source_id for member in members})
    return f"{len(found)} platforms: {_listed(found)}" if len(found) >= least["platforms"] else ""


def _volume(members: Sequence[Member], least: Mapping[str, int]) -> str:
    weeks = Counter(member.at.isocalendar()[:2] for member in members)
    (year, week), most = weeks.most_common(1)[0]
    return f"{most} adverts in week {week} of {year}" if most >= least["a_week"] else ""


def _images(members: Sequence[Member], least: Mapping[str, int]) -> str:
    names: dict[str, set[str]] = defaultdict(set)
    for member in members:
        for image in member.advert.images:
            key = image.pdq or image.sha256
            if key:
                names[key].update(member.names)
    most = max(names.values(), key=len, default=set())
    return f"One picture under {len(most)} names: {_listed(sorted(most))}" if len(most) >= least["names"] else ""


#: Indicator -> its derivation: the note that explains it, or nothing.
DERIVATIONS: Mapping[str, Callable[[Sequence[Member], Mapping[str, int]], str]] = {
    "one_contact_many_names": _many_names,
    "inconsistent_ages": _ages_disagree,
    "many_contacts_one_text": _one_text,
    "city_circuit": _circuit,
    "cross_border_presence": _countries,
    "name_turnover": _turnover,
    "recruitment_to_sales": _recruitment,
    "multi_platform": _platforms,
    "high_volume": _volume,
    "shared_images": _images,
}
