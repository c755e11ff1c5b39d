"""Finds the patterns of many rules in a text, in time linear in its length.

Token patterns are the slow part of spaCy, so they are only tried where they can succeed: one Aho-Corasick pass finds the
rarest word of each pattern (its anchor), and spaCy's Matcher looks at the few tokens around it. Patterns of one token need no
Matcher at all: there the anchor is the match.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    """One sequence, and how many tokens can lie before and after its anchor."""

    rule: int
    before: int
    after: int
    #: None where the anchor is the whole sequence.
    matcher: Matcher | None


class Engine:
    """Compiled rules; ``scan`` may be called from several threads."""

    def __init__(self, rules: Mapping[int, Sequence[Sequence_]]) -> None:
        self._vocab = Vocab()
        self._lock = threading.Lock()
        anchors: dict[str, list[_Anchored]] = {}
        for rule, sequences in rules.items():
            for sequence in sequences:
                at, literals = _anchor(sequence)
                anchored = self._compile(rule, sequence, at)
                for literal in literals:
                    anchors.setdefault(literal, []).append(anchored)
        self._literals = list(anchors)
        self._anchored = list(anchors.values())
        self._automaton = ahocorasick_rs.AhoCorasick(self._literals) if self._literals else None

    def _compile(self, rule: int, sequence: Sequence_, at: int) -> _Anchored:
        before = sum(_width(item) for item in sequence[:at])
        after = sum(_width(item) for item in sequence[at + 1 :])
        if len(sequence) == 1:
            return _Anchored(rule, 0, 0, None)
        matcher = Matcher(self._vocab, validate=False)
        matcher.add("rule", [[_spec(item) for item in sequence]])
        return _Anchored(rule, before, after, matcher)

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
        windows: dict[_Anchored, list[tuple[int, int]]] = {}
        if self._automaton is None or not words:
            return windows
        starts, at = [], 1
        for word in words:
            starts.append(at)
            at += len(word) + 1
        joined = f" {' '.join(words)} "
        for number, begin, _end in self._automaton.find_matches_as_indexes(joined, overlapping=True):
            # A literal begins with the space before its word, or inside the word itself.
            token = bisect_right(starts, begin + 1) - 1
            for anchored in self._anchored[number]:
                low, high = max(0, token - anchored.before), min(len(words), token + anchored.after + 1)
                windows.setdefault(anchored, []).append((low, high))
        return windows

    def _match(self, words: list[str], pending: list[tuple[_Anchored, list[tuple[int, int]]]]) -> list[Found]:
        found: list[Found] = []
        # The zone frees the words of this text again: a long-running process must not keep every word it ever read.
        with self._lock, self._vocab.memory_zone():
            doc = Doc(self._vocab, words=words)
            for anchored, spans in pending:
                matcher = anchored.matcher
                assert matcher is not None  # noqa: S101 - only sequences with a matcher are pending
                for low, high in spans:
                    for _, first, last in matcher(doc[low:high]):
                        found.append(Found(anchored.rule, low + first, low + last))
        return found


def _anchor(sequence: Sequence_) -> tuple[int, list[str]]:
    """The slot that is rarest to occur, and its literals as they stand in the joined tokens."""
    best: tuple[tuple[int, int], int, list[str]] | None = None
    for at, item in enumerate(sequence):
        if isinstance(item, Gap) or item.number:
            continue
        literals = (
            [f" {word} " for word in item.words]
            + [f" {prefix}" for prefix in item.prefixes]
            + [f"{suffix} " for suffix in item.suffixes]
            + list(item.parts)
        )
        worth = (min(min(len(literal.strip()) for literal in literals), 6), -len(literals))
        if best is None or worth > best[0]:
            best = worth, at, literals
    assert best is not None  # noqa: S101 - syntax.parse refuses patterns without a word
    return best[1], sorted(set(best[2]))


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
