"""Regular expressions of definitions, run with a time limit on bounded text."""

from __future__ import annotations

from functools import lru_cache

import regex

from crawlers.extract.errors import PageError

#: Seconds for one search and characters of the text searched.
_SECONDS = 0.2
_CHARS = 100_000


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


def search(pattern: str, text: str) -> str | None:
    """Group 1 (or the whole match) of the first match; None without one. Raises :class:`PageError` where it takes too long."""
    try:
        found = _compiled(pattern).search(text[:_CHARS], timeout=_SECONDS)
    except TimeoutError as error:
        raise PageError("pattern", f"regular expression {pattern!r} took longer than {_SECONDS} s") from error
    if found is None:
        return None
    return str(found[1] or "") if found.re.groups else str(found[0])
