"""Finding captures: each WARC file has a file of kind ``captures`` beside it, one line for every response."""

from __future__ import annotations

from collections.abc import Iterator

from strazha.errors import EvidenceError
from strazha.evidence.landing import Landing
from strazha.evidence.warc import responses
from strazha.model.advert import Advert, Capture

FOLDER = "captures"


def capture_folder(source_id: str, run_id: str) -> str:
    """Where the captures of one run over one source lie."""
    return f"{FOLDER}/{source_id}/{run_id}"


def iter_captures(landing: Landing, source_id: str, run_id: str) -> Iterator[Capture]:
    """Every capture of a run over a source, in order of fetching."""
    for _, line in landing.iter_lines(capture_folder(source_id, run_id), "captures"):
        yield Capture.model_validate_json(line)


def find_capture(landing: Landing, source_id: str, run_id: str, capture_id: str) -> Capture | None:
    """The capture of that id, or None. Reads the run's list of captures, not the WARC files."""
    needle = capture_id.encode()
    for _, line in landing.iter_lines(capture_folder(source_id, run_id), "captures"):
        if needle in line:
            capture = Capture.model_validate_json(line)
            if capture.id == capture_id:
                return capture
    return None


def capture_of(landing: Landing, advert: Advert) -> Capture:
    """The capture an advert was read from; raises :class:`EvidenceError` where it cannot be found."""
    found = find_capture(landing, advert.source_id, advert.run_id, advert.capture_id) if advert.capture_id else None
    if found is None:
        raise EvidenceError(
            f"capture {advert.capture_id or '(none)'} of advert {advert.id} is not in the landing area",
            place=capture_folder(advert.source_id, advert.run_id or "-"),
            remedy="restore the run's folder from a backup; an advert that was imported has no capture",
        )
    return found


def rebuild_captures(landing: Landing, file: str, source_id: str, run_id: str) -> Iterator[Capture]:
    """The captures of a WARC file, read from the file itself (after a crash, when its list was lost)."""
    import hashlib

    with landing.open(file) as handle:
        for found in responses(handle, place=file):
            yield Capture.model_validate({
                "id": found.id, "source_id": source_id, "run_id": run_id, "url": found.url, "fetched_at": found.fetched_at,
                "status": found.status, "content_type": found.header("content-type"),
                "payload_sha256": hashlib.sha256(found.payload).hexdigest(), "warc_file": file,
                "warc_offset": found.offset, "warc_length": found.length,
            })  # fmt: skip
