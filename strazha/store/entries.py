"""Review documents as every backend indexes them: order, words, values and keys drawn from each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from strazha.model import Band, Mention, MentionKind, Record
from strazha.store.documents import AdvertDoc, ClusterDoc
from strazha.store.folding import FoldedWord, contact_tokens, fold, fold_words, number_tokens
from strazha.store.places import point_steps
from strazha.store.query import AdvertField, ClusterField

UNDECIDED = "none"
#: Columns of the full-text table. title, body and reading hold skeletons, exact the words as spelled, numbers all tails of
#: digit runs and of contacts; order matters for the weights in ranking.
TEXT_COLUMNS = ("title", "body", "reading", "exact", "numbers")
#: Characters of a field that are indexed. A page of 20 MB must neither fill the index nor stop it; no advert is so long.
MAX_TEXT = 200_000
#: Mentions of one advert whose places go on the map (and that Elasticsearch keeps as documents of their own, of which it takes
#: 10,000 an advert): a page of 20 MB must not make a hundred thousand of them.
MAX_MENTIONS = 1000

_CONTACT_KINDS = {MentionKind.PHONE, MentionKind.EMAIL, MentionKind.HANDLE}
AnyDoc = TypeVar("AnyDoc", bound=Record)


@dataclass(frozen=True, slots=True)
class Entry:
    """One document, ready to be written."""

    id: str
    version: int
    body: str
    #: Head of queue, band and score in one number, so that one index serves the queue.
    priority: int
    score: int
    #: What "new" means: for an advert when it was first seen, for a cluster when it last was. Milliseconds since 1970.
    newness: int
    first_seen: int
    last_seen: int
    texts: tuple[str, ...]
    #: (field, value) of everything that can be filtered or counted, without the decision.
    values: frozenset[tuple[str, str]]
    keys: frozenset[int]
    decision: str
    decided_at: int | None
    posted_at: int | None = None
    #: Where its places are, each mention once, in steps (see places.py).
    points: tuple[tuple[int, int], ...] = ()
    #: Packed (see vectors.py); empty for none.
    vector: str = ""


def advert_entry(doc: AdvertDoc) -> Entry:
    """An advert's entry."""
    advert, state, screening = doc.advert, doc.state, doc.screening
    places = [mention for mention in screening.mentions if mention.kind is MentionKind.PLACE]
    contacts = [mention for mention in screening.mentions if mention.kind in _CONTACT_KINDS]
    countries = {str(mention.value.get("country") or "") for mention in places if isinstance(mention.value, dict)}
    values: dict[AdvertField, Iterable[str]] = {
        AdvertField.SOURCE: [advert.source_id],
        AdvertField.AD_TYPE: [screening.ad_type.value],
        AdvertField.BAND: [screening.band.value],
        AdvertField.LANGUAGE: [guess.lang for guess in screening.languages],
        AdvertField.INDICATOR: [hit.indicator for hit in screening.hits],
        AdvertField.PLACE: [mention.key for mention in places],
        AdvertField.COUNTRY: {advert.country or "", *countries},
        AdvertField.CONTACT: [f"{mention.kind.value}:{mention.key}" for mention in contacts],
        AdvertField.CLUSTER: [doc.cluster_id],
        AdvertField.STATUS: ["gone" if state.gone_since else "live"],
    }
    site_fields = "\n".join((advert.place, advert.contact, advert.seller))
    numbers = (advert.title, advert.body, advert.contact, *(mention.key for mention in contacts))
    return Entry(
        id=doc.id,
        version=doc.version,
        body=to_json(doc),
        priority=_priority(doc.head_of_queue, screening.band, screening.score),
        score=screening.score,
        newness=millis(state.first_seen),
        first_seen=millis(state.first_seen),
        last_seen=millis(state.last_seen),
        texts=_texts(
            advert.title, f"{advert.body}\n{site_fields}", screening.reading, numbers, [mention.key for mention in contacts]
        ),
        values=_pairs(values),
        keys=frozenset(key_hash(key) for key in doc.keys),
        decision=doc.decision.value if doc.decision else UNDECIDED,
        decided_at=millis(doc.decided_at) if doc.decided_at else None,
        posted_at=millis(advert.posted_at) if advert.posted_at else None,
        points=tuple(point_steps(*spot) for item in screening.mentions[:MAX_MENTIONS] if (spot := location(item))),
        vector=doc.vector,
    )


def cluster_entry(doc: ClusterDoc) -> Entry:
    """A cluster's entry."""
    values: dict[ClusterField, Iterable[str]] = {
        ClusterField.SOURCE: doc.sources,
        ClusterField.AD_TYPE: [kind.value for kind in doc.ad_types],
        ClusterField.BAND: [doc.band.value],
        ClusterField.LANGUAGE: doc.languages,
        ClusterField.INDICATOR: doc.indicators,
        ClusterField.PLACE: doc.places,
        ClusterField.COUNTRY: doc.countries,
        ClusterField.CONTACT: doc.contacts,
    }
    places = [place.partition("|")[0] for place in doc.places]
    body = "\n".join((*doc.names, *doc.contacts, *places))
    return Entry(
        id=doc.id,
        version=doc.version,
        body=to_json(doc),
        priority=_priority(doc.head_of_queue, doc.band, doc.score),
        score=doc.score,
        newness=millis(doc.last_seen),
        first_seen=millis(doc.first_seen),
        last_seen=millis(doc.last_seen),
        texts=_texts(
            doc.title, body, "", (doc.title, *doc.contacts), [contact.partition(":")[2] or contact for contact in doc.contacts]
        ),
        values=_pairs(values),
        keys=frozenset(),
        decision=doc.decision.value if doc.decision else UNDECIDED,
        decided_at=millis(doc.decided_at) if doc.decided_at else None,
    )


def location(mention: Mention) -> tuple[float, float] | None:
    """Latitude and longitude of a place; None for what is none, or lies nowhere on the globe."""
    if mention.kind is not MentionKind.PLACE or not isinstance(mention.value, dict):
        return None
    lat, lon = mention.value.get("lat"), mention.value.get("lon")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    # Beyond the poles Elasticsearch would refuse the whole advert; a wrong point must not keep it from review.
    return (float(lat), float(lon)) if abs(lat) <= 90 and abs(lon) <= 180 else None


def read_doc(kind: type[AnyDoc], body: str) -> AnyDoc:
    """A document from its stored form."""
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        # Lone surrogates are escaped on the way in, which pydantic's own parser refuses.
        return kind.model_validate(json.loads(body))


def millis(at: datetime) -> int:
    """Milliseconds since 1970."""
    return round(at.timestamp() * 1000)


def fold_value(field: str, value: str) -> str:
    """How a typed value is compared: a place by its folded name, others without regard to case."""
    return fold(value.partition("|")[0]) if field == "place" else storable(value).casefold()


def key_hash(key: str) -> int:
    """A blocking key as 63 bits: a tenth of the space of its text, and no two of a billion keys meet by chance."""
    return int.from_bytes(hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1


def _priority(head: bool, band: Band, score: int) -> int:
    return head * 1000 + band.rank * 200 + score


def to_json(doc: Record) -> str:
    """A document's stored form; see ``read_doc``."""
    try:
        return doc.model_dump_json()
    except PydanticSerializationError:
        return json.dumps(doc.plain())


def _texts(title: str, body: str, reading: str, numbers: Iterable[str], contacts: Iterable[str]) -> tuple[str, ...]:
    words = [fold_words(text[:MAX_TEXT]) for text in (title, body, reading)]
    exact = " ".join(word.plain for field in words for word in field)
    # In order of first appearance, so that the same document gives the same text in every process.
    tails = number_tokens(text[:MAX_TEXT] for text in numbers)
    return (*(_skeletons(field) for field in words), exact, " ".join((*tails, *contact_tokens(contacts))))


def _skeletons(words: list[FoldedWord]) -> str:
    # Other spellings stand at the end, where they disturb no phrase.
    others = dict.fromkeys(other for word in words for other in word.others)
    return " ".join((*(word.main for word in words), *others))


def _pairs(values: dict[AdvertField, Iterable[str]] | dict[ClusterField, Iterable[str]]) -> frozenset[tuple[str, str]]:
    return frozenset((field.value, storable(value)) for field, found in values.items() for value in found if value)


def storable(value: str) -> str:
    """A value as an index can hold it: lone surrogates become question marks."""
    return value.encode("utf-8", "replace").decode("utf-8")
