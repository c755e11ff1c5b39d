"""Fill rates: in what share of a source's adverts is each field filled, and has one gone empty against the source's own past?

A site that changes its layout empties a field silently: no page fails, adverts come in, and only the price is missing from all
of them. Compared are the newest crawl and the ones before. Neighbouring crawls see mostly the same adverts, so that the past
counts for as many adverts as it saw different ones, not for the sum of its crawls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from strazha.evaluation.rates import Rate, differs, effect, holm
from strazha.ledger import Ledger
from strazha.ledger.operate_records import CrawlLine

#: Fewest adverts on either side; below, nothing is said (as of the groups of docs/fairness.md).
ENOUGH = 20
#: Crawls that make up the past.
BACK = 10
#: Crawls that are read anyway; where a field is missing from all of them its past lies further back.
WINDOW = 100
#: Chance of even one alarm in a comparison of a source if nothing had changed.
SURE = 0.01
#: Cohen's h that an alarm needs: .2 is 100 % becoming 99 % or 4 % becoming 1 % (an emptied field), .5 is 94 % becoming 77 %.
EMPTY_APART, FALLING_APART = 0.2, 0.5


@dataclass(frozen=True, slots=True)
class FieldFill:
    """One field: its share now and before. ``state`` is "empty" or "falling" where a person should look, else ""."""

    name: str
    now: Rate
    before: Rate
    chance: float
    state: str
    #: The first crawl in which no advert had it, where it is empty now.
    since_run: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """A source's fields, those in alarm first. ``enough`` is False where one side has too few adverts to compare."""

    source_id: str
    fields: tuple[FieldFill, ...] = ()
    #: Adverts now, and different adverts of the past (at most).
    adverts: int = 0
    past: int = 0
    enough: bool = False

    @property
    def alarms(self) -> tuple[FieldFill, ...]:
        """Fields that went empty or fell."""
        return tuple(one for one in self.fields if one.state)


@dataclass(frozen=True, slots=True)
class Before:
    """A field's past beyond the crawls at hand: the first crawl without it, and those up to the last with it, newest first."""

    first: CrawlLine
    crawls: tuple[CrawlLine, ...]


#: No field's past lies beyond the crawls at hand.
NOTHING_BEFORE: Mapping[str, Before] = MappingProxyType({})


def source_filling(ledger: Ledger, source_id: str) -> Filling:
    """Compare a source's newest adverts with those before, however many crawls ago a field was filled last."""
    crawls = ledger.crawl_lines(source_id, WINDOW)
    return filling(source_id, crawls, before_window(ledger, source_id, crawls))


def before_window(ledger: Ledger, source_id: str, crawls: Sequence[CrawlLine]) -> dict[str, Before]:
    """The past of fields that were filled so long ago that ``crawls`` (newest first) hold too little of it."""
    if len(crawls) < WINDOW:
        return {}
    # Of what was filled since then the crawls at hand hold a past of full length.
    edge = crawls[WINDOW - 3 * BACK].started_at
    found = {}
    for name, at in ledger.last_filled(source_id).items():
        if at < edge:
            past = [one for one in ledger.crawl_lines(source_id, 3 * BACK, until=at) if one.adverts]
            first = next((one for one in ledger.crawls_after(source_id, at) if one.adverts), crawls[-1])
            found[name] = Before(first, tuple(past[:BACK]))
    return found


def filling(source_id: str, crawls: Sequence[CrawlLine], older: Mapping[str, Before] = NOTHING_BEFORE) -> Filling:
    """Compare a source's newest adverts with those before; ``crawls`` newest first, those without adverts are left aside.

    ``older`` holds the past of fields that were last filled before ``crawls`` begin (:func:`before_window`).
    """
    held = [one for one in crawls if one.adverts]
    newest, rest = _newest(held)
    if not newest:
        return Filling(source_id)
    names = sorted({*(name for one in held for name in one.filled), *older})
    sides = [_sides(name, newest, rest, older.get(name)) for name in names]
    tested = [now.of >= ENOUGH and before.of >= ENOUGH for now, before, _ in sides]
    chances = iter(holm([differs(b, n) for (n, b, _), test in zip(sides, tested, strict=True) if test]))
    found = []
    for name, (now, before, first), test in zip(names, sides, tested, strict=True):
        chance = next(chances) if test else 1.0
        apart = effect(before, now)
        sure = test and chance < SURE
        empty = sure and not now.count and apart >= EMPTY_APART
        state = "empty" if empty else "falling" if sure and apart >= FALLING_APART else ""
        since = first if not now.count and before.count else None
        found.append(
            FieldFill(name, now, before, chance, state, since.run_id if since else "", since.started_at if since else None)
        )
    found.sort(key=lambda one: (not one.state, one.state != "empty", -one.before.share, one.name))
    adverts, past = sum(one.adverts for one in newest), _different(rest[:BACK])
    return Filling(source_id, tuple(found), adverts, past, min(adverts, past) >= ENOUGH)


def _newest(crawls: Sequence[CrawlLine]) -> tuple[list[CrawlLine], list[CrawlLine]]:
    """The newest crawl; a small one together with those just before it."""
    newest: list[CrawlLine] = []
    for number, one in enumerate(crawls):
        newest.append(one)
        if sum(each.adverts for each in newest) >= ENOUGH:
            return newest, list(crawls[number + 1 :])
    return newest, []


def _sides(
    name: str, newest: Sequence[CrawlLine], rest: Sequence[CrawlLine], older: Before | None
) -> tuple[Rate, Rate, CrawlLine | None]:  # fmt: skip
    """Share of a field now and before, and the first crawl of those without it that reach up to now.

    Crawls in which it was empty already are no past to compare with: an alarm stays until the field comes back.
    """
    now = Rate(sum(_count(one, name) for one in newest), sum(one.adverts for one in newest))
    first, past = newest[-1], list(rest)
    while not now.count and past and not _count(past[0], name):
        first = past.pop(0)
    if not now.count and older is not None:
        first, past = older.first, list(older.crawls)
    past = past[:BACK]
    seen, total = _different(past), sum(one.adverts for one in past)
    share = sum(_count(one, name) for one in past) / total if total else 0.0
    return now, Rate(round(share * seen), seen), first


def _different(crawls: Sequence[CrawlLine]) -> int:
    """How many different advert versions crawls saw at most: those of the oldest, and what was new or changed since."""
    if not crawls:
        return 0
    return min(sum(one.adverts for one in crawls), crawls[-1].adverts + sum(one.new + one.changed for one in crawls[:-1]))


def _count(crawl: CrawlLine, name: str) -> int:
    return round(crawl.filled.get(name, 0.0) * crawl.adverts / 100)
