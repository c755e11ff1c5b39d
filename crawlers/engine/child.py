"""The crawl's own process: ``python -m crawlers.engine.child``, an :class:`Order` on standard input, messages on its output.

Twisted's reactor cannot be started twice in a process, a parser that hangs can only be ended from outside, and the parent's
libraries (Prefect, FastAPI) stay out of Scrapy's way.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.misc import load_object

from crawlers.engine.job import Job
from crawlers.engine.order import Order
from crawlers.engine.recorder import Recorder
from crawlers.engine.settings import crawl_settings
from crawlers.engine.tally import Tally
from crawlers.guard.guard import Guard
from crawlers.spiders import SPIDERS
from strazha.clock import now
from strazha.evidence.captures import capture_folder
from strazha.evidence.landing import Landing
from strazha.model.advert import Advert

#: Seconds between signs of life while nothing is read.
_ALIVE = 1.0
_REASONS = {"closespider_timeout": "time limit"}


def main() -> int:
    """Run one attempt; 0 when its report is written."""
    # Unbuffered: a thread that waits within Python's buffered standard input would hold its lock when this process exits.
    with open(0, "rb", buffering=0, closefd=False) as stdin:
        order = Order.model_validate_json(stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    landing = Landing(order.landing)
    job = _job(order, landing)
    process = AsyncCrawlerProcess(crawl_settings(order, job.guard))
    crawler = process.create_crawler(load_object(SPIDERS[order.source.spider].replace(":", ".")))
    crawler.signals.connect(lambda: _keep_alive(job), signals.spider_opened, weak=False)
    crawler.signals.connect(lambda failure, response: _spider_error(job, failure, response), signals.spider_error, weak=False)
    process.crawl(crawler, job=job)
    process.start()
    job.recorder.close()
    if job.fatal or not job.closed:
        sys.stderr.write(f"strazha: {job.fatal or 'the crawl did not start'}\n")
        return 1
    reason = _REASONS.get(job.closed, job.closed)
    report = job.tally.report(
        order.source.id, order.run_id, reason=job.tally.incomplete or reason if reason == "finished" else reason
    )
    landing.replace(f"{capture_folder(order.source.id, order.run_id)}/report.json", report.model_dump_json(indent=1).encode())
    job.say("done")
    return 0


def _job(order: Order, landing: Landing) -> Job:
    recorder = Recorder(landing, order.source.id, order.run_id, order.attempt, order.warc_bytes)
    job = Job(order, Guard(order.source), recorder, Tally(now()), set(), set())
    for _, line in landing.iter_lines(capture_folder(order.source.id, order.run_id), "adverts"):
        advert = Advert.model_validate_json(line)
        job.done_ids.add(advert.id)
        job.done_urls.add(advert.url)
        job.tally.advert(advert)
    for url in order.poison:
        job.tally.error("hung", url, "reading it did not end; the attempt was ended and the page left out")
        job.tally.missed("advert pages unread")
    return job


def _end_with_parent() -> None:
    # The parent holds the other end as long as it lives: also after kill -9 this process ends, and leaves parts to recover.
    while os.read(0, 1024):
        pass
    os._exit(3)


def _keep_alive(job: Job) -> None:
    from twisted.internet.task import LoopingCall

    LoopingCall(job.say, "alive").start(_ALIVE)


def _spider_error(job: Job, failure: Any, response: Any) -> None:
    job.tally.error("error", response.url, f"{type(failure.value).__name__}: {failure.value}")
    job.tally.missed("pages failed")


if __name__ == "__main__":
    sys.exit(main())
