"""The common texts behind a cluster's adverts, with what varies in them."""

from __future__ import annotations

from collections import Counter

from review.casework.contexts import Sheet, SheetsPage, Slot
from review.casework.members import Members, members_of, named
from review.services import Services
from strazha.store.documents import ClusterDoc

#: Characters of a text that are aligned; values of a slot and copies of a sheet that are listed.
TEXT, VALUES, COPIES, VALUE = 6000, 12, 12, 160


def sheets_page(services: Services, doc: ClusterDoc, *, uncovered: bool = False) -> SheetsPage:
    """The sheets of a cluster, the one with most copies first. Texts are covered before they are aligned."""
    held = members_of(services, doc, uncovered=uncovered)
    found = sheets_of(held)
    return SheetsPage(head=held.head(), sheets=found, alone=len(held.docs) - sum(sheet.count for sheet in found))


def texts_of(held: Members) -> list[str]:
    """Title and body of each member, as they may be shown."""
    return [f"{held.title(doc)}\n{held.field(doc, 'body')}"[:TEXT] for doc in held.docs]


def sheets_of(held: Members) -> tuple[Sheet, ...]:
    """The sheets of members."""
    from flows.steps.sheets import sheets

    out = []
    for found in sheets(texts_of(held)):
        slots = []
        for number in range(found.slots):
            filled = Counter(fills[number][:VALUE] for fills in found.fills)
            empty = filled.pop("", 0)
            common = filled.most_common()
            slots.append(Slot(number + 1, tuple(common[:VALUES]), max(0, len(common) - VALUES), empty))
        out.append(
            Sheet(
                pieces=tuple((part.text, 0 if part.slot is None else part.slot + 1) for part in found.parts),
                slots=tuple(slots),
                copies=named(held, [held.docs[index] for index in found.members[:COPIES]]),
                count=len(found.members),
            )
        )
    return tuple(out)
