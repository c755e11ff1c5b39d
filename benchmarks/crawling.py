"""Plain Scrapy against Strazha's engine on a loopback site, side by side.

    .venv/bin/python -m benchmarks.crawling [PAGES]

Plain Scrapy fetches the same pages and throws them away; plain Scrapy with parsel also reads title, body and price. The engine
guards, captures to WARC, hashes, reads the same fields and writes adverts. Each runs in a process of its own; the figure is
pages a second between first and last page, start-up left out, the best of three.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from typing import Any

from crawlers.engine import crawl
from strazha.evidence.landing import Landing
from strazha.model.source import Source

ROUNDS = 3
_SITE = r"""
import sys
from twisted.internet import reactor
from twisted.web import resource, server

COUNT = int(sys.argv[1])
TEXT = "<p>Garden table of oak, seats six, some scratches, collect in person. " + "Sturdy and dry. " * 60 + "</p>"

class Pages(resource.Resource):
    isLeaf = True
    def render_GET(self, request):
        request.setHeader(b"content-type", b"text/html; charset=utf-8")
        name = request.path.decode().rpartition("/")[2]
        if name == "list":
            return "".join(f'<a class="item" href="/item/{n}">{n}</a>' for n in range(COUNT)).encode()
        return (f"<html><body><nav>{'<a href=/x>x</a>' * 60}</nav><article><h1>Advert {name}</h1>"
                f"<div class='body'>{TEXT * 3}</div><p class='price'>{name} EUR</p></article></body></html>").encode()

port = reactor.listenTCP(0, server.Site(Pages()), interface="127.0.0.1")
print(port.getHost().port, flush=True)
reactor.run()
"""
_PLAIN = r"""
import json, sys, time
import scrapy
from scrapy.crawler import AsyncCrawlerProcess

class Plain(scrapy.Spider):
    name = "plain"
    start_urls = [sys.argv[1]]
    times = []
    def parse(self, response):
        for link in response.css("a.item::attr(href)").getall():
            yield response.follow(link, self.parse_item)
    def parse_item(self, response):
        self.times.append(time.monotonic())
        if sys.argv[2] == "parsel":
            yield {"title": response.css("h1::text").get(), "body": " ".join(response.css(".body ::text").getall()),
                   "price": response.css(".price::text").get()}

process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
                               "WARN_ON_GENERATOR_RETURN_VALUE": False})
process.crawl(Plain)
process.start()
print(json.dumps([len(Plain.times), Plain.times[-1] - Plain.times[0]]))
"""


def plain(url: str, mode: str) -> float:
    """Pages a second of plain Scrapy."""
    done = subprocess.run([sys.executable, "-c", _PLAIN, url, mode], capture_output=True, text=True, check=True)
    pages, seconds = json.loads(done.stdout.splitlines()[-1])
    return float(pages) / float(seconds)


def engine(port: int) -> float:
    """Pages a second of the engine, by the times its captures carry."""
    source = Source.model_validate(_definition(port))
    with tempfile.TemporaryDirectory() as folder:
        landing = Landing(folder)
        report = crawl(source, landing, "bench")
        lines = [json.loads(line)["fetched_at"] for _, line in landing.iter_lines("captures/bench/bench", "captures")]
        assert report.errors == (), report.errors
        seconds = (_moment(lines[-1]) - _moment(lines[1])) or 1e-9
        return (len(lines) - 1) / seconds


def _moment(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def _definition(port: int) -> dict[str, Any]:
    return {
        "id": "bench", "name": "Benchmark", "kind": "classifieds", "country": "BG", "start": [f"http://127.0.0.1:{port}/list"],
        "hosts": [{"host": "127.0.0.1", "ports": [port], "private": True}], "schedule": "0 0 1 1 *", "retention_days": 1,
        "legal_basis": {
            "authority": "None", "statute": "None: invented pages on loopback", "purpose": "Benchmark", "officer": "Nobody",
            "valid_from": "2020-01-01", "valid_until": "2099-12-31",
        },
        "politeness": {
            "delay": 0, "concurrency": 16, "robots": False, "pages_per_day": 10**9,
            "user_agent": "Strazha-bench (a@example.org)",
        },
        "listing": {"adverts": [{"css": "a.item"}]},
        "advert": {
            "key": {"url": r"/item/(\d+)"},
            "fields": {"title": {"css": "h1"}, "body": {"css": ".body"}, "price": {"css": ".price"}},
        },
    }  # fmt: skip


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    site = subprocess.Popen([sys.executable, "-c", _SITE, str(count)], stdout=subprocess.PIPE, text=True)
    try:
        assert site.stdout is not None
        port = int(site.stdout.readline())
        url = f"http://127.0.0.1:{port}/list"
        rows: dict[str, list[float]] = {}
        for _ in range(ROUNDS):  # in turns, so that a busy moment of the machine hits all alike
            rows.setdefault("Scrapy, fetch only", []).append(plain(url, "fetch"))
            rows.setdefault("Scrapy, parsel", []).append(plain(url, "parsel"))
            rows.setdefault("Strazha: guard, WARC, fields, adverts", []).append(engine(port))
            time.sleep(0.2)
    finally:
        site.terminate()
        site.wait()
    names = ("scrapy", "twisted", "parsel", "selectolax", "warcio", "pydantic")
    print(f"{count} pages of about 4 KB from loopback, {os.cpu_count()} cores, Python {platform.python_version()}, "
          + ", ".join(f"{name} {version(name)}" for name in names))  # fmt: skip
    print(f"pages a second, best (and all) of {ROUNDS} rounds")
    for name, rates in rows.items():
        print(f"{name:40} {max(rates):7.0f}   ({', '.join(f'{rate:.0f}' for rate in rates)})")


if __name__ == "__main__":
    main()
