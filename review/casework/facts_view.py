"""Names, ages, contacts, prices and places of a cluster: how often, when first and last, in which adverts; and hubs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from review.casework.contexts import Fact, FactsPage, Hub, HubsPage
from review.casework.members import Members, members_of, named
from review.casework.times_view import appeared
from review.cover import CONTACT_KINDS, covered_contact, covered_sentence
from review.i18n import marked, tr
from review.labels import PER
from review.places import place_name
from review.sentences import said
from review.services import Services
from strazha.model import Mention, MentionKind
from strazha.store.documents import AdvertDoc, ClusterDoc

#: Values of a kind, and adverts of a value, that are listed.
VALUES, ADVERTS = 100, 5
#: Hubs listed.
HUBS = 300

NAMES, AGES, CONTACTS, PRICES, PLACES = (
    marked("Names"), marked("Ages"), marked("Contacts"), marked("Prices"), marked("Places"),
)  # fmt: skip
RULED_HUB, RULED_NONE = (
    marked("A person ruled that unlike advertisers share it."),
    marked("A person ruled that it is no such thing."),
)


def facts_page(services: Services, doc: ClusterDoc, *, uncovered: bool = False) -> FactsPage:
    """The tables of a cluster's facts."""
    held = members_of(services, doc, uncovered=uncovered)
    found = gathered(held)
    hubs = hub_words(services)
    tables = []
    for label in (CONTACTS, NAMES, AGES, PRICES, PLACES):
        rows = sorted(found[label].items(), key=lambda item: (-len(item[1]), str(item[0])))
        facts = tuple(_fact(held, label, value, docs, hubs) for value, docs in rows[:VALUES])
        tables.append((label, facts, max(0, len(rows) - VALUES)))
    return FactsPage(head=held.head(), tables=tuple(tables))


def gathered(held: Members) -> dict[str, dict[str, list[AdvertDoc]]]:
    """By heading and value the adverts that give it; each advert counts once."""
    found: dict[str, dict[str, list[AdvertDoc]]] = {
        label: defaultdict(list) for label in (NAMES, AGES, CONTACTS, PRICES, PLACES)
    }
    for doc in held.docs:
        for label, value in dict.fromkeys(_values(held.mentions(doc))):
            found[label][value].append(doc)
    return found


def _values(mentions: Iterable[Mention]) -> Iterable[tuple[str, str]]:
    for mention in mentions:
        if mention.kind in CONTACT_KINDS:
            yield CONTACTS, f"{mention.kind.value}:{mention.key}"
        elif mention.kind is MentionKind.NAME:
            yield NAMES, mention.key
        elif mention.kind is MentionKind.AGE:
            yield AGES, mention.key
        elif mention.kind is MentionKind.PRICE:
            yield PRICES, mention.key
        elif mention.kind is MentionKind.PLACE:
            yield PLACES, mention.key


def _fact(held: Members, label: str, value: str, docs: list[AdvertDoc], hubs: Mapping[str, str]) -> Fact:
    moments = [appeared(doc) for doc in docs]
    return Fact(
        value=shown_value(held, label, value),
        count=len(docs),
        first=min(moments),
        last=max(*moments, *(doc.state.last_seen for doc in docs)),
        adverts=named(held, docs[:ADVERTS]),
        hub=held.sentence(tr(hubs.get(value, ""))) if label == CONTACTS else "",
    )


def shown_value(held: Members, label: str, value: str) -> str:
    """A value as the page writes it."""
    if label == CONTACTS:
        return held.contact(value)
    if label == PLACES:
        return held.sentence(place_name(value))
    if label == PRICES:
        amount, currency, per = (*value.split("|"), "", "", "")[:3]
        amount = amount.removesuffix(".0") if amount != "None" else ""
        return " ".join(piece for piece in (amount, currency if currency != "None" else "", tr(PER.get(per, ""))) if piece)
    return held.sentence(value)


def hub_words(services: Services) -> dict[str, str]:
    """By identifier why it counts for little; what a person ruled stands above what was found."""
    words = {one.key: said(one.why) for one in services.ledger.found_identifiers()}
    for key, is_hub in services.ledger.ruled_identifiers().items():
        words[key] = RULED_HUB if is_hub else RULED_NONE
    return words


def hubs_page(services: Services, *, uncovered: bool = False) -> HubsPage:
    """Contacts that unlike advertisers share, the least trusted first."""
    rulings = {one.key: one for one in services.ledger.identifier_rulings()}
    hubs = [
        Hub(one.key, _key(one.key, uncovered), one.adverts, one.trust, _why(one.why, uncovered), rulings.pop(one.key, None))
        for one in services.ledger.found_identifiers(HUBS)
    ]
    rest = [
        Hub(key, _key(key, uncovered), 0, 0.0 if one.is_hub else 1.0, "", one)
        for key, one in sorted(rulings.items()) if one.is_hub is not None
    ]  # fmt: skip
    return HubsPage(hubs=(*hubs, *rest[:HUBS]), uncovered=uncovered)


def _key(key: str, uncovered: bool) -> str:
    return key if uncovered or not key.startswith(tuple(f"{kind.value}:" for kind in CONTACT_KINDS)) else covered_contact(key)


def _why(text: str, uncovered: bool) -> str:
    return said(text if uncovered else covered_sentence(text))
