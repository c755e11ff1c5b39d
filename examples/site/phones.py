"""Fictional telephone numbers, and the ways people type them."""

from __future__ import annotations

import hashlib
from itertools import cycle

#: Ranges nobody answers: subscriber prefix, free digits, country code, digits before the trunk prefix.
RANGES = {
    "bg": ("0888 00", 4, "+359"),
    "bg2": ("0999 10", 4, "+359"),
    "uk": ("07700 900", 3, "+44"),
    "de": ("0176 040690", 2, "+49"),
}

#: The small-ads desk of a newspaper: one innocent number under adverts of people who do not know each other.
HUB = "0999 100 000"

DIGIT_WORDS = {
    "bg": "нула едно две три четири пет шест седем осем девет",
    "bg-latin": "nula edno dve tri 4etiri pet 6est sedem osem devet",
    "en": "zero one two three four five six seven eight nine",
    "ro": "zero unu doi trei patru cinci sase sapte opt noua",
    "ru": "ноль один два три четыре пять шесть семь восемь девять",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
}

#: Styles in which the number stands plainly, so that the site's contact field shows it too.
PLAIN_STYLES = ("plain", "spaced", "intl")


def _number(prefix: str, free: int, seed: int) -> str:
    return f"{prefix}{seed % 10**free:0{free}d}"


class NumberBook:
    """Gives every owner a number of its own, always the same one, from a fictional range."""

    def __init__(self) -> None:
        self._owners: dict[tuple[str, str], str] = {}
        self._taken: set[str] = {HUB.replace(" ", "")}

    def number(self, owner: str, kind: str = "bg") -> str:
        """The national number of ``owner`` in a range: ``bg``, ``uk`` or ``de`` (digits only)."""
        if (owner, kind) not in self._owners:
            seed = int.from_bytes(hashlib.sha256(f"{owner}/{kind}".encode()).digest()[:6], "big")
            name = kind if kind != "bg" else ("bg", "bg2")[seed % 2]
            prefix, free, _ = RANGES[name]
            digits = _number(prefix, free, seed // 2).replace(" ", "")
            while digits in self._taken:
                seed += 2
                digits = _number(prefix, free, seed // 2).replace(" ", "")
            self._taken.add(digits)
            self._owners[owner, kind] = digits
        return self._owners[owner, kind]


def e164(digits: str) -> str:
    """The number as a careful reader would dial it."""
    for prefix, _, code in RANGES.values():
        if _is_of(digits, prefix):
            return code + digits[1:]
    raise ValueError(f"{digits} lies in none of the fictional ranges")


def typed(digits: str, style: str, lang: str = "bg") -> str:
    """The number as somebody types it; ``lang`` (``bg-latin`` for Latin letters) chooses the words."""
    return _STYLES[style](digits, DIGIT_WORDS[lang].split())


def _spaced(digits: str, _words: list[str]) -> str:
    head = next((4 if code in {"+359", "+49"} else 5) for prefix, _, code in RANGES.values() if _is_of(digits, prefix))
    rest = digits[head:]
    cut = [rest[i : i + 3] for i in range(0, len(rest) - 3, 3)]
    return " ".join([digits[:head], *cut, rest[3 * len(cut) :]])


def _is_of(digits: str, prefix: str) -> bool:
    return digits.startswith(prefix.replace(" ", ""))


def _intl(digits: str, words: list[str]) -> str:
    number = e164(digits)
    code = next(code for _, _, code in RANGES.values() if number.startswith(code))
    return f"{code} {_spaced('0' + number[len(code) :], words)[1:]}"


def _mixed(digits: str, words: list[str]) -> str:
    turns = cycle((False, False, True))
    return " ".join(words[int(char)] if next(turns) else char for char in digits)


def _look_alikes(digits: str, _words: list[str]) -> str:
    return _spaced(digits, []).translate(str.maketrans({"0": "O", "1": "l", "3": "З", "6": "б"}))


_STYLES = {
    "plain": lambda digits, words: digits,
    "spaced": _spaced,
    "intl": _intl,
    "dots": lambda digits, words: ".".join(digits),
    "starred": lambda digits, words: "*".join([digits[:4], digits[4:6], digits[6:8], digits[8:]]),
    "words": lambda digits, words: " ".join(words[int(char)] for char in digits),
    "mixed": _mixed,
    "emoji": lambda digits, words: "".join(f"{char}\ufe0f\u20e3" for char in digits),
    "look": _look_alikes,
}
