"""Dates as sites write them, with the time zone they are meant in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

_MAX = 120
#: A posting date lies neither before the web nor beyond tomorrow's time zones.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def parse_date(
    text: str, zone: str, fetched_at: datetime, *, formats: Sequence[str] = (), languages: Sequence[str] = ()
) -> datetime | None:
    """The moment a text names, in UTC; times without a zone are in ``zone``. None where no date can be read.

    Tried in order: ``formats`` (strptime), ISO 8601, RFC 2822 (feeds), then a free reading in ``languages``
    ("yesterday, 14:05", "12 ноември"), relative to ``fetched_at``.
    """
    piece = " ".join(text.split())[:_MAX]
    if not piece:
        return None
    found = _by_format(piece, formats) or _iso(piece) or _rfc(piece) or _free(piece, zone, fetched_at, languages)
    if found is None:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(zone))
    try:
        moment = found.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return moment if moment >= _EARLIEST else None


def _by_format(text: str, formats: Sequence[str]) -> datetime | None:
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added by the caller
        except ValueError:
            continue
    return None


def _iso(text: str) -> datetime | None:
    # "20" or "2026" alone would pass as a date of the basic format.
    if len(text) < 8 or not text[:4].isdigit():
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _rfc(text: str) -> datetime | None:
    if not text.isascii() or ":" not in text:
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _free(text: str, zone: str, fetched_at: datetime, languages: Sequence[str]) -> datetime | None:
    if not any(char.isdigit() for char in text) and len(text.split()) > 6:
        return None
    # Imported late: dateparser loads for half a second, and most sites give ISO dates.
    import dateparser

    found = dateparser.parse(
        text,
        languages=list(languages) or None,
        settings={
            "TIMEZONE": zone,
            "RETURN_AS_TIMEZONE_AWARE": True,
            "RELATIVE_BASE": fetched_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None),
            "PREFER_DATES_FROM": "past",
            "DATE_ORDER": "DMY",
            "PREFER_LOCALE_DATE_ORDER": False,
        },
    )
    return found if isinstance(found, datetime) else None
