"""What every index backend owes: decisions, similar adverts, blocking keys, clusters and links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from strazha.model import (
    Band,
    LinkReason,
    Outcome,
)
from strazha.store import AdIndex, Query
from tests.contracts.backend_documents import (
    CLUSTERS,
    MARKET,
    START,
    advert,
    counted,
    found,
    link,
    titles,
)


def test_a_decision_shows_at_once_and_a_later_one_replaces_it(index: AdIndex) -> None:
    doc = MARKET[0]
    index.put_adverts([doc])
    index.decide("advert", doc.id, Outcome.REFER, START)
    index.refresh()
    assert index.advert(doc.id) == doc.model_copy(update={"decision": Outcome.REFER, "decided_at": START})
    later = START + timedelta(hours=1)
    index.decide("advert", doc.id, Outcome.SPAM, later)
    index.refresh()
    [row] = index.search_adverts(Query(filters={"decision": ("spam",)}, facets=("decision",))).rows
    assert (row.doc.decision, row.doc.decided_at) == (Outcome.SPAM, later)
    assert index.search_adverts(Query(filters={"decision": ("none", "refer")})).total == 0
    assert counted(index, "decision") == [("spam", 1)]
    assert next(index.scan_adverts()).decision is Outcome.SPAM
    index.decide("advert", doc.id, None, later + timedelta(hours=1))
    # A document built while the decision stood does not bring it back.
    index.put_adverts([doc.model_copy(update={"decision": Outcome.SPAM, "decided_at": later, "version": doc.version + 1})])
    index.refresh()
    assert index.advert(doc.id).decision is None
    assert index.search_adverts(Query(filters={"decision": ("none",)})).total == 1


def test_a_decision_on_a_cluster_and_on_nothing(index: AdIndex) -> None:
    index.put_clusters(CLUSTERS)
    index.decide("cluster", "c1", Outcome.INDEPENDENT, START)
    index.decide("cluster", "unknown", Outcome.SPAM, START)
    index.decide("advert", "unknown", Outcome.SPAM, START)
    index.refresh()
    page = index.search_clusters(Query(filters={"decision": ("independent",)}))
    assert [doc.id for doc in page.rows] == ["c1"]
    assert index.count() == {"adverts": 0, "clusters": 3, "links": 0}


def test_similar_adverts_best_first_own_cluster_last(index: AdIndex) -> None:
    base = "Търсим берачи на ягоди за ферма край езерото"
    filler = [advert(f"x{n}", "Друго", f"обява номер {n} за стая и паркинг") for n in range(200)]
    docs = [
        advert("1", "Ягоди", base, cluster_id="c1"),
        advert("2", "Ягоди", base + " веднага", cluster_id="c1"),
        advert("3", "Yagodi", "tarsim berachi na iagodi za ferma", cluster_id="c2"),
        advert("4", "Ферма", "къща край езерото"),
    ]
    index.put_adverts([*filler, *docs])
    index.refresh()
    page = index.similar(docs[0].id)
    keys = [row.doc.advert.key for row in page.rows]
    assert keys[0] == "3"
    assert keys[-1] == "2"
    assert "4" in keys
    assert "1" not in keys
    assert not any(key.startswith("x") for key in keys)
    assert len(index.similar(docs[0].id, size=1).rows) == 1
    assert index.similar("unknown").rows == ()


def test_by_keys_gives_each_key_its_adverts(shared: AdIndex) -> None:
    both = sorted([MARKET[0].id, MARKET[1].id])
    assert shared.by_keys(["k:1", "k:2", "k:9"]) == {"k:1": both, "k:2": [MARKET[0].id], "k:9": []}
    assert len(shared.by_keys(["k:1"], limit=1)["k:1"]) == 1
    assert shared.by_keys([]) == {}


def test_clusters_are_searched_sorted_and_counted(shared: AdIndex) -> None:
    def ids(**query: Any) -> list[str]:
        return [doc.id for doc in shared.search_clusters(Query(**query)).rows]

    assert ids() == ["c3", "c1", "c2"]
    assert ids(sort="newest") == ["c3", "c1", "c2"]
    assert ids(text="sklad") == ["c1"]
    assert ids(text="Иван") == ["c1"]
    assert ids(text="0888 00 12 34") == ["c1"]
    assert ids(text="sofia OR town") == ["c1", "c2"]
    assert ids(filters={"decision": ("none",), "band": ("urgent", "low")}) == ["c3", "c1"]
    page = shared.search_clusters(Query(facets=("band", "source", "indicator"), size=0))
    assert {item.value: item.count for item in page.facets["band"]} == {"high": 1, "low": 1, "urgent": 1}
    assert {item.value: item.count for item in page.facets["source"]} == {"alpha": 1, "beta": 1}
    assert [item.value for item in page.facets["indicator"]] == ["debt"]
    assert page.total == 3
    assert [doc.id for doc in shared.scan_clusters()] == ["c1", "c2", "c3"]


def test_dropped_clusters_are_gone(index: AdIndex) -> None:
    index.put_clusters(CLUSTERS)
    assert index.drop_clusters(["c1", "c1", "unknown"]) == 1
    assert index.drop_clusters([]) == 0
    index.refresh()
    assert index.cluster("c1") is None
    assert index.search_clusters(Query(text="sklad")).total == 0
    assert index.search_clusters(Query(filters={"place": ("Sofia|BG",)})).total == 0
    assert index.count()["clusters"] == 2
    index.put_clusters([CLUSTERS[0]])
    index.refresh()
    assert index.cluster("c1") == CLUSTERS[0]


def test_links_of_a_cluster_strongest_first(index: AdIndex) -> None:
    docs = [link("a", "b", 0.5), link("b", "c", 0.9), link("a", "c", 0.9), link("x", "y", 1.0, cluster_id="c2")]
    assert index.put_links(docs) == 4
    assert index.put_links(docs) == 0
    index.refresh()
    assert [doc.id for doc in index.links("c1")] == ["a~c", "b~c", "a~b"]
    assert index.links("c1")[0] == docs[2]
    assert index.put_links([link("a", "b", 1.0, cluster_id="c2", version=2)]) == 1
    assert index.put_links([link("a", "b", 0.1, cluster_id="c1", version=1)]) == 0
    index.refresh()
    assert [doc.id for doc in index.links("c1")] == ["a~c", "b~c"]
    assert {doc.id for doc in index.links("c2")} == {"a~b", "x~y"}
    assert index.links("unknown") == []
    assert index.count()["links"] == 4


def test_a_link_with_a_broken_reason_is_kept(index: AdIndex) -> None:
    doc = link("a", "b", 0.5)
    reasons = (LinkReason(comparison="text", score=1, text="\ud800 \0 <b>"),)
    doc = doc.model_copy(update={"link": doc.link.model_copy(update={"reasons": reasons})})
    assert index.put_links([doc]) == 1
    index.refresh()
    assert index.links("c1") == [doc]


def test_bands_rank_as_the_model_ranks_them(index: AdIndex) -> None:
    index.put_adverts([advert(band.value, band.value, band=band) for band in Band])
    index.refresh()
    assert titles(index) == [band.value for band in sorted(Band, key=lambda band: -band.rank)]


def test_dropped_adverts_and_links_are_gone_and_can_come_back(index: AdIndex) -> None:
    index.put_adverts(MARKET)
    index.put_links([link("a", "b", 0.5), link("b", "c", 0.9)])
    assert index.drop_adverts([MARKET[0].id, MARKET[0].id, "unknown"]) == 1
    assert index.drop_links(["a~b", "unknown"]) == 1
    assert index.drop_adverts([]) == index.drop_links([]) == 0
    index.refresh()
    assert index.advert(MARKET[0].id) is None
    assert found(index, "888001234") == {"Rabota v sklad"}
    assert index.by_keys(["k:1"]) == {"k:1": [MARKET[1].id]}
    assert [doc.id for doc in index.links("c1")] == ["b~c"]
    assert index.count() == {"adverts": 5, "clusters": 0, "links": 1}
    assert index.put_adverts([MARKET[0]]) == 1
    assert index.put_links([link("a", "b", 0.5)]) == 1
    index.refresh()
    assert index.advert(MARKET[0].id) == MARKET[0]
    assert index.count()["links"] == 2
