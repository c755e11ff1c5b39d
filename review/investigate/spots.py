"""What a map of places is made of, for any page that shows one (see templates/investigate/map_part.html)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.i18n import marked, tr
from review.labels import BANDS
from strazha.model import Band

#: Sentences the script of the map needs, by the name it knows them under.
WORDS: Mapping[str, str] = {
    "adverts": marked("adverts"),
    "time": marked("Time"),
    "whole": marked("whole time"),
    "play": marked("Play"),
    "stop": marked("Stop"),
    "nearer": marked("Nearer"),
    "farther": marked("Farther"),
    "places": marked("places"),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """One place: what it is called, where it lies in degrees, how many adverts name it in each step of time.

    ``total`` may be less than the sum of ``counts``: an advert seen in two months counts in both. ``href`` empty: no link.
    """

    name: str
    lat: float
    lon: float
    counts: tuple[int, ...]
    #: The highest band among its adverts.
    band: Band
    href: str = ""
    total: int = 0

    @property
    def count(self) -> int:
        """Adverts in all."""
        return self.total or sum(self.counts)


@dataclass(frozen=True, slots=True)
class MapData:
    """A map: places, the steps of time their counts go by (labels; none: no slider), lines between places by number."""

    spots: tuple[Spot, ...]
    steps: tuple[str, ...] = ()
    routes: tuple[tuple[int, int], ...] = ()

    def island(self) -> dict[str, Any]:
        """What the script reads: plain values and the sentences of the page's language."""
        return {
            "places": [_plain(spot) for spot in self.spots],
            "steps": list(self.steps),
            "routes": [list(pair) for pair in self.routes],
            "words": {**{name: tr(words) for name, words in WORDS.items()}, "bands": _bands(BANDS)},
        }


def _plain(spot: Spot) -> dict[str, Any]:
    return {
        "name": spot.name, "lat": spot.lat, "lon": spot.lon, "href": spot.href, "band": spot.band.value,
        "counts": list(spot.counts), "total": spot.count,
    }  # fmt: skip


def _bands(names: Mapping[Any, str]) -> dict[str, str]:
    return {str(getattr(band, "value", band)): tr(name) for band, name in names.items()}


def months(spots: Sequence[tuple[str, float, float, Mapping[str, int], Band, str]]) -> MapData:
    """A map from counts by label of time: (name, latitude, longitude, counts, band, link) of each place.

    The labels sort as they are written (``2026-10``), and a label no place has is no step.
    """
    steps = sorted({label for spot in spots for label in spot[3]})
    found = [
        Spot(name, lat, lon, tuple(counts.get(step, 0) for step in steps), band, href)
        for name, lat, lon, counts, band, href in spots
    ]
    return MapData(tuple(found), tuple(steps))
