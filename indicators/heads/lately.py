"""Sentences met lately and what the heads make of each, so that a copy of an advert costs no second look.

Copies are rarely exact: another price, another telephone that nobody can read as one, two words that changed places. Such a
sentence may borrow the vector of the one it is like, until the advert shows that it matters (``finder.py``). Nothing is
borrowed across a word: other words are another sentence.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from indicators.heads.grams import forget
from indicators.heads.model import Heads
from strazha.model.vectors import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Sentences remembered, some 2 KB each: copies of an advert stand near one another in a crawl.
MOST = 16_384
#: Sentences as short are encoded rather than lent to when their order differs: few words have little to tell by.
_SHORT = 6
#: Words that may stand elsewhere: two, or one in this many.
_MOVED = 5

_WORD = re.compile(r"[^\W\d_]+|\d+|#")
#: A telephone, whoever's it is: digits with blanks, brackets, strokes and dashes between, seven or more.
_LONG_NUMBER = re.compile(r"\+?\d(?:[ ()/.-]{0,3}\d){6,}")
#: A price or another larger number; ages and hours have two digits, and tell more.
_NUMBER = re.compile(r"\d{3,}")


class Made(NamedTuple):
    """What the heads make of a sentence."""

    #: Its centred vector, [384], and what it says by itself, in logits, [heads].
    vector: NDArray[np.float32]
    alone: NDArray[np.float32]
    #: The vector is that of another sentence of the same words.
    lent: bool


class Lately:
    """Remembers sentences; safe to share between threads."""

    def __init__(self, encoder: Encoder, heads: Heads) -> None:
        self._encoder, self._heads = encoder, heads
        self._lock = threading.Lock()
        self._made: OrderedDict[str, Made] = OrderedDict()
        #: The same words in whatever order -> the sentence that was encoded.
        self._lenders: dict[str, str] = {}

    def own(self, texts: Collection[str]) -> dict[str, Made]:
        """Every sentence with its own vector."""
        found = self._known(texts)
        wanted = [text for text in texts if text not in found or found[text].lent]
        return {**found, **self._encoded(wanted)}

    def lent(self, texts: Collection[str]) -> dict[str, Made]:
        """Every sentence with its own vector, or with that of one of the same words in nearly the same order."""
        found = self._known(texts)
        fresh: list[str] = []
        lenders: dict[str, str] = {}
        for text in texts:
            if text in found:
                continue
            lender = self._lender(text)
            if lender is None:
                fresh.append(text)
            else:
                lenders[text] = lender
        found.update(self._encoded(fresh))
        with self._lock:
            vectors = {text: found.get(lender) or self._made.get(lender) for text, lender in lenders.items()}
        found.update(self._encoded([text for text, made in vectors.items() if made is None]))
        borrowed = {text: made.vector for text, made in vectors.items() if made is not None}
        found.update(self._keep(borrowed, lent=True))
        return found

    def forget(self) -> None:
        """Forget all sentences (for measurements)."""
        with self._lock:
            self._made.clear()
            self._lenders.clear()
        forget()

    def _known(self, texts: Collection[str]) -> dict[str, Made]:
        found: dict[str, Made] = {}
        with self._lock:
            for text in texts:
                made = self._made.get(text)
                if made is not None:
                    self._made.move_to_end(text)
                    found[text] = made
        return found

    def _lender(self, text: str) -> str | None:
        """A known sentence of the same words; this one is the first of its kind where there is none."""
        words = words_of(text)
        same = " ".join(sorted(words))
        with self._lock:
            lender = self._lenders.setdefault(same, text)
        if lender == text or not words:
            return None
        return lender if near(words, words_of(lender)) else None

    def _encoded(self, texts: Sequence[str]) -> dict[str, Made]:
        if not texts:
            return {}
        vectors = self._heads.centred(self._encoder.encode(texts))
        return self._keep(dict(zip(texts, vectors, strict=True)), lent=False)

    def _keep(self, vectors: Mapping[str, NDArray[np.float32]], *, lent: bool) -> dict[str, Made]:
        if not vectors:
            return {}
        alone = self._heads.alone(np.array(list(vectors.values())), list(vectors))
        # Copies, as a part of a batch would keep the whole of it.
        rows = zip(vectors.items(), alone, strict=True)
        made = {text: Made(vector.copy(), row.copy(), lent) for (text, vector), row in rows}
        with self._lock:
            self._made.update(made)
            while len(self._made) > MOST:
                text, _ = self._made.popitem(last=False)
                same = " ".join(sorted(words_of(text)))
                if self._lenders.get(same) == text:
                    del self._lenders[same]
        return made


def words_of(text: str) -> list[str]:
    """The words of a sentence in order, in small letters, larger numbers as one sign, without punctuation and pictograms."""
    return _WORD.findall(_NUMBER.sub("#", _LONG_NUMBER.sub("#", text)).casefold())


def near(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two orders of the same words are nearly one."""
    moved = sum(one != other for one, other in zip(words, others, strict=True))
    return not moved or (len(words) >= _SHORT and moved <= max(2, len(words) // _MOVED))
