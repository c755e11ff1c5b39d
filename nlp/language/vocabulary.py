"""Which words speak for which language: stop words of spaCy, frequent words of adverts from the language folders, decoys."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module, resources

import yaml

from nlp.lang import languages
from nlp.normalise.plain import plain

#: Weight of a word that belongs to one language only; shared words are worth their share.
Evidence = tuple[tuple[str, float], ...]


@lru_cache(maxsize=1)
def bulgarian_words() -> tuple[str, ...]:
    """Bulgarian words for reading Latin-typed text, most useful first: adverts, stop words, numbers, names, units."""
    bulgarian = languages()["bg"]
    lists: list[Iterable[str]] = [
        bulgarian.words,
        sorted(_stop_words("bg")),
        list(bulgarian.numbers),
        [name.lower() for name in bulgarian.names],
    ]
    for group in (bulgarian.currency, bulgarian.periods, bulgarian.networks):
        lists.extend(group.values())
    lists.extend(
        [
            bulgarian.wage,
            bulgarian.fee,
            bulgarian.rent,
            bulgarian.fare,
            bulgarian.age.years,
            bulgarian.age.persons,
            bulgarian.age.not_before,
            bulgarian.half_hour,
            bulgarian.places,
        ]
    )
    words = [part for words in lists for word in words for part in word.split() if not word.endswith("*")]
    words += ["стаж", "опит", "гаранция", "между", "жена", "лъжа", "важно", "нужно", "може", "държа", "мъж", "мъже"]
    return tuple(dict.fromkeys(word for word in words if word.isalpha() and not word.isascii()))


def _stop_words(code: str) -> set[str]:
    return set(import_module(f"spacy.lang.{code}.stop_words").STOP_WORDS)


@lru_cache(maxsize=1)
def word_evidence() -> dict[str, Evidence]:
    """For each known word (plain form) the languages it speaks for and how strongly."""
    votes: dict[str, dict[str, float]] = {}
    for code, data in languages().items():
        for word in data.words:
            votes.setdefault(word, {})[code] = 1.2
        for word in data.numbers:
            votes.setdefault(word, {}).setdefault(code, 0.7)
        for word in _stop_words(code):
            votes.setdefault(plain(word), {}).setdefault(code, 1.0)
    file = resources.files("nlp.language") / "decoys.yaml"
    for code, words in yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader).items():  # noqa: S506  (only strings)
        for word in words:
            votes.setdefault(plain(word), {}).setdefault(code, 1.0)
    return {word: _share(word, by_code) for word, by_code in votes.items() if word.isascii() or not word.isspace()}


def _share(word: str, by_code: dict[str, float]) -> Evidence:
    # Short words are shared by chance; a word of many languages says little about any of them.
    length = 0.35 if len(word) == 1 else 0.7 if len(word) == 2 else 1.0
    return tuple((code, weight * length / len(by_code) ** 0.7) for code, weight in by_code.items())
