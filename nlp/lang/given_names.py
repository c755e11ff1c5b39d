"""Writes names_open.txt of the language folders from the given names of Faker (MIT licence), the words among them marked.

    python -m nlp.lang.given_names FOLDER_OF_HUNSPELL_DICTIONARIES

Faker has to be importable, and the folder to hold the ``.dic`` files of Debian's hunspell packages; neither is needed to run
Strazha. A name that a dictionary has in small letters ("Rose", "Мила", "Deniz") is also a word: it gets a question mark and
then counts only where something beside it speaks for a person. Names that a settlement of some size bears are marked as well.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from nlp.normalise.plain import plain

#: Language folder: locales of Faker whose names go into it, and dictionaries that tell words.
SOURCES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "bg": (("bg_BG",), ("bg_BG",)),
    "ro": (("ro_RO",), ("ro_RO", "en_GB")),
    "ru": (("ru_RU",), ("ru_RU", "bg_BG")),
    "uk": (("uk_UA",), ("uk_UA", "bg_BG")),
    "de": (("de_DE", "de_AT", "de_CH"), ("de_DE", "en_GB")),
    "el": (("el_GR",), ("el_GR",)),
    "tr": (("tr_TR",), ("tr_TR", "en_GB")),
    "sr": (("hr_HR", "sl_SI"), ("sr_Latn_RS", "en_GB")),
    "es": (("es_ES",), ("es_ES", "en_GB")),
    "en": (
        ("en_GB", "en_IE", "en_NG", "it_IT", "pl_PL", "hu_HU", "fr_FR", "pt_PT", "cs_CZ", "sk_SK", "nl_NL", "lt_LT", "lv_LV"),
        ("en_GB", "de_DE", "es_ES", "ro_RO", "it_IT", "pl_PL", "tr_TR"),
    ),
}
_NAME = re.compile(r"[^\W\d_]{3,14}")
#: People from which on a settlement makes its name's other meaning likely.
_LARGE = 20_000


def words(dictionaries: Iterable[Path]) -> frozenset[str]:
    """Plain forms of the dictionaries' words that are written small."""
    found: set[str] = set()
    for path in dictionaries:
        raw = path.read_bytes()
        affix = path.with_suffix(".aff").read_bytes()[:4000].decode("ascii", "replace")
        encoding = next((line.split()[1] for line in affix.splitlines() if line.startswith("SET ")), "utf-8")
        for line in raw.decode({"microsoft-cp1251": "cp1251"}.get(encoding, encoding), "replace").splitlines()[1:]:
            word = line.split("/", 1)[0].split("\t", 1)[0].strip()
            if word.islower():
                found.add(plain(word))
    return frozenset(found)


def names(locales: Iterable[str]) -> list[str]:
    """Given names of these locales in the order of the alphabet, without those of two words."""
    found: set[str] = set()
    for locale in locales:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for field in ("first_names", "first_names_female", "first_names_male"):
            found.update(map(str, getattr(provider, field, ()) or ()))
    return sorted(name for name in found if _NAME.fullmatch(name) and name[0].isupper() and name[1:].islower())


def main(folder: str) -> None:
    """Write the files."""
    from nlp.gazetteer import gazetteer  # needs the language folders, which this module is part of

    places = gazetteer()
    for code, (locales, dictionaries) in SOURCES.items():
        common = words(Path(folder) / f"{name}.dic" for name in dictionaries)
        marked = []
        for name in names(locales):
            form = plain(name)
            large = any(place.population >= _LARGE for place in places.find(form))
            marked.append(f"{name}?" if form in common or large else name)
        head = (
            f"# Given names of Faker (https://pypi.org/project/Faker, MIT licence), locales {', '.join(locales)};\n"
            "# written by nlp/lang/given_names.py. A question mark: also an ordinary word or a place.\n"
        )
        rows = [" ".join(marked[at : at + 16]) for at in range(0, len(marked), 16)]
        target = Path(__file__).parent / code / "names_open.txt"
        target.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
        sys.stdout.write(f"{code}: {len(marked)} names, {sum(name.endswith('?') for name in marked)} marked\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
