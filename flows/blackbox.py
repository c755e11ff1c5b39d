"""The black-box contract: rows in, rows out, no database. What ``strazha screen`` prints and outsiders measure.

Rows need ``id``, ``title`` and ``body``; ``country``, ``site`` and ``city`` are used where present, other keys are ignored.
The shape of the rows that come out is fixed from version 0.1 on: keys may be added, never renamed or removed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flows.imports.mapping import clean
from flows.steps import Unreadable, screen_adverts
from strazha.clock import now
from strazha.errors import BadInputError
from strazha.model import Advert, Screening

#: Source id of adverts that come without a platform.
SOURCE = "blackbox"


def advert_of(row: dict[str, Any]) -> Advert:
    """The advert a row describes. Raises ValueError where ``id`` is missing or a text is no string."""
    texts = {}
    for name in ("title", "body"):
        value = row.get(name)
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{name} must be a string, this is a {type(value).__name__}")
        texts[name] = clean(value or "")
    if row.get("id") in (None, ""):
        raise ValueError("id is missing")
    country = row.get("country")
    known = isinstance(country, str) and len(country) == 2 and country.isascii() and country.isalpha()
    return Advert(
        source_id=str(row.get("site") or SOURCE),
        key=clean(str(row["id"])),
        country=country.upper() if known and isinstance(country, str) else None,
        place=clean(str(row.get("city") or "")),
        captured_at=now(),
        **texts,
    )


def screen_rows(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Screen rows one after another in bounded memory; a row that cannot be used raises BadInputError with its number."""

    def refuse(number: int, row: dict[str, Any], reason: str) -> None:
        raise BadInputError(reason, place=f"row {number}, id {row.get('id')!r}", remedy="mend the row, or leave it out")

    return screen_numbered(enumerate(rows, 1), refuse)


def screen_numbered(
    rows: Iterable[tuple[int, dict[str, Any]]], refuse: Callable[[int, dict[str, Any], str], None]
) -> Iterator[dict[str, Any]]:
    """The same for rows with their line numbers.

    A row that cannot be an advert, or whose text breaks the reader, goes to ``refuse`` with the reason and gives no output.
    """
    waiting: deque[tuple[int, dict[str, Any]]] = deque()

    def adverts() -> Iterator[Advert]:
        for number, row in rows:
            try:
                advert = advert_of(row)
            except ValueError as error:
                refuse(number, row, str(error))
                continue
            waiting.append((number, row))
            yield advert

    for result in screen_adverts(adverts()):
        number, row = waiting.popleft()
        if isinstance(result, Unreadable):
            refuse(number, row, result.error)
        else:
            yield output_row(clean(row["id"]) if isinstance(row["id"], str) else row["id"], result)


def output_row(row_id: Any, screening: Screening) -> dict[str, Any]:
    """A screening in the shape of the contract."""
    return {
        "id": row_id,
        "languages": [guess.plain() for guess in screening.languages],
        "latin_bg": screening.latin_bg,
        "ad_type": str(screening.ad_type),
        "mentions": [mention.plain() for mention in screening.mentions],
        "hits": [hit.plain() for hit in screening.hits],
        "score": screening.score,
        "band": str(screening.band),
        "reasons": [reason.plain() for reason in screening.reasons],
        "pipeline": screening.pipeline.plain(),
    }
