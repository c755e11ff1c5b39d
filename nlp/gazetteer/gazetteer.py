"""The gazetteer in memory: names in many languages to settlements and countries."""

from __future__ import annotations

import gzip
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from nlp.lang import languages

#: Alternate names in GeoNames that are regions, rivers or nonsense rather than the settlement.
_WRONG_FORMS = frozenset({"kreta", "крит", "crete", "spania", "vin", "log", "luz", "luc", "шенген", "schengen"})
#: Settlements that share the name of a region far better known: only the full name counts.
_REGIONS = frozenset({"brandenburg", "бранденбург"})


class Place(NamedTuple):
    """A settlement, or a country where ``name`` is empty."""

    name: str
    country: str
    geoname_id: int | None
    lat: float | None
    lon: float | None
    population: int


class Gazetteer:
    """Names in plain form (spaces for hyphens) to the places that bear them."""

    def __init__(self) -> None:
        packed = (resources.files("nlp.gazetteer") / "places.tsv.gz").read_bytes()
        self._rows = gzip.decompress(packed).decode("utf-8").split("\n")
        self._names: dict[str, list[int] | int] = {}
        self._own: dict[str, Place] = {}
        #: First words of names of several words.
        self.starts: set[str] = set()
        for index, row in enumerate(self._rows):
            for form in row.rsplit("\t", 1)[1].split("|"):
                self._add(form, index)
        by_name = {(place.name, place.country): place for place in self._largest()}
        for data in languages().values():
            for form, target in data.places.items():
                name, _, country = target.partition("|")
                place = by_name.get((name, country)) or Place(name, country, None, None, None, 50_000)
                self._own[form] = place if name else Place("", country, None, None, None, 10_000_000)
                if " " in form:
                    self.starts.add(form.split(" ", 1)[0])
        #: Stem without case ending to forms, for languages that inflect names.
        self.stems: dict[str, list[str]] = {}
        for form in (*self._own, *(name for name in self._names if not name.isascii())):
            if " " not in form:
                self.stems.setdefault(stem(form), []).append(form)

    def _add(self, form: str, index: int) -> None:
        if form in _WRONG_FORMS or form in _REGIONS:
            return
        old = self._names.get(form)
        if old is None:
            self._names[form] = index
        elif isinstance(old, int):
            self._names[form] = [old, index]
        else:
            old.append(index)
        if " " in form:
            self.starts.add(form.split(" ", 1)[0])

    def _place(self, index: int) -> Place:
        identifier, name, country, lat, lon, population, _ = self._rows[index].split("\t")
        return Place(name, country, int(identifier) if identifier else None, float(lat), float(lon), int(population))

    def _largest(self) -> list[Place]:
        places = [self._place(index) for index in range(len(self._rows))]
        return sorted(places, key=lambda place: place.population)

    def find(self, form: str) -> list[Place]:
        """The places that bear a name (plain form), the project's own entries alone where it has one."""
        if own := self._own.get(form):
            return [own]
        found = self._names.get(form, [])
        return [self._place(found)] if isinstance(found, int) else [self._place(index) for index in found]


_SLAVIC = "ами ями ого ому ой ою ею єю ом ем єм ей ах ях ії ий ія ію ов ев ів ім ими ама има ия ию ии ие ију ије ија "
_SLAVIC_SHORT = "и і ї ы а я у ю е є о ь й"
_GREEK = "ασ ησ οσ εσ ουσ ων ου οι α η ο ι"
_ENDINGS = sorted(f"{_SLAVIC} {_SLAVIC_SHORT} {_GREEK}".split(), key=len, reverse=True)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A name without its case ending (Slavic and Greek): what stays the same in all its cases, at least three letters."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The process's gazetteer (about 0.4 s and 60 MB, once)."""
    return Gazetteer()
