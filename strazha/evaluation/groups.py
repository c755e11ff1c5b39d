"""Error rates of screening by group: language, nationality named, type of advert. Groups too small are said to be so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from strazha.evaluation.counterfactual import language, nations_named
from strazha.evaluation.counts import Counts
from strazha.evaluation.labelled import Labelled
from strazha.evaluation.rates import Rate, differs, holm
from strazha.evaluation.values import Row
from strazha.model import Band

#: Fewer adverts than this in a rate's denominator say nothing: its interval is wider than 40 points.
FEWEST = 20
#: A group differs where its rate would lie so far from the others' once in a hundred times, all groups of a table tested.
SURE = 0.01

#: An advert that names two nations counts in both ("nation"), and once in "two or more" ("nationality named").
Way = Literal["language", "nationality named", "nation", "advert type"]
WAYS: tuple[Way, ...] = get_args(Way)

#: Bands that a reviewer sees first.
FIRST = (Band.HIGH, Band.URGENT)


@dataclass(slots=True)
class Group:
    """Counts over the rows of one group."""

    rows: int = 0
    benign: int = 0
    #: Benign adverts in band high or urgent.
    false_alarms: int = 0
    due: int = 0
    #: Adverts whose labels make them medium or higher, screened as low.
    misses: int = 0
    #: All adverts in band high or urgent, harmless or not.
    first: int = 0
    indicators: Counts = field(default_factory=Counts)

    def rates(self) -> dict[str, Rate]:
        """By name."""
        return {
            "false alarms": Rate(self.false_alarms, self.benign),
            "misses": Rate(self.misses, self.due),
            "high or urgent": Rate(self.first, self.rows),
        }

    def small(self, rate: Rate) -> bool:
        """True where a rate rests on too few adverts to say anything."""
        return rate.of < FEWEST

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        found = {name.replace(" ", "_"): {**rate.plain(), "too_small": self.small(rate)} for name, rate in self.rates().items()}
        counts = self.indicators
        own = {"precision": Rate(counts.tp, counts.tp + counts.fp), "recall": Rate(counts.tp, counts.tp + counts.fn)}
        signs = {"f1": round(counts.f1, 4), **{name: rate.plain() for name, rate in own.items()}}
        return {"rows": self.rows, **found, "indicators": signs}


@dataclass(frozen=True, slots=True)
class Gap:
    """A group whose rate differs from that of all other rows by more than chance."""

    way: Way
    group: str
    rate: str
    own: Rate
    others: Rate
    #: Corrected for all groups tested.
    chance: float


@dataclass(slots=True)
class Groups:
    """All groups, by way of grouping."""

    by_way: dict[Way, dict[str, Group]] = field(default_factory=lambda: {way: {} for way in WAYS})

    def gaps(self) -> list[Gap]:
        """Groups large enough whose false alarms or misses differ from the other rows' (Holm, all tests together)."""
        tested: list[tuple[Way, str, str, Rate, Rate]] = []
        for way, groups in self.by_way.items():
            for name, group in groups.items():
                for rate in ("false alarms", "misses"):
                    own, whole = group.rates()[rate], self._whole(rate)
                    others = Rate(whole.count - own.count, whole.of - own.of)
                    if min(own.of, others.of) >= FEWEST:
                        tested.append((way, name, rate, own, others))
        chances = holm([differs(own, others) for *_, own, others in tested])
        return [Gap(*one, chance) for one, chance in zip(tested, chances, strict=True) if chance < SURE]

    def _whole(self, rate: str) -> Rate:
        # Every row has one language; nations leave rows out and count others twice.
        rates = [group.rates()[rate] for group in self.by_way["language"].values()]
        return Rate(sum(one.count for one in rates), sum(one.of for one in rates))

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "fewest": FEWEST,
            "groups": {way: {name: one.plain() for name, one in groups.items()} for way, groups in self.by_way.items()},
            "gaps": [
                {
                    "way": gap.way,
                    "group": gap.group,
                    "rate": gap.rate,
                    "own": gap.own.plain(),
                    "others": gap.others.plain(),
                    "chance": gap.chance,
                }
                for gap in self.gaps()
            ],
        }


def score_groups(
    labelled: Sequence[Labelled], outputs: Mapping[str, Row], expected: Mapping[str, Band], *, counters: Collection[str] = ()
) -> Groups:
    """Count by group. ``expected``: the band each row's labels alone give; ``counters``: ids of counter-indicators."""
    groups = Groups()
    for row in labelled:
        output = outputs.get(row.id, {})
        for way, name in _names(row):
            _count(groups.by_way[way].setdefault(name, Group()), row, output, expected[row.id], frozenset(counters))
    groups.by_way = {way: dict(sorted(found.items())) for way, found in groups.by_way.items()}
    return groups


def _names(row: Labelled) -> list[tuple[Way, str]]:
    nations = nations_named(row)
    return [
        ("language", language(row)),
        ("nationality named", "none" if not nations else "one" if len(nations) == 1 else "two or more"),
        *(("nation", nation) for nation in nations),
        ("advert type", row.ad_type),
    ]


def _count(group: Group, row: Labelled, output: Row, expected: Band, counters: Collection[str]) -> None:
    band = str(output.get("band", Band.LOW))
    group.rows += 1
    group.first += band in FIRST
    if row.screened_type == "benign":
        group.benign += 1
        group.false_alarms += band in FIRST
    elif expected is not Band.LOW:
        group.due += 1
        group.misses += band == Band.LOW
    gold = set(row.indicators) - set(counters)
    group.indicators.add(gold, {str(hit.get("indicator")) for hit in output.get("hits", ())} - set(counters))
