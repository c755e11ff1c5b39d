"""Where candidates come from: whoever keeps the blocking keys. The index in production, memory for a file."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from typing import Protocol

from clusters.keys import keys_of_many
from strazha.model import Linkable


class Candidates(Protocol):
    """What linking asks of a store. Both calls are made once a batch, so that a store can answer them in bulk."""

    def find(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """For each key ids of adverts that carry it, smallest first, at most some hundred a key; unknown keys are left out."""

    def get(self, ids: Sequence[str]) -> dict[str, Linkable]:
        """The adverts by id; unknown ids are left out."""


class MemoryCandidates:
    """Candidates in memory, for files and tests."""

    def __init__(self, adverts: Iterable[Linkable] = (), *, limit: int = 200) -> None:
        self._adverts: dict[str, Linkable] = {}
        self._ids: dict[str, list[str]] = {}
        self._limit = limit
        self.add(list(adverts))

    def add(self, adverts: Sequence[Linkable]) -> None:
        """Take adverts in; one that is there already is left as it is."""
        fresh = [advert for advert in {advert.id: advert for advert in adverts}.values() if advert.id not in self._adverts]
        for advert, keys in zip(fresh, keys_of_many(fresh), strict=True):
            self._adverts[advert.id] = advert
            for key in keys:
                ids = self._ids.setdefault(key, [])
                insort(ids, advert.id)
                del ids[self._limit :]

    def find(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """See :class:`Candidates`."""
        return {key: list(self._ids[key]) for key in keys if key in self._ids}

    def get(self, ids: Sequence[str]) -> dict[str, Linkable]:
        """See :class:`Candidates`."""
        return {one: self._adverts[one] for one in ids if one in self._adverts}
