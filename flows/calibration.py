"""Calibration on what people decided: cases gathered from ledger and landing area, what proposed thresholds would move, and a
copy of the weights that holds them. Nothing is changed by any of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypeVar

from flows.rooms import Rooms
from strazha.errors import BadInputError, EvidenceError
from strazha.evaluation.calibration import Case, Known, count_by
from strazha.evaluation.thresholds import Proposals, band_at
from strazha.evidence.landing import LineRef
from strazha.ledger import ScreeningRef
from strazha.model import Band, Decision, Screening

#: Adverts looked up together, and entries of the audit log looked through for how one double review came about.
_TOGETHER, _ENTRIES = 500, 5000

Key = tuple[str, str, str]
Name = TypeVar("Name")


@dataclass(slots=True)
class Gathered:
    """The decided items, and how many decisions or items were left out, by reason."""

    cases: list[Case] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    #: Items whose newest decision says the opposite of the one counted.
    overturned: int = 0

    @property
    def chance(self) -> int:
        """Of the low band, those drawn by chance."""
        return sum(case.drawn for case in self.cases if case.band is Band.LOW)


@dataclass(frozen=True, slots=True)
class Moved:
    """Adverts by band before and after, were the thresholds adopted; of those decided, and of all that were screened."""

    decided: tuple[dict[str, int], dict[str, int]]
    all: tuple[dict[str, int], dict[str, int]]
    #: Screenings that could not be read; they are counted where they are.
    unread: int = 0


def gather(rooms: Rooms, *, newest: bool = False) -> Gathered:
    """Each decided item once, with what the screening said when it was decided.

    The decision of a double review that both agreed on or a lead settled counts before any other, else the first one (with
    ``newest`` the newest). What was taken back counts nothing, and an item that waits for a blind double review is left out:
    no figure may tell of it.
    """
    found = Gathered()
    chosen = _chosen(rooms, found, newest=newest)
    drawn = _drawn(rooms, [one for one in chosen if one.review])
    wanted = {_key(one) for one in chosen if one.subject == "advert"}
    screened = {
        key: screening for key, screening in _read(rooms, rooms.ledger.screenings_of(wanted).items()) if screening is not None
    }
    for one in chosen:
        found.cases.append(_case(one, screened.get(_key(one)), drawn=one.review in drawn))
    found.left_out["adverts whose screening is not there any more"] = len(wanted - set(screened))
    found.left_out = +found.left_out
    return found


def catalogue_says() -> dict[str, Known]:
    """Strength and validity of every indicator of adverts."""
    from flows.steps import catalogue

    return {name: Known(one.strength.value, one.validity.status) for name, one in catalogue().items() if one.level == "advert"}


def thresholds() -> dict[str, int]:
    """The thresholds in force."""
    from indicators.scoring import weights

    return dict(weights().bands)


def moved(rooms: Rooms, cases: Sequence[Case], proposals: Proposals) -> Moved:
    """How many adverts each band would hold. Only screenings whose score lies between an old and a new threshold are read."""
    after = proposals.after
    known = [case for case in cases if case.cap is not None]
    before = count_by(known, lambda case: _band(case, proposals.present))
    decided = (before, count_by(known, lambda case: _band(case, after)))
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    unread = 0
    for refs in _screened(rooms):
        first.update(ref.band.value for ref in refs)
        touched = [ref for ref in refs if _between(ref.score, proposals)]
        second.update(ref.band.value for ref in refs if not _between(ref.score, proposals))
        for ref, screening in _read(rooms, ((ref, ref) for ref in touched)):
            unread += screening is None
            second[_banded(screening, after).value if screening is not None else ref.band.value] += 1
    return Moved(decided, (_ordered(first), _ordered(second)), unread)


def write_weights(path: Path, proposals: Proposals, cases: int, today: date) -> None:
    """Write a copy of the weights in force with the proposed thresholds, and a comment that says where they come from.

    Raises:
        BadInputError: nothing is proposed, or there is a file already.
    """
    from indicators.catalogue import weights_file
    from indicators.scoring import read_weights

    if not proposals.any:
        raise BadInputError("nothing is proposed, so there is nothing to write", remedy="ask again when more is decided")
    if path.exists():
        raise BadInputError("there is a file already", place=str(path), remedy="name a new file")
    text = rewritten(weights_file().read_text(encoding="utf-8"), proposals, f"{today.isoformat()}, {cases} decided items")
    path.write_text(text, encoding="utf-8")
    if read_weights(path).bands != proposals.after:
        raise BadInputError("the thresholds could not be put in", place=str(path), remedy="write them in by hand under bands")


def rewritten(text: str, proposals: Proposals, origin: str) -> str:
    """The text of a file of weights with other thresholds; all else, comments included, stays."""
    lines, inside = [], False
    for line in text.splitlines():
        inside = line.startswith("bands:") or (inside and (not line.strip() or line[:1].isspace()))
        match = re.match(r"(\s+)(\w+):", line) if inside else None
        one = next((one for one in proposals.of if match and match[2] == one.band.value), None)
        if line.startswith("bands:"):
            lines.append(
                f"# Proposed by `strazha calibrate` from decisions of people ({origin}); nobody but a person adopts it."
            )
        if match is None or one is None or one.proposed is None:
            lines.append(line)
            continue
        lines += [f"{match[1]}# was {one.present}; {one.why}", f"{match[1]}{one.band.value}: {one.proposed}"]
    return "\n".join(lines) + "\n"


def _chosen(rooms: Rooms, found: Gathered, *, newest: bool) -> list[Decision]:
    every = list(rooms.ledger.scan_decisions())
    gone = rooms.ledger.withdrawals(one.id for one in every)
    standing: dict[tuple[str, str], list[Decision]] = {}
    for one in every:
        if one.id not in gone:
            standing.setdefault((one.subject, one.subject_id), []).append(one)
    waiting = {
        (subject, name)
        for subject in ("advert", "cluster")
        for name in rooms.ledger.waiting_reviews(subject, [name for kind, name in standing if kind == subject])
    }
    found.left_out["decisions taken back"] = len(gone)
    chosen = []
    for item, said in standing.items():
        # Of two in reviews the last one: the first was settled anew.
        settled = [one for one in said if one.review]
        one = settled[-1] if settled else said[-1 if newest else 0]
        if item in waiting:
            found.left_out["items that wait for a blind double review"] += 1
        elif one.score is None or one.band not in set(Band):
            found.left_out["decisions that note no score"] += 1
        else:
            chosen.append(one)
            found.overturned += _says(said[-1]) == -_says(one) != 0
    return chosen


def _says(one: Decision) -> int:
    case = Case(one.subject, one.subject_id, one.outcome, 0, Band.LOW)
    return (1 if case.followed else -1) if case.decisive else 0


def _drawn(rooms: Rooms, settled: Iterable[Decision]) -> set[str]:
    """Double reviews that were opened by drawing, as the audit log says."""
    found: set[str] = set()
    for one in settled:
        for entry in rooms.ledger.audit_entries(_ENTRIES, subject=one.subject_id):
            if entry.action == "double review opened" and entry.detail.get("drawn") is True:
                found.add(str(entry.detail.get("review")))
    return found


def _key(one: Decision) -> Key:
    return one.subject_id, one.content_hash, one.pipeline


def _case(one: Decision, screening: Screening | None, *, drawn: bool) -> Case:
    from indicators.scoring import bands_between

    floor, cap = bands_between(screening.hits) if screening is not None else (Band.LOW, None)
    return Case(
        subject=one.subject,
        subject_id=one.subject_id,
        outcome=one.outcome,
        score=one.score or 0,
        band=Band(one.band),
        indicators=frozenset(hit.indicator for hit in screening.hits) if screening is not None else None,
        cap=cap,
        floor=floor,
        double=bool(one.review),
        drawn=drawn,
    )


def _read(rooms: Rooms, named: Iterable[tuple[Name, ScreeningRef]]) -> Iterator[tuple[Name, Screening | None]]:
    """Screenings as they were written; None where a line is gone, cut short or no screening."""
    for name, ref in sorted(named, key=lambda pair: (pair[1].file, pair[1].offset)):
        try:
            line = rooms.landing.read_line(LineRef(file=ref.file, offset=ref.offset, length=ref.length))
            yield name, Screening.model_validate_json(line)
        except (EvidenceError, ValueError):
            yield name, None


def _screened(rooms: Rooms) -> Iterator[list[ScreeningRef]]:
    """The newest screening of each advert that is still shown or was, some hundreds at a time."""
    states = rooms.ledger.scan_adverts()
    while batch := [state.advert_id for state in islice(states, _TOGETHER)]:
        yield list(rooms.ledger.screening_refs(batch).values())


def _between(score: int, proposals: Proposals) -> bool:
    after = proposals.after
    return any(min(old, after[name]) <= score < max(old, after[name]) for name, old in proposals.present.items())


def _banded(screening: Screening, at: Mapping[str, int]) -> Band:
    from indicators.scoring import bands_between

    floor, cap = bands_between(screening.hits)
    return band_at(screening.score, cap, at, floor)


def _band(case: Case, at: Mapping[str, int]) -> Band:
    return band_at(case.score, case.cap or case.band, at, case.floor)


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return {band.value: counts[band.value] for band in Band}
