"""Finds the patterns of many rules in a text, in time linear in its length.

Token patterns are the slow part of spaCy, so they are only tried where they can succeed: one Aho-Corasick pass finds the
rarest word of each pattern (its anchor), a glance at the tokens around it tells whether the other words are there at all, and
only then spaCy's Matcher decides about order and gaps. Patterns without a gap need no Matcher: the glance is the match.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import ahocorasick_rs
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from indicators.syntax import Gap, Item, Sequence_, Slot
from indicators.tokens import SENTENCE_ENDS, Tokens

#: Beyond this many tokens the rest of an advert is not searched: 200,000 tokens are a book, not an advert.
MAX_TOKENS = 200_000


@dataclass(frozen=True, slots=True)
class Found:
    """Tokens ``[first, last)`` match the rule of that number."""

    rule: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class _Anchored:
    """One sequence, seen from its anchor."""

    rule: int
    #: How many tokens can lie before and after the anchor.
    before: int
    after: int
    #: The other words and where they can lie, as distances from the anchor (first, last), the most exact place first.
    others: tuple[tuple[_Test, int, int], ...]
    #: None where there is no gap, so that every word has one place only and the look around the anchor is exact.
    matcher: Matcher | None


#: Words a slot remembers its answer for, before it forgets them all: adverts repeat a few thousand words over and over.
MAX_KNOWN = 4_000


class _Test:
    """Whether a token can stand in a slot; the same for equal slots, which the catalogue has many of."""

    __slots__ = ("_parts", "_prefixes", "_suffixes", "_words", "known")

    def __init__(self, slot: Slot) -> None:
        self._words = slot.words
        self._prefixes = (*sorted(slot.prefixes), *("0123456789" if slot.number else ""))
        self._suffixes = tuple(sorted(slot.suffixes))
        self._parts = tuple(sorted(slot.parts))
        #: Word -> answer, for the words asked about lately.
        self.known: dict[str, bool] = {}

    def fits(self, word: str) -> bool:
        """True where the token can stand here."""
        answer = (
            word in self._words
            or word.startswith(self._prefixes)
            or word.endswith(self._suffixes)
            or (bool(self._parts) and any(part in word for part in self._parts))
        )
        if len(self.known) >= MAX_KNOWN:
            self.known.clear()
        self.known[word] = answer
        return answer


class Engine:
    """Compiled rules; ``scan`` may be called from several threads."""

    def __init__(self, rules: Mapping[int, Sequence[Sequence_]], sample: Iterable[Tokens] = ()) -> None:
        """``sample`` is what texts look like: the rarer a word is there, the better an anchor it makes."""
        self._vocab = Vocab()
        self._lock = threading.Lock()
        self._tests: dict[Slot, _Test] = {}
        anchors: dict[str, list[_Anchored]] = {}
        counts = _frequencies(rules.values(), sample)
        for rule, sequences in rules.items():
            for sequence in sequences:
                at, literals = _anchor(sequence, counts)
                anchored = self._compile(rule, sequence, at)
                for literal in literals:
                    anchors.setdefault(literal, []).append(anchored)
        self._anchored = list(anchors.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(anchors), implementation=ahocorasick_rs.Implementation.DFA)

    def _compile(self, rule: int, sequence: Sequence_, at: int) -> _Anchored:
        if len(sequence) == 1:
            return _Anchored(rule, 0, 0, (), None)
        others: list[tuple[_Test, int, int]] = []
        for step, side in ((1, sequence[at + 1 :]), (-1, sequence[:at][::-1])):
            near = far = step
            for item in side:
                if isinstance(item, Gap):
                    far += step * item.most
                    continue
                test = self._tests.setdefault(item, _Test(item))
                others.append((test, min(near, far), max(near, far)))
                near, far = near + step, far + step
        others.sort(key=lambda other: other[2] - other[1])
        before, after = sum(map(_width, sequence[:at])), sum(map(_width, sequence[at + 1 :]))
        if not any(isinstance(item, Gap) for item in sequence):
            return _Anchored(rule, before, after, tuple(others), None)
        matcher = Matcher(self._vocab, validate=False)
        matcher.add("rule", [[_spec(item) for item in sequence]])
        return _Anchored(rule, before, after, tuple(others), matcher)

    def scan(self, tokens: Tokens) -> list[Found]:
        """All matches, per rule the shortest ones that do not overlap, in order of place."""
        words = tokens.words[:MAX_TOKENS]
        windows = self._windows(words)
        found: list[Found] = []
        pending: list[tuple[_Anchored, list[tuple[int, int]]]] = []
        for anchored, spans in windows.items():
            if anchored.matcher is None:
                found += [Found(anchored.rule, first, last) for first, last in spans]
            else:
                pending.append((anchored, _joined(spans)))
        if pending:
            found += self._match(words, pending)
        return _shortest(found)

    def _windows(self, words: list[str]) -> dict[_Anchored, list[tuple[int, int]]]:
        """Where each sequence may stand: its anchor is there, and every other word of it near enough."""
        windows: dict[_Anchored, list[tuple[int, int]]] = {}
        starts = list(accumulate((len(word) + 1 for word in words), initial=1))
        joined = f" {' '.join(words)} "
        count = len(words)
        for number, begin, _end in self._automaton.find_matches_as_indexes(joined, overlapping=True):
            # A literal begins with the space before its word, or inside the word itself.
            token = bisect_right(starts, begin + 1) - 1
            for anchored in self._anchored[number]:
                for test, first, last in anchored.others:
                    low, high = token + first, token + last + 1
                    known = test.known
                    for word in words[low if low > 0 else 0 : high if high > 0 else 0]:
                        fits = known.get(word)
                        if test.fits(word) if fits is None else fits:
                            break
                    else:
                        break
                else:
                    low, high = max(0, token - anchored.before), min(count, token + anchored.after + 1)
                    windows.setdefault(anchored, []).append((low, high))
        return windows

    def _match(self, words: list[str], pending: list[tuple[_Anchored, list[tuple[int, int]]]]) -> list[Found]:
        found: list[Found] = []
        # The zone frees the words of this text again: a long-running process must not keep every word it ever read.
        with self._lock, self._vocab.memory_zone():
            # Only words that some window covers: spaCy looks every word up anew.
            covered = _joined([span for _, spans in pending for span in spans])
            doc = Doc(self._vocab, words=[word for low, high in covered for word in words[low:high]])
            lows = [low for low, _ in covered]
            before = list(accumulate((high - low for low, high in covered), initial=0))
            for anchored, spans in pending:
                matcher = anchored.matcher
                assert matcher is not None  # noqa: S101 - only sequences with a matcher are pending
                for low, high in spans:
                    at = bisect_right(lows, low) - 1
                    begin = before[at] + low - lows[at]
                    for _, first, last in matcher(doc[begin : begin + high - low]):
                        found.append(Found(anchored.rule, low + first, low + last))
        return found


def _anchor(sequence: Sequence_, counts: Mapping[str, int]) -> tuple[int, list[str]]:
    """The slot that is rarest to occur, and its literals as they stand in the joined tokens."""
    best: tuple[tuple[int, int, int], int, list[str]] | None = None
    for at, item in enumerate(sequence):
        if isinstance(item, Gap) or item.number:
            continue
        literals = _literals(item)
        shortest = min(len(literal.strip()) for literal in literals)
        worth = (-sum(counts.get(literal, 0) for literal in literals), min(shortest, 6), -len(literals))
        if best is None or worth > best[0]:
            best = worth, at, literals
    assert best is not None  # noqa: S101 - syntax.parse refuses patterns without a word
    return best[1], sorted(set(best[2]))


def _literals(slot: Slot) -> list[str]:
    """What stands in the joined tokens wherever the slot is filled, a number apart."""
    return (
        [f" {word} " for word in slot.words]
        + [f" {prefix}" for prefix in slot.prefixes]
        + [f"{suffix} " for suffix in slot.suffixes]
        + list(slot.parts)
    )


def _frequencies(rules: Iterable[Sequence[Sequence_]], sample: Iterable[Tokens]) -> Mapping[str, int]:
    """How often each literal of the rules occurs in the sample."""
    texts = [f" {' '.join(tokens.words)} " for tokens in sample]
    if not texts:
        return {}
    slots = {item for sequences in rules for sequence in sequences for item in sequence if isinstance(item, Slot)}
    literals = sorted({literal for slot in slots for literal in _literals(slot)})
    automaton = ahocorasick_rs.AhoCorasick(literals)
    counts = Counter(number for text in texts for number, _, _ in automaton.find_matches_as_indexes(text, overlapping=True))
    return {literals[number]: count for number, count in counts.items()}


def _width(item: Item) -> int:
    return item.most if isinstance(item, Gap) else 1


def _spec(item: Item) -> dict[str, Any]:
    if isinstance(item, Gap):
        return {"ORTH": {"NOT_IN": sorted(SENTENCE_ENDS)}, "OP": f"{{0,{item.most}}}"}
    if len(item.words) == 1 and not (item.prefixes or item.suffixes or item.parts or item.number):
        return {"ORTH": next(iter(item.words))}
    if not (item.prefixes or item.suffixes or item.parts or item.number):
        return {"ORTH": {"IN": sorted(item.words)}}
    return {"ORTH": {"REGEX": _regex(item)}}


def _regex(slot: Slot) -> str:
    options = [f"^{re.escape(word)}$" for word in sorted(slot.words)]
    options += [f"^{re.escape(prefix)}" for prefix in sorted(slot.prefixes)]
    options += [f"{re.escape(suffix)}$" for suffix in sorted(slot.suffixes)]
    options += [re.escape(part) for part in sorted(slot.parts)]
    if slot.number:
        options.append(r"^\d")
    return "|".join(options)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Windows that overlap become one, so that no token is looked at twice for one sequence."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if joined and low < joined[-1][1]:
            joined[-1] = joined[-1][0], max(high, joined[-1][1])
        else:
            joined.append((low, high))
    return joined


def _shortest(found: list[Found]) -> list[Found]:
    """Per rule: the shorter of two overlapping matches, the earlier of two equally long."""
    kept: list[Found] = []
    rule, firsts, lasts = -1, [], []  # type: int, list[int], list[int]
    for one in sorted(set(found), key=lambda one: (one.rule, one.last - one.first, one.first)):
        if one.rule != rule:
            rule, firsts, lasts = one.rule, [], []
        at = bisect_right(firsts, one.first)
        if (at and lasts[at - 1] > one.first) or (at < len(firsts) and firsts[at] < one.last):
            continue
        firsts.insert(at, one.first)
        lasts.insert(at, one.last)
        kept.append(one)
    return sorted(kept, key=lambda one: (one.first, one.last, one.rule))
