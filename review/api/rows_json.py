"""Rows, facets and lines of scores as the API tells them, from those of the pages."""

from __future__ import annotations

from collections.abc import Iterable

from review.api import records
from review.blocks import Facet, Line, Row
from review.i18n import tr


def lines(found: Iterable[Line]) -> list[records.ScoreLine]:
    """Lines of a score."""
    return [records.ScoreLine(text=one.text, points=one.points) for one in found]


def rows(found: Iterable[Row]) -> list[records.Row]:
    """Rows of a list."""
    return [_row(one) for one in found]


def _row(one: Row) -> records.Row:
    return records.Row.model_validate({
        "kind": one.kind, "id": one.id, "title": one.title, "band": one.band, "score": one.score,
        "head_of_queue": one.head_of_queue, "size": one.size, "ad_types": [str(kind) for kind in one.ad_types],
        "sources": list(one.sources), "languages": list(one.languages), "places": list(one.places),
        "first_seen": one.first_seen, "last_seen": one.last_seen, "gone_since": one.gone_since,
        "evidence": lines(one.evidence), "counter_evidence": lines(one.counter), "more_reasons": one.more,
        "decision": one.decision, "decided_at": one.decided_at, "holder": one.holder, "review": one.review,
        "snippet": "".join(text for text, _ in one.snippet),
    })  # fmt: skip


def facets(found: Iterable[Facet]) -> list[records.Facet]:
    """Facets with their values, most frequent first."""
    return [
        records.Facet(
            field=one.field,
            label=tr(one.label),
            values=[records.FacetValue(value=value.value, label=tr(value.label), count=value.count) for value in one.values],
        )
        for one in found
    ]
