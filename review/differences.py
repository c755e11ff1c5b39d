"""Word by word, what changed between two versions of a text. Time grows with the text, whatever it is made of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
#: Tokens by tokens between two anchors that are compared one with each other; more are shown as replaced. Cubic at worst.
MOST_CELLS = 40_000

Range = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of text that stayed, went, or came; ``start`` and ``end`` point into the old text for what went or stayed,
    into the new one for what came."""

    kind: Literal["same", "gone", "new"]
    start: int
    end: int


def differences(old: str, new: str) -> list[Change]:
    """Both texts as one sequence of what stayed, went and came."""
    a, b = [m.span() for m in _TOKEN.finditer(old)], [m.span() for m in _TOKEN.finditer(new)]
    words = [old[low:high] for low, high in a], [new[low:high] for low, high in b]
    found: list[Change] = []
    at_a = at_b = 0

    def until(i: int, j: int) -> None:
        if at_a < i:
            found.append(Change("gone", a[at_a][0], a[i - 1][1]))
        if at_b < j:
            found.append(Change("new", b[at_b][0], b[j - 1][1]))

    for i, j, size in _joined(_matches(*words, (0, len(a), 0, len(b)))):
        until(i, j)
        found.append(Change("same", a[i][0], a[i + size - 1][1]))
        at_a, at_b = i + size, j + size
    until(len(a), len(b))
    return found


def _joined(matches: Iterator[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    last: tuple[int, int, int] | None = None
    for i, j, size in matches:
        if last is not None and (last[0] + last[2], last[1] + last[2]) == (i, j):
            last = (last[0], last[1], last[2] + size)
            continue
        if last is not None:
            yield last
        last = (i, j, size)
    if last is not None:
        yield last


def _matches(a: Sequence[str], b: Sequence[str], whole: Range) -> Iterator[tuple[int, int, int]]:
    # Patience: what is common at both ends, then the words that occur once in each, then what lies between these.
    stack: list[Range | tuple[int, int, int]] = [whole]
    while stack:
        item = stack.pop()
        if len(item) == 3:
            yield item
            continue
        low_a, high_a, low_b, high_b = item
        head = 0
        while low_a + head < high_a and low_b + head < high_b and a[low_a + head] == b[low_b + head]:
            head += 1
        tail = 0
        while high_a - tail > low_a + head and high_b - tail > low_b + head and a[high_a - tail - 1] == b[high_b - tail - 1]:
            tail += 1
        later: list[Range | tuple[int, int, int]] = []
        if head:
            later.append((low_a, low_b, head))
        later.extend(_inner(a, b, (low_a + head, high_a - tail, low_b + head, high_b - tail)))
        if tail:
            later.append((high_a - tail, high_b - tail, tail))
        stack.extend(reversed(later))


def _inner(a: Sequence[str], b: Sequence[str], part: Range) -> Iterator[Range | tuple[int, int, int]]:
    low_a, high_a, low_b, high_b = part
    if low_a == high_a or low_b == high_b:
        return
    anchors = _anchors(a, b, part)
    if not anchors:
        if (high_a - low_a) * (high_b - low_b) <= MOST_CELLS:
            for block in SequenceMatcher(None, a[low_a:high_a], b[low_b:high_b], autojunk=False).get_matching_blocks():
                if block.size:
                    yield low_a + block.a, low_b + block.b, block.size
        return
    for i, j in anchors:
        yield low_a, i, low_b, j
        yield i, j, 1
        low_a, low_b = i + 1, j + 1
    yield low_a, high_a, low_b, high_b


def _anchors(a: Sequence[str], b: Sequence[str], part: Range) -> list[tuple[int, int]]:
    """Words that occur once in each part, the longest run of them in the same order (by their places in ``b``)."""
    low_a, high_a, low_b, high_b = part
    counts_a, counts_b = Counter(a[low_a:high_a]), Counter(b[low_b:high_b])
    place = {b[j]: j for j in range(low_b, high_b) if counts_b[b[j]] == 1 and not b[j].isspace()}
    pairs = [(i, place[a[i]]) for i in range(low_a, high_a) if counts_a[a[i]] == 1 and a[i] in place]
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        at = bisect_left(ends, j)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1] = [j]
        last[at : at + 1] = [number]
    run: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]
