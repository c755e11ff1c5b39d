"""Places on the map, the same on every backend: coordinates as whole steps, boxes in the same steps, tiles of web maps.

Coordinates are kept in 2^32 steps of latitude and of longitude (a centimetre or less), rounded down, which is what Lucene
does: a point on the edge of a box or of a tile falls to the same side whichever backend counts it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from strazha.store.query import Box

#: Degrees of one step: multiples of these are exact in binary, so steps and degrees turn into each other without loss.
LAT_STEP, LON_STEP = 180 / 2**32, 360 / 2**32
_MOST = 2**31 - 1
Steps = npt.NDArray[np.int32]
Whole = npt.NDArray[np.int64]


class Edges(NamedTuple):
    """A box in steps, edges included; ``west`` greater than ``east`` where it crosses the 180th meridian."""

    north: int
    south: int
    west: int
    east: int

    @classmethod
    def of(cls, box: Box) -> Edges:
        """The steps that hold a box."""
        return cls(_steps(box.north, LAT_STEP), _steps(box.south, LAT_STEP), _steps(box.west, LON_STEP),
                   _steps(box.east, LON_STEP))  # fmt: skip

    def degrees(self) -> tuple[float, float, float, float]:
        """North, south, west, east, each the first point of its step."""
        return self.north * LAT_STEP, self.south * LAT_STEP, self.west * LON_STEP, self.east * LON_STEP

    def hold(self, lat: Steps, lon: Steps) -> npt.NDArray[np.bool_]:
        """Which of these points lie within."""
        between = (lat >= self.south) & (lat <= self.north)
        if self.west <= self.east:
            return between & (lon >= self.west) & (lon <= self.east)
        return between & ((lon >= self.west) | (lon <= self.east))


def point_steps(lat: float, lon: float) -> tuple[int, int]:
    """A point in steps."""
    return _steps(lat, LAT_STEP), _steps(lon, LON_STEP)


def tiles(lat: Steps, lon: Steps, zoom: int) -> tuple[Whole, Whole]:
    """Column and row of the tile each point lies in (Web Mercator; beyond its 85 degrees the outermost row)."""
    count = 1 << zoom
    column = np.floor((lon * LON_STEP + 180.0) / 360.0 * count)
    # Towards the poles Mercator's projection runs off to infinity.
    sine = np.sin(np.radians(np.clip(lat * LAT_STEP, -89.9, 89.9)))
    row = np.floor((0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * count)
    return (np.clip(column, 0, count - 1).astype(np.int64), np.clip(row, 0, count - 1).astype(np.int64))


def _steps(degrees: float, step: float) -> int:
    return min(math.floor(degrees / step), _MOST)
