"""Whether words that match mean what they say: negation, quotation, and other people's doings told."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from indicators.tokens import CLAUSE_ENDS, SENTENCE_ENDS

#: How far a negation reaches, in tokens: five before covers "never under any circumstances keep", three after
#: "fee is never charged".
BEFORE = 5
AFTER = 3
#: A quotation longer than this is a forgotten quotation mark.
MAX_QUOTE = 25

_OPENING = {"«": "»", "„": '“”"', "“": '”"“', "‘": "’", '"': '"', "”": '”"'}

Span = tuple[int, int]


@dataclass(slots=True)
class Scope:
    """Cues of one text by language and group, as token spans, and its quotations."""

    words: Sequence[str]
    #: language -> group ("negation.before", ..., "report", "warning") -> spans.
    cues: Mapping[str, Mapping[str, Sequence[Span]]]
    _tokens: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    _ends: list[int] | None = None
    _quotes: list[Span] | None = None

    def turned(self, lang: str, first: int, last: int) -> bool:
        """True where a pattern that says "no" or "without" itself is turned round: "never without", "not only women"."""
        if any(low < first < high for low, high in self.cues.get(lang, {}).get("negation.never", ())):
            return True
        without = self._set(lang, "negation.without")
        if first not in without:
            return False
        before = self._set(lang, "negation.before") - self._set(lang, "negation.never") - without
        return any(at in before for at in self._clause_before(lang, first))

    def negated(self, lang: str, first: int, last: int) -> bool:
        """True where a cue of the language's negation governs ``[first, last)``."""
        before = self._set(lang, "negation.before") - self._set(lang, "negation.never")
        after = self._set(lang, "negation.after")
        if not before and not after:
            return False
        if any(at in before for at in (*range(first, last), *self._clause_before(lang, first))):
            return True
        clause = self._set(lang, "negation.clause")
        for at in range(last, min(len(self.words), last + AFTER)):
            if self.words[at] in CLAUSE_ENDS or at in clause:
                break
            if at in after:
                return True
        return False

    def _clause_before(self, lang: str, first: int) -> list[int]:
        """The tokens before a match that are of its clause and near enough to govern it."""
        clause, near = self._set(lang, "negation.clause"), []
        for at in range(first - 1, max(-1, first - 1 - BEFORE), -1):
            if self.words[at] in CLAUSE_ENDS or at in clause:
                break
            near.append(at)
        return near

    def told(self, first: int) -> bool:
        """True where the sentence tells, before the match, what others do, or where the whole text is a warning."""
        low, _ = self.sentence(first)
        for groups in self.cues.values():
            if groups.get("warning"):
                return True
            if any(low <= at < first for at, _ in groups.get("report", ())):
                return True
        return False

    def quoted(self, first: int, last: int) -> bool:
        """True where ``[first, last)`` lies within quotation marks."""
        if self._quotes is None:
            self._quotes = _quotations(self.words)
        return any(low < first and last <= high for low, high in self._quotes)

    def sentence(self, at: int) -> Span:
        """The tokens of the sentence or line around a token, without its end."""
        if self._ends is None:
            self._ends = [-1, *(index for index, word in enumerate(self.words) if word in SENTENCE_ENDS), len(self.words)]
        place = bisect_left(self._ends, at)
        place = max(1, min(place, len(self._ends) - 1))
        return self._ends[place - 1] + 1, self._ends[place]

    def _set(self, lang: str, group: str) -> set[int]:
        key = (lang, group)
        if key not in self._tokens:
            spans = self.cues.get(lang, {}).get(group, ())
            self._tokens[key] = {at for first, last in spans for at in range(first, last)}
        return self._tokens[key]


def _quotations(words: Sequence[str]) -> list[Span]:
    found: list[Span] = []
    opened, closers = -1, ""
    for at, word in enumerate(words):
        if opened >= 0 and (word == "\n" or at - opened > MAX_QUOTE):
            opened = -1
        if opened >= 0 and word in closers:
            found.append((opened, at))
            opened = -1
        elif opened < 0 and word in _OPENING:
            opened, closers = at, _OPENING[word]
    return found
