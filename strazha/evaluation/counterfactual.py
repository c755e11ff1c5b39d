"""Pairs of adverts that differ in one thing that must not count: a nation, a city, the script, a person's name.

Built from labelled adverts by exchanging words of ``swaps.yaml`` (which says by what each is exchanged and why), the same pairs
each time. Nothing is looked for by the program that is tested: names come from the labels, all else from the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict

from strazha.evaluation.labelled import Labelled

FILE = Path(__file__).parent / "swaps.yaml"

#: What is exchanged. ``nation``: a nationality that the advert names (a language is none); ``nation added``: one nation or
#: another in the same neutral sentence at the end; ``named``: without and with such a sentence; ``country``: a country's name;
#: ``city``: a city for another of its country; ``script``: Bulgarian in Cyrillic and typed in Latin letters; ``name``: a
#: person's name.
Kind = Literal["nation", "nation added", "named", "country", "city", "script", "name"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Text = tuple[str, str]
Swap = Callable[[str], str]


class Sentence(BaseModel):
    """A neutral sentence with a place (``*``) for a nation in a form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: str
    text: str


class Spoken(BaseModel):
    """Forms of nationalities that are languages too, taken for these before some words, and (``alone``) before none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    forms: frozenset[str]
    alone: bool
    followed_by: frozenset[str]


class Swaps(BaseModel):
    """The contents of swaps.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: language -> form -> nation -> word
    nations: dict[str, dict[str, dict[str, str]]]
    languages: dict[str, Spoken]
    sentences: dict[str, tuple[Sentence, ...]]
    cities: dict[str, tuple[tuple[str, ...], ...]]
    names: dict[Literal["Cyrillic", "Latin", "Greek"], tuple[tuple[str, ...], ...]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts (title, body) that differ in ``what`` alone."""

    row: str
    #: Language of the row, ``bg-Latn`` for Bulgarian in Latin letters.
    lang: str
    kind: Kind
    what: str
    before: Text
    after: Text


@lru_cache(maxsize=1)
def swaps() -> Swaps:
    """The table, read once."""
    return Swaps.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def pairs(rows: Iterable[Labelled], *, each: int = 2) -> Iterator[Pair]:
    """Every pair that the rows give, at most ``each`` a row and kind, in the order of the rows."""
    for row in rows:
        for kind in KINDS:
            made = 0
            for what, before, after in _MAKERS[kind](row, language(row)):
                if before != after and made < each:
                    made += 1
                    yield Pair(row.id, language(row), kind, what, before, after)


def spread(found: Iterable[Pair], count: int) -> list[Pair]:
    """``count`` of the pairs, of each kind as many as of the others as far as there are, always the same ones."""
    by_kind: dict[Kind, list[Pair]] = {}
    for pair in found:
        by_kind.setdefault(pair.kind, []).append(pair)
    ordered = [sorted(one, key=lambda pair: _number(f"{pair.row} {pair.what}")) for one in by_kind.values()]
    chosen: list[Pair] = []
    for place in range(max((len(one) for one in ordered), default=0)):
        chosen += [one[place] for one in ordered if place < len(one)]
    return chosen[:count]


def language(row: Labelled) -> str:
    """The row's language, with Bulgarian in Latin letters apart."""
    return "bg-Latn" if row.latin_bg else row.lang


def nations_named(row: Labelled) -> frozenset[str]:
    """Nations (ISO 3166) that the row names by a nationality; countries are places, not nationalities."""
    words, spoken = _words(language(row)), swaps().languages.get(language(row))
    found = (
        words.get(match.group().lower())
        for match in _WORD.finditer(f"{row.title}\n{row.body}")
        if not _is_language(match, words.get(match.group().lower(), ("", ""))[0], spoken)
    )
    return frozenset(nation for one in found if one is not None for form, nation in (one,) if not form.startswith("country"))


# --- makers -----------------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_]+")
#: The word that follows at once.
_NEXT = re.compile(r"[ \t\u00a0]+([^\W\d_]+)")
Made = Iterator[tuple[str, Text, Text]]


def _nation(row: Labelled, lang: str) -> Made:
    yield from _nations(row, lang, country=False)


def _country(row: Labelled, lang: str) -> Made:
    yield from _nations(row, lang, country=True)


def _nations(row: Labelled, lang: str, *, country: bool) -> Made:
    words, forms, spoken = _words(lang), swaps().nations.get(lang, {}), swaps().languages.get(lang)
    for step in (1 + _number(row.id) % 4, 5):
        said: dict[str, None] = {}

        def swap(match: re.Match[str], step: int = step, said: dict[str, None] = said) -> str:
            word = match.group()
            form, nation = words.get(word.lower(), ("", ""))
            # Countries are written with a capital letter; without one the word is another ("polish").
            if not form or form.startswith("country") is not country or (country and word.islower()):
                return word
            if _is_language(match, form, spoken):
                return word
            listed = list(forms[form])
            other = listed[(listed.index(nation) + step) % len(listed)]
            said[f"{nation}>{other}"] = None
            return _cased(forms[form][other], word)

        after = _both(row, lambda text, swap=swap: _WORD.sub(swap, text))  # type: ignore[misc]  # bound by default
        if said:
            yield ", ".join(said), (row.title, row.body), after


def _is_language(match: re.Match[str], form: str, spoken: Spoken | None) -> bool:
    """Whether a word of the table names a language where it stands: nothing that it could describe follows."""
    if spoken is None or form not in spoken.forms:
        return False
    after = _NEXT.match(match.string, match.end())
    if after is None:
        return spoken.alone
    return after[1].lower() in spoken.followed_by


def _added(row: Labelled, lang: str) -> Made:
    for sentence, step in zip(swaps().sentences.get(lang, ()), (0, 3), strict=False):
        (one, first), (other, second) = _said(row, lang, sentence, step)
        yield f"{one}>{other}", (row.title, f"{row.body}\n{first}"), (row.title, f"{row.body}\n{second}")


def _named(row: Labelled, lang: str) -> Made:
    for sentence, step in zip(swaps().sentences.get(lang, ()), (1, 2), strict=False):
        nation, said = _said(row, lang, sentence, step)[0]
        yield f"none>{nation}: {said}", (row.title, row.body), (row.title, f"{row.body}\n{said}")


def _said(row: Labelled, lang: str, sentence: Sentence, step: int) -> tuple[tuple[str, str], tuple[str, str]]:
    """Two nations and the sentences that name them."""
    listed = list(swaps().nations[lang][sentence.form].items())
    at = (_number(row.id) + step) % len(listed)
    one, other = listed[at], listed[(at + 1 + step) % len(listed)]
    return (one[0], sentence.text.replace("*", one[1])), (other[0], sentence.text.replace("*", other[1]))


def _city(row: Labelled, lang: str) -> Made:
    for step in (1, 2):
        table = {
            city: cities[(at + step) % len(cities)]
            for cities in swaps().cities.get(lang, ())
            for at, city in enumerate(cities)
            if cities[(at + step) % len(cities)] != city
        }
        yield from _exchanged(row, table)


def _name(row: Labelled, _lang: str) -> Made:
    for step in (_number(row.id), _number(row.id) + 4):
        taken = set(row.names)
        table: dict[str, str] = {}
        for at, name in enumerate(row.names):
            listed = [other for other in _like(name, row) if other not in taken]
            if listed:
                table[name] = listed[(step + at) % len(listed)]
                taken.add(table[name])
        yield from _exchanged(row, table)


def _exchanged(row: Labelled, table: Mapping[str, str]) -> Made:
    if not table:
        return
    expression = re.compile(r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, table), key=len, reverse=True)) + r")(?!\w)")
    said: dict[str, None] = {}

    def swap(match: re.Match[str]) -> str:
        said[f"{match.group()}>{table[match.group()]}"] = None
        return table[match.group()]

    after = _both(row, lambda text: expression.sub(swap, text))
    if said:
        yield ", ".join(said), (row.title, row.body), after


def _like(name: str, row: Labelled) -> Sequence[str]:
    """Names of the same script for the same gender, as far as a name's last letter tells it."""
    letters = [letter for letter in name if letter.isalpha()]
    if not letters:
        return ()
    last = letters[-1].lower()
    script: Literal["Cyrillic", "Latin", "Greek"] = (
        "Cyrillic" if "а" <= last <= "ӿ" else "Greek" if "ά" <= last <= "ώ" else "Latin"
    )
    women, men = swaps().names[script]
    # Who types Bulgarian in Latin letters may put q for я.
    return women if last in "аяиеaiyeăαηάή" or (row.latin_bg and last == "q") else men


#: Ways of typing Bulgarian in Latin letters: what each writer puts for the letters that have several spellings.
_COMMON = dict(zip("абвгдезиклмнопрстуфь", "abvgdeziklmnoprstufy", strict=True))
STYLES: dict[str, dict[str, str]] = {
    "with figures": {"ж": "j", "й": "i", "х": "h", "ц": "c", "ч": "4", "ш": "6", "щ": "6t", "ъ": "u", "ю": "iu", "я": "q"},
    "spelt out": {"ж": "zh", "й": "y", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "a", "ю": "yu", "я": "ya"},
    "mixed": {"ж": "j", "й": "j", "х": "h", "ц": "c", "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "y", "ю": "ju", "я": "ia"},
}


def latin(text: str, style: str) -> str:
    """Bulgarian as somebody types it in Latin letters (a key of ``STYLES``); other characters stay."""
    table = {**_COMMON, **STYLES[style]}
    return "".join(_cased(table[char.lower()], char) if char.lower() in table else char for char in text)


def _script(row: Labelled, lang: str) -> Made:
    if lang == "bg":
        styles = list(STYLES)
        for step in range(len(styles)):
            style = styles[(_number(row.id) + step) % len(styles)]
            yield style, (row.title, row.body), _both(row, lambda text, style=style: latin(text, style))  # type: ignore[misc]  # bound by default


_MAKERS: Mapping[Kind, Callable[[Labelled, str], Made]] = {
    "nation": _nation,
    "nation added": _added,
    "named": _named,
    "country": _country,
    "city": _city,
    "script": _script,
    "name": _name,
}


def _both(row: Labelled, swap: Swap) -> Text:
    return swap(row.title), swap(row.body)


def _cased(word: str, like: str) -> str:
    if len(like) > 1 and like.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word[:1].lower() + word[1:]


def _number(text: str) -> int:
    return int(sha256(text.encode()).hexdigest()[:8], 16)


@lru_cache(maxsize=32)
def _words(lang: str) -> dict[str, tuple[str, str]]:
    """Word in small letters -> its form and nation; where two share a word, the first form has it."""
    found: dict[str, tuple[str, str]] = {}
    for form, by_nation in swaps().nations.get(lang, {}).items():
        for nation, word in by_nation.items():
            found.setdefault(word.lower(), (form, nation))
    return found
