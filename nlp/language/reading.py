"""Latin-typed Bulgarian (shlyokavitsa) read as Cyrillic.

People type ч as 4 or ch, ш as 6 or sh, я as q, ya or ja, ъ as u, y or a, and so on, several ways within one advert. A known
word is found through a key in which everything confusable is merged; an unknown one is spelt out by rule.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType

from nlp.language.vocabulary import bulgarian_words
from nlp.normalise.rewrite import rewrite
from strazha.model.text import NormalText, Passage

#: A word as typed: letters, with 4 and 6 as letters where they touch one.
TOKEN = re.compile(r"(?<![\w@./])(?:[46](?=[a-z]))?[a-z](?:[a-z']|[46](?![0-9]))*(?![\w@]|\.\w|://)", re.IGNORECASE)

_VOWELS = "aeiouyq"
#: Longest first; what each spelling stands for when the word is not known.
_TYPED = "sht 6t zh sh ch dj kh ts tz yu iu ju ya ja ia yo jo io ph ck 4 6 " + " ".join("abcdefghijklmnopqrstuvwxyz")
_MEANT = "щ щ ж ш ч дж х ц ц ю ю ю я я ия йо йо ьо ф ц ч ш а б ц д е ф г х и ж к л м н о п я р с т у в в кс ъ з"
_SPELLINGS = MappingProxyType({**dict(zip(_TYPED.split(), _MEANT.split(), strict=True)), "'": ""})
_SPLIT = re.compile("|".join(sorted(map(re.escape, _SPELLINGS), key=len, reverse=True)))
_MERGE = str.maketrans({"ъ": "а", "у": "а", "й": "и", "ь": "", "ж": "ж", "щ": "шт", "ц": "тс", "ѝ": "и"})


def key(word: str) -> str:
    """The key of a Cyrillic word: letters that Latin typing confuses are merged."""
    merged = word.lower().translate(_MERGE).replace("ия", "я").replace("иа", "я").replace("ьо", "о").replace("ио", "о")
    return merged.replace("иа", "я")


def _latin_keys(word: str) -> tuple[str, ...]:
    spelt = [_spell(word)]
    if "j" in word:
        # j is ж for some and й for others.
        spelt.append(_spell(word.replace("ja", "ZHa").replace("ju", "ZHu").lower()))
        spelt.append(_spell(re.sub(r"j", "i", word)))
    if "x" in word:
        spelt.append(_spell(word.replace("x", "h")))
    if "h" in word and "sht" in word:
        spelt.append(_spell(word.replace("sht", "s-ht").replace("-", "")))
    return tuple(dict.fromkeys(key(form) for form in spelt))


@lru_cache(maxsize=1)
def _index() -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for word in bulgarian_words():
        index.setdefault(key(word), []).append(word)
    return {form: tuple(words) for form, words in index.items()}


@lru_cache(maxsize=20_000)
def known(word: str) -> str:
    """The Bulgarian word a lower-case Latin-typed token stands for, or an empty string if no known word fits."""
    best, least = "", 3.0
    typed = [char for char in _unspelt(word) if char in "auy"]
    for form in _latin_keys(word):
        for rank, candidate in enumerate(_index().get(form, ())):
            cost = _cost(typed, candidate) + rank * 0.01 + 0.5 * ("j" in word and "ж" not in candidate)
            if cost < least:
                best, least = candidate, cost
    return best


def _unspelt(word: str) -> str:
    return re.sub(r"ya|ia|ja|yu|iu|ju", "", word)


#: How far from what was typed each reading is: a for ъ is common, u for ъ as common as for у, anything else is another word.
_COSTS = {("a", "а"): 0.0, ("a", "ъ"): 0.6, ("u", "у"): 0.2, ("u", "ъ"): 0.2, ("y", "ъ"): 0.0, ("y", "у"): 1.0}


def _cost(typed: list[str], candidate: str) -> float:
    letters = [char for char in candidate if char in "аъу"]
    typed = [char for char in typed if char != "y"] if len(typed) != len(letters) else typed
    if len(typed) != len(letters):
        return 1.0
    return sum(_COSTS.get(pair, 3.0) for pair in zip(typed, letters, strict=True))


def _spell(word: str) -> str:
    pieces: list[str] = []
    for match in _SPLIT.finditer(word):
        piece, at = match.group(), match.start()
        before, after = word[at - 1 : at], word[match.end() : match.end() + 1]
        if piece in {"ja", "ju"} and before:
            # Within a word j is ж far more often than the first half of я or ю.
            pieces.append("ж" + _SPELLINGS[piece[1]])
        elif (
            (piece == "y" and ((before and before in _VOWELS) or (after and after in _VOWELS)))
            or (piece == "j" and before and before in "aeou" and after in {"", "k", "t"})
            or (piece == "i" and before and before in "aeou" and (not after or after not in _VOWELS))
        ):
            pieces.append("й")
        elif (
            piece == "u"
            and before
            and before not in _VOWELS
            and after in {"r", "l"}
            and word[match.end() + 1 : match.end() + 2] not in set(_VOWELS) | {""}
        ):
            pieces.append("ъ")
        else:
            pieces.append(_SPELLINGS[piece])
    return "".join(pieces)


@lru_cache(maxsize=20_000)
def to_cyrillic(word: str) -> str:
    """The Cyrillic reading of one Latin-typed word, case kept."""
    low = word.lower()
    read = known(low) or _spell(low)
    if word.isupper() and len(word) > 1:
        return read.upper()
    return read[:1].upper() + read[1:] if word[:1].isupper() else read


def read_cyrillic(normal: NormalText, passages: tuple[Passage, ...]) -> NormalText:
    """The whole text with the words of the given passages in Cyrillic, mapped to the captured text word by word."""
    spans = [(passage.start, passage.end) for passage in passages]
    at = 0

    def replace(match: re.Match[str]) -> str | None:
        nonlocal at
        while at < len(spans) and spans[at][1] <= match.start():
            at += 1
        if at == len(spans) or match.start() < spans[at][0]:
            return None
        return to_cyrillic(match.group())

    return rewrite(normal, TOKEN, replace)
