"""Drift: does a source's newest crawl show an indicator, a language or a type more or less often than the crawls before?

Compared are adverts that are new or changed, so that no advert stands on both sides, and screened by one pipeline, so that a
change of the catalogue is no drift. After such a change the adverts that were screened again are the past.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Literal

from flows.rooms import Rooms
from flows.steps.reading import versions
from strazha.evaluation.rates import Rate, differs, effect, holm
from strazha.model import Alarm, RunReport, Screening, Shares

log = logging.getLogger(__name__)

STEP = "drift"

#: Fewest adverts on either side: below, a share of a tenth cannot be told from none.
LEAST = 40
#: Crawls looked back on.
BACK = 30
#: An alarm is an event that chance brings in one of a hundred comparisons of a source, with all its tests counted in ...
SURE = 0.01
#: ... and that is no trifle: Cohen's h of .2 is 1 % becoming 4 %, or 40 % becoming 50 %.
APART = 0.2
#: What is seen in fewer adverts than this on both sides together can give no alarm, and would only weaken the other tests.
SEEN = 5


Kind = Literal["indicator", "language", "type"]
_PARTS: tuple[tuple[Kind, str], ...] = (("indicator", "indicators"), ("language", "languages"), ("type", "types"))


@dataclass(frozen=True, slots=True)
class Shift:
    """One share, before and now."""

    kind: Kind
    name: str
    before: Rate
    now: Rate
    #: Corrected for everything tested of the source; 1 where it was not tested.
    chance: float

    @property
    def alarming(self) -> bool:
        """True where it is neither chance nor a trifle."""
        return self.chance < SURE and abs(effect(self.now, self.before)) >= APART


@dataclass(frozen=True, slots=True)
class Compared:
    """A source's newest adverts against those before. ``crawls`` are how many crawls the newest come from."""

    source_id: str
    pipeline: str = ""
    at: datetime | None = None
    now: Shares = field(default_factory=Shares)
    before: Shares = field(default_factory=Shares)
    crawls: int = 0

    @property
    def enough(self) -> bool:
        """False where one side has too few adverts to say anything."""
        return min(self.now.adverts, self.before.adverts) >= LEAST

    def shifts(self) -> list[Shift]:
        """Every share, the surest shift first."""
        found: list[tuple[Kind, str, Rate, Rate]] = []
        for kind, attribute in _PARTS:
            before, now = getattr(self.before, attribute), getattr(self.now, attribute)
            for name in sorted({*before, *now}):
                rates = (Rate(before.get(name, 0), self.before.adverts), Rate(now.get(name, 0), self.now.adverts))
                found.append((kind, name, *rates))
        tested = [one for one in found if self.enough and one[2].count + one[3].count >= SEEN]
        chances = iter(holm([differs(before, now) for _, _, before, now in tested]))
        known = {one[:2]: next(chances) for one in tested}
        return sorted((Shift(*one, known.get(one[:2], 1.0)) for one in found), key=lambda shift: (shift.chance, shift.name))

    def alarms(self) -> list[Alarm]:
        """The shifts that a person should look at."""
        return [
            Alarm(
                source_id=self.source_id,
                kind=shift.kind,
                name=shift.name,
                before=(shift.before.count, shift.before.of),
                now=(shift.now.count, shift.now.of),
                chance=shift.chance,
            )
            for shift in self.shifts()
            if shift.alarming
        ]


def note_shares(rooms: Rooms, report: RunReport, shares: Mapping[str, tuple[Shares, Shares]]) -> list[Alarm]:
    """Keep the shares of what a run screened (``Counted``); log and return the alarms. Repeating it changes nothing."""
    alarms: list[Alarm] = []
    for source_id, (new, again) in shares.items():
        plain = {
            "at": report.started_at.isoformat(),
            "pipeline": versions().key,
            "new": new.plain(),
            "again": again.plain(),
        }
        if new.adverts or again.adverts:
            rooms.ledger.mark_done(STEP, source_id, report.run_id, report.run_id, report.started_at, plain)
        if new.adverts:
            alarms += compared(rooms, source_id).alarms()
    for alarm in alarms:
        log.warning("drift: %s", alarm.line())
    return alarms


def compared(rooms: Rooms, source_id: str) -> Compared:
    """A source's newest adverts against those before, from what its runs noted."""
    noted = [detail for _, _, detail in rooms.ledger.done_units(STEP, source_id)]
    newest_first = sorted(noted, key=lambda detail: str(detail["at"]), reverse=True)
    if not newest_first:
        return Compared(source_id)
    pipeline = str(newest_first[0]["pipeline"])
    kept = [detail for detail in newest_first if detail["pipeline"] == pipeline][:BACK]
    now, before, crawls = Shares(), Shares(), 0
    for detail in kept:
        new = Shares.model_validate(detail["new"])
        # A small crawl is looked at together with those just before it.
        if now.adverts < LEAST:
            now, crawls = now + new, crawls + bool(new.adverts)
        else:
            before += new
        before += Shares.model_validate(detail["again"])
    return Compared(source_id, pipeline, datetime.fromisoformat(str(newest_first[0]["at"])), now, before, crawls)


class _Counting:
    """Shares under way. Of each text eight bytes are kept, so that copies count once."""

    def __init__(self) -> None:
        self._texts: set[bytes] = set()
        self._counts: dict[str, Counter[str]] = {name: Counter() for _, name in _PARTS}

    def add(self, screening: Screening) -> None:
        """Count an advert, unless its text was there already."""
        text = blake2b(screening.folded.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        if text in self._texts:
            return
        self._texts.add(text)
        self._counts["indicators"].update({hit.indicator for hit in screening.hits})
        self._counts["languages"].update([screening.languages[0].lang if screening.languages else "none"])
        self._counts["types"].update([screening.ad_type.value])

    def shares(self) -> Shares:
        """What was counted."""
        return Shares(adverts=len(self._texts), **{name: dict(sorted(c.items())) for name, c in self._counts.items()})


class Counted:
    """By source: what is new or changed in a run, and what was screened again; counted batch by batch."""

    def __init__(self, rooms: Rooms, report: RunReport) -> None:
        self._rooms, self._pipeline = rooms, versions().key
        self._fresh = {one for source in report.sources for one in rooms.ledger.run_adverts(report.run_id, source)}
        self._counting = {source: (_Counting(), _Counting()) for source in report.sources}

    def add(self, rows: Sequence[Screening]) -> None:
        """Count a batch of the run."""
        states = self._rooms.ledger.advert_states(row.advert_id for row in rows)
        for screening in rows:
            state = states.get(screening.advert_id)
            if state and state.source_id in self._counting and screening.pipeline.key == self._pipeline:
                self._counting[state.source_id][screening.advert_id not in self._fresh].add(screening)

    def shares(self) -> dict[str, tuple[Shares, Shares]]:
        """What was counted."""
        return {source: (new.shares(), again.shares()) for source, (new, again) in self._counting.items()}
