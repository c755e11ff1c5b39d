"""A language as data: what its folder holds, checked, and in the form the extractors match (plain lower case)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import Field, ValidationError

from nlp.normalise.plain import plain
from strazha.errors import DefinitionError
from strazha.model.base import Record

Words = tuple[str, ...]


class AgeWords(Record):
    """Words around an age: nouns for years, what stands before one, and what shows that a number of years is none."""

    years: Words
    before: Words = ()
    over: Words = ()
    under: Words = ()
    not_before: Words = ()
    not_after: Words = ()
    persons: Words = ()
    #: Behind a number ("18 or over"); things that have an age of their own; words of a title that sells one.
    after: Words = ()
    things: Words = ()
    sale: Words = ()


class NameCues(Record):
    """Words beside a person's name."""

    before: Words = ()
    after: Words = ()
    titles: Words = ()


class RouteWords(Record):
    """What stands before a place that somebody leaves or goes to; ``departure`` anywhere in the clause before it."""

    origin: Words = ()
    destination: Words = ()
    at: Words = ()
    departure: Words = ()
    arrival: Words = ()
    #: "A family from Graz": employers are where the work is; "2 km from Graz" is no journey either.
    employers: Words = ()
    distance: Words = ()


class LanguageData(Record):
    """Everything Strazha knows of one language, in plain form; a star at a word's end stands for any ending."""

    code: str = Field(pattern=r"^[a-z]{2}$")
    name: str
    script: str = Field(pattern=r"^(latin|cyrillic|greek|both)$")
    #: Regions whose national telephone forms are expected, most likely first (ISO 3166).
    regions: Words
    #: Letters that mark the language within its script.
    letters: str = ""
    numbers: dict[str, int]
    #: The word that joins a unit to its tens in one word (German: und); compounds are built from it.
    compose: str = ""
    hundred: Words = ()
    thousand: Words = ()
    and_: Words = Field(default=(), alias="and")
    tens_join: bool = False
    double: Words = ()
    triple: Words = ()
    #: "Zeros" in the plural ("two zeros seven").
    zeros: Words = ()
    #: Words for digits in spoken telephone numbers only: nouns, other spellings, typed in Latin letters (contacts.yaml).
    digits: dict[str, int] = Field(default_factory=dict)
    #: Everyday words that stand for digits where the whole row is a number with them only ("ate", "won").
    doubtful: dict[str, int] = Field(default_factory=dict)
    #: The same nouns in the plural, counted by the number before them ("three eights").
    plurals: dict[str, int] = Field(default_factory=dict)
    #: "times", as in "three times eight".
    counters: Words = ()
    plus: Words = ()
    fillers: Words = ()
    phone_cues: Words = ()
    id_labels: Words = ()
    at: Words = ()
    dot: Words = ()
    underscore: Words = ()
    dash: Words = ()
    networks: dict[str, Words] = Field(default_factory=dict)
    currency: dict[str, Words]
    #: Words for crowns, whose country the context has to tell.
    crowns: Words = ()
    periods: dict[str, Words]
    #: Half an hour, in one or more words.
    half_hour: Words = ()
    #: Period words that may stand apart from the amount (daily, weekly), and words for "every".
    adverbs: Words = ()
    every: Words = ()
    per: Words = ()
    wage: Words = ()
    fee: Words = ()
    rent: Words = ()
    fare: Words = ()
    #: What a fare is paid for (a seat, a ticket, a person).
    seats: Words = ()
    job: Words = ()
    #: Words of a title that offers a sale, a marriage or papers: sums are paid once.
    deal: Words = ()
    #: Words of a title that offers treatments: sums are for a sitting.
    massage: Words = ()
    #: "Price", "costs": words that say that a sum follows, not what it is for.
    price: Words = ()
    age: AgeWords
    name_cues: NameCues
    not_names: Words = ()
    #: Prepositions and words that stand before a place, and words before a street, quarter or district.
    before_place: Words = ()
    streets: Words = ()
    #: Words and abbreviations that say that a settlement follows (a letter alone needs its full stop: "с.").
    settlement: Words = ()
    route: RouteWords = RouteWords()
    #: Frequent words of adverts: they tell the language.
    words: Words
    #: Given names with their everyday forms, in plain form (names.txt).
    names: Words = ()
    #: Given names that are also everyday words: they need a context (names.txt, marked with a question mark).
    shaky_names: Words = ()
    #: The same from names_open.txt (nlp/lang/given_names.py): many more, less sure; the project's own lists come first.
    open_names: Words = ()
    open_shaky_names: Words = ()
    #: Place names in this language that the gazetteer lacks: own form to "Name|CC" (places.txt).
    places: dict[str, str] = Field(default_factory=dict)


@lru_cache(maxsize=1)
def codes() -> tuple[str, ...]:
    """Codes of all languages that have a folder, Bulgarian and English first: most adverts are in them."""
    root = resources.files("nlp.lang")
    found = {entry.name for entry in root.iterdir() if entry.is_dir() and (entry / "language.yaml").is_file()}
    return (*(code for code in ("bg", "en") if code in found), *sorted(found - {"bg", "en"}))


@lru_cache(maxsize=1)
def languages() -> dict[str, LanguageData]:
    """All languages by code."""
    return {code: load_language(resources.files("nlp.lang") / code) for code in codes()}


def load_language(folder: Traversable) -> LanguageData:
    """Read one language folder; a mistake names the file and what is wrong with it.

    Raises:
        DefinitionError: the folder's language.yaml is not valid.
    """
    file = folder / "language.yaml"
    try:
        # The base loader: "no" and "on" are words here, not truth values.
        raw = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506  (makes only strings, lists and dicts)
        extra = folder / "contacts.yaml"
        if extra.is_file():
            more = yaml.load(extra.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506  (as above)
            raw = _merged(raw, more)
        data = _plain(raw)
        data["names"], data["shaky_names"] = _names(folder / "names.txt")
        data["open_names"], data["open_shaky_names"] = _names(folder / "names_open.txt")
        data["places"] = dict(_pairs(folder / "places.txt"))
        return LanguageData.model_validate(_with_variants(data))
    except (ValidationError, yaml.YAMLError, KeyError, TypeError) as error:
        raise DefinitionError(str(error), place=str(file), remedy="Compare the file with nlp/lang/en/language.yaml.") from error


def _merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """The folder's second file joined to its first: lists one after the other, tables entry by entry."""
    result = dict(base)
    for key, value in more.items():
        old = result.get(key)
        if isinstance(old, dict):
            result[key] = _merged(old, value)
        else:
            result[key] = [*old, *value] if isinstance(old, list) else value
    return result


#: Fields that hold no words of the language.
_KEPT = frozenset({"code", "name", "script", "regions", "letters"})


def _plain(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: value if key in _KEPT else _plain_value(value) for key, value in raw.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {key if key.isupper() else plain(key): _plain_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if not isinstance(value, str) or value.isdigit() else plain(value)


def _with_variants(data: dict[str, Any]) -> dict[str, Any]:
    numbers = {word: int(value) for word, value in data["numbers"].items()}
    if compose := data.get("compose"):
        units = [(word, value) for word, value in numbers.items() if 1 <= value <= 9]
        tens = [(word, value) for word, value in numbers.items() if 20 <= value <= 90]
        numbers |= {unit + compose + ten: value + more for unit, value in units for ten, more in tens}
        numbers |= _long_compounds(numbers, data["hundred"][0], data["thousand"][0], compose)
    data["numbers"] = numbers
    for name in ("digits", "plurals", "doubtful"):
        data[name] = {word: int(value) for word, value in data.get(name, {}).items()}
    if data["script"] == "both":
        data = {key: value if key in _KEPT else _both_scripts(value) for key, value in data.items()}
    return data


def _long_compounds(numbers: dict[str, int], hundred: str, thousand: str, compose: str) -> dict[str, int]:
    """Numbers written as one word from 100 up: "zweihundertdreißig", "einhundertundeins", "zweitausendfünfhundert"."""
    units = [(word, value) for word, value in numbers.items() if 1 <= value <= 9 and word not in {"eins", "eine", "einen"}]
    small = {word: value for word, value in numbers.items() if 1 <= value <= 99}
    heads = {word + hundred: value * 100 for word, value in units} | {hundred: 100}
    whole = {
        head + link + word: value + more
        for head, value in heads.items()
        for word, more in small.items()
        for link in ("", compose)
    }
    thousands = {word + thousand: value * 1000 for word, value in small.items() if value <= 20 and word != "eins"}
    thousands |= {thousand + head: 1000 + value for head, value in heads.items()}
    thousands |= {
        head + more: value + rest
        for head, value in list(thousands.items())
        for more, rest in heads.items()
        if value % 1000 == 0
    }
    return {**whole, **heads, **thousands}


_SERBIAN = str.maketrans(
    {
        **dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)),
        "љ": "lj", "њ": "nj", "џ": "dž",
    }
)  # fmt: skip


def _both_scripts(value: Any) -> Any:
    if isinstance(value, dict):
        spelt = {key: _both_scripts(item) for key, item in value.items()}
        return spelt | {plain(key.translate(_SERBIAN)): item for key, item in spelt.items() if not key.isascii()}
    if isinstance(value, list | tuple):
        return list(dict.fromkeys([*value, *(plain(str(item).translate(_SERBIAN)) for item in value)]))
    return value


def _lines(file: Traversable) -> Iterator[str]:
    if file.is_file():
        for line in file.read_text(encoding="utf-8").splitlines():
            text = line.split("#", 1)[0].strip()
            if text:
                yield text


def _names(file: Traversable) -> tuple[list[str], list[str]]:
    words = dict.fromkeys(plain(word) for line in _lines(file) for word in line.split())
    return [word for word in words if not word.endswith("?")], [word[:-1] for word in words if word.endswith("?")]


def _pairs(file: Traversable) -> Iterator[tuple[str, str]]:
    for line in _lines(file):
        forms, _, place = line.partition("=")
        for form in forms.split(","):
            yield plain(form.strip()), place.strip()


def alternatives(words: Iterable[str]) -> str:
    """A group of a regular expression that matches any of the words (plain form), longest first; a star means any ending."""
    parts = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(_pattern(word) for word in parts) + ")" if parts else "(?!)"


def _pattern(word: str) -> str:
    stem = word.removesuffix("*")
    text = re.escape(stem).replace(r"\ ", r"\s{1,3}")
    # At most 12 letters of ending: an unbounded \w* over a megabyte of letters would be tried from each of its places.
    ending = r"\w{0,12}" if word != stem else ""
    start = r"(?<!\w)" if stem[:1].isalnum() else ""
    return f"{start}{text}{ending}" + (r"(?!\w)" if stem[-1:].isalnum() or ending else "")
