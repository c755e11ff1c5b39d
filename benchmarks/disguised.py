"""2,000 disguised telephone numbers and 500 distractors: ``python benchmarks/disguised.py [--show] [--write FILE]``.

Prints recall by transformation and by language, and the share of distractors in which nothing was found. The transformations
were designed without knowledge of the decoder; numbers are of the fictional ranges only; seeds are fixed. Each row has a
carrier sentence in its language, and the country whose national form the number has. Its digits are written as follows:

words               every digit as its word: ``нула осем осем ...``
variants            a random form of each word: inflected, the digit's noun, colloquial (``нулата``, ``осмица``, ``oh``)
transliterated      the words in Latin letters as people type them; accents off where the language is written in Latin letters;
                    English by homophones (``for``, ``too``, ``ate``)
tens                pairs as numbers below a hundred: ``осемдесет и осем``; pairs with a leading 0 digit by digit
hundreds            groups of three as numbers below a thousand: ``осемстотин осемдесет и осем``
words_and_digits    each digit as digit or as word, half and half, separated at random or not at all
repeats             runs of two or three as ``double 8``, ``три осмици``, ``dreimal null``
glued               words without blanks: ``нулаосемосем``
stretched           words with repeated letters and alternating capitals: ``нуУула``
code_switch         each digit's word from another of the ten languages
letters             about half of the digits as letters that look like them: O, l, З, б, B, S, Ч, of three scripts
unicode_digits      full-width, mathematical, circled, superscript, Arabic-Indic or Devanagari digits, one style a number
keycaps             keycap emoji, with or without the variation selector, some digits plain
emoji_objects       🅾 for 0, 🎱 for 8, 🥇🥈🥉 for 1 to 3, the others as keycaps
separators          single digits with one odd separator: ~ * _ • ♥ | line breaks, dots, dashes
brackets            each digit, or each group of two, in brackets or quotation marks
invisible           zero-width, soft hyphen, bidirectional and combining marks between plain digits
between             two halves with words of the language between: ``започва с 0888, завършва на 001234``
title_body          the first half ends the title, the second begins the body
plus_in_words       the international form with plus and country code in words

Out of scope: numbers to be read backwards, sums and riddles ("my age twice"), digits in pictures.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
WORDS: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "disguised_words.yaml").read_text(encoding="utf-8"))
DISTRACTORS: dict[str, dict[str, list[str]]] = yaml.safe_load((HERE / "distractors.yaml").read_text(encoding="utf-8"))
LANGUAGES = tuple(WORDS)
#: Rows of each transformation in each language: 20 x 10 x 10 = 2,000.
EACH = 10
#: Country -> (calling code, patterns of fictional national numbers; # is any digit).
RANGES = {"BG": ("359", ("088800####", "099910####")), "GB": ("44", ("07700900###",)), "DE": ("49", ("0176040690##",))}
HOME = {"bg": "BG", "en": "GB", "de": "DE"}
SITES = {"bg": "BG", "en": "GB", "ro": "RO", "ru": "BG", "uk": "UA", "de": "DE", "el": "GR", "tr": "TR", "sr": "RS", "es": "ES"}

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "j", "з": "z", "и": "i", "й": "i", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
    "ц": "c", "ъ": "a", "ь": "", "ю": "yu", "я": "ya", "є": "ye", "і": "i", "ї": "yi", "ґ": "g", "ё": "e", "ы": "y",
    "э": "e", "'": "", "ч": "4", "ш": "6", "щ": "6t",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "h", "ψ": "ps", "ω": "o",
}  # fmt: skip
_LETTERS = {"0": "OoОоΟο", "1": "IlІ|", "2": "Zz", "3": "Зз", "4": "Чч", "5": "Ss", "6": "б", "8": "BВ", "9": "gq"}
_STYLES = (
    "０１２３４５６７８９",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡",
    "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "⓿❶❷❸❹❺❻❼❽❾",
    "٠١٢٣٤٥٦٧٨٩",
    "०१२३४५६७८९",
)
_OBJECTS = {"0": "🅾️", "1": "🥇", "2": "🥈", "3": "🥉", "8": "🎱"}
_INVISIBLE = "\u200b\u200c\u200d\u2060\u00ad\u200e\u202a\u0336"


@dataclass(frozen=True)
class Disguised:
    """One row: what the page shows, and the telephone that it says (none for a distractor)."""

    kind: str
    lang: str
    country: str
    title: str
    body: str
    expected: str | None


Transformation = Callable[[str, str, random.Random], str]


def spoken(number: int, lang: str) -> str:
    """A number from 1 to 999 in words."""
    own = WORDS[lang]
    hundreds, rest = divmod(number, 100)
    below = "" if not rest else _below_hundred(rest, lang)
    if not hundreds:
        return below
    head = "cien" if lang == "es" and number == 100 else str(own["hundreds"][hundreds - 1])
    if not rest:
        return head
    # Bulgarian says "and" once, before the last part; English always, before the tens.
    lone = rest < 20 or rest % 10 == 0
    return head + (own["and_hundred"] if lone or lang in ("en", "de") else " ") + below


def _below_hundred(number: int, lang: str) -> str:
    own = WORDS[lang]
    if number < 10:
        return str(own["digits"][number][0])
    if number < 20:
        return str(own["teens"][number - 10])
    tens, unit = own["tens"][number // 10 - 2], number % 10
    if not unit:
        return str(tens)
    word = own["digits"][unit][0]
    if own.get("reversed"):
        return ("ein" if unit == 1 else word) + own["and"] + tens
    if lang == "es" and number < 30:
        return "veinti" + word
    return str(tens) + own["and"] + word


def _word(digit: str, lang: str) -> str:
    return str(WORDS[lang]["digits"][int(digit)][0])


def words(digits: str, lang: str, rng: random.Random) -> str:
    return rng.choice((" ", " ", ", ", "-")).join(_word(digit, lang) for digit in digits)


def variants(digits: str, lang: str, rng: random.Random) -> str:
    return rng.choice((" ", ", ")).join(rng.choice(WORDS[lang]["digits"][int(digit)]) for digit in digits)


def transliterated(digits: str, lang: str, rng: random.Random) -> str:
    if lang == "en":
        return " ".join(WORDS["en"]["homophones"][int(digit)] for digit in digits)
    return " ".join(_latin(_word(digit, lang), lang) for digit in digits)


def _latin(word: str, lang: str) -> str:
    if lang == "de":
        word = word.replace("ü", "ue")
    if lang in ("bg", "ru", "uk"):
        letters = "".join(_CYRILLIC.get(letter, letter) for letter in word)
        # The figures for ч and ш are a Bulgarian habit.
        return letters if lang == "bg" else letters.replace("4", "ch").replace("6", "sh")
    bare = "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
    return "".join(_GREEK.get(letter, letter) for letter in bare).replace("ı", "i")


def tens(digits: str, lang: str, rng: random.Random) -> str:
    start = len(digits) % 2
    groups = ([digits[:start]] if start else []) + [digits[at : at + 2] for at in range(start, len(digits), 2)]
    return rng.choice((", ", " - ", " / ")).join(_group(group, lang) for group in groups)


def _group(group: str, lang: str) -> str:
    zeros = len(group) - len(group.lstrip("0"))
    said = [_word("0", lang)] * zeros
    if group[zeros:]:
        said.append(spoken(int(group), lang))
    return " ".join(said)


def hundreds(digits: str, lang: str, rng: random.Random) -> str:
    groups = [digits[0]] + [digits[at : at + 3] for at in range(1, len(digits), 3)]
    return rng.choice((", ", " - ", " / ")).join(_group(group, lang) for group in groups)


def words_and_digits(digits: str, lang: str, rng: random.Random) -> str:
    gap = rng.choice((" ", "-", "", ". "))
    return gap.join(digit if rng.random() < 0.5 else _word(digit, lang) for digit in digits)


def repeats(digits: str, lang: str, rng: random.Random) -> str:
    own, said = WORDS[lang], []
    for run in re.finditer(r"(\d)\1{0,2}", digits):
        digit, length = run[1], len(run[0])
        if length == 1:
            said.append(_word(digit, lang))
        elif "plural" in own and rng.random() < 0.6:
            said.append(own["two_of" if length == 2 else "three_of"].format(own["plural"][int(digit)]))
        else:
            said.append(own["twice" if length == 2 else "thrice"].format(rng.choice((digit, _word(digit, lang)))))
    return ", ".join(said).replace("две нуля", "два нуля")


def glued(digits: str, lang: str, rng: random.Random) -> str:
    return "".join(_word(digit, lang) for digit in digits)


def stretched(digits: str, lang: str, rng: random.Random) -> str:
    said = []
    for digit in digits:
        word = _word(digit, lang)
        at = rng.randrange(len(word))
        word = word[:at] + word[at] * rng.randint(1, 4) + word[at + 1 :]
        said.append("".join(letter.upper() if rng.random() < 0.4 and lang != "tr" else letter for letter in word))
    return " ".join(said)


def code_switch(digits: str, lang: str, rng: random.Random) -> str:
    return " ".join(_word(digit, rng.choice(LANGUAGES)) for digit in digits)


def letters(digits: str, lang: str, rng: random.Random) -> str:
    shown = [rng.choice(_LETTERS[digit]) if digit in _LETTERS and rng.random() < 0.5 else digit for digit in digits]
    return _spaced("".join(shown), rng)


def _spaced(shown: str, rng: random.Random) -> str:
    gap = rng.choice((" ", "-", "", "/"))
    return gap.join((shown[:4], shown[4:7], shown[7:]))


def unicode_digits(digits: str, lang: str, rng: random.Random) -> str:
    style = rng.choice(_STYLES)
    return _spaced("".join(style[int(digit)] for digit in digits), rng)


def keycaps(digits: str, lang: str, rng: random.Random) -> str:
    sign = rng.choice(("\ufe0f\u20e3", "\u20e3"))
    return rng.choice(("", " ", "-")).join(digit + (sign if rng.random() < 0.8 else "") for digit in digits)


def emoji_objects(digits: str, lang: str, rng: random.Random) -> str:
    return rng.choice(("", " ")).join(_OBJECTS.get(digit, digit + "\ufe0f\u20e3") for digit in digits)


def separators(digits: str, lang: str, rng: random.Random) -> str:
    return rng.choice(
        (" ~ ", "*", "_", " • ", "♥", " | ", "\n", ".", " - ", "...", "\\", "=", "➖", " ; ", "\u00a0\u00a0")
    ).join(digits)


def brackets(digits: str, lang: str, rng: random.Random) -> str:
    left, right = rng.choice((("(", ")"), ("[", "]"), ("{", "}"), ("«", "»"), ("<", ">"), ("'", "'")))
    size = rng.choice((1, 2))
    return rng.choice(("", " ")).join(left + digits[at : at + size] + right for at in range(0, len(digits), size))


def invisible(digits: str, lang: str, rng: random.Random) -> str:
    return "".join(digit + (rng.choice(_INVISIBLE) if rng.random() < 0.7 else "") for digit in digits)


def between(digits: str, lang: str, rng: random.Random) -> str:
    half = rng.choice((4, 5, 6))
    a, b = (part if rng.random() < 0.6 else words(part, lang, random.Random(0)) for part in (digits[:half], digits[half:]))
    return str(rng.choice(WORDS[lang]["between"])).format(a=a, b=b)


def plus_in_words(digits: str, lang: str, rng: random.Random) -> str:
    gap = rng.choice((" ", ", "))
    return gap.join([str(WORDS[lang]["plus"]), *(_word(digit, lang) for digit in digits)])


TRANSFORMATIONS: dict[str, Transformation | None] = {
    "words": words, "variants": variants, "transliterated": transliterated, "tens": tens,
    "hundreds": hundreds, "words_and_digits": words_and_digits, "repeats": repeats, "glued": glued,
    "stretched": stretched, "code_switch": code_switch, "letters": letters, "unicode_digits": unicode_digits,
    "keycaps": keycaps, "emoji_objects": emoji_objects, "separators": separators, "brackets": brackets,
    "invisible": invisible, "between": between, "title_body": None, "plus_in_words": plus_in_words,
}  # fmt: skip


def numbers(seed: int = 20261122) -> Iterator[Disguised]:
    """The 2,000 disguised numbers, always the same for one seed."""
    for kind, transform in TRANSFORMATIONS.items():
        for lang in LANGUAGES:
            # One stream for each cell: a changed transformation leaves the others' rows as they were.
            rng = random.Random(f"{seed}/{kind}/{lang}")
            for _ in range(EACH):
                yield _row(kind, transform, lang, rng)


def _row(kind: str, transform: Transformation | None, lang: str, rng: random.Random) -> Disguised:
    country = HOME[lang] if lang in HOME and rng.random() < 0.7 else rng.choice(tuple(RANGES))
    code, patterns = RANGES[country]
    national = re.sub("#", lambda _: str(rng.randrange(10)), rng.choice(patterns))
    expected, carrier = f"+{code}{national[1:]}", str(rng.choice(WORDS[lang]["carriers"]))
    if transform is None:
        half = rng.choice((4, 5, 6))
        parts = [part if rng.random() < 0.5 else words(part, lang, rng) for part in (national[:half], national[half:])]
        title = str(rng.choice(WORDS[lang]["titles"])).format(a=parts[0])
        return Disguised(
            kind, lang, country, title, parts[1] + ". " + str(WORDS[lang]["carriers"][4]).partition("{n}")[0].strip(), expected
        )
    digits = code + national[1:] if kind == "plus_in_words" else national
    return Disguised(kind, lang, country, _plain_title(lang), carrier.format(n=transform(digits, lang, rng)), expected)


def distractors(count: int = 500, seed: int = 20261122) -> Iterator[Disguised]:
    """Sentences with numbers that are no telephones, kinds and languages in turn."""
    rng = random.Random(f"{seed}/distractors")
    cells = [(kind, lang) for kind in DISTRACTORS for lang in LANGUAGES]
    for at in range(count):
        kind, lang = cells[at % len(cells)]
        text = _completed(rng.choice(DISTRACTORS[kind][lang]), lang, rng)
        yield Disguised(f"no {kind}", lang, SITES[lang], _plain_title(lang), text, None)


def _completed(sentence: str, lang: str, rng: random.Random) -> str:
    return re.sub(r"\{(\w)(?::(\d+))?\}", lambda hit: _filled(hit[1], int(hit[2] or 0), lang, rng), sentence)


def _plain_title(lang: str) -> str:
    return str(WORDS[lang]["titles"][0]).partition("{a}")[0].partition(",")[0].strip()


def _filled(what: str, size: int, lang: str, rng: random.Random) -> str:
    if what in "nz":
        digits = "".join(str(rng.randrange(10)) for _ in range(size - 1))
        return ("0" if what == "z" else str(rng.randint(1, 9))) + digits
    if what == "d":
        return rng.choice(("{0:02}.{1:02}.{2}", "{0}/{1}/{2}", "{2}-{1:02}-{0:02}")).format(
            rng.randint(1, 28), rng.randint(1, 12), rng.randint(1985, 2027)
        )
    if what == "h":
        return f"{rng.randint(6, 23):02}:{rng.choice(('00', '15', '30', '45'))}"
    return spoken(rng.randint(21, 999), lang) if what == "w" else str(rng.randint(1, 29))


def measure(show: bool = False) -> dict[str, Any]:
    """Read everything with ``nlp.pipeline.Reader``; returns counts by transformation and language, and prints nothing."""
    from nlp.pipeline import Reader

    reader = Reader()
    found: dict[str, Counter[str]] = defaultdict(Counter)
    missed: list[tuple[Disguised, list[str]]] = []
    for row in [*numbers(), *distractors()]:
        reading = reader.read(row.title, row.body, country=row.country, lang_hint="")
        phones = [str(one.value) for one in reading.mentions if one.kind == "phone"]
        wrong = [one for one in phones if one != row.expected]
        right = (row.expected in phones) if row.expected else not phones
        for name in (row.kind, row.lang if row.expected else "", "all numbers" if row.expected else "all distractors"):
            if name:
                found[name].update(rows=1, right=int(right), wrong=len(wrong))
        if not right:
            missed.append((row, phones))
    if show:
        for row, phones in missed:
            print(f"{row.kind} {row.lang} {row.country} {row.expected} found {phones}: {row.title} | {row.body!r}")
    return {name: dict(counts) for name, counts in found.items()}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true", help="print every row that was read wrongly")
    parser.add_argument("--write", type=Path, help="write the rows as JSON lines instead of reading them")
    given = parser.parse_args()
    if given.write:
        rows = [*numbers(), *distractors()]
        given.write.write_text("".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return
    figures = measure(given.show)
    parts = (
        ("Recall by transformation", [*TRANSFORMATIONS, "all numbers"]),
        ("Recall by language", list(LANGUAGES)),
        ("Distractors in which nothing was found", [name for name in figures if name.startswith("no ")] + ["all distractors"]),
    )
    for head, names in parts:
        print(f"\n{head}\n{'':20} {'rows':>5} {'right':>6} {'share':>6} {'wrong numbers':>14}")
        for name in names:
            rows, right, wrong = (figures[name][key] for key in ("rows", "right", "wrong"))
            print(f"{name:20} {rows:5} {right:6} {right / rows:6.3f} {wrong:14}")


if __name__ == "__main__":
    main()
