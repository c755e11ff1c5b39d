"""Folding for comparison: what two writings of the same text should have in common, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
_NUMBER = re.compile(r"\d[\d.,:/]*")
#: Repeated letters: "ооо", and the ия that some type as ia.
_DOUBLES = tuple((2 * char, char) for char in "abcdefghijklmnopqrstuvwxyz")
_REST = re.compile(r"[^\w#@*]+|_+")


def fold(text: str, masks: Sequence[Mask] = (), *, is_plain: bool = False) -> str:
    """Lower case, one script, digits as ``#``, the masked ranges as their sign, single spaces, no punctuation.

    ``is_plain`` says that the text is in plain form already.
    """
    if not is_plain:
        text = plain(text)
    pieces: list[str] = []
    at = 0
    for start, end, sign in sorted(masks):
        if start < at:
            continue
        pieces.append(_clean(text[at:start]))
        pieces.append(f" {sign} ")
        at = end
    pieces.append(_clean(text[at:]))
    return " ".join("".join(pieces).split())


def _clean(text: str) -> str:
    low = _NUMBER.sub("#", _REST.sub(" ", text.replace("#", " ").replace("@", " ").replace("*", " ")))
    if not low.isascii():
        low = low.translate(_TABLE)
    for double, single in _DOUBLES:
        while double in low:
            low = low.replace(double, single)
    return low
