"""Adverts like one: by the words they share, and by their vectors where they have some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from strazha.store.documents import AdvertDoc
from strazha.store.elasticsearch.client import meaning
from strazha.store.elasticsearch.rendering import doc_key
from strazha.store.entries import advert_entry, storable

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

#: Words taken from an advert, and what share of all adverts may carry one: as on SQLite, and for the same reason (more words
#: only repeat each other; a word that one in fifty carries tells nothing).
MAX_WORDS, MAX_SHARE, MIN_LENGTH = 12, 0.02, 3
#: Neighbours looked at per shard for one that is shown: with int8 vectors 10 shown of 100 looked at miss about one in fifty.
CANDIDATES = 10
#: The constant of reciprocal rank fusion (Cormack et al. 2009): places below 60 of a list weigh little.
FUSION = 60


def by_words(client: Elasticsearch, alias: str, doc: AdvertDoc, size: int) -> list[dict[str, Any]]:
    """Hits that share the advert's rarest words: adverts outside its cluster, then the cluster's other members."""
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
            if len(found) < size:
                answer = client.search(
                    index=alias, query={"bool": part}, size=size - len(found), sort=[{"_score": "desc"}, {"id": "asc"}],
                    track_total_hits=False,
                )  # fmt: skip
                found += answer["hits"]["hits"]
    return found


def by_vector(
    client: Elasticsearch, alias: str, vector: Sequence[float], size: int, leave_out: str = ""
) -> list[dict[str, Any]]:
    """Hits whose vectors are nearest."""
    body = vector_search(vector, size, leave_out)
    with meaning(alias):
        found: list[dict[str, Any]] = client.search(index=alias, **body)["hits"]["hits"]
    return found


def vector_search(vector: Sequence[float], size: int, leave_out: str = "") -> dict[str, Any]:
    """The request for the nearest vectors."""
    knn: dict[str, Any] = {
        "field": "vector", "query_vector": list(vector), "k": size, "num_candidates": min(10_000, max(100, size * CANDIDATES)),
    }  # fmt: skip
    if leave_out:
        knn["filter"] = {"bool": {"must_not": {"ids": {"values": [doc_key(leave_out)]}}}}
    return {"knn": knn, "size": size, "track_total_hits": False}


def vector_of(client: Elasticsearch, alias: str, advert_id: str) -> list[float] | None:
    """An advert's vector as the index has it (it does not come back with the document); None if it has none."""
    with meaning(alias):
        hits = client.search(
            index=alias, source=False, size=1,
            query={"bool": {"filter": [{"ids": {"values": [doc_key(advert_id)]}}, {"exists": {"field": "vector"}}]}},
            script_fields={"vector": {"script": "doc['vector'].vectorValue"}},
        )["hits"]["hits"]  # fmt: skip
    return [float(number) for number in hits[0]["fields"]["vector"][0]] if hits else None


def fused(lists: Sequence[Sequence[dict[str, Any]]], size: int) -> list[tuple[dict[str, Any], float]]:
    """Several lists as one, by the places the hits have in each: scores of words and of vectors cannot be compared."""
    scores: dict[str, float] = {}
    hits: dict[str, dict[str, Any]] = {}
    for ranked in lists:
        for place, hit in enumerate(ranked):
            scores[hit["_id"]] = scores.get(hit["_id"], 0.0) + 1 / (FUSION + place + 1)
            hits[hit["_id"]] = hit
    order = sorted(scores, key=lambda one: (-scores[one], one))[:size]
    return [(hits[one], scores[one]) for one in order]
