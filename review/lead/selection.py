"""What a search shows, as rows of an export: contacts covered unless a lead asks otherwise, blind reviews kept blind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from starlette.datastructures import QueryParams

from review.ask import SearchAsk
from review.blocks import Row
from review.cover import CONTACT_KINDS, covered_contact, covered_sentence, dotted
from review.i18n import marked, pick, tr
from review.labels import AD_TYPES, BANDS, OUTCOMES, facet_label
from review.lead.tables import Cell, Column
from review.services import Services
from review.work import advert_rows, cluster_rows
from strazha.ledger.database import chunks
from strazha.model import Mention
from strazha.store.documents import AdvertDoc, ClusterDoc
from strazha.store.query import Query

#: Rows of a CSV file and of a printable report: what a person can still go through, and a server makes in seconds.
MOST, PRINTED = 5000, 300
BATCH = 100

#: How the days of a search are called, as on its page.
DAYS = {
    "seen_from": marked("Seen from"), "seen_to": marked("Seen until"), "first_from": marked("First seen from"),
    "first_to": marked("First seen until"), "last_from": marked("Last seen from"), "last_to": marked("Last seen until"),
}  # fmt: skip

ADVERT_COLUMNS = (
    "Advert", "Title", "Band", "Score", "Type", "Source", "Address", "Languages", "Places", "Indicators", "Contacts",
    "Published", "First seen", "Last seen", "Gone since", "Cluster", "Decision", "Decided",
)  # fmt: skip
CLUSTER_COLUMNS = (
    "Cluster", "Title", "Band", "Score", "Adverts", "Types", "Sources", "Languages", "Places", "Indicators", "Contacts",
    "First seen", "Last seen", "Decision", "Decided",
)  # fmt: skip


def ask_of(query: str) -> SearchAsk:
    """The selection that the query string of a search or of the queue makes."""
    return SearchAsk.read(QueryParams(query))


def kind_of(ask: SearchAsk) -> str:
    """What a selection is exported as: a search over both gives its adverts."""
    return "clusters" if ask.kind == "clusters" else "adverts"


def criteria(services: Services, ask: SearchAsk) -> list[str]:
    """What a selection asks for, in words."""
    said = [covered_sentence(ask.text)] if ask.text else []
    for name, values in ask.filters.items():
        for value in values:
            label = services.catalogue[value].label if name == "indicator" and value in services.catalogue else None
            said.append(pick(label, value) if label is not None else tr(facet_label(name, value)))
    if ask.min_score is not None:
        said.append(f"≥ {ask.min_score}")
    if ask.contact:
        said.append(dotted(ask.contact))
    return [*said, *(f"{tr(DAYS[name])} {value}" for name, value in ask.days().items())]


def count(services: Services, ask: SearchAsk) -> int:
    """How many items a selection holds."""
    query = _query(ask, size=0)
    index = services.index
    return index.search_clusters(query).total if ask.kind == "clusters" else index.search_adverts(query).total


def columns(ask: SearchAsk) -> tuple[Column, ...]:
    """The columns of a selection's rows, named in English as other programs read them."""
    names = CLUSTER_COLUMNS if ask.kind == "clusters" else ADVERT_COLUMNS
    return tuple(Column(name, figures=name in {"Score", "Adverts"}) for name in names)


def rows(services: Services, ask: SearchAsk, *, most: int, uncovered: bool = False) -> Iterator[tuple[Cell, ...]]:
    """The selection's rows in its own order."""
    found = _cluster_rows(services, ask, uncovered) if ask.kind == "clusters" else _advert_rows(services, ask, uncovered)
    for number, row in enumerate(found):
        if number >= most:
            return
        yield row


def printed(services: Services, ask: SearchAsk) -> tuple[Row, ...]:
    """The first rows of a selection as its pages show them, contacts covered."""
    query = _query(ask, size=PRINTED)
    if ask.kind == "clusters":
        return _told(ask, cluster_rows(services, services.index.search_clusters(query).rows))
    docs = [row.doc for row in services.index.search_adverts(query).rows]
    return _told(ask, advert_rows(services, docs))


def _told(ask: SearchAsk, found: Sequence[Row]) -> tuple[Row, ...]:
    # That a blindly judged item is among what was decided so would tell it (as on the search page).
    return tuple(row for row in found if not ("decision" in ask.filters and row.review))


def _query(ask: SearchAsk, size: int, cursor: str = "") -> Query:
    return ask.for_index(size=size, cursor=cursor)


def _advert_rows(services: Services, ask: SearchAsk, uncovered: bool) -> Iterator[tuple[Cell, ...]]:
    for docs in chunks(services.index.each_advert(_query(ask, size=BATCH)), BATCH):
        shown = {row.id: row for row in _told(ask, advert_rows(services, docs))}
        for doc in docs:
            if doc.id in shown:
                yield _advert(services, doc, shown[doc.id], uncovered)


def _advert(services: Services, doc: AdvertDoc, row: Row, uncovered: bool) -> tuple[Cell, ...]:
    screening = doc.screening
    address = doc.advert.url if uncovered else covered_sentence(doc.advert.url)
    contacts = sorted({_contact(one, uncovered) for one in screening.mentions if one.kind in CONTACT_KINDS})
    hits = dict.fromkeys(hit.indicator for hit in screening.hits)
    return (
        doc.id, doc.advert.title if uncovered else row.title, tr(BANDS[row.band]), row.score, tr(AD_TYPES[screening.ad_type]),
        doc.advert.source_id, address, ", ".join(row.languages), _joined(row.places), _indicators(services, hits),
        "; ".join(contacts), doc.advert.posted_at, row.first_seen, row.last_seen, row.gone_since, doc.cluster_id,
        _decision(row), row.decided_at,
    )  # fmt: skip


def _contact(mention: Mention, uncovered: bool) -> str:
    text = f"{mention.kind.value}:{mention.key}"
    return text if uncovered else covered_contact(text)


def _cluster_rows(services: Services, ask: SearchAsk, uncovered: bool) -> Iterator[tuple[Cell, ...]]:
    cursor = ""
    while True:
        page = services.index.search_clusters(_query(ask, BATCH, cursor))
        shown = {row.id: row for row in _told(ask, cluster_rows(services, page.rows))}
        for doc in page.rows:
            if doc.id in shown:
                yield _cluster(services, doc, shown[doc.id], uncovered)
        cursor = page.cursor
        if not cursor:
            return


def _cluster(services: Services, doc: ClusterDoc, row: Row, uncovered: bool) -> tuple[Cell, ...]:
    contacts = sorted(doc.contacts if uncovered else {covered_contact(one) for one in doc.contacts})
    return (
        doc.id, doc.title if uncovered else row.title, tr(BANDS[row.band]), row.score, doc.size,
        ", ".join(tr(AD_TYPES[kind]) for kind in doc.ad_types), ", ".join(doc.sources), ", ".join(doc.languages),
        _joined(doc.places), _indicators(services, doc.indicators), "; ".join(contacts), doc.first_seen, doc.last_seen,
        _decision(row), row.decided_at,
    )  # fmt: skip


def _indicators(services: Services, names: Iterable[str]) -> str:
    return ", ".join(pick(services.catalogue[one].label, one) if one in services.catalogue else one for one in names)


def _joined(places: Sequence[str]) -> str:
    return "; ".join(facet_label("place", one) for one in places)


def _decision(row: Row) -> str:
    return tr(OUTCOMES[row.decision]) if row.decision is not None else ""
