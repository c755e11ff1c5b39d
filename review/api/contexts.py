"""Contexts of the API's pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from review.access import DESCRIPTION
from review.api.description import Section
from review.contexts import Page
from strazha.ledger.tokens import ApiToken


@dataclass(frozen=True, slots=True)
class ReferencePage(Page):
    """The API as people read it, and one's own tokens."""

    template: ClassVar[str] = "api/reference.html"
    sections: tuple[Section, ...]
    #: By status: what happened and what to do.
    problems: tuple[tuple[int, str, str], ...]
    tokens: tuple[ApiToken, ...]
    now: datetime
    rate: int
    #: Names that are the same in every language.
    header: str = "Authorization: Bearer strz_…"
    spec: str = DESCRIPTION


@dataclass(frozen=True, slots=True)
class TokensPage(Page):
    """Every token, and the form for a new one; ``secret`` only in the answer to the form, once."""

    template: ClassVar[str] = "api/tokens.html"
    tokens: tuple[ApiToken, ...]
    now: datetime
    #: Accounts a token can be made for, with their roles.
    owners: tuple[tuple[str, str], ...]
    code: bool
    made: ApiToken | None = None
    secret: str = ""
    problem: str = ""
    owner: str = ""
    name: str = ""
    scope: str = "read"
    days: str = "90"
