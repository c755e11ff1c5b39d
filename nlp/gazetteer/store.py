"""The gazetteer's file: places as lines of text, names as hashes, so that it is read at once and takes little memory.

Layout (little-endian), compressed with gzip: four counts (rows' bytes, names, postings, places), the rows as tab-separated
lines, the sorted 48-bit hashes of all names, where each one's postings begin, and the postings (numbers of rows). With half a
million names a wrong hit has a chance of about 2e-9 per look-up.
"""

from __future__ import annotations

import gzip
import io
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from hashlib import blake2b
from itertools import accumulate
from typing import NamedTuple


class Place(NamedTuple):
    """A settlement, or a country where ``name`` is empty."""

    name: str
    country: str
    geoname_id: int | None
    lat: float | None
    lon: float | None
    population: int


# fmt: off
EUROPE = frozenset([
    "AL", "AD", "AT", "BY", "BE", "BA", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IS", "IE", "IT",
    "LV", "LI", "LT", "LU", "MT", "MD", "MC", "ME", "NL", "MK", "NO", "PL", "PT", "RO", "RU", "SM", "RS", "SK", "SI", "ES",
    "SE", "CH", "TR", "UA", "GB", "XK",
])
# fmt: on
#: People of a place of supplement.tsv: it is listed because adverts name it, however few live there.
KNOWN = 5_000
#: Marks the first word of a name of several words.
START = "^"


def mark(form: str) -> int:
    """The hash of a plain form."""
    return int.from_bytes(blake2b(form.encode("utf-8", "surrogatepass"), digest_size=6).digest(), "big")


def pack(places: Iterable[tuple[Place, list[str]]]) -> bytes:
    """The file's bytes for places with their plain forms."""
    rows, postings = [], dict[int, list[int]]()
    for index, (place, forms) in enumerate(places):
        rows.append("\t".join("" if value is None else str(value) for value in place))
        for form in forms:
            postings.setdefault(mark(form), []).append(index)
            if " " in form:
                postings.setdefault(mark(START + form.split(" ", 1)[0]), [])
    keys = sorted(postings)
    text = ("\n".join(rows) + "\n").encode()
    flat = array("I", (index for key in keys for index in postings[key]))
    starts = array("I", accumulate((len(postings[key]) for key in keys), initial=0))
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as packed:
        packed.write(_little(array("I", [len(text), len(keys), len(flat), len(rows)])).tobytes())
        packed.write(text)
        for part in (array("Q", keys), starts, flat):
            packed.write(_little(part).tobytes())
    return buffer.getvalue()


class Store:
    """Look-up in a packed file."""

    def __init__(self, packed: bytes) -> None:
        raw = memoryview(gzip.decompress(packed))
        size, keys, flat, count = _read("I", raw[:16])
        self._text = bytes(raw[16 : 16 + size])
        at = 16 + size
        self._keys = _read("Q", raw[at : (at := at + 8 * keys)])
        self._starts = _read("I", raw[at : (at := at + 4 * (keys + 1))])
        self._postings = _read("I", raw[at : at + 4 * flat])
        self._lines = array("I", accumulate((len(line) + 1 for line in self._text.split(b"\n")[:count]), initial=0))

    def __len__(self) -> int:
        return len(self._lines) - 1

    def has(self, form: str) -> bool:
        """True where the form is a key at all."""
        return self._at(form) >= 0

    def find(self, form: str) -> list[Place]:
        """The places that bear a name, in the file's order."""
        at = self._at(form)
        if at < 0:
            return []
        return [self.place(index) for index in self._postings[self._starts[at] : self._starts[at + 1]]]

    def place(self, index: int) -> Place:
        """The place of a row."""
        line = self._text[self._lines[index] : self._lines[index + 1] - 1].decode()
        name, country, identifier, lat, lon, population = line.split("\t")
        return Place(name, country, int(identifier) if identifier else None, float(lat), float(lon), int(population))

    def _at(self, form: str) -> int:
        key = mark(form)
        at = bisect_left(self._keys, key)
        return at if at < len(self._keys) and self._keys[at] == key else -1


def _read(kind: str, raw: memoryview) -> array[int]:
    values = array(kind)
    values.frombytes(raw)
    return _little(values)


def _little(values: array[int]) -> array[int]:
    if sys.byteorder == "big":
        values.byteswap()
    return values
