"""Adverts like one: those that share its rarest words, and those whose vectors are near."""

# ruff: noqa: S608 - names of tables and columns come from constants of this package; every value is a parameter

from __future__ import annotations

import sqlite3

import numpy as np

from strazha.store.documents import AdvertDoc
from strazha.store.entries import advert_entry, storable
from strazha.store.sqlite.codes import number_of
from strazha.store.sqlite.columns import Mask, View
from strazha.store.sqlite.neighbours import Matrices, nearest
from strazha.store.sqlite.ranking import WEIGHTS
from strazha.store.vectors import unpack_vector

#: Words taken from an advert. More than a dozen only repeat each other and cost a look-up each.
MAX_WORDS = 12
#: Words that more documents than this carry tell nothing and cost most: two in a hundred, a thousand at most.
MAX_SHARE, MOST = 0.02, 1000
#: Words shorter than this are names of nothing ("na", "24").
MIN_LENGTH = 3
#: Words of one advert that are looked up: beyond its first two pages it only repeats itself.
LOOKED_UP = 300
_COLUMNS = "{title body reading}"


def rare_words(connection: sqlite3.Connection, texts: tuple[str, ...], total: int) -> list[str]:
    """The advert's words that fewest others carry, rarest first; words of this advert alone are of no use."""
    words = list(dict.fromkeys(word for text in texts[:2] for word in text.split() if len(word) >= MIN_LENGTH))
    most = min(MOST, max(10, int(total * MAX_SHARE)))
    counted: list[tuple[int, str]] = []
    for word in words[:LOOKED_UP]:
        # Counting stops where the word is too common to be of use.
        row = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM advert_text WHERE advert_text MATCH ? LIMIT ?)",
            (f'{_COLUMNS} : "{word}"', most + 1),
        ).fetchone()
        if 1 < row[0] <= most:
            counted.append((row[0], word))
    return [word for _, word in sorted(counted)[:MAX_WORDS]]


def similar(view: View, own: AdvertDoc, vectors: Matrices, size: int) -> list[int]:
    """Numbers of documents that may be like one: by words outside its cluster and within it, and by vectors."""
    connection, _, columns = view
    doc = connection.execute("SELECT doc FROM advert_docs WHERE id = ?", (own.id,)).fetchone()[0]
    number = number_of(connection, "advert", "cluster", storable(own.cluster_id)) if own.cluster_id else None
    inside = columns.having("cluster", [] if number is None else [number])
    found = _by_words(view, doc, advert_entry(own).texts, inside, size)
    if own.vector:
        others = columns.present.copy()
        others[doc] = False
        found += [one for one, _ in nearest(view, vectors.at(view), others, unpack_vector(own.vector), size)]
    return list(dict.fromkeys(found))


def _by_words(view: View, doc: int, texts: tuple[str, ...], inside: Mask, size: int) -> list[int]:
    connection, _, columns = view
    words = rare_words(connection, texts, int(np.count_nonzero(columns.present)))
    if not words:
        return []
    expression = f"{_COLUMNS} : (" + " OR ".join(f'"{word}"' for word in words) + ")"
    rows = connection.execute(
        f"SELECT rowid, bm25(advert_text, {', '.join(map(str, WEIGHTS.values()))}) FROM advert_text "
        "WHERE advert_text MATCH ? AND rowid <> ?",
        (expression, doc),
    ).fetchall()
    rows.sort(key=lambda row: (row[1], int(columns.head[row[0]])))
    # So many of each: a cluster of hundreds of copies must not hide what is like it elsewhere, nor the other way round.
    return [one for held in (False, True) for one in [row[0] for row in rows if bool(inside[row[0]]) is held][:size]]
