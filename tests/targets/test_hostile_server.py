"""The hostile server itself: enough pages, each answered as described, endless ones bounded, and a definition that holds."""

from __future__ import annotations

import gzip
import http.client
import socket
import zlib
from collections import Counter
from urllib.parse import urlsplit

import pytest
import yaml

from strazha.model.source import Source
from tests.targets.hostile import GOOD_TITLE, HostileServer, definition, write_definition
from tests.targets.hostile_wire import _BROTLI_BOMB, bomb

OUTCOMES = {"advert", "error", "either", "quiet", "refused"}


@pytest.fixture(scope="module")
def server():
    with HostileServer() as running:
        yield running


def raw(server, path: str, limit: int = 1_000_000) -> bytes:
    """What the server sends, byte for byte, up to a limit."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        data = b""
        while len(data) < limit:
            piece = connection.recv(65_536)
            if not piece:
                break
            data += piece
        return data


def test_at_least_fifty_hostile_pages_each_described_once(server):
    hostile = [page for page in server.pages if page.family != "good"]
    assert len(hostile) >= 50
    assert len({page.id for page in server.pages}) == len(server.pages)
    assert {page.outcome for page in server.pages} <= OUTCOMES
    assert all(page.note for page in server.pages)
    assert Counter(page.outcome for page in hostile)["error"] >= 40
    assert len(server.good) == 8


def test_every_linked_page_is_linked_and_every_good_page_reads(server):
    front = raw(server, "/").decode("utf-8", "replace")
    for page in server.pages:
        if page.kind != "start":
            assert f'href="{page.href or page.path}"' in front, page.id
    for page in server.good:
        assert GOOD_TITLE + page.id in raw(server, page.path).decode()


def test_every_page_that_holds_an_advert_shows_its_title(server):
    for page in server.pages:
        if page.outcome == "advert":
            body = raw(server, page.path, 8_000_000)
            if b"Content-Encoding" in body[:500]:
                body = gzip.decompress(body.partition(b"\r\n\r\n")[2])
            assert (GOOD_TITLE + page.id).encode() in body, page.id


def test_the_bombs_are_small_and_large():
    assert len(bomb()) < 1_200_000
    unpacker, total = zlib.decompressobj(zlib.MAX_WBITS + 16), 0
    data = bomb()
    while data and total < 50_000_000:
        total += len(unpacker.decompress(data, 10_000_000))
        data = unpacker.unconsumed_tail
    assert total >= 50_000_000
    assert len(_BROTLI_BOMB) == 203


def test_resets_and_noise_are_what_they_are_called(server):
    with pytest.raises(ConnectionResetError):
        raw(server, "/item/reset-early")
    assert raw(server, "/item/closed") == b""
    assert not raw(server, "/item/noise").startswith(b"HTTP/")
    assert raw(server, "/nothing").startswith(b"HTTP/1.1 404")


def test_the_endless_body_has_an_end(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", "/item/body-endless")
    answer, total = connection.getresponse(), 0
    while piece := answer.read(1 << 20):
        total += len(piece)
    assert 100_000_000 < total < 200_000_000


def test_the_neighbour_notices_visits(server):
    address = urlsplit(server.neighbour_url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=5)
    connection.request("GET", "/seen")
    assert connection.getresponse().read() == b"secret"
    assert server.neighbour_hits.pop() == "/seen"


def test_the_definition_holds_and_can_be_written(server, tmp_path):
    source = Source.model_validate(definition(server, retention_days=2))
    assert source.retention_days == 2
    assert source.hosts[0].ports == (server.port,)
    written = yaml.safe_load(write_definition(server, tmp_path).read_text(encoding="utf-8"))
    assert Source.model_validate(written).start[0] == server.base_url + "/"
