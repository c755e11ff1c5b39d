"""Settlements and countries, as ``{"name", "country", "geoname_id", "lat", "lon"}`` (English names in ASCII).

A capitalised word or phrase is looked up in the gazetteer as written and without case endings. What speaks for a place
(population, a preposition, its being named again, another place of the same country) is weighed against what speaks against it
(an everyday word, a person's name, a street or hotel called after it).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, takewhile

from nlp.extract.lexicon import Lexicon, Word
from nlp.extract.page import MOST, Found, Page, View
from nlp.extract.place_names import bearers, longest
from nlp.extract.place_words import (
    AGED,
    CENTRE,
    CITY,
    HOMONYMS,
    HOUSE_NUMBER,
    HOUSES,
    LARGE,
    LIST,
    LIST_GAP,
    LOCATIVE,
    MARK_LETTERS,
    MONTHS,
    POSTAL,
    ROUTE,
    VILLAGE,
    WEIGHTS,
)
from nlp.extract.reading import reads_as_word
from nlp.extract.role import assign_roles
from nlp.gazetteer import Place, gazetteer
from nlp.gazetteer.store import EUROPE, KNOWN
from nlp.lang import languages
from nlp.language.vocabulary import word_evidence
from nlp.normalise.plain import plain
from strazha.model.screening import MentionKind

KIND = MentionKind.PLACE
NAME = "place"

#: Countries near the sources: of two places with one name the one there is meant more often than its size tells.
_NEAR = {
    "BG": 1.6, "RO": 0.7, "GR": 0.7, "DE": 0.8, "GB": 0.7, "AT": 0.5,
    "IT": 0.4, "ES": 0.4, "NL": 0.4, "BE": 0.3, "CY": 0.6, "TR": 0.3, "RS": 0.3, "UA": 0.2,
}  # fmt: skip


@dataclass(slots=True)
class _Candidate:
    view: View
    start: int
    end: int
    places: tuple[Place, ...]
    score: float
    #: True where a word says that it is a settlement.
    marked: bool = False


def extract(page: Page) -> None:
    """Add the places of both fields; a country alone only where no settlement of it is named."""
    casual = any(_casual(view) for view in page.all_views() if view.name == "body")
    candidates = [
        candidate for view in page.all_views() for candidate in _candidates(page, view, casual=casual or _casual(view))
    ]
    if not candidates:
        return
    countries = {place.country for item in candidates for place in item.places if not place.name}
    single = Counter(item.places[0].country for item in candidates if len(item.places) == 1)
    anchors = [item.places[0] for item in candidates if len(item.places) == 1 and item.places[0].name]
    chosen = [(item, _choose(item, single, countries, page, anchors)) for item in candidates]
    cities = {place.country for _, place in chosen if place is not None and place.name and place.population >= CITY}
    settled = {place.country for item, place in chosen if place is not None and place.name}
    last: tuple[View, int, str] | None = None
    for item, place in chosen:
        # A small name right behind a city of the same country, with nothing between, is a quarter of it.
        if (
            place is not None
            and last is not None
            and (item.view, place.country) == (last[0], last[2])
            and item.view.text[last[1] : item.start] == " "
        ):
            continue
        last = (item.view, item.end, place.country) if place is not None and place.name else None
        if place is not None and not item.marked and place.population <= KNOWN and _is_quarter(item, place, cities):
            continue
        if place is None or (not place.name and place.country in settled):
            continue
        value = {
            "name": place.name or None,
            "country": place.country,
            "geoname_id": place.geoname_id,
            "lat": place.lat,
            "lon": place.lon,
        }
        confidence = max(0.3, min(0.97, 0.35 + item.score / 10))
        item.view.add(Found(KIND, item.start, item.end, value, NAME, round(confidence, 2)))
    assign_roles(page)


def _is_quarter(item: _Candidate, place: Place, cities: set[str]) -> bool:
    """True for the name of a city's quarter in an advert that names a Bulgarian city."""
    return place.country == "BG" in cities and item.view.plain[item.start : item.end].replace("-", " ") in gazetteer().quarters


def _casual(view: View) -> bool:
    """True for a text as people type it into a messenger: it opens small, or has hardly a capital."""
    return view.text[:1].islower() or len(view.capitals) * 14 < len(view.words)


def _candidates(page: Page, view: View, *, casual: bool) -> Iterator[_Candidate]:
    text, words = view.text, view.words
    codes = page.codes[:3]
    after, last = 0, len(text)
    for index in _heads(view, casual=casual):
        # No name is longer than Llanfairpwllgwyngyll's; what is remembered must stay small.
        if index < after or len(words[index].text) > 60:
            continue
        most = longest(words[index].text, codes)
        if not most:
            continue
        start = words[index].start
        listed = 0 < start - last < LIST_GAP and view.plain[last:start] in LIST
        for count in range(_joined(text, words[index : index + most]), 0, -1):
            candidate = _candidate(page, view, words[index : index + count], listed)
            if candidate is not None:
                yield candidate
                after, last = index + count, candidate.end
                break


def _heads(view: View, *, casual: bool) -> Iterable[int]:
    """The words that a place can begin with."""
    limit = 10 * MOST
    # A text without capitals, or with those of sentences and persons only, still names cities.
    if casual or view.text.islower():
        capitals = frozenset(view.capitals)
        return [
            at
            for at, word in enumerate(view.words[:limit])
            if at in capitals or (word.end - word.start > 4 and not word.text.isdigit())
        ]
    return takewhile(limit.__gt__, view.capitals)


def _joined(text: str, words: list[Word]) -> int:
    """How many of these words may be of one name with the first: nothing but a space or a dash parts them."""
    for at, (left, right) in enumerate(pairwise(words), start=1):
        gap = text[left.end : right.start]
        if right.text.isdigit() or (gap not in {" ", "-"} and not (gap == ". " and left.end - left.start <= 3)):
            return at
    return len(words)


def _candidate(page: Page, view: View, words: list[Word], listed: bool) -> _Candidate | None:
    start, end = words[0].start, words[-1].end
    form = view.plain[start:end].replace("-", " ").replace(". ", " ")
    found = bearers(form, page.codes[:3], single=len(words) == 1)
    if found is None:
        return None
    places, exact, ending = found
    end -= ending
    size = max([place.population for place in places])
    # The words of adverts hold the largest cities too.
    city = size >= LARGE and exact and form not in HOMONYMS
    if page.latin_bg and len(words) == 1 and not city and reads_as_word(page, view, start, end):
        return None
    if view.taken(start, end, (MentionKind.EMAIL, MentionKind.URL, MentionKind.HANDLE, MentionKind.PHONE)):
        return None
    if view.text[start].islower() and not gazetteer().listed(form):
        known = size >= (20_000 if exact else LARGE)
        if not known or (size < 1_000_000 and not _at_home(places)):
            return None
    before = view.plain[max(0, start - 4) : start]
    score, marked = _score(page, _Sight(view, start, end, form, places, exact, listed, size, before))
    return _Candidate(view, start, end, places, score, marked) if score > 0 else None


def _at_home(places: tuple[Place, ...]) -> bool:
    """True where a name is a country's or that of a place in Europe or beside it."""
    return any(not place.name or place.country in EUROPE for place in places)


class _Rules:
    """Words beside places, of one set of languages."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        known = [languages()[code] for code in codes]
        self.before = Lexicon.of(word for data in known for word in data.before_place)
        self.streets = Lexicon.of(word for data in known for word in data.streets)
        self.settlement = Lexicon.of(word for data in known for word in data.settlement)
        self.persons = Lexicon.of(word for data in known for word in data.name_cues.before)
        self.titles = Lexicon.of(word for data in known for word in data.name_cues.titles)
        # A hotel or club may be named with its city ("hotel Timisoara"); a street called after one is not in it.
        self.houses = Lexicon.of(HOUSES.intersection(word for data in known for word in data.not_names))


@lru_cache(maxsize=64)
def _rules(codes: tuple[str, ...]) -> _Rules:
    return _Rules(codes)


def _quoted(view: View, context: str, end: int) -> bool:
    return context.endswith(("«", "„", "“", '"', "@", "#", "_", "/")) and view.text[end : end + 1] in {"»", "“", "”", '"', "_"}


def _own_name(place: Place, form: str) -> bool:
    return not place.name or plain(place.name).replace("-", " ") == form


@lru_cache(maxsize=1)
def _given_names() -> frozenset[str]:
    return frozenset(name for data in languages().values() for name in (*data.names, *data.shaky_names))


@dataclass(slots=True)
class _Sight:
    """A name in its surroundings, as the signs for and against a place need it."""

    view: View
    start: int
    end: int
    form: str
    places: tuple[Place, ...]
    #: True where the name stands in the gazetteer as written, not only without its case ending.
    exact: bool
    #: True where it follows another place in a list.
    listed: bool
    #: People of the largest of the places, and the few characters before the name.
    size: int
    before: str


def _score(page: Page, seen: _Sight) -> tuple[float, bool]:
    """How much speaks for a place: its size and the signs; 0 where something rules it out. Also whether a word marks it so."""
    rules = _rules(page.known_codes("en"))
    index = seen.view.word_after(seen.start) - 1
    words = seen.view.words
    near = index >= 0 and seen.start - words[index].end <= 3 and "\n" not in seen.before and "," not in seen.before
    # "... la plecare. Costi, instagram": a sentence ends between; the full stop of an abbreviation ("гр.") ends none.
    near = near and not (". " in seen.before and words[index].end - words[index].start > 4)
    marked = near and _marked(seen, rules, index)
    preposition = marked or (near and rules.before.before(words, index) is not None)
    if not preposition and not seen.exact and page.codes[:1] == ("tr",):
        preposition = LOCATIVE.search(seen.form) is not None
    if _ruled_out(seen, rules, index if near and not marked else -1, preposition):
        return 0.0, False
    signs = {*_signs_around(seen), *_signs_within(seen, page, preposition, marked)}
    if marked:
        signs.add("settlement word")
    elif preposition:
        signs.add("preposition")
    elif page.codes[:1] == ("de",):
        signs.add("german noun")
    # "bei Beelitz", "nach Ulm": what stands before persons and places says nothing of an unknown name.
    doubtful = not preposition or seen.form in _given_names()
    if near and not marked and doubtful and seen.size < 1_000_000 and rules.persons.before(words, index):
        signs.add("person cue")
    return math.log10(max(seen.size, 100)) - 2.6 + sum(sorted(WEIGHTS[sign] for sign in signs)), marked


def _marked(seen: _Sight, rules: _Rules, index: int) -> bool:
    """True behind a word for a settlement; a letter alone ("с. Труд", "г. Москва") needs its full stop."""
    word = seen.view.words[index]
    if not rules.settlement.before(seen.view.words, index):
        return False
    return word.text not in MARK_LETTERS or seen.view.plain[word.end : word.end + 1] == "."


def _ruled_out(seen: _Sight, rules: _Rules, index: int, preposition: bool) -> bool:
    words = seen.view.words
    if rules.streets.word(seen.form) or _quoted(seen.view, seen.before, seen.end):
        return True
    # "Σοφία, 45, Καβάλα"
    if not preposition and seen.form in _given_names() and AGED.match(seen.view.plain, seen.end):
        return True
    if index >= 0:
        house = rules.houses.word(words[index].text) and seen.size >= 100_000
        if rules.titles.word(words[index].text) or (rules.streets.before(words, index) and not house):
            return True
    if preposition:
        return False
    # Far-away cities need a preposition, the largest a mark; so does an inflected name: without its ending almost any word is
    # like some name.
    far = all(place.name and place.country not in EUROPE for place in seen.places) and not gazetteer().listed(seen.form)
    far = far and not (seen.size >= 1_000_000 and seen.before.rstrip().endswith((",", "-", "–", "(")))
    return far or (not seen.exact and any(place.name for place in seen.places) and not _told_by_case(seen))


def _told_by_case(seen: _Sight) -> bool:
    """ "в комплексе Анталии": a large city's genitive within a sentence."""
    large = seen.size >= LARGE and len(seen.form) > 5 and seen.view.text[seen.start].isupper()
    return large and seen.before.strip()[-1:].isalpha() and " " not in seen.form


def _signs_around(seen: _Sight) -> Iterator[str]:
    text, end = seen.view.text, seen.end
    if seen.listed:
        yield "listed"
    if POSTAL.search(seen.view.plain, max(0, seen.start - 7), seen.start):
        yield "postal code"
    if HOUSE_NUMBER.search(seen.view.plain, max(0, seen.start - 9), seen.start):
        yield "address"
    if seen.before.rstrip().endswith((",", "-", "(", "/", "|", ">", "→")) or (
        seen.view.name == "title" and not seen.before.strip()
    ):
        yield "mark before"
    if text[end : end + 1] in {",", ")"} or not text[end:].strip() or text[end : end + 3] in {" - ", " > "}:
        yield "mark after"


def _signs_within(seen: _Sight, page: Page, preposition: bool, marked: bool) -> Iterator[str]:
    form, text = seen.form, seen.view.text
    if not seen.exact:
        yield "inflected"
    elif not preposition:
        if form.isascii() and not gazetteer().listed(form) and not any(_own_name(place, form) for place in seen.places):
            yield "foreign form"
        head = seen.view.name == "body" and seen.before.rstrip(" ")[-1:] in {"", ".", "!", "?", "\n"}
        if (
            head
            and seen.size < 1_000_000
            and not ROUTE.match(seen.view.plain, seen.end)
            and not CENTRE.match(seen.view.plain, seen.end)
            and text[seen.end : seen.end + 1] == " "
            and text[seen.end + 1 : seen.end + 2].islower()
        ):
            yield "sentence head"
    if " " in form:
        yield "phrase"
    if seen.view.is_reading:
        yield "reading"
    if seen.size < 100_000 and len(form) <= 5:
        yield "short" if len(form) <= 4 else "rather short"
    if not marked:
        yield from _other_meanings(seen, page, preposition)


def _other_meanings(seen: _Sight, page: Page, preposition: bool) -> Iterator[str]:
    """Signs that the word may be no place at all; a word for a settlement before it silences them."""
    form = seen.form
    if form in gazetteer().everyday and seen.size < CITY:
        here = max((place.population for place in seen.places if place.country == "BG"), default=0)
        month = form in MONTHS and seen.before.endswith(("за ", "ез "))
        yield "everyday village" if here < VILLAGE or month else "everyday town"
    # The largest cities are in the word lists because adverts name them.
    elif form in HOMONYMS and not preposition:
        yield "homonym"
    elif " " not in form and form in word_evidence() and not _large(seen):
        own = {code for code, _ in word_evidence()[form]}.intersection((*page.codes, "en"))
        yield "everyday word" if own else "everyday word elsewhere"
    if form in _given_names() and (
        seen.size < 500_000 or not any(_own_name(place, form) or not form.isascii() for place in seen.places)
    ):
        yield "given name after preposition" if preposition else "given name"


def _large(seen: _Sight) -> bool:
    return seen.places[0].population >= LARGE and seen.form not in HOMONYMS


def _choose(item: _Candidate, single: Counter[str], countries: set[str], page: Page, anchors: list[Place]) -> Place | None:
    """The place meant among those of one name; None where too little speaks for any."""
    own = item.places[0].country if len(item.places) == 1 else ""
    company = countries | {country for country, count in single.items() if count > (country == own)}
    home = {region for code in page.codes if code in languages() for region in languages()[code].regions[:1]}

    largest = max(place.population for place in item.places)

    def rank(place: Place) -> float:
        score = math.log10(max(place.population, 100)) + _NEAR.get(place.country, 0.0)
        # A village that shares its name with a town abroad ("Охрид") is meant where a word for a settlement says so.
        score -= 1.3 * (largest >= 30_000 and place.population < 2_000 and not item.marked)
        score += 1.5 * (place.country in company) + 0.6 * (place.country in home) + 1.0 * (place.country == page.country)
        return score + (3.0 if not place.name else 0.0) + 0.8 * any(_neighbours(place, other) for other in anchors[:20])

    best = item.places[0] if len(item.places) == 1 else max(item.places, key=rank)
    support = 0.8 * (best.country in company) + 0.3 * (best.country in home)
    # A Bulgarian village in Latin letters looks like any word; in its own script it does not.
    latin = item.view.text[item.start].isascii() and best.population < VILLAGE and not item.marked
    small = best.name and best.population < 20_000 and (best.country != "BG" or latin)
    least = (2.0 if best.country in home else 2.2) if small else 1.3
    return best if item.score + support >= least else None


def _neighbours(place: Place, other: Place) -> bool:
    """True within some 60 km: of villages with one name the one near the advert's other places is meant."""
    if place.lat is None or place.lon is None or other.lat is None or other.lon is None:
        return False
    return place is not other and abs(place.lat - other.lat) < 0.5 and abs(place.lon - other.lon) < 0.7
