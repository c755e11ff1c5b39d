"""An entry tried on texts: what analysts do while writing one, and what the contract suite does with every entry's examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from indicators import structured
from indicators.catalogue import CatalogueEntry
from indicators.languages import load_languages
from indicators.matcher import PatternMatcher, distinct
from strazha.model import AdType, Hit, Mention, ReadText

#: Reads a text as nlp does: its normal form and the mentions in it. Given from outside: rooms of one floor do not import
#: each other.
Read = Callable[[str], tuple[ReadText, Sequence[Mention]]]


@dataclass(frozen=True, slots=True)
class Missed:
    """An example that does not come out as its entry says."""

    indicator: str
    lang: str
    text: str
    #: True where the entry should have matched and did not; False where it matched and should not.
    expected: bool
    hits: tuple[Hit, ...]


class Trial:
    """Tries entries on texts as if each text were an advert of the type the entry speaks about."""

    def __init__(self, entries: Mapping[str, CatalogueEntry], read: Read) -> None:
        self._entries = {name: entry for name, entry in entries.items() if entry.indicator.level == "advert"}
        self._matcher = PatternMatcher(self._entries, load_languages())
        self._read = read

    def hits(self, name: str, text: str) -> list[Hit]:
        """What one entry finds in a text (taken as an advert's body)."""
        read, mentions = self._read(text)
        applies = self._entries[name].indicator.applies_to
        hits = self._matcher.match(read).hits
        hits += structured.derive(read, mentions, applies[0] if applies else AdType.BENIGN, hits)
        return [hit for hit in distinct(hits) if hit.indicator == name]

    def check(self, names: Iterable[str] | None = None) -> Iterator[Missed]:
        """Examples of the given entries, or of all, that do not come out as written."""
        for name in names or self._entries:
            for lang, examples in self._entries[name].examples.items():
                for expected, texts in ((True, examples.match), (False, examples.no_match)):
                    for text in texts:
                        hits = tuple(self.hits(name, text))
                        if bool(hits) is not expected:
                            yield Missed(name, lang, text, expected, hits)
