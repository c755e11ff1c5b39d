"""Adverts with similar text: those that share its rarest words."""

# ruff: noqa: S608 - names of tables and columns come from constants of this package; every value is a parameter

from __future__ import annotations

import sqlite3

from strazha.store.sqlite.codes import FIELD_BYTES, code
from strazha.store.sqlite.searching import WEIGHTS

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


def similar(
    connection: sqlite3.Connection, advert_id: str, texts: tuple[str, ...], cluster: str, size: int
) -> list[tuple[int, float]]:
    """Row numbers with relevance, best first: adverts outside the cluster, then its other members."""
    total = connection.execute("SELECT count(*) FROM advert_hot").fetchone()[0]
    words = rare_words(connection, texts, total)
    if not words or size < 1:
        return []
    expression = f"{_COLUMNS} : (" + " OR ".join(f'"{word}"' for word in words) + ")"
    row = None
    if cluster:
        row = connection.execute(
            "SELECT number FROM advert_values WHERE field = ? AND value = ?", (FIELD_BYTES["cluster"], cluster)
        ).fetchone()
    # Without a cluster nothing can be a member: no stored blob holds a zero byte.
    member = code("cluster", row[0]) if row is not None else b"\0"
    weights = ", ".join(map(str, WEIGHTS))
    rows = connection.execute(
        f"SELECT h.doc, bm25(advert_text, {weights}) AS rank, instr(h.codes, ?) > 0 AS inside "
        "FROM advert_text CROSS JOIN advert_hot h ON h.doc = advert_text.rowid "
        "WHERE advert_text MATCH ? AND h.id <> ? ORDER BY inside, rank, h.id LIMIT ?",
        (member, expression, advert_id, size),
    )
    return [(doc, -rank) for doc, rank, _ in rows]
