"""Settlements and countries, as ``{"name", "country", "geoname_id", "lat", "lon"}`` (English names in ASCII).

A capitalised word or phrase is looked up in the gazetteer as written and without case endings. What speaks for a place
(population, a preposition, its being named again, another place of the same country) is weighed against what speaks against it
(an everyday word, a person's name, a street or hotel called after it).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

from nlp.extract.lexicon import Lexicon
from nlp.extract.page import MOST, Found, Page, View
from nlp.gazetteer import Place, gazetteer, stem
from nlp.gazetteer.build import EUROPE
from nlp.lang import languages
from nlp.language.vocabulary import word_evidence
from nlp.normalise.plain import plain
from strazha.model.screening import MentionKind

KIND = MentionKind.PLACE
NAME = "place"

_LONGEST = 4
#: Countries near the sources: of two places with one name the one there is meant more often than its size tells.
_NEAR = {
    "BG": 1.6,
    "RO": 0.7,
    "GR": 0.7,
    "DE": 0.8,
    "GB": 0.7,
    "AT": 0.5,
    "IT": 0.4,
    "ES": 0.4,
    "NL": 0.4,
    "BE": 0.3,
    "CY": 0.6,
    "TR": 0.3,
    "RS": 0.3,
    "UA": 0.2,
}
#: What speaks for and against a place beside its size (the tenth logarithm of its people less 2.6); 1.3 is enough in all.
WEIGHTS = {
    "preposition": 1.6,
    "listed": 1.2,
    "phrase": 0.8,
    "mark before": 0.5,
    "mark after": 0.5,
    "inflected": -0.4,
    # An alternate Latin name of GeoNames is often a transliteration that looks like some other word.
    "foreign form": -1.7,
    # A capital at the head of a sentence says nothing ("Van picks you up"), nor does one of a German noun.
    "sentence head": -2.2,
    "german noun": -0.7,
    "everyday word": -3.0,
    "everyday word elsewhere": -1.0,
    "given name": -3.0,
    "given name after preposition": -1.5,
    "person cue": -2.0,
    "reading": -0.3,
    "short": -1.0,
    "rather short": -0.4,
}
_HOUSES = frozenset(
    {"hotel", "club", "bar", "хотел", "клуб", "бар", "отель", "готель", "ξενοδοχειο", "otel", "salon", "салон", "studio"}
)
_LIST = frozenset(
    {
        ", ",
        " and ",
        " и ",
        " или ",
        " or ",
        " und ",
        " si ",
        " y ",
        " і ",
        " та ",
        " και ",
        " ve ",
        "/",
        " - ",
        "-",
        " oder ",
        " sau ",
        " i ",
    }
)
_INFLECTED = frozenset({"ru", "uk", "sr", "el", "ro"})
_CASES = frozenset({"ru", "uk", "sr", "el"})
_TURKISH = re.compile(r"['’](?:d[ae]|t[ae]|d[ae]n|t[ae]n|y[ae]|[ae]|n[iıuü]n|[iıuü]n|y[iıuü]|[iıuü])$")


@dataclass(slots=True)
class _Candidate:
    view: View
    start: int
    end: int
    places: list[Place]
    score: float


def extract(page: Page) -> None:
    """Add the places of both fields; a country alone only where no settlement of it is named."""
    candidates = [candidate for view in page.all_views() for candidate in _candidates(page, view)]
    countries = {place.country for item in candidates for place in item.places if not place.name}
    single = Counter(item.places[0].country for item in candidates if len(item.places) == 1)
    chosen = [(item, _choose(item, single, countries, page)) for item in candidates]
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


def _candidates(page: Page, view: View) -> Iterator[_Candidate]:
    words = [(start, end) for start, end, text in islice(view.words, 10 * MOST) if not text.isdigit()]
    starts = gazetteer().starts
    # Languages whose names inflect are looked up without their endings too; elsewhere an unknown word is no place.
    plain_names = not _INFLECTED.intersection(page.codes)
    # A text without a single capital still names cities; one with capitals gives them some.
    small = view.text.islower()
    index, last = 0, len(view.text)
    while index < len(words):
        start, end = words[index]
        size = 1
        if view.text[start].isupper() or (small and end - start > 4):
            form = view.plain[start:end]
            longest = _LONGEST if form in starts else 1
            if longest == 1 and plain_names and not _known(form) and "'" not in form and "’" not in form:
                index += 1
                continue
            for count in range(min(longest, len(words) - index), 0, -1):
                candidate = _candidate(page, view, words[index : index + count], view.plain[last : words[index][0]] in _LIST)
                if candidate is not None:
                    yield candidate
                    size, last = count, candidate.end
                    break
        index += size


@lru_cache(maxsize=20_000)
def _known(form: str) -> bool:
    return bool(gazetteer().find(form))


def _candidate(page: Page, view: View, words: list[tuple[int, int]], listed: bool) -> _Candidate | None:
    start, end = words[0][0], words[-1][1]
    for (left, last), (first, _) in pairwise(words) if len(words) > 1 else ():
        gap = view.text[last:first]
        if gap not in {" ", "-"} and not (gap == ". " and last - left <= 3):
            return None
    form = view.plain[start:end].replace("-", " ").replace(". ", " ")
    if len(form) < 3 and form != "uk":
        return None
    places, exact = _lookup(form, page)
    if not places and len(words) == 1 and (match := _TURKISH.search(form)):
        places, exact = gazetteer().find(form[: match.start()]), True
        end -= len(form) - match.start()
    if not places or view.taken(start, end, (MentionKind.EMAIL, MentionKind.URL, MentionKind.HANDLE, MentionKind.PHONE)):
        return None
    if view.text[start].islower() and (not exact or max(place.population for place in places) < 20_000):
        return None
    score = _score(page, _Sight(view, start, end, form, places, exact, listed))
    return _Candidate(view, start, end, places, score) if score > 0 else None


def _lookup(form: str, page: Page) -> tuple[list[Place], bool]:
    found = gazetteer().find(form)
    if found:
        return found, True
    if not form.isascii() and len(form) >= 4 and " " not in form and _CASES.intersection(page.codes):
        places = [place for other in gazetteer().stems.get(stem(form), ()) for place in gazetteer().find(other)]
        return [place for place in places if place.population >= 5_000], False
    if "ro" in page.codes and len(form) > 5 and form.endswith(("ei", "ului")):
        return gazetteer().find(form.removesuffix("ei").removesuffix("ului") + ("a" if form.endswith("ei") else "")), False
    return [], False


class _Rules:
    """Words beside places, of one set of languages."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        known = [languages()[code] for code in codes]
        self.before = Lexicon.of(word for data in known for word in data.before_place)
        self.streets = Lexicon.of(word for data in known for word in data.streets)
        self.persons = Lexicon.of(word for data in known for word in data.name_cues.before)
        self.titles = Lexicon.of(word for data in known for word in data.name_cues.titles)
        # A hotel or club may be named with its city ("hotel Timisoara"); a street called after one is not in it.
        self.houses = Lexicon.of(_HOUSES.intersection(word for data in known for word in data.not_names))


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


@dataclass(frozen=True, slots=True)
class _Sight:
    """A name in its surroundings, as the signs for and against a place need it."""

    view: View
    start: int
    end: int
    form: str
    places: list[Place]
    #: True where the name stands in the gazetteer as written, not only without its case ending.
    exact: bool
    #: True where it follows another place in a list.
    listed: bool

    @property
    def size(self) -> int:
        return max(place.population for place in self.places)

    @property
    def before(self) -> str:
        return self.view.plain[max(0, self.start - 4) : self.start]


def _score(page: Page, seen: _Sight) -> float:
    """How much speaks for a place: its size and the signs; 0 where something rules it out."""
    rules = _rules(tuple(dict.fromkeys((*(code for code in page.codes if code in languages()), "en"))))
    index = seen.view.word_after(seen.start) - 1
    words = seen.view.words
    near = index >= 0 and seen.start - words[index].end <= 3 and "\n" not in seen.before and "," not in seen.before
    preposition = near and rules.before.before(words, index) is not None
    if _ruled_out(seen, rules, index if near else -1, preposition):
        return 0.0
    signs = {*_signs_around(seen), *_signs_within(seen, page, preposition)}
    if preposition:
        signs.add("preposition")
    elif page.codes[:1] == ("de",):
        signs.add("german noun")
    if near and seen.size < 1_000_000 and rules.persons.before(words, index):
        signs.add("person cue")
    return math.log10(max(seen.size, 100)) - 2.6 + sum(WEIGHTS[sign] for sign in signs)


def _ruled_out(seen: _Sight, rules: _Rules, index: int, preposition: bool) -> bool:
    words = seen.view.words
    if rules.streets.word(seen.form) or _quoted(seen.view, seen.before, seen.end):
        return True
    if index >= 0:
        house = rules.houses.word(words[index].text) and seen.size >= 100_000
        if rules.titles.word(words[index].text) or (rules.streets.before(words, index) and not house):
            return True
    if preposition:
        return False
    # Far-away cities need a preposition; so does an inflected name: without its ending almost any word is like some name.
    far = all(place.name and place.country not in EUROPE for place in seen.places)
    return far or (not seen.exact and any(place.name for place in seen.places))


def _signs_around(seen: _Sight) -> Iterator[str]:
    text, end = seen.view.text, seen.end
    if seen.listed:
        yield "listed"
    if seen.before.rstrip().endswith((",", "-", "(", "/", "|", ">", "→")) or (
        seen.view.name == "title" and not seen.before.strip()
    ):
        yield "mark before"
    if text[end : end + 1] in {",", ")"} or not text[end:].strip() or text[end : end + 3] in {" - ", " > "}:
        yield "mark after"


def _signs_within(seen: _Sight, page: Page, preposition: bool) -> Iterator[str]:
    form, text = seen.form, seen.view.text
    if not seen.exact:
        yield "inflected"
    elif not preposition:
        if form.isascii() and not any(_own_name(place, form) for place in seen.places):
            yield "foreign form"
        head = seen.view.name == "body" and seen.before.rstrip(" ")[-1:] in {"", ".", "!", "?", "\n"}
        if (
            head
            and seen.size < 1_000_000
            and text[seen.end : seen.end + 1] == " "
            and text[seen.end + 1 : seen.end + 2].islower()
        ):
            yield "sentence head"
    if " " in form:
        yield "phrase"
    # The largest cities are in the word lists because adverts name them.
    elif form in word_evidence() and not (seen.places[0].population >= 100_000 and text[seen.start].isupper()):
        own = {code for code, _ in word_evidence()[form]}.intersection((*page.codes, "en"))
        yield "everyday word" if own else "everyday word elsewhere"
    if form in _given_names() and seen.size < 1_000_000:
        yield "given name after preposition" if preposition else "given name"
    if seen.view.is_reading:
        yield "reading"
    if seen.size < 100_000 and len(form) <= 5:
        yield "short" if len(form) <= 4 else "rather short"


def _choose(item: _Candidate, single: Counter[str], countries: set[str], page: Page) -> Place | None:
    """The place meant among those of one name; None where too little speaks for any."""
    own = item.places[0].country if len(item.places) == 1 else ""
    company = countries | {country for country, count in single.items() if count > (country == own)}
    home = {region for code in page.codes if code in languages() for region in languages()[code].regions[:1]}

    def rank(place: Place) -> float:
        score = math.log10(max(place.population, 100)) + _NEAR.get(place.country, 0.0)
        score += 1.5 * (place.country in company) + 0.6 * (place.country in home) + 1.0 * (place.country == page.country)
        return score + (3.0 if not place.name else 0.0)

    best = max(item.places, key=rank)
    support = 0.8 * (best.country in company) + 0.3 * (best.country in home)
    small = best.name and best.population < 20_000 and best.country != "BG"
    return best if item.score + support >= (2.2 if small else 1.3) else None
