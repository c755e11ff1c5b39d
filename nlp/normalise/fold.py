"""Folding for comparison: what two writings of the same text should have in common, and nothing else."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from nlp.normalise.pieces import Pieces, Remembered
from nlp.normalise.plain import plain

#: A range of a normal text and what stands in its place (``#`` for a number, ``@`` for a contact, ``*`` for a name).
Mask = tuple[int, int, str]

#: Cyrillic to Latin as Bulgarian signs do it, with the letters people confuse when they type Latin merged: ъ and у and а
#: (u, a, y), й and и (i, j, y), ж and й (j), х and h, щ as sht. Both alphabets then give nearly the same string.
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "j", "з": "z", "и": "i", "й": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "ch",
    "ш": "sh", "щ": "sht", "ъ": "a", "ь": "", "ю": "iu", "я": "ia", "ы": "i", "э": "e", "ё": "e", "і": "i", "ї": "i", "є": "ie",
    "ґ": "g", "ј": "i", "љ": "li", "њ": "ni", "ћ": "ch", "ђ": "dj", "џ": "dj", "ѝ": "i",
}  # fmt: skip
_TABLE = str.maketrans(_CYRILLIC)
_DIGITS = re.compile(r"\d+")
#: Repeated letters: "ооо", and the ия that some type as ia.
_DOUBLES = tuple((2 * char, char) for char in "abcdefghijklmnopqrstuvwxyz")
_REST = re.compile(r"[\W_]+")


def fold(text: str, masks: Sequence[Mask] = (), pieces: Pieces | None = None) -> str:
    """Lower case, one script, digits as ``#``, the masked ranges as their sign, single spaces, no punctuation.

    ``pieces`` are the text's own, where it is cut already.
    """
    cut = pieces if pieces is not None else Pieces(text)
    folded = _FOLDED.all_of(cut.runs)
    if masks:
        folded = _masked(cut, folded, sorted(masks), len(text))
    return " ".join(filter(None, folded))


def _masked(pieces: Pieces, folded: list[str], masks: list[Mask], size: int) -> list[str]:
    parts: list[str] = []
    at = 0
    for start, end, sign in masks:
        if start >= at:
            parts += _between(pieces, folded, at, start)
            parts.append(sign)
            at = end
    return parts + _between(pieces, folded, at, size)


def _between(pieces: Pieces, folded: list[str], start: int, end: int) -> list[str]:
    """The folded runs of ``[start, end)``; those that its ends cut are folded in part."""
    runs, starts = pieces.runs, pieces.starts
    first, last = bisect_left(starts, start), bisect_left(starts, end)
    found = folded[first:last]
    if last > first and starts[last - 1] + len(runs[last - 1]) > end:
        found[-1] = _fold_run(runs[last - 1][: end - starts[last - 1]])
    if first and starts[first - 1] + len(runs[first - 1]) > start:
        found.insert(0, _fold_run(runs[first - 1][start - starts[first - 1] : end - starts[first - 1]]))
    return found


def _fold_run(run: str) -> str:
    low = _DIGITS.sub("#", _REST.sub(" ", plain(run)))
    if not low.isascii():
        low = low.translate(_TABLE)
    for double, single in _DOUBLES:
        while double in low:
            low = low.replace(double, single)
    return " ".join(low.split())


_FOLDED: Remembered[str] = Remembered(_fold_run)
