"""Documents that the backend contract suite puts into an index."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from strazha.model import (
    Advert,
    AdvertState,
    Cluster,
    Hit,
    LanguageGuess,
    Link,
    LinkReason,
    Mention,
    Outcome,
    Screening,
    Versions,
)
from strazha.store import AdIndex, AdvertDoc, ClusterDoc, LinkDoc, Query

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
PIPELINE = Versions(code="1", nlp="1", catalogue="1")


def mention(kind: str, value: Any) -> Mention:
    return Mention.model_validate(
        {"kind": kind, "text": "x", "value": value, "field": "body", "start": 0, "end": 1, "extractor": "t", "confidence": 1}
    )


def advert(key: str, title: str = "Advert", body: str = "", **options: Any) -> AdvertDoc:
    """A document; options: source, minute, band, score, ad_type, langs, hits, mentions, reading, gone, and AdvertDoc's own."""
    take = options.pop
    seen = START + timedelta(minutes=take("minute", 0))
    raw = Advert(
        source_id=take("source", "alpha"), key=key, title=title, body=body, captured_at=START, country=take("country", None),
        content_hash=take("content_hash", "0" * 64),
    )  # fmt: skip
    state = AdvertState(
        advert_id=raw.id, source_id=raw.source_id, first_seen=seen, last_seen=seen + timedelta(minutes=take("days", 0) * 1440),
        content_hash=raw.content_hash, versions=1, landing_file="f", landing_offset=0, landing_length=1,
        gone_since=START if take("gone", False) else None,
    )  # fmt: skip
    screening = Screening(
        advert_id=raw.id, content_hash=raw.content_hash, screened_at=START, ad_type=take("ad_type", "job"),
        languages=tuple(LanguageGuess(lang=lang, confidence=1) for lang in take("langs", ())),
        hits=tuple(Hit(indicator=name, method="derived", confidence=1) for name in take("hits", ())),
        mentions=tuple(take("mentions", ())), score=take("score", 0), band=take("band", "low"),
        reading=take("reading", ""), pipeline=PIPELINE,
    )  # fmt: skip
    return AdvertDoc(advert=raw, state=state, screening=screening, **({"version": 1} | options))


def cluster(key: str, **options: Any) -> ClusterDoc:
    plain: dict[str, Any] = {
        "cluster": Cluster(id=key, members=("a", "b")), "size": 2, "title": key, "first_seen": START, "last_seen": START,
        "score": 0, "band": "low", "version": 1,
    }  # fmt: skip
    return ClusterDoc.model_validate(plain | options)


def titles(index: AdIndex, **query: Any) -> list[str]:
    return [row.doc.advert.title for row in index.search_adverts(Query(**query)).rows]


def counted(index: AdIndex, field: str, **query: Any) -> list[tuple[str, int]]:
    page = index.search_adverts(Query(facets=(field,), **query))
    return [(item.value, item.count) for item in page.facets[field]]


def found(index: AdIndex, text: str, **query: Any) -> set[str]:
    return set(titles(index, text=text, size=100, **query))


def link(a: str, b: str, score: float, **options: Any) -> LinkDoc:
    reasons = (LinkReason(comparison="phone", score=1, text="the same number"),)
    return LinkDoc(link=Link(a=a, b=b, score=score, reasons=reasons), **({"cluster_id": "c1", "version": 1} | options))


SOFIA = mention("place", {"name": "Sofia", "country": "BG", "geoname_id": 727011, "lat": 42.7, "lon": 23.3})
NEW_TOWN = mention("place", {"name": "New Town", "country": "GB", "geoname_id": 1, "lat": 0, "lon": 0})
PHONE = mention("phone", "+359888001234")
MARKET = [
    advert("1", "Работа в склад", "Търсим хора за склад в Германия. Тел. 0888 00-12 34", minute=1, langs=["bg"], hits=["debt"],
           mentions=[PHONE, SOFIA], score=70, band="urgent", cluster_id="c1", keys=("k:1", "k:2")),
    advert("2", "Rabota v sklad", "Tarsim hora za rabota, obadi se +359 888 001 234", minute=2, langs=["bg"], mentions=[PHONE],
           hits=["debt", "papers"], reading="Работа в склад", score=40, band="high", cluster_id="c1", keys=("k:1",),
           source="beta"),
    advert("3", "Warehouse work", "Well-paid work in a warehouse. Call +44 (0)7700 900 123.", minute=3, langs=["en"],
           mentions=[mention("phone", "+447700900123"), NEW_TOWN], score=40, band="medium", country="GB"),
    advert("4", "Flat to let", "A quiet flat near the station, two rooms.", minute=4, langs=["en"], ad_type="benign",
           gone=True, days=2),
    advert("5", "Шофьор за България", "Нощни курсове, щастливи хора, ЖИЛИЩЕ", minute=5, langs=["bg", "ru"], ad_type="transport",
           decision=Outcome.MONITOR, decided_at=START),
    advert("6", "Lucrator depozit", "Muncă în depozit, plată bună, număr 0999 10x", minute=6, langs=["ro"], head_of_queue=True),
]  # fmt: skip
CLUSTERS = [
    cluster("c1", title="Работа в склад", contacts=("phone:+359888001234",), places=("Sofia|BG",), names=("Ivan",), score=80,
            band="urgent", languages=("bg",), sources=("alpha", "beta"), indicators={"debt": 2}, ad_types=("job",),
            countries=("BG",)),
    cluster("c2", title="Warehouse", places=("New Town|GB",), score=90, band="high", decision="refer", decided_at=START),
    cluster("c3", title="Flat", head_of_queue=True, last_seen=START + timedelta(days=1)),
]  # fmt: skip


#: Directions at right angles to each other, dense as an encoder's vectors are: a vector of zeros and a few other numbers would
#: be nothing like the vectors that indices round to bytes.
_AXES, _ = np.linalg.qr(np.random.default_rng(3).standard_normal((384, 70)))


def vector(*parts: float) -> list[float]:
    """A vector that goes so far in each direction."""
    found: list[float] = (_AXES[:, : len(parts)] @ np.array(parts)).tolist()
    return found
