"""Collect the sentences of the review pages and bring the catalogues up to date.

Run: ``python -m tools.translations`` (``--check`` changes nothing and fails when a catalogue is out of date or has gaps).
New sentences come into ``review/locale/<code>/LC_MESSAGES/review.po`` without a translation, for a person to write;
sentences that are gone leave it. Nothing is translated by itself and nothing is guessed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from indicators.catalogue import load
from review.i18n import DEFAULT, LANGUAGES, LOCALES

REVIEW = LOCALES.parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"silent": "false", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}


def sentences() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Every sentence to translate (singular and plural as a pair) with the file it stands in."""
    found = extract_from_dir(REVIEW, METHODS, OPTIONS, KEYWORDS)
    for file, _, message, _, _ in sorted(found, key=lambda item: (item[0], item[1])):
        yield message, f"review/{file}"
    for entry in load().values():
        if entry.indicator.validity.finding:
            yield entry.indicator.validity.finding, "indicators/catalogue"


def collected() -> Catalog:
    """All sentences as a catalogue without translations."""
    catalogue = Catalog(project="Strazha", fuzzy=False)
    for message, file in sentences():
        catalogue.add(message, locations=[(file, None)])
    return catalogue


def path_of(code: str) -> Path:
    """Where a language's catalogue lies."""
    return LOCALES / code / "LC_MESSAGES" / "review.po"


def updated(code: str) -> Catalog:
    """The catalogue of a language with today's sentences and the translations it has."""
    path = path_of(code)
    former = Catalog(locale=code)
    if path.is_file():
        with path.open("rb") as source:
            former = read_po(source, locale=code)
    made = Catalog(locale=code, project="Strazha", fuzzy=False, header_comment="# Strazha, review pages.", charset="utf-8")
    for message in collected():
        if message.id:
            old = former.get(message.id)
            made.add(message.id, old.string if old is not None else "", locations=message.locations, flags=message.flags)
    return made


def gaps(catalogue: Catalog) -> list[str]:
    """Sentences without a translation, or with another number of plural forms than the language has."""
    found = []
    for message in catalogue:
        if not message.id:
            continue
        strings: Iterable[str] = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if not all(strings):
            found.append(message.id[0] if isinstance(message.id, tuple | list) else message.id)
    return found


def written(catalogue: Catalog) -> bytes:
    """The catalogue as its file holds it, without dates, so that the same sentences give the same file."""
    out = BytesIO()
    write_po(out, catalogue, width=120, omit_header=True, sort_output=True, include_lineno=False)
    head = '# Strazha, review pages.\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    head += f'"Language: {catalogue.locale}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    return head.encode() + out.getvalue()


def main(arguments: Sequence[str]) -> int:
    """Update, or with ``--check`` only look."""
    status = 0
    for code in LANGUAGES:
        if code == DEFAULT:
            continue
        catalogue, path = updated(code), path_of(code)
        text, missing = written(catalogue), gaps(catalogue)
        for sentence in missing:
            print(f"{code}: no translation of {sentence!r}")
        if "--check" in arguments:
            if missing or not path.is_file() or path.read_bytes() != text:
                print(f"{path} is out of date: run python -m tools.translations and fill the gaps")
                status = 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
            print(f"{path}: {len(list(catalogue)) - 1} sentences, {len(missing)} without a translation")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
