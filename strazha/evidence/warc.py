"""WARC files in the landing area: every response with its request, one gzip member a record, readable by any WARC tool.

The payload of a response is its body after transfer decoding and before content decoding, that is, the bytes as the server
compressed them. Header names keep their value but not their order or case (Twisted does not hand those on).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import IO, Any
from urllib.parse import urlsplit
from uuid import uuid4

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from strazha.errors import BadInputError, EvidenceError
from strazha.evidence.landing import Landing, LandingWriter
from strazha.model.advert import Capture

Headers = Iterable[tuple[str, str]]

#: zlib 6 instead of warcio's 9: a fifth of the time for two per cent more bytes.
_LEVEL = 6
_MEMBER = zlib.MAX_WBITS + 16


@dataclass(frozen=True)
class Exchange:
    """One request and its response, as they went over the wire (see the module's note on what is kept)."""

    url: str
    method: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    payload: bytes
    fetched_at: datetime
    protocol: str = "HTTP/1.1"
    ip_address: str = ""
    #: Why the payload is not whole (WARC 1.1: ``length``, ``time``, ``disconnect``), or empty.
    truncated: str = ""


@dataclass(frozen=True)
class StoredResponse:
    """A response read back from a WARC file."""

    id: str
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    payload: bytes
    fetched_at: str
    offset: int
    length: int

    def header(self, name: str) -> str:
        """The first value of a header, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


class WarcWriter:
    """Writes exchanges into one open file of the landing area and says where each response lies."""

    def __init__(self, out: LandingWriter, *, software: str, source_id: str, run_id: str) -> None:
        self.out, self.source_id, self.run_id = out, source_id, run_id
        self._write(self._info(software))

    def add(self, exchange: Exchange) -> Capture:
        """Write request and response; both are with the operating system when this returns."""
        capture_id = f"urn:uuid:{uuid4()}"
        sha = hashlib.sha256(exchange.payload).hexdigest()
        offset = self.out.tell()
        length = self._write(self._response(exchange, capture_id, sha))
        self._write(self._request(exchange, capture_id))
        self.out.flush()
        content_type = next((value for key, value in exchange.headers if key.lower() == "content-type"), "")
        return Capture(
            id=capture_id, source_id=self.source_id, run_id=self.run_id, url=exchange.url, fetched_at=exchange.fetched_at,
            status=exchange.status, content_type=content_type, payload_sha256=sha, warc_file=self.out.file,
            warc_offset=offset, warc_length=length,
        )  # fmt: skip

    def _write(self, record: ArcWarcRecord) -> int:
        plain = BytesIO()
        WARCWriter(plain, gzip=False, warc_version="1.1").write_record(record)
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _MEMBER)
        self.out.records += 1
        return self.out.write(packer.compress(plain.getbuffer()) + packer.flush())

    def _info(self, software: str) -> ArcWarcRecord:
        fields = {"software": software, "format": "WARC File Format 1.1", "isPartOf": f"{self.source_id}/{self.run_id}"}
        builder = WARCWriter(BytesIO(), gzip=False, warc_version="1.1")
        return builder.create_warcinfo_record(self.out.name, fields)

    @staticmethod
    def _record(kind: str, exchange: Exchange, head: StatusAndHeaders, payload: bytes, extra: dict[str, str]) -> ArcWarcRecord:
        builder = WARCWriter(BytesIO(), gzip=False, warc_version="1.1")
        date = exchange.fetched_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return builder.create_warc_record(
            exchange.url, kind, payload=BytesIO(payload), length=len(payload), http_headers=head,
            warc_headers_dict={**extra, "WARC-Date": date},
        )  # fmt: skip

    def _response(self, exchange: Exchange, capture_id: str, sha: str) -> ArcWarcRecord:
        extra = {"WARC-Record-ID": f"<{capture_id}>", "WARC-Payload-Digest": f"sha256:{sha}"}
        if exchange.ip_address:
            extra["WARC-IP-Address"] = exchange.ip_address
        if exchange.truncated:
            extra["WARC-Truncated"] = exchange.truncated
        head = StatusAndHeaders(f"{exchange.status} {exchange.reason}".strip(), _clean(exchange.headers), exchange.protocol)
        return self._record("response", exchange, head, exchange.payload, extra)

    def _request(self, exchange: Exchange, capture_id: str) -> ArcWarcRecord:
        parts = urlsplit(exchange.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = _clean(exchange.request_headers)
        head = StatusAndHeaders(f"{target} {exchange.protocol}", sent, exchange.method, is_http_request=True)
        extra = {"WARC-Concurrent-To": f"<{capture_id}>"}
        return self._record("request", exchange, head, exchange.request_body, extra)


def _clean(headers: Headers) -> list[tuple[str, str]]:
    # A line break within a value would write a header, or the body, of the sender's choosing.
    return [(_one_line(key), _one_line(value)) for key, value in headers]


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def responses(handle: IO[bytes], *, place: str = "") -> Iterator[StoredResponse]:
    """Every response record of a WARC file, in order.

    Raises :class:`BadInputError` where the file is no WARC or ends within a record.
    """
    iterator = ArchiveIterator(handle, no_record_parse=False)
    try:
        for record in iterator:
            payload = record.raw_stream.read()
            # warcio takes the end of a file for the end of a record: what the record's own length still promises is missing.
            if getattr(record.raw_stream, "limit", 0):
                raise EOFError(f"ends within the record of {record.rec_headers.get_header('WARC-Target-URI')}")
            if record.rec_type != "response" or record.http_headers is None:
                continue
            yield _stored(record, payload, iterator.get_record_offset(), iterator.get_record_length())
    except (ArchiveLoadFailed, EOFError, zlib.error, UnicodeDecodeError, ValueError) as error:
        raise BadInputError(f"is no readable WARC: {error}", place=place, remedy="look at it with 'warcio check'") from error


def _stored(record: Any, payload: bytes, offset: int, length: int) -> StoredResponse:
    code = str(record.http_headers.get_statuscode() or "0")
    return StoredResponse(
        id=str(record.rec_headers.get_header("WARC-Record-ID") or "").strip("<>"),
        url=str(record.rec_headers.get_header("WARC-Target-URI") or ""),
        status=int(code) if code.isdigit() else 0,
        headers=tuple((str(key), str(value)) for key, value in record.http_headers.headers),
        payload=payload,
        fetched_at=str(record.rec_headers.get_header("WARC-Date") or ""),
        offset=offset,
        length=length,
    )


def read_response(landing: Landing, capture: Capture) -> StoredResponse:
    """The response a capture names, checked against its SHA-256.

    Raises :class:`EvidenceError` where file, record or digest do not agree with the capture.
    """
    place = f"{capture.warc_file}@{capture.warc_offset}"
    remedy = "restore the file from a backup of the landing area; 'strazha evidence verify' shows what else differs"
    with landing.open(capture.warc_file) as handle:
        handle.seek(capture.warc_offset)
        member = handle.read(capture.warc_length)
    if len(member) != capture.warc_length:
        raise EvidenceError("the WARC file is cut short", place=place, remedy=remedy)
    try:
        found = next(responses(BytesIO(member), place=place), None)
    except BadInputError as error:
        raise EvidenceError(f"the WARC record cannot be read: {error.problem}", place=place, remedy=remedy) from error
    if found is None or found.id != capture.id:
        raise EvidenceError(f"no response record {capture.id} lies there", place=place, remedy=remedy)
    if hashlib.sha256(found.payload).hexdigest() != capture.payload_sha256:
        raise EvidenceError("the payload's SHA-256 differs from the capture's", place=place, remedy=remedy)
    return found


def read_capture(landing: Landing, capture: Capture) -> bytes:
    """The payload of a capture (still content-encoded), checked against its SHA-256."""
    return read_response(landing, capture).payload


def whole_members(handle: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Offset and length of each whole gzip member, up to the first that is cut short or broken."""
    offset = 0
    while True:
        handle.seek(offset)
        length = _member_length(handle)
        if length is None:
            return
        yield offset, length
        offset += length


def _member_length(handle: IO[bytes]) -> int | None:
    unpacker, taken = zlib.decompressobj(_MEMBER), 0
    while chunk := handle.read(1 << 16):
        taken += len(chunk)
        data = chunk
        while data and not unpacker.eof:
            try:
                unpacker.decompress(data, 1 << 20)
            except zlib.error:
                return None
            data = unpacker.unconsumed_tail
        if unpacker.eof:
            return taken - len(unpacker.unused_data)
    return None
