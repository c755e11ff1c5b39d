"""Normalised text with an exact way back to the captured one. In-process only: these are never stored."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from strazha.model.screening import LanguageGuess, Mention

FieldName = Literal["title", "body"]


@dataclass(frozen=True, slots=True)
class NormalText:
    """A normal form and, for each of its characters, where in the original it came from.

    ``starts[i]`` and ``ends[i]`` are the half-open range of original characters behind normal character ``i``; both are
    non-decreasing, so that a range of the normal form maps to one range of the original.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def __post_init__(self) -> None:
        if not len(self.text) == len(self.starts) == len(self.ends):
            raise ValueError("a normal form needs one start and one end for each of its characters")

    @classmethod
    def identity(cls, text: str) -> NormalText:
        """A normal form that changes nothing."""
        return cls(text, range(len(text)), range(1, len(text) + 1))

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original behind ``[start, end)`` of the normal form; an empty range maps to an empty one."""
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else (self.ends[-1] if self.ends else 0)
            return at, at
        return self.starts[start], self.ends[end - 1]

    def normal(self, start: int, end: int) -> tuple[int, int]:
        """The smallest range of the normal form that covers ``[start, end)`` of the original."""
        first = bisect_left(self.ends, start + 1)
        last = bisect_left(self.starts, end)
        return first, max(first, last)


class Passage(NamedTuple):
    """A sentence or line: ``[start, end)`` of the *normal* text, and its language."""

    start: int
    end: int
    lang: str


@dataclass(frozen=True, slots=True)
class ReadField:
    """Title or body as read: the captured text, its normal form, and a Cyrillic reading of Latin-typed Bulgarian.

    ``normal`` keeps case (NFKC where safe, look-alikes undone, controls out); ``reading`` is None unless some passage is
    Latin-typed Bulgarian, and then holds the whole field with those passages in Cyrillic, mapped to the captured text too.
    """

    name: FieldName
    captured: str
    normal: NormalText
    reading: NormalText | None = None
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadText:
    """An advert's text as read by nlp, handed to indicators and clusters beside the mentions."""

    title: ReadField
    body: ReadField
    #: Main language first, as ISO 639-1.
    languages: tuple[str, ...] = ()
    latin_bg: bool = False
    #: The whole text folded for comparison: lower case, one script per word, digits and names masked, one space.
    folded: str = field(default="")

    def fields(self) -> tuple[ReadField, ReadField]:
        """Title, then body."""
        return self.title, self.body


@dataclass(frozen=True, slots=True)
class Reading:
    """What nlp gives for one advert: the text as read, its languages, and everything named in it."""

    text: ReadText
    #: Main language first.
    languages: tuple[LanguageGuess, ...]
    latin_bg: bool
    #: In order of appearance, title before body; offsets into the captured text.
    mentions: tuple[Mention, ...]
