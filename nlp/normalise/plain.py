"""Length-preserving simplification: lower case without accents, so that offsets in both forms are the same."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def lower(text: str) -> str:
    """Lower case with the same length (the capital dotted I of Turkish would otherwise become two characters)."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(char.lower() if len(char.lower()) == 1 else _base(char).lower()[:1] for char in text)


def _base(char: str) -> str:
    return unicodedata.normalize("NFD", char)[:1]


@lru_cache(maxsize=1)
def _accents() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in (*range(0xC0, 0x250), *range(0x370, 0x400), *range(0x1E00, 0x2000)):
        char = chr(code)
        base = _base(char)
        if base != char and base.isalpha():
            table[code] = base
    extra = {
        "ı": "i",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ς": "σ",
        "ё": "е",
        "ѝ": "и",
        "ѐ": "е",
        "’": "'",
        "ʼ": "'",
        "`": "'",
        "´": "'",
        "ґ": "г",
    }
    return table | {ord(char): base for char, base in extra.items()}


@lru_cache(maxsize=1)
def _accented() -> re.Pattern[str]:
    # Most texts have none of them, and looking for one takes a third of the time of translating.
    return re.compile(f"[{''.join(map(re.escape, map(chr, sorted(_accents()))))}]")


def _unaccented(match: re.Match[str]) -> str:
    return _accents()[ord(match.group())]


def plain(text: str) -> str:
    """Lower case, accents of Latin and Greek letters off (Cyrillic й and ї stay), same length as ``text``."""
    low = lower(text)
    if low.isascii():
        # The one ASCII character that the table has: a word's form must not hang on the letters of other words.
        return low.replace("`", "'")
    return _accented().sub(_unaccented, low)
