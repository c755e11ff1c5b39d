"""What a learner has done, what comes next, and how sure they are: pure functions of their answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from review.train.cases import LEVELS, Case, Cases
from strazha.ledger.records import TrainingAnswer

#: When a case comes back after it was passed once, twice, ... in a row (Leitner's boxes); longer gaps keep better.
GAPS = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=21), timedelta(days=60))
#: When one comes back that was not passed: after others, on the same day.
AGAIN = timedelta(minutes=10)
#: Cases of a level passed before the next level opens.
ENOUGH = 8
#: Times something must have come up before it is called a weakness; share seen below which, and share wrongly marked above
#: which it is one. A person who passes misses few strong signs: three of four seen is what passing comes to.
TELLING, SEEN_SHARE, MARKED_SHARE = 3, 0.7, 0.2
#: Answers in one line of the progress table.
STRETCH = 10


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something present was seen, and how often it was seen where it is not."""

    present: int
    hit: int
    absent: int
    false: int

    @property
    def sensitivity(self) -> float | None:
        """Share seen of what was there; ``None`` where it never was."""
        return self.hit / self.present if self.present else None

    @property
    def alarms(self) -> float | None:
        """Share of the cases without it in which it was marked."""
        return self.false / self.absent if self.absent else None

    @property
    def weak(self) -> str:
        """Where to look again: "missed" or "marked" (where there is none), empty where all is well or too little is known."""
        if self.present >= TELLING and self.hit < SEEN_SHARE * self.present:
            return "missed"
        return "marked" if self.false >= TELLING and self.false > MARKED_SHARE * self.absent else ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ten answers in a row: from when, how many indicators were seen of how many, false marks, outcomes like the key's."""

    begun: datetime
    answers: int
    present: int
    hit: int
    false: int
    agreed: int
    passed: int


def level_of(answers: Sequence[TrainingAnswer]) -> int:
    """The level somebody works on: the first of which they have not passed enough different cases."""
    for level in LEVELS[:-1]:
        if len({one.case_id for one in answers if one.level == level and one.passed}) < ENOUGH:
            return level
    return LEVELS[-1]


def due(answers: Sequence[TrainingAnswer]) -> dict[str, datetime]:
    """When each case answered so far comes back. Answers are oldest first.

    A case passed again before it was due shows that it was just read, not that it was kept: it stays in its box.
    """
    boxes: Counter[str] = Counter()
    when: dict[str, datetime] = {}
    for one in answers:
        if one.passed and boxes[one.case_id] and one.at < when[one.case_id]:
            continue
        boxes[one.case_id] = boxes[one.case_id] + 1 if one.passed else 0
        box = boxes[one.case_id]
        when[one.case_id] = one.at + (GAPS[min(box, len(GAPS)) - 1] if box else AGAIN)
    return when


def next_case(cases: Cases, answers: Sequence[TrainingAnswer], at: datetime, languages: Sequence[str]) -> Case | None:
    """The case that comes next: one that is due, else a new one. New ones come by level: one's own, then what was left out
    below it, then what lies above; within a level what one is weak at first.

    ``None`` when every case has been answered and none is due.
    """
    usable = {name: case for name, case in cases.items() if case.key.language in languages}
    back = {name: moment for name, moment in due(answers).items() if name in usable and moment <= at}
    last = answers[-1].case_id if answers else ""
    if back and set(back) != {last}:
        return usable[min((moment, name) for name, moment in back.items() if name != last)[1]]
    done = {one.case_id for one in answers}
    fresh = [case for name, case in usable.items() if name not in done]
    if not fresh:
        return usable[last] if last in back else None
    missed = Counter(name for one in answers for name in one.missed)
    missed.subtract(Counter(name for one in answers for name in one.hit))
    level = level_of(answers)

    def order(pair: tuple[int, Case]) -> tuple[bool, int, int, int]:
        place, case = pair
        # The level above is for later: a case of a level below that was added since, or left out, comes before it.
        # Then the signs that were missed more often than seen, then the common order.
        weak = sum(1 for name in case.indicators if missed[name] > 0)
        return case.key.level > level, abs(case.key.level - level), -weak, place

    return min(enumerate(fresh), key=order)[1]


def rates(answers: Sequence[TrainingAnswer]) -> dict[str, Rate]:
    """How sure somebody is of each indicator that came up, over all their answers."""
    present: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for one in answers:
        present.update([*one.hit, *one.missed])
        hit.update(one.hit)
        false.update(one.wrong)
    names = {*present, *false}
    return {name: Rate(present[name], hit[name], len(answers) - present[name], false[name]) for name in sorted(names)}


def by_kind(answers: Sequence[TrainingAnswer], kinds: Mapping[str, str]) -> dict[str, Rate]:
    """The same by kind of sign, weakest kind first; ``kinds`` is the kind of each indicator, others count for none.

    ``absent`` counts the answers in whose key the kind does not occur, ``false`` those of them in which it was marked.
    """
    present: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    absent: Counter[str] = Counter()
    false: Counter[str] = Counter()
    every = set(kinds.values())
    for one in answers:
        there = [kinds[name] for name in (*one.hit, *one.missed) if name in kinds]
        present.update(there)
        hit.update(kinds[name] for name in one.hit if name in kinds)
        absent.update(every - set(there))
        false.update({kinds[name] for name in one.wrong if name in kinds} - set(there))
    found = {kind: Rate(present[kind], hit[kind], absent[kind], false[kind]) for kind in {*present, *false}}
    return dict(sorted(found.items(), key=lambda item: (not item[1].weak, _sureness(item[1]), item[0])))


def _sureness(rate: Rate) -> float:
    return (1.0 if rate.sensitivity is None else rate.sensitivity) - (rate.alarms or 0.0)


def by_form(answers: Sequence[TrainingAnswer]) -> Mapping[str, tuple[Rate, int, int]]:
    """The same by what cases are about, with how many there were and how many outcomes agreed with the key."""
    found: dict[str, tuple[Rate, int, int]] = {}
    for form in sorted({one.form for one in answers}):
        mine = [one for one in answers if one.form == form]
        hit = sum(len(one.hit) for one in mine)
        present = hit + sum(len(one.missed) for one in mine)
        false = sum(len(one.wrong) for one in mine)
        found[form] = (Rate(present, hit, len(mine), false), len(mine), sum(1 for one in mine if one.verdict != "poor"))
    return found


def stretches(answers: Sequence[TrainingAnswer]) -> list[Stretch]:
    """Progress over time, in stretches of ten answers, oldest first."""
    return [
        Stretch(
            begun=part[0].at,
            answers=len(part),
            present=sum(len(one.hit) + len(one.missed) for one in part),
            hit=sum(len(one.hit) for one in part),
            false=sum(len(one.wrong) for one in part),
            agreed=sum(1 for one in part if one.verdict != "poor"),
            passed=sum(1 for one in part if one.passed),
        )
        for part in (answers[at : at + STRETCH] for at in range(0, len(answers), STRETCH))
    ]
