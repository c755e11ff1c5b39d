"""Whether words that match mean what they say: negation, quotation, and other people's doings told."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from indicators.tokens import CLAUSE_ENDS, DASH, SENTENCE_ENDS

#: How far a negation reaches, in tokens: five before covers "never under any circumstances keep", three after
#: "fee is never charged".
BEFORE = 5
AFTER = 3
#: How far words reach that cancel a match of their sentence: adverts without full stops are one sentence from end to end.
CANCELS = 12
#: Words between the name of a field and its colon or dash: "deposit before the meeting: none".
FIELD = 3
#: Kinds of cues that make a text a notice: one alone may stand in any advert ("call us, free", "beware of fakes").
KINDS = 2
#: Of which one must be there where there are no more than two: authorities, rights and conditions stand in good offers too.
PLAIN = frozenset({"help", "story", "question", "warning"})
#: Letters of a word that may stand between a negation and what it denies ("not a fraud").
SMALL = 4
#: What parts the name of a field from its answer.
ANSWERED = frozenset({":", DASH, "="})
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
    #: First tokens of answers that say no, and where they end.
    answer: Mapping[int, int]
    #: First tokens of phrases that only look like a negation, and where they end.
    never: Mapping[int, int]


#: Of a text without any cue in the language and in its own.
_NONE = _Cues(frozenset(), frozenset(), frozenset(), frozenset(), {}, {})


@dataclass(slots=True)
class Scope:
    """Cues of one text by language and group, as token spans, and its quotations.

    A pattern's own language governs it, and so does the advert's (``main``): a Russian pattern may match Bulgarian words.
    """

    words: Sequence[str]
    #: language -> group ("negation.before", ..., "report", "notice.help") -> spans.
    cues: Mapping[str, Mapping[str, Sequence[Span]]]
    main: str = ""
    _negations: dict[str, _Cues] = field(default_factory=dict)
    _ends: list[int] | None = None
    _quotes: tuple[list[int], list[int]] | None = None
    _reports: list[int] | None = None
    _questions: list[int] | None = None
    _notice: bool | None = None
    _warned: bool | None = None

    def turned(self, lang: str, first: int) -> bool:
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
        if cues is _NONE:
            return False
        if self._denied_by_answer(cues, first, last):
            return True
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
        """True where the sentence tells, before the match, what others do, or asks the reader what they did to him; everywhere
        in a text that is a warning or a notice."""
        if self.warned():
            return True
        reports = self.reports()
        if not reports and not self._asked():
            return False
        low, high = self.sentence(first)
        return bisect_left(reports, low) < bisect_left(reports, first) or (
            self._ends_with(high, "?") and bisect_left(self._asked(), low) < bisect_left(self._asked(), high)
        )

    def reports(self) -> list[int]:
        """Where a sentence begins to tell what others do, in order: the cue itself is not denied ("we are no swindlers")."""
        if self._reports is None:
            self._reports = sorted(low for lang, low, _ in self._all("report") if not self._just_denied(lang, low))
        return self._reports

    def tells(self) -> list[Span]:
        """The sentences that tell what others do or ask what they did, as tokens from the cue on."""
        told = [(at, self.sentence(at)[1]) for at in self.reports()]
        asked = (self.sentence(at) for at in self._asked())
        return [*told, *(span for span in asked if self._ends_with(span[1], "?"))]

    def warned(self) -> bool:
        """True where the text as a whole is an awareness notice, or a notice."""
        if self._warned is None:
            self._warned = any(not self._just_denied(lang, low) for lang, low, _ in self._all("warning")) or self.notice()
        return self._warned

    def notice(self) -> bool:
        """True where the text informs, helps, warns or complains: cues of several kinds say so, and none offers anything."""
        if self._notice is None:
            self._notice = self._informs() and not any(self._offers(*one) for one in self._all("offer"))
        return self._notice

    def _informs(self) -> bool:
        """True where cues of several kinds stand that do not overlap: what one phrase says twice is one cue."""
        spans: dict[str, list[Span]] = {}
        for groups in self.cues.values():
            for name, found in groups.items():
                if name.startswith("notice.") or name == "warning":
                    spans.setdefault(name.removeprefix("notice."), []).extend(found)
        asked = [(at, at + 1) for at in self._asked() if self._ends_with(self.sentence(at)[1], "?")]
        spans |= {
            name: found for name, found in (("question", asked), ("report", [(at, at + 1) for at in self.reports()])) if found
        }
        if len(spans) < KINDS:
            return False
        taken: set[int] = set()
        kinds: set[str] = set()
        for name in sorted(spans, key=lambda one: (one not in PLAIN, one)):
            free = [span for span in spans[name] if taken.isdisjoint(range(*span))]
            if free:
                kinds.add(name)
                taken |= _tokens(free)
        return len(kinds) > KINDS or (len(kinds) == KINDS and not kinds.isdisjoint(PLAIN))

    def _offers(self, lang: str, first: int, last: int) -> bool:
        low, _ = self.sentence(first)
        reported = bisect_left(self.reports(), low) < bisect_left(self.reports(), first)
        return not reported and not self.negated(lang, first, last) and not self.quoted(first, last)

    def _asked(self) -> list[int]:
        if self._questions is None:
            self._questions = sorted(low for _, low, _ in self._all("question"))
        return self._questions

    def _all(self, group: str) -> Iterable[tuple[str, int, int]]:
        return ((lang, low, high) for lang, groups in self.cues.items() for low, high in groups.get(group, ()))

    def _just_denied(self, lang: str, first: int) -> bool:
        """True where a negation stands directly before a cue, or a small word between ("not a fraud", "unlike" apart)."""
        before = self._cues(lang).before
        return first - 1 in before or (first - 2 in before and len(self.words[first - 1]) <= SMALL)

    def _ends_with(self, high: int, sign: str) -> bool:
        return high < len(self.words) and self.words[high] == sign

    def _denied_by_answer(self, cues: _Cues, first: int, last: int) -> bool:
        """True where the match is the name of a field or a question that is answered with no: "Deposit: none", "Fee? No."."""
        if not cues.answer:
            return False
        words = self.words
        for at in range(last, min(len(words) - 1, last + FIELD + 1)):
            if words[at] in ANSWERED:
                return self._says_no(cues, at + 1)
            if words[at] in SENTENCE_ENDS or words[at] in ",;":
                break
        _, high = self.sentence(first)
        return high - first <= CANCELS and self._ends_with(high, "?") and self._says_no(cues, high + 1)

    def _says_no(self, cues: _Cues, at: int) -> bool:
        """True where an answer stands that is whole: "none", "not needed", but no "not a problem for us"."""
        end = cues.answer.get(at, 0)
        return bool(end) and (end - at > 1 or end >= len(self.words) or self.words[end] in CLAUSE_ENDS)

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
            languages = [one for one in dict.fromkeys((lang, self.main)) if _negates(self.cues.get(one, {}))]
            if not languages:
                self._negations[lang] = _NONE
                return _NONE
            never = {low: high for one in languages for low, high in self._spans(one, "never")}
            exempt = _tokens(never.items())
            known = self._negations[lang] = _Cues(
                before=frozenset(_tokens(self._both(languages, "before")) - exempt),
                after=frozenset(_tokens(self._both(languages, "after"))),
                clause=frozenset(_tokens(self._both(languages, "clause"))),
                without=frozenset(_tokens(self._both(languages, "without"))),
                answer=dict(sorted(self._both(languages, "answer"))),
                never=never,
            )
        return known

    def _both(self, languages: Iterable[str], group: str) -> list[Span]:
        return [span for lang in languages for span in self._spans(lang, group)]

    def _spans(self, lang: str, group: str) -> Sequence[Span]:
        return self.cues.get(lang, {}).get(f"negation.{group}", ())


def _negates(groups: Iterable[str]) -> bool:
    return any(name.startswith("negation.") for name in groups)


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
