"""Words and phrases looked up token by token: what a large alternation does, without its cost at every character."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

Value = TypeVar("Value")

TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+")
#: Most characters between the words of one phrase, and the longest ending a star may stand for.
_GAP, _ENDING = 3, 12


class Word(NamedTuple):
    """A token of a view: its place and its plain form."""

    start: int
    end: int
    text: str


def tokens(plain: str) -> list[Word]:
    """The words and numbers of a plain text in order."""
    new = tuple.__new__
    return [new(Word, (*match.span(), match.group())) for match in TOKEN.finditer(plain)]


#: Most words whose value a lexicon remembers, so that a stream of ever new words does not grow it without end.
_MOST_SEEN = 50_000


class _Seen(dict[str, Value | None]):
    """Values of words as they come up."""

    def __init__(self, find: Callable[[str], Value | None]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, text: str) -> Value | None:
        value = self._find(text)
        if len(self) < _MOST_SEEN and len(text) <= 40:
            self[text] = value
        return value


def word_set(text: str) -> frozenset[str]:
    """A set of words written as one text."""
    return frozenset(text.split())


class Lexicon(Generic[Value]):
    """Entries in plain form with a value each; an entry may be a phrase, and may end with a star (any ending)."""

    def __init__(self, entries: Mapping[str, Value]) -> None:
        self._exact: dict[tuple[str, ...], Value] = {}
        self._stems: dict[str, Value] = {}
        self._longest = 1
        for entry, value in entries.items():
            parts = tuple(match.group() for match in TOKEN.finditer(entry))
            if not parts:
                continue
            if entry.endswith("*") and len(parts) == 1:
                self._stems.setdefault(parts[0], value)
            else:
                self._exact.setdefault(parts, value)
                self._longest = max(self._longest, len(parts))
        self._sizes = sorted({len(stem) for stem in self._stems}, reverse=True)
        self._heads = {parts[0] for parts in self._exact if len(parts) > 1}
        self._tails = {parts[-1] for parts in self._exact if len(parts) > 1}
        #: First words of all entries without a star: where a text has none of them, it need not be gone through.
        self.heads = frozenset(parts[0] for parts in self._exact)
        #: The value of a single word, or None; a look-up without a call of Python code once a word has been seen.
        self.word: Callable[[str], Value | None] = _Seen(self._find).__getitem__

    @classmethod
    def of(cls, words: Iterable[str]) -> Lexicon[bool]:
        """A lexicon that only says whether a word is in it."""
        return Lexicon(dict.fromkeys(words, True))

    def _find(self, text: str) -> Value | None:
        value = self._exact.get((text,))
        if value is None:
            for size in self._sizes:
                if size <= len(text) <= size + _ENDING and text[:size] in self._stems:
                    value = self._stems[text[:size]]
                    break
        return value

    def places(self, words: Sequence[Word], vocabulary: Iterable[str]) -> Iterator[tuple[int, Value, int]]:
        """All entries in a row of words, none within another: index of the first word, value, number of words."""
        heads, word = self._heads, self.word
        telling = {text for text in vocabulary if text in heads or word(text) is not None}
        if not telling:
            return
        after = 0
        for index, item in enumerate(words):
            if item.text in telling and index >= after and (found := self.at(words, index)):
                yield index, *found
                after = index + found[1]

    def at(self, words: Sequence[Word], index: int) -> tuple[Value, int] | None:
        """The longest entry that starts at a token: its value and how many tokens it takes."""
        head = words[index].text
        if head in self._heads:
            for size in range(min(self._longest, len(words) - index), 1, -1):
                value = self._exact.get(tuple(word.text for word in words[index : index + size]))
                if value is not None and _near(words[index : index + size]):
                    return value, size
        value = self.word(head)
        return None if value is None else (value, 1)

    def before(self, words: Sequence[Word], index: int) -> tuple[Value, int] | None:
        """The longest entry that ends with the token at ``index``: its value and how many tokens it takes."""
        tail = words[index].text
        if tail in self._tails:
            for size in range(min(self._longest, index + 1), 1, -1):
                value = self._exact.get(tuple(word.text for word in words[index + 1 - size : index + 1]))
                if value is not None and _near(words[index + 1 - size : index + 1]):
                    return value, size
        value = self.word(tail)
        return None if value is None else (value, 1)


def _near(words: Sequence[Word]) -> bool:
    return all(right.start - left.end <= _GAP for left, right in pairwise(words))
