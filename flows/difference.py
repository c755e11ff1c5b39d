"""A changed catalogue tried on a corpus: read each advert once, screen it with both catalogues."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from flows.corpus import Named, Refuse, look_through

if TYPE_CHECKING:
    from indicators.catalogue import CatalogueEntry
    from indicators.difference import Difference


def difference(
    corpus: Iterable[Named],
    before: dict[str, CatalogueEntry],
    after: dict[str, CatalogueEntry],
    *,
    refuse: Refuse,
    most: int = 1000,
) -> Difference:
    """What ``after`` finds in the corpus that ``before`` does not, and the other way round."""
    from flows.steps.reading import semantic_finder
    from indicators.difference import Difference
    from indicators.screener import Screener

    finder = semantic_finder()
    found = Difference(Screener(finder, entries=before), Screener(finder, entries=after), most=most)
    look_through(corpus, found, refuse)
    return found


def catalogues(
    changed: Iterable[Path], before: Path | None, *, whole: bool
) -> tuple[dict[str, CatalogueEntry], dict[str, CatalogueEntry]]:
    """The catalogue to compare with (the one in use, or a folder) and the changed one."""
    from indicators import catalogue

    base = catalogue.load() if before is None else catalogue.changed({}, [before], whole=True)
    return base, catalogue.changed(base, changed, whole=whole)
