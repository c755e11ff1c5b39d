"""Writing documents: streamed in bulk with bounded memory, repeated while the server is busy, the refused ones kept aside.

Why nothing is lost and nothing twice: every document has its own id and an external version (see rendering.py), so a batch may
be sent again whenever its fate is unknown, and the higher version wins in whatever order writers come. Nothing is refreshed
here: searches see what was written within the index's refresh interval (a second), or after ``refresh()``.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from strazha.errors import StoreUnavailableError
from strazha.store.elasticsearch.client import BLOCKED, NOT_NOW, REFUSED, checked, error_type, meaning, refused, unavailable
from strazha.store.elasticsearch.names import Kind
from strazha.store.elasticsearch.rendering import AnyDoc, Rendered, doc_key, external_version

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from strazha.store.elasticsearch.quarantine import Quarantine

#: Documents per request: about 3 MB of adverts. Ten times as many are no faster, and hold ten times the memory on both sides.
BATCH = 500
#: A request is cut here even if it holds fewer documents: a page of 20 MB must not fill the server's buffer (100 MB).
MAX_BYTES = 8_000_000
#: Batches under way at once: as many as bare parallel_bulk has; two keep the server's threads busy while others are
#: made ready.
THREADS = 4
#: Times the settings' time-out that a bulk request may take: it can stand behind as many others and a merge of the server's,
#: and one that is given up goes on being worked at there.
BULK_TIME = 4
#: Share of a batch that the server must hold already for asking first to cost less than making and sending it in vain.
WORTH_ASKING = 0.05
#: What does not pass while a batch waits: the run ends as "interrupted" and is taken up when somebody has seen to it.
NO_USE_WAITING = ("read-only", "flood-stage", "was taken over")
#: First pause after a refusal; it doubles, up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
#: Seconds the server may take to forget a removed document's version (index.gc_deletes is 0: it takes a tenth of a second).
FORGETTING = 10


Result = TypeVar("Result")


class RolesChangedError(Exception):
    """An alias moved while a batch was written: it must be written again to whatever the aliases lead to now."""


@dataclass(frozen=True, slots=True)
class Line:
    """One document of a request, as it travels: the action and the source, each one line of JSON."""

    rendered: Rendered
    doc: AnyDoc
    source: bytes

    def bytes(self) -> bytes:
        """Both lines."""
        meta = {"_id": self.rendered.id, "version": self.rendered.version, "version_type": "external"}
        return b"%b\n%b\n" % (orjson.dumps({"index": meta}), self.source)


@dataclass(slots=True)
class Sent:
    """What became of a batch: written, and those that replaced an older document or met one that is no older (which may be
    themselves, sent twice because the first answer was lost).
    """

    written: list[AnyDoc] = field(default_factory=list)
    replaced: list[AnyDoc] = field(default_factory=list)


class Loader:
    """Writes documents of any kind to the aliases it is told."""

    def __init__(self, client: Elasticsearch, quarantine: Quarantine, *, patience: float, timeout: float) -> None:
        # Repeating is decided here, where it is known what may be repeated.
        self._client = client.options(max_retries=0)
        self._bulk_client = client.options(max_retries=0, request_timeout=timeout * BULK_TIME)
        self._quarantine, self._patience = quarantine, patience
        #: By alias, whether the next batch asks first what is there already: as the last one showed it to be worth it.
        self._asking: dict[str, bool] = {}

    def stream(self, docs: Iterable[Any], write: Callable[[list[Any]], int]) -> int:
        """Hand batches to ``write`` on a few threads, THREADS + 1 at once at most; return the sum of what it returns."""
        written, iterator = 0, iter(docs)
        first = list(islice(iterator, BATCH))
        if len(first) < BATCH:
            return write(first) if first else 0
        with ThreadPoolExecutor(THREADS, thread_name_prefix="strazha-load") as pool:
            waiting: list[Future[int]] = []
            for batch in _chain(first, iterator):
                if len(waiting) > THREADS:
                    written += waiting.pop(0).result()
                waiting.append(pool.submit(write, batch))
            written += sum(future.result() for future in waiting)
        return written

    def known(self, alias: str, docs: Sequence[AnyDoc]) -> dict[str, int]:
        """The versions the server holds, by ``_id``: what it has already need not be made ready and sent again."""
        ids = list({doc_key(doc.id) for doc in docs})

        def ask() -> dict[str, int]:
            answer = self._client.mget(index=alias, ids=ids, source=False)
            if any(error_type(item) == "index_not_found_exception" for item in answer["docs"]):
                raise RolesChangedError(alias)
            return {item["_id"]: item["_version"] for item in checked(answer["docs"], alias) if item.get("found")}

        return self.patiently(ask, alias)

    def write(
        self, kind: Kind, alias: str, docs: Sequence[AnyDoc], render: Callable[[AnyDoc], Rendered]
    ) -> tuple[list[AnyDoc], list[AnyDoc]]:
        """Write what is newer than the server's; return what was written, and what was or is there already under its id.

        RolesChangedError if the alias is gone.
        """
        asked = self._asking.get(alias, True)
        known = self.known(alias, docs) if asked else {}
        newest: dict[str, AnyDoc] = {}
        for doc in docs:
            former = newest.get(doc.id)
            if external_version(doc.version) > known.get(doc_key(doc.id), -1) and (
                former is None or doc.version > former.version
            ):
                newest[doc.id] = doc
        sent = Sent()
        for lines in _requests(self._lines(kind, newest.values(), render)):
            conflicts = self._send(kind, alias, lines, sent)
            # Refused for its version although it was not there: it was removed a moment ago.
            self._revive(kind, alias, [line for line in conflicts if line.rendered.id not in known], sent)
        there = len(known) if asked else len(sent.replaced)
        self._asking[alias] = there > len(docs) * WORTH_ASKING
        return sent.written, sent.replaced

    def _revive(self, kind: Kind, alias: str, lines: Sequence[Line], sent: Sent) -> None:
        """Write documents again that were removed a moment ago: the server forgets their old versions with a refresh."""
        pause = _Pause(max(self._patience, FORGETTING))
        while lines:
            known = self.known(alias, [line.doc for line in lines])
            # What is there now, another writer has just written.
            lines = [line for line in lines if line.rendered.id not in known]
            if lines:
                self.patiently(lambda: self._client.indices.refresh(index=alias), alias)
                lines = self._send(kind, alias, lines, sent)
            if lines:
                pause.wait(f"{len(lines)} removed documents could not be written again", alias)

    def _lines(self, kind: Kind, docs: Iterable[AnyDoc], render: Callable[[AnyDoc], Rendered]) -> Iterator[Line]:
        for doc in docs:
            rendered = render(doc)
            try:
                source = orjson.dumps(rendered.source)
            except TypeError as error:
                self._quarantine.add(kind, doc, 0, f"cannot be written as JSON: {error}")
                continue
            yield Line(rendered, doc, source)

    def _send(self, kind: Kind, alias: str, lines: Sequence[Line], sent: Sent) -> list[Line]:
        """Send until every line has its answer; return those refused for their version."""
        waiting, conflicts = list(lines), list[Line]()
        pause = _Pause(self._patience)
        while waiting:
            again: list[Line] = []
            answer = self.patiently(lambda lines=waiting: self._bulk(alias, lines), alias)  # type: ignore[misc]
            for line, item in zip(waiting, answer["items"], strict=True):
                result = next(iter(item.values()))
                status, error = int(result["status"]), result.get("error") or {}
                kind_of_error = str(error.get("type", ""))
                if status < 300:
                    sent.written.append(line.doc)
                    if result.get("result") == "updated":
                        sent.replaced.append(line.doc)
                elif status == 409:
                    sent.replaced.append(line.doc)
                    conflicts.append(line)
                elif kind_of_error in BLOCKED:
                    raise unavailable(f"Elasticsearch takes no writes now: {error.get('reason')}", alias)
                elif kind_of_error == "index_not_found_exception":
                    raise RolesChangedError(alias)
                elif status in NOT_NOW:
                    again.append(line)
                elif status in REFUSED:  # the key's fault, not the document's
                    raise refused(status, str(error.get("reason")), alias)
                else:
                    self._quarantine.add(kind, line.doc, status, _because(error))
            waiting = again
            if again:
                pause.wait(f"Elasticsearch is overloaded: {len(again)} documents were refused for now", alias)
        return conflicts

    def _bulk(self, alias: str, lines: Sequence[Line]) -> Any:
        # require_alias: a name that is gone must not come back as an index with a guessed mapping.
        lines_as_sent: Any = [line.bytes() for line in lines]  # the client passes bytes on as they are
        return self._bulk_client.bulk(index=alias, operations=lines_as_sent, require_alias=True)

    def patiently(self, call: Callable[[], Result], alias: str) -> Result:
        """Call until the server answers; StoreUnavailableError when patience ends."""
        pause = _Pause(self._patience)
        while True:
            try:
                with meaning(alias):
                    return call()
            except StoreUnavailableError as error:
                if any(words in error.problem for words in NO_USE_WAITING):
                    raise
                pause.wait(error.problem, alias)


class _Pause:
    """Waits twice as long each time, with a share of chance so that writers do not come back all at once."""

    def __init__(self, patience: float) -> None:
        self._patience, self._until = patience, 0.0
        self._next = FIRST_PAUSE

    def wait(self, problem: str, place: str) -> None:
        """Wait, or raise StoreUnavailableError where patience is at its end."""
        # From the first refusal on: a request that took all its time to fail must leave some to try again.
        self._until = self._until or time.monotonic() + self._patience
        left = self._until - time.monotonic()
        if left <= 0:
            raise unavailable(problem, place)
        time.sleep(min(left, self._next * random.uniform(0.5, 1.5)))  # noqa: S311 - spreads writers, guards nothing
        self._next = min(LONGEST_PAUSE, self._next * 2)


def _chain(first: list[Any], rest: Iterator[Any]) -> Iterator[list[Any]]:
    yield first
    while batch := list(islice(rest, BATCH)):
        yield batch


def _requests(lines: Iterable[Line]) -> Iterator[list[Line]]:
    batch, size = list[Line](), 0
    for line in lines:
        if batch and size + len(line.source) > MAX_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line.source)
    if batch:
        yield batch


def _because(error: dict[str, Any]) -> str:
    cause = error.get("caused_by") or {}
    inner = f": {cause.get('reason')}" if cause.get("reason") else ""
    return f"{error.get('type')}: {error.get('reason')}{inner}"
