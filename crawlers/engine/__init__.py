"""The engine: one crawl of one source, in a process of its own."""

from crawlers.engine.crawl import CrawlFailedError, check_legal_basis, crawl, read_report
from crawlers.engine.recovery import recover
from crawlers.engine.watch import Progress

__all__ = ["CrawlFailedError", "Progress", "check_legal_basis", "crawl", "read_report", "recover"]
