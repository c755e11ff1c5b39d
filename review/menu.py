"""The main menu: which pages there are, and whose work they belong to."""

from __future__ import annotations

from dataclasses import dataclass

from review.access import AUDITORS, LEADS, OPERATORS, READERS, may
from review.i18n import marked
from strazha.ledger.records import Role, User


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu."""

    path: str
    label: str
    roles: frozenset[Role]
    #: The key that opens it, if any (the pages' script reads ``data-key``).
    key: str = ""


#: In the order in which they are shown; a new page is one line here.
ENTRIES = (
    Entry("/queue", marked("Queue"), READERS, "q"),
    Entry("/search", marked("Search"), READERS, "/"),
    Entry("/map", marked("Map"), READERS),
    Entry("/paste", marked("Screen a text"), READERS),
    Entry("/reviews", marked("Double reviews"), LEADS),
    Entry("/runs", marked("Runs"), OPERATORS),
    Entry("/audit", marked("Audit"), AUDITORS),
)


def menu_of(user: User | None) -> tuple[Entry, ...]:
    """The pages a user's role reaches."""
    return tuple(entry for entry in ENTRIES if may(user, entry.roles))
