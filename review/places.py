"""Places in the page's language: the one way from a place's key to what a page calls it.

A place's key is ``name|country`` with the gazetteer's English name (``Sofia|BG``); a country's has no name (``|UA``). What they
are called in another language stands in ``review/locale/<code>/places.tsv`` (docs/places.md): a table, so that the review
pages need no gazetteer. A place that is not in it keeps its name in Latin letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from babel import Locale

from review.i18n import LANGUAGES, LOCALES, language
from strazha.model import Mention, MentionKind
from strazha.store.documents import AdvertDoc


def place_name(key: str) -> str:
    """``София, BG`` for ``Sofia|BG``, ``Украйна`` for ``|UA``. What is no key (a site's own words) stays as it is."""
    name, _, country = key.partition("|")
    if not name:
        return country_name(country)
    shown = names(language()).get(key, name)
    return f"{shown}, {country}" if country else shown


def town_name(name: str) -> str:
    """A town that a stored sentence names, in the page's language; as it is where nobody knows which one is meant."""
    return names(language()).get(_keys().get(name.casefold(), ""), name)


def country_name(code: str) -> str:
    """A country's name in the page's language, by its two letters; the letters where they name none."""
    found = Locale.parse(language()).territories.get(code) if len(code) == 2 else None
    return str(found or code)


@lru_cache(maxsize=8)
def names(code: str) -> Mapping[str, str]:
    """What places are called in a language, by key. Some 5,000 entries, read once."""
    path = LOCALES / code / "places.tsv"
    if not path.is_file():
        return MappingProxyType({})
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return MappingProxyType({key: name for key, name in lines})  # noqa: C416 - pairs, so that a broken line fails here


@lru_cache(maxsize=1)
def _keys() -> Mapping[str, str]:
    """By a place's name in any language of the pages, without regard to case, its key; a name that several have has none."""
    found: dict[str, set[str]] = {}
    for code in LANGUAGES:
        for key, name in names(code).items():
            for one in (name, key.partition("|")[0]):
                found.setdefault(one.casefold(), set()).add(key)
    return MappingProxyType({name: next(iter(keys)) for name, keys in found.items() if len(keys) == 1})


def town_of(doc: AdvertDoc) -> str:
    """The town an advert counts for, as a key where it is known: the site's own place, else the first one of the text.

    Sites write their places in their own language, texts are read into the gazetteer's: without this the page would tell of a
    journey from "София" to "Sofia".
    """
    found = [mention for mention in doc.screening.mentions if mention.kind is MentionKind.PLACE]
    written = doc.advert.place.strip()
    if not written:
        return found[0].key if found else ""
    said = written.casefold()
    named = next((one.key for one in found if said in _writings(one)), "")
    return named or _keys().get(said, written)


def _writings(mention: Mention) -> tuple[str, str]:
    return mention.key.partition("|")[0].casefold(), mention.text.casefold()
