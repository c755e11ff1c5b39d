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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What screening said of one text."""

    score: int
    band: str
    indicators: frozenset[str]

    @classmethod
    def of(cls, output: Mapping[str, Any]) -> Outcome:
        """From an output row of ``strazha screen``."""
        return cls(int(output["score"]), str(output["band"]), frozenset(str(hit["indicator"]) for hit in output["hits"]))


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
    def explained(self) -> bool:
        """True where an indicator changed, or the score moved by no more than is allowed."""
        return self.before.indicators != self.after.indicators or self.points <= ALLOWED

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
        }


@dataclass(slots=True)
class Tally:
    """Counts over pairs of one kind or language."""

    pairs: int = 0
    #: An indicator changed; the score moved by more than allowed; both bands differ; it moved and no indicator changed.
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
        """Pairs whose score moved although the same indicators were found: there must be none."""
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
