"""Sequences of a pattern as seen from their rarest word, the anchor: what else must stand around it, and where.

The other words at exact places, or beyond the only gap, are looked at here, which is all there is to find; of a sequence with
several gaps the words are only looked for, and spaCy's Matcher decides (indicators/engine.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import ahocorasick_rs

from indicators.syntax import Gap, Item, Sequence_, Slot
from indicators.tokens import SENTENCE_ENDS, Tokens

#: Words a slot remembers its answer for, before it forgets them all: adverts repeat a few thousand words over and over.
MAX_KNOWN = 4_000
#: Words of which is remembered what they anchor, before all are forgotten.
MAX_WORDS = 40_000
#: Longer ones are not remembered: nobody writes them twice.
MAX_REMEMBERED = 40

#: First token of a match, the one after its last, and the number of the rule.
Match = tuple[int, int, int]


class Test:
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


class Beyond(NamedTuple):
    """The words beyond the only gap of a sequence."""

    #: Their tests, in the order in which they stand.
    tests: tuple[Test, ...]
    #: Whether they stand after the anchor.
    after: bool
    #: How many tokens the gap can take.
    most: int


@dataclass(frozen=True, slots=True, eq=False)
class Anchored:
    """One sequence, seen from its anchor."""

    rule: int
    #: How many tokens can lie before and after the anchor; of a sequence with one gap, on this side of the gap.
    before: int
    after: int
    #: The most exactly placed other word, and where it can lie, as distances from the anchor (first, last).
    nearest: tuple[Test, int, int] | None = None
    #: Further words that have one place only, as distances from the anchor.
    fixed: tuple[tuple[Test, int], ...] = ()
    beyond: Beyond | None = None
    #: Of several gaps: the other words and where they can lie, and what spaCy's Matcher is to find.
    loose: tuple[tuple[Test, int, int], ...] = ()
    sequence: Sequence_ | None = None

    def match(self, words: list[str], token: int) -> Match | None:
        """The shortest match at an anchor beside which the fixed words are; None where those beyond the gap are not."""
        first, last = token - self.before, token + self.after + 1
        if self.beyond is None:
            return first, last, self.rule
        tests, after, most = self.beyond
        size = len(tests)
        if after:
            for start in range(last, min(last + most, len(words) - size) + 1):
                if stand(tests, words, start):
                    return first, start + size, self.rule
                if words[start] in SENTENCE_ENDS:
                    break
            return None
        for start in range(first - size, max(first - size - most, 0) - 1, -1):
            if stand(tests, words, start):
                return start, last, self.rule
            if words[start + size - 1] in SENTENCE_ENDS:
                break
        return None


def stand(tests: Sequence[Test], words: list[str], start: int) -> bool:
    """Whether tokens that fit stand one after another from a place on."""
    for at, test in enumerate(tests, start):
        fits = test.known.get(words[at])
        if not (test.fits(words[at]) if fits is None else fits):
            return False
    return True


def fixed_there(anchored: Anchored, words: list[str], token: int) -> bool:
    """Whether the words that have one place only are there."""
    count = len(words)
    for test, distance in anchored.fixed:
        at = token + distance
        if at < 0 or at >= count:
            return False
        fits = test.known.get(words[at])
        if not (test.fits(words[at]) if fits is None else fits):
            return False
    return True


def loose_there(anchored: Anchored, words: list[str], token: int) -> bool:
    """Whether the words that have several places are near enough."""
    for test, first, last in anchored.loose:
        low, high = token + first, token + last + 1
        known = test.known
        for word in words[low if low > 0 else 0 : high if high > 0 else 0]:
            fits = known.get(word)
            if test.fits(word) if fits is None else fits:
                break
        else:
            return False
    return True


class Group:
    """Sequences of one anchor whose most exactly placed other word lies at the same distances from it."""

    __slots__ = ("_members", "first", "known", "last", "useless")

    def __init__(self, first: int, last: int, members: Sequence[Anchored]) -> None:
        self.first, self.last = first, last
        self._members = members
        #: Word at these distances -> the sequences that it can belong to, for the words asked about lately.
        self.known: dict[str, tuple[Anchored, ...]] = {}
        #: Of these the words that no sequence has: most windows hold no others.
        self.useless: set[str] = set()

    def fitting(self, word: str) -> tuple[Anchored, ...]:
        """The sequences whose first other word this can be."""
        found = tuple(one for one in self._members if one.nearest is not None and one.nearest[0].fits(word))
        if len(self.known) >= MAX_KNOWN:
            self.known.clear()
            self.useless.clear()
        self.known[word] = found
        if not found:
            self.useless.add(word)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """What one literal, or one word, is the anchor of."""

    #: Rules of which this one word is a match, and sequences with other words: at one place only, or somewhere.
    whole: tuple[int, ...]
    beside: tuple[Group, ...]
    around: tuple[Group, ...]


class Index:
    """Which words anchor which sequences of some rules. Safe to share between threads."""

    def __init__(self, rules: Iterable[tuple[int, Sequence_]], counts: Mapping[str, int]) -> None:
        """``counts``: how often literals occur in what texts look like; the rarer a word, the better an anchor it makes."""
        self._tests: dict[Slot, Test] = {}
        anchors: dict[str, list[Anchored]] = {}
        for rule, sequence in rules:
            at, literals = _anchor(sequence, counts)
            anchored = self._compile(rule, sequence, at)
            for literal in literals:
                anchors.setdefault(literal, []).append(anchored)
        self._anchors = [_grouped(anchored) for anchored in anchors.values()]
        #: Word -> what it is the anchor of, for the words met lately; None for most.
        self.words: dict[str, Anchors | None] = {}
        self._automaton = ahocorasick_rs.AhoCorasick(list(anchors), implementation=ahocorasick_rs.Implementation.DFA)

    def anchors_of(self, word: str) -> Anchors | None:
        """What a word is the anchor of: no literal reaches over a word's end."""
        numbers = {number for number, _, _ in self._automaton.find_matches_as_indexes(f" {word} ", overlapping=True)}
        parts = [self._anchors[number] for number in sorted(numbers)]
        if not parts:
            found = None
        elif len(parts) == 1:
            found = parts[0]
        else:
            whole = dict.fromkeys(rule for part in parts for rule in part.whole)
            beside = (group for part in parts for group in part.beside)
            found = Anchors(tuple(whole), tuple(beside), tuple(group for part in parts for group in part.around))
        if len(word) <= MAX_REMEMBERED:
            if len(self.words) >= MAX_WORDS:
                self.words.clear()
            self.words[word] = found
        return found

    def _compile(self, rule: int, sequence: Sequence_, at: int) -> Anchored:
        if len(sequence) == 1:
            return Anchored(rule, 0, 0)
        others: list[tuple[Test, int, int]] = []
        for step, side in ((1, sequence[at + 1 :]), (-1, sequence[:at][::-1])):
            near = far = step
            for item in side:
                if isinstance(item, Gap):
                    far += step * item.most
                    continue
                others.append((self._test(item), min(near, far), max(near, far)))
                near, far = near + step, far + step
        nearest, *others = sorted(others, key=lambda other: other[2] - other[1])
        fixed = tuple((test, first) for test, first, last in others if first == last)
        gaps = [place for place, item in enumerate(sequence) if isinstance(item, Gap)]
        if len(gaps) > 1:
            before, after = sum(map(_width, sequence[:at])), sum(map(_width, sequence[at + 1 :]))
            loose = tuple(other for other in others if other[1] != other[2])
            return Anchored(rule, before, after, nearest, fixed, None, loose, sequence)
        if not gaps:
            return Anchored(rule, at, len(sequence) - at - 1, nearest, fixed)
        gap = gaps[0]
        beyond = self._beyond(sequence, gap, after=gap > at)
        if gap > at:
            return Anchored(rule, at, gap - at - 1, nearest, fixed, beyond)
        return Anchored(rule, at - gap - 1, len(sequence) - at - 1, nearest, fixed, beyond)

    def _beyond(self, sequence: Sequence_, gap: int, *, after: bool) -> Beyond:
        side = sequence[gap + 1 :] if after else sequence[:gap]
        tests = tuple(self._test(item) for item in side if isinstance(item, Slot))
        return Beyond(tests, after, _width(sequence[gap]))

    def _test(self, slot: Slot) -> Test:
        return self._tests.setdefault(slot, Test(slot))


def _grouped(anchored: Sequence[Anchored]) -> Anchors:
    groups: dict[tuple[int, int], list[Anchored]] = {}
    for one in anchored:
        if one.nearest is not None:
            groups.setdefault(one.nearest[1:], []).append(one)
    whole = dict.fromkeys(one.rule for one in anchored if one.nearest is None)
    made = [Group(first, last, members) for (first, last), members in groups.items()]
    beside = tuple(group for group in made if group.first == group.last)
    return Anchors(tuple(whole), beside, tuple(group for group in made if group.first != group.last))


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


def frequencies(rules: Iterable[Sequence[Sequence_]], sample: Iterable[Tokens]) -> Mapping[str, int]:
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
