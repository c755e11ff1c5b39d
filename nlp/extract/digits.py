"""Digits however they are written: figures, number words of any supported language, look-alike letters, and mixes of these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from nlp.lang import languages

#: Letters that stand for digits when they keep company with digits.
LOOKALIKES = {
    char: digit
    for digit, chars in {
        "0": "oOоОοΟØøQ", "1": "lIіІ|!ıΙι", "2": "zZ", "3": "зЗэЭ", "4": "чЧA", "5": "sSѕЅ", "6": "бb", "8": "BВ", "9": "gq",
    }.items()
    for char in chars
}  # fmt: skip
#: The surest of them: these alone may make up a whole token between digits ("0888 OO3 l47").
SURE = frozenset("oOоОοΟlIІі|")

_TOKEN = re.compile(r"[^\W_]+(?:['’ʼ][^\W\d_]+)?|\|")
_FIGURES, _WORDS, _LOOKALIKE = frozenset({"figures"}), frozenset({"words"}), frozenset({"look-alikes"})


@dataclass(slots=True)
class Token:
    """A token that stands for digits, at ``[start, end)``. ``value`` is None for a word that only changes its neighbours."""

    start: int
    end: int
    digits: str
    #: How the digits are written: "figures", "words" or "look-alikes"; a mix has several.
    forms: frozenset[str]
    #: For a number word its value, so that tens and units can be joined; -1 otherwise.
    value: int = -1
    #: 2 or 3 for "double" and "triple", 100 for "hundred".
    times: int = 0
    joins: bool = False
    filler: bool = False
    #: "zeros" in the plural: counted by the number before it.
    zeros: bool = False


#: Number words of one language that are everyday words of another.
_EVERYDAY = frozenset({"once", "una", "uno", "bin", "раз", "ein", "eine", "einen", "nil", "fife"})


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The number words of some languages together."""

    values: dict[str, int]
    hundreds: frozenset[str]
    ands: frozenset[str]
    repeats: dict[str, int]
    fillers: frozenset[str]
    zeros: frozenset[str]
    plus: frozenset[str]
    glued: re.Pattern[str]


@lru_cache(maxsize=256)
def number_words(codes: tuple[str, ...]) -> NumberWords:
    """Number words of the given languages; where two disagree the earlier language wins."""
    values: dict[str, int] = {}
    repeats: dict[str, int] = {}
    hundreds: set[str] = set()
    ands: set[str] = set()
    zeros: set[str] = set()
    fillers: set[str] = set()
    plus: set[str] = set()
    for code in codes:
        data = languages()[code]
        for word, value in data.numbers.items():
            # Short words of other languages are prepositions of this one ("on" is Turkish for ten).
            if (len(word) > 2 and word not in _EVERYDAY) or code in codes[:1]:
                values.setdefault(word, value)
        zeros.update(data.zeros)
        repeats |= dict.fromkeys(data.double, 2) | dict.fromkeys(data.triple, 3)
        hundreds.update(data.hundred)
        ands.update(data.and_)
        fillers.update(data.fillers)
        plus.update(data.plus)
    if "bg" in codes:
        for word, value in latin_bulgarian_numbers().items():
            values.setdefault(word, value)
    # Words that run together ("нулаосемосем"): only units, and only words long enough not to occur by chance.
    units = sorted(
        (word for word, value in values.items() if value < 100 and len(word) >= 3 and word.isalpha()), key=len, reverse=True
    )
    return NumberWords(
        values,
        frozenset(hundreds),
        frozenset(ands),
        repeats,
        frozenset(fillers),
        frozenset(zeros),
        frozenset(plus),
        re.compile("|".join(map(re.escape, units)) or "(?!)"),
    )


@lru_cache(maxsize=1)
def latin_bulgarian_numbers() -> dict[str, int]:
    """Bulgarian number words as people type them in Latin letters (``4etiri``, ``shest``, ``6est``)."""
    spellings = dict(zip("абвдеийклмнопрстухчшъ", "a b vw d e i ijy k l m n o p r s t u hx 4# 6$ auy".split(), strict=True))  # noqa: SIM905
    result: dict[str, int] = {}
    for word, value in languages()["bg"].numbers.items():
        forms = [""]
        for char in word:
            forms = [form + piece for form in forms for piece in spellings[char]]
        for form in forms:
            result.setdefault(form.replace("#", "ch").replace("$", "sh"), value)
    return result


def digit_tokens(text: str, plain: str, words: NumberWords) -> Iterator[Token | int]:
    """The tokens of a text that stand for digits, in order; an int (an offset) marks a word that breaks a run of them."""
    for match in _TOKEN.finditer(plain):
        start, end = match.span()
        word = match.group()
        token = _token(text[start:end], word, start, end, words)
        yield start if token is None else token


def _token(raw: str, word: str, start: int, end: int, words: NumberWords) -> Token | None:
    if word.isdigit() and word.isascii():
        return Token(start, end, word, _FIGURES)
    value = words.values.get(word)
    joins, filler = word in words.ands, word in words.fillers
    if word in words.zeros:
        return Token(start, end, "", _WORDS, zeros=True)
    if value is not None:
        return Token(start, end, str(value), _WORDS, value=value, joins=joins, filler=filler)
    times = 100 if word in words.hundreds else words.repeats.get(word, 0)
    if times or joins or filler:
        return Token(start, end, "", _WORDS if times else frozenset(), times=times, joins=joins, filler=not times)
    if len(raw) <= 4 and SURE.issuperset(raw):
        return Token(start, end, "".join(LOOKALIKES[char] for char in raw), _LOOKALIKE)
    return _mixed(raw, word, start, end, words) if len(word) <= 60 else None


def _mixed(raw: str, word: str, start: int, end: int, words: NumberWords) -> Token | None:
    """A token of figures, number words and look-alike letters run together, if it is made of nothing else."""
    has_digit = any("0" <= char <= "9" for char in word)
    if not has_digit and (len(word) < 6 or not words.glued.match(word)):
        return None
    digits: list[str] = []
    forms: set[str] = set()
    at = 0
    while at < len(word):
        char = word[at]
        if match := words.glued.match(word, at):
            digits.append(str(words.values[match.group()]))
            forms.add("words")
            at = match.end()
        elif "0" <= char <= "9":
            digits.append(char)
            forms.add("figures")
            at += 1
        elif has_digit and raw[at] in LOOKALIKES:
            digits.append(LOOKALIKES[raw[at]])
            forms.add("look-alikes")
            at += 1
        else:
            return None
    figures = sum("0" <= char <= "9" for char in word)
    strangers = sum(char.isalpha() and char not in SURE for char in raw) if "look-alikes" in forms else 0
    # One figure among many letters is a word or a model number, not a disguised digit run.
    if strangers > 2 * figures:
        return None
    return Token(start, end, "".join(digits), frozenset(forms))
