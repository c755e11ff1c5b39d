"""Plain methods to measure linking against: near-duplicates by MinHash or TF-IDF, joined by union-find.

Texts are folded as for Strazha, compared by RapidFuzz from 62 % on. datasketch is in the dependency group `bench`,
scikit-learn in `dev` (`uv sync --group bench`): where they are not installed, their methods are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from itertools import islice
from typing import Any

import numpy as np
from rapidfuzz import fuzz
from rensa import RMinHash

from nlp.normalise.fold import fold

Row = dict[str, Any]
#: Part of the wording that near-duplicates share (RapidFuzz ratio): fitted to the market, to the peers' advantage.
LIMIT = 62.0
PERMUTATIONS, BANDS = 128, 32


class Sets:
    """Union-find over row numbers."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def root(self, one: int) -> int:
        parent = self.parent
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    def join(self, one: int, other: int) -> None:
        self.parent[self.root(one)] = self.root(other)

    def names(self) -> list[int]:
        return [self.root(one) for one in range(len(self.parent))]


def rensa_rapidfuzz(rows: Iterable[Row]) -> list[int]:
    """rensa, 32 bands of 4, the first advert of a bucket compared."""
    return _near_duplicates([fold(row["text"]) for row in rows], _rensa).names()


def rensa_rapidfuzz_telephones(rows: Iterable[Row]) -> list[int]:
    """The same, and every shared telephone joins."""
    held = [(fold(row["text"]), row["phone"]) for row in rows]
    sets = _near_duplicates([text for text, _ in held], _rensa)
    _join_telephones([phone for _, phone in held], sets)
    return sets.names()


def telephones(rows: Iterable[Row]) -> list[int]:
    """Every shared telephone joins, nothing else."""
    phones = [row["phone"] for row in rows]
    sets = Sets(len(phones))
    _join_telephones(phones, sets)
    return sets.names()


def datasketch_rapidfuzz(rows: Iterable[Row]) -> list[int]:
    """datasketch with its own index, 32 bands of 4, every candidate compared."""
    from datasketch import MinHash, MinHashLSH

    texts = [fold(row["text"]) for row in rows]
    index = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, PERMUTATIONS // BANDS))
    sets = Sets(len(texts))
    for at, text in enumerate(texts):
        minhash = MinHash(num_perm=PERMUTATIONS)
        minhash.update_batch([shingle.encode() for shingle in _shingles(text)])
        for other in index.query(minhash):
            if fuzz.ratio(text, texts[other], score_cutoff=LIMIT):
                sets.join(at, other)
        index.insert(at, minhash)
    return sets.names()


def tf_idf(rows: Iterable[Row]) -> list[int]:
    """TF-IDF over character 4-grams, the ten nearest neighbours from a cosine of .5 on."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.neighbors import NearestNeighbors

    texts = [fold(row["text"]) for row in rows]
    matrix = TfidfVectorizer(analyzer="char", ngram_range=(4, 4), min_df=2, dtype=np.float32).fit_transform(texts)
    nearest = NearestNeighbors(n_neighbors=min(10, len(texts)), metric="cosine").fit(matrix)
    sets = Sets(len(texts))
    for start in range(0, len(texts), 1000):
        distances, others = nearest.kneighbors(matrix[start : start + 1000])
        for at, (row, far) in enumerate(zip(others.tolist(), distances.tolist(), strict=True), start):
            for other, distance in zip(row, far, strict=True):
                if distance <= 0.5:
                    sets.join(at, other)
    return sets.names()


def _near_duplicates(texts: list[str], digests: Callable[[list[str]], Iterator[list[int]]]) -> Sets:
    first: dict[tuple[int, tuple[int, ...]], int] = {}
    sets = Sets(len(texts))
    rows = PERMUTATIONS // BANDS
    for at, digest in enumerate(digests(texts)):
        compared: set[int] = set()
        for band in range(BANDS):
            other = first.setdefault((band, tuple(digest[band * rows : band * rows + rows])), at)
            if other != at and other not in compared:
                compared.add(other)
                if fuzz.ratio(texts[at], texts[other], score_cutoff=LIMIT):
                    sets.join(at, other)
    return sets


def _rensa(texts: list[str]) -> Iterator[list[int]]:
    """As fast as rensa goes: a thousand texts a call."""
    stream = iter(texts)
    while batch := list(islice(stream, 1000)):
        matrix = RMinHash.digest_matrix_from_token_sets([_shingles(text) for text in batch], PERMUTATIONS, 42)
        yield from matrix.to_rows()


def _shingles(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(max(1, len(text) - 3))]


def _join_telephones(phones: list[str], sets: Sets) -> None:
    first: dict[str, int] = {}
    for at, phone in enumerate(phones):
        sets.join(at, first.setdefault(phone, at))


#: Name -> method, whether it is about texts alone, the largest market it is asked to do, and the package it needs.
PEERS: dict[str, tuple[Callable[[Iterable[Row]], list[int]], bool, int, str]] = {
    "rensa+RapidFuzz": (rensa_rapidfuzz, True, 100_000, "rensa"),
    "datasketch+RapidFuzz": (datasketch_rapidfuzz, True, 10_000, "datasketch"),
    "TF-IDF neighbours": (tf_idf, True, 10_000, "sklearn"),
    "rensa+RapidFuzz+telephones": (rensa_rapidfuzz_telephones, False, 100_000, "rensa"),
    "telephones alone": (telephones, False, 1_000_000, "rensa"),
}


def available(name: str) -> bool:
    """Whether the package of a method is installed."""
    return find_spec(PEERS[name][3]) is not None
