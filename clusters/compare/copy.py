"""Copied word for word: too alike for a form that strangers fill in."""

from __future__ import annotations

from clusters.compare.base import Compared, Known
from clusters.compare.text import likeness
from clusters.form import form_of
from strazha.model import Linkable

#: Strangers' texts in one site's form reach .88; a sheet with nothing but another name and number in it has .95 and more.
FORM = 0.90
VERBATIM = 0.97
#: Shorter texts count in proportion: a form with few lines leaves little room to differ.
FULL = 150


def compare(a: Linkable, b: Linkable, known: Known) -> Compared:
    """Texts that are the same but for names, numbers and a word or two, innocent or not, come from one advertiser.

    Score: from 0 at a RapidFuzz ratio of .90 of the comparison forms to 1 at .97; less for texts under 150 characters.
    """
    left, right = form_of(a), form_of(b)
    length = min(len(left), len(right))
    ratio = likeness(left, right) if length else 0.0
    score = min(1.0, max(0.0, (ratio - FORM) / (VERBATIM - FORM))) * min(1.0, length / FULL)
    if not score:
        return Compared(0.0, "Neither is a copy of the other.")
    return Compared(score, "One is a copy of the other, names and numbers aside.")
