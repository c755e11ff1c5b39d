"""An advert's text and mentions in, findings out: type, hits, score, band and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from indicators import adtype, catalogue, structured
from indicators.languages import load_languages
from indicators.matcher import PatternMatcher, distinct
from indicators.scoring import score_advert
from strazha.model import AdType, Advert, Band, Hit, Mention, ReadText, Reason


class HitFinder(Protocol):
    """A further way to see indicators in a text, beside patterns and derivations; it must be deterministic."""

    def find(self, text: ReadText, mentions: Sequence[Mention]) -> Sequence[Hit]:
        """Hits with offsets into the captured text; those that do not apply to the advert's type are dropped later."""
        ...


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

    ``further`` are more ways of finding hits, asked in order. Safe to share between threads.
    """

    def __init__(self, further: Sequence[HitFinder] = ()) -> None:
        entries = catalogue.load()
        self._catalogue = {name: entry for name, entry in entries.items() if entry.indicator.level == "advert"}
        self._matcher = PatternMatcher(self._catalogue, load_languages(), adtype.table().features())
        self._further = tuple(further)

    def screen(self, text: ReadText, mentions: Sequence[Mention], *, advert: Advert | None = None) -> Findings:
        """Findings of one advert; ``advert`` adds what the site's own fields say (country, price, seller)."""
        matches = self._matcher.match(text)
        hits = list(matches.hits)
        for finder in self._further:
            hits += finder.find(text, mentions)
        family = adtype.family_of(matches, hits, mentions, self._catalogue)
        hits = [hit for hit in hits if adtype.applies(self._catalogue[hit.indicator], family)]
        hits += structured.derive(text, mentions, family.ad_type, hits, advert)
        hits = distinct(hits)
        ad_type = adtype.settle(family, hits)
        scored = score_advert(hits, self._catalogue)
        return Findings(ad_type, tuple(hits), scored.score, scored.band, scored.reasons)
