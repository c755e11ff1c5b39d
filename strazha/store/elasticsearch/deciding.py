"""Showing decisions on documents, so that no writer of an older document can take one away again.

A decision is first kept in a small index of its own, then written onto the document. A loader that wrote a document built
before the decision asks that index afterwards: whichever of the two comes first, the document ends with the decision on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from strazha.errors import StoreError
from strazha.model import Outcome
from strazha.store.documents import AdvertDoc, ClusterDoc
from strazha.store.elasticsearch.client import checked, meaning
from strazha.store.elasticsearch.names import Kind, Role
from strazha.store.elasticsearch.rendering import Rendered, decided, doc_key, render
from strazha.store.entries import UNDECIDED, millis, read_doc, storable

if TYPE_CHECKING:
    from collections.abc import Callable

    from elasticsearch import Elasticsearch

#: Writers of one document that come between reading and writing it, before something must be wrong.
TRIES = 50
#: What decisions can be about.
RECORDS: dict[str, type[AdvertDoc] | type[ClusterDoc]] = {"adverts": AdvertDoc, "clusters": ClusterDoc}


def moment(value: int) -> datetime:
    """The moment of a number of milliseconds."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=value)


def read_source(kind: type[AdvertDoc] | type[ClusterDoc], source: dict[str, Any]) -> AdvertDoc | ClusterDoc:
    """The document of a stored source, with the decision on it."""
    return read_doc(kind, source["doc"])


class Decisions:
    """Decisions on adverts and clusters."""

    def __init__(self, client: Elasticsearch, index: str, targets: Callable[[Kind], dict[Role, str]]) -> None:
        self._client, self._index, self._targets = client, index, targets

    def put(self, kind: Kind, subject_id: str, outcome: Outcome | None, at: datetime) -> None:
        """Keep a decision and show it; one older than the one that is shown changes nothing, nor does one on nothing."""
        from elasticsearch import ConflictError

        key = _key(kind, subject_id)
        record = {"id": key, "subject": kind, "subject_id": storable(subject_id)[:8000],
                  "outcome": outcome.value if outcome else UNDECIDED, "decided_at": millis(at)}  # fmt: skip
        with meaning(self._index):
            try:
                # external_gte: of two at the same moment the later call wins, as on every backend.
                self._client.index(
                    index=self._index, id=key, document=record, version=max(1, millis(at)), version_type="external_gte"
                )
            except ConflictError:
                return
        self._show(kind, subject_id, outcome, at)

    def restore(self, kind: Kind, docs: Sequence[AdvertDoc | ClusterDoc]) -> None:
        """Show decisions that are newer than documents just written."""
        if not docs or kind not in RECORDS:
            return
        ids = {_key(kind, doc.id): doc for doc in docs}
        with meaning(self._index):
            answer = self._client.mget(index=self._index, ids=list(ids))
        for item in checked(answer["docs"], self._index):
            if not item.get("found"):
                continue
            doc, source = ids[item["_id"]], item["_source"]
            if doc.decided_at is None or millis(doc.decided_at) < source["decided_at"]:
                outcome = None if source["outcome"] == UNDECIDED else Outcome(source["outcome"])
                self._show(kind, doc.id, outcome, moment(source["decided_at"]))

    def _show(self, kind: Kind, subject_id: str, outcome: Outcome | None, at: datetime) -> None:
        targets = self._targets(kind)
        while True:
            for alias in targets.values():
                self._show_in(kind, alias, subject_id, outcome, at)
            before, targets = targets, self._targets(kind)
            if targets == before:
                return

    def _show_in(self, kind: Kind, alias: str, subject_id: str, outcome: Outcome | None, at: datetime) -> None:
        from elasticsearch import ConflictError, NotFoundError

        for _ in range(TRIES):
            with meaning(alias):
                try:
                    self._write(kind, alias, subject_id, outcome, at)
                    return
                except ConflictError:  # somebody wrote the document in between: look again
                    continue
                except NotFoundError:  # the alias moved in between: the caller sees where to
                    return
        raise StoreError(f"the decision on {subject_id} could not be shown", place=alias, remedy="decide again")

    def _write(self, kind: Kind, alias: str, subject_id: str, outcome: Outcome | None, at: datetime) -> None:
        found = self._client.options(ignore_status=404).get(index=alias, id=doc_key(subject_id))
        if not found.get("found"):
            return
        source = found["_source"]
        if (source.get("decided_at") or 0) > millis(at):
            return
        rendered: Rendered = render(kind, decided(read_source(RECORDS[kind], source), outcome, at))
        # Refreshed at once: whoever decided looks at the queue next, and a decision comes once in a while.
        self._client.index(
            index=alias, id=rendered.id, document=rendered.source, version=found["_version"] + 1, version_type="external",
            refresh=True, require_alias=True,
        )  # fmt: skip


def _key(kind: str, subject_id: str) -> str:
    return doc_key(f"{kind}:{doc_key(subject_id)}")
