"""What the pages of accounts show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from review.contexts import Page
from strazha.ledger.records import AccountFacts


@dataclass(frozen=True, slots=True)
class UsersPage(Page):
    """Every account with its state, and the form for a new one."""

    template: ClassVar[str] = "accounts/users.html"
    accounts: tuple[AccountFacts, ...]
    now: datetime
    #: Roles to choose from.
    roles: tuple[str, ...]
    #: Account and its one-time password, shown this once; until when it is good.
    made: str = ""
    password: str = ""
    until: datetime | None = None
    problem: str = ""
    done: str = ""
    #: What was typed in a form that came back.
    name: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class HopPage(Page):
    """Goes on to a page of this site by itself: the browser then counts the way there as coming from here."""

    template: ClassVar[str] = "accounts/hop.html"
    target: str
