"""The engine against a small site: what is captured, what is counted, what is refused."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.engine import CrawlFailedError, crawl, recover
from crawlers.engine.order import Order
from crawlers.engine.quota import pages_of_day
from strazha.errors import LegalBasisError
from strazha.evidence.captures import capture_folder, capture_of, find_capture, iter_captures
from strazha.evidence.landing import Landing
from strazha.evidence.verifying import verify_captures
from strazha.evidence.warc import read_capture, read_response, responses
from strazha.model.advert import Advert
from tests.crawlers.conftest import BASIS, RUN, Answer, Site, definition, errors_of, source_of

pytestmark = pytest.mark.live
FOLDER = capture_folder("test-site", RUN)


def adverts_of(landing: Landing, run: str = RUN) -> list[Advert]:
    return [Advert.model_validate_json(line) for _, line in landing.iter_lines(capture_folder("test-site", run), "adverts")]


def test_every_advert_is_captured_once_and_can_be_read_back(site: Site, landing: Landing) -> None:
    site.adverts(range(1, 31))
    site.page("/list", site.answers["/list"].body + b'<a class=next href="/list2">next</a>'.decode())  # type: ignore[operator]
    site.page("/list2", '<a class="item" href="/item/31?from=list2">31</a><a class="item" href="/item/3#photo">again</a>')
    site.page("/item/31", "<h1>Advert 31</h1><div class=body>b</div><p class=price>от 20 до 30 лв</p>")
    report = crawl(source_of(site), landing, RUN)
    found = adverts_of(landing)
    assert (report.state, report.reason, report.errors) == ("completed", "finished", ())
    assert sorted(int(advert.key) for advert in found) == list(range(1, 32))
    assert report.adverts == 31
    assert report.pages == report.requests == 33 == len(site.asked)
    assert report.filled == {"title": 100.0, "body": 100.0, "price": 100.0}
    by_key = {advert.key: advert for advert in found}
    assert by_key["7"].title == "Advert 7"
    assert by_key["7"].body == "Garden table number 7.\nOak."
    assert by_key["7"].price is not None
    assert (by_key["7"].price.amount, by_key["7"].price.currency) == (7.5, "BGN")
    assert landing.verify(FOLDER) == []
    assert verify_captures(landing, FOLDER) == []
    for advert in found:
        capture = capture_of(landing, advert)
        payload = read_capture(landing, capture)
        assert payload == site.answers[f"/item/{advert.key}"].body.encode()  # type: ignore[union-attr]
        assert hashlib.sha256(payload).hexdigest() == capture.payload_sha256
        assert advert.title.encode() in payload


def test_request_and_response_lie_in_the_warc_with_digest_and_link(site: Site, landing: Landing) -> None:
    from warcio.archiveiterator import ArchiveIterator

    site.page("/list", "<a class=item href=/item/1>1</a>")
    packed = gzip.compress(b"<h1>Packed</h1><div class=body>x</div>")
    site.page("/item/1", packed, Content_Encoding="gzip", Set_Cookie="a=1")
    report = crawl(source_of(site), landing, RUN)
    assert report.adverts == 1
    with landing.open(f"{FOLDER}/01-captures-00001.warc.gz") as handle:
        records = [
            (record.rec_type, dict(record.rec_headers.headers), record.http_headers, record.raw_stream.read())
            for record in ArchiveIterator(handle, check_digests="raise")
        ]
    assert [kind for kind, *_ in records] == ["warcinfo", "response", "request", "response", "request"]
    _, headers, http, payload = records[3]
    assert payload == packed  # the bytes as sent, content encoding on
    assert http.get_header("Content-Encoding") == "gzip"
    assert headers["WARC-Payload-Digest"] == "sha256:" + hashlib.sha256(packed).hexdigest()
    assert headers["WARC-IP-Address"] == "127.0.0.1"
    assert records[4][1]["WARC-Concurrent-To"] == headers["WARC-Record-ID"]
    assert "Strazha-tests" in records[4][2].get_header("User-Agent")
    assert adverts_of(landing)[0].title == "Packed"


def test_errors_redirects_and_robots_are_captured_too(site: Site, landing: Landing) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /item/4\n", Content_Type="text/plain")
    site.page("/list", "".join(f"<a class=item href=/item/{n}>{n}</a>" for n in range(1, 6)))
    site.page("/item/1", "<h1>One</h1>")
    site.page("/item/2", status=302, Location="/item/1?moved")
    site.page("/item/3", "gone", 410)
    site.page("/item/5", "down", 503)
    source = source_of(site, politeness={**definition(site)["politeness"], "robots": True, "retries": 1})
    report = crawl(source, landing, RUN)
    statuses = sorted((capture.url.rpartition("/")[2], capture.status) for capture in iter_captures(landing, "test-site", RUN))
    assert statuses == [
        ("1", 200), ("1?moved", 200), ("2", 302), ("3", 410), ("5", 503), ("5", 503), ("list", 200), ("robots.txt", 200),
    ]  # fmt: skip
    assert errors_of(report) == {"http 410": ["item/3"], "http 503": ["item/5"], "robots": ["item/4"]}
    assert "/item/4" not in site.asked
    # A site in trouble, or a page that robots.txt closed: those adverts are not gone, and nothing else is called gone today.
    assert report.reason == "advert pages unread"
    assert len(report.unread) == 2


@pytest.mark.parametrize(("status", "reads"), [(404, True), (500, False)])
def test_robots_missing_permits_robots_in_trouble_forbids(site: Site, landing: Landing, status: int, reads: bool) -> None:
    site.adverts(range(1, 3))
    site.page("/robots.txt", "oops", status)
    report = crawl(source_of(site, politeness={**definition(site)["politeness"], "robots": True}), landing, RUN)
    assert (report.adverts == 2) is reads
    assert ("robots" in errors_of(report)) is not reads


def test_unchanged_pages_keep_their_hash_and_only_changed_ones_change(site: Site, landing: Landing) -> None:
    site.adverts(range(1, 21))
    crawl(source_of(site), landing, "20261121T100000Z-aaaa")
    for n in (3, 8):
        site.page(f"/item/{n}", f"<h1>Advert {n}, lower price</h1><div class=body>b</div><p class=price>1 лв.</p>")
    site.adverts(range(25, 30), list_path="/more")
    items = [n for n in range(1, 30) if (n not in {5, 6} and n < 21) or n >= 25]
    site.page("/list", "".join(f'<a class="item" href="/item/{n}">{n}</a>' for n in items))
    crawl(source_of(site), landing, "20261121T110000Z-bbbb")
    before = {advert.id: advert.content_hash for advert in adverts_of(landing, "20261121T100000Z-aaaa")}
    after = {advert.id: advert.content_hash for advert in adverts_of(landing, "20261121T110000Z-bbbb")}
    assert len(after.keys() - before.keys()) == 5
    assert len(before.keys() - after.keys()) == 2
    assert sum(before[one] != after[one] for one in before.keys() & after.keys()) == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"legal_basis": None}, "no legal basis"),
        ({"legal_basis": {**BASIS, "valid_until": "2026-01-01"}}, "in force from"),
        ({"legal_basis": {**BASIS, "valid_from": "2098-01-01"}}, "in force from"),
    ],
)
def test_without_a_legal_basis_in_force_nothing_is_asked_for(
    site: Site, landing: Landing, change: dict[str, Any], reason: str
) -> None:
    site.adverts(range(1, 3))
    with pytest.raises(LegalBasisError, match=reason):
        crawl(source_of(site, **change), landing, RUN)
    assert site.asked == []


def test_the_page_cap_holds_over_all_runs_of_a_day(site: Site, landing: Landing) -> None:
    site.adverts(range(1, 31))
    source = source_of(site, politeness={**definition(site)["politeness"], "pages_per_day": 40})
    first = crawl(source, landing, "20261121T100000Z-aaaa")
    second = crawl(source, landing, "20261121T110000Z-bbbb")
    third = crawl(source, landing, "20261121T120000Z-cccc")
    assert (first.reason, first.pages) == ("finished", 31)
    assert (second.reason, second.pages) == ("page cap", 9)
    assert (third.reason, third.pages) == ("page cap", 0)
    assert len(site.asked) == 40
    assert pages_of_day(landing, "test-site", datetime.now(UTC).date()) == 40


def test_a_listing_in_trouble_or_without_adverts_is_no_complete_crawl(site: Site, landing: Landing) -> None:
    site.adverts(range(1, 4))
    site.answers["/list"].body += "<a class=next href=/broken>next</a>"  # type: ignore[operator]
    site.page("/broken", "no", 500)
    assert crawl(source_of(site), landing, "20261121T100000Z-aaaa").reason == "listing pages failed"
    site.page("/list", "<p>Welcome to our new design</p>")
    assert crawl(source_of(site), landing, "20261121T110000Z-bbbb").reason == "no adverts found"


def test_paging_by_number_ends_with_the_last_new_advert(site: Site, landing: Landing) -> None:
    for page in range(1, 5):
        links = "".join(f'<a class="item" href="/item/{n}">{n}</a>' for n in range(page * 3, page * 3 + 3))
        site.page(f"/list?page={page}" if page > 1 else "/list", links)
    site.page("/list?page=5", '<a class="item" href="/item/14">shown on every page beyond the last</a>')
    for n in range(3, 15):
        site.page(f"/item/{n}", f"<h1>{n}</h1>")
    source = source_of(site, listing={"adverts": [{"css": "a.item"}], "paging": {"parameter": "page"}})
    report = crawl(source, landing, RUN)
    assert report.adverts == 12
    assert sorted(path for path in site.asked if path.startswith("/list")) == [
        "/list", "/list?page=2", "/list?page=3", "/list?page=4", "/list?page=5",
    ]  # fmt: skip


def test_json_listing_with_whole_adverts_needs_no_further_pages(site: Site, landing: Landing) -> None:
    rows = [
        {"no": n, "head": f"Row {n}", "text": "<p>A &amp; B</p>", "cost": n, "at": "2026-11-20T09:00:00"} for n in range(1, 6)
    ]
    site.page("/list", json.dumps({"data": {"rows": [*rows, {"no": 9}]}}), Content_Type="application/json")
    fields = {
        "url": {"jmespath": "no", "clean": [{"regex": r"(\d+)"}]},
        "title": {"jmespath": "head"},
        "body": {"jmespath": "text", "clean": ["unhtml"]},
        "price": {"jmespath": "cost", "clean": [{"price": "EUR"}]},
        "posted_at": {"jmespath": "at"},
    }
    source = source_of(
        site, listing={"items": {"jmespath": "data.rows"}}, advert={"key": {"field": {"jmespath": "no"}}, "fields": fields}
    )
    report = crawl(source, landing, RUN)
    found = adverts_of(landing)
    assert [(one.key, one.title, one.body) for one in found] == [(str(n), f"Row {n}", "A & B") for n in range(1, 6)]
    assert str(found[0].posted_at) == "2026-11-20 07:00:00+00:00"  # Sofia is two hours ahead
    assert site.asked == ["/list"]
    assert errors_of(report) == {"fields": ["list"]}


def test_warc_files_are_begun_anew_at_a_size(site: Site, landing: Landing) -> None:
    site.adverts(range(1, 31))
    crawl(source_of(site), landing, RUN, warc_bytes=5_000)
    kinds = [entry.kind for entry in landing.entries(FOLDER)]
    assert kinds.count("warc") == kinds.count("captures") > 3
    assert len(adverts_of(landing)) == 30
    assert verify_captures(landing, FOLDER) == []


def test_a_second_call_returns_the_same_report_and_asks_for_nothing(site: Site, landing: Landing) -> None:
    site.adverts(range(1, 6))
    first = crawl(source_of(site), landing, RUN)
    asked = list(site.asked)
    assert crawl(source_of(site), landing, RUN) == first
    assert site.asked == asked


def _start(site: Site, landing: Landing, seconds: float = 60) -> subprocess.Popen[bytes]:
    """The crawl's own process, as ``crawl`` starts it."""
    order = Order(source=source_of(site), landing=landing.root, run_id=RUN, attempt=1, pages_left=9999, seconds_left=seconds)
    process = subprocess.Popen(
        [sys.executable, "-m", "crawlers.engine.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(order.line().encode() + b"\n")
    process.stdin.flush()
    return process


def _until(condition: Any, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_after_kill_9_everything_written_is_recovered_and_the_rest_is_fetched(site: Site, landing: Landing) -> None:
    site.adverts(range(1, 201))
    slow = Answer(act=lambda handler: (time.sleep(0.05), handler.send_error(404))[0])  # type: ignore[func-returns-value]
    site.answers["/item/150"] = slow
    process = _start(site, landing)
    _until(lambda: len(site.asked) > 90)
    process.kill()
    process.wait()
    parts = landing.parts(FOLDER)
    assert len(parts) == 3
    # What a power cut may add: a torn end.
    for name in parts:
        with open(landing.path(FOLDER, name) + ".part", "ab") as part:
            part.write(b"\x1f\x8b\x08 torn")
    closed = recover(landing, "test-site", RUN)
    assert len(closed) == 3
    assert landing.parts(FOLDER) == []
    assert {entry.note for entry in landing.entries(FOLDER)} == {"interrupted"}
    saved = adverts_of(landing)
    assert len(saved) > 50
    assert verify_captures(landing, FOLDER) == []
    assert all(find_capture(landing, "test-site", RUN, advert.capture_id) for advert in saved)
    assert recover(landing, "test-site", RUN) == []
    before = len(site.asked)
    report = crawl(source_of(site), landing, RUN)
    assert report.adverts == 199 == len({advert.id for advert in adverts_of(landing)}) == len(adverts_of(landing))
    assert len(site.asked) - before <= 201 - len(saved)


def test_recovery_survives_a_death_between_rename_and_manifest(site: Site, landing: Landing) -> None:
    site.adverts(range(1, 6))
    crawl(source_of(site), landing, RUN)
    whole = adverts_of(landing)
    os.remove(landing.path(FOLDER, "manifest.jsonl"))
    os.remove(landing.path(FOLDER, "report.json"))
    assert adverts_of(landing) == []
    recover(landing, "test-site", RUN)
    assert adverts_of(landing) == whole
    assert verify_captures(landing, FOLDER) == []


def test_the_process_ends_with_its_parent(site: Site, landing: Landing) -> None:
    site.adverts(range(1, 3))
    site.answers["/item/1"] = Answer(act=lambda handler: time.sleep(20))
    process = _start(site, landing)
    _until(lambda: "/item/1" in site.asked)
    assert process.stdin is not None
    process.stdin.close()  # what the system does when the parent dies
    assert process.wait(timeout=5) == 3


def test_shutdown_closes_its_files_and_a_further_call_goes_on(site: Site, landing: Landing) -> None:
    site.adverts(range(1, 21))
    site.answers["/item/5"] = Answer(act=lambda handler: (time.sleep(1), handler.send_error(404))[0])  # type: ignore[func-returns-value]
    process = _start(site, landing)
    _until(lambda: len(site.asked) > 10)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    assert landing.parts(FOLDER) == []
    report = crawl(source_of(site), landing, RUN)
    assert (report.state, report.reason, report.adverts) == ("completed", "finished", 19)


def test_time_ends_a_crawl(site: Site, landing: Landing) -> None:
    site.adverts(range(1, 4))
    for n in range(1, 4):
        site.answers[f"/item/{n}"] = Answer(act=lambda handler: time.sleep(30))
    started = time.monotonic()
    report = crawl(source_of(site), landing, RUN, time_limit=2)
    assert time.monotonic() - started < 20
    assert (report.state, report.reason) == ("interrupted", "time limit")


def test_a_landing_area_that_cannot_be_written_fails_the_crawl(site: Site, tmp_path: Path) -> None:
    site.adverts(range(1, 4))
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "captures").write_text("a file where a folder belongs")
    with pytest.raises((CrawlFailedError, OSError)):
        crawl(source_of(site), Landing(str(tmp_path / "landing")), RUN)


def test_a_body_that_is_too_large_is_cut_captured_and_reported(site: Site, landing: Landing) -> None:
    site.page("/list", "<a class=item href=/item/1>1</a>")
    site.page("/item/1", b"x" * 3_000_000)
    report = crawl(source_of(site), landing, RUN)
    assert errors_of(report) == {"too large": ["item/1"]}
    capture = next(one for one in iter_captures(landing, "test-site", RUN) if one.url.endswith("/item/1"))
    assert 1_000_000 < len(read_response(landing, capture).payload) < 1_400_000
    with landing.open(capture.warc_file) as handle:
        assert len(list(responses(handle))) == 2
