"""UTF-8 read as Windows-1252, Latin-1 or Windows-1251: undone run by run, where the bytes prove it.

ftfy repairs whole strings without saying which character came from where; this keeps the map and does only the common cases.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlp.normalise.rewrite import Replacement, rewrite
from nlp.normalise.tables import SLOPPY_1252
from strazha.model.text import NormalText


@lru_cache(maxsize=1)
def _bytes_1252() -> dict[str, int]:
    table = {chr(code): code for code in range(0x80, 0x100)}
    for code in range(0x80, 0xA0):
        if code not in SLOPPY_1252:
            table[bytes([code]).decode("cp1252")] = code
    return table


@lru_cache(maxsize=1)
def _bytes_1251() -> dict[str, int]:
    return {bytes([code]).decode("cp1251"): code for code in range(0x80, 0x100) if code != 0x98} | {"\x98": 0x98}


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], dict[str, int], frozenset[str], frozenset[str]], ...]:
    """For each one-byte encoding: runs that may be UTF-8 in it, its bytes, and what such a run begins and goes on with."""
    result = []
    for table in (_bytes_1252(), _bytes_1251()):
        lead = "".join(re.escape(char) for char, code in table.items() if 0xC2 <= code <= 0xF4)
        trail = "".join(re.escape(char) for char, code in table.items() if 0x80 <= code <= 0xBF)
        leads = frozenset(char for char, code in table.items() if 0xC2 <= code <= 0xF4)
        trails = frozenset(char for char, code in table.items() if 0x80 <= code <= 0xBF)
        result.append((re.compile(f"(?:[{lead}][{trail}]{{1,3}})+"), table, leads, trails))
    return tuple(result)


def unmangle(normal: NormalText) -> NormalText:
    """Undo what is provably UTF-8 shown in a one-byte encoding; everything else stays."""
    for (pattern, table, leads, trails), least in zip(_patterns(), (2, 6), strict=True):
        # One accented letter is two characters in Latin script. Cyrillic needs three letters' worth, as "Р°" can be real.
        there = set(normal.text)
        if not leads.isdisjoint(there) and not trails.isdisjoint(there):
            normal = rewrite(normal, pattern, _undo(table, least))
    return normal


def _undo(table: dict[str, int], least: int) -> Replacement:
    def replace(match: re.Match[str]) -> str | None:
        text = match.group()
        if len(text) < least:
            return None
        try:
            return bytes(table[char] for char in text).decode("utf-8")
        except UnicodeDecodeError:
            return None

    return replace
