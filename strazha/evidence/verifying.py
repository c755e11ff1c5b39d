"""Walking the landing area and checking that what lies there is what was closed."""

from __future__ import annotations

from collections.abc import Iterator

from strazha.errors import EvidenceError
from strazha.evidence.landing import MANIFEST, Landing
from strazha.evidence.warc import read_response
from strazha.model.advert import Capture


def closed_folders(landing: Landing, below: str = "") -> Iterator[str]:
    """Every folder with a manifest at or below ``below`` (empty for the whole area), in order."""
    if below:
        if landing.exists(f"{below}/{MANIFEST}"):
            yield below
        children = [f"{below}/{name}" for name in landing.folders(below)]
    else:
        children = _top(landing)
    for child in children:
        yield from closed_folders(landing, child)


def _top(landing: Landing) -> list[str]:
    if not landing.fs.isdir(landing.root):
        return []
    items = landing.fs.ls(landing.root, detail=True)
    return sorted(str(item["name"]).rstrip("/").rsplit("/", 1)[-1] for item in items if item["type"] == "directory")


def verify_captures(landing: Landing, folder: str) -> list[str]:
    """Problems of the captures listed in a folder: each is read back from its WARC file and its payload hashed."""
    problems = []
    for _, line in landing.iter_lines(folder, "captures"):
        capture = Capture.model_validate_json(line)
        try:
            read_response(landing, capture)
        except EvidenceError as error:
            problems.append(f"{capture.warc_file}: capture {capture.id}: {error.problem}")
    return problems
