"""Review documents as Elasticsearch keeps them: the record itself as JSON text, and beside it what is searched.

The words, values and order are the ones every backend uses (strazha/store/entries.py), folded here and not by the server, so
that both backends find the same. The record travels as text within the JSON: half characters and NULs survive that way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import numpy as np

from strazha.model import AdvertState, Mention, Outcome
from strazha.store.documents import AdvertDoc, ClusterDoc, LinkDoc
from strazha.store.elasticsearch.names import Kind
from strazha.store.entries import (
    MAX_MENTIONS,
    MAX_TEXT,
    UNDECIDED,
    Entry,
    advert_entry,
    cluster_entry,
    fold_value,
    location,
    millis,
    storable,
    to_json,
)
from strazha.store.vectors import unpack_vector

#: Languages with a stemmed field of their own (index_mappings/adverts.json). Serbian, Spanish and others are found by
#: skeletons.
STEMMED = ("bg", "ru", "uk", "ro", "de", "en", "el", "tr")
#: A keyword longer than this is neither found nor counted (the mappings' ignore_above: Lucene refuses terms over 32,766 bytes).
MAX_KEYWORD = 8191
#: A subject's versions leave room for the decisions and removals that come between two of them: each takes one.
STEP = 1 << 16
#: Highest version that fits Elasticsearch's 63 bits.
MAX_VERSION = (1 << 62) // STEP
#: Decimals of a vector's numbers as they are sent: half precision has no more, and longer ones take twice the bytes.
DECIMALS = 5
AnyDoc = AdvertDoc | ClusterDoc | LinkDoc


@dataclass(frozen=True, slots=True)
class Rendered:
    """One document, ready to be sent."""

    id: str
    version: int
    source: dict[str, Any]


def doc_key(doc_id: str) -> str:
    """The ``_id`` of a document: its own id, or a hash of one that is longer than the 512 bytes Elasticsearch takes."""
    data = doc_id.encode("utf-8", "surrogatepass")
    if len(data) <= 512 and storable(doc_id) == doc_id and doc_id:
        return doc_id
    return f"hash.{blake2b(data, digest_size=24).hexdigest()}"


def external_version(version: int) -> int:
    """The version the server compares: the document's own, with room for what happens in between."""
    return max(1, min(version, MAX_VERSION) * STEP)


def render(kind: Kind, doc: AnyDoc) -> Rendered:
    """A document of any kind."""
    if isinstance(doc, AdvertDoc):
        source = advert_source(doc)
    elif isinstance(doc, ClusterDoc):
        source = cluster_source(doc)
    else:
        source = link_source(doc)
    return Rendered(doc_key(doc.id), external_version(doc.version), source)


def advert_source(doc: AdvertDoc) -> dict[str, Any]:
    """An advert's fields."""
    entry = advert_entry(doc)
    source = _common(entry, doc)
    source["cluster"] = [storable(doc.cluster_id)] if doc.cluster_id else []
    source["keys"] = [storable(key)[:MAX_KEYWORD] for key in doc.keys]
    source["stem"] = stems(doc)
    source["hits"] = [
        {"indicator": hit.indicator, "method": hit.method, "rule": storable(hit.rule), "field": hit.field,
         "confidence": hit.confidence}
        for hit in doc.screening.hits[:MAX_MENTIONS]
    ]  # fmt: skip
    source["mentions"] = [_mention(mention) for mention in doc.screening.mentions[:MAX_MENTIONS]]
    source["location"] = [item["location"] for item in source["mentions"] if item["location"]]
    _dates(source, doc.state, doc.advert.posted_at)
    if doc.vector:
        source["vector"] = unpack_vector(doc.vector).astype(np.float64).round(DECIMALS).tolist()
    return source


def cluster_source(doc: ClusterDoc) -> dict[str, Any]:
    """A cluster's fields."""
    source = _common(cluster_entry(doc), doc)
    source["members"] = [storable(member) for member in doc.cluster.members]
    source["size"] = doc.size
    return source


def link_source(doc: LinkDoc) -> dict[str, Any]:
    """A link's fields."""
    return {
        "id": storable(doc.id), "version": doc.version, "doc": to_json(doc), "cluster": storable(doc.cluster_id),
        "a": storable(doc.link.a), "b": storable(doc.link.b), "score": doc.link.score, "judgement": doc.link.judgement.value,
    }  # fmt: skip


def stems(doc: AdvertDoc) -> dict[str, str]:
    """By language, the text that is stemmed: the advert's own in each language it was read as; a reading of Latin-typed
    Bulgarian counts as Bulgarian."""
    found: dict[str, str] = {}
    text = storable(f"{doc.advert.title}\n{doc.advert.body}"[:MAX_TEXT])
    for guess in doc.screening.languages:
        if guess.lang in STEMMED:
            found[guess.lang] = text
    if doc.screening.reading:
        found["bg"] = "\n".join((*([found["bg"]] if "bg" in found else []), storable(doc.screening.reading[:MAX_TEXT])))
    return found


def decided(doc: AdvertDoc | ClusterDoc, outcome: Outcome | None, at: datetime) -> AdvertDoc | ClusterDoc:
    """The document with a decision on it."""
    return doc.model_copy(update={"decision": outcome, "decided_at": at})


def _common(entry: Entry, doc: AdvertDoc | ClusterDoc) -> dict[str, Any]:
    title, body, reading, exact, numbers = entry.texts
    source: dict[str, Any] = {
        "id": storable(entry.id), "version": entry.version, "doc": entry.body, "decision": entry.decision,
        "decided_at": entry.decided_at, "priority": entry.priority, "newness": entry.newness,
        "first_seen": entry.first_seen, "last_seen": entry.last_seen, "head_of_queue": doc.head_of_queue, "score": entry.score,
        "title": title, "body": body, "reading": reading, "exact": exact, "numbers": numbers.split(),
    }  # fmt: skip
    facts = [f"decision={entry.decision}"]
    for field, value in sorted(entry.values):
        source.setdefault(field, []).append(value)
        facts.append(f"{field}={fold_value(field, value)}"[:MAX_KEYWORD])
    source["facts"] = facts
    return source


def _mention(mention: Mention) -> dict[str, Any]:
    return {
        "kind": mention.kind.value, "key": storable(mention.key), "extractor": mention.extractor,
        "obscured": mention.obscured, "confidence": mention.confidence, "location": _location(mention),
    }  # fmt: skip


def _location(mention: Mention) -> dict[str, float] | None:
    found = location(mention)
    return None if found is None else {"lat": found[0], "lon": found[1]}


def _dates(source: dict[str, Any], state: AdvertState, posted_at: datetime | None) -> None:
    source["gone_since"] = millis(state.gone_since) if state.gone_since else None
    source["posted_at"] = millis(posted_at) if posted_at else None


__all__ = ["UNDECIDED", "Rendered", "decided", "doc_key", "external_version", "render"]
