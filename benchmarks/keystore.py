"""Candidates from a SQLite file of nothing but blocking keys and packed adverts: what linking one advert at a time costs.

The program's own index keeps the same keys beside the review documents; here the linking room is measured alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from clusters.form import form_of
from clusters.keys import is_text, keys_of_many
from clusters.shelf import Shelf, digest_of, packed_record, unpacked
from strazha.model import Linkable

_CARRIERS = 200


class KeyStore:
    """See :class:`clusters.candidates.Candidates`."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-262144; PRAGMA mmap_size=8000000000;"
            "CREATE TABLE keys (hash INTEGER, advert INTEGER, PRIMARY KEY (hash, advert)) WITHOUT ROWID;"
            "CREATE TABLE adverts (number INTEGER PRIMARY KEY, id TEXT, record BLOB);"
        )
        self._numbers: dict[str, int] = {}

    def fill(self, shelf: Shelf) -> None:
        """Take in everything of a shelf, in the order of the table."""
        has = np.flatnonzero(shelf.has_text)
        bands = np.arange(shelf.bands.shape[1], dtype=np.uint64)
        texts = (shelf.bands[has] ^ (bands * np.uint64(0x9E3779B97F4A7C15))).ravel()
        hashes = np.concatenate([texts, shelf.firm]).view(np.int64)
        numbers = np.concatenate([np.repeat(has, len(bands)), shelf.firm_at])
        order = np.lexsort((numbers, hashes))
        cuts = [*range(0, len(order), 1_000_000), len(order)]
        self._db.execute("BEGIN")
        for start, end in pairwise(cuts):
            some = order[start:end]
            rows = zip(hashes[some].tolist(), numbers[some].tolist(), strict=True)
            self._db.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", rows)
        records = ((at, one, shelf.record(at)) for at, one in enumerate(shelf.ids))
        self._db.executemany("INSERT INTO adverts VALUES (?, ?, ?)", records)
        self._db.execute("COMMIT")
        self._numbers = {one: at for at, one in enumerate(shelf.ids)}

    def add(self, adverts: Sequence[Linkable]) -> None:
        """Take in adverts that are new."""
        self._db.execute("BEGIN")
        for advert, keys in zip(adverts, keys_of_many(adverts), strict=True):
            number = self._numbers[advert.id] = len(self._numbers)
            self._db.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", [(_hash(key), number) for key in keys])
            self._db.execute(
                "INSERT INTO adverts VALUES (?, ?, ?)", (number, advert.id, packed_record(advert, form_of(advert)))
            )
        self._db.execute("COMMIT")

    def find(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """Ids that carry each key, the first to come at most 200."""
        query = "SELECT a.id FROM keys k JOIN adverts a ON a.number = k.advert WHERE k.hash = ? LIMIT ?"
        found = ((key, [row[0] for row in self._db.execute(query, (_hash(key), _CARRIERS))]) for key in keys)
        return {key: sorted(ids) for key, ids in found if ids}

    def get(self, ids: Iterable[str]) -> dict[str, Linkable]:
        """The adverts by id."""
        numbers = [self._numbers[one] for one in ids if one in self._numbers]
        query = f"SELECT id, record FROM adverts WHERE number IN ({','.join('?' * len(numbers))})"
        return {one: unpacked(record) for one, record in self._db.execute(query, numbers)}


def _hash(key: str) -> int:
    if is_text(key):
        name, _, value = key.partition(":")
        wide = int(value, 16) ^ (int(name.rpartition(".")[2]) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    else:
        wide = digest_of(key)
    return wide - (1 << 64) if wide >> 63 else wide
