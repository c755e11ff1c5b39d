"""Adverts like one: by the words they share, and by their vectors where they have some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from strazha.store.documents import AdvertDoc
from strazha.store.elasticsearch.client import meaning
from strazha.store.elasticsearch.rendering import doc_key
from strazha.store.entries import advert_entry, read_doc, storable
from strazha.store.likeness import most_alike
from strazha.store.vectors import Floats, unpack_vector

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

#: Words taken from an advert, and what share of all adverts may carry one: as on SQLite, and for the same reason (more words
#: only repeat each other; a word that one in fifty carries tells nothing).
MAX_WORDS, MAX_SHARE, MIN_LENGTH = 12, 0.02, 3
#: Neighbours looked at per shard for one that is shown: with int8 vectors 10 shown of 100 looked at miss about one in fifty.
CANDIDATES = 10


def by_words(client: Elasticsearch, alias: str, doc: AdvertDoc, size: int) -> list[dict[str, Any]]:
    """Hits that share the advert's rarest words: so many outside its cluster, then so many of the cluster's other members."""
    texts = [text[:50_000] for text in advert_entry(doc).texts[:2] if text]
    if not texts or size < 1:
        return []
    with meaning(alias):
        total = int(client.count(index=alias)["count"])
        like: dict[str, Any] = {
            "more_like_this": {
                "fields": ["title", "body", "reading"], "like": texts, "min_term_freq": 1, "min_doc_freq": 2,
                "max_doc_freq": max(10, int(total * MAX_SHARE)), "max_query_terms": MAX_WORDS, "min_word_length": MIN_LENGTH,
                "minimum_should_match": 1,
            }
        }  # fmt: skip
        own: dict[str, Any] = {"ids": {"values": [doc_key(doc.id)]}}
        inside = {"term": {"cluster": storable(doc.cluster_id)}}
        parts = [{"must": [like], "must_not": [own, inside]}, {"must": [like], "filter": [inside], "must_not": [own]}]
        found: list[dict[str, Any]] = []
        for part in parts if doc.cluster_id else [{"must": [like], "must_not": [own]}]:
            answer = client.search(
                index=alias, query={"bool": part}, size=size, sort=[{"_score": "desc"}, {"id": "asc"}], track_total_hits=False
            )
            found += answer["hits"]["hits"]
    return found


def by_vector(
    client: Elasticsearch, alias: str, vector: Floats, size: int, *conditions: dict[str, Any]
) -> list[tuple[AdvertDoc, float]]:
    """The nearest of the adverts that meet all conditions, with the cosine of their vectors.

    The server finds them by vectors rounded to bytes; their order comes from the vectors the documents carry.
    """
    with meaning(alias):
        hits = client.search(index=alias, **vector_search(vector.tolist(), size, *conditions))["hits"]["hits"]
    near = [(doc, float(unpack_vector(doc.vector) @ vector)) for doc, _ in documents(hits)]
    return sorted(((doc, max(-1.0, min(close, 1.0))) for doc, close in near), key=lambda one: (-one[1], one[0].id))


def vector_search(vector: Sequence[float], size: int, *conditions: dict[str, Any]) -> dict[str, Any]:
    """The request for the nearest vectors."""
    knn: dict[str, Any] = {
        "field": "vector", "query_vector": list(vector), "k": size, "num_candidates": min(10_000, max(100, size * CANDIDATES)),
    }  # fmt: skip
    if conditions:
        # Conditions hold while the graph is walked, so the nearest of those that meet them are found, however few they are.
        knn["filter"] = list(conditions)
    return {"knn": knn, "size": size, "track_total_hits": False}


def similar(client: Elasticsearch, alias: str, doc: AdvertDoc, size: int) -> list[tuple[AdvertDoc, float]]:
    """Adverts with how alike they are, found by words and, where the advert has a vector, by that; its cluster last."""
    found = documents(by_words(client, alias, doc, size))
    if doc.vector:
        others = {"bool": {"must_not": [{"ids": {"values": [doc_key(doc.id)]}}]}}
        found += by_vector(client, alias, unpack_vector(doc.vector), size, others)
    return most_alike(doc, {one.id: one for one, _ in found}.values(), size)


def documents(hits: Sequence[dict[str, Any]]) -> list[tuple[AdvertDoc, float]]:
    """The adverts of hits with their scores."""
    return [(read_doc(AdvertDoc, hit["_source"]["doc"]), hit["_score"] or 0.0) for hit in hits]
