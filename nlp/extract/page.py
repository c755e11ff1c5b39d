"""What an extractor sees: both fields of an advert in their normal and plain forms, and what was found before it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import compress, count
from typing import Any

from nlp.extract.lexicon import Word, tokens
from nlp.lang import LanguageData, languages
from nlp.normalise.pieces import Pieces
from nlp.normalise.plain import plain
from strazha.model.screening import Mention, MentionKind
from strazha.model.text import FieldName, NormalText

#: Most candidates of one kind that are looked at in one field, and most that are kept. An advert has dozens; thousands are junk
#: or a whole catalogue pasted in, and the time for it must stay small.
MOST = 3000


_FIGURES = re.compile(r"\d+")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Found:
    """Something found at ``[start, end)`` of a view's text; becomes a :class:`Mention` with offsets into the captured text."""

    kind: MentionKind
    start: int
    end: int
    value: str | int | dict[str, Any]
    extractor: str
    confidence: float
    disguise: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class View:
    """One field as patterns read it: the normal form, or its Cyrillic reading. Offsets are into ``text``."""

    def __init__(
        self, name: FieldName, captured: str, normal: NormalText, *, is_reading: bool = False, pieces: Pieces | None = None
    ) -> None:
        self.name = name
        self.captured = captured
        self.normal = normal
        self.text = normal.text
        self.is_reading = is_reading
        self.found: list[Found] = []
        self._masks: dict[MentionKind, bytearray] = {}
        #: The text cut into its words.
        self.pieces = pieces if pieces is not None else Pieces(self.text)
        #: Lower case without accents; the same length as ``text``.
        self.plain = plain(self.text)
        #: The words and numbers of the plain form, in order, and their texts alone.
        self.words: list[Word]
        self.texts: list[str]
        self.words, self._word_starts, self.texts = tokens(self.pieces)
        capital = map(str.isupper, map(self.text.__getitem__, self._word_starts))
        #: Which words begin with a capital letter.
        self.capitals = list(compress(count(), capital))
        #: The different words of the plain form.
        self.vocabulary = frozenset(self.texts)

    @cached_property
    def figures(self) -> list[int]:
        """Where the runs of digits of the plain form begin."""
        return [match.start() for match in _FIGURES.finditer(self.plain)]

    def places_of(self, words: Set[str]) -> list[int]:
        """Indexes of the words of the plain form that are among these."""
        return list(compress(count(), map(words.__contains__, self.texts)))

    def word_after(self, at: int) -> int:
        """Index of the first word that starts at or after ``at``."""
        return bisect_left(self._word_starts, at)

    def add(self, found: Found) -> None:
        """Keep what an extractor found (the first ``MOST`` of a field)."""
        if len(self.found) >= MOST:
            return
        self.found.append(found)
        mask = self._masks.setdefault(found.kind, bytearray(len(self.text)))
        mask[found.start : found.end] = b"\1" * (found.end - found.start)

    def discard(self, found: Found) -> None:
        """Take back what an earlier extractor found and a later one knows better."""
        self.found.remove(found)
        self._masks[found.kind][found.start : found.end] = bytes(found.end - found.start)

    def taken(self, start: int, end: int, kinds: Iterable[MentionKind]) -> bool:
        """True where something of one of these kinds was found across the range; takes no longer with more found."""
        masks = self._masks
        if masks:
            for kind in kinds:
                mask = masks.get(kind)
                if mask is not None and mask.find(1, start, end) >= 0:
                    return True
        return False

    def mention(self, found: Found) -> Mention | None:
        """The mention in the captured text, or None where that text cannot be stored (lone surrogates, nothing left)."""
        start, end = self.normal.original(found.start, found.end)
        text = self.captured[start:end]
        if not text or (not text.isascii() and _SURROGATE.search(text)):
            return None
        return Mention(
            kind=found.kind,
            text=text,
            value=found.value,
            field=self.name,
            start=start,
            end=end,
            extractor=found.extractor,
            confidence=found.confidence,
            obscured=bool(found.disguise),
            disguise=found.disguise,
            tags=found.tags,
        )


@lru_cache(maxsize=256)
def _known(codes: tuple[str, ...], last: tuple[str, ...]) -> tuple[str, ...]:
    known = languages()
    return tuple(dict.fromkeys((*(code for code in codes if code in known), *last)))


@dataclass
class Page:
    """An advert before the extractors: its views, languages and country. Extractors add to ``view.found``."""

    views: tuple[View, ...]
    #: Cyrillic readings of the fields that have Latin-typed Bulgarian; looked at beside the views, never instead of them.
    readings: tuple[View, ...] = ()
    #: Codes of the advert's languages, main first; English is always the last resort.
    codes: tuple[str, ...] = ()
    country: str | None = None
    latin_bg: bool = False
    #: False where the text says too little of its language to tell one from another.
    sure_of_language: bool = True
    #: What can be a name in the fields and readings, where it was looked for in a batch (by name of the field, reading or not).
    persons: dict[tuple[str, bool], tuple[tuple[int, int, str], ...]] = field(default_factory=dict)

    def known_codes(self, *last: str) -> tuple[str, ...]:
        """Codes of the advert's languages that have a folder, main first, and the ones given behind them."""
        return _known(self.codes, last)

    def language_data(self) -> tuple[LanguageData, ...]:
        """Data of the advert's languages, main first."""
        known = languages()
        return tuple(known[code] for code in self.codes if code in known)

    def all_views(self) -> tuple[View, ...]:
        """The fields, then their readings."""
        return (*self.views, *self.readings) if self.readings else self.views
