"""What the letters of a sentence say beside its vector: hashed pieces of words, weighed by how rare they are.

The vector knows what a sentence means and forgets much of how it is said; with a few hundred labelled adverts the wording
itself tells heads much (``python -m benchmarks.heads --parts`` prints heads without it beside those with it).
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

    Counted = tuple[NDArray[np.int32], NDArray[np.float32]]

#: Places for pieces of words: the fewer, the smaller the heads' file; chance meetings in one place are learnt around.
PLACES = 1 << 13
_SHORTEST, _LONGEST = 3, 5
#: Words of one sentence looked at: a text without full stops must not cost more than a text has to.
MOST = 200
#: Longer sentences are not remembered: they are not typed, and would fill the memory.
_LONG = 1000
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


def _counted(text: str) -> Counted:
    """Places of a sentence's pieces, and how often each occurs. Adverts repeat themselves, so sentences are remembered."""
    return _count(text) if len(text) > _LONG else _remembered(text)


def _count(text: str) -> Counted:
    counted: Counter[int] = Counter()
    for word in fold_words(text)[:MOST]:
        counted.update(_pieces(_DIGITS.sub("#", word.main)))
    size = len(counted)
    return np.fromiter(counted.keys(), np.int32, size), np.fromiter(counted.values(), np.float32, size)


_remembered = lru_cache(maxsize=20_000)(_count)


def forget() -> None:
    """Forget the sentences met lately (for measurements); words stay known."""
    _remembered.cache_clear()


def grams(texts: Sequence[str]) -> Grams:
    """The pieces of words of each sentence."""
    found = [_counted(text) for text in texts]
    starts = np.cumsum([0, *(len(where) for where, _ in found)], dtype=np.int64)
    if not found:
        return Grams(starts, np.zeros(0, np.int32), np.zeros(0, np.float32))
    counts = np.concatenate([count for _, count in found])
    return Grams(starts, np.concatenate([where for where, _ in found]), 1.0 + np.log(counts))


def together(sentences: Sequence[Sequence[str]]) -> Grams:
    """The pieces of words of each advert, all its sentences in one row."""
    starts, wheres, counts = [0], [], []
    for texts in sentences:
        found = [_counted(text) for text in texts]
        summed = np.zeros(PLACES, np.float32)
        if found:
            every = np.concatenate([where for where, _ in found])
            summed = np.bincount(every, np.concatenate([count for _, count in found]), PLACES).astype(np.float32)
        own = np.flatnonzero(summed).astype(np.int32)
        wheres.append(own)
        counts.append(summed[own])
        starts.append(starts[-1] + len(own))
    if not wheres:
        return Grams(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
    return Grams(np.array(starts, np.int64), np.concatenate(wheres), (1.0 + np.log(np.concatenate(counts))).astype(np.float32))


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
