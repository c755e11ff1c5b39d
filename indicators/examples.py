"""An entry tried on texts: what analysts do while writing one, and what the contract suite does with every entry's examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from indicators import structured
from indicators.catalogue import CatalogueEntry, Cluster, ClusterAdvert
from indicators.cluster import cluster_hits
from indicators.heads.finder import SemanticFinder
from indicators.languages import load_languages
from indicators.matcher import PatternMatcher, distinct
from indicators.screener import beyond_words
from strazha.model import AdType, Advert, Band, Hit, Image, Mention, ReadText, Screening, Versions

#: Reads a text as nlp does: its normal form and the mentions in it. Given from outside: rooms of one floor do not import
#: each other.
Read = Callable[[str], tuple[ReadText, Sequence[Mention]]]

#: When the first advert of a cluster among the examples is posted: a Monday.
_BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


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
    """Tries entries on texts as if each text were an advert of the type the entry speaks about.

    Examples are a matter of words and derivations, so that they come out the same with and without a model; with a ``finder``
    the entries are also seen by meaning.
    """

    def __init__(self, entries: Mapping[str, CatalogueEntry], read: Read, finder: SemanticFinder | None = None) -> None:
        self._entries, self._finder = entries, finder
        self._prototypes = finder.prototypes_of(entries) if finder is not None else None
        advert_level = {name: entry for name, entry in entries.items() if entry.indicator.level == "advert"}
        self._matcher = PatternMatcher(advert_level, load_languages())
        self._read = read
        self._tried: dict[tuple[AdType, str], list[Hit]] = {}

    def reading_by(self, read: Read) -> Trial:
        """The same entries and compiled patterns behind another reader."""
        other = copy(self)
        other._read, other._tried = read, {}
        return other

    def hits(self, name: str, text: str) -> list[Hit]:
        """What one entry finds in a text (taken as an advert's body). A text is looked at only once."""
        applies = self._entries[name].indicator.applies_to
        key = (applies[0] if applies else AdType.BENIGN, text)
        if key not in self._tried:
            read, mentions = self._read(text)
            matches = self._matcher.match(read)
            hits = list(matches.hits)
            if self._finder is not None:
                seen = self._finder.look(read, mentions, self._prototypes).hits
                hits += beyond_words(seen, matches.hits, matches, self._entries)
            self._tried[key] = distinct([*hits, *structured.derive(read, mentions, key[0], hits)])
        return [hit for hit in self._tried[key] if hit.indicator == name]

    def cluster_hits(self, name: str, cluster: Cluster) -> list[Hit]:
        """What a cluster-level entry finds in a small cluster."""
        members = []
        for at, one in enumerate(cluster):
            # Titles are read with the body: what a derivation sees are mentions, wherever they stand.
            read, mentions = self._read(f"{one.title}\n{one.text}" if one.title else one.text)
            days = (one.day + time * one.step for time in range(one.times))
            members += [_member(f"{at}.{time}", day, one, read, mentions) for time, day in enumerate(days)]
        return [hit for hit in cluster_hits(members) if hit.indicator == name]

    def check(self, names: Iterable[str] | None = None) -> Iterator[Missed]:
        """Examples of the given entries, or of all, that do not come out as written."""
        for name in names or self._entries:
            entry = self._entries[name]
            for lang, examples in entry.examples.items():
                for expected, texts in ((True, examples.match), (False, examples.no_match)):
                    for text in texts:
                        hits = tuple(self.hits(name, text))
                        if bool(hits) is not expected:
                            yield Missed(name, lang, text, expected, hits)
            for lang, clusters in entry.clusters.items():
                for expected, listed in ((True, clusters.match), (False, clusters.no_match)):
                    for cluster in listed:
                        hits = tuple(self.cluster_hits(name, cluster))
                        if bool(hits) is not expected:
                            yield Missed(name, lang, " / ".join(one.text for one in cluster), expected, hits)


def _member(key: str, day: int, one: ClusterAdvert, read: ReadText, mentions: Sequence[Mention]) -> tuple[Advert, Screening]:
    images = (Image(sha256=sha256(one.picture.encode()).hexdigest()),) if one.picture else ()
    at = _BEGIN + timedelta(days=day)
    advert = Advert(source_id=one.site, key=key, title=one.title, body=one.text, captured_at=at, posted_at=at, images=images)
    return advert, Screening(
        advert_id=advert.id,
        content_hash=advert.content_hash,
        screened_at=at,
        ad_type=one.type,
        mentions=tuple(mentions),
        score=0,
        band=Band.LOW,
        folded=read.folded,
        pipeline=Versions(code="example", nlp="example", catalogue="example"),
    )
