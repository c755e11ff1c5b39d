"""From links to groups.

Connected components alone swallow everything: one wrong link between two big groups makes them one. So links are taken in the
order of their worth, as Kruskal's algorithm takes edges:

1. what people said, the newest word first: "one operation" joins, "never" keeps apart, and a word that a newer one excludes
   through other adverts gives way;
2. strong links (``weights.STRONG`` and above), strongest first: these make the *cores*;
3. weak links, core by core: a core of up to ``SMALL`` adverts joins by a single weak link, two bigger ones only where weak
   links are many for their size (``SUPPORT`` of the smaller core's adverts, two at least). One weak bridge between two big
   groups is thus cut, and shows as a link between clusters for a person to confirm.

A union that would put two adverts together of which a person said "never" is refused, so that the weakest link on the way
gives. The result depends on the links alone, not on their order; time is that of sorting them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from clusters.identity import ClusterChanges, assign
from clusters.judgements import Word, ruled
from clusters.weights import STRONG
from strazha.model import Link

__all__ = ["ClusterChanges", "assign", "group", "group_numbers"]

#: Cores up to this size join by one weak link: two adverts are no group that a bridge could swallow.
SMALL = 2
#: Part of the smaller core's adverts that weak links must touch before two bigger cores join.
SUPPORT = 0.34

Weak = Sequence[tuple[int, int, float]]


def group(links: Iterable[Link], members: Iterable[str] = ()) -> list[list[str]]:
    """Groups of advert ids, each sorted, ordered by first id. Adverts of ``members`` that no link joins stand alone.

    Links may name adverts beyond ``members``; those are grouped too.
    """
    words, suggested = ruled(links)
    ends = {end for one in suggested for end in (one.a, one.b)} | {end for word in words for end in (word.a, word.b)}
    ids = sorted(ends.union(members))
    number = {one: at for at, one in enumerate(ids)}
    labels = group_numbers(
        len(ids),
        np.array([number[one.a] for one in suggested], dtype=np.int64),
        np.array([number[one.b] for one in suggested], dtype=np.int64),
        np.array([one.score for one in suggested], dtype=np.float64),
        [(number[word.a], number[word.b], word) for word in words],
    )
    found: dict[int, list[str]] = defaultdict(list)
    for one, label in zip(ids, labels.tolist(), strict=True):
        found[label].append(one)
    return list(found.values())


def group_numbers(
    count: int,
    a: np.ndarray[Any, Any],
    b: np.ndarray[Any, Any],
    scores: np.ndarray[Any, Any],
    words: Sequence[tuple[int, int, Word]] = (),
) -> np.ndarray[Any, Any]:
    """The same for adverts by number (0 to ``count`` - 1): for each the smallest number of its group.

    ``a``, ``b`` and ``scores`` are the links that join; ``words`` is what people said, the newest first.
    """
    forest = _Forest(count)
    for first, second, word in words:
        if word.together:
            forest.union(first, second)
        else:
            forest.keep_apart(first, second)
    order = np.lexsort((b, a, -scores))
    # Rounded to what a link shows, so that numbers in single and in double precision sort and compare alike.
    strong = int(np.count_nonzero(np.round(scores.astype(np.float64), 4) >= STRONG))
    for start in range(0, strong, _CHUNK):
        some = order[start : min(start + _CHUNK, strong)]
        for first, second in zip(a[some].tolist(), b[some].tolist(), strict=True):
            forest.union(first, second)
    rest = order[strong:]
    _bridge(
        forest, list(zip(a[rest].tolist(), b[rest].tolist(), np.round(scores[rest].astype(float), 4).tolist(), strict=True))
    )
    return np.array([forest.name(one) for one in range(count)], dtype=np.int64)


#: Links turned into Python numbers at once.
_CHUNK = 1 << 16


def _bridge(forest: _Forest, weak: Weak) -> None:
    """Join cores along weak links: small cores by their best link first, then bigger ones that enough links hold."""
    for a, b, _ in weak:
        if forest.size(a) <= SMALL or forest.size(b) <= SMALL:
            forest.union(a, b)
    between: dict[tuple[int, int], list[tuple[int, int, float]]] = defaultdict(list)
    for one in weak:
        left, right = forest.name(one[0]), forest.name(one[1])
        if left != right:
            between[min(left, right), max(left, right)].append(one)
    # By evidence, then by name: one pass, so that two joined cores do not drag in a third by their size.
    for (left, right), held in sorted(between.items(), key=lambda item: (-sum(score for _, _, score in item[1]), item[0])):
        if _supported(forest, held):
            forest.union(left, right)


def _supported(forest: _Forest, held: Weak) -> bool:
    size = min(forest.size(held[0][0]), forest.size(held[0][1]))
    sides: dict[int, set[int]] = defaultdict(set)
    for a, b, _ in held:
        sides[forest.name(a)].add(a)
        sides[forest.name(b)].add(b)
    # The smaller side counts its touched adverts: a hundred links that all end in one advert are one bridge.
    touched = min(len(ids) for ids in sides.values())
    return touched >= max(2, SUPPORT * size)


class _Forest:
    """Union-find whose unions respect pairs that must stay apart. The name of a set is its smallest number."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))
        self._size = [1] * count
        self._smallest = list(range(count))
        self._apart: dict[int, set[int]] = {}

    def root(self, one: int) -> int:
        parent = self._parent
        while parent[one] != one:
            # Halving the way: as short as full compression in practice, in one pass.
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    def size(self, one: int) -> int:
        return self._size[self.root(one)]

    def name(self, one: int) -> int:
        return self._smallest[self.root(one)]

    def keep_apart(self, one: int, other: int) -> bool:
        """Let no union put the two together; False where they are together already."""
        first, second = self.root(one), self.root(other)
        if first == second:
            return False
        self._apart.setdefault(first, set()).add(other)
        self._apart.setdefault(second, set()).add(one)
        return True

    def union(self, one: int, other: int) -> bool:
        """Join two sets; False where they are one already or must stay apart."""
        big, small = self.root(one), self.root(other)
        if big == small:
            return False
        if self._apart and self._kept_apart(big, small):
            return False
        if self._size[big] < self._size[small]:
            big, small = small, big
        self._parent[small] = big
        self._size[big] += self._size[small]
        self._smallest[big] = min(self._smallest[big], self._smallest[small])
        if small in self._apart:
            self._apart.setdefault(big, set()).update(self._apart.pop(small))
        return True

    def _kept_apart(self, big: int, small: int) -> bool:
        left, right = self._apart.get(big, ()), self._apart.get(small, ())
        if len(left) > len(right):
            left, right, big, small = right, left, small, big
        return any(self.root(enemy) == small for enemy in left)
