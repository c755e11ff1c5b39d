"""Digits however they are written: figures, number words of any supported language, look-alike letters, and mixes of these."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import compress
from operator import itemgetter
from typing import NamedTuple

from nlp.extract.typed_numbers import typed_numbers
from nlp.lang import languages
from nlp.normalise import Pieces, Remembered, plain

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
_ALIKE = frozenset(LOOKALIKES)
#: Letters that are read as digits where every token around is a single character ("O B B B O O 5 2 I 7").
_SINGLE = frozenset("BВSsZzЗзbбgqA")

_TOKEN = re.compile(r"[^\W_]+(?:['’ʼ][^\W\d_]+)*")
_FIGURES, _WORDS, _LOOKALIKE, _NOTHING = (
    frozenset({"figures"}),
    frozenset({"words"}),
    frozenset({"look-alikes"}),
    frozenset({""}),
)
#: A token that counts only where the whole row is a number with it and none without.
DOUBTFUL = "doubtful"
_DOUBTFUL_WORD, _DOUBTFUL_SIGN, _DOUBTFUL_EMOJI = (
    frozenset({"words", DOUBTFUL}),
    frozenset({"look-alikes", DOUBTFUL}),
    frozenset({"emoji", DOUBTFUL}),
)
_RUN = re.compile(r"(.)\1+")
#: Things that are drawn for digits; with many other emoji they say nothing, so they are doubtful.
OBJECTS = {
    "🥇": "1", "🥈": "2", "🥉": "3", "🎱": "8", "⭕": "0", "☝": "1", "✌": "2", "🖐": "5", "✋": "5", "🤘": "2", "🎯": "0",
    **{chr(0x1F550 + hour): str(hour + 1) for hour in range(9)},
    **{char: str(at) for at, char in enumerate("〇一二三四五六七八九")},
    **{chr(0x2680 + at): str(at + 1) for at in range(6)},
}  # fmt: skip
_OBJECT = re.compile(f"[{''.join(OBJECTS)}]")
#: Syllables of a word parted by dashes ("де-вет", "che-ti-ri").
_SYLLABLES = re.compile(r"(?<![\w-])[^\W\d_]{1,6}(?:-[^\W\d_]{1,6}){1,3}(?![\w-])")
#: Figures with a word run into them, before or behind, or with an extension ("7777x23").
_GLUED = re.compile(r"(?P<head>[0-9]{6,15})[^\W\d_]{1,30}|[^\W\d_]{1,30}(?P<tail>[0-9]{7,15})|(?P<main>[0-9]{4,15})x[0-9]{1,5}")
_GLUED_LEAST = 6


class Sense(NamedTuple):
    """What a word means in a row of digits."""

    digits: str
    #: How the digits are written: "figures", "words" or "look-alikes"; a mix has several.
    forms: frozenset[str]
    #: For a number word its value, so that tens and units can be joined; -1 otherwise.
    value: int = -1
    #: 2 or 3 for "double" and "triple", 100 for "hundred".
    times: int = 0
    joins: bool = False
    filler: bool = False
    #: The digit of a noun in the plural ("zeros", "осмици"), counted by the number before it; -1 otherwise.
    plural: int = -1
    #: "times", as in "three times eight".
    counts: bool = False


@dataclass(slots=True)
class Token:
    """A token that stands for digits or changes its neighbours, at ``[start, end)``."""

    start: int
    end: int
    sense: Sense

    @property
    def digits(self) -> str:
        """The digits it stands for; empty for a word that only changes its neighbours."""
        return self.sense.digits

    @property
    def forms(self) -> frozenset[str]:
        """How they are written."""
        return self.sense.forms


def token(start: int, end: int, digits: str, forms: frozenset[str]) -> Token:
    """A token of several joined ones."""
    return Token(start, end, Sense(digits, forms))


#: Ten and a unit are one number in these languages ("on yedi" is 17).
_JOINING_TENS = frozenset({"on", "δεκα"})
#: Units of two letters that run together with others ("yediüçbir").
_SHORT_UNITS = frozenset({"uc"})
#: Words of other languages that are no digits even where the figures beside them would make a number with them.
_NEVER = frozenset({"on", "an", "et", "me", "od"})
#: Number words of one language that are everyday words of another.
_EVERYDAY = frozenset({"once", "una", "uno", "bin", "раз", "ein", "eine", "einen", "nil", "fife"})


#: Start, end and sense of the tokens of a run.
_Senses = tuple[tuple[int, int, Sense], ...]


@dataclass(frozen=True)
class NumberWords:
    """The number words of some languages together."""

    values: dict[str, int]
    #: Words that stand for digits in spoken telephone numbers only ("осмица", "nolik", "oh").
    spoken: dict[str, int]
    hundreds: frozenset[str]
    ands: frozenset[str]
    repeats: dict[str, int]
    fillers: frozenset[str]
    plurals: dict[str, int]
    counters: frozenset[str]
    plus: frozenset[str]
    glued: re.Pattern[str]
    #: Number words without their doubled letters, for stretched ones ("seeevennn").
    squeezed: dict[str, int]
    #: Words that are digits only where everything beside them makes a number with them ("ate", "uno" in a Bulgarian text).
    doubtful: dict[str, int]

    @cached_property
    def remembered(self) -> Remembered[_Senses]:
        """What runs of word characters mean, as they come up."""
        return Remembered(partial(_senses, self))


@lru_cache(maxsize=256)
def number_words(codes: tuple[str, ...]) -> NumberWords:
    """Number words of the given languages; where two disagree the earlier language wins."""
    values: dict[str, int] = {}
    spoken: dict[str, int] = {}
    repeats: dict[str, int] = {}
    plurals: dict[str, int] = {}
    doubtful: dict[str, int] = {}
    sets: dict[str, set[str]] = {name: set() for name in ("hundred", "and_", "fillers", "counters", "plus")}
    for code in codes:
        data = languages()[code]
        for word, value in data.numbers.items():
            # Short words of other languages are prepositions of this one ("on" is Turkish for ten).
            if (len(word) > 2 and word not in _EVERYDAY) or code in codes[:1]:
                values.setdefault(word, value)
            elif 0 <= value < 100 and word not in _NEVER:
                doubtful.setdefault(word, value)
        for word, value in data.digits.items():
            spoken.setdefault(word, value)
        doubtful |= data.doubtful
        plurals |= dict.fromkeys(data.zeros, 0) | data.plurals
        repeats |= dict.fromkeys(data.double, 2) | dict.fromkeys(data.triple, 3)
        for name, words in sets.items():
            words.update(getattr(data, name))
    if "bg" in codes:
        for word, value in latin_bulgarian_numbers().items():
            values.setdefault(word, value)
    for word, value in typed_numbers().items():
        if word not in values:
            spoken.setdefault(word, value)
    # Words that run together ("нулаосемосем"): only units, and only words long enough not to occur by chance.
    units = sorted(
        (
            word
            for word, value in values.items()
            if value < 100 and (len(word) >= 3 or word in _SHORT_UNITS) and not any(map(str.isdigit, word))
        ),
        key=len,
        reverse=True,
    )
    return NumberWords(
        values,
        spoken,
        frozenset(sets["hundred"]),
        frozenset(sets["and_"]),
        repeats,
        frozenset(sets["fillers"]),
        plurals,
        frozenset(sets["counters"]),
        frozenset(sets["plus"]),
        re.compile("|".join(map(re.escape, units)) or "(?!)"),
        {squeeze(word): value for known in (spoken, values) for word, value in known.items() if len(squeeze(word)) > 1},
        {word: value for word, value in doubtful.items() if word not in values and word not in spoken},
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


def squeeze(word: str) -> str:
    """A word with every run of one letter made one ("seeevenn" is "seven", and "three" is "thre")."""
    return _RUN.sub(r"\1", word)


def digit_tokens(pieces: Pieces, words: NumberWords) -> Iterator[tuple[int, int, Sense]]:
    """Start, end and sense of what stands for digits or changes those beside it, in order; all other words are left out."""
    senses = words.remembered.all_of(pieces.runs)
    for start, found in compress(zip(pieces.starts, senses, strict=True), senses):
        for first, last, sense in found:
            yield start + first, start + last, sense


def drawn_tokens(
    text: str, plain_text: str, found: Iterator[tuple[int, int, Sense]], words: NumberWords
) -> Iterator[tuple[int, int, Sense]]:
    """The same with what no run of word characters holds: things drawn for digits, and words cut by dashes."""
    objects = not text.isascii() and _OBJECT.search(text) is not None
    cut = _syllables(plain_text, words) if "-" in text else []
    if not objects and not cut:
        return found
    drawn = [(one.start(), one.end(), _sense(one[0], one[0], words)) for one in _OBJECT.finditer(text)] if objects else []
    more = sorted([*((start, end, sense) for start, end, sense in drawn if sense is not None), *cut], key=itemgetter(0))
    starts = [start for start, _, _ in more]

    def covered(at: int) -> bool:
        last = bisect_right(starts, at) - 1
        return last >= 0 and at < more[last][1]

    return iter(sorted((*(item for item in found if not covered(item[0])), *more), key=itemgetter(0)))


def _senses(words: NumberWords, run: str) -> _Senses:
    """Start and end within a run of word characters, and sense, of what is read as digits in it."""
    found: list[tuple[int, int, Sense]] = []
    for match in _TOKEN.finditer(run):
        raw = match.group()
        start, end = match.span()
        sense = _sense(raw, plain(raw), words)
        if sense is not None:
            found.append((start, end, sense))
        elif len(raw) > _GLUED_LEAST and (glued := _GLUED.fullmatch(raw)):
            # "0888003461звъни": the number and a word run together.
            first, last = glued.span(glued.lastgroup or 0)
            found.append((start + first, start + last, Sense(raw[first:last], _FIGURES)))
    return tuple(found)


def _syllables(plain_text: str, words: NumberWords) -> list[tuple[int, int, Sense]]:
    """Number words cut by dashes ("де-вет")."""
    found: list[tuple[int, int, Sense]] = []
    for match in _SYLLABLES.finditer(plain_text):
        parts = match.group().split("-")
        value = words.values.get("".join(parts), -1)
        if value >= 0 and not any(part in words.values for part in parts):
            found.append((match.start(), match.end(), Sense(str(value), _WORDS, value)))
    return found


def _sense(raw: str, word: str, words: NumberWords) -> Sense | None:
    if word.isdigit() and word.isascii():
        return Sense(word, _FIGURES)
    if len(raw) == 1 and raw in SURE and raw.isupper():
        # A lone capital between digits is one of them, not a word for "and".
        return Sense(LOOKALIKES[raw], _LOOKALIKE)
    joins, filler = word in words.ands or word in _JOINING_TENS, word in words.fillers
    plural = words.plurals.get(word, -1)
    value = words.values.get(word, words.spoken.get(word, -1))
    if plural >= 0 or value >= 0:
        return Sense(str(value) if value >= 0 else "", _WORDS, value, 0, joins, filler, plural)
    times = 100 if word in words.hundreds else words.repeats.get(word, 0)
    counts = word in words.counters
    if times or filler or counts or word in words.ands:
        return Sense("", _WORDS if times else _NOTHING, -1, times, joins, not times and (filler or not counts), -1, counts)
    return _looked_at(raw, word, words)


def _doubled(word: str, words: NumberWords) -> Sense | None:
    """ "doppelnull", "tripleeight", "double7"."""
    for repeat, times in words.repeats.items():
        if times < 4 and len(repeat) > 3 and word.startswith(repeat):
            rest = word[len(repeat) :]
            digit = int(rest) if len(rest) == 1 and rest in "0123456789" else words.values.get(rest, words.spoken.get(rest, -1))
            if 0 <= digit < 10:
                return Sense(str(digit) * times, _WORDS)
    return None


def _disguised_units(word: str, words: NumberWords) -> Sense | None:
    """ "zer0zer0", "f1ven1ne": number words with figures for letters, run together."""
    spelt, at, digits = word.translate(LEET if word.isascii() else _CYRILLIC_LEET), 0, ""
    while at < len(spelt) and (match := words.glued.match(spelt, at)):
        digits, at = digits + str(words.values[match.group()]), match.end()
    return Sense(digits, frozenset({"words", "look-alikes"})) if digits and at == len(spelt) else None


def _looked_at(raw: str, word: str, words: NumberWords) -> Sense | None:  # noqa: PLR0911  (one way out for each reading)
    """The sense of a word that is none of the known ones: stretched, look-alike letters, or a mix run together."""
    if raw in OBJECTS or word in words.doubtful:
        digit = OBJECTS.get(raw) or str(words.doubtful[word])
        return Sense(digit, _DOUBTFUL_EMOJI if raw in OBJECTS else _DOUBTFUL_WORD, words.doubtful.get(word, -1))
    # Letters once doubled may have been made one by the normaliser already.
    if len(word) <= 60 and len(short := squeeze(word)) > (2 if short == word else 1) and short in words.squeezed:
        return Sense(str(words.squeezed[short]), _WORDS, words.squeezed[short])
    if len(raw) <= 4 and SURE.issuperset(raw):
        return Sense("".join(LOOKALIKES[char] for char in raw), _LOOKALIKE)
    if len(raw) == 1 and raw in _SINGLE:
        return Sense(LOOKALIKES[raw], frozenset({"look-alikes", "single"}))
    if run := _doubled(word, words):
        return run
    if 2 <= len(raw) <= 9 and _ALIKE.issuperset(raw):
        return Sense("".join(LOOKALIKES[char] for char in raw), _DOUBTFUL_SIGN)
    return _mixed(raw, word, words) if len(word) <= 60 else None


#: Figures that stand for letters.
LEET, _CYRILLIC_LEET = str.maketrans("013457", "oieast"), str.maketrans("0346", "озчб")


def _mixed(raw: str, word: str, words: NumberWords) -> Sense | None:
    """A token of figures, number words and look-alike letters run together, if it is made of nothing else."""
    has_digit = any("0" <= char <= "9" for char in word)
    if has_digit and (value := words.values.get(word.translate(LEET if word.isascii() else _CYRILLIC_LEET), -1)) >= 0:
        # "0sem", "n1ne"
        return Sense(str(value), frozenset({"words", "look-alikes"}))
    if has_digit and len(word) > 5 and (units := _disguised_units(word, words)):
        return units
    if not has_digit and (len(word) < 6 or not words.glued.match(word)):
        return None
    digits: list[str] = []
    forms: set[str] = set()
    at = tens = 0
    while at < len(word):
        char = word[at]
        if match := words.glued.match(word, at):
            value = words.values[match.group()]
            if tens and 0 < value < 10:
                # "yetmişyedi" is 77.
                digits[-1] = str(tens + value)
            else:
                digits.append(str(value))
            tens = value if value >= 20 and value % 10 == 0 else 0
            forms.add("words")
            at = match.end()
            continue
        tens = 0
        if "0" <= char <= "9":
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
        return Sense("".join(digits), _DOUBTFUL_SIGN) if "words" not in forms else None
    # "seksensekiz" is one number word, which hundreds may stand before.
    value = int(digits[0]) if len(digits) == 1 and forms == {"words"} else -1
    return Sense("".join(digits), frozenset(forms), value)
