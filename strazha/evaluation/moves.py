"""What moved between the two adverts of counterfactual pairs: score, band, indicators."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strazha.evaluation.counterfactual import KINDS, Kind, Pair, Text
from strazha.evaluation.rates import Rate

#: Points a score may move by where the same indicators were found.
ALLOWED = 2

#: Indicators whose definition speaks of nations or of being abroad, and what of it: where one nationality of an advert stands
#: for another (kind ``nation``) they may change, no other may. A catalogue entry that comes to speak of nations is added here.
SPEAK_OF_NATIONS: Mapping[str, str] = {
    "ethnicity_selling_point": "a nationality or ethnicity is offered as the selling point",
    "client_exclusion": "clients are excluded by ethnicity, or as locals: people of the place are no strangers there",
    "cross_border_presence": "a cluster stands in two or more countries",
    "movement_new_arrival": "somebody has newly come, from where an advert may say by a nationality",
    "entertainment_abroad": "work abroad: a club of the reader's own nation is not abroad",
    "unrealistic_pay": "pay is compared with what such work brings in the country named",
}

#: Kinds in which an indicator may not change at all, or only some. A neutral sentence and a person's name say nothing of the
#: advert, so that nothing excuses a change there: naming a nation must not by itself raise a score.
EXCUSED: Mapping[Kind, frozenset[str]] = {
    "nation": frozenset(SPEAK_OF_NATIONS),
    "nation added": frozenset(),
    "named": frozenset(),
    "name": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What screening said of one text."""

    score: int
    band: str
    indicators: frozenset[str]
    ad_type: str = ""

    @classmethod
    def of(cls, output: Mapping[str, Any]) -> Outcome:
        """From an output row of ``strazha screen``."""
        names = frozenset(str(hit["indicator"]) for hit in output["hits"])
        return cls(int(output["score"]), str(output["band"]), names, str(output.get("ad_type", "")))


@dataclass(frozen=True, slots=True)
class Move:
    """A pair that did not come out alike."""

    pair: Pair
    before: Outcome
    after: Outcome

    @property
    def points(self) -> int:
        """How far the score moved."""
        return abs(self.after.score - self.before.score)

    @property
    def gained(self) -> list[str]:
        """Indicators seen in the second text alone."""
        return sorted(self.after.indicators - self.before.indicators)

    @property
    def lost(self) -> list[str]:
        """Indicators seen in the first text alone."""
        return sorted(self.before.indicators - self.after.indicators)

    @property
    def unexcused(self) -> list[str]:
        """Indicators that changed and must not have, by what was exchanged."""
        changed = self.before.indicators ^ self.after.indicators
        return sorted(changed - EXCUSED[self.pair.kind]) if self.pair.kind in EXCUSED else []

    @property
    def explained(self) -> bool:
        """True where nothing moved but what may: no indicator but an excused one, no score alone by more than is allowed."""
        return not self.unexcused and (self.before.indicators != self.after.indicators or self.points <= ALLOWED)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "row": self.pair.row,
            "lang": self.pair.lang,
            "kind": self.pair.kind,
            "what": self.pair.what,
            "scores": [self.before.score, self.after.score],
            "bands": [self.before.band, self.after.band],
            "gained": self.gained,
            "lost": self.lost,
            "types": [self.before.ad_type, self.after.ad_type],
            "fails": not self.explained,
        }


@dataclass(slots=True)
class Tally:
    """Counts over pairs of one kind or language."""

    pairs: int = 0
    #: An indicator changed; the score moved by more than allowed; both bands differ; it is not explained (``Move.explained``).
    changed: int = 0
    moved: int = 0
    bands: int = 0
    unexplained: int = 0
    worst: int = 0

    def add(self, move: Move) -> None:
        """Count one pair."""
        self.pairs += 1
        self.changed += move.before.indicators != move.after.indicators
        self.moved += move.points > ALLOWED
        self.bands += move.before.band != move.after.band
        self.unexplained += not move.explained
        self.worst = max(self.worst, move.points)

    @property
    def change(self) -> Rate:
        """Share of pairs in which an indicator changed."""
        return Rate(self.changed, self.pairs)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "pairs": self.pairs,
            "indicator_changed": self.change.plain(),
            "score_moved": self.moved,
            "band_moved": self.bands,
            "unexplained": self.unexplained,
            "worst": self.worst,
        }


@dataclass(slots=True)
class Moves:
    """All pairs, counted; those that did not come out alike are kept."""

    kinds: dict[Kind, Tally] = field(default_factory=dict)
    languages: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    #: Indicator -> kind -> pairs in which it changed.
    indicators: dict[str, Counter[Kind]] = field(default_factory=lambda: defaultdict(Counter))
    moves: list[Move] = field(default_factory=list)

    @property
    def unexplained(self) -> list[Move]:
        """Pairs that fail: the score moved although the same indicators were found, or an indicator changed that must not."""
        return [move for move in self.moves if not move.explained]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "allowed": ALLOWED,
            "pairs": sum(tally.pairs for tally in self.kinds.values()),
            "unexplained": len(self.unexplained),
            "kinds": {kind: tally.plain() for kind, tally in self.kinds.items()},
            "languages": {lang: tally.plain() for lang, tally in sorted(self.languages.items())},
            "indicators": {name: dict(kinds) for name, kinds in sorted(self.indicators.items())},
            "moves": [move.plain() for move in self.moves],
        }


def texts_of(pairs: Iterable[Pair]) -> list[Text]:
    """Every text of the pairs, once."""
    return list(dict.fromkeys(text for pair in pairs for text in (pair.before, pair.after)))


def compare(pairs: Sequence[Pair], outcomes: Mapping[Text, Outcome]) -> Moves:
    """Count what moved, given what screening said of each text."""
    moves = Moves({kind: Tally() for kind in KINDS if any(pair.kind == kind for pair in pairs)})
    for pair in pairs:
        move = Move(pair, outcomes[pair.before], outcomes[pair.after])
        moves.kinds[pair.kind].add(move)
        moves.languages[pair.lang].add(move)
        for name in (*move.gained, *move.lost):
            moves.indicators[name][pair.kind] += 1
        if move.points or move.gained or move.lost:
            moves.moves.append(move)
    return moves
