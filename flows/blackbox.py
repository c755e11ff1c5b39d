"""The black-box contract: rows in, rows out, no database. What ``strazha screen`` prints and outsiders measure.

Rows need ``id``, ``title`` and ``body``; ``country``, ``site`` and ``city`` are used where present, other keys are ignored.
The shape of the rows that come out is fixed from version 0.1 on: keys may be added, never renamed or removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flows.imports.mapping import clean
from flows.steps import screen_adverts
from strazha.clock import now
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
    """Screen rows one after another in bounded memory; a row that cannot be an advert raises ValueError with its id."""

    def adverts() -> Iterator[Advert]:
        for row in rows:
            try:
                advert = advert_of(row)
            except ValueError as error:
                raise ValueError(f"row {row.get('id')!r}: {error}") from error
            ids.append(clean(row["id"]) if isinstance(row["id"], str) else row["id"])
            yield advert

    ids: list[Any] = []
    for screening in screen_adverts(adverts()):
        yield output_row(ids.pop(0), screening)


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
