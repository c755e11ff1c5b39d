"""How well adverts were grouped: pairs, adjusted Rand index, B-cubed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb

from strazha.evaluation.counts import Counts

#: False and missing pairs are listed up to this many: enough to see what goes wrong.
LISTED = 200


@dataclass(frozen=True, slots=True)
class LinkingScore:
    """Figures over one labelled file. ``pairs`` counts pairs of adverts that are, or were put, in one group."""

    adverts: int
    pairs: Counts
    ari: float
    bcubed_precision: float
    bcubed_recall: float
    #: Wrongly joined pairs of two adverts that both give a number labelled as an innocent shared one.
    hub_false_pairs: int

    @property
    def bcubed_f1(self) -> float:
        """Harmonic mean of B-cubed precision and recall."""
        total = self.bcubed_precision + self.bcubed_recall
        return 2 * self.bcubed_precision * self.bcubed_recall / total if total else 0.0

    def plain(self) -> dict[str, object]:
        """For JSON."""
        return {
            "adverts": self.adverts,
            "pairs": self.pairs.plain(),
            "ari": round(self.ari, 4),
            "bcubed": {
                "precision": round(self.bcubed_precision, 4),
                "recall": round(self.bcubed_recall, 4),
                "f1": round(self.bcubed_f1, 4),
            },
            "hub_false_pairs": self.hub_false_pairs,
        }


def score_linking(gold: Mapping[str, str], found: Mapping[str, str], hubs: frozenset[str] = frozenset()) -> LinkingScore:
    """Compare two groupings, each as advert id -> group name; an advert that ``found`` lacks counts as alone.

    ``hubs`` are adverts whose number is an innocent shared one.
    """
    ids = sorted(gold)
    cluster = {one: found.get(one) or f"\0alone {one}" for one in ids}
    true_sizes = Counter(gold[one] for one in ids)
    found_sizes = Counter(cluster[one] for one in ids)
    both = Counter((gold[one], cluster[one]) for one in ids)
    same = sum(comb(count, 2) for count in both.values())
    true_pairs = sum(comb(count, 2) for count in true_sizes.values())
    found_pairs = sum(comb(count, 2) for count in found_sizes.values())
    total = len(ids) or 1
    return LinkingScore(
        adverts=len(ids),
        pairs=Counts(tp=same, fp=found_pairs - same, fn=true_pairs - same),
        ari=_ari(same, true_pairs, found_pairs, comb(len(ids), 2)),
        bcubed_precision=sum(both[gold[one], cluster[one]] / found_sizes[cluster[one]] for one in ids) / total,
        bcubed_recall=sum(both[gold[one], cluster[one]] / true_sizes[gold[one]] for one in ids) / total,
        hub_false_pairs=_hub_pairs(gold, cluster, hubs),
    )


def _ari(same: int, true_pairs: int, found_pairs: int, all_pairs: int) -> float:
    """Hubert and Arabie's index: 1 for equal groupings, 0 for what chance gives."""
    if not all_pairs:
        return 1.0
    expected = true_pairs * found_pairs / all_pairs
    most = (true_pairs + found_pairs) / 2
    return 1.0 if most == expected else (same - expected) / (most - expected)


def _hub_pairs(gold: Mapping[str, str], cluster: Mapping[str, str], hubs: frozenset[str]) -> int:
    together: dict[str, list[str]] = defaultdict(list)
    for one in gold:
        together[cluster[one]].append(one)
    return sum(
        1
        for members in together.values()
        for a, b in combinations(members, 2)
        if (a in hubs and b in hubs) and gold[a] != gold[b]
    )


def wrong_pairs(gold: Mapping[str, str], found: Mapping[str, str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Pairs that were missed and pairs that were joined wrongly, the first ``LISTED`` of each by ids.

    Meant for reading: of a group that fell into parts it names one pair for every two parts, not all pairs.
    """
    missed = _bridges(gold, found)
    joined = _bridges(found, gold)
    return missed[:LISTED], joined[:LISTED]


def _bridges(outer: Mapping[str, str], inner: Mapping[str, str]) -> list[tuple[str, str]]:
    """For each group of ``outer`` the first members of its parts in ``inner``, paired in a row."""
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    for one in sorted(outer):
        parts[outer[one]].setdefault(inner.get(one) or f"\0alone {one}", one)
    return sorted(
        (first, second)
        for heads in parts.values()
        for first, second in zip(list(heads.values()), list(heads.values())[1:], strict=False)
    )
