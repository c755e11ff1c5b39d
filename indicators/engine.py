"""Finds the patterns of many rules in a text, in time linear in its length.

Token patterns are the slow part of spaCy, so they are only tried where they can succeed: the rarest word of each pattern is its
anchor (Aho-Corasick tells of a word which anchors it is, once, as adverts repeat their words), a glance at the tokens around it
tells whether the other words are there at all, and only then spaCy's Matcher decides about order and gaps. Patterns with one
gap or none need no Matcher: the glance is the match. And as copies of an advert repeat its sentences, what was found in a
sentence is remembered.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from indicators.anchors import Anchored, Anchors, Index, Match, fixed_there, frequencies, loose_there
from indicators.syntax import Gap, Item, Sequence_, Slot
from indicators.tokens import SENTENCE_ENDS, Tokens

#: Beyond this many tokens the rest of an advert is not searched: 200,000 tokens are a book, not an advert.
MAX_TOKENS = 200_000
#: Lexemes after which spaCy's vocabulary is made anew: it keeps every word it ever saw, some 100 bytes each. Its memory zones
#: would free each text's words at once, but then every word is made and judged again for every text.
MAX_LEXEMES = 100_000
#: Sentences remembered, some 2 KB each, and the longest that is, in tokens: a crawl's copies stand near one another.
MAX_SENTENCES, MAX_LENGTH = 8_192, 120

_Spans = list[tuple[int, int]]


class Engine:
    """Compiled rules; ``scan`` may be called from several threads."""

    def __init__(self, rules: Mapping[int, Sequence[Sequence_]], sample: Iterable[Tokens] = ()) -> None:
        """``sample`` is what texts look like: the rarer a word is there, the better an anchor it makes."""
        self._vocab = Vocab()
        self._matchers: dict[Anchored, Matcher] = {}
        self._lock = threading.Lock()
        counts = frequencies(rules.values(), sample)
        # Rules that may reach over the end of a sentence ("police? no") are looked for in the text as a whole.
        across = {rule for rule, sequences in rules.items() if any(map(_reaches_over, sequences))}
        every = [(rule, sequence) for rule, sequences in rules.items() for sequence in sequences]
        self._within = Index([one for one in every if one[0] not in across], counts)
        self._across = Index([one for one in every if one[0] in across], counts) if across else None
        #: Words of a sentence -> what was found in it.
        self._sentences: dict[str, list[Match]] = {}

    def scan(self, tokens: Tokens) -> list[Match]:
        """All matches in order of place (first token, the one after the last, rule); of a rule those not over a shorter one."""
        words = tokens.words[:MAX_TOKENS]
        found: list[Match] = []
        begin = 0
        for end in _ends(words):
            part = words[begin:end]
            known = self._sentences.get(key := " ".join(part))
            if known is None:
                known = self._found(self._within, part)
                if len(part) <= MAX_LENGTH:
                    if len(self._sentences) >= MAX_SENTENCES:
                        self._sentences.clear()
                    self._sentences[key] = known
            found += [(first + begin, last + begin, rule) for first, last, rule in known] if begin else known
            begin = end
        if self._across is not None and (over := self._found(self._across, words)):
            found = sorted(found + over)
        return found

    def forget(self) -> None:
        """Forget the sentences met lately (for measurements)."""
        self._sentences.clear()

    def _found(self, index: Index, words: list[str]) -> list[Match]:
        found, pending = _look(index, words)
        if pending:
            found += self._match(words, {anchored: _joined(spans) for anchored, spans in pending.items()})
        return _shortest(found)

    def _match(self, words: list[str], pending: Mapping[Anchored, _Spans]) -> list[Match]:
        found: list[Match] = []
        with self._lock:
            if len(self._vocab) > MAX_LEXEMES:
                self._vocab, self._matchers = Vocab(), {}
            # Only words that some window covers: spaCy looks every word up.
            covered = _joined([span for spans in pending.values() for span in spans])
            doc = Doc(self._vocab, words=[word for low, high in covered for word in words[low:high]])
            lows = [low for low, _ in covered]
            before = list(accumulate((high - low for low, high in covered), initial=0))
            for anchored, spans in pending.items():
                matcher = self._matchers.get(anchored) or self._matcher(anchored)
                for low, high in spans:
                    at = bisect_right(lows, low) - 1
                    begin = before[at] + low - lows[at]
                    for _, first, last in matcher(doc[begin : begin + high - low]):
                        found.append((low + first, low + last, anchored.rule))
        return found

    def _matcher(self, anchored: Anchored) -> Matcher:
        """The Matcher of a sequence, made when it is first wanted: most never are."""
        matcher = Matcher(self._vocab, validate=False)
        matcher.add("rule", [[_spec(item) for item in anchored.sequence or ()]])
        self._matchers[anchored] = matcher
        return matcher


def _look(index: Index, words: list[str]) -> tuple[list[Match], dict[Anchored, _Spans]]:
    """Matches, and where sequences with several gaps may stand: the anchor is there, and every other word near enough."""
    found: list[Match] = []
    pending: dict[Anchored, _Spans] = {}
    count, known = len(words), index.words
    for token, word in enumerate(words):
        try:
            anchors = known[word]
        except KeyError:
            anchors = index.anchors_of(word)
        if anchors is None:
            continue
        if anchors.whole:
            found += [(token, token + 1, rule) for rule in anchors.whole]
        for anchored in _candidates(anchors, words, token) if anchors.beside or anchors.around else ():
            if anchored.fixed and not fixed_there(anchored, words, token):
                continue
            if anchored.sequence is None:
                if (match := anchored.match(words, token)) is not None:
                    found.append(match)
            elif loose_there(anchored, words, token):
                reach = max(0, token - anchored.before), min(count, token + anchored.after + 1)
                pending.setdefault(anchored, []).append(reach)
    return found, pending


def _candidates(anchors: Anchors, words: list[str], token: int) -> Sequence[Anchored]:
    """The sequences of an anchor whose nearest other word is there."""
    found: tuple[Anchored, ...] = ()
    count = len(words)
    for group in anchors.beside:
        at = token + group.first
        if 0 <= at < count:
            fitting = group.known.get(words[at])
            if fitting is None:
                fitting = group.fitting(words[at])
            if fitting:
                found += fitting
    for group in anchors.around:
        low, high = token + group.first, token + group.last + 1
        window = words[low if low > 0 else 0 : high if high > 0 else 0]
        if group.useless.issuperset(window):
            continue
        for other in window:
            fitting = group.known.get(other)
            if fitting is None:
                fitting = group.fitting(other)
            if fitting:
                found += fitting
    return found


def _ends(words: Sequence[str]) -> Iterator[int]:
    """Where sentences end, each with the signs that end it."""
    for at, word in enumerate(words, 1):
        if word in SENTENCE_ENDS and (at == len(words) or words[at] not in SENTENCE_ENDS):
            yield at
    if words and words[-1] not in SENTENCE_ENDS:
        yield len(words)


def _reaches_over(sequence: Sequence_) -> bool:
    """Whether a sign that ends sentences is in a sequence, but at its end."""
    return any(isinstance(item, Slot) and not item.words.isdisjoint(SENTENCE_ENDS) for item in sequence[:-1])


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


def _joined(spans: _Spans) -> _Spans:
    """Windows that overlap become one, so that no token is looked at twice for one sequence."""
    joined: _Spans = []
    for low, high in sorted(spans):
        if joined and low < joined[-1][1]:
            joined[-1] = joined[-1][0], max(high, joined[-1][1])
        else:
            joined.append((low, high))
    return joined


def _shortest(found: list[Match]) -> list[Match]:
    """Per rule: the shorter of two overlapping matches, the earlier of two equally long."""
    alone: dict[int, Match] = {}
    several: dict[int, set[Match]] = {}
    for one in found:
        first = alone.setdefault(one[2], one)
        if first != one:
            several.setdefault(one[2], {first}).add(one)
    kept = [one for rule, one in alone.items() if rule not in several] if several else list(alone.values())
    for same in several.values():
        kept += _apart(same)
    return sorted(kept)


def _apart(same: Iterable[Match]) -> Iterator[Match]:
    """Of one rule's matches those that do not overlap a shorter one."""
    firsts: list[int] = []
    lasts: list[int] = []
    for one in sorted(same, key=lambda one: (one[1] - one[0], one[0])):
        at = bisect_right(firsts, one[0])
        if (at and lasts[at - 1] > one[0]) or (at < len(firsts) and firsts[at] < one[1]):
            continue
        firsts.insert(at, one[0])
        lasts.insert(at, one[1])
        yield one
