"""Finds the patterns of many rules in a text, in time linear in its length.

Token patterns are the slow part of spaCy, so they are only tried where they can succeed: the rarest word of each pattern is its
anchor (Aho-Corasick tells of a word which anchors it is, once, as adverts repeat their words), a glance at the tokens around it
tells whether the other words are there at all, and only then spaCy's Matcher decides about order and gaps. Patterns without a
gap need no Matcher: the glance is the match.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from typing import Any, NamedTuple

import ahocorasick_rs
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from indicators.syntax import Gap, Item, Sequence_, Slot
from indicators.tokens import SENTENCE_ENDS, Tokens

#: Beyond this many tokens the rest of an advert is not searched: 200,000 tokens are a book, not an advert.
MAX_TOKENS = 200_000


class Found(NamedTuple):
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
    #: What spaCy's Matcher is to find; None where there is no gap, so that every word has one place only and the look around
    #: the anchor is exact.
    sequence: Sequence_ | None


#: Words a slot remembers its answer for, before it forgets them all: adverts repeat a few thousand words over and over.
MAX_KNOWN = 4_000
#: Words of which is remembered what they anchor, before all are forgotten.
MAX_WORDS = 40_000
#: Lexemes after which spaCy's vocabulary is made anew: it keeps every word it ever saw, some 100 bytes each. Its memory zones
#: would free each text's words at once, but then every word is made and judged again for every text.
MAX_LEXEMES = 100_000
#: Longer ones are not remembered: nobody writes them twice.
MAX_REMEMBERED = 40


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


class _Group:
    """Sequences of one anchor whose most exactly placed other word lies at the same distances from it."""

    __slots__ = ("_members", "first", "known", "last", "useless")

    def __init__(self, first: int, last: int, members: Sequence[_Anchored]) -> None:
        self.first, self.last = first, last
        self._members = members
        #: Word at these distances -> the sequences that it can belong to, for the words asked about lately.
        self.known: dict[str, tuple[_Anchored, ...]] = {}
        #: Of these the words that no sequence has: most windows hold no others.
        self.useless: set[str] = set()

    def fitting(self, word: str) -> tuple[_Anchored, ...]:
        """The sequences whose first other word this can be."""
        found = tuple(one for one in self._members if one.others[0][0].fits(word))
        if len(self.known) >= MAX_KNOWN:
            self.known.clear()
            self.useless.clear()
        self.known[word] = found
        if not found:
            self.useless.add(word)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Anchors:
    """What one literal, or one word, is the anchor of."""

    #: Sequences of this one word, and those with others.
    whole: tuple[_Anchored, ...]
    groups: tuple[_Group, ...]


class Engine:
    """Compiled rules; ``scan`` may be called from several threads."""

    def __init__(self, rules: Mapping[int, Sequence[Sequence_]], sample: Iterable[Tokens] = ()) -> None:
        """``sample`` is what texts look like: the rarer a word is there, the better an anchor it makes."""
        self._vocab = Vocab()
        self._matchers: dict[_Anchored, Matcher] = {}
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
        self._anchors = [_grouped(anchored) for anchored in anchors.values()]
        #: Word -> what it is the anchor of, for the words met lately; None for most.
        self._words: dict[str, _Anchors | None] = {}
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
        return _Anchored(rule, before, after, tuple(others), sequence)

    def scan(self, tokens: Tokens) -> list[Found]:
        """All matches, per rule the shortest ones that do not overlap, in order of place."""
        words = tokens.words[:MAX_TOKENS]
        windows = self._windows(words)
        found: list[Found] = []
        pending: list[tuple[_Anchored, list[tuple[int, int]]]] = []
        for anchored, spans in windows.items():
            if anchored.sequence is None:
                found += [Found(anchored.rule, first, last) for first, last in spans]
            else:
                pending.append((anchored, _joined(spans)))
        if pending:
            found += self._match(words, pending)
        return _shortest(found)

    def _windows(self, words: list[str]) -> dict[_Anchored, list[tuple[int, int]]]:
        """Where each sequence may stand: its anchor is there, and every other word of it near enough."""
        windows: dict[_Anchored, list[tuple[int, int]]] = {}
        count, known = len(words), self._words
        for token, word in enumerate(words):
            try:
                anchors = known[word]
            except KeyError:
                anchors = self._anchors_of(word)
            if anchors is None:
                continue
            for anchored in anchors.whole:
                windows.setdefault(anchored, []).append((token, token + 1))
            for group in anchors.groups:
                low, high = token + group.first, token + group.last + 1
                window = words[low if low > 0 else 0 : high if high > 0 else 0]
                if group.useless.issuperset(window):
                    continue
                fitting = group.known
                for other in window:
                    found = fitting.get(other)
                    for anchored in group.fitting(other) if found is None else found:
                        if len(anchored.others) == 1 or _all_there(anchored, words, token):
                            reach = max(0, token - anchored.before), min(count, token + anchored.after + 1)
                            windows.setdefault(anchored, []).append(reach)
        return windows

    def _anchors_of(self, word: str) -> _Anchors | None:
        """What a word is the anchor of: no literal reaches over a word's end."""
        numbers = {number for number, _, _ in self._automaton.find_matches_as_indexes(f" {word} ", overlapping=True)}
        parts = [self._anchors[number] for number in sorted(numbers)]
        if not parts:
            found = None
        elif len(parts) == 1:
            found = parts[0]
        else:
            whole = dict.fromkeys(one for part in parts for one in part.whole)
            found = _Anchors(tuple(whole), tuple(group for part in parts for group in part.groups))
        if len(word) <= MAX_REMEMBERED:
            if len(self._words) >= MAX_WORDS:
                self._words.clear()
            self._words[word] = found
        return found

    def _match(self, words: list[str], pending: list[tuple[_Anchored, list[tuple[int, int]]]]) -> list[Found]:
        found: list[Found] = []
        with self._lock:
            if len(self._vocab) > MAX_LEXEMES:
                self._vocab, self._matchers = Vocab(), {}
            # Only words that some window covers: spaCy looks every word up.
            covered = _joined([span for _, spans in pending for span in spans])
            doc = Doc(self._vocab, words=[word for low, high in covered for word in words[low:high]])
            lows = [low for low, _ in covered]
            before = list(accumulate((high - low for low, high in covered), initial=0))
            for anchored, spans in pending:
                matcher = self._matchers.get(anchored) or self._matcher(anchored)
                for low, high in spans:
                    at = bisect_right(lows, low) - 1
                    begin = before[at] + low - lows[at]
                    for _, first, last in matcher(doc[begin : begin + high - low]):
                        found.append(Found(anchored.rule, low + first, low + last))
        return found

    def _matcher(self, anchored: _Anchored) -> Matcher:
        """The Matcher of a sequence, made when it is first wanted: most never are."""
        matcher = Matcher(self._vocab, validate=False)
        matcher.add("rule", [[_spec(item) for item in anchored.sequence or ()]])
        self._matchers[anchored] = matcher
        return matcher


def _grouped(anchored: Sequence[_Anchored]) -> _Anchors:
    groups: dict[tuple[int, int], list[_Anchored]] = {}
    for one in anchored:
        if one.others:
            groups.setdefault(one.others[0][1:], []).append(one)
    whole = tuple(one for one in anchored if not one.others)
    return _Anchors(whole, tuple(_Group(first, last, members) for (first, last), members in groups.items()))


def _all_there(anchored: _Anchored, words: list[str], token: int) -> bool:
    """Whether the other words, the first apart, are near enough to an anchor."""
    for test, first, last in anchored.others[1:]:
        low, high = token + first, token + last + 1
        known = test.known
        for word in words[low if low > 0 else 0 : high if high > 0 else 0]:
            fits = known.get(word)
            if test.fits(word) if fits is None else fits:
                break
        else:
            return False
    return True


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
    by_rule: dict[int, set[Found]] = {}
    for one in found:
        by_rule.setdefault(one.rule, set()).add(one)
    kept: list[Found] = []
    for same in by_rule.values():
        kept += same if len(same) == 1 else _apart(same)
    return sorted(kept, key=_PLACE)


_PLACE = itemgetter(1, 2, 0)


def _apart(same: Iterable[Found]) -> Iterator[Found]:
    """Of one rule's matches those that do not overlap a shorter one."""
    firsts: list[int] = []
    lasts: list[int] = []
    for one in sorted(same, key=lambda one: (one.last - one.first, one.first)):
        at = bisect_right(firsts, one.first)
        if (at and lasts[at - 1] > one.first) or (at < len(firsts) and firsts[at] < one.last):
            continue
        firsts.insert(at, one.first)
        lasts.insert(at, one.last)
        yield one
