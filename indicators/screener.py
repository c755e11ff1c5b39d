"""An advert's text and mentions in, findings out: type, hits, score, band and reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from indicators import adtype, catalogue, structured
from indicators.contradictions import agreeing
from indicators.heads.finder import Seen, SemanticFinder
from indicators.heads.neutral import bare_origin
from indicators.languages import load_languages
from indicators.matcher import Matches, PatternMatcher, distinct
from indicators.scoring import score_advert
from strazha.model import AdType, Advert, Band, Hit, Mention, Reading, ReadText, Reason, Strength
from strazha.model.screening import Method

#: The ways of seeing an indicator: its words, its meaning, what follows from mentions and fields.
WAYS: Final[tuple[Method, ...]] = ("pattern", "semantic", "derived")


@dataclass(frozen=True, slots=True)
class Findings:
    """What screening finds in one advert."""

    ad_type: AdType
    hits: tuple[Hit, ...]
    score: int
    band: Band
    reasons: tuple[Reason, ...]


class Screener:
    """Screens adverts with the whole catalogue; make one and keep it (compiling the patterns takes a second).

    With a ``finder`` indicators are also seen by meaning, and the type of an advert by what it is like as a whole. ``ways``
    leaves some ways of seeing out, to measure what each is worth; ``entries`` is another catalogue than the one in use. Safe
    to share between threads.
    """

    def __init__(
        self,
        finder: SemanticFinder | None = None,
        ways: Collection[Method] = WAYS,
        entries: Mapping[str, catalogue.CatalogueEntry] | None = None,
    ) -> None:
        entries = catalogue.load() if entries is None else entries
        self._catalogue = {name: entry for name, entry in entries.items() if entry.indicator.level == "advert"}
        self._matcher = PatternMatcher(self._catalogue, load_languages(), adtype.table().features())
        self._ways = frozenset(ways)
        self._finder = finder if "semantic" in self._ways else None
        self._prototypes = self._finder.prototypes_of(self._catalogue) if self._finder is not None else None

    def prepare(self, readings: Iterable[Reading]) -> None:
        """Tell which adverts come next, so that their sentences are encoded in one go."""
        if self._finder is not None:
            self._finder.prepare(readings)

    def forget(self) -> None:
        """Forget the sentences met lately (for measurements)."""
        self._matcher.forget()

    def look_at_all(self, readings: Sequence[Reading]) -> list[Seen]:
        """What is seen by meaning in many adverts at once, to be handed to ``screen``; nothing where semantics are off."""
        if self._finder is None:
            return [Seen((), {})] * len(readings)
        return self._finder.look_at_all(readings, self._prototypes)

    def screen(
        self, text: ReadText, mentions: Sequence[Mention], *, advert: Advert | None = None, seen: Seen | None = None
    ) -> Findings:
        """Findings of one advert; ``advert`` adds what the site's own fields say (country, price, seller).

        ``seen`` is what was seen by meaning already (``look_at_all``); without it the advert is looked at here.
        """
        matches = self._matcher.match(text)
        if seen is None:
            seen = self._finder.look(text, mentions, self._prototypes) if self._finder is not None else Seen((), {})
        by_words = [hit for hit in matches.hits if "pattern" in self._ways]
        beyond = beyond_words(seen.hits, by_words, matches, self._catalogue)
        hits = agreeing([*by_words, *(hit for hit in beyond if not _bare(hit, mentions))])
        family = adtype.family_of(matches, by_words, mentions, self._catalogue)
        if matches.notice:
            family = adtype.Family("none", AdType.BENIGN, family.points)
        found = self._applying(family, hits, text, mentions, advert)
        ad_type = adtype.settle(family, found)
        words = {hit.indicator for hit in found if hit.method == "pattern"}
        strong = {name for name in words if self._catalogue[name].indicator.strength is Strength.STRONG} - adtype.aside()
        leaning = None if matches.notice else adtype.lean(family, ad_type, seen.leaning, strong, self._catalogue)
        if leaning is not None:
            other, ad_type = leaning
            if (other.name, other.ad_type) != (family.name, family.ad_type):
                found = self._applying(other, hits, text, mentions, advert)
            family = other
            if ad_type is AdType.BENIGN:
                # A family that looks for a carer and gives no name and address hides nothing: an absence is no sign there.
                found = [hit for hit in found if hit.rule != structured.ABSENT]
        scored = score_advert(found, self._catalogue)
        return Findings(ad_type, tuple(found), scored.score, scored.band, scored.reasons)

    def _applying(
        self, family: adtype.Family, hits: Sequence[Hit], text: ReadText, mentions: Sequence[Mention], advert: Advert | None
    ) -> list[Hit]:
        """Hits that speak about adverts of this family, with what is derived for its type."""
        kept = [hit for hit in hits if adtype.applies(self._catalogue[hit.indicator], family)]
        if "derived" in self._ways:
            derived = structured.derive(text, mentions, family.ad_type, kept, advert)
            kept += [hit for hit in derived if hit.indicator in self._catalogue]
        return distinct(kept)


def beyond_words(
    semantic: Iterable[Hit], by_words: Sequence[Hit], matches: Matches, entries: Mapping[str, catalogue.CatalogueEntry]
) -> Iterator[Hit]:
    """Semantic hits that say something the patterns did not: neither what they found there, nor what they saw denied."""
    for hit in semantic:
        if hit.indicator not in entries or hit.start is None or hit.end is None:
            continue  # a head of an indicator that has left the catalogue
        same = (other for other in by_words if other.indicator == hit.indicator and other.field == hit.field)
        if any(other.start is not None and other.start < hit.end and hit.start < (other.end or 0) for other in same):
            continue
        if entries[hit.indicator].indicator.strength is not Strength.COUNTER and (matches.warned or _told(hit, matches)):
            continue
        if any(hit.start <= at < hit.end for name, field, at in matches.denied if (name, field) == (hit.indicator, hit.field)):
            continue
        yield hit


def _told(hit: Hit, matches: Matches) -> bool:
    """True where the sentence tells or asks what others do."""
    start, end = hit.start or 0, hit.end or 0
    return any(field == hit.field and low < end and start < high for field, low, high in matches.told)


def _bare(hit: Hit, mentions: Sequence[Mention]) -> bool:
    """True where a sentence, seen by meaning, names a nation as no more than somebody's origin."""
    if hit.indicator != "ethnicity_selling_point" or hit.method != "semantic":
        return False
    named = [
        one for one in mentions if one.field == hit.field and hit.start is not None and hit.start <= one.start < (hit.end or 0)
    ]
    return bare_origin(hit.text or "", [(one.start - (hit.start or 0), one.end - (hit.start or 0)) for one in named])
