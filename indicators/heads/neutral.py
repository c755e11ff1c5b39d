"""What a sentence says without whom it names: names, contacts, nations and places become the same ones before it is encoded.

So a head cannot learn that one nation's adverts were labelled more often than another's, a copy with another telephone is a
sentence that the encoder knows already, and exchanging a name or a place changes nothing. A country stays a country and a
settlement a settlement, and a second one of a sentence another one: "from here to there" is still said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from indicators.definitions import Located
from indicators.tokens import fold
from strazha.model import Mention, MentionKind, NormalText, ReadField

FILE = Path(__file__).parent / "nations.yaml"

Script = Literal["Cyrillic", "Latin", "Greek"]
_WORD = re.compile(r"[^\W\d_]{3,}")
#: Letters by which a word's nation is looked up, and letters an ending may have beyond the beginning that is listed.
_FIRST, _ENDING = 3, 8
_ALL_WORDS = re.compile(r"[^\W\d_]+")
#: Letters of the longest sentence that says whence a relative is and nothing else.
_KIN_LONG = 80


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Nations(_Strict):
    """The contents of nations.yaml; each line of a list holds several beginnings of words."""

    Cyrillic: tuple[str, ...]
    Latin: tuple[str, ...]
    Greek: tuple[str, ...]
    becomes: dict[Script, str]
    names: dict[Script, str]
    contacts: dict[Literal["phone", "email", "handle", "url"], str]
    #: The first, second ... country and settlement of a sentence become the first, second ... of these.
    countries: dict[Script, tuple[str, ...]]
    settlements: dict[Script, tuple[str, ...]]
    #: Countries as dictionaries write them, and endings that stand for others.
    country_words: dict[Script, tuple[str, ...]]
    country_endings: dict[Script, tuple[str, ...]]
    #: Words beside which a nation is no more than an origin ("I am from").
    origin: dict[Script, tuple[str, ...]]
    #: Relatives and the like, and the small words beside them.
    kin: dict[Script, tuple[str, ...]]
    beside_kin: dict[Script, tuple[str, ...]]
    #: Sentences that name a nation and show nothing.
    sentences: tuple[str, ...]


@lru_cache(maxsize=1)
def nations() -> Nations:
    """The table, read once.

    Raises:
        DefinitionError: at file and line of the first thing that is wrong.
    """
    return Located(FILE).parse(Nations)


def neutral_sentences() -> tuple[str, ...]:
    """Sentences that name a nation and show no indicator: heads learn from them that naming one is nothing."""
    return nations().sentences


def neutral(field: ReadField, start: int, end: int, mentions: Sequence[Mention]) -> str:
    """The words of ``[start, end)`` of the captured text as read, without names, contacts and nations of their own.

    Read: disguises undone, and in Cyrillic what was typed in Latin letters. ``mentions`` are those of the field. Nothing is
    left of a sentence of the body that only says whence somebody's relatives or neighbours are.
    """
    form = field.reading or field.normal
    first, last = form.normal(start, end)
    if field.name == "body" and last - first <= _KIN_LONG and _of_kin(form, first, last, mentions):
        return ""
    parts, at = [], first
    places: dict[str, str] = {}
    for mention in sorted(mentions, key=lambda one: (one.start, -one.end)):
        if mention.end <= start or mention.start >= end:
            continue
        low, high = form.normal(max(start, mention.start), min(end, mention.end))
        other = _other(mention, form.text[low:high], places)
        if low < at or not other:
            continue
        parts += [_nationless(form.text[at:low], places), other]
        at = high
    parts.append(_nationless(form.text[at:last], places))
    return "".join(parts).strip()


def bare_origin(text: str, named: Iterable[tuple[int, int]]) -> bool:
    """True where a sentence says no more than who somebody is or whence: nations, names, places, ages, relatives, small words.

    ``named`` are the mentions in it, as places of the text.
    """
    found, nation = _other_words(text, named)
    return bool(found or nation) and all(word in _origin_words() for word in found)


def _of_kin(form: NormalText, first: int, last: int, mentions: Iterable[Mention]) -> bool:
    """True where a sentence says whence somebody's relatives, neighbours or the owner are, and nothing else."""
    text = form.text[first:last]
    if not any(match.group() in _kin_words() for match in _ALL_WORDS.finditer(fold(text))):
        return False
    spans = [(one.kind, *form.normal(one.start, one.end)) for one in mentions]
    inside = [(kind, low - first, high - first) for kind, low, high in spans if first <= low < last]
    if any(kind not in {MentionKind.PLACE, MentionKind.NAME, MentionKind.AGE} for kind, _, _ in inside):
        return False
    found, nation = _other_words(text, [(low, high) for _, low, high in inside])
    whence = nation or any(kind is MentionKind.PLACE for kind, _, _ in inside)
    return whence and all(word in _origin_words() for word in found)


def _other_words(text: str, named: Iterable[tuple[int, int]]) -> tuple[list[str], bool]:
    """The folded words of a text that are neither nations nor ``named``, and whether a nation is among them."""
    parts, at = [], 0
    for start, end in sorted(named):
        parts.append(text[at : max(at, start)])
        at = max(at, end)
    rest = " ".join((*parts, text[at:]))
    found = [(match.group(), match.start()) for match in _ALL_WORDS.finditer(fold(rest))]
    others = [word for word, start in found if not _named_nation(rest, word, start)]
    return others, len(others) < len(found)


def _named_nation(text: str, word: str, start: int) -> bool:
    return any(_is(word, one, capital=text[start].isupper()) for one in _starts().get(word[:_FIRST], ()))


@lru_cache(maxsize=1)
def _origin_words() -> frozenset[str]:
    table = nations()
    return _words(table.origin) | _words(table.beside_kin) | _kin_words()


@lru_cache(maxsize=1)
def _kin_words() -> frozenset[str]:
    return _words(nations().kin)


def _words(lists: Mapping[Script, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(word for lines in lists.values() for line in lines for word in fold(line).split())


def _other(mention: Mention, text: str, places: dict[str, str]) -> str:
    """What stands for a mention; ages and prices are not touched. ``places`` are those of the sentence so far."""
    if mention.kind is MentionKind.NAME:
        return nations().names[_script(text)]
    table = nations().contacts
    if mention.kind is MentionKind.PLACE:
        settlement = isinstance(mention.value, dict) and mention.value.get("name")
        return _place(mention.key, nations().settlements if settlement else nations().countries, text, places)
    return {
        MentionKind.PHONE: table["phone"],
        MentionKind.EMAIL: table["email"],
        MentionKind.HANDLE: table["handle"],
        MentionKind.URL: table["url"],
    }.get(mention.kind, "")


def _place(key: str, table: Mapping[Script, tuple[str, ...]], text: str, places: dict[str, str]) -> str:
    """The first place of a sentence becomes the first of its kind in the table, another one the next."""
    if key not in places:
        listed = table[_script(text)]
        places[key] = listed[sum(one in listed for one in places.values()) % len(listed)]
    return places[key]


def _nationless(text: str, places: dict[str, str]) -> str:
    """Each word that begins like a nation's (or is it, where the list says ``=``) becomes the same one; so do countries."""
    folded = fold(text)
    starts, countries = _starts(), _countries()
    parts: list[str] = []
    at = 0
    for match in _WORD.finditer(folded):
        word = match.group()
        capital = text[match.start()].isupper()
        country = countries.get(word)
        if country is not None and (capital or not country):
            other = _place(word, nations().countries, word, places)
        else:
            found = starts.get(word[:_FIRST])
            if found is None or not any(_is(word, one, capital=capital) for one in found):
                continue
            same = nations().becomes[_script(word)]
            other = same.capitalize() if capital else same
        parts += [text[at : match.start()], other]
        at = match.end()
    return "".join((*parts, text[at:])) if parts else text


@lru_cache(maxsize=1)
def _countries() -> dict[str, bool]:
    """Folded words for countries in all their forms; True where only a capital makes them one."""
    table = nations()
    found: dict[str, bool] = {}
    for script, lines in table.country_words.items():
        endings = [fold(line).split() for line in table.country_endings[script]]
        for listed in (word for line in lines for word in line.split()):
            word, capital = fold(listed.removeprefix("^")), listed.startswith("^")
            forms = [
                word,
                *(word.removesuffix(first) + other for first, *others in endings if word.endswith(first) for other in others),
            ]
            found |= dict.fromkeys(forms, capital)
    return found


def _is(word: str, listed: str, *, capital: bool) -> bool:
    if listed.startswith("^") and not capital:
        return False
    listed = listed.removeprefix("^")
    if listed.endswith("="):
        return word == listed[:-1]
    return word.startswith(listed) and len(word) - len(listed) <= _ENDING


def _script(text: str) -> Script:
    for char in text:
        if "а" <= char.lower() <= "ӿ":
            return "Cyrillic"
        if "Ͱ" <= char <= "Ͽ" or "ἀ" <= char <= "῾":
            return "Greek"
    return "Latin"


@lru_cache(maxsize=1)
def _starts() -> dict[str, tuple[str, ...]]:
    """First letters -> folded beginnings of words that begin with them."""
    table = nations()
    found: dict[str, list[str]] = {}
    for one in _all((table.Cyrillic, table.Latin, table.Greek)):
        found.setdefault(one.removeprefix("^")[:_FIRST], []).append(one)
    return {first: tuple(listed) for first, listed in found.items()}


def _all(lists: Iterable[tuple[str, ...]]) -> Iterable[str]:
    return (fold(one) for lines in lists for line in lines for one in line.split())
