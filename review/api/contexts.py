"""Contexts of the API's pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from review.access import DESCRIPTION
from review.api.description import Section
from review.contexts import Page
from strazha.ledger.tokens import ApiToken

#: What an account shows before a token is allowed or collected: password, password and code, or a fresh sign-in (or has).
ProofAsked = Literal["password", "code", "sign-in", "nothing"]


@dataclass(frozen=True, slots=True)
class ReferencePage(Page):
    """The API as people read it, and one's own tokens; ``secret`` only in the answer to collecting one, once."""

    template: ClassVar[str] = "api/reference.html"
    sections: tuple[Section, ...]
    #: By status: what happened and what to do.
    problems: tuple[tuple[int, str, str], ...]
    tokens: tuple[ApiToken, ...]
    now: datetime
    rate: int
    ask: ProofAsked
    made: ApiToken | None = None
    secret: str = ""
    problem: str = ""
    #: Names that are the same in every language.
    here: str = "/api"
    header: str = "Authorization: Bearer strz_…"
    spec: str = DESCRIPTION


@dataclass(frozen=True, slots=True)
class TokensPage(Page):
    """Every token, and the form that allows a new one; no page of administrators ever holds a secret."""

    template: ClassVar[str] = "api/tokens.html"
    tokens: tuple[ApiToken, ...]
    now: datetime
    #: Accounts a token can be made for, with their roles.
    owners: tuple[tuple[str, str], ...]
    ask: ProofAsked
    made: ApiToken | None = None
    problem: str = ""
    owner: str = ""
    name: str = ""
    scope: str = "read"
    days: str = "90"
    here: str = "/tokens"
