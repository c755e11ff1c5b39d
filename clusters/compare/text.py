"""Like texts: the same wording, whatever the alphabet, with other names, numbers and a few other words."""

from __future__ import annotations

from rapidfuzz import fuzz

from clusters.compare.base import Compared, Known
from clusters.form import skeleton
from strazha.model import Linkable

#: Unlike adverts of one language reach .50 at most in comparison form (median .42); rewritten copies of one text begin at .60.
UNLIKE = 0.50
ALIKE = 0.70
#: Below this many characters of comparison form, likeness is chance; from there to FULL it counts in proportion.
FULL = 100


def compare(a: Linkable, b: Linkable, known: Known) -> Compared:
    """Two texts that share most of their wording were written by one hand or copied from one sheet.

    Score: RapidFuzz ratio (insertions and deletions) of the comparison forms, from 0 at .50 to 1 at .70.
    """
    left, right = skeleton(a.folded), skeleton(b.folded)
    if not left or not right:
        return Compared(0.0, "One of them has no text to compare.")
    ratio = likeness(left, right)
    score = min(1.0, max(0.0, (ratio - UNLIKE) / (ALIKE - UNLIKE)))
    length = min(len(left), len(right))
    score *= min(1.0, length / FULL)
    if score <= 0.0:
        return Compared(0.0, f"Their wording is not alike ({ratio:.0%} of it is common, which is usual for any two adverts).")
    short = " (short texts, so it counts for less)" if length < FULL else ""
    return Compared(score, f"{ratio:.0%} of their wording is the same, names, numbers and alphabet aside{short}.")


def likeness(left: str, right: str) -> float:
    """RapidFuzz ratio of two comparison forms, 0 to 1; 0 when it is certain to stay under ``UNLIKE``."""
    # Ordered, so that a and b give bit for bit what b and a give.
    first, second = sorted((left, right))
    return fuzz.ratio(first, second, score_cutoff=0) / 100.0
