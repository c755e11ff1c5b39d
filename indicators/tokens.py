"""Folded tokens of an advert, each with its place in the text it came from."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from strazha.model.sentences import ends_word

#: Ends of sentences and lines: no gap of a pattern reaches over one of these tokens.
SENTENCE_ENDS = frozenset(".!?…\n")
#: Ends of clauses: no negation reaches over one of these tokens.
CLAUSE_ENDS = SENTENCE_ENDS | frozenset(",;:()—|•✅✔❗")
#: A full stop that ends no sentence ("18 г. с опит", "ul. 3") becomes this token.
MINOR_STOP = "·"
#: A hyphen between spaces: a dash that separates clauses.
DASH = "—"

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,:]\d+)*|\n|[^\w\s]|_")


class _FoldTable(dict[int, int | str]):
    """Lower case, no accents, one character for one: offsets stay what they were. Filled as characters turn up."""

    def __missing__(self, code: int) -> int | str:
        char = chr(code)
        if unicodedata.category(char) in {"Cf", "Mn", "Cs", "Co", "Cn"} and char != "\n":
            folded = " " if unicodedata.category(char) != "Mn" else char
        else:
            base = unicodedata.normalize("NFKD", char)[:1] or char
            folded = base.lower()[:1] or base
            folded = _EXTRA.get(folded, folded)
        self[code] = folded
        return folded


# Letters that Unicode does not decompose, and signs that stand for one another in adverts.
_EXTRA = {
    # Latin-typed Bulgarian writes u for both; no two words of the catalogue differ in these letters only.
    "ъ": "у",
    "ı": "i",
    "ß": "s",
    "ς": "σ",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "’": "'",
    "ʼ": "'",
    "`": "'",
    "´": "'",
    "–": "-",
    "—": "-",
    "ґ": "г",
}
_FOLD = _FoldTable({ord(sign): letter for sign, letter in _EXTRA.items()})


def fold(text: str) -> str:
    """The text in lower case without accents, of the same length, so that offsets hold."""
    return text.translate(_FOLD)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Folded words with their offsets; title first, then a line end, then body.

    ``starts``/``ends`` count in the normal text of the field that a token belongs to; tokens before ``body`` are of the title.
    """

    words: list[str]
    starts: list[int]
    ends: list[int]
    body: int

    def field(self, index: int) -> str:
        """ "title" or "body"."""
        return "title" if index < self.body else "body"


def tokenise(title: str, body: str) -> Tokens:
    """Tokens of an advert's title and body (normal texts, any length; linear time)."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    _add(title, words, starts, ends)
    words.append("\n")
    starts.append(len(title))
    ends.append(len(title))
    split = len(words)
    _add(body, words, starts, ends)
    return Tokens(words, starts, ends, split)


def _add(text: str, words: list[str], starts: list[int], ends: list[int]) -> None:
    for match in _TOKEN.finditer(fold(text)):
        word = match.group()
        start, end = match.span()
        if word in _SIGNS:
            word = _sign(word, text, start, end)
            if not word:
                continue
        words.append(word)
        starts.append(start)
        ends.append(end)


#: Tokens whose meaning depends on what stands beside them.
_SIGNS = frozenset(".-")


def _sign(word: str, text: str, start: int, end: int) -> str:
    """A word as it is; a full stop or hyphen as what it means here, nothing where it means nothing."""
    if word == ".":
        return word if _ends_sentence(text, end) else MINOR_STOP
    if word == "-":
        before, after = text[start - 1 : start], text[end : end + 1]
        if before.isalpha() and after.isalpha():
            # "по-късно", "live-in", "non-stop": two words, as many writers type them.
            return ""
        if before.isspace() and after.isspace():
            return DASH
    return word


def _ends_sentence(text: str, end: int) -> bool:
    """A stop before a small letter or a digit ends a sentence only after a long word ("иска. 120 лв", not "ул. 3")."""
    following = text[end : end + 3].lstrip()
    if not following:
        return True
    if text[end : end + 1].strip():
        return False
    if following[0].islower():
        return ends_word(text, end - 1)
    return not following[0].isdigit() or text[max(0, end - 5) : end - 1].isalpha()
