"""Counting what a crawl does, for its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from crawlers.guard.guard import shown
from strazha.clock import now
from strazha.model.advert import Advert
from strazha.model.run import CrawlReport, PageError

#: Errors of one kind that are listed page by page; the rest is one line with its count.
_EXAMPLES = 200
_DETAIL = 300
_FIELDS = ("title", "body", "price", "posted_at", "place", "contact", "seller", "category", "images")


class Tally:
    """Counts of one crawl; :meth:`report` makes the record."""

    def __init__(self, started_at: datetime) -> None:
        self.started_at = started_at
        self.requests = 0
        self.pages = 0
        self.bytes = 0
        self.adverts = 0
        self._filled: Counter[str] = Counter()
        self._errors: dict[tuple[str, str], PageError] = {}
        self._kinds: Counter[str] = Counter()
        self._unread: dict[str, None] = {}
        #: Why the crawl may have missed adverts that are still there; the first reason counts.
        self.incomplete = ""

    def advert(self, advert: Advert) -> None:
        """Count an advert and its filled fields."""
        self.adverts += 1
        self._filled.update(name for name in _FIELDS if getattr(advert, name))
        self._filled.update(f"extra.{name}" for name in advert.extra)

    def error(self, kind: str, url: str = "", detail: str = "") -> None:
        """Count an error; the same kind at the same address is one entry with a count."""
        key = (kind, shown(url))
        known = self._errors.get(key)
        if known is None and self._kinds[kind] >= _EXAMPLES:
            key = (kind, "")
            known = self._errors.get(key)
            detail = f"further pages beyond the first {_EXAMPLES}"
        if known is not None:
            self._errors[key] = known.model_copy(update={"count": known.count + 1})
            return
        self._kinds[kind] += 1
        text = "".join(char if char.isprintable() else " " for char in detail)
        self._errors[key] = PageError(kind=kind, url=key[1], detail=text[:_DETAIL])

    def missed(self, reason: str) -> None:
        """Note that the crawl is not complete."""
        self.incomplete = self.incomplete or reason

    def unread(self, advert_ids: Iterable[str]) -> None:
        """Note adverts that a listing named but whose page could not be read: they are not gone."""
        self._unread.update(dict.fromkeys(advert_ids))

    def report(self, source_id: str, run_id: str, *, reason: str) -> CrawlReport:
        """The report, as of now."""
        filled = {name: round(100 * count / self.adverts, 1) for name, count in sorted(self._filled.items())}
        return CrawlReport(
            source_id=source_id, run_id=run_id, state="interrupted" if reason in {"shutdown", "time limit"} else "completed",
            started_at=self.started_at, finished_at=now(), reason=reason, requests=self.requests, pages=self.pages,
            bytes=self.bytes, adverts=self.adverts, filled=filled, errors=tuple(self._errors.values()),
            unread=tuple(self._unread),
        )  # fmt: skip
