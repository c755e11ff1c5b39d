"""What every index backend owes: writing, filters and facets, order and paging. Runs unchanged for each line of BACKENDS."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from strazha.errors import BadInputError
from strazha.store import BACKENDS, AdIndex, AdvertField, ClusterField, Query
from tests.contracts.backend_documents import (
    CLUSTERS,
    MARKET,
    NEW_TOWN,
    SOFIA,
    START,
    advert,
    cluster,
    counted,
    found,
    link,
    titles,
)
from tests.contracts.conftest import SETTINGS


def test_every_backend_runs_this_suite() -> None:
    assert set(SETTINGS) == set(BACKENDS)


def test_what_is_put_comes_back_whole(index: AdIndex) -> None:
    index.put_adverts(MARKET)
    index.put_clusters(CLUSTERS)
    index.refresh()
    assert [index.advert(doc.id) for doc in MARKET] == MARKET
    assert [index.cluster(doc.id) for doc in CLUSTERS] == CLUSTERS
    asked = [MARKET[3].id, "unknown", MARKET[0].id]
    assert index.adverts(asked) == [MARKET[3], MARKET[0]]
    assert index.advert("unknown") is None
    assert index.cluster("unknown") is None
    assert index.count() == {"adverts": 6, "clusters": 3, "links": 0}


def test_the_higher_version_wins(index: AdIndex) -> None:
    old, new = advert("1", "old words", version=1), advert("1", "new words", version=2, score=50, band="high")
    assert index.put_adverts([old]) == 1
    assert index.put_adverts([new]) == 1
    assert index.put_adverts([old, new]) == 0
    index.refresh()
    assert index.advert(new.id) == new
    assert found(index, "old") == set()
    assert found(index, "new") == {"new words"}
    assert index.search_adverts(Query(filters={"band": ("low",)})).total == 0
    assert index.search_adverts(Query(filters={"band": ("high",)})).total == 1
    assert index.count()["adverts"] == 1


def test_one_call_with_several_versions_keeps_the_highest(index: AdIndex) -> None:
    index.put_adverts([advert("1", "second", version=2), advert("1", "third", version=3), advert("1", "first", version=1)])
    index.refresh()
    assert titles(index) == ["third"]


def test_an_update_moves_the_advert_in_every_look_up(index: AdIndex) -> None:
    index.put_adverts([advert("1", "w", "0888 001 111", mentions=[SOFIA], keys=("k:1",), cluster_id="c1", langs=["bg"])])
    index.put_adverts([advert("1", "w", "0888 002 222", mentions=[NEW_TOWN], keys=("k:2",), cluster_id="c2", version=2)])
    index.refresh()
    for gone in ({"place": ("Sofia|BG",)}, {"cluster": ("c1",)}, {"key": ("k:1",)}, {"language": ("bg",)}):
        assert index.search_adverts(Query(filters=gone)).total == 0, gone
    for there in ({"place": ("New Town|GB",)}, {"cluster": ("c2",)}, {"key": ("k:2",)}, {"language": ("none",)}):
        assert index.search_adverts(Query(filters=there)).total == 1, there
    assert found(index, "0888001111") == set()
    assert found(index, "0888002222") == {"w"}


def test_more_documents_than_one_batch(index: AdIndex) -> None:
    assert index.put_adverts(advert(str(n), minute=n) for n in range(2500)) == 2500
    index.refresh()
    assert index.count()["adverts"] == 2500
    ids = [doc.id for doc in index.scan_adverts()]
    assert len(ids) == 2500
    assert ids == sorted(ids)


def test_clear_empties_and_the_index_can_be_filled_again(index: AdIndex) -> None:
    index.put_adverts(MARKET)
    index.put_clusters(CLUSTERS)
    index.put_links([link("a", "b", 0.5)])
    index.clear()
    index.refresh()
    assert index.count() == {"adverts": 0, "clusters": 0, "links": 0}
    assert found(index, "склад") == set()
    assert index.put_adverts(MARKET) == len(MARKET)
    index.refresh()
    assert len(found(index, "склад")) == 2
    assert index.search_adverts(Query(facets=("source",))).facets["source"][0].value == "alpha"


@pytest.mark.parametrize(
    ("filters", "keys"),
    [
        ({"source": ("beta",)}, "2"),
        ({"source": ("alpha", "beta"), "language": ("bg",)}, "125"),
        ({"ad_type": ("benign", "transport")}, "45"),
        ({"band": ("urgent", "high")}, "12"),
        ({"indicator": ("papers",)}, "2"),
        ({"indicator": ("debt", "papers"), "band": ("urgent",)}, "1"),
        ({"place": ("Sofia|BG", "New Town|GB")}, "13"),
        ({"country": ("GB",)}, "3"),
        ({"contact": ("phone:+359888001234",)}, "12"),
        ({"cluster": ("c1",)}, "12"),
        ({"cluster": ("none",)}, "3456"),
        ({"cluster": ("none", "c1")}, "123456"),
        ({"place": ("none",), "indicator": ("none",)}, "456"),
        ({"decision": ("none",)}, "12346"),
        ({"decision": ("monitor", "refer")}, "5"),
        ({"decision": ("none", "monitor")}, "123456"),
        ({"key": ("k:1",)}, "12"),
        ({"key": ("k:2", "k:9")}, "1"),
        ({"status": ("gone",)}, "4"),
        ({"language": ("ru",)}, "5"),
        ({"language": ("xx",)}, ""),
        ({"language": ()}, ""),
    ],
)
def test_filters_or_within_and_between(shared: AdIndex, filters: dict[str, tuple[str, ...]], keys: str) -> None:
    page = shared.search_adverts(Query(filters=filters, size=100))
    assert {row.doc.advert.key for row in page.rows} == set(keys)
    assert page.total == len(keys)


def test_every_field_can_be_filtered_and_counted(shared: AdIndex) -> None:
    for field in AdvertField:
        shared.search_adverts(Query(filters={field.value: ("x",)}, facets=(field.value,)))
    for field in ClusterField:
        shared.search_clusters(Query(filters={field.value: ("x",)}, facets=(field.value,)))


def test_unknown_fields_are_refused_with_a_remedy(shared: AdIndex) -> None:
    for query in (Query(filters={"colour": ("red",)}), Query(facets=("colour",))):
        with pytest.raises(BadInputError, match="colour"):
            shared.search_adverts(query)
        with pytest.raises(BadInputError, match="colour"):
            shared.search_clusters(query)


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({"min_score": 40}, "123"),
        ({"min_score": 41}, "1"),
        ({"min_score": -5}, "123456"),
        ({"min_score": 10**30}, ""),
        ({"seen_from": START + timedelta(minutes=5)}, "456"),
        ({"seen_to": START + timedelta(minutes=2)}, "12"),
        ({"seen_from": START + timedelta(days=1), "seen_to": START + timedelta(days=2)}, "4"),
    ],
)
def test_ranges(shared: AdIndex, query: dict[str, Any], keys: str) -> None:
    page = shared.search_adverts(Query(**query))
    assert {row.doc.advert.key for row in page.rows} == set(keys)


def test_facets_count_what_was_found(shared: AdIndex) -> None:
    assert counted(shared, "language") == [("bg", 3), ("en", 2), ("ro", 1), ("ru", 1)]
    assert counted(shared, "language", filters={"band": ("urgent", "high")}) == [("bg", 2)]
    assert counted(shared, "indicator", text="склад") == [("debt", 2), ("papers", 1)]
    assert counted(shared, "decision") == [("none", 5), ("monitor", 1)]
    assert counted(shared, "status", size=0) == [("live", 5), ("gone", 1)]
    assert counted(shared, "place") == [("New Town|GB", 1), ("Sofia|BG", 1)]
    assert counted(shared, "cluster") == [("c1", 2)]
    assert counted(shared, "indicator", text="nothing_like_it") == []


def test_facets_are_cut_by_count_then_value(shared: AdIndex) -> None:
    assert counted(shared, "language", facet_size=3) == [("bg", 3), ("en", 2), ("ro", 1)]


def test_facets_do_not_change_from_page_to_page(shared: AdIndex) -> None:
    first = shared.search_adverts(Query(size=2, facets=("band",)))
    second = shared.search_adverts(Query(size=2, facets=("band",), cursor=first.cursor))
    assert first.facets == second.facets
    assert first.total == second.total == 6


def test_priority_is_head_of_queue_band_score_newness_id(index: AdIndex) -> None:
    docs = [
        advert("a", "head, low", head_of_queue=True),
        advert("b", "urgent 10", band="urgent", score=10, minute=9),
        advert("c", "high 90 new", band="high", score=90, minute=5),
        advert("d", "high 90 old", band="high", score=90, minute=1),
        advert("e", "high 20", band="high", score=20, minute=99),
        advert("f", "low 100", band="low", score=100),
    ]
    index.put_adverts(reversed(docs))
    index.refresh()
    assert titles(index) == [doc.advert.title for doc in docs]
    twins = [advert(str(n), str(n), minute=7) for n in range(5)]
    index.clear()
    index.put_adverts(twins)
    index.refresh()
    assert titles(index) == [doc.advert.title for doc in sorted(twins, key=lambda doc: doc.id)]


def test_newest_is_first_seen_last(shared: AdIndex) -> None:
    assert [row.doc.advert.key for row in shared.search_adverts(Query(sort="newest")).rows] == list("654321")


def test_relevance_puts_the_title_and_the_spelling_first(index: AdIndex) -> None:
    filler = "една две три четири пет шест седем осем"
    docs = [
        advert("1", "Градина", f"{filler} работа", score=90, band="urgent"),
        advert("2", "Работа", filler),
        advert("3", "Rabota", filler, score=50, band="high"),
        *(advert(f"x{n}", f"Друго {n}", filler) for n in range(20)),
    ]
    index.put_adverts(docs)
    index.refresh()
    assert titles(index, text="работа", sort="relevance") == ["Работа", "Rabota", "Градина"]
    assert titles(index, text="rabota", sort="relevance") == ["Rabota", "Работа", "Градина"]
    assert titles(index, text="работа", sort="priority") == ["Градина", "Rabota", "Работа"]
    relevance = [row.relevance for row in index.search_adverts(Query(text="работа", sort="relevance")).rows]
    assert relevance == sorted(relevance, reverse=True)


def test_relevance_without_words_is_the_queue(shared: AdIndex) -> None:
    assert titles(shared, sort="relevance") == titles(shared)


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize("sort", ["priority", "newest", "relevance"])
def test_paging_is_complete_and_repeats_nothing_under_ties(index: AdIndex, sort: Any, size: int) -> None:
    docs = [advert(str(n), "same words", minute=n % 3, score=n % 2, band="low") for n in range(120)]
    index.put_adverts(docs)
    index.refresh()
    query = Query(text="same" if sort == "relevance" else "", sort=sort, size=size)
    whole = [row.doc.id for row in index.search_adverts(query.model_copy(update={"size": 1000})).rows]
    paged: list[str] = []
    while True:
        page = index.search_adverts(query)
        assert page.total == 120
        paged += [row.doc.id for row in page.rows]
        if not page.cursor:
            break
        query = query.model_copy(update={"cursor": page.cursor})
    assert paged == whole
    assert set(paged) == {doc.id for doc in docs}


def test_paging_goes_on_after_a_row_that_vanished(index: AdIndex) -> None:
    index.put_clusters([cluster(f"c{n}", score=n) for n in range(6)])
    index.refresh()
    first = index.search_clusters(Query(size=3))
    index.drop_clusters([first.rows[-1].id])
    index.refresh()
    second = index.search_clusters(Query(size=3, cursor=first.cursor))
    assert [doc.id for doc in second.rows] == ["c2", "c1", "c0"]
    assert second.cursor == ""


@pytest.mark.parametrize(
    "cursor", ["x", "äöü", "e30", "W10", "WzFd", "'; DROP TABLE", "A" * 5000, "\ud800", "WyJwcmlvcml0eSIsMV0"]
)
def test_a_malformed_cursor_is_refused(shared: AdIndex, cursor: str) -> None:
    for sort in ("priority", "newest", "relevance"):
        with pytest.raises(BadInputError):
            shared.search_adverts(Query(text="склад", cursor=cursor, sort=sort))


def test_a_cursor_of_another_sort_is_refused(shared: AdIndex) -> None:
    cursor = shared.search_adverts(Query(size=1)).cursor
    with pytest.raises(BadInputError):
        shared.search_adverts(Query(size=1, cursor=cursor, sort="newest"))
