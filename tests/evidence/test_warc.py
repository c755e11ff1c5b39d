"""WARC in the landing area: what is written can be read back, by this program and by others."""

from __future__ import annotations

import gzip
import hashlib
import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from strazha.errors import BadInputError, EvidenceError
from strazha.evidence.captures import rebuild_captures
from strazha.evidence.landing import Landing
from strazha.evidence.warc import Exchange, WarcWriter, read_capture, read_response, responses, whole_members
from strazha.model.advert import Capture

AT = datetime(2026, 11, 21, 10, 0, 0, 123000, tzinfo=UTC)


def exchange(payload: bytes = b"<h1>x</h1>", **changes: object) -> Exchange:
    plain: dict[str, object] = {
        "url": "http://ads.example.com/item/1?a=b", "method": "GET", "request_headers": (("User-Agent", "Strazha"),),
        "request_body": b"", "status": 200, "reason": "OK", "headers": (("Content-Type", "text/html"), ("Set-Cookie", "a"),
        ("Set-Cookie", "b")), "payload": payload, "fetched_at": AT, "ip_address": "9.9.9.9",
    }  # fmt: skip
    return Exchange(**{**plain, **changes})  # type: ignore[arg-type]


def write(landing: Landing, *exchanges: Exchange) -> list[Capture]:
    with landing.write("captures/s/r", "01-captures-00001.warc.gz", "warc") as out:
        writer = WarcWriter(out, software="strazha/test", source_id="s", run_id="r")
        return [writer.add(one) for one in exchanges]


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "landing"))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(payloads=st.lists(st.binary(max_size=3000), min_size=1, max_size=5))
def test_payloads_come_back_byte_for_byte(landing: Landing, payloads: list[bytes]) -> None:
    captures = write(landing, *(exchange(payload) for payload in payloads))
    for capture, payload in zip(captures, payloads, strict=True):
        assert read_capture(landing, capture) == payload
        assert capture.payload_sha256 == hashlib.sha256(payload).hexdigest()


def test_a_response_comes_back_with_its_headers_and_each_record_is_a_gzip_member(landing: Landing) -> None:
    (capture,) = write(
        landing, exchange(gzip.compress(b"x"), headers=(("Content-Encoding", "gzip"), ("X", "é\r\nInjected: 1")))
    )
    found = read_response(landing, capture)
    assert (found.status, found.url, found.header("content-encoding")) == (200, capture.url, "gzip")
    assert not found.header("Injected")
    data = landing.open(capture.warc_file).read()
    members = list(whole_members(BytesIO(data)))
    assert len(members) == 3
    assert sum(length for _, length in members) == len(data)
    assert members[1] == (capture.warc_offset, capture.warc_length)
    assert all(gzip.decompress(data[offset : offset + length]).startswith(b"WARC/1.1\r\n") for offset, length in members)


def test_other_tools_accept_the_digests(landing: Landing) -> None:
    (capture,) = write(landing, exchange(truncated="length"))
    with landing.open(capture.warc_file) as handle:
        records = [
            (one.rec_type, one.rec_headers, one.raw_stream.read()) for one in ArchiveIterator(handle, check_digests="raise")
        ]
    assert [kind for kind, *_ in records] == ["warcinfo", "response", "request"]
    response = records[1][1]
    assert response.get_header("WARC-Truncated") == "length"
    assert response.get_header("WARC-Date") == "2026-11-21T10:00:00.123000Z"
    assert response.get_header("WARC-Payload-Digest") == f"sha256:{capture.payload_sha256}"


def test_captures_are_rebuilt_from_the_file_alone(landing: Landing) -> None:
    captures = write(landing, exchange(b"one"), exchange(b"", status=404, reason="Not Found"))
    assert list(rebuild_captures(landing, captures[0].warc_file, "s", "r")) == captures


def test_a_changed_or_missing_capture_is_noticed(landing: Landing) -> None:
    one, other = write(landing, exchange(b"one"), exchange(b"other"))
    with pytest.raises(EvidenceError, match="SHA-256 differs"):
        read_capture(landing, one.model_copy(update={"payload_sha256": "0" * 64}))
    with pytest.raises(EvidenceError, match="no response record"):
        read_capture(landing, one.model_copy(update={"warc_offset": other.warc_offset, "warc_length": other.warc_length}))
    with pytest.raises(EvidenceError, match="cut short"):
        read_capture(landing, one.model_copy(update={"warc_length": 10_000_000}))
    with pytest.raises(EvidenceError, match="missing"):
        read_capture(landing, one.model_copy(update={"warc_file": "captures/s/r/none.warc.gz"}))
    with pytest.raises(EvidenceError, match="cannot be read"):
        read_capture(landing, one.model_copy(update={"warc_offset": one.warc_offset + 1}))


@pytest.mark.parametrize("cut", [1, 40, 300])
def test_whole_members_end_before_a_torn_one(landing: Landing, cut: int) -> None:
    one, other = write(landing, exchange(b"one" * 500), exchange(b"other" * 500))
    data = landing.open(one.warc_file).read()[:-cut]
    members = list(whole_members(BytesIO(data)))
    assert (other.warc_offset, other.warc_length) in members
    assert len(members) == 4


def test_what_is_no_warc_or_not_whole_says_so(landing: Landing) -> None:
    (capture,) = write(landing, exchange(os.urandom(15_000)))
    whole = landing.open(capture.warc_file).read()
    torn = whole[: capture.warc_offset + capture.warc_length - 400]
    plain = gzip.decompress(whole)[:-8000]
    for data in (b"no warc at all\r\n", gzip.compress(b"no warc"), torn, plain):
        with pytest.raises(BadInputError, match="no readable WARC"):
            list(responses(BytesIO(data), place="x"))
    assert list(responses(BytesIO(b""))) == []
