"""The index as every backend offers it. It holds nothing that cannot be rebuilt from landing area and ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self

from strazha.model import Outcome
from strazha.model.base import Moment
from strazha.store.documents import AdvertDoc, ClusterDoc, LinkDoc
from strazha.store.query import AdvertPage, ClusterPage, Query


class AdIndex(Protocol):
    """Review documents, searchable. Writes are upserts by id: the higher ``version`` wins, writing twice changes nothing."""

    def put_adverts(self, docs: Iterable[AdvertDoc]) -> int:
        """Write adverts in one or several transactions; return how many were written (older versions are skipped)."""

    def put_clusters(self, docs: Iterable[ClusterDoc]) -> int:
        """Write clusters."""

    def put_links(self, docs: Iterable[LinkDoc]) -> int:
        """Write links."""

    def drop_clusters(self, ids: Sequence[str]) -> int:
        """Remove clusters that merged or split away."""

    def drop_adverts(self, ids: Sequence[str]) -> int:
        """Remove adverts whose time is over; return how many there were."""

    def drop_links(self, ids: Sequence[str]) -> int:
        """Remove links by id; return how many there were."""

    def decide(self, subject: str, subject_id: str, outcome: Outcome | None, at: Moment) -> None:
        """Show a decision on a document at once, or (None) that there is none any more.

        The ledger keeps it, and indexing anew restores it from there.
        """

    def advert(self, advert_id: str) -> AdvertDoc | None:
        """One advert."""

    def adverts(self, ids: Sequence[str]) -> list[AdvertDoc]:
        """Several adverts, in the order asked for; unknown ids are left out."""

    def cluster(self, cluster_id: str) -> ClusterDoc | None:
        """One cluster."""

    def links(self, cluster_id: str) -> list[LinkDoc]:
        """The links within a cluster, strongest first."""

    def search_adverts(self, query: Query) -> AdvertPage:
        """Find adverts; never raises for what a user typed."""

    def search_clusters(self, query: Query) -> ClusterPage:
        """Find clusters (text is matched against title, names, contacts and places)."""

    def each_advert(self, query: Query) -> Iterator[AdvertDoc]:
        """All adverts a query finds, in its order and as they were when this began, whatever is written meanwhile.

        For exports and batches; ``size``, ``cursor`` and what counts are left aside. In bounded memory.
        """

    def similar(self, advert_id: str, *, size: int = 10) -> AdvertPage:
        """Adverts like one, best first, without itself; other members of its cluster come last.

        Found by the rarest words they share and, where the advert has a vector, among its neighbours. ``relevance`` is how
        alike they are, from 0 to 1 (likeness.py); outside the cluster none is given that is less alike than ``MIN_OUTSIDE``.
        """

    def similar_by_vector(self, vector: Sequence[float], *, query: Query | None = None, size: int = 10) -> AdvertPage:
        """Adverts that ``query`` finds (all without one) whose vectors are nearest; ``relevance`` is the cosine.

        Adverts without a vector are never among them. BadInputError for a vector that is none.
        """

    def by_keys(self, keys: Sequence[str], *, limit: int = 200) -> dict[str, list[str]]:
        """For each blocking key the ids of adverts that carry it (at most ``limit`` a key)."""

    def scan_adverts(self) -> Iterator[AdvertDoc]:
        """All adverts in order of id, in bounded memory."""

    def scan_clusters(self) -> Iterator[ClusterDoc]:
        """All clusters in order of id."""

    def count(self) -> dict[str, int]:
        """Number of ``adverts``, ``clusters`` and ``links``."""

    def clear(self) -> None:
        """Empty the index, so that it can be rebuilt."""

    def refresh(self) -> None:
        """Make everything written so far visible to searches."""

    def close(self) -> None:
        """Release files and connections."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
