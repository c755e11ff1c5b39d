"""Pairs of adverts with like texts, found among millions: arrays in, arrays out.

A band's bucket of a few adverts is taken whole. A crowded one (stock phrases bring strangers together when there are very
many adverts) is divided by the next band, and whoever is in it also meets its first two. A pair goes on only if the sketches
agree in enough places, which costs a hundredth of comparing the texts; of these each advert keeps its nearest and its first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from clusters.keys import BANDS, PERMUTATIONS, Bytes, Words
from clusters.shelf import Flags, Numbers

#: A bucket of so many is taken whole.
WHOLE = 12
#: The same for bands of sentence vectors, which are shorter and have fuller buckets.
MANY = 64
#: Representatives of a crowded bucket.
FIRST = 2
#: Sketches that agree in fewer of 128 places are of unlike texts: copies share 40 % of their shingles and more, which is 51
#: places, 5.5 either way; strangers share 12 % at most, 16 places.
AGREE = 32
#: Of all like texts an advert is compared with its nearest, and with those of smallest id, through which a family of thousands
#: hangs together.
NEAREST, SMALLEST = 8, 3
_CHUNK = 1 << 18

Pairs = Words


def near_pairs(
    bands: Words, sketches: Bytes, has_text: Flags, over: Callable[..., Iterable[Pairs]] = map
) -> tuple[Numbers, Numbers]:
    """Pairs worth comparing (first number smaller), sorted. ``over`` maps a function over bands, in processes or not."""
    if not has_text.any():
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    finder = BandPairs(bands, sketches, np.flatnonzero(has_text))
    found = _merged(over(finder, range(BANDS)))
    return chosen(found)


class BandPairs:
    """``finder(band)`` gives the pairs of one band whose sketches agree, packed into 64 bits each (see ``_packed``)."""

    def __init__(self, bands: Words, sketches: Bytes, members: Numbers) -> None:
        self._bands, self._sketches, self._members = bands, sketches, members

    def __call__(self, band: int) -> Pairs:
        """Pairs of one band, sorted, without repeats."""
        keys, members = self._bands[self._members, band], self._members
        order = np.argsort(keys, kind="stable")
        keys, members = keys[order], members[order]
        whole, crowded = _by_size(keys)
        found = [self._agreeing(_all_within(keys[whole], members[whole]))]
        if crowded.any():
            keys, members = keys[crowded], members[crowded]
            found.append(self._agreeing(_with_first(keys, members)))
            finer = keys ^ (self._bands[members, (band + 1) % BANDS] * np.uint64(0x9E3779B97F4A7C15))
            order = np.argsort(finer, kind="stable")
            finer, members = finer[order], members[order]
            whole, crowded = _by_size(finer)
            found.append(self._agreeing(_all_within(finer[whole], members[whole])))
            found.append(self._agreeing(_with_first(finer[crowded], members[crowded])))
        return np.unique(np.concatenate(found))

    def _agreeing(self, pairs: tuple[Numbers, Numbers]) -> Pairs:
        kept: list[Pairs] = [np.zeros(0, dtype=np.uint64)]
        for start in range(0, len(pairs[0]), _CHUNK):
            a, b = pairs[0][start : start + _CHUNK], pairs[1][start : start + _CHUNK]
            agree = np.count_nonzero(self._sketches[a] == self._sketches[b], axis=1)
            near = agree >= AGREE
            kept.append(_packed(a[near], b[near], agree[near]))
        return np.concatenate(kept)


def chosen(found: Pairs) -> tuple[Numbers, Numbers]:
    """Of all like pairs those that are compared: for each advert its nearest and its first ones, sorted."""
    low, high, apart = _unpacked(found)
    numbers = np.concatenate([low, high]), np.concatenate([high, low])
    far = np.concatenate([apart, apart])
    kept = np.zeros(len(low), dtype=np.bool_)
    for rank_by, most in ((far, NEAREST), (np.zeros_like(far), SMALLEST)):
        # One number to sort by: advert, distance, other advert.
        order = np.argsort((numbers[0] << np.uint64(36)) | (rank_by << np.uint64(28)) | numbers[1], kind="stable")
        first = order[_rank(numbers[0][order]) < most]
        kept[first % max(1, len(low))] = True
    return low[kept].astype(np.int64), high[kept].astype(np.int64)


def _packed(a: Numbers, b: Numbers, agree: np.ndarray[Any, Any]) -> Pairs:
    """28 bits of the smaller number, 28 of the bigger, 8 of the places in which the sketches differ."""
    low, high = np.minimum(a, b).astype(np.uint64), np.maximum(a, b).astype(np.uint64)
    apart: Pairs = np.asarray(PERMUTATIONS - agree, dtype=np.uint64)
    packed: Pairs = (low << np.uint64(36)) | (high << np.uint64(8)) | apart
    return packed


def _unpacked(pairs: Pairs) -> tuple[Pairs, Pairs, Pairs]:
    mask = np.uint64((1 << 28) - 1)
    return pairs >> np.uint64(36), (pairs >> np.uint64(8)) & mask, pairs & np.uint64(255)


def _merged(parts: Iterable[Pairs]) -> Pairs:
    """All pairs once. Merged as they come, so that a pair that many bands find is not held many times."""
    whole: Pairs = np.zeros(0, dtype=np.uint64)
    waiting: list[Pairs] = []
    held = 0
    for part in parts:
        waiting.append(part)
        held += len(part)
        if held > max(len(whole), 1 << 20):
            whole, waiting, held = np.unique(np.concatenate([whole, *waiting])), [], 0
    return np.unique(np.concatenate([whole, *waiting]))


def _rank(sorted_numbers: Pairs) -> Numbers:
    """Place of each element within its run of equal numbers."""
    starts = _starts(sorted_numbers)
    sizes = np.diff(np.append(starts, len(sorted_numbers)))
    return np.arange(len(sorted_numbers)) - np.repeat(starts, sizes)


def _starts(keys: Words) -> Numbers:
    return np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.zeros(0, dtype=np.int64)


def _by_size(keys: Words, most: int = WHOLE) -> tuple[Flags, Flags]:
    """Which elements stand in a run of 2 to ``most`` equal keys, and which in a longer one."""
    starts = _starts(keys)
    sizes = np.diff(np.append(starts, len(keys)))
    size = np.repeat(sizes, sizes)
    return (size >= 2) & (size <= most), size > most


def _all_within(keys: Words, members: Numbers, most: int = WHOLE) -> tuple[Numbers, Numbers]:
    """Every two members of each run (of ``most`` at most)."""
    left, right = [members[:0]], [members[:0]]
    for apart in range(1, most):
        same = np.flatnonzero(keys[apart:] == keys[:-apart])
        if not len(same):
            break
        left.append(members[same])
        right.append(members[same + apart])
    return np.concatenate(left), np.concatenate(right)


def _with_first(keys: Words, members: Numbers, most: int = FIRST) -> tuple[Numbers, Numbers]:
    """Each member of each run with the run's first ``most``."""
    starts = _starts(keys)
    sizes = np.diff(np.append(starts, len(keys)))
    start, place = np.repeat(starts, sizes), np.arange(len(keys))
    left, right = [members[:0]], [members[:0]]
    for nth in range(most):
        later = np.flatnonzero(place - start > nth)
        left.append(members[start[later] + nth])
        right.append(members[later])
    return np.concatenate(left), np.concatenate(right)


def bucket_pairs(keys: Words, members: Numbers) -> tuple[Numbers, Numbers]:
    """Every two members of small buckets, and each of a crowded one with its first; ``keys`` side by side. May repeat pairs."""
    whole, crowded = _by_size(keys, MANY)
    small, big = _all_within(keys[whole], members[whole], MANY), _with_first(keys[crowded], members[crowded])
    return np.concatenate([small[0], big[0]]), np.concatenate([small[1], big[1]])


def first_of_runs(keys: Words, members: Numbers, most: int) -> tuple[Numbers, Numbers]:
    """For contacts and pictures: each carrier of a key (sorted, side by side) with the key's first ``most`` carriers."""
    return _with_first(keys, members, most)
