"""A text cut once into its words, and what is known of a word remembered.

Adverts are made of the same words over and over. Whatever depends on a word alone (its tokens, its folded form, the languages
it speaks for, the digits it means) is worked out when it is met first and looked up from then on: reading an advert is then
mostly looking up. No reader's word reaches over the border of a piece, so that all of them can work on the same cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

Value = TypeVar("Value")

#: Letters, digits, underscores and everything that is read as an apostrophe within a word.
_CUT = re.compile(r"([\w'’ʼ`´]+)")
#: Longer ones are a key, a link or junk, and hardly ever come again.
_LONGEST = 40
#: Most values that are remembered of one kind; then everything is forgotten, as a stream of ever new words has no end.
MOST_REMEMBERED = 40_000


class Remembered(dict[str, Value], Generic[Value]):
    """Values of texts that are worked out when they are first asked for; ``all_of`` looks up many without a call of each."""

    def __init__(self, find: Callable[[str], Value], most: int = MOST_REMEMBERED) -> None:
        super().__init__()
        self._find = find
        self._most = most

    def __missing__(self, text: str) -> Value:
        value = self._find(text)
        if len(text) <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[text] = value
        return value

    def all_of(self, texts: Sequence[str]) -> list[Value]:
        """The value of each text."""
        return list(map(self.__getitem__, texts))


class Pieces:
    """The runs of word characters of a text, in order, and where each begins."""

    __slots__ = ("runs", "starts")

    def __init__(self, text: str) -> None:
        parts = _CUT.split(text)
        self.runs: list[str] = parts[1::2]
        self.starts: list[int] = list(accumulate(map(len, parts)))[:-1:2]
