"""Evidence bundles: a ZIP file with records, the captured pages as WARC files, and the SHA-256 of every file in it.

``SHA256SUMS`` has the form of sha256sum: ``sha256sum -c SHA256SUMS`` in the unpacked folder checks the whole. Each WARC file
is one record copied byte for byte from the landing area, so that any WARC reader opens it and its payload digest holds.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import IO, Any, Self

from strazha.errors import EvidenceError
from strazha.evidence.captures import capture_folder
from strazha.evidence.landing import Landing
from strazha.evidence.warc import read_response
from strazha.model.advert import Advert, Capture

SUMS = "SHA256SUMS"
#: ZIP files cannot say an earlier time than this.
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)


class Bundle:
    """A bundle being written. Names are paths within it; each may be used once."""

    def __init__(self, out: IO[bytes], *, at: datetime) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        self._at = max(at.astimezone(UTC), _EARLIEST).timetuple()[:6]
        self._sums: dict[str, str] = {}

    def add(self, name: str, data: bytes) -> str:
        """Put a file in; returns its SHA-256."""
        if name in self._sums or name.startswith("/") or ".." in name.split("/") or "\\" in name:
            raise ValueError(f"no name for a file of a bundle: {name!r}")
        info = zipfile.ZipInfo(name, self._at)
        info.compress_type = zipfile.ZIP_STORED if name.endswith(".gz") else zipfile.ZIP_DEFLATED
        self._zip.writestr(info, data)
        self._sums[name] = hashlib.sha256(data).hexdigest()
        return self._sums[name]

    def holds(self, name: str) -> bool:
        """Whether a file of that name is in it."""
        return name in self._sums

    def add_json(self, name: str, value: Any) -> str:
        """Put a value in as JSON a person can read."""
        return self.add(name, json.dumps(value, ensure_ascii=True, indent=1, sort_keys=True).encode() + b"\n")

    def close(self) -> str:
        """Write the list of digests and end the file; returns the SHA-256 of that list."""
        listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(self._sums.items())).encode()
        self._zip.writestr(zipfile.ZipInfo(SUMS, self._at), listed)
        self._zip.close()
        return hashlib.sha256(listed).hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._zip.close()


def verify_bundle(file: IO[bytes]) -> list[str]:
    """Problems of a bundle: files that differ from their digest, are missing, or are not listed. Empty where it is whole."""
    problems = []
    with zipfile.ZipFile(file) as held:
        names = set(held.namelist())
        if SUMS not in names:
            return [f"{SUMS} is missing"]
        listed = dict(line.split("  ", 1)[::-1] for line in held.read(SUMS).decode().splitlines())
        problems += [f"{name} is missing" for name in sorted(listed.keys() - names)]
        problems += [f"{name} is not listed" for name in sorted(names - listed.keys() - {SUMS})]
        for name in sorted(listed.keys() & names):
            if hashlib.sha256(held.read(name)).hexdigest() != listed[name]:
                problems.append(f"{name} differs from its digest")
    return problems


def captures_of(landing: Landing, adverts: Iterable[Advert]) -> dict[str, Capture]:
    """By advert the capture it was read from; adverts without one (imported ones) are left out. Reads each run's list once."""
    wanted: dict[tuple[str, str], dict[str, list[str]]] = {}
    for advert in adverts:
        if advert.capture_id:
            wanted.setdefault((advert.source_id, advert.run_id), {}).setdefault(advert.capture_id, []).append(advert.id)
    found: dict[str, Capture] = {}
    for (source_id, run_id), ids in wanted.items():
        needles = {one.encode() for one in ids}
        try:
            for _, line in landing.iter_lines(capture_folder(source_id, run_id), "captures"):
                if not any(needle in line for needle in needles):
                    continue
                capture = Capture.model_validate_json(line)
                found.update(dict.fromkeys(ids.get(capture.id, ()), capture))
        except EvidenceError:
            # A run whose list cannot be read leaves its adverts without a capture; whoever asks says so.
            continue
    return found


def warc_record(landing: Landing, capture: Capture) -> bytes:
    """The WARC record of a capture, byte for byte, its payload checked first; EvidenceError where it does not hold."""
    read_response(landing, capture)
    with landing.open(capture.warc_file) as handle:
        handle.seek(capture.warc_offset)
        return handle.read(capture.warc_length)
