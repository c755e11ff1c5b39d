"""The main menu: which pages there are, and whose work they belong to."""

from __future__ import annotations

from dataclasses import dataclass

from review.access import ADMINS, AUDITORS, DECIDERS, EVERYBODY, LEADS, OPERATORS, OVERSEERS, READERS, may
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
    #: The group it folds into; without one it stands in the bar itself.
    group: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that stand together: folded under a label, or (without one) in the bar itself."""

    label: str
    entries: tuple[Entry, ...]


#: Groups in the order in which they are shown.
FIND, LEAD, OPERATE, ADMINISTER = GROUPS = (
    marked("Investigation"), marked("Oversight"), marked("Collection"), marked("Access")
)  # fmt: skip


#: In the order in which they are shown; a new page is one line here.
ENTRIES = (
    Entry("/queue", marked("Queue"), READERS, "q"),
    Entry("/search", marked("Search"), READERS, "/"),
    Entry("/map", marked("Map"), READERS, group=FIND),
    Entry("/searches", marked("Saved searches"), READERS, group=FIND),
    Entry("/watches", marked("Alerts and watches"), READERS, group=FIND),
    Entry("/paste", marked("Screen a text"), READERS, group=FIND),
    Entry("/cases", marked("Cases"), DECIDERS, group=FIND),
    Entry("/compare", marked("Compare"), READERS, group=FIND),
    Entry("/dashboard", marked("Dashboard"), OVERSEERS, group=LEAD),
    Entry("/exports", marked("Exports"), OVERSEERS, group=LEAD),
    Entry("/reviews", marked("Double reviews"), LEADS, group=LEAD),
    Entry("/training", marked("Training"), EVERYBODY, group=FIND),
    Entry("/training/people", marked("Training overview"), LEADS, group=LEAD),
    Entry("/alarms", marked("Alarms"), OPERATORS, group=OPERATE),
    Entry("/sources", marked("Sources"), OPERATORS, group=OPERATE),
    Entry("/runs", marked("Runs"), OPERATORS, group=OPERATE),
    Entry("/quarantine", marked("Quarantine"), OPERATORS, group=OPERATE),
    Entry("/system", marked("System"), OPERATORS, group=OPERATE),
    Entry("/users", marked("Accounts"), ADMINS, group=ADMINISTER),
    Entry("/audit", marked("Audit"), AUDITORS, group=LEAD),
    Entry("/tokens", marked("Tokens"), ADMINS, group=ADMINISTER),
    Entry("/api", marked("The API"), EVERYBODY, group=ADMINISTER),
)


def menu_of(user: User | None) -> tuple[Group, ...]:
    """The pages a user's role reaches, in groups; a group of one is no group."""
    reached = [entry for entry in ENTRIES if may(user, entry.roles)]
    groups = [Group(label, tuple(entry for entry in reached if entry.group == label)) for label in ("", *GROUPS)]
    return tuple(Group("", group.entries) if len(group.entries) == 1 else group for group in groups if group.entries)


def is_at(entry: Entry, path: str) -> bool:
    """Whether a page is this entry's or lies below it."""
    below = path.startswith(f"{entry.path}/") and not any(other.path == path for other in ENTRIES)
    return path == entry.path or below
