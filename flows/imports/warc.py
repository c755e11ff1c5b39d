"""Adverts of a foreign WARC file, read with the definition of the platform it was fetched from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from crawlers.content_encoding import decoded
from crawlers.extract.adverts import id_from_url, read_advert, read_items
from crawlers.extract.document import Document
from crawlers.extract.errors import PageError
from flows.imports.take import Rejected
from strazha.errors import BadInputError
from strazha.evidence.warc import StoredResponse, responses, whole_members
from strazha.model import Advert, Source


def warc_adverts(path: Path, source: Source, *, run_id: str, at: datetime) -> Iterator[Advert | Rejected]:
    """Adverts of the pages that the definition calls adverts, and the pages of those that could not be read, with the reason.

    Pages of other kinds and answers other than 200 are passed over. Raises BadInputError where the file is no WARC or ends
    within a record.
    """
    try:
        handle = path.open("rb")
    except OSError as error:
        raise BadInputError(f"cannot be read: {error.strerror}", place=str(path), remedy="check the path") from error
    with handle:
        _check_whole(handle, path)
        for number, response in enumerate(responses(handle, place=str(path)), 1):
            if response.status == 200:
                yield from _page(response, source, number, run_id=run_id, at=at)


def _check_whole(handle: BinaryIO, path: Path) -> None:
    # A reader takes the end of a file for the end of a record; a gzip member that was cut short tells.
    if handle.read(2) == b"\x1f\x8b":
        end = max((offset + length for offset, length in whole_members(handle)), default=0)
        if end != path.stat().st_size:
            raise BadInputError(
                f"is cut short, or broken after byte {end}",
                place=str(path),
                remedy=f"get the whole file; what is whole of this one can be saved with head -c {end}",
            )
    handle.seek(0)


def _page(response: StoredResponse, source: Source, number: int, *, run_id: str, at: datetime) -> Iterator[Advert | Rejected]:
    by_address = source.advert.key.url is not None
    is_advert = id_from_url(source, response.url) is not None
    if by_address and not is_advert and not source.listing.items:
        return
    try:
        document = Document(
            url=response.url,
            body=_decoded(response, source.limits.decompressed_bytes),
            content_type=response.header("content-type"),
            fetched_at=_moment(response.fetched_at) or at,
            encodings=source.encodings,
        )
        read = read_advert if is_advert or not source.listing.items else read_items
        reading = read(source, document, capture_id=response.id, run_id=run_id)
    except PageError as error:
        yield Rejected(at_line=number, reason=str(error), raw=response.url[:2000])
        return
    yield from reading.adverts
    if not reading.adverts and (is_advert or not by_address):
        reason = "; ".join(str(problem) for problem in reading.problems[:3]) or "no advert found on the page"
        yield Rejected(at_line=number, reason=reason, raw=response.url[:2000])


def _decoded(response: StoredResponse, limit: int) -> bytes:
    encodings = [part.strip().lower() for part in response.header("content-encoding").split(",") if part.strip()]
    try:
        return decoded(response.payload, encodings, limit)
    except BadInputError as error:
        raise PageError("encoding", error.problem) from error


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
