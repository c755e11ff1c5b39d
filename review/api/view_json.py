"""Views of casework as the API tells them, from the same contexts as their pages: covered and blind as there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from review.api import view_records as told
from review.casework.compare_view import SOURCES
from review.casework.contexts import (
    ComparePage,
    FactsPage,
    GraphPage,
    Head,
    HistoryPage,
    HubsPage,
    SheetsPage,
    Side,
    TimesPage,
)
from review.casework.facts_view import AGES, CONTACTS, NAMES, PLACES, PRICES
from review.i18n import tr
from review.investigate.spots import Spot
from strazha.ledger.records import IdentifierRuling

#: What the tables of facts are called in every language.
KINDS = {NAMES: "names", AGES: "ages", CONTACTS: "contacts", PRICES: "prices", PLACES: "places", SOURCES: "sources"}


def _view(head: Head) -> dict[str, Any]:
    return {"cluster": head.id, "members": head.size, "left_out": head.left_out, "uncovered": head.uncovered}


def graph_json(page: GraphPage) -> told.Graph:
    """The graph."""
    return told.Graph(
        **_view(page.head),
        nodes=[
            told.Node(
                number=one.number, advert=one.id, title=one.title, band=one.band, source=one.source, first_seen=one.first_seen
            )
            for one in page.nodes
        ],
        edges=[
            told.Edge.model_validate({
                "a": one.a.number, "b": one.b.number, "score": one.score, "judgement": one.judgement, "holds": one.spanning,
                "reasons": reasons_json(one.reasons),
            })
            for one in page.edges
        ],
        links=page.count,
    )  # fmt: skip


def reasons_json(found: Iterable[tuple[str, str]]) -> list[told.Reason]:
    """Comparisons (kind, sentence)."""
    return [told.Reason(comparison=tr(kind), text=text) for kind, text in found]


def times_json(page: TimesPage) -> told.Times:
    """Time and towns."""
    return told.Times(
        **_view(page.head), step=page.step, sources=list(page.sources),
        periods=[told.Period(label=one.label, appeared=list(one.new), gone=one.gone) for one in page.buckets],
        live=page.live, gone=page.gone, busiest_week=page.busiest_week,
        towns=[told.Stay(town=one.town, first=one.first, last=one.last, adverts=one.adverts) for one in page.stays],
        moves=[
            told.Move(start=one.start.town, end=one.end.town, left=one.start.last, arrived=one.end.first, km=one.km)
            for one in page.moves
        ],
        names_come=page.names_come, names_gone=page.names_gone, recruiting_to_selling_days=page.recruiting_to_selling,
        map_steps=list(page.places.steps), map_places=places_json(page.places.spots),
    )  # fmt: skip


def places_json(found: Iterable[Spot]) -> list[told.Place]:
    """Places of a map."""
    return [
        told.Place(name=one.name, lat=one.lat, lon=one.lon, counts=list(one.counts), total=one.count, band=one.band)
        for one in found
    ]


def _pieces(found: Iterable[tuple[str, int]]) -> list[told.Piece]:
    return [told.Piece(text=text, slot=slot) for text, slot in found]


def _titled(found: Iterable[tuple[str, str]]) -> list[told.Titled]:
    return [told.Titled(id=one, title=title) for one, title in found]


def sheets_json(page: SheetsPage) -> told.Sheets:
    """Common texts."""
    return told.Sheets(
        **_view(page.head),
        sheets=[
            told.Sheet(
                pieces=_pieces(one.pieces), copies=one.count, adverts=_titled(one.copies),
                slots=[
                    told.Slot(
                        number=slot.number, more=slot.more, empty=slot.empty,
                        values=[told.SlotValue(value=value, copies=copies) for value, copies in slot.values],
                    )
                    for slot in one.slots
                ],
            )
            for one in page.sheets
        ],
        alone=page.alone,
    )  # fmt: skip


def facts_json(page: FactsPage) -> told.Facts:
    """The tables of facts."""
    return told.Facts(
        **_view(page.head),
        tables=[
            told.FactTable(
                kind=KINDS[label], label=tr(label), more=more,
                facts=[
                    told.Fact(
                        value=one.value, adverts=one.count, first=one.first, last=one.last, some=_titled(one.adverts),
                        shared=one.hub,
                    )
                    for one in facts
                ],
            )
            for label, facts, more in page.tables
        ],
    )  # fmt: skip


def hubs_json(page: HubsPage) -> told.SharedContacts:
    """Shared contacts."""
    return told.SharedContacts(
        contacts=[
            told.SharedContact(
                contact=one.shown, adverts=one.adverts, trust=one.trust, why=one.why,
                ruling=_ruling(one.ruling),
            )
            for one in page.hubs
        ],
        uncovered=page.uncovered,
    )  # fmt: skip


def _ruling(one: IdentifierRuling | None) -> told.Ruling | None:
    """What stands; a ruling taken back is none."""
    if one is None or one.is_hub is None:
        return None
    return told.Ruling(shared=one.is_hub, by=one.ruled_by, at=one.ruled_at)


def history_json(page: HistoryPage) -> told.History:
    """Everything that happened to an item."""
    return told.History.model_validate({
        "kind": page.kind, "id": page.id, "title": page.title,
        "happenings": [
            {
                "at": one.at, "kind": one.kind, "what": tr(one.what) if one.what else "", "who": one.who, "text": one.text,
                "count": one.count, "note": one.note.id if one.note is not None else "",
                "former": [{"version": number, "text": text, "written_at": at} for number, text, at in one.former],
            }
            for one in page.happenings
        ],
        "cases": [{"id": one.id, "title": one.title} for one in page.within], "uncovered": page.uncovered,
    })  # fmt: skip


def comparison_json(page: ComparePage, sides: Sequence[Side]) -> told.Comparison:
    """Two clusters side by side."""
    first, last = page.overlap or (None, None)
    return told.Comparison(
        a=_side(sides[0]), b=_side(sides[1]),
        common=[
            told.Common(
                kind=KINDS[one.label], label=tr(one.label), both=[told.Both(value=value, a=a, b=b) for value, a, b in one.both],
                only_a=list(one.only_a), only_b=list(one.only_b), count_a=one.count_a, count_b=one.count_b,
            )
            for one in page.commons
        ],
        texts=[told.CommonSheet(pieces=_pieces(pieces), copies_a=a, copies_b=b) for pieces, a, b in page.sheets],
        pairs=[
            told.Pair(
                a=_titled([one.a])[0], b=_titled([one.b])[0], score=one.score, verdict=tr(one.verdict),
                reasons=reasons_json(one.reasons),
            )
            for one in page.pairs
        ],
        periods=[told.TwoPeriod(label=label, a=a, b=b) for label, a, b in page.periods],
        overlap_from=first, overlap_to=last, together=page.together, uncovered=page.uncovered,
    )  # fmt: skip


def _side(one: Side) -> told.Side:
    head = one.head
    return told.Side(
        id=head.id, title=head.title, band=head.band, score=head.score, size=head.size, first_seen=head.first_seen,
        last_seen=head.last_seen, days=one.days, ad_types=list(one.ad_types), sources=list(one.sources),
        languages=list(one.languages),
    )  # fmt: skip
