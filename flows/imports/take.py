"""Takes a foreign file into the landing area: the file as evidence, its adverts as JSON lines, its bad rows beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

from flows.imports.mapping import ImportMapping, RowError, to_advert
from flows.imports.rows import BadRow, Row, read_csv, read_jsonl
from strazha.errors import BadInputError
from strazha.evidence.landing import Landing, LandingWriter
from strazha.model import Advert, Record

Format = Literal["jsonl", "csv", "warc"]


class Rejected(Record):
    """One row that was not taken in: its line in the foreign file, why, and what it held."""

    at_line: int
    reason: str
    raw: str


class ImportReport(Record):
    """What one import did. ``folder`` holds the original file, the adverts and the rejected rows, closed by a manifest."""

    run_id: str
    source_id: str
    file: str
    sha256: str
    folder: str
    rows: int
    adverts: int
    rejected: int
    #: The first rejected rows, for the screen; all of them lie in ``rejected.jsonl`` of the folder.
    examples: tuple[Rejected, ...] = ()


def format_of(path: Path) -> Format:
    """The format by the file's ending; an unknown one raises BadInputError."""
    name = path.name.lower()
    if name.endswith((".jsonl", ".ndjson")):
        return "jsonl"
    if name.endswith((".csv", ".tsv")):
        return "csv"
    if name.endswith((".warc", ".warc.gz")):
        return "warc"
    raise BadInputError(
        "the ending tells no format", place=str(path), remedy="add --format jsonl, --format csv or --format warc"
    )


def land_rows(
    landing: Landing, path: Path, kind: Literal["jsonl", "csv"], mapping: ImportMapping, *, run_id: str, at: datetime
) -> ImportReport:
    """Land a JSONL or CSV file. Nothing becomes visible to later steps unless the whole file could be read."""
    folder = f"captures/{mapping.source}/{run_id}"
    sha = copy_in(landing, path, folder)
    rows = read_csv(path, mapping.csv) if kind == "csv" else read_jsonl(path)
    adverts = _adverts(rows, mapping, run_id=run_id, sha=sha, at=at)
    return land_adverts(landing, folder, adverts, run_id=run_id, source_id=mapping.source, file=str(path), sha=sha)


def land_adverts(
    landing: Landing,
    folder: str,
    adverts: Iterable[Advert | Rejected],
    *,
    run_id: str,
    source_id: str,
    file: str,
    sha: str,
) -> ImportReport:
    """Write adverts and rejected rows of an import as two closed files; the adverts' file closes last."""
    rejected: LandingWriter | None = None
    examples: list[Rejected] = []
    rows = 0
    with landing.write(folder, "1-adverts-00001.jsonl", "adverts") as out:
        for item in adverts:
            rows += 1
            if isinstance(item, Advert):
                out.line(item)
                continue
            rejected = rejected or landing.write(folder, "rejected.jsonl", "rejected")
            rejected.line(item)
            examples.extend([item] if len(examples) < 20 else [])
        taken = out.records
        if rejected is not None:
            rejected.close()
    return ImportReport(
        run_id=run_id,
        source_id=source_id,
        file=file,
        sha256=sha,
        folder=folder,
        rows=rows,
        adverts=taken,
        rejected=rows - taken,
        examples=tuple(examples),
    )


def copy_in(landing: Landing, path: Path, folder: str) -> str:
    """Copy the foreign file into the landing area, as received; return its SHA-256."""
    sha = hashlib.sha256()
    try:
        with path.open("rb") as source, landing.write(folder, f"import-{_safe(path.name)}", "import") as out:
            while chunk := source.read(1 << 20):
                sha.update(chunk)
                out.write(chunk)
    except FileNotFoundError as error:
        raise BadInputError("no such file", place=str(path), remedy="check the path") from error
    return sha.hexdigest()


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)[-100:]


def _adverts(
    rows: Iterator[Row | BadRow], mapping: ImportMapping, *, run_id: str, sha: str, at: datetime
) -> Iterator[Advert | Rejected]:
    for row in rows:
        if isinstance(row, BadRow):
            yield Rejected(at_line=row.line, reason=row.reason, raw=row.raw)
            continue
        try:
            yield to_advert(row.values, mapping, run_id=run_id, capture_id=f"import:{sha}#{row.line}", at=at)
        except RowError as error:
            yield Rejected(at_line=row.line, reason=str(error), raw=_shown(row))


def _shown(row: Row) -> str:
    return repr(row.values)[:2000].encode("utf-8", "replace").decode()
