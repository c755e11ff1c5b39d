"""Whether words that match mean what they say: negation, quotation, and other people's doings told."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from indicators.tokens import CLAUSE_ENDS, SENTENCE_ENDS

#: How far a negation reaches, in tokens: five before covers "never under any circumstances keep", three after
#: "fee is never charged".
BEFORE = 5
AFTER = 3
#: How far words reach that cancel a match of their sentence: adverts without full stops are one sentence from end to end.
CANCELS = 12
#: A quotation longer than this is a forgotten quotation mark.
MAX_QUOTE = 25

_OPENING = {"«": "»", "„": '“”"', "“": '”"“', "‘": "’", '"': '"', "”": '”"'}

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Cues:
    """Tokens of a language's (or of two languages') negation in one text."""

    before: frozenset[int]
    after: frozenset[int]
    clause: frozenset[int]
    without: frozenset[int]
    #: First tokens of phrases that only look like a negation, and where they end.
    never: Mapping[int, int]


#: Of a text without any cue in the language and in its own.
_NONE = _Cues(frozenset(), frozenset(), frozenset(), frozenset(), {})


@dataclass(slots=True)
class Scope:
    """Cues of one text by language and group, as token spans, and its quotations.

    A pattern's own language governs it, and so does the advert's (``main``): a Russian pattern may match Bulgarian words.
    """

    words: Sequence[str]
    #: language -> group ("negation.before", ..., "report", "warning") -> spans.
    cues: Mapping[str, Mapping[str, Sequence[Span]]]
    main: str = ""
    _negations: dict[str, _Cues] = field(default_factory=dict)
    _ends: list[int] | None = None
    _quotes: tuple[list[int], list[int]] | None = None
    _reports: list[int] | None = None

    def turned(self, lang: str, first: int, last: int) -> bool:
        """True where a pattern that says "no" or "without" itself is turned round: "never without", "not only women"."""
        cues = self._cues(lang)
        if cues is _NONE:
            return False
        if cues.never and any(low in cues.never and cues.never[low] > first for low in range(max(0, first - BEFORE), first)):
            return True
        if first not in cues.without:
            return False
        return any(at in cues.before and at not in cues.without for at in self._clause_before(cues, first))

    def negated(self, lang: str, first: int, last: int) -> bool:
        """True where a cue of negation governs ``[first, last)``."""
        cues = self._cues(lang)
        if not cues.before and not cues.after:
            return False
        if cues.before and not cues.before.isdisjoint((*range(first, last), *self._clause_before(cues, first))):
            return True
        for at in range(last, min(len(self.words), last + AFTER)) if cues.after else ():
            if self.words[at] in CLAUSE_ENDS or at in cues.clause:
                break
            if at in cues.after:
                return True
        return False

    def told(self, first: int) -> bool:
        """True where the sentence tells, before the match, what others do, or where the whole text is a warning."""
        if self._reports is None:
            groups = list(self.cues.values())
            warned = any(group.get("warning") for group in groups)
            self._reports = [-1] if warned else sorted(low for group in groups for low, _ in group.get("report", ()))
        if not self._reports:
            return False
        if self._reports[0] == -1:
            return True
        low, _ = self.sentence(first)
        return bisect_left(self._reports, low) < bisect_left(self._reports, first)

    def quoted(self, first: int, last: int) -> bool:
        """True where ``[first, last)`` lies within quotation marks."""
        if self._quotes is None:
            self._quotes = _quotations(self.words)
        opened, closed = self._quotes
        at = bisect_left(opened, first) - 1
        return at >= 0 and last <= closed[at]

    def sentence(self, at: int) -> Span:
        """The tokens of the sentence or line around a token, without its end."""
        if self._ends is None:
            self._ends = [-1, *(index for index, word in enumerate(self.words) if word in SENTENCE_ENDS), len(self.words)]
        place = max(1, min(bisect_left(self._ends, at), len(self._ends) - 1))
        return self._ends[place - 1] + 1, self._ends[place]

    def in_sentence(self, at: int, places: Sequence[int]) -> bool:
        """True where one of the places (sorted tokens) is in the sentence of a token, and not far from it."""
        low, high = self.sentence(at)
        low, high = max(low, at - CANCELS), min(high, at + CANCELS + 1)
        return bisect_left(places, low) < bisect_right(places, high - 1)

    def _clause_before(self, cues: _Cues, first: int) -> list[int]:
        """The tokens before a match that are of its clause and near enough to govern it."""
        near = []
        words, clause = self.words, cues.clause
        for at in range(first - 1, max(-1, first - 1 - BEFORE), -1):
            if words[at] in CLAUSE_ENDS or at in clause:
                break
            near.append(at)
        return near

    def _cues(self, lang: str) -> _Cues:
        if lang not in self.cues and self.main not in self.cues:
            return _NONE
        known = self._negations.get(lang)
        if known is None:
            languages = dict.fromkeys((lang, self.main))
            never = {low: high for one in languages for low, high in self._spans(one, "never")}
            exempt = _tokens(never.items())
            known = self._negations[lang] = _Cues(
                before=frozenset(_tokens(self._both(languages, "before")) - exempt),
                after=frozenset(_tokens(self._both(languages, "after"))),
                clause=frozenset(_tokens(self._both(languages, "clause"))),
                without=frozenset(_tokens(self._both(languages, "without"))),
                never=never,
            )
        return known

    def _both(self, languages: Iterable[str], group: str) -> list[Span]:
        return [span for lang in languages for span in self._spans(lang, group)]

    def _spans(self, lang: str, group: str) -> Sequence[Span]:
        return self.cues.get(lang, {}).get(f"negation.{group}", ())


def _tokens(spans: Iterable[Span]) -> set[int]:
    return {at for first, last in spans for at in range(first, last)}


def _quotations(words: Sequence[str]) -> tuple[list[int], list[int]]:
    """Where quotations open and close, in order."""
    opened: list[int] = []
    closed: list[int] = []
    start, closers = -1, ""
    for at, word in enumerate(words):
        if start >= 0 and (word == "\n" or at - start > MAX_QUOTE):
            start = -1
        if start >= 0 and word in closers:
            opened.append(start)
            closed.append(at)
            start = -1
        elif start < 0 and word in _OPENING:
            start, closers = at, _OPENING[word]
    return opened, closed
