"""What is counted of the documents found: facets, the timeline, the squares of the map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from strazha.store.entries import millis
from strazha.store.places import LAT_STEP, LON_STEP, Edges, tiles
from strazha.store.query import Box, FacetCount, Grid, GridCell, TimeBucket, Timeline
from strazha.store.sqlite.codes import value_names
from strazha.store.sqlite.columns import Array, Columns, Mask, View
from strazha.store.times import DAY, EARLIEST, LATEST, line

#: Values that tie with the last one shown and are looked at, so that ties are cut by value: all but a flood of them.
_TIES = 5000
_FIRST_MONDAY = 4 * DAY  # 1970-01-05


def facets(view: View, mask: Mask, fields: Sequence[str], size: int) -> dict[str, tuple[FacetCount, ...]]:
    """The most frequent values of the fields, ties by value."""
    found: dict[str, tuple[FacetCount, ...]] = {}
    for field in fields:
        if field == "key":
            # Keys are kept as hashes: they are looked up, not listed.
            found[field] = ()
            continue
        counts = _counts(view.columns, mask, field)
        present = np.flatnonzero(counts)
        if len(present) > size:
            least = np.partition(counts[present], len(present) - size)[len(present) - size]
            present = present[counts[present] >= least]
        order = present[np.argsort(-counts[present], kind="stable")][: size + _TIES]
        names = value_names(view.connection, view.prefix, field, order.tolist())
        rows = sorted((-int(counts[number]), names[number]) for number in order.tolist())[:size]
        found[field] = tuple(FacetCount(value=value, count=-n) for n, value in rows)
    return found


def timeline(columns: Columns, mask: Mask, wanted: Timeline) -> tuple[TimeBucket, ...]:
    """How many documents fall into each day, week or month."""
    moments = columns.dates[wanted.field][mask]
    moments = moments[(moments >= millis(EARLIEST)) & (moments < millis(LATEST))]
    if wanted.interval == "month":
        months = moments.astype("datetime64[ms]").astype("datetime64[M]")
        starts = months.astype("datetime64[ms]").astype(np.int64)
    else:
        length, origin = (7 * DAY, _FIRST_MONDAY) if wanted.interval == "week" else (DAY, 0)
        starts = (moments - origin) // length * length + origin
    values, counts = np.unique(starts, return_counts=True)
    return line(wanted, dict(zip(values.tolist(), counts.tolist(), strict=True)))


def grid(columns: Columns, mask: Mask, wanted: Grid, box: Box | None) -> tuple[GridCell, ...]:
    """How many documents have a place in each square, the fullest first."""
    docs, lat, lon = columns.points
    kept = mask[docs]
    if box is not None:
        kept &= Edges.of(box).hold(lat, lon)
    docs, lat, lon = docs[kept], lat[kept], lon[kept]
    if not len(docs):
        return ()
    x, y = tiles(lat, lon, wanted.precision)
    keys, cells = np.unique(x << 32 | y, return_inverse=True)
    # Of a document with several places in one square only one counts; the middle is that of all its places.
    counts = np.bincount(np.unique(cells.astype(np.int64) << 32 | docs) >> 32, minlength=len(keys))
    number = np.bincount(cells)
    north = np.bincount(cells, weights=lat * LAT_STEP) / number
    east = np.bincount(cells, weights=lon * LON_STEP) / number
    order = np.lexsort((keys & 0xFFFFFFFF, keys >> 32, -counts))[: wanted.size]
    return tuple(
        GridCell(
            tile=f"{wanted.precision}/{int(keys[one]) >> 32}/{int(keys[one]) & 0xFFFFFFFF}", count=int(counts[one]),
            lat=float(north[one]), lon=float(east[one]),
        )
        for one in order
    )  # fmt: skip


def _counts(columns: Columns, mask: Mask, field: str) -> Array:
    if field in columns.single:
        # One further, so that "no value" has a place of its own, which is left off.
        return np.bincount(columns.single[field][mask] + 1)[1:]
    docs, values = columns.many[field]
    return np.bincount(values[mask[docs]])
