"""Words that mix scripts: letters borrowed from a look-alike alphabet go back to the word's own."""

from __future__ import annotations

import re

from nlp.normalise.rewrite import rewrite
from nlp.normalise.tables import CYRILLIC_TO_LATIN, GREEK_TO_LATIN, LATIN_TO_CYRILLIC, LATIN_TO_GREEK
from strazha.model.text import NormalText

_LATIN = "A-Za-z\u00c0-\u024f"
_CYRILLIC = "\u0400-\u052f"
_GREEK = "\u0370-\u03ff"
_SEAM = re.compile(f"[{_LATIN}][{_CYRILLIC}{_GREEK}]|[{_CYRILLIC}][{_LATIN}{_GREEK}]|[{_GREEK}][{_LATIN}{_CYRILLIC}]")
_SCRIPTS = tuple(re.compile(f"[{letters}]") for letters in (_LATIN, _CYRILLIC, _GREEK))
_WORD = re.compile(f"[{_LATIN}{_CYRILLIC}{_GREEK}]+")


def script_of(char: str) -> str:
    """``latin``, ``cyrillic``, ``greek`` or an empty string."""
    if "a" <= char <= "z" or "A" <= char <= "Z" or "\u00c0" <= char <= "\u024f":
        return "latin"
    if "\u0400" <= char <= "\u052f":
        return "cyrillic"
    if "\u0370" <= char <= "\u03ff":
        return "greek"
    return ""


def unmix(normal: NormalText) -> NormalText:
    """Give each mixed word one script, where every stranger in it has a look-alike in that script."""
    there = "".join(set(normal.text))
    if sum(pattern.search(there) is not None for pattern in _SCRIPTS) < 2 or not _SEAM.search(normal.text):
        return normal
    return rewrite(normal, _WORD, _one_script)


def _one_script(match: re.Match[str]) -> str | None:
    word = match.group()
    if word.isascii() or len(word) > 60 or not _SEAM.search(word):
        return None
    counts = {"latin": 0, "cyrillic": 0, "greek": 0}
    for char in word:
        # A letter that has no look-alike says for sure which script the writer's keyboard was in; others only a little.
        sure = char not in CYRILLIC_TO_LATIN and char not in LATIN_TO_CYRILLIC and char not in GREEK_TO_LATIN
        counts[script_of(char)] += 10 if sure else 1
    for script in sorted(counts, key=lambda name: -counts[name]):
        new = "".join(_to(char, script) for char in word)
        if all(script_of(char) == script for char in new):
            return new
    return None


def _to(char: str, script: str) -> str:
    own = script_of(char)
    if own == script:
        return char
    latin = {"cyrillic": CYRILLIC_TO_LATIN, "greek": GREEK_TO_LATIN}.get(own, {}).get(char, char)
    if script == "latin":
        return latin
    return {"cyrillic": LATIN_TO_CYRILLIC, "greek": LATIN_TO_GREEK}[script].get(latin, latin)
