"""Documents the server refused for what they hold: kept with the reason, in a file from which they can be offered again."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from strazha.clock import now
from strazha.errors import StrazhaError
from strazha.model.base import Moment, Record
from strazha.store.documents import AdvertDoc, ClusterDoc, LinkDoc
from strazha.store.elasticsearch.names import Kind
from strazha.store.elasticsearch.rendering import AnyDoc
from strazha.store.entries import read_doc, to_json

_RECORDS: dict[Kind, type[AdvertDoc] | type[ClusterDoc] | type[LinkDoc]] = {
    "adverts": AdvertDoc, "clusters": ClusterDoc, "links": LinkDoc,
}  # fmt: skip


class Refused(Record):
    """One line: what was refused, when and why; ``doc`` is the document as JSON."""

    at: Moment
    kind: Kind
    id: str
    version: int
    #: The server's status, 0 where it was not even sent.
    status: int
    reason: str
    doc: str


class Quarantine:
    """The file of refused documents (JSON lines). Appending is safe between threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def add(self, kind: Kind, doc: AnyDoc, status: int, reason: str) -> None:
        """Keep a document aside."""
        line = Refused(at=now(), kind=kind, id=doc.id, version=doc.version, status=status, reason=reason[:2000], doc=_json(doc))
        self._append([line])

    def count(self) -> int:
        """Number of documents kept aside."""
        return sum(1 for _ in self.lines())

    def lines(self) -> Iterator[Refused]:
        """Every line, oldest first, also those of a replay that was cut short."""
        for path in (self._taken, self.path):
            if path.exists():
                with path.open(encoding="utf-8") as file:
                    yield from (Refused.model_validate_json(line) for line in file if line.strip())

    def take(self) -> list[tuple[Kind, AnyDoc]]:
        """Take the documents out to offer them again. They stay on disk until ``taken`` is called: a kill loses none.

        A line that is no document (a record of an older program) is kept aside again.
        """
        with self._lock:
            lines = list(self.lines())
            part = self._taken.with_suffix(".part")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text("".join(f"{line.line()}\n" for line in lines), encoding="utf-8")
            part.replace(self._taken)
            self.path.unlink(missing_ok=True)
        found: list[tuple[Kind, AnyDoc]] = []
        unreadable: list[Refused] = []
        for line in lines:
            try:
                found.append((line.kind, read_doc(_RECORDS[line.kind], line.doc)))
            except (ValidationError, json.JSONDecodeError):
                unreadable.append(line)
        self._append(unreadable)
        return found

    def taken(self) -> None:
        """Those taken out were written, or are kept aside anew."""
        self._taken.unlink(missing_ok=True)

    @property
    def _taken(self) -> Path:
        return self.path.with_name(f"{self.path.name}.replaying")

    def _append(self, lines: list[Refused]) -> None:
        if not lines:
            return
        data = "".join(f"{line.line()}\n" for line in lines).encode("utf-8", "replace")
        with self._lock:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("ab") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                raise StrazhaError(
                    f"a refused document could not be kept aside: {error.strerror}",
                    place=str(self.path),
                    remedy="make room or set STRAZHA_HOME to a folder that may be written to, then run the same command again",
                ) from error


def _json(doc: AnyDoc) -> str:
    # Refused for what it holds: it may hold what its own record would not take.
    try:
        return to_json(doc)
    except (ValueError, TypeError):
        return json.dumps(doc.__dict__, default=str)
