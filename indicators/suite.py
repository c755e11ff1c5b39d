"""What the suite (tests/contracts/test_indicators.py) wants of an entry of the catalogue, and what one still lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from indicators.catalogue import CatalogueEntry

#: Bulgarian, Bulgarian typed in Latin letters, English, and the further languages.
FURTHER = ("ro", "ru", "uk", "de", "el", "tr", "sr", "es")
#: Language -> how many texts that must match, and as many that must not.
EXAMPLES: Mapping[str, int] = {"bg": 10, "en": 10, "bg-Latn": 3} | dict.fromkeys(FURTHER, 3)
#: Language -> how many prototypes.
PROTOTYPES: Mapping[str, int] = {"bg": 6, "en": 6} | dict.fromkeys(FURTHER, 2)
#: Its sense is how a contact is written, which no sentence says.
NO_SENTENCE = frozenset({"obscured_contact"})


def missing(entry: CatalogueEntry) -> Iterator[str]:
    """One sentence for each kind of thing the entry has too few of, with counts by language; none where it is complete."""
    shown = entry.examples if entry.indicator.level == "advert" else entry.clusters
    counts = {lang: (len(set(one.match)), len(set(one.no_match))) for lang, one in shown.items()}
    few = [
        f"{lang} {match} and {no_match} of {least}"
        for lang, least in EXAMPLES.items()
        for match, no_match in [counts.get(lang, (0, 0))]
        if min(match, no_match) < least
    ]
    if few:
        yield f"too few examples (match and no_match of how many wanted of each): {', '.join(few)}"
    if entry.indicator.level == "advert" and entry.indicator.id not in NO_SENTENCE:
        said = {lang: len(set(sentences)) for lang, sentences in entry.prototypes.items()}
        few = [f"{lang} {said.get(lang, 0)} of {least}" for lang, least in PROTOTYPES.items() if said.get(lang, 0) < least]
        if few:
            yield f"too few prototypes: {', '.join(few)}"
