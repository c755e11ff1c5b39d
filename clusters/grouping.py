"""From links to groups, and from groups to clusters that keep their ids.

Connected components alone swallow everything: one wrong link between two big groups makes them one. So links are taken in the
order of their worth, as Kruskal's algorithm takes edges:

1. confirmed links, the newest judgement first;
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

from clusters.identity import ClusterChanges, assign
from clusters.judgements import ruled
from clusters.weights import STRONG
from strazha.model import Link

__all__ = ["ClusterChanges", "assign", "group"]

#: Cores up to this size join by one weak link: two adverts are no group that a bridge could swallow.
SMALL = 2
#: Part of the smaller core's adverts that weak links must touch before two bigger cores join.
SUPPORT = 0.34


def group(links: Iterable[Link], members: Iterable[str] = ()) -> list[list[str]]:
    """Groups of advert ids, each sorted, ordered by first id. Adverts of ``members`` that no link joins stand alone.

    Links may name adverts beyond ``members``; those are grouped too.
    """
    word = ruled(links)
    forest = _Forest(word.apart)
    for member in (*members, *(end for pair in word.apart for end in pair)):
        forest.add(member)
    for one in (*word.confirmed, *word.suggested):
        forest.add(one.a)
        forest.add(one.b)
    for one in word.confirmed:
        forest.union(one.a, one.b)
    for one in word.suggested:
        if one.score >= STRONG:
            forest.union(one.a, one.b)
    _bridge(forest, [one for one in word.suggested if one.score < STRONG])
    return forest.groups()


def _bridge(forest: _Forest, weak: Sequence[Link]) -> None:
    """Join cores along weak links: small cores by their best link first, then bigger ones that enough links hold."""
    for one in weak:
        if forest.size(one.a) <= SMALL or forest.size(one.b) <= SMALL:
            forest.union(one.a, one.b)
    between: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for one in weak:
        roots = sorted((forest.name(one.a), forest.name(one.b)))
        if roots[0] != roots[1]:
            between[roots[0], roots[1]].append(one)
    # By evidence, then by name: one pass, so that two joined cores do not drag in a third by their size.
    for (left, right), held in sorted(between.items(), key=lambda item: (-sum(one.score for one in item[1]), item[0])):
        if _supported(forest, held):
            forest.union(left, right)


def _supported(forest: _Forest, held: Sequence[Link]) -> bool:
    size = min(forest.size(held[0].a), forest.size(held[0].b))
    sides: dict[str, set[str]] = defaultdict(set)
    for one in held:
        sides[forest.name(one.a)].add(one.a)
        sides[forest.name(one.b)].add(one.b)
    # The smaller side counts its touched adverts: a hundred links that all end in one advert are one bridge.
    touched = min(len(ids) for ids in sides.values())
    return touched >= max(2, SUPPORT * size)


class _Forest:
    """Union-find whose unions respect pairs that must stay apart. The name of a set is its smallest id."""

    def __init__(self, apart: Iterable[tuple[str, str]]) -> None:
        self._parent: dict[str, str] = {}
        self._size: dict[str, int] = {}
        self._smallest: dict[str, str] = {}
        self._apart: dict[str, set[str]] = defaultdict(set)
        for first, second in apart:
            self._apart[first].add(second)
            self._apart[second].add(first)

    def add(self, one: str) -> None:
        if one not in self._parent:
            self._parent[one] = self._smallest[one] = one
            self._size[one] = 1

    def root(self, one: str) -> str:
        top = one
        while self._parent[top] != top:
            top = self._parent[top]
        while self._parent[one] != top:
            self._parent[one], one = top, self._parent[one]
        return top

    def size(self, one: str) -> int:
        return self._size[self.root(one)]

    def name(self, one: str) -> str:
        return self._smallest[self.root(one)]

    def union(self, one: str, other: str) -> bool:
        """Join two sets; False where they are one already or must stay apart."""
        big, small = self.root(one), self.root(other)
        if big == small or any(self.root(enemy) == big for enemy in self._apart.get(small, ())):
            return False
        if self._size[big] < self._size[small]:
            big, small = small, big
        self._parent[small] = big
        self._size[big] += self._size[small]
        self._smallest[big] = min(self._smallest[big], self._smallest[small])
        if small in self._apart:
            self._apart[big] |= self._apart[small]
        return True

    def groups(self) -> list[list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for one in sorted(self._parent):
            found[self.root(one)].append(one)
        return sorted(found.values())
