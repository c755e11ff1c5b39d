"""An index of its own for each test, on the session's live server."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from strazha.model import Advert, AdvertState, Hit, LanguageGuess, Mention, Screening, Versions
from strazha.settings import Settings
from strazha.store import AdvertDoc
from strazha.store.elasticsearch import ElasticsearchIndex

if TYPE_CHECKING:
    from examples.live_elasticsearch import LiveElasticsearch

START = datetime(2026, 11, 1, 8, tzinfo=UTC)


@pytest.fixture
def live(elasticsearch_node: LiveElasticsearch, tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "home", store="elasticsearch", elasticsearch_urls=(elasticsearch_node.url,),
        elasticsearch_prefix=f"t{uuid.uuid4().hex[:10]}", elasticsearch_patience=60,
    )  # fmt: skip


@pytest.fixture
def index(live: Settings) -> Iterator[ElasticsearchIndex]:
    with ElasticsearchIndex(live) as opened:
        opened.generations.ensure()
        yield opened
        opened.generations.drop("current", "next", "former")
        opened.client.indices.delete(index=opened.names.decisions, ignore_unavailable=True)


def _advert(key: object, title: str = "Advert", body: str = "", **options: Any) -> AdvertDoc:
    seen = START + timedelta(minutes=options.pop("minute", 0))
    raw = Advert(
        source_id=options.pop("source", "alpha"), key=str(key), title=title, body=body, captured_at=START,
        posted_at=options.pop("posted_at", None), content_hash="0" * 64,
    )  # fmt: skip
    state = AdvertState(
        advert_id=raw.id, source_id=raw.source_id, first_seen=seen, last_seen=seen, content_hash=raw.content_hash, versions=1,
        landing_file="f", landing_offset=0, landing_length=1, gone_since=options.pop("gone_since", None),
    )  # fmt: skip
    hits = [
        Hit(indicator=name, method="pattern", rule=f"{name}.1", field="body", start=0, end=1, confidence=0.9)
        for name in options.pop("hits", ())
    ]
    screening = Screening(
        advert_id=raw.id, content_hash=raw.content_hash, screened_at=START, ad_type="job", hits=tuple(hits),
        languages=tuple(LanguageGuess(lang=lang, confidence=1) for lang in options.pop("langs", ())),
        mentions=tuple(options.pop("mentions", ())), score=options.pop("score", 0), band=options.pop("band", "low"),
        reading=options.pop("reading", ""), pipeline=Versions(code="1", nlp="1", catalogue="1"),
    )  # fmt: skip
    return AdvertDoc(advert=raw, state=state, screening=screening, **({"version": 1} | options))


def _mention(kind: str, value: Any) -> Mention:
    return Mention.model_validate(
        {"kind": kind, "text": "x", "value": value, "field": "body", "start": 0, "end": 1, "extractor": "t", "confidence": 1}
    )


@pytest.fixture(scope="session")
def advert() -> Callable[..., AdvertDoc]:
    return _advert


@pytest.fixture(scope="session")
def mention() -> Callable[..., Mention]:
    return _mention
