"""Every field of every mapping is written by a document and found by a query on the live server."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from strazha.errors import BadInputError, StoreError
from strazha.model import Cluster, Link, LinkReason, Mention, Outcome
from strazha.settings import Settings
from strazha.store import AdvertDoc, ClusterDoc, LinkDoc, Query
from strazha.store.elasticsearch import ElasticsearchIndex, shape
from strazha.store.elasticsearch.names import KINDS, LAYOUT, IndexName, Names
from strazha.store.vectors import pack_vector

pytestmark = pytest.mark.elasticsearch
START = datetime(2026, 11, 1, 8, tzinfo=UTC)
MILLIS = int(START.timestamp() * 1000)
VECTOR = [math.sin(n) for n in range(384)]
#: By language a text and an inflected form that only a stem can find in it.
STEMS = {
    "bg": ("складове край морето", "склада"), "ru": ("большие склады", "складами"), "uk": ("ґанок біля п'ятої хати", "ганок"),
    "ro": ("muncitori pentru depozite", "muncitorilor"), "de": ("viele Arbeiter gesucht", "arbeitern"),
    "en": ("packing warehouses", "warehouse"), "el": ("νυχτερινή εργασία", "εργασιών"), "tr": ("işçiler aranıyor", "işçi"),
}  # fmt: skip


def term(field: str, value: Any) -> dict[str, Any]:
    return {"term": {field: value}}


def at(field: str) -> dict[str, Any]:
    return {"range": {field: {"gte": MILLIS, "lte": MILLIS}}}


def near(field: str) -> dict[str, Any]:
    return {"geo_distance": {"distance": "5km", field: {"lat": 42.7, "lon": 23.3}}}


def within(path: str, query: dict[str, Any]) -> dict[str, Any]:
    return {"nested": {"path": path, "query": query}}


def common(doc_id: str, title: str) -> dict[str, dict[str, Any]]:
    return {
        "id": term("id", doc_id), "version": term("version", 7), "decision": term("decision", "monitor"),
        "decided_at": at("decided_at"), "priority": term("priority", 1000 + 600 + 70), "newness": at("newness"),
        "first_seen": at("first_seen"), "last_seen": at("last_seen"), "head_of_queue": term("head_of_queue", True),
        "score": term("score", 70), "facts": term("facts", "place=sofia"), "title": term("title", title),
        "body": {"match_phrase": {"body": "ivan"}}, "numbers": {"prefix": {"numbers": "80012"}},
        "source": term("source", "alpha"),
        "ad_type": term("ad_type", "job"), "band": term("band", "urgent"), "language": term("language", "bg"),
        "indicator": term("indicator", "debt"), "place": term("place", "Sofia|BG"), "country": term("country", "BG"),
        "contact": term("contact", "phone:+359888001234"),
    }  # fmt: skip


def leaves(properties: dict[str, Any], path: str = "") -> set[str]:
    """Every field that can be searched: all but those the mapping itself says are only kept."""
    found: set[str] = set()
    for name, field in properties.items():
        inner = field.get("properties")
        if inner:
            found |= leaves(inner, f"{path}{name}.")
        elif field.get("index") is not False:
            found.add(f"{path}{name}")
    return found


def assert_each_finds(index: ElasticsearchIndex, alias: str, kind: str, queries: dict[str, dict[str, Any]]) -> None:
    assert set(queries) == leaves(shape.mapping(kind)["properties"]), "a field of the mapping has no query, or a query no field"
    # A document with nothing in it: a query that finds it too looks at no field.
    index.client.index(index=alias, id="nothing", document={"id": "nothing"}, refresh=True)
    for field, query in queries.items():
        body = query if "knn" in query else {"query": query}
        found = {hit["_id"] for hit in index.client.search(index=alias, size=100, **body)["hits"]["hits"]}
        assert found, field
        assert "nothing" not in found, field
    index.client.delete(index=alias, id="nothing", refresh=True)


def test_every_field_of_an_advert_is_found(
    live: Settings, advert: Callable[..., AdvertDoc], mention: Callable[..., Mention]
) -> None:
    phone = mention("phone", "+359888001234")
    place = mention("place", {"name": "Sofia", "country": "BG", "geoname_id": 1, "lat": 42.7, "lon": 23.3})
    whole = advert(
        "whole", "Sklad", "ivan търси хора", langs=["bg"], hits=["debt"], mentions=[phone, place], score=70, band="urgent",
        head_of_queue=True, cluster_id="c1", keys=("k:1",), decision=Outcome.MONITOR, decided_at=START, version=7,
        reading="склад", gone_since=START, posted_at=START, vector=pack_vector(VECTOR),
    )  # fmt: skip
    others = [advert(lang, lang, text, langs=[lang]) for lang, (text, _) in STEMS.items()]
    queries = {
        **common(whole.id, "sklad"), "reading": term("reading", "sklad"), "exact": term("exact", "sklad"),
        "cluster": term("cluster", "c1"), "status": term("status", "gone"), "keys": term("keys", "k:1"),
        "gone_since": at("gone_since"), "posted_at": at("posted_at"), "location": near("location"),
        "vector": {"knn": {"field": "vector", "query_vector": VECTOR, "k": 1, "num_candidates": 10}},
        **{f"stem.{lang}": {"match": {f"stem.{lang}": form}} for lang, (_, form) in STEMS.items()},
        "hits.indicator": within("hits", term("hits.indicator", "debt")),
        "hits.method": within("hits", term("hits.method", "pattern")),
        "hits.rule": within("hits", term("hits.rule", "debt.1")),
        "hits.field": within("hits", term("hits.field", "body")),
        "hits.confidence": within("hits", {"range": {"hits.confidence": {"gte": 0.8}}}),
        "mentions.kind": within("mentions", term("mentions.kind", "phone")),
        "mentions.key": within("mentions", term("mentions.key", "+359888001234")),
        "mentions.extractor": within("mentions", term("mentions.extractor", "t")),
        "mentions.obscured": within("mentions", term("mentions.obscured", False)),
        "mentions.confidence": within("mentions", term("mentions.confidence", 1)),
        "mentions.location": within("mentions", near("mentions.location")),
    }  # fmt: skip
    with ElasticsearchIndex(live) as index:
        assert index.put_adverts([whole, *others]) == 1 + len(others)
        assert_each_finds(index, index.names.alias("adverts"), "adverts", queries)
        # Nested: one hit must meet all conditions by itself.
        both = within("hits", {"bool": {"filter": [term("hits.indicator", "debt"), term("hits.rule", "other.1")]}})
        assert index.client.search(index=index.names.alias("adverts"), query=both)["hits"]["total"]["value"] == 0
        assert index.advert(whole.id) == whole
        for lang, (_, form) in STEMS.items():
            page = index.search_adverts(Query(text=form, highlight=True))
            row = next(row for row in page.rows if row.doc.advert.key == lang)
            if lang != "uk":  # folded anyway
                assert any(span.marked for span in row.snippet), lang
            assert all(row.doc.advert.key != lang for row in index.search_adverts(Query(text=f"exact:{form}")).rows), lang
        index.generations.drop("current")


def test_every_field_of_clusters_links_and_decisions_is_found(index: ElasticsearchIndex) -> None:
    cluster = ClusterDoc(
        cluster=Cluster(id="c1", members=("a", "b")), size=2, title="Sklad", ad_types=("job",), indicators={"debt": 2},
        contacts=("phone:+359888001234",), names=("Ivan",), places=("Sofia|BG",), sources=("alpha",), countries=("BG",),
        languages=("bg",), first_seen=START, last_seen=START, head_of_queue=True, score=70, band="urgent",
        decision=Outcome.MONITOR, decided_at=START, version=7,
    )  # fmt: skip
    link = LinkDoc(
        link=Link(a="a", b="b", score=0.5, reasons=(LinkReason(comparison="phone", score=1, text="x"),)),
        cluster_id="c1",
        version=7,
    )
    index.put_clusters([cluster])
    index.put_links([link])
    index.decide("cluster", "c1", Outcome.MONITOR, START)
    alias = index.names.alias
    queries = common("c1", "sklad") | {"members": term("members", "b"), "size": term("size", 2), "exact": term("exact", "ivan")}
    # A cluster has no reading of its own; its field is there so that one query serves both kinds.
    index.client.index(index=alias("clusters"), id="c2", document={"id": "c2", "reading": "sklad"})
    assert_each_finds(index, alias("clusters"), "clusters", queries | {"reading": term("reading", "sklad")})
    queries = {
        "id": term("id", "a~b"), "version": term("version", 7), "cluster": term("cluster", "c1"), "a": term("a", "a"),
        "b": term("b", "b"), "score": term("score", 0.5), "judgement": term("judgement", "none"),
    }  # fmt: skip
    assert_each_finds(index, alias("links"), "links", queries)
    queries = {
        "id": term("id", "clusters:c1"), "subject": term("subject", "clusters"), "subject_id": term("subject_id", "c1"),
        "outcome": term("outcome", "monitor"), "decided_at": at("decided_at"),
    }  # fmt: skip
    assert_each_finds(index, index.names.decisions, "decisions", queries)


def test_a_field_that_no_mapping_knows_is_refused(index: ElasticsearchIndex) -> None:
    from elasticsearch import BadRequestError

    for kind in KINDS:
        with pytest.raises(BadRequestError, match="strict"):
            index.client.index(index=index.names.alias(kind), id="x", document={"colour": "red"})


def test_templates_are_accepted_and_give_the_mapping(index: ElasticsearchIndex) -> None:
    done = index.generations.lifecycle.install()
    names = [name for name in done if "template" in name]
    assert len(names) == 6
    assert all(done[name] == "installed" for name in names)
    restored = str(IndexName(index.names.prefix, "adverts", LAYOUT, 999))
    index.client.indices.create(index=restored)
    fields = index.client.indices.get_mapping(index=restored)[restored]["mappings"]
    assert fields["dynamic"] == "strict"
    assert set(fields["properties"]) == set(shape.mapping("adverts")["properties"])
    for kind in KINDS:
        index.client.indices.delete_index_template(name=f"{index.names.prefix}-{kind}")
    # This server lacks ILM and SLM: said, not hidden. The policies are compared with the documented bodies below.
    assert all(done[name].endswith("this server has no lifecycle management") for name in done if name.startswith("policy"))


def test_policies_have_the_documented_form() -> None:
    """Not accepted by a server here (this one lacks ILM and SLM): compared with the request bodies of the reference."""
    ilm, slm = shape.policies("strazha").values()
    assert set(ilm) == {"policy"}
    assert set(ilm["policy"]["phases"]) <= {"hot", "warm", "cold", "frozen", "delete"}
    assert ilm["policy"]["phases"]["delete"] == {"min_age": "14d", "actions": {"delete": {"delete_searchable_snapshot": True}}}
    assert set(slm) == {"schedule", "name", "repository", "config", "retention"}
    assert slm["config"]["indices"] == ["strazha-*"]
    assert set(slm["retention"]) == {"expire_after", "min_count", "max_count"}


def test_names_are_built_and_parsed_in_one_place() -> None:
    names = Names("strazha")
    name = names.index("adverts", 3)
    assert str(name) == f"strazha-adverts-{LAYOUT}-000003"
    assert IndexName.parse(str(name)) == name
    for kind in KINDS:
        for role in ("current", "next", "former"):
            assert IndexName.parse(names.alias(kind, role)) is None
            assert names.role(kind, names.alias(kind, role)) == role
    assert IndexName.parse("strazha-adverts-000003") is None
    for prefix in ("", "Strazha", "a-b", "*", "_x", "ä"):
        with pytest.raises(BadInputError, match="cannot begin"):
            Names(prefix)


def test_an_index_of_another_layout_is_refused_until_it_is_built_anew(index: ElasticsearchIndex, live: Settings) -> None:
    alias = index.names.alias("adverts")
    old = str(IndexName(index.names.prefix, "adverts", "l0f0", 7))
    [current] = index.generations.roles("adverts")["current"]
    index.client.indices.create(index=old, mappings=shape.mapping("adverts"), settings=shape.settings())
    index.client.indices.update_aliases(actions=[{"remove_index": {"index": current}}, {"add": {"index": old, "alias": alias}}])
    with ElasticsearchIndex(live) as opened:
        with pytest.raises(StoreError, match="layout l0f0"):
            opened.count()
        opened.generations.begin()
        opened.generations.finish()
        assert opened.generations.check().problems == []
        opened.generations.switch()
        assert opened.count()["adverts"] == 0
    # One that a later version made: nothing to build here.
    newer = str(IndexName(index.names.prefix, "adverts", "l10f0", 9))
    [current] = index.generations.roles("adverts")["current"]
    index.client.indices.create(index=newer, mappings=shape.mapping("adverts"), settings=shape.settings())
    index.client.indices.update_aliases(
        actions=[{"remove_index": {"index": current}}, {"add": {"index": newer, "alias": alias}}]
    )
    with ElasticsearchIndex(live) as opened, pytest.raises(StoreError, match="layout l10f0") as caught:
        opened.count()
    assert "this program is older than its index" in caught.value.remedy
