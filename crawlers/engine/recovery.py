"""After a crash: what a killed attempt left open is cut to its last whole record and closed, with a note."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

from strazha.clock import now
from strazha.errors import EvidenceError
from strazha.evidence.captures import capture_folder, iter_captures, rebuild_captures
from strazha.evidence.landing import MANIFEST, PART, Landing, ManifestEntry
from strazha.evidence.warc import whole_members
from strazha.model.advert import Advert

NOTE = "interrupted"
_WARC = ".warc.gz"
_CAPTURES = "-captures-"
_ADVERTS = "-adverts-"


def recover(landing: Landing, source_id: str, run_id: str) -> list[str]:
    """Close what killed attempts of a run left open; return the names of the files closed.

    WARC files are cut to the last whole record, their lists of captures are made anew from them, adverts are cut to the last
    whole line and to those whose capture survived. May itself be killed and run again.
    """
    folder = capture_folder(source_id, run_id)
    parts = landing.parts(folder)
    names = {*parts, *_unlisted(landing, folder)}
    for name in parts:
        if not name.endswith(_WARC) and _CAPTURES not in name and _ADVERTS not in name:
            landing.fs.rm(landing.path(folder, name) + PART)  # manifest or report half replaced: the old one still stands
    closed = []
    for name in sorted(name for name in names if name.endswith(_WARC)):
        closed += _close(landing, f"{folder}/{name}", _warc_end, kind="warc", is_part=name in parts)
    # A list of captures without its WARC, or with fewer lines, is worth nothing: it is made from the WARC.
    for name in sorted(name for name in names if _CAPTURES in name and name.endswith(".jsonl")):
        landing.fs.rm(landing.path(folder, name) + (PART if name in parts else ""))
    closed += _list_captures(landing, folder, source_id, run_id)
    known = {capture.id for capture in iter_captures(landing, source_id, run_id)}
    for name in sorted(name for name in names if _ADVERTS in name):
        end_of = partial(_adverts_end, known=known)
        closed += _close(landing, f"{folder}/{name}", end_of, kind="adverts", is_part=name in parts)
    return closed


def _unlisted(landing: Landing, folder: str) -> Iterator[str]:
    """Files that got their own name but no manifest line: the process died in between."""
    base = landing.path(folder)
    if not landing.fs.isdir(base):
        return
    listed = {entry.name for entry in landing.entries(folder)}
    for item in landing.fs.ls(base, detail=True):
        name = str(item["name"]).rsplit("/", 1)[-1]
        if name not in listed and name != MANIFEST and name.endswith((_WARC, ".jsonl")):
            yield name


def _close(landing: Landing, file: str, end_of: Callable[..., tuple[int, int]], *, kind: str, is_part: bool) -> list[str]:
    folder, _, name = file.rpartition("/")
    path = landing.path(file)
    actual = path + PART if is_part else path
    with landing.fs.open(actual, "r+b") as handle:
        end, records = end_of(handle)
        handle.truncate(end)
        handle.seek(0)
        sha = hashlib.sha256()
        while chunk := handle.read(1 << 20):
            sha.update(chunk)
    if records == 0:
        landing.fs.rm(actual)
        return []
    if is_part:
        landing.rename(path)
    entry = ManifestEntry(
        name=name, kind=kind, bytes=end, sha256=sha.hexdigest(), records=records, closed_at=now(), note=NOTE
    )  # fmt: skip
    landing.close_file(folder, entry)
    return [name]


def _warc_end(handle: IO[bytes]) -> tuple[int, int]:
    end, records = 0, 0
    for offset, length in whole_members(handle):
        end, records = offset + length, records + 1
    return end, records


def _adverts_end(lines: IO[bytes], known: set[str]) -> tuple[int, int]:
    end, records = 0, 0
    for line in lines:
        if not line.endswith(b"\n"):
            break
        try:
            advert = Advert.model_validate_json(line)
        except ValueError:
            break
        if advert.capture_id not in known:
            break
        end, records = end + len(line), records + 1
    return end, records


def _list_captures(landing: Landing, folder: str, source_id: str, run_id: str) -> list[str]:
    entries = {entry.name: entry for entry in landing.entries(folder)}
    made = []
    for name, entry in entries.items():
        listing = name.removesuffix(_WARC) + ".jsonl"
        if entry.kind != "warc" or listing in entries:
            continue
        captures = rebuild_captures(landing, f"{folder}/{name}", source_id, run_id)
        try:
            with landing.write(folder, listing, "captures", note=NOTE) as out:
                for capture in captures:
                    out.line(capture)
        except ValueError as error:
            raise EvidenceError(
                f"a capture cannot be listed: {error}", place=f"{folder}/{name}", remedy="look at it with 'warcio check'"
            ) from error
        made.append(listing)
    return made
