"""What a user typed into the search box, read into a small tree that every backend translates. Never fails.

    two words            both, anywhere, in any script and spelling
    "two words"          in a row
    rabot*               words that begin so
    -word                without it
    one OR two           either
    title:word           in that field: title, body, reading; exact: as spelled
    place:sofia          a keyword field (see KEYWORDS); place:"new town", contact:phone:+359*
    0888 00 12           five digits or more: a piece of a number, however it is written

Whatever is malformed (a lone quote, an unknown field, a dangling OR) is read as plain words or as nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from strazha.store.folding import DIGIT_RUN, MIN_DIGITS, WORD, digit_runs

#: Fields of text; "exact" is all of it as spelled.
TEXT_FIELDS = ("title", "body", "reading", "exact")
#: Keyword fields by the name a user types; the values are AdvertField and ClusterField names.
KEYWORDS = {
    "source": "source", "type": "ad_type", "ad_type": "ad_type", "band": "band", "lang": "language", "language": "language",
    "indicator": "indicator", "place": "place", "country": "country", "contact": "contact", "cluster": "cluster",
    "decision": "decision", "status": "status",
}  # fmt: skip
#: Further terms are ignored: nobody types so many, and every one costs the index a look-up.
MAX_TERMS = 64


@dataclass(frozen=True, slots=True)
class Word:
    """One word as typed; ``field`` empty means anywhere."""

    text: str
    prefix: bool = False
    field: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row."""

    words: tuple[str, ...]
    field: str = ""


@dataclass(frozen=True, slots=True)
class Digits:
    """A piece of a number (five digits or more), or else the words it was typed as."""

    digits: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Keyword:
    """A value of a keyword field, compared without regard to case; of a place the name alone is enough."""

    field: str
    value: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """Without."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them."""

    nodes: tuple[Node, ...]


Node = Word | Phrase | Digits | Keyword | Not | And | Or
Term = Word | Phrase | Digits

# One alternative matches at every position, none overlaps with itself: linear in the length of the text.
_TOKEN = re.compile(r'(?P<minus>-?)(?:(?P<field>[A-Za-z_]{1,20}):)?(?:"(?P<quoted>[^"]*)"(?P<star>\*?)|(?P<chunk>[^\s"]+))')
# A minus after a space begins a new, unwanted term: "10000 -20000" is no number.
_NEXT_TERM = re.compile(r"[ \t]-")
_NUMBER_START = re.compile(r"\s*[+(]{0,2}(?=\d)")


def parse(text: str) -> Node | None:
    """The tree of a query; None if it asks for nothing."""
    choices: list[Node] = []
    terms: list[Node] = []
    for node in islice(_terms(text), MAX_TERMS * 2):
        if node is not None:
            terms.append(node)
        elif terms:  # an OR: what follows is another choice
            choices.append(_joined(terms))
            terms = []
    if terms:
        choices.append(_joined(terms))
    if len(choices) > 1:
        return Or(tuple(choices))
    return choices[0] if choices else None


def wanted(node: Node | None) -> list[Term]:
    """The terms to mark in a found text: all that are not under a Not."""
    if node is None or isinstance(node, Not | Keyword):
        return []
    if isinstance(node, And | Or):
        return [term for child in node.nodes for term in wanted(child)]
    return [node]


def _joined(terms: list[Node]) -> Node:
    return terms[0] if len(terms) == 1 else And(tuple(terms[:MAX_TERMS]))


def _terms(text: str) -> Iterator[Node | None]:
    """Each term in turn; None stands for OR."""
    at = 0
    while at < len(text):
        number = _number(text, at)
        if number is not None:
            node, at = number
            yield node
            continue
        match = _TOKEN.search(text, at)
        if match is None:
            return
        # A number may begin after the spaces that the search went over, or after a minus.
        if match.start() > at and (number := _number(text, match.start())) is not None:
            node, at = number
            yield node
            continue
        at = match.end()
        if match[0] == "OR":
            yield None
            continue
        if match["minus"] and match["field"] is None and (number := _number(text, match.start() + 1)) is not None:
            node, at = number
            yield Not(node)
            continue
        term = _term(match)
        if term is not None:
            yield Not(term) if match["minus"] else term


def _number(text: str, at: int) -> tuple[Node, int] | None:
    start = _NUMBER_START.match(text, at)
    run = DIGIT_RUN.match(text, start.end()) if start else None
    if run is None:
        return None
    cut = _NEXT_TERM.search(run[0])
    piece = run[0][: cut.start()] if cut else run[0]
    found = digit_runs(piece)
    if not found:
        return None
    _, length, digits = found[0]
    end = run.start() + length
    if end < len(text) and (text[end].isalpha() or text[end] in '_@"'):
        return None
    if text[end : end + 1] == "*":
        end += 1
    words = tuple(WORD.findall(text[run.start() : run.start() + length]))
    return Digits(digits, words), end


def _term(match: re.Match[str]) -> Node | None:
    name = (match["field"] or "").lower()
    quoted = match["quoted"]
    chunk = quoted if quoted is not None else match["chunk"]
    star = bool(match["star"]) if quoted is not None else chunk.endswith("*")
    if name in KEYWORDS:
        value = chunk.strip().rstrip("*")
        return Keyword(KEYWORDS[name], value, star) if value else None
    if name == "phone" and len(digits := "".join(d for _, _, d in digit_runs(chunk))) >= MIN_DIGITS:
        return Digits(digits)
    field = name if name in TEXT_FIELDS else ""
    words = WORD.findall(chunk)
    if name and not field and name != "phone":
        words = [name, *words]  # http://..., 10:30: no field, so the piece before the colon is a word too
    if not words:
        return None
    if len(words) > 1:
        return Phrase(tuple(words[:MAX_TERMS]), field)
    return Word(words[0], star, field)
