"""The demo, as a newcomer runs it: both crawls, the summary, then the review pages with their one-time login."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import httpx
import pytest

from examples.site import adverts, changes
from review import i18n
from review.sentences import said
from strazha.ledger import open_ledger
from strazha.settings import Settings
from strazha.store import open_index

ROOT = Path(__file__).parents[2]
#: The bar is 90 s for the run itself on two idle cores; tests share theirs, so only a hang should fail here.
SECONDS = 240


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A demo that serves on a free port: its folder, what it printed, and the address of its pages."""
    home = tmp_path_factory.mktemp("demo") / "home"
    log = home.parent / "out.txt"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("STRAZHA_", "PREFECT_"))}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "examples.demo", "--home", str(home), "--port", "0"],
            cwd=ROOT, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=env | {"COLUMNS": "160", "STRAZHA_ENCODER": "off"},
        )  # fmt: skip
    try:
        end = time.monotonic() + SECONDS
        address = None
        while address is None and process.poll() is None and time.monotonic() < end:
            time.sleep(0.3)
            address = re.search(r"review pages: (http://127\.0\.0\.1:\d+)", log.read_text("utf-8"))
        assert address is not None, log.read_text("utf-8")[-4000:]
        yield home, log.read_text("utf-8"), address.group(1)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


@pytest.mark.slow
def test_demo_tells_exactly_what_changed_between_the_two_states(demo: tuple[Path, str, str]) -> None:
    home, _, _ = demo
    with open_ledger(Settings(home=home).ledger) as ledger:
        second, first = ledger.runs(limit=2)
        assert [first.state, second.state] == ["completed", "completed"]
        for crawl in first.crawls:
            shown = [advert for advert in adverts(1) if advert.source_id == crawl.source_id]
            assert (crawl.adverts, crawl.new, crawl.changed, crawl.gone) == (len(shown), len(shown), 0, 0)
        for crawl in second.crawls:
            expected = changes().of(crawl.source_id)
            found = (crawl.new, crawl.changed, crawl.gone)
            assert found == (len(expected.new), len(expected.changed), len(expected.gone))


@pytest.mark.slow
def test_demo_says_what_it_found_in_words(demo: tuple[Path, str, str]) -> None:
    _, text, _ = demo
    for part in ("of an operation", "of independent people", "harmless", "The head of the queue", "are of one hand"):
        assert part in text


@pytest.mark.slow
def test_demo_serves_review_pages_with_its_one_time_login(demo: tuple[Path, str, str]) -> None:
    _, text, address = demo
    password = re.search(r"password (\S+) ", text)
    assert password is not None
    with urllib.request.urlopen(f"{address}/login", timeout=20) as page:
        assert page.status == 200
    with httpx.Client(base_url=address, follow_redirects=True, headers={"Origin": address}) as client:
        assert "login" in str(client.get("/").url)
        entered = client.post("/login", data={"name": "demo", "password": password.group(1)})
        assert entered.status_code == 200
        assert "login" not in str(entered.url)
        wrong = httpx.post(f"{address}/login", data={"name": "demo", "password": "no"}, headers={"Origin": address})
        assert wrong.status_code in {400, 401, 403}


@pytest.mark.slow
def test_every_stored_sentence_of_the_demo_is_shown_in_bulgarian(demo: tuple[Path, str, str]) -> None:
    home, _, _ = demo
    settings, stored = Settings(home=home), set()
    with open_ledger(settings.ledger) as ledger, open_index(settings) as index:
        for cluster in ledger.scan_clusters():
            stored.update(event.text for event in cluster.history)
            stored.update(hit.note for hit in cluster.hits)
            stored.update(
                reason.text for reason in cluster.reasons if reason.code.partition(":")[0] not in {"indicator", "counter"}
            )
            stored.update(reason.text for item in index.links(cluster.id) for reason in item.link.reasons)
            for doc in index.adverts(cluster.members):
                stored.update(hit.note for hit in doc.screening.hits)
                reasons = doc.screening.reasons
                stored.update(one.text for one in reasons if one.code.partition(":")[0] not in {"indicator", "counter"})
    token = i18n._CURRENT.set("bg")
    try:
        # Bare data (a contact, a name, ages) has no words to translate.
        spoken = {text for text in stored if text and not re.fullmatch(r"\w+:\S+, [^:]+: [\d, ]+", text)}
        untouched = sorted(text for text in spoken if said(text) == text)
    finally:
        i18n._CURRENT.reset(token)
    assert len(stored) > 100
    assert untouched == []
