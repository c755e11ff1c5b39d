"""Like texts: the same wording, whatever the alphabet, with other names, numbers and a few other words."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz import fuzz

from clusters.compare.base import Compared, Known
from clusters.form import form_of
from strazha.model import Linkable

#: Unlike adverts of one language have .42 in the median and .50 at most among the 25,000 pairs of a small set, .54 among
#: millions; rewritten copies of one text begin at .60.
UNLIKE = 0.54
ALIKE = 0.70
#: The same for words in common, whatever their order: unlike adverts share .24 of theirs at most, copies .40 and more.
UNLIKE_WORDS = 0.28
ALIKE_WORDS = 0.52
#: Shuffled copies keep this ratio through what stayed in order; below it, counting words is not worth the time.
SHUFFLED = 0.50
#: Below this many characters of comparison form, likeness is chance; from there to FULL it counts in proportion.
FULL = 100


def compare(a: Linkable, b: Linkable, known: Known) -> Compared:
    """Two texts that share most of their wording, in order or shuffled, were written by one hand or copied from one sheet.

    Score: the better of the RapidFuzz ratio (insertions and deletions) of the comparison forms, from 0 at .54 to 1 at .70,
    and the share of words they have in common, from 0 at .28 to 1 at .52 (looked at from a ratio of .50 on).
    """
    left, right = form_of(a), form_of(b)
    if not left or not right:
        return Compared(0.0, "One of them has no text to compare.")
    ratio = likeness(left, right)
    score, said = _ramp(ratio, UNLIKE, ALIKE), f"{ratio:.0%} of their wording is the same"
    if score < 1.0 and ratio >= SHUFFLED:
        words = _common_words(left, right)
        shuffled = _ramp(words, UNLIKE_WORDS, ALIKE_WORDS)
        if shuffled > score:
            score, said = shuffled, f"{words:.0%} of their words are the same, in another order"
    length = min(len(left), len(right))
    score *= min(1.0, length / FULL)
    if score <= 0.0:
        return Compared(0.0, f"Their wording is not alike ({ratio:.0%} of it is common, which is usual for any two adverts).")
    short = " (short texts, so it counts for less)" if length < FULL else ""
    return Compared(score, f"{said}, names, numbers and alphabet aside{short}.")


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _common_words(left: str, right: str) -> float:
    words, others = set(left.split()), set(right.split())
    return len(words & others) / max(1, len(words | others))


def likeness(left: str, right: str) -> float:
    """RapidFuzz ratio of two comparison forms, 0 to 1."""
    # Ordered, so that a and b give bit for bit what b and a give.
    return _ratio(left, right) if left < right else _ratio(right, left)


@lru_cache(maxsize=1024)
def _ratio(left: str, right: str) -> float:
    # Several comparisons of one pair ask for it, one right after the other.
    return fuzz.ratio(left, right) / 100.0
