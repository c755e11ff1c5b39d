"""What another catalogue changes: hits gained and lost, and what became of scores and bands, advert by advert."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from indicators.screener import Findings, Screener
from strazha.model import Advert, Band, Hit, Reading
from strazha.model.sentences import sentences

#: Characters of a sentence that are kept: a wall of text is one sentence.
_SHOWN = 400


#: Characters of a title: enough to know an advert by.
_TITLE = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One hit that is there with one catalogue only."""

    advert: str
    lang: str
    hit: Hit
    #: The sentence around it, empty for a hit without a place; ``at`` is where the hit begins in it.
    sentence: str
    at: int

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        hit = self.hit
        return {
            "advert": self.advert,
            "lang": self.lang,
            "method": hit.method,
            "rule": hit.rule,
            "field": hit.field,
            "start": hit.start,
            "end": hit.end,
            "text": hit.text,
            "sentence": self.sentence,
        }


@dataclass(slots=True)
class Side:
    """Hits of one indicator gained, or lost. Counts are of adverts, the changes of places."""

    adverts: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "adverts": self.adverts,
            "languages": dict(self.languages.most_common()),
            "places": [change.plain() for change in self.changes],
        }


@dataclass(frozen=True, slots=True)
class BandMove:
    """An advert whose band is another with the other catalogue."""

    advert: str
    lang: str
    before: tuple[int, Band]
    after: tuple[int, Band]
    #: The advert's title, and the indicators seen by one catalogue alone.
    title: str = ""
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "advert": self.advert,
            "lang": self.lang,
            "title": self.title,
            "before": {"score": self.before[0], "band": self.before[1]},
            "after": {"score": self.after[0], "band": self.after[1]},
            "gained": list(self.gained),
            "lost": list(self.lost),
        }


class Difference:
    """Built up advert by advert in bounded memory: of each indicator and side ``most`` places are kept."""

    def __init__(self, before: Screener, after: Screener, *, most: int = 1000) -> None:
        self._before, self._after, self._most = before, after, most
        self.adverts = 0
        self.languages: Counter[str] = Counter()
        self.gained: dict[str, Side] = defaultdict(Side)
        self.lost: dict[str, Side] = defaultdict(Side)
        self.types: Counter[tuple[str, str]] = Counter()
        self.bands: Counter[tuple[Band, Band]] = Counter()
        self.moved: list[BandMove] = []
        self.scores = 0

    def prepare(self, readings: Sequence[Reading]) -> None:
        """Tell which adverts come next, so that their sentences are encoded in one go."""
        self._after.prepare(readings)

    def add(self, name: str, advert: Advert, reading: Reading) -> None:
        """Screen one advert with both; ``name`` is what it is called in the outcome."""
        old = self._before.screen(reading.text, reading.mentions, advert=advert)
        new = self._after.screen(reading.text, reading.mentions, advert=advert)
        lang = "bg-Latn" if reading.latin_bg else reading.text.languages[0] if reading.text.languages else "?"
        self.adverts += 1
        self.languages[lang] += 1
        for sides, hits, others in ((self.gained, new.hits, old.hits), (self.lost, old.hits, new.hits)):
            for indicator in sorted({hit.indicator for hit in hits}):
                self._side(sides, indicator, _only(indicator, hits, others), (name, lang, advert))
        self._moves((name, lang, advert), old, new)

    def _side(self, sides: dict[str, Side], indicator: str, hits: Sequence[Hit], of: tuple[str, str, Advert]) -> None:
        if not hits:
            return
        name, lang, advert = of
        side = sides[indicator]
        side.adverts += 1
        side.languages[lang] += 1
        for hit in hits[: self._most - len(side.changes)]:
            side.changes.append(Change(name, lang, hit, *_sentence(advert, hit)))

    def _moves(self, of: tuple[str, str, Advert], old: Findings, new: Findings) -> None:
        name, lang, advert = of
        self.types[str(old.ad_type), str(new.ad_type)] += old.ad_type is not new.ad_type
        self.scores += old.score != new.score
        if old.band is not new.band:
            self.bands[old.band, new.band] += 1
            if len(self.moved) < self._most:
                before, after = ({hit.indicator for hit in one.hits} for one in (old, new))
                self.moved.append(
                    BandMove(
                        name, lang, (old.score, old.band), (new.score, new.band), title=advert.title[:_TITLE],
                        gained=tuple(sorted(after - before)), lost=tuple(sorted(before - after)),
                    )
                )  # fmt: skip

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "adverts": self.adverts,
            "languages": dict(self.languages.most_common()),
            "gained": {name: side.plain() for name, side in sorted(self.gained.items())},
            "lost": {name: side.plain() for name, side in sorted(self.lost.items())},
            "scores_changed": self.scores,
            "types": {f"{old}>{new}": count for (old, new), count in sorted(self.types.items()) if count},
            "bands": {f"{old}>{new}": count for (old, new), count in sorted(self.bands.items())},
            "moved": [move.plain() for move in self.moved],
            "kept_at_most": self._most,
        }


def _only(indicator: str, hits: Sequence[Hit], others: Sequence[Hit]) -> list[Hit]:
    """Hits of an indicator that meet none of the others' hits of it: one that only reaches further is the same."""
    own = [hit for hit in hits if hit.indicator == indicator]
    met = [hit for hit in others if hit.indicator == indicator]
    return [hit for hit in own if not any(_meet(hit, other) for other in met)]


def _meet(hit: Hit, other: Hit) -> bool:
    if hit.start is None or other.start is None or hit.end is None or other.end is None:
        return hit.start is other.start
    return hit.field == other.field and hit.start < other.end and other.start < hit.end


def _sentence(advert: Advert, hit: Hit) -> tuple[str, int]:
    if hit.start is None:
        return "", 0
    text = advert.title if hit.field == "title" else advert.body
    places = sentences(text) if hit.field == "body" else [(0, len(text))]
    start, end = next(((low, high) for low, high in places if low <= hit.start < high), (hit.start, hit.end or hit.start))
    end = min(max(end, hit.end or 0), start + _SHOWN)
    return text[start:end], hit.start - start
