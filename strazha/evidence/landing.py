"""The landing area: files are written under a temporary name, synced, renamed, and closed by a manifest line.

Readers look only at closed files. A process that dies leaves a ``.part`` file, never a half-written one under its own name.
Local folders and anything fsspec speaks (``s3://...``) serve alike.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import IO, Any, Self, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem
from pydantic import Field

from strazha.clock import now
from strazha.errors import EvidenceError
from strazha.model.advert import Sha256
from strazha.model.base import Moment, Record

MANIFEST = "manifest.jsonl"
PART = ".part"


class ManifestEntry(Record):
    """One closed file: its name within the folder, size, SHA-256, and how many records it holds."""

    name: str
    kind: str
    bytes: int = Field(ge=0)
    sha256: Sha256
    records: int = Field(ge=0)
    closed_at: Moment
    note: str = ""


class LineRef(Record):
    """Where a JSON line lies: file below the landing area, byte offset and length (newline excluded)."""

    file: str
    offset: int = Field(ge=0)
    length: int = Field(ge=0)


class Landing:
    """A landing area. ``folder`` and ``name`` arguments are relative, with ``/`` between parts."""

    def __init__(self, url: str) -> None:
        fs, root = fsspec.core.url_to_fs(url)
        self.fs: Any = fs
        self.root = str(root).rstrip("/")
        self._local = isinstance(fs, LocalFileSystem)

    def path(self, *parts: str) -> str:
        """Absolute path of a file of the area; a part that climbs out of it is refused."""
        pieces = [piece for part in parts for piece in part.split("/")]
        if any(piece in {"", ".", ".."} or "\0" in piece for piece in pieces):
            raise EvidenceError(f"{'/'.join(parts)!r} is not a path within the landing area", place=self.root)
        return "/".join([self.root, *pieces])

    def write(self, folder: str, name: str, kind: str, *, note: str = "") -> LandingWriter:
        """Open a new file; it appears under ``name`` and in the manifest when the writer closes without an error."""
        return LandingWriter(self, folder, name, kind, note)

    def write_lines(self, folder: str, name: str, kind: str, records: Iterable[Record]) -> list[LineRef]:
        """Write records as JSON lines in one closed file; return where each line lies, in order."""
        refs: list[LineRef] = []
        with self.write(folder, name, kind) as out:
            refs.extend(out.line(record) for record in records)
        return refs

    def entries(self, folder: str) -> list[ManifestEntry]:
        """The closed files of a folder, in order of closing; the newest entry of a name wins."""
        path = self.path(folder, MANIFEST)
        if not self.fs.exists(path):
            return []
        found: dict[str, ManifestEntry] = {}
        with self.fs.open(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    entry = ManifestEntry.model_validate_json(line)
                except ValueError as error:
                    raise EvidenceError(
                        f"manifest line cannot be read: {error}",
                        place=f"{path}:{number}",
                        remedy="restore the file from a backup; it is only ever replaced whole",
                    ) from error
                found.pop(entry.name, None)
                found[entry.name] = entry
        return list(found.values())

    def folders(self, parent: str) -> list[str]:
        """Names of the folders below ``parent``, sorted."""
        base = self.path(parent)
        if not self.fs.isdir(base):
            return []
        return sorted(
            str(item["name"]).rsplit("/", 1)[-1] for item in self.fs.ls(base, detail=True) if item["type"] == "directory"
        )

    def parts(self, folder: str) -> list[str]:
        """Names of files a killed process left open in ``folder`` (without the ``.part`` ending)."""
        base = self.path(folder)
        if not self.fs.isdir(base):
            return []
        names = (str(item["name"]).rsplit("/", 1)[-1] for item in self.fs.ls(base, detail=True) if item["type"] == "file")
        return sorted(name.removesuffix(PART) for name in names if name.endswith(PART))

    def exists(self, file: str) -> bool:
        """Whether a closed or renamed file lies there."""
        return bool(self.fs.exists(self.path(file)))

    def open(self, file: str) -> IO[bytes]:
        """Open a file for reading bytes."""
        try:
            return cast(IO[bytes], self.fs.open(self.path(file), "rb"))
        except FileNotFoundError as error:
            raise EvidenceError("file is missing", place=file, remedy="restore it from a backup of the landing area") from error

    def read_line(self, ref: LineRef) -> bytes:
        """The bytes of one JSON line."""
        with self.open(ref.file) as handle:
            return self._read_at(handle, ref)

    def read_lines(self, refs: Iterable[LineRef]) -> Iterator[bytes]:
        """The bytes of several lines, in order; files in a row are opened once."""
        current, handle = "", None
        try:
            for ref in refs:
                if handle is None or ref.file != current:
                    if handle is not None:
                        handle.close()
                    handle, current = self.open(ref.file), ref.file
                yield self._read_at(handle, ref)
        finally:
            if handle is not None:
                handle.close()

    @staticmethod
    def _read_at(handle: IO[bytes], ref: LineRef) -> bytes:
        handle.seek(ref.offset)
        data = handle.read(ref.length)
        if len(data) != ref.length:
            raise EvidenceError("file is cut short", place=ref.file, remedy="restore it from a backup of the landing area")
        return data

    def iter_lines(self, folder: str, kind: str) -> Iterator[tuple[LineRef, bytes]]:
        """Every line of the closed files of one kind in ``folder``, with where it lies."""
        for entry in self.entries(folder):
            if entry.kind != kind:
                continue
            file, offset = f"{folder}/{entry.name}", 0
            with self.open(file) as lines:
                for line in lines:
                    yield LineRef(file=file, offset=offset, length=len(line.rstrip(b"\n"))), line.rstrip(b"\n")
                    offset += len(line)

    def verify(self, folder: str) -> list[str]:
        """Problems of a folder: files missing, cut short, or changed since they were closed. Empty means sound."""
        problems = []
        for entry in self.entries(folder):
            path = self.path(folder, entry.name)
            if not self.fs.exists(path):
                problems.append(f"{folder}/{entry.name}: missing")
                continue
            sha, size = hashlib.sha256(), 0
            with self.fs.open(path, "rb") as handle:
                while chunk := handle.read(1 << 20):
                    sha.update(chunk)
                    size += len(chunk)
            if size != entry.bytes:
                problems.append(f"{folder}/{entry.name}: {size} bytes, the manifest says {entry.bytes}")
            elif sha.hexdigest() != entry.sha256:
                problems.append(f"{folder}/{entry.name}: SHA-256 differs from the manifest's")
        return problems

    def replace(self, file: str, data: bytes) -> None:
        """Replace a small file whole (temporary name, sync, rename)."""
        path = self.path(file)
        self.fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        if not self._local:
            with self.fs.open(path, "wb") as out:  # an object store's PUT is atomic by itself
                out.write(data)
            return
        with open(path + PART, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(path + PART, path)
        self._sync_folder(path)

    def close_file(self, folder: str, entry: ManifestEntry) -> None:
        """Add a manifest line; the manifest is replaced whole, so that a reader never sees half a line."""
        kept = [known for known in self.entries(folder) if known.name != entry.name]
        lines = "".join(item.line() + "\n" for item in [*kept, entry])
        self.replace(f"{folder}/{MANIFEST}", lines.encode())

    def rename(self, path: str) -> None:
        """Give a finished ``.part`` file its own name."""
        if self._local:
            os.replace(path + PART, path)
            self._sync_folder(path)
        else:
            self.fs.mv(path + PART, path)

    @staticmethod
    def _sync_folder(path: str) -> None:
        # The rename itself lies in the folder, which has a sync of its own.
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class LandingWriter:
    """Writes one file of the landing area. As a context manager it closes on success and leaves the part on an error."""

    def __init__(self, landing: Landing, folder: str, name: str, kind: str, note: str) -> None:
        self.landing, self.folder, self.name, self.kind, self.note = landing, folder, name, kind, note
        self.file = f"{folder}/{name}"
        self.records = 0
        self._path = landing.path(folder, name)
        landing.fs.makedirs(landing.path(folder), exist_ok=True)
        self._out: Any = landing.fs.open(self._path + PART, "wb")
        self._sha = hashlib.sha256()
        self._size = 0

    def tell(self) -> int:
        """Bytes written so far."""
        return self._size

    def write(self, data: bytes) -> int:
        """Write bytes (so that libraries can use the writer as a file)."""
        self._out.write(data)
        self._sha.update(data)
        self._size += len(data)
        return len(data)

    def flush(self) -> None:
        """Hand what was written to the operating system."""
        self._out.flush()

    def line(self, record: Record) -> LineRef:
        """Write one record as a JSON line and say where it lies."""
        return self.raw_line(record.line().encode("utf-8"))

    def raw_line(self, data: bytes) -> LineRef:
        """Write one line that is JSON already."""
        ref = LineRef(file=self.file, offset=self._size, length=len(data))
        self.write(data + b"\n")
        self.records += 1
        return ref

    def close(self) -> ManifestEntry:
        """Sync, rename, and close with a manifest line."""
        self._out.flush()
        with contextlib.suppress(OSError, AttributeError, ValueError):  # remote files have no descriptor; closing them syncs
            os.fsync(self._out.fileno())
        self._out.close()
        self.landing.rename(self._path)
        entry = ManifestEntry(
            name=self.name, kind=self.kind, bytes=self._size, sha256=self._sha.hexdigest(),
            records=self.records, closed_at=now(), note=self.note,
        )  # fmt: skip
        self.landing.close_file(self.folder, entry)
        return entry

    def abandon(self) -> None:
        """Close the descriptor and leave the ``.part`` file for recovery."""
        self._out.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()
