"""What Elasticsearch adds to the contract: stems, vectors, and an order that is pinned."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from strazha.store import AdvertDoc, Query
from strazha.store.elasticsearch import ElasticsearchIndex

pytestmark = pytest.mark.elasticsearch
FILLER = "една две три четири пет шест седем осем"


def found(index: ElasticsearchIndex, text: str, **query: object) -> list[str]:
    page = index.search_adverts(Query.model_validate({"text": text, **query}))
    return [row.doc.advert.key for row in page.rows]


def test_relevance_has_the_order_its_numbers_are_chosen_for(
    index: ElasticsearchIndex, advert: Callable[..., AdvertDoc]
) -> None:
    docs = [
        advert("title", "склад", FILLER),
        advert("title, other spelling", "sklad", FILLER),
        advert("body", "обява", f"{FILLER} склад", score=99, band="urgent", head_of_queue=True),
        advert("body, other spelling", "обява", f"{FILLER} sklad", score=99, band="urgent"),
        advert("reading", "obqva", "edna dve tri 4etiri pet", reading="обява склад", score=99),
        advert("stem", "обява", f"{FILLER} складове", langs=["bg"], score=99, band="urgent"),
        *(advert(f"x{n}", f"друго {n}", FILLER, langs=["bg"]) for n in range(30)),
    ]
    index.put_adverts(reversed(docs))
    index.refresh()
    order = ["title", "title, other spelling", "body", "body, other spelling", "reading", "stem"]
    assert found(index, "склад", sort="relevance") == order
    # Two words found are more than one, wherever they stand.
    index.put_adverts([advert("both", "обява", "шофьор в склад", langs=["bg"])])
    index.refresh()
    assert found(index, "склад OR шофьор", sort="relevance")[0] in {"both", "title"}
    assert found(index, "склад шофьор", sort="relevance") == ["both"]


def test_stems_widen_plain_words_and_nothing_else(index: ElasticsearchIndex, advert: Callable[..., AdvertDoc]) -> None:
    index.put_adverts(
        [
            advert("many", "обява", "големи складове", langs=["bg"]),
            advert("one", "обява", "голям склад", langs=["bg"]),
            advert("unknown language", "обява", "големи складове"),
        ]
    )
    index.refresh()
    assert set(found(index, "склад")) == {"many", "one"}
    assert set(found(index, "складът")) == {"many", "one"}
    assert found(index, '"голям склад"') == ["one"]
    assert set(found(index, "обява -склад")) == {"many", "unknown language"}
    assert found(index, "body:склад") == ["one"]
    assert found(index, "exact:склад") == ["one"]
    assert set(found(index, "склад*")) == {"many", "one", "unknown language"}
    rows = index.search_adverts(Query(text="склад", highlight=True)).rows
    marked = {row.doc.advert.key: [span.text for span in row.snippet if span.marked] for row in rows}
    assert marked == {"many": ["складове"], "one": ["склад"]}


def test_a_query_of_sixty_words_is_answered(index: ElasticsearchIndex, advert: Callable[..., AdvertDoc]) -> None:
    words = [f"дума{chr(0x430 + n // 26)}{chr(0x430 + n % 26)}" for n in range(64)]
    index.put_adverts([advert("1", "обява", " ".join(words), langs=["bg", "ru", "uk"])])
    index.refresh()
    for text in (" ".join(words), " OR ".join(words)):
        assert found(index, text, sort="relevance", highlight=True) == ["1"]


def test_a_scan_sees_what_was_there_when_it_began(index: ElasticsearchIndex, advert: Callable[..., AdvertDoc]) -> None:
    docs = [advert(n) for n in range(1100)]
    index.put_adverts(docs)
    index.refresh()
    scan = index.scan_adverts()
    first = next(scan)
    index.drop_adverts([doc.id for doc in docs])
    index.refresh()
    assert [first.id, *(doc.id for doc in scan)] == sorted(doc.id for doc in docs)
    assert index.count()["adverts"] == 0
