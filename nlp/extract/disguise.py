"""What was done to hide a telephone number, for the reader: words, look-alikes, emoji, spacing, separators, text between."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.extract.digits import Token
from nlp.extract.page import View

_HIDDEN = re.compile("[\u200b-\u200f\u2060\ufeff\u202a-\u202e\u00ad]")
_ORDINARY = re.compile(r"[\w\s+()./,:;-]+")


def disguise(view: View, start: int, end: int, tokens: Sequence[Token]) -> tuple[str, ...]:
    """What was done to hide the number, for the reader."""
    forms = frozenset().union(*(item.forms for item in tokens))
    marks: list[str] = [name for name in ("words", "look-alikes") if name in forms]
    first, last = view.normal.original(start, end)
    captured = view.captured[first:last]
    if not captured.isascii():
        if any(ord(char) > 0x2300 or char == "\u20e3" for char in captured):
            marks.append("emoji")
        if _HIDDEN.search(captured):
            marks.append("hidden characters")
    pieces = [item for item in tokens if "figures" in item.forms]
    single = sum(1 for item in pieces if len(item.digits) == 1)
    if single >= 5 or (len(pieces) >= 6 and sum(len(item.digits) for item in pieces) / len(pieces) < 1.7):
        marks.append("spacing")
    text = view.text[start:end]
    if "emoji" not in marks and (_ORDINARY.sub("", text) or "_" in text):
        marks.append("separators")
    elif any(char.isalpha() for char in text) and not marks:
        marks.append("text between")
    return tuple(marks)
