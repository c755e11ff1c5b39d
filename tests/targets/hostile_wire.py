"""Hostile HTTP: sizes, content encodings, redirects, status codes, connections and headers."""

from __future__ import annotations

import base64
import gzip
import itertools
import struct
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from tests.targets.hostile_visit import KIND, MEGABYTE, Answer, Page, Visit, advert, exact, item, raw

_TYPE = f"Content-Type: {KIND}"
#: 256 MB of zeros, packed with brotli.
_BROTLI_BOMB = base64.b64decode(
    "z///fwAkAOKxQHLv//n//w+ABEAcFoDu/T////8BkACIwwLQvf/n//8/ABIAcVgAuvf//P//B0ACIA4LQPf+n////wBIAMRhAeje//P//x8ACYA4LADd+3/+"
    "//8DIAEQhwWge//P//9/ACQA4rAAdO//+f//D4AEQBwWgO79P////wGQAIjDAtC9/+f//z8AEgBxWAC69//8//8HQAIgDgtA9/6f////AEgAxGEB6N7/8///"
    "HwAJgDgsAN37f/7//wMgARCHBaB7/z8="
)


def wire_pages(neighbour: str) -> list[Page]:
    """Every page whose answer is hostile below the content."""
    return [*_sizes(), *_codings(), *_redirects(neighbour), *_statuses(), *_connections(), *_headers()]


def _sizes() -> Iterable[Page]:
    def endless(visit: Visit) -> None:
        # Bounded all the same, so that a crawler without bounds fails its test instead of filling the disk.
        visit.stream(itertools.repeat(b"x" * 65_536, 2_000), [_TYPE])

    def drip(visit: Visit) -> None:
        def drops() -> Iterator[bytes]:
            until = time.monotonic() + 60
            while time.monotonic() < until and not visit.stopping.wait(0.2):
                yield b"x"

        visit.stream(drops(), [_TYPE])

    def silent(visit: Visit) -> None:
        visit.stopping.wait(60)

    def slow_head(visit: Visit) -> None:
        visit.send(b"HTTP/1.1 200 OK\r\n")
        for number in range(300):
            if visit.stopping.wait(0.2):
                return
            visit.send(f"X-Slow-{number}: x\r\n".encode())

    yield item(
        "body-20mb", "error", "size", "a body of 20 MB", raw(advert("body-20mb", body="x" * 20 * MEGABYTE).encode(), _TYPE)
    )
    yield item("body-endless", "error", "size", "a chunked body without end (130 MB)", endless)
    yield item("drip", "error", "connection", "five bytes a second for a minute", drip)
    yield item("silent", "error", "connection", "no answer for a minute", silent)
    yield item("slow-head", "error", "connection", "headers that never end, five a second", slow_head)


@cache
def bomb() -> bytes:
    """A gzip file of about 1 MB that unpacks to 1 GB of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    # A full flush ends on a byte and forgets what came before, so that the packed block can be repeated.
    packed = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + packed * 1024 + packer.flush()


def _zstd(data: bytes) -> bytes:
    """A zstd frame with one raw block (no packing), written by hand."""
    block = struct.pack("<I", len(data) << 3 | 1)[:3] + data
    return b"\x28\xb5\x2f\xfd" + b"\xa0" + struct.pack("<I", len(data)) + block


def _codings() -> Iterable[Page]:
    def coded(key: str, outcome: str, note: str, coding: str, body: bytes, family: str = "content-encoding") -> Page:
        return item(key, outcome, family, note, raw(body, _TYPE, f"Content-Encoding: {coding}"))

    def page(key: str) -> bytes:
        return advert(key).encode()

    yield coded("gzip-bomb", "error", "1 MB that unpacks to 1 GB", "gzip", bomb(), "bomb")
    yield coded("gzip-bomb-twice", "error", "the bomb packed once more", "gzip, gzip", gzip.compress(bomb(), 9), "bomb")
    yield coded("deflate-bomb", "error", "deflate that unpacks to 1 GB", "deflate", bomb()[10:], "bomb")
    yield coded("brotli-bomb", "error", "203 bytes that unpack to 256 MB", "br", _BROTLI_BOMB, "bomb")
    yield coded("gzip-good", "advert", "properly packed, to be read", "gzip", gzip.compress(page("gzip-good")))
    yield coded("gzip-upper", "advert", "the encoding's name in capitals", "GZIP", gzip.compress(page("gzip-upper")))
    yield coded("gzip-twice", "either", "packed twice", "gzip, gzip", gzip.compress(gzip.compress(page("gzip-twice"))))
    yield coded(
        "gzip-cut", "either", "packed, cut off in the middle", "gzip", gzip.compress(page("gzip-cut") + bytes(9_999))[:-60]
    )
    yield coded("gzip-false", "either", "called gzip, is plain", "gzip", page("gzip-false"))
    yield coded("gzip-junk", "either", "packed, with junk behind", "gzip", gzip.compress(page("gzip-junk")) + b"junk" * 99)
    yield coded(
        "gzip-members",
        "either",
        "two gzip members in a row",
        "gzip",
        gzip.compress(page("gzip-members")) + gzip.compress(b"<p>"),
    )
    yield coded("deflate-raw", "either", "deflate without its zlib frame", "deflate", zlib.compress(page("deflate-raw"))[2:-4])
    yield coded("brotli-junk", "error", "called brotli, is noise", "br", bytes(range(256)) * 8)
    yield coded("zstd", "either", "zstd, which the crawler may not have asked for", "zstd", _zstd(page("zstd")))
    yield coded("coding-unknown", "either", "an encoding that does not exist", "rot13-lz77", page("coding-unknown"))
    yield coded(
        "coding-many", "either", "five hundred encodings", ", ".join(["gzip"] * 500), gzip.compress(page("coding-many"))
    )


def _redirects(neighbour: str) -> Iterable[Page]:
    def to(location: str, status: str = "302 Found") -> Answer:
        return raw(b"moved", f"Location: {location}", status=status)

    def leading(key: str, family: str, note: str, location: str, leads: str, status: str = "302 Found") -> Page:
        return replace(item(key, "error", family, note, to(location, status)), leads=leads)

    def endless(visit: Visit) -> None:
        count = int(visit.query("n", "0")[:9])
        visit.page(b"", [f"Location: /item/redirect-endless?n={count + 1}"], "302 Found")

    yield item("redirect-endless", "error", "redirect", "ever new addresses", endless)
    yield item("redirect-self", "error", "redirect", "a redirect to itself", to("/item/redirect-self"))
    yield item("redirect-empty", "error", "redirect", "an empty Location", to(""))
    yield item("redirect-none", "error", "redirect", "no Location at all", raw(b"moved", status="301 Moved Permanently"))
    yield leading(
        "redirect-noise", "redirect", "a Location that is no address", "ht!tp://[::::]:99999/%zz\x7f\xff/to-noise", "to-noise"
    )
    yield item("redirect-long", "error", "redirect", "a Location of 100 KB", to("/item/" + "x" * 100_000))
    port = neighbour.rsplit(":", 1)[1]
    bad = {
        "private": "http://10.0.0.1/",
        "metadata": "http://169.254.169.254/latest/meta-data/",
        "neighbour": f"{neighbour}/",
        "ipv6": f"http://[::1]:{port}/",
        "mapped": f"http://[::ffff:127.0.0.1]:{port}/",
        "decimal": f"http://2130706433:{port}/",
        "octal": f"http://0177.0.0.1:{port}/",
        "hex": f"http://0x7f000001:{port}/",
        "short": f"http://127.1:{port}/",
        "zero": f"http://0.0.0.0:{port}/",
        "localhost": f"http://localhost:{port}/",
        "userinfo": "http://127.0.0.1@10.0.0.1/",
        "backslash": f"http://127.0.0.1:{port}\\@10.0.0.1/",
        "scheme-relative": f"//127.0.0.1:{port}/",
        "file": "file:///etc/hostname?",
        "javascript": "javascript:alert(1)//",
        "data": "data:text/html,<h1 class=title>data</h1>",
        "gopher": "gopher://127.0.0.1:25/_",
        "s3": "s3://bucket/",
        "offsite": "http://example.com/",
    }
    for name, location in bad.items():
        yield leading(f"redirect-{name}", "guard", f"a redirect to {location}", f"{location}to-{name}", f"to-{name}")
    yield leading("redirect-307", "guard", "a 307 to the neighbour", f"{neighbour}/to-307", "to-307", "307 Temporary Redirect")


def _statuses() -> Iterable[Page]:
    def answers(code: str, *headers: str, body: bytes = b"") -> Page:
        key = f"status-{code.split(maxsplit=1)[0]}"
        return item(key, "error", "status", f"answers {code}", raw(body, *headers, status=code))

    page = advert("status").encode()
    yield answers("204 No Content")
    yield answers("304 Not Modified")
    yield answers("403 Forbidden", _TYPE, body=page)
    yield answers("404 Not Found", _TYPE, body=page)
    yield answers("410 Gone", _TYPE, body=page)
    yield answers("429 Too Many Requests", "Retry-After: 86400", _TYPE, body=page)
    yield answers("451 Unavailable For Legal Reasons", _TYPE, body=page)
    yield answers("500 Internal Server Error", _TYPE, body=page)
    yield answers("503 Service Unavailable", "Retry-After: never", _TYPE, body=page)
    yield answers("999 Denied", _TYPE, body=page)
    yield item(
        "status-101",
        "error",
        "status",
        "switches to a protocol nobody asked for",
        exact(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
    )
    yield item(
        "status-401",
        "error",
        "status",
        "asks for a password",
        raw(page, 'WWW-Authenticate: Basic realm="x"', _TYPE, status="401 Unauthorized"),
    )


def _connections() -> Iterable[Page]:
    def wire(key: str, outcome: str, note: str, data: bytes, then: str = "") -> Page:
        return item(key, outcome, "connection", note, exact(data, then=then))

    def whole(key: str) -> bytes:
        return advert(key).encode()

    ok = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    yield wire("reset-early", "error", "reset before a byte is sent", b"", "reset")
    yield wire("reset-head", "error", "reset within the headers", b"HTTP/1.1 200 OK\r\nContent-", "reset")
    yield wire(
        "reset-body",
        "either",
        "reset within the body",
        ok + b"Content-Length: 99999\r\n\r\n" + whole("reset-body")[:80],
        "reset",
    )
    yield wire("closed", "error", "closed without an answer", b"")
    yield wire(
        "length-more", "either", "promises more than it sends", ok + b"Content-Length: 99999\r\n\r\n" + whole("length-more")
    )
    yield wire(
        "length-less", "either", "sends more than it promises", ok + b"Content-Length: 60\r\n\r\n" + whole("length-less")
    )
    yield wire(
        "length-negative", "either", "a length below zero", ok + b"Content-Length: -5\r\n\r\n" + whole("length-negative")
    )
    yield wire("length-words", "either", "a length in words", ok + b"Content-Length: ten\r\n\r\n" + whole("length-words"))
    yield wire(
        "length-two", "either", "two lengths", ok + b"Content-Length: 5\r\nContent-Length: 500\r\n\r\n" + whole("length-two")
    )
    yield wire(
        "length-none", "advert", "no length, ends with the connection", ok + b"Connection: close\r\n\r\n" + whole("length-none")
    )
    yield wire(
        "length-vast", "either", "a length of 9 EB", ok + b"Content-Length: 9223372036854775807\r\n\r\n" + whole("length-vast")
    )
    yield wire(
        "chunk-bad", "either", "a chunk size that is no number", ok + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n0\r\n\r\n"
    )
    yield wire("chunk-vast", "error", "a chunk of 16 EB", ok + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nxx")
    yield wire(
        "chunk-cut", "either", "chunked, cut off", ok + b"Transfer-Encoding: chunked\r\n\r\n40\r\n" + whole("chunk-cut")[:30]
    )
    yield wire("noise", "error", "no HTTP at all", bytes(range(128, 256)) * 40)
    yield wire("ssh", "error", "another protocol's greeting", b"SSH-2.0-OpenSSH_9.2\r\n")
    yield wire("http-09", "error", "a page without headers, as in HTTP/0.9", whole("http-09"))


def _headers() -> Iterable[Page]:
    def headed(key: str, outcome: str, note: str, *headers: str) -> Page:
        return item(key, outcome, "headers", note, raw(advert(key).encode(), _TYPE, *headers))

    yield headed("headers-many", "either", "20,000 headers", *(f"X-{n}: {n}" for n in range(20_000)))
    yield headed("header-long", "either", "a header of 2 MB", "X-Long: " + "x" * 2 * MEGABYTE)
    yield headed("header-nul", "either", "NUL and controls in a header", "X-Nul: a\0b\x01\x1b[31m")
    yield headed("header-nameless", "either", "headers without name or colon", ": empty", "no colon here", " folded")
    yield headed("header-latin", "advert", "a header in no known encoding", "X-Title: \xff\xfe\xd0\xc0")
    yield headed("cookies", "advert", "5,000 cookies", *(f"Set-Cookie: c{n}={'x' * 200}; Path=/" for n in range(5_000)))
    yield headed(
        "cookie-huge", "either", "a cookie of 1 MB for another host", f"Set-Cookie: c={'x' * MEGABYTE}; Domain=example.com"
    )
    yield headed(
        "refresh-header", "advert", "a Refresh header to the metadata address", "Refresh: 0; url=http://169.254.169.254/"
    )
    yield headed("link-header", "advert", "a Link header to a private address", "Link: <http://10.0.0.1/>; rel=canonical")
    yield item(
        "type-odd",
        "either",
        "headers",
        "a content type of 50 KB",
        raw(advert("type-odd").encode(), f"{_TYPE}; x={'y' * 50_000}"),
    )
