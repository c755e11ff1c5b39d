"""From many texts to few runs of a model: distinct texts once, sorted by length, in batches of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nlp.encoder.texts import Tokens, clean

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Texts tokenised at a time, so that a million texts need no more memory than their vectors and these.
WINDOW = 4_096

#: Token numbers and mask, both ``[texts, tokens]`` int64 -> vectors of length 1, ``[texts, dim]`` float32.
Run = Callable[["NDArray[np.int64]", "NDArray[np.int64]"], "NDArray[np.float32]"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How texts are put together: what is fast for one engine is slow for another (see docs/models.md)."""

    #: Texts in a batch, at most.
    texts: int
    #: Tokens in a batch, fillers included, at most (a single text may have more): bounds the memory of a run.
    tokens: int
    #: Batches run at the same time, each on one thread.
    workers: int
    #: The token that fills up shorter rows.
    filler: int


class BatchEncoder:
    """An encoder over any engine that can run a batch. Distinct texts are encoded once a call."""

    def __init__(self, name: str, version: str, *, dim: int, tokens: Tokens, run: Run, plan: Plan) -> None:
        self.name, self.version, self.dim = name, version, dim
        self._tokens, self._run, self._plan = tokens, run, plan

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length 1, ``[len(texts), dim]``, in the order of the texts."""
        places: dict[str, int] = {}
        which = [places.setdefault(clean(text), len(places)) for text in texts]
        distinct = list(places)
        vectors = np.empty((len(distinct), self.dim), dtype=np.float32)
        for start in range(0, len(distinct), WINDOW):
            self._window(distinct[start : start + WINDOW], vectors[start : start + WINDOW])
        return vectors[which] if len(distinct) < len(texts) else vectors

    def _window(self, texts: Sequence[str], out: NDArray[np.float32]) -> None:
        rows = self._tokens(texts)
        batches = list(plan_batches([len(row) for row in rows], self._plan))

        def one(batch: list[int]) -> None:
            ids, mask = _rectangle([rows[at] for at in batch], self._plan.filler)
            out[batch] = self._run(ids, mask)

        if len(batches) < 2 or self._plan.workers < 2:
            for batch in batches:
                one(batch)
            return
        # A pool for each call: threads kept over a fork would not be there in the child.
        with ThreadPoolExecutor(min(self._plan.workers, len(batches))) as pool:
            list(pool.map(one, batches))


def plan_batches(lengths: Sequence[int], plan: Plan) -> Iterator[list[int]]:
    """Places of texts by batch, longest first: neighbours are alike, so little is filler, and last runs are short."""
    # Few texts are spread over the workers rather than put into one batch while the others idle.
    most = max(1, min(plan.texts, -(-len(lengths) // plan.workers)))
    batch: list[int] = []
    for at in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        # The first of a batch is its longest.
        if batch and (len(batch) == most or (len(batch) + 1) * lengths[batch[0]] > plan.tokens):
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def _rectangle(rows: Sequence[Sequence[int]], filler: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    longest = max(len(row) for row in rows)
    ids = np.full((len(rows), longest), filler, dtype=np.int64)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
        mask[at, : len(row)] = 1
    return ids, mask
