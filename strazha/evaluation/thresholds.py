"""Thresholds of the bands proposed from decisions, where these suffice. A person adopts them; nothing does so by itself.

The rule, as a person repeats it: draw the share followed up against the score so that it never falls (``isotonic``). ``urgent``
begins where it reaches 3 in 4, ``high`` where it reaches 1 in 2, ``medium`` above the last score at which it is 1 in 20 or
less. Only adverts count, and for each threshold only those that no other rule of the score keeps from the band.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from strazha.evaluation.calibration import Case, isotonic
from strazha.evaluation.rates import Rate
from strazha.model import Band

#: Of what is decided in a band, at least this share is to be followed up; of the lowest band at most that.
TARGETS = {Band.URGENT: 0.75, Band.HIGH: 0.5}
LOW_AT_MOST = 0.05
#: Decided adverts below which nothing is proposed: at or above a threshold, and in the lowest band. Of 60 none followed up
#: means 6 % at most by Wilson's interval; fewer cannot tell 1 in 20.
LEAST, LEAST_LOW = 30, 60
#: A threshold that does its work is left alone where the proposal lies nearer than this.
NEAR = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one threshold; ``proposed`` is None where it stays, and ``why`` says why in either case."""

    band: Band
    present: int
    proposed: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """All three, and the thresholds that would hold."""

    of: tuple[Proposal, ...]
    present: dict[str, int]

    @property
    def any(self) -> bool:
        """Whether anything would change."""
        return any(one.proposed is not None for one in self.of)

    @property
    def after(self) -> dict[str, int]:
        """The thresholds if all were adopted."""
        return {one.band.value: one.present if one.proposed is None else one.proposed for one in self.of}

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "present": self.present,
            "after": self.after,
            "thresholds": [
                {"band": one.band.value, "present": one.present, "proposed": one.proposed, "why": one.why} for one in self.of
            ],
        }


def band_at(score: int, cap: Band, thresholds: Mapping[str, int], floor: Band = Band.LOW) -> Band:
    """The band of a score, held at ``cap`` and never below ``floor``."""
    reached = Band.LOW
    for name, least in thresholds.items():
        if score >= least:
            reached = Band(name)
    return max(floor, min(reached, cap, key=_rank), key=_rank)


def _rank(band: Band) -> int:
    return band.rank


def propose(cases: Sequence[Case], present: Mapping[str, int]) -> Proposals:
    """Thresholds for ``medium``, ``high`` and ``urgent``; clusters and adverts whose screening is gone are not asked."""
    known = [case for case in cases if case.decisive and case.cap is not None]
    thresholds = dict(present)
    found = {
        Band.MEDIUM: _medium(known, thresholds),
        Band.HIGH: _upper(Band.HIGH, known, thresholds),
        Band.URGENT: _upper(Band.URGENT, known, thresholds),
    }
    return Proposals(tuple(_ascending(_kept(known, found, thresholds)).values()), thresholds)


def share_in(cases: Sequence[Case], band: Band, thresholds: Mapping[str, int]) -> Rate:
    """Share followed up of what lies in a band at some thresholds."""
    inside = [
        case
        for case in cases
        if case.decisive and case.cap is not None and band_at(case.score, case.cap, thresholds, case.floor) is band
    ]
    return Rate(sum(case.followed for case in inside), len(inside))


def _able(cases: Sequence[Case], band: Band) -> list[Case]:
    """Cases that are in a band or below it by their points alone."""
    return [case for case in cases if case.cap is not None and case.floor.rank < band.rank <= case.cap.rank]


def _unable(able: Sequence[Case], band: Band, least: int) -> str:
    """Why nothing can be said of a threshold, or nothing."""
    if len(able) < least:
        return f"{len(able)} decided adverts can be {band.value} by their points; at least {least} are needed"
    if len({case.followed for case in able}) < 2:
        return f"all {len(able)} decided adverts had the same outcome: nothing tells one score from another"
    return ""


def _upper(band: Band, cases: Sequence[Case], present: Mapping[str, int]) -> Proposal:
    at, target = present[band.value], TARGETS[band]
    able = _able(cases, band)
    why = _unable(able, band, LEAST)
    if why:
        return Proposal(band, at, None, why)
    reached = next((step.low for step in isotonic(able) if step.rate.share >= target), None)
    if reached is None:
        return Proposal(band, at, None, f"at no score {target:.0%} were followed up")
    above = sum(case.score >= reached for case in able)
    why = f"from {reached} points on at least {target:.0%} were followed up"
    if above < LEAST:
        return Proposal(band, at, None, f"{why}, but of {above} decided adverts only; {LEAST} are needed")
    return _near(Proposal(band, at, reached, why), cases, present)


def _medium(cases: Sequence[Case], present: Mapping[str, int]) -> Proposal:
    band, at = Band.MEDIUM, present[Band.MEDIUM.value]
    able = _able(cases, band)
    why = _unable(able, band, LEAST_LOW)
    if why:
        return Proposal(band, at, None, why)
    last = max((step.high for step in isotonic(able) if step.rate.share <= LOW_AT_MOST), default=None)
    if last is None:
        return Proposal(band, at, None, f"at every score more than {LOW_AT_MOST:.0%} were followed up")
    below = sum(case.score <= last for case in able)
    why = f"up to {last} points no more than {LOW_AT_MOST:.0%} were followed up"
    if below < LEAST_LOW:
        return Proposal(band, at, None, f"{why}, but of {below} decided adverts only; {LEAST_LOW} are needed")
    return _near(Proposal(band, at, last + 1, why), cases, present)


def _near(one: Proposal, cases: Sequence[Case], present: Mapping[str, int]) -> Proposal:
    """The proposal, or none where the present threshold lies near and does what it should."""
    if one.proposed is None or abs(one.proposed - one.present) >= NEAR:
        return one
    if one.proposed == one.present or _good(one.band, cases, present):
        return Proposal(one.band, one.present, None, f"{one.why}: the present threshold does it")
    return one


def _good(band: Band, cases: Sequence[Case], thresholds: Mapping[str, int]) -> bool:
    """Whether the band (for ``medium``: the one below it) holds what it should."""
    if band is Band.MEDIUM:
        rate = share_in(cases, Band.LOW, thresholds)
        return not rate.of or rate.share <= LOW_AT_MOST
    rate = share_in(cases, band, thresholds)
    return not rate.of or rate.share >= TARGETS[band]


def _kept(cases: Sequence[Case], found: Mapping[Band, Proposal], present: Mapping[str, int]) -> dict[Band, Proposal]:
    """Proposals that do what they promise once all hold: other rules fill the bands too."""
    after = Proposals(tuple(found.values()), dict(present)).after
    kept = dict(found)
    for band, one in found.items():
        if one.proposed is not None and not _good(band, cases, after):
            lying = Band.LOW if band is Band.MEDIUM else band
            rate = share_in(cases, lying, after)
            why = (
                f"with {one.proposed}, {rate.count} of {rate.of} in {lying.value} were followed up: other rules put them there"
            )
            kept[band] = Proposal(band, one.present, None, why)
    return kept


def _ascending(found: dict[Band, Proposal]) -> dict[Band, Proposal]:
    """Thresholds must rise from band to band: of two that do not, neither is proposed."""
    kept = dict(found)
    for _ in found:
        after = Proposals(tuple(kept.values()), {}).after
        for low, high in ((Band.MEDIUM, Band.HIGH), (Band.HIGH, Band.URGENT)):
            if after[low.value] >= after[high.value]:
                why = f"{low.value} would begin at {after[low.value]}, {high.value} at {after[high.value]}: nothing in between"
                for band in (low, high):
                    if kept[band].proposed is not None:
                        kept[band] = Proposal(band, kept[band].present, None, why)
    return kept
