"""Linking a whole body of adverts at once, by arrays and in several processes: the way of files and of full rebuilds.

Comparisons, weights, hubs and grouping are those of clusters/linker.py; only candidates are found otherwise, all at once
instead of advert by advert. The result depends on the adverts alone, not on their order or the number of processes.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain, count, islice
from typing import Any, TypeVar

import numpy as np

from clusters.compare import Known
from clusters.grouping import group_numbers
from clusters.hubs import HUB_TRUST, SAMPLE, Spread, known_of, spread
from clusters.keys import Words
from clusters.near import bucket_pairs, first_of_runs, near_pairs
from clusters.pair import hopeless, link, score_of
from clusters.shelf import MEANING, PICTURE, Flags, Numbers, Pack, Shelf, digest_of, named_key
from clusters.weights import JOIN
from strazha.model import Link

Item = TypeVar("Item")
Given = TypeVar("Given")
Found = TypeVar("Found")
Scores = np.ndarray[tuple[int], np.dtype[np.float32]]

#: Carriers of a contact, a picture and a piece of a picture's hash with which each other carrier is compared.
LIMITS = (6, 4, 4)
#: Pairs an advert, on average, up to which one band of sentence vectors in common is enough to compare meanings.
MEANT = 40
#: Adverts a batch when packing, and pairs a task when comparing: a second's work, so that processes end together.
BATCH, PAIRS, KEYS = 2000, 20_000, 2000


@dataclass(frozen=True, slots=True)
class Whole:
    """What linking a body of adverts gave: links as numbers into ``shelf``, groups as one label an advert."""

    shelf: Shelf
    a: Numbers
    b: Numbers
    scores: Scores
    #: For each advert of the shelf the number of its group's first advert.
    labels: Numbers
    #: Contacts and pictures that count for less than fully, hubs among them.
    doubted: Mapping[str, Spread]
    known: Known

    def links(self, *, strongest_first: bool = False) -> Iterator[Link]:
        """Every link with its reasons, in order of ids; reasons are worked out as they are asked for."""
        order = np.argsort(-self.scores, kind="stable") if strongest_first else np.arange(len(self.a))
        for at in order.tolist():
            yield link(self.shelf[int(self.a[at])], self.shelf[int(self.b[at])], self.known)

    def groups(self) -> Iterator[list[str]]:
        """Ids of each group, sorted; adverts that stand alone included."""
        order = np.argsort(self.labels, kind="stable")
        cuts = np.flatnonzero(np.diff(self.labels[order])) + 1
        for members in np.split(order, cuts) if len(order) else ():
            yield [self.shelf.ids[at] for at in members.tolist()]


def packed(
    items: Iterable[Item], pack_batch: Callable[[Sequence[Item]], Found], *, processes: int = 1, size: int = BATCH
) -> Iterator[Found]:
    """``pack_batch`` over batches of the items, in order, a few batches ahead at most: a stream of any size stays a stream."""
    rows = iter(items)
    first = list(islice(rows, size))
    batches = chain([first] if first else [], iter(lambda: list(islice(rows, size)), []))
    # What fits into a batch or two is done before another process has started.
    if processes <= 1 or len(first) < size:
        yield from map(pack_batch, batches)
        return
    # Spawned, not forked: MinHash runs on threads of its own, and a fork of a process that has them waits for them forever.
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting: deque[Future[Found]] = deque()
        for batch in batches:
            waiting.append(pool.submit(pack_batch, batch))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def link_whole(packs: Iterable[Pack], *, ruled: Mapping[str, bool] | None = None, processes: int = 1) -> Whole:
    """Link and group. ``ruled`` is an analyst's word on identifiers, as for :class:`clusters.linker.Linker`."""
    shelf = Shelf(packs)
    work = _Work(processes)
    judged = _judged(work, shelf)
    known = known_of([found for _, found in judged], ruled or {})
    hubs = {digest for digest, found in judged if known.of(found.key) <= HUB_TRUST}
    hubs |= {digest_of(key) for key, is_hub in (ruled or {}).items() if is_hub}
    a, b, firm = _candidates(work, shelf, hubs)
    scoring = _Scoring(shelf, a, b, firm, known)
    scores = np.concatenate([np.zeros(0, np.float32), *work.over(scoring, _spans(len(a), PAIRS))])
    joined = scores >= np.float32(JOIN)
    a, b, scores = a[joined], b[joined], scores[joined]
    labels = group_numbers(len(shelf), a, b, scores)
    return Whole(shelf, a, b, scores, labels, {found.key: found for _, found in judged}, known)


def _judged(work: _Work, shelf: Shelf) -> list[tuple[int, Spread]]:
    """Contacts and pictures (with their digests) that several adverts carry and that are not trusted fully."""
    heads = np.flatnonzero(shelf.firm_kind <= PICTURE)
    starts = _starts(shelf.firm[heads])
    sizes = np.diff(np.append(starts, len(heads)))
    shared = sizes >= 2
    judging = _Judging(shelf, starts[shared], sizes[shared])
    return [one for part in work.over(judging, _spans(int(shared.sum()), KEYS)) for one in part]


def _candidates(work: _Work, shelf: Shelf, hubs: set[int]) -> tuple[Numbers, Numbers, Flags]:
    """Pairs to compare, sorted, and whether they share a contact or picture that may join them."""
    near = near_pairs(shelf.bands, shelf.sketches, shelf.has_text, work.over)
    firm: list[Words] = [np.zeros(0, dtype=np.uint64)]
    joining = ~np.isin(shelf.firm, np.array(sorted(hubs), dtype=np.uint64))
    for kind, most in enumerate(LIMITS):
        of_kind = joining & (shelf.firm_kind == kind)
        firm.append(_code(*first_of_runs(shelf.firm[of_kind], shelf.firm_at[of_kind], most)))
    meant = shelf.firm_kind == MEANING
    firm.append(_meant(shelf, *bucket_pairs(shelf.firm[meant], shelf.firm_at[meant])))
    held = np.unique(np.concatenate(firm))
    codes = np.union1d(held, _code(*near))
    at = np.searchsorted(held, codes)
    is_firm = np.zeros(len(codes), dtype=np.bool_)
    if len(held):
        is_firm = held[np.minimum(at, len(held) - 1)] == codes
    return (codes >> _HALF).astype(np.int64), (codes & _LOW).astype(np.int64), is_firm


def _meant(shelf: Shelf, a: Numbers, b: Numbers) -> Words:
    """Pairs in two languages that share bands of sentence vectors; of very many those that share several."""
    two = shelf.langs[a] != shelf.langs[b]
    pairs, counts = np.unique(_code(a[two], b[two]), return_counts=True)
    kept: Words = pairs if len(pairs) <= MEANT * len(shelf) else pairs[counts > 1]
    return kept


@dataclass(frozen=True, slots=True)
class _Judging:
    shelf: Shelf
    starts: Numbers
    sizes: Numbers

    def __call__(self, span: tuple[int, int]) -> list[tuple[int, Spread]]:
        found = []
        for start, size in zip(self.starts[slice(*span)].tolist(), self.sizes[slice(*span)].tolist(), strict=True):
            members = [self.shelf[at] for at in self.shelf.firm_at[start : start + min(size, SAMPLE)].tolist()]
            judged = spread("", members)
            if judged.trust < 1.0:
                digest = int(self.shelf.firm[start])
                found.append((digest, replace(judged, key=named_key(members[0], digest), adverts=size)))
        return found


@dataclass(frozen=True, slots=True)
class _Scoring:
    shelf: Shelf
    a: Numbers
    b: Numbers
    firm: Flags
    known: Known

    def __call__(self, span: tuple[int, int]) -> Scores:
        pairs = zip(*(array[slice(*span)].tolist() for array in (self.a, self.b, self.firm)), strict=True)
        return np.array([self._score(a, b, firm) for a, b, firm in pairs], dtype=np.float32)

    def _score(self, a: int, b: int, firm: bool) -> float:
        left, right = self.shelf[a], self.shelf[b]
        if not firm and hopeless(left, right, self.known):
            return 0.0
        return score_of(left, right, self.known)


class _Work:
    """Tasks over several processes. Each call forks anew, so that what the task holds is shared and never copied.

    Tasks must not use MinHash (see ``packed``); comparing, judging and sorting do not.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes if _can_fork() else 1

    def over(self, task: Callable[[Given], Found], given: Iterable[Given]) -> Iterator[Found]:
        """Results in order."""
        items = list(given)
        if self._processes <= 1 or len(items) <= 1:
            yield from map(task, items)
            return
        name = next(_NAMES)
        _TASKS[name] = task
        try:
            context = multiprocessing.get_context("fork")
            with ProcessPoolExecutor(min(self._processes, len(items)), mp_context=context) as pool:
                yield from pool.map(_run, [name] * len(items), items)
        finally:
            del _TASKS[name]


#: Tasks of the moment, by name: a forked process finds its own here.
_TASKS: dict[int, Callable[[Any], Any]] = {}
_NAMES = count()
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


def _run(name: int, given: Any) -> Any:
    return _TASKS[name](given)


def _can_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods()


def _spans(length: int, size: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + size, length)) for start in range(0, length, size))


def _code(a: Numbers, b: Numbers) -> Words:
    low, high = np.minimum(a, b).astype(np.uint64), np.maximum(a, b).astype(np.uint64)
    return (low << _HALF) | high


def _starts(keys: Words) -> Numbers:
    return np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.zeros(0, dtype=np.int64)
