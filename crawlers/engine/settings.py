"""Scrapy's settings for one crawl, from its source."""

from __future__ import annotations

from functools import partial
from typing import Any

from crawlers.engine.order import Order
from crawlers.guard.guard import Guard
from crawlers.guard.resolver import GuardedResolver

_OFF: dict[str, Any] = {
    # Nothing listens, nothing is told to anybody, nothing goes by a proxy that the guard could not see through.
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "STATS_DUMP": False,
    "LOGSTATS_INTERVAL": 0,
    "MEMUSAGE_ENABLED": False,
    # Redirects by markup would need the page parsed before it is captured and bounded.
    "METAREFRESH_ENABLED": False,
    # The guard knows the hosts; Scrapy's own filter would drop requests without a word in the report.
    "DOWNLOADER_MIDDLEWARES_OFF": {"scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None},
    # Depth is counted by the spider, where paging does not count.
    "DEPTH_STATS_VERBOSE": False,
}


def crawl_settings(order: Order, guard: Guard) -> dict[str, Any]:
    """The settings. Everything not named keeps Scrapy's default."""
    source = order.source
    polite, limits = source.politeness, source.limits
    middlewares: dict[str, int | None] = {
        **_OFF["DOWNLOADER_MIDDLEWARES_OFF"],
        "crawlers.middlewares.guarding.GuardMiddleware": 10,
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "crawlers.middlewares.robots.StrictRobotsMiddleware": 100,
    }
    return {
        **{name: value for name, value in _OFF.items() if name != "DOWNLOADER_MIDDLEWARES_OFF"},
        "LOG_LEVEL": "WARNING",
        "USER_AGENT": polite.user_agent,
        "ROBOTSTXT_OBEY": polite.robots,
        "ROBOTSTXT_USER_AGENT": polite.user_agent,
        "DOWNLOAD_DELAY": polite.delay,
        "CONCURRENT_REQUESTS": max(16, polite.concurrency),
        "CONCURRENT_REQUESTS_PER_DOMAIN": polite.concurrency,
        "AUTOTHROTTLE_ENABLED": polite.delay > 0,
        "AUTOTHROTTLE_START_DELAY": polite.delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(polite.concurrency),
        "EXTENSIONS": {
            "scrapy.extensions.throttle.AutoThrottle": None,
            "crawlers.middlewares.throttle.PoliteThrottle": 0,
        },
        # Scrapy makes as many tasks for every single response; the pipeline writes at once, so that more gain nothing.
        "CONCURRENT_ITEMS": 2,
        "RETRY_TIMES": polite.retries,
        "DOWNLOAD_VERIFY_CERTIFICATES": polite.verify_certificates,
        # The handler bounds bodies as sent; this one bounds what decompression gives.
        "DOWNLOAD_MAXSIZE": limits.decompressed_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "DOWNLOAD_TIMEOUT": limits.page_seconds,
        "REDIRECT_MAX_TIMES": limits.redirects,
        "REDIRECT_ENABLED": True,
        "CLOSESPIDER_TIMEOUT": order.seconds_left,
        "URLLENGTH_LIMIT": 4000,
        "DOWNLOAD_HANDLERS": {
            "http": "crawlers.handlers.capture.CapturingHandler",
            "https": "crawlers.handlers.capture.CapturingHandler",
            "data": None, "file": None, "ftp": None, "s3": None,
        },
        "DOWNLOADER_MIDDLEWARES": middlewares,
        "ITEM_PIPELINES": {"crawlers.pipelines.adverts.AdvertPipeline": 100},
        # Not a path: the guard that refuses must be the one that the report asks.
        "TWISTED_DNS_RESOLVER": partial(GuardedResolver, guard),
    }  # fmt: skip
