"""Sentences that other rooms made and stored, shown in the page's language.

Reasons, notes and histories are stored as English sentences with names and figures in them. Storing them once more per language
would tie a record to the languages of the day it was made; so each known sentence is listed here as a pattern with
places for what varies, is translated like any other, and what varies is put back. A sentence no pattern fits stays English:
nothing is lost, and ``tests/review/test_language.py`` finds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from review.i18n import DEFAULT, language, marked, pick, tr
from review.labels import REMARKS
from strazha.model import Indicator, Reason, Strength

#: Longer texts are not the program's own sentences.
LONGEST = 2000
_PLACE = re.compile(r"\{(\w+)\}")

#: One sentence each. ``{name}`` stands for what varies; its value is looked up here too, whole or in the pieces of a list.
SENTENCES: tuple[str, ...] = (
    # Scores (indicators/scoring.py)
    marked("Dimension {dimension} is positive by the ILO/EC rule: {counted}"),
    marked("Head of the queue: raised to {points}: wording that hints at youth is looked at first"),
    marked("Raised to {points}: what is offered is an offence by itself"),
    marked("Not urgent: fewer than {number} positive dimensions"),
    marked("Not high: no positive dimension and no strong indicator"),
    marked("One indicator alone, or weak ones only, are no flag"),
    marked("Held at medium: independent, states limits, and nobody else speaks"),
    marked("{n} strong"),
    marked("{n} medium"),
    marked("{n} weak"),
    # Derived indicators (indicators/structured.py, pay.py, cluster.py)
    marked("Nothing in the text or the site's fields names an employer, an agency or an address"),
    marked("{hours} hours between the two times"),
    marked("about {month} euro a month; far above begins near {limit} in {country} (table of {day})"),
    marked("about {month} euro a month; far above begins near {limit} in a country the text does not name (table of {day})"),
    marked("{contact} advertises {n} names: {names}"),
    marked("One wording under {n} contacts: {contacts}"),
    marked("{n} cities within days of each other: {cities}"),
    marked("{n} countries: {countries}"),
    marked("{contact}: {n} names, new ones in {weeks} different weeks"),
    marked("Recruitment and adult adverts share a text"),
    marked("Recruitment and adult adverts share {contact}"),
    marked("{n} platforms: {platforms}"),
    marked("{n} adverts in week {week} of {year}"),
    marked("One picture under {n} names: {names}"),
    marked("{first} and {second}"),
    # Meaning (indicators/heads/finder.py)
    marked("means much the same as: {sentence}"),
    # Links (clusters/compare)
    marked("Both give {contact}. It counts for little: {why}."),
    marked("Both give {contact}."),
    marked("the telephone {contact}"),
    marked("the e-mail address {contact}"),
    marked("the handle {contact}"),
    marked("the address {contact}"),
    marked("{n} unlike adverts share it ({reasons})"),
    marked("{n} of them innocent, the others {types}"),
    marked("{n} say that a desk or reception answers"),
    marked("{n} different names"),
    marked("{n} towns"),
    marked("{n} different texts in a sample"),
    marked("One is a copy of the other, names and numbers aside."),
    marked("{share} of their wording is the same, names, numbers and alphabet aside."),
    marked("{share} of their wording is the same, names, numbers and alphabet aside (short texts, so it counts for less)."),
    marked("{share} of their words are the same, in another order, names, numbers and alphabet aside."),
    marked(
        "{share} of their words are the same, in another order, names, numbers and alphabet aside"
        " (short texts, so it counts for less)."
    ),
    marked("Both show the same picture."),
    marked("Both show nearly the same picture ({n} of 256 bits differ)."),
    marked("Both show the same picture. It counts for less: {why}."),
    marked("Both show nearly the same picture ({n} of 256 bits differ). It counts for less: {why}."),
    marked("They say the same in two languages, sentence by sentence ({share} alike)."),
    marked("Both have {things}."),
    marked("the name {name}"),
    marked("an age of {age}"),
    marked("ages of {one} and {other}"),
    marked("the town {town}"),
    marked("Both concern {town} and were posted {days} days apart."),
    # A cluster's history (clusters/identity.py)
    marked("{n} adverts were joined."),
    marked("{n} adverts split off from {clusters}."),
    marked("{n} adverts left for {clusters}."),
    marked("{n} adverts left."),
    marked("{n} adverts came in, some from {clusters}."),
    marked("{n} adverts came in."),
    marked("cluster {id}"),
    marked("{n} clusters"),
)
#: Words that stand in the places of sentences.
WORDS: tuple[str, ...] = (
    marked("coercion"), marked("recruitment"), marked("exploitation"), marked("abuse of vulnerability"), marked("movement"),
    marked("control by others"), marked("profile"), marked("concealment"), marked("smuggling"), marked("other exploitation"),
    marked("job"), marked("adult"), marked("transport"), marked("other"), marked("benign"), marked("a text"),
)  # fmt: skip

STRENGTH_WORDS: Mapping[Strength, str] = {
    Strength.STRONG: marked("strong"),
    Strength.MEDIUM: marked("medium"),
    Strength.WEAK: marked("weak"),
    Strength.COUNTER: marked("speaks against exploitation by others"),
}
VALIDITY_WORDS: Mapping[str, str] = {
    "supports": marked("validity supports"),
    "contrary": marked("validity contrary"),
    "mixed": marked("validity mixed"),
}


@dataclass(frozen=True, slots=True)
class _Known:
    sentence: str
    shape: re.Pattern[str]
    #: Characters that do not vary: the pattern with most of them is tried first.
    fixed: int


@lru_cache(maxsize=1)
def _known() -> tuple[_Known, ...]:
    found = []
    for sentence in SENTENCES:
        pieces = _PLACE.split(sentence)
        # Odd pieces are the names of places. A count is digits and a share ends in %, so that patterns keep apart.
        shape = "".join(
            re.escape(piece) if number % 2 == 0 else rf"(?P<{piece}>{_KINDS.get(piece, '.+?')})"
            for number, piece in enumerate(pieces)
        )
        found.append(_Known(sentence, re.compile(shape, re.DOTALL), sum(len(piece) for piece in pieces[::2])))
    return tuple(sorted(found, key=lambda known: -known.fixed))


_NUMBER = r"[\d.,]+"
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(
        ("n", "number", "points", "hours", "month", "limit", "weeks", "week", "year", "all", "days", "age"), _NUMBER
    ),
    "share": r"\d+ ?%|\d\.\d\d",
    "first": r"[^\s,;]{1,40}",
    "second": r"[^\s,;]{1,40}",
    "id": r"[\w•-]+",
}


def said(sentence: str) -> str:
    """A stored sentence in the page's language; as it is where no pattern fits. Takes and gives untrusted plain text."""
    if language() == DEFAULT or not sentence or len(sentence) > LONGEST:
        return sentence
    return _said(sentence, 0)


def _said(sentence: str, depth: int) -> str:
    if sentence in _WORDS or sentence in _WHOLE:
        return tr(sentence)
    for known in _known():
        match = known.shape.fullmatch(sentence)
        if match is not None:
            return _filled(tr(known.sentence), {name: _piece(value, depth) for name, value in match.groupdict().items()})
    pieces = sentence.split(", ")
    if len(pieces) > 1 and _WORDS.issuperset(pieces):
        return ", ".join(map(tr, pieces))
    return sentence


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    # In one go: a value that looks like a place stays what it is.
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), sentence)


_WORDS = frozenset((*WORDS, *REMARKS))
_WHOLE = frozenset(sentence for sentence in SENTENCES if "{" not in sentence)


def _piece(value: str, depth: int) -> str:
    if depth >= 3:
        return value
    whole = _said(value, depth + 1)
    if whole != value:
        return whole
    for mark in ("; ", ", "):
        if mark in value:
            return mark.join(_piece(piece, depth + 1) for piece in value.split(mark))
    return value


def reason_line(reason: Reason, catalogue: Mapping[str, Indicator], covered: str) -> str:
    """The line of a score in the page's language. ``covered`` is its stored sentence, contacts covered."""
    if language() == DEFAULT:
        return covered
    kind, _, name = reason.code.partition(":")
    indicator = catalogue.get(name)
    if kind not in {"indicator", "counter"} or indicator is None:
        return said(covered)
    return f"{pick(indicator.label, name)} ({', '.join(_remarks(indicator, covered))})"


def _remarks(indicator: Indicator, covered: str) -> Iterable[str]:
    yield tr(STRENGTH_WORDS[indicator.strength])
    if indicator.strength is not Strength.COUNTER:
        if indicator.validity.status in VALIDITY_WORDS:
            yield tr(VALIDITY_WORDS[indicator.validity.status])
        if covered.endswith("an absence)"):
            yield tr(ABSENCE)


ABSENCE = marked("an absence")
