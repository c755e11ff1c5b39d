"""What the letters of a sentence say beside its vector: hashed pieces of words, weighed by how rare they are.

The vector knows what a sentence means and forgets much of how it is said; with a few hundred labelled adverts the wording
itself tells heads more than any further vector would (benchmarks/heads.py prints heads without it beside those with it).
Words are folded as for searching (strazha.store.folding), so that "раб.", "rab." and "РАБ." are one, and numbers count as
one sign.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import numpy as np

from strazha.store.folding import fold_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Places for pieces of words. Four times as many brought nothing.
PLACES = 1 << 13
_SHORTEST, _LONGEST = 3, 5
#: Words of one sentence looked at: a text without full stops must not cost more than a text has to.
MOST = 200
_DIGITS = re.compile(r"\d+")


class Grams(NamedTuple):
    """Sentences as sparse rows, one after the other (as scipy's CSR): row n has ``where[starts[n]:starts[n + 1]]``."""

    starts: NDArray[np.int64]
    #: Places of the pieces, below ``PLACES``, and how often each occurs: float32, 1 + log of the count.
    where: NDArray[np.int32]
    weight: NDArray[np.float32]


@lru_cache(maxsize=50_000)
def _pieces(word: str) -> tuple[int, ...]:
    edged = f" {word} "
    found = []
    for length in range(_SHORTEST, _LONGEST + 1):
        if len(edged) <= length:
            found.append(edged)
            break
        found.extend(edged[at : at + length] for at in range(len(edged) - length + 1))
    return tuple(crc32(piece.encode()) % PLACES for piece in found)


def grams(texts: Sequence[str], *, most: int = MOST) -> Grams:
    """The pieces of words of each text, of its first ``most`` words."""
    starts: list[int] = [0]
    where: list[int] = []
    counts: list[int] = []
    for text in texts:
        counted: Counter[int] = Counter()
        for word in fold_words(text)[:most]:
            counted.update(_pieces(_DIGITS.sub("#", word.main)))
        where.extend(counted.keys())
        counts.extend(counted.values())
        starts.append(len(where))
    weight = 1.0 + np.log(np.array(counts, np.float32))
    return Grams(np.array(starts, np.int64), np.array(where, np.int32), weight.astype(np.float32))


def rarity(rows: Grams) -> NDArray[np.float32]:
    """[PLACES]: how much a piece tells, by the number of sentences it stands in (the usual smoothed logarithm)."""
    in_sentences = np.bincount(rows.where, minlength=PLACES)
    sentences = len(rows.starts) - 1
    rare: NDArray[np.float32] = (1.0 + np.log((1 + sentences) / (1 + in_sentences))).astype(np.float32)
    return rare


def weighed(rows: Grams, rare: NDArray[np.float32]) -> Grams:
    """The same rows with rarity taken in, each of length 1; an empty row stays empty."""
    weight = rows.weight * rare[rows.where]
    numbers = np.repeat(np.arange(len(rows.starts) - 1), np.diff(rows.starts))
    lengths = np.sqrt(np.bincount(numbers, weights=weight * weight, minlength=len(rows.starts) - 1))
    return rows._replace(weight=(weight / np.maximum(lengths, 1e-9)[numbers]).astype(np.float32))


def scores(rows: Grams, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """[sentences, heads]: rows times ``weights`` [PLACES, heads], float32."""
    found = np.zeros((len(rows.starts) - 1, weights.shape[1]), np.float32)
    for row, (start, end) in enumerate(zip(rows.starts[:-1].tolist(), rows.starts[1:].tolist(), strict=True)):
        found[row] = rows.weight[start:end] @ weights[rows.where[start:end]]
    return found
