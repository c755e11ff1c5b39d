"""The form in which texts are compared: one Latin spelling for Cyrillic, Greek and typed-over alphabets.

Folded text (ReadText.folded) is mostly Latin already, by one rule. But rewriting an advert in Latin letters
("shlyokavitsa"), or back, is a cheap disguise, and there is no one spelling of it: ш is ``sh``, ``6`` or ``w``, я is
``ya``, ``ia`` or ``q``. So both sides are brought to a coarse form in which the usual spellings coincide. It serves
comparison only and is never shown.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from strazha.model import Linkable

#: Adverts longer than this are compared by their beginning: operations do not rewrite only the twentieth paragraph, and a
#: comparison stays bounded whatever a page holds.
MAX_CHARS = 6000

_TABLE: dict[int, int | str] = {
    **str.maketrans("абвгдезиклмнопрстуфхыэіїєґћђжцчшъ", "abvgdeziklmnoprstufhieiiegczzccsa"),
    **str.maketrans("јљњџ", "ilnc"),
    **str.maketrans("αβγδεζηθικλμνξοπρσςτυφχψω", "abgdezitiklmnzoprsstufhpo"),
    # Latin letters that stand for several sounds in typed-over Bulgarian, and the letters of neighbouring alphabets.
    **str.maketrans("jwxyıłøđß", "zvhiilozs"),
    ord("щ"): "st",
    ord("ь"): "",
    ord("ю"): "iu",
    ord("я"): "ia",
    ord("q"): "ia",
}
#: Spellings of one sound, longest first; digits only where they stand inside a word (they are letters there).
_SPELLINGS = (("sht", "st"), ("zh", "z"), ("sh", "s"), ("ch", "c"), ("ts", "c"), ("kh", "h"), ("ph", "f"))


class Prepared(Linkable):
    """An advert whose comparison form is known already (see clusters/shelf.py); ``folded`` is empty then."""

    form: str = ""


def form_of(advert: Linkable) -> str:
    """The advert's text in comparison form."""
    return advert.form if isinstance(advert, Prepared) else skeleton(advert.folded)


@lru_cache(maxsize=50_000)
def skeleton(folded: str) -> str:
    """``folded`` (see ReadText.folded) in the coarse Latin spelling: letters and single spaces only."""
    text = unicodedata.normalize("NFKD", folded[:MAX_CHARS].lower())
    words = (_word(word) for word in text.split())
    return " ".join(word for word in words if word)


@lru_cache(maxsize=200_000)
def _word(word: str) -> str:
    letters = "".join(ch for ch in word if ch.isalnum())
    if letters.isdigit():
        return ""
    letters = letters.replace("4", "c").replace("6", "s")
    for spelling, sound in _SPELLINGS:
        letters = letters.replace(spelling, sound)
    letters = letters.translate(_TABLE)
    kept: list[str] = []
    for ch in letters:
        # Doubled letters and runs of one sound ("ii" for "ий") are written once; what no table knows stays as it is.
        if ch.isalpha() and (not kept or kept[-1] != ch):
            kept.append(ch)
    return "".join(kept)


def same_name(name: str) -> str:
    """The form in which two spellings of a first name coincide (``Елица``, ``Elitsa`` and ``Elica`` are one)."""
    return skeleton(name).replace(" ", "")
