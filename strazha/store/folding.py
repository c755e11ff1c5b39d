"""One Latin skeleton for every spelling of a word, whatever script it is typed in.

"работа", "rabota", "РАБОТА" and "РАБОТÁ" fold to ``rabota``; "работя", "rabotya" and the chat spelling "rabotq" to
``rabotia``. Both sides, what is indexed and what is asked, go through :func:`fold`, so a rule here only decides which
words meet; it never shows. Letters with two readings take the commoner one of Latin-typed Bulgarian (``j`` is ж, ``q`` я,
``x`` х, ``y`` й, ``w`` в, ``4`` ч and ``6`` ш within a word). Change :data:`VERSION` whenever a rule changes: an index
folded otherwise must be rebuilt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

VERSION = "2"

#: A word: letters and digits of any script, no underscore; accents, soft hyphens, unseen joiners and apostrophes within it
#: belong to it. The classes are disjoint, so it stays linear.
WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff'\u2019\u02bc]+[^\W_]+)*[\u0300-\u036f]*")
#: Digits as people write numbers: spaces, brackets, dots, slashes, dashes, keycaps between. One class, so it stays linear.
DIGIT_RUN = re.compile(r"\d[\d \t\u00a0()./+\-\u2010-\u2015\ufe0f\u20e3]*")
#: Fewer digits are a price or an age, not a piece of a telephone number.
MIN_DIGITS = 5
#: Longest fragment that is told apart; E.164 allows 15 digits, people write prefixes and zeros besides.
MAX_DIGITS = 24
#: Beyond this a text holds nothing a person typed as numbers (a page of 20 MB of digits must not fill the index).
MAX_RUN, MAX_RUNS = 200, 60
#: The shortest piece of a contact that is looked for, and the contacts of one document that are indexed.
MIN_PIECE, MAXCONTACTS = 3, 1000
#: Longer words are cut: nobody searches for the end of them.
MAX_WORD = 100

#: What the tokens of contacts begin with, unlike those of numbers.
CONTACT = "x"

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "ie", "ж": "zh", "з": "z",
    "и": "i", "й": "i", "і": "i", "ї": "i", "ј": "i", "к": "k", "л": "l", "љ": "li", "м": "m", "н": "n", "њ": "ni",
    "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f", "х": "h", "ц": "c", "ч": "ch",
    "џ": "dzh", "ш": "sh", "щ": "sht", "ъ": "a", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia", "ђ": "dzh", "ћ": "ch",
    "ѓ": "g", "ќ": "k", "ѝ": "i",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "ks", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "i", "φ": "f",
    "χ": "h", "ψ": "ps", "ω": "o",
}  # fmt: skip
#: Latin letters that decomposition leaves, and the chat spellings.
_LATIN = {
    "w": "v", "q": "ia", "y": "i", "j": "zh", "x": "h", "ß": "ss", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe",
    "ı": "i", "þ": "th", "ð": "d", "ə": "e",
}  # fmt: skip
_MARKS = dict.fromkeys(range(0x300, 0x370))
# Within words, by writers who hide them and by word processors (see WORD).
_UNSEEN = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x27, 0x2019, 0x2BC])
_LETTERS: dict[int, str | None] = {
    **{ord(key): value for key, value in {**_CYRILLIC, **_GREEK, **_LATIN}.items()}, **_MARKS, **_UNSEEN,
}  # fmt: skip
#: Spellings of one sound, longest first: щ as shch (Russian), sh as sch (German), х as kh, ц as ts or tz.
_SOUNDS = (("shch", "sht"), ("sch", "sh"), ("kh", "h"), ("ts", "c"), ("tz", "c"))
_GREEK_START = re.compile(r"^(?:μπ|ντ)")
_GREEK_PAIR = {"μπ": "b", "ντ": "d"}
_CHAT_DIGIT = re.compile(r"(?<=[a-z])[46](?!\d)|(?<!\d)[46](?=[a-z])")
_CHAT_SOUND = {"4": "ch", "6": "sh"}
_DOUBLED = re.compile(r"([a-z])\1+")
_CLEAN = re.compile(r"[^\W_]+")
_UMLAUT = re.compile("([aou])\u0308")

# Letters that look alike: a word that mixes scripts only through these is written in its other letters' script.
_ALIKE_CYRILLIC, _ALIKE_LATIN = "авекмнорстухіј", "abekmhopctyxij"
_TO_CYRILLIC = str.maketrans(_ALIKE_LATIN, _ALIKE_CYRILLIC)
_TO_LATIN = str.maketrans(_ALIKE_CYRILLIC, _ALIKE_LATIN)
_MIXED = re.compile(r"[a-z][Ѐ-ӿ]|[Ѐ-ӿ][a-z]")


class FoldedWord(NamedTuple):
    """One word as the index keeps it."""

    #: Its skeleton; empty if no letter or digit is left of it.
    main: str
    #: Further skeletons: of words with ъ, which people type in Latin as a (the official way), u, or y; of words with ä, ö or ü,
    #: which people type as ae, oe, ue.
    others: tuple[str, ...]
    #: As spelled, in lower case, without accents.
    plain: str


@lru_cache(maxsize=200_000)
def _fold_word(word: str) -> FoldedWord:
    lower = unicodedata.normalize("NFKD", word[:MAX_WORD].casefold())
    plain = "".join(_CLEAN.findall(lower.translate(_PLAIN)))
    if _MIXED.search(plain):
        plain = _one_script(plain)
    main = _skeleton(plain)
    others = {_skeleton(plain.replace("ъ", vowel)): None for vowel in "уи"} if "ъ" in plain else {}
    if "\u0308" in lower and (spelled := _UMLAUT.sub(r"\1e", lower)) != lower:
        others[_skeleton("".join(_CLEAN.findall(spelled.translate(_PLAIN))))] = None
    others.pop(main, None)
    return FoldedWord(main, tuple(others), plain)


def fold_word(word: str) -> FoldedWord:
    """One word folded. Words come again and again, so they are remembered."""
    return _fold_word(word.lower())


def fold_words(text: str) -> list[FoldedWord]:
    """The words of a text, folded, in order. Never fails, whatever the text holds."""
    return [folded for word in WORD.findall(text.lower()) if (folded := _fold_word(word)).main]


def fold(text: str) -> str:
    """The skeleton of a text: its words, folded, with one space between."""
    return " ".join(word.main for word in fold_words(text))


def digit_runs(text: str) -> list[tuple[int, int, str]]:
    """Runs of five digits or more as people write numbers: start, end, and the digits alone (of any script, as 0-9)."""
    found = []
    for match in DIGIT_RUN.finditer(text):
        digits = _digits(match[0][: MAX_RUN * 4])
        if len(digits) >= MIN_DIGITS:
            found.append((match.start(), match.start() + _last_digit(match[0]), digits[:MAX_RUN]))
            if len(found) == MAX_RUNS:
                break
    return found


def number_tokens(texts: Iterable[str]) -> list[str]:
    """All tails of the digit runs in the texts, so that any fragment is the beginning of some token."""
    found: dict[str, None] = {}
    for text in texts:
        for _, _, digits in digit_runs(text):
            tails = (digits[start : start + MAX_DIGITS] for start in range(len(digits) - MIN_DIGITS + 1))
            found.update(dict.fromkeys(tails))
    return list(found)


def fragments(digits: str) -> tuple[str, ...]:
    """The ways to look a piece of a number up: as typed, and without a prefix of zeros (0888 ... for +359 888 ...)."""
    bare = digits.lstrip("0")[:MAX_DIGITS]
    digits = digits[:MAX_DIGITS]
    return (digits, bare) if bare != digits and len(bare) >= MIN_DIGITS else (digits,)


def contact_piece(text: str) -> str:
    """A contact, or a piece of one, as contacts are compared: its letters and digits, in lower case, without accents."""
    return "".join(word.plain for word in fold_words(text))


def contact_tokens(contacts: Iterable[str]) -> list[str]:
    """All tails of the contacts, so that any piece is the beginning of some token.

    They stand among the tails of numbers and begin with a letter, so that no number is found by them.
    """
    found: dict[str, None] = {}
    for contact in islice(contacts, MAXCONTACTS):
        whole = contact_piece(contact[:MAX_RUN])
        tails = (f"{CONTACT}{whole[start : start + MAX_DIGITS]}" for start in range(len(whole) - MIN_PIECE + 1))
        found.update(dict.fromkeys(tails))
    return list(found)


def contact_fragments(text: str) -> tuple[str, ...]:
    """The beginnings of tokens that a piece of a contact is looked up by; none for a piece too short to tell anything."""
    runs = digit_runs(text)
    whole = contact_piece(text)
    if len(runs) == 1 and whole.isdecimal():
        # However it is written: +44 (0)7700 and 07700 are one number.
        return tuple(f"{CONTACT}{piece}" for piece in fragments(runs[0][2]))
    return (f"{CONTACT}{whole[:MAX_DIGITS]}",) if len(whole) >= MIN_PIECE else ()


_PLAIN: dict[int, str | None] = {**_MARKS, **_UNSEEN}


def _skeleton(plain: str) -> str:
    text = plain.replace("ьо", "io")
    if "υ" in text or "π" in text or "τ" in text:  # Greek: ου is one sound, and so is μπ or ντ at the beginning
        text = _GREEK_START.sub(lambda match: _GREEK_PAIR[match[0]], text.replace("ου", "ou"))
    text = text.translate(_LETTERS)
    if "4" in text or "6" in text:
        text = _CHAT_DIGIT.sub(lambda match: _CHAT_SOUND[match[0]], text)
    for spelled, sound in _SOUNDS:
        text = text.replace(spelled, sound)
    return _DOUBLED.sub(r"\1", text)


def _one_script(word: str) -> str:
    latin = {letter for letter in word if "a" <= letter <= "z"}
    cyrillic = {letter for letter in word if "Ѐ" <= letter <= "ӿ"}
    if cyrillic <= set(_ALIKE_CYRILLIC):
        return word.translate(_TO_LATIN)
    if latin <= set(_ALIKE_LATIN):
        return word.translate(_TO_CYRILLIC)
    return word


def _digits(run: str) -> str:
    # +44 (0)7700 900123: the trunk prefix in brackets is dialled from within the country only.
    run = run.replace("(0)", "")
    if run.isascii():
        return "".join(letter for letter in run if letter.isdigit())
    return "".join(str(unicodedata.decimal(letter)) for letter in run if letter.isdecimal())


def _last_digit(run: str) -> int:
    end = len(run)
    while not run[end - 1].isdecimal():
        end -= 1
    return end
