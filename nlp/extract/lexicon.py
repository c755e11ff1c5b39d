"""Words and phrases looked up token by token: what a large alternation does, without its cost at every character."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import compress, count, pairwise, repeat
from operator import add
from typing import Generic, NamedTuple, TypeVar, cast

from nlp.normalise.pieces import Pieces, Remembered
from nlp.normalise.plain import plain

Value = TypeVar("Value")

TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+")
#: Most characters between the words of one phrase, and the longest ending a star may stand for.
_GAP, _ENDING = 3, 12


class Word(NamedTuple):
    """A token of a view: its place and its plain form."""

    start: int
    end: int
    text: str


def _whole(run: str) -> str | None:
    form = plain(run)
    match = TOKEN.match(form)
    return form if match is not None and match.end() == len(form) else None


#: A run's plain form where it is one token, as nearly all are; else None.
_WHOLE: Remembered[str | None] = Remembered(_whole)


def tokens(pieces: Pieces) -> tuple[list[Word], list[int], list[str]]:
    """The words and numbers of a text in plain form, in order; also where they start and their texts alone."""
    found, starts = _WHOLE.all_of(pieces.runs), pieces.starts
    if None in found:
        texts, starts = _split(found, pieces)
    else:
        texts = cast("list[str]", found)
    ends = map(add, starts, map(len, texts))
    return list(map(tuple.__new__, repeat(Word), zip(starts, ends, texts, strict=True))), starts, texts


def _split(texts: list[str | None], pieces: Pieces) -> tuple[list[str], list[int]]:
    """Texts and starts of all tokens where some run is not one token ("20лв", "ime_1")."""
    found: list[str] = []
    starts: list[int] = []
    for text, start, run in zip(texts, pieces.starts, pieces.runs, strict=True):
        if text is not None:
            found.append(text)
            starts.append(start)
            continue
        for match in TOKEN.finditer(plain(run)):
            found.append(match.group())
            starts.append(start + match.start())
    return found, starts


def word_set(text: str) -> frozenset[str]:
    """A set of words written as one text."""
    return frozenset(text.split())


class Lexicon(Generic[Value]):
    """Entries in plain form with a value each; an entry may be a phrase, and may end with a star (any ending)."""

    def __init__(self, entries: Mapping[str, Value]) -> None:
        self._words: dict[str, Value] = {}
        self._phrases: dict[tuple[str, ...], Value] = {}
        self._stems: dict[str, Value] = {}
        for entry, value in entries.items():
            parts = tuple(match.group() for match in TOKEN.finditer(entry))
            if len(parts) > 1:
                self._phrases.setdefault(parts, value)
            elif parts and entry.endswith("*"):
                self._stems.setdefault(parts[0], value)
            elif parts:
                self._words.setdefault(parts[0], value)
        self._sizes = sorted({len(stem) for stem in self._stems}, reverse=True)
        #: How many words the phrases have that begin or end with a word, longest first.
        self._heads = _sizes((parts[0], len(parts)) for parts in self._phrases)
        self._tails = _sizes((parts[-1], len(parts)) for parts in self._phrases)
        #: First words of all entries without a star: where a text has none of them, it need not be gone through.
        self.heads = frozenset((*self._heads, *self._words))
        #: The value of a single word, or None; a look-up without a call of Python code once a word has been seen.
        self.word: Callable[[str], Value | None] = Remembered(self._find).__getitem__ if self._stems else self._words.get

    @classmethod
    def of(cls, words: Iterable[str]) -> Lexicon[bool]:
        """A lexicon that only says whether a word is in it."""
        return Lexicon(dict.fromkeys(words, True))

    def _find(self, text: str) -> Value | None:
        value = self._words.get(text)
        if value is None:
            for size in self._sizes:
                if size <= len(text) <= size + _ENDING and text[:size] in self._stems:
                    value = self._stems[text[:size]]
                    break
        return value

    def places(
        self, words: Sequence[Word], texts: Sequence[str], vocabulary: Iterable[str]
    ) -> Iterator[tuple[int, Value, int]]:
        """All entries in a row of words, none within another: index of the first word, value, number of words."""
        telling = self._telling(vocabulary)
        if not telling:
            return
        after = 0
        for index in compress(count(), map(telling.__contains__, texts)):
            if index >= after and (found := self.at(words, index)):
                yield index, *found
                after = index + found[1]

    def _telling(self, vocabulary: Iterable[str]) -> Set[str]:
        """The words of a vocabulary with which an entry can begin."""
        heads = self.heads.intersection(vocabulary)
        return heads.union(text for text in vocabulary if self.word(text) is not None) if self._stems else heads

    def at(self, words: Sequence[Word], index: int) -> tuple[Value, int] | None:
        """The longest entry that starts at a token: its value and how many tokens it takes."""
        head = words[index].text
        for size in self._heads.get(head, ()):
            row = words[index : index + size]
            value = self._phrases.get(tuple([word[2] for word in row])) if len(row) == size else None
            if value is not None and _near(row):
                return value, size
        value = self.word(head)
        return None if value is None else (value, 1)

    def before(self, words: Sequence[Word], index: int) -> tuple[Value, int] | None:
        """The longest entry that ends with the token at ``index``: its value and how many tokens it takes."""
        tail = words[index].text
        for size in self._tails.get(tail, ()):
            row = words[max(0, index + 1 - size) : index + 1]
            value = self._phrases.get(tuple([word[2] for word in row])) if len(row) == size else None
            if value is not None and _near(row):
                return value, size
        value = self.word(tail)
        return None if value is None else (value, 1)


def _sizes(pairs: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for word, size in pairs:
        found.setdefault(word, set()).add(size)
    return {word: tuple(sorted(sizes, reverse=True)) for word, sizes in found.items()}


def _near(words: Sequence[Word]) -> bool:
    return all(right.start - left.end <= _GAP for left, right in pairwise(words))
