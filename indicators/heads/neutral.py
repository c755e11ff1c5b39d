"""What a sentence says without whom it names: names, contacts and nations all become the same ones before it is encoded.

So a head cannot learn that one nation's adverts were labelled more often than another's, a copy with another telephone is a
sentence that the encoder knows already, and exchanging a name changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from indicators.definitions import Located
from indicators.tokens import fold
from strazha.model import Mention, MentionKind, ReadField

FILE = Path(__file__).parent / "nations.yaml"

Script = Literal["Cyrillic", "Latin", "Greek"]
_WORD = re.compile(r"[^\W\d_]{3,}")
#: Letters by which a word's nation is looked up, and letters an ending may have beyond the beginning that is listed.
_FIRST, _ENDING = 3, 8


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
    #: Words beside which a nation is no more than an origin ("I am from").
    origin: dict[Script, tuple[str, ...]]
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

    Read: disguises undone, and in Cyrillic what was typed in Latin letters. ``mentions`` are those of the field.
    """
    form = field.reading or field.normal
    first, last = form.normal(start, end)
    parts, at = [], first
    for mention in sorted(mentions, key=lambda one: (one.start, -one.end)):
        if mention.end <= start or mention.start >= end:
            continue
        low, high = form.normal(max(start, mention.start), min(end, mention.end))
        other = _other(mention.kind, form.text[low:high])
        if low < at or not other:
            continue
        parts += [_nationless(form.text[at:low]), other]
        at = high
    parts.append(_nationless(form.text[at:last]))
    return "".join(parts).strip()


def bare_origin(text: str, named: Iterable[tuple[int, int]]) -> bool:
    """True where a sentence says no more than who somebody is or whence: nations, names, places, ages and small words.

    ``named`` are the mentions in it, as places of the text.
    """
    parts, at = [], 0
    for start, end in sorted(named):
        parts.append(text[at : max(at, start)])
        at = max(at, end)
    rest = " ".join((*parts, text[at:]))
    found = [(match.group(), match.start()) for match in re.finditer(r"[^\W\d_]+", fold(rest))]
    return bool(found) and all(word in _origin_words() or _named_nation(rest, word, start) for word, start in found)


def _named_nation(text: str, word: str, start: int) -> bool:
    return any(_is(word, one, capital=text[start].isupper()) for one in _starts().get(word[:_FIRST], ()))


@lru_cache(maxsize=1)
def _origin_words() -> frozenset[str]:
    return frozenset(word for lines in nations().origin.values() for line in lines for word in fold(line).split())


def _other(kind: MentionKind, text: str) -> str:
    """What stands for a mention; a place stays, as "abroad" is in it, and ages and prices are not touched."""
    if kind is MentionKind.NAME:
        return nations().names[_script(text)]
    table = nations().contacts
    return {
        MentionKind.PLACE: text,
        MentionKind.PHONE: table["phone"],
        MentionKind.EMAIL: table["email"],
        MentionKind.HANDLE: table["handle"],
        MentionKind.URL: table["url"],
    }.get(kind, "")


def _nationless(text: str) -> str:
    """Every word that begins like a nation's (or is it, where the list says ``=``) becomes the same one."""
    folded = fold(text)
    starts = _starts()
    parts: list[str] = []
    at = 0
    for match in _WORD.finditer(folded):
        word = match.group()
        found = starts.get(word[:_FIRST])
        capital = text[match.start()].isupper()
        if found is None or not any(_is(word, one, capital=capital) for one in found):
            continue
        same = nations().becomes[_script(word)]
        parts += [text[at : match.start()], same.capitalize() if capital else same]
        at = match.end()
    return "".join((*parts, text[at:])) if parts else text


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
