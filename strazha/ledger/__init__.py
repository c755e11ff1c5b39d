"""The ledger: runs, adverts over time, links, clusters, decisions, accounts and the audit chain, in SQL.

``open_ledger(url)`` gives a :class:`Ledger` for SQLite or PostgreSQL with its tables up to date. Every write is a
transaction and every write can be repeated: a process killed anywhere and run again ends in the same content.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from strazha.ledger.accounts import Accounts
from strazha.ledger.adverts import Adverts
from strazha.ledger.ageing import Ageing
from strazha.ledger.audit import Audit
from strazha.ledger.casework import Casework
from strazha.ledger.clusters import Clusters
from strazha.ledger.corrections import Corrections
from strazha.ledger.database import Database
from strazha.ledger.decisions import Decisions
from strazha.ledger.deliveries import Deliveries
from strazha.ledger.holdings import Holdings
from strazha.ledger.identifiers import Identifiers
from strazha.ledger.keeping import Keeping
from strazha.ledger.leading import Leading
from strazha.ledger.links import Links
from strazha.ledger.operating import Operating
from strazha.ledger.reasons import Reasons
from strazha.ledger.records import (
    AdvertVersion,
    AuditEntry,
    FoundIdentifier,
    IdentifierRuling,
    LegalHold,
    Role,
    ScreeningRef,
    SeenAdvert,
    StatedReason,
    TakeIn,
    User,
)
from strazha.ledger.reviews import Reviews
from strazha.ledger.runs import Runs, Steps
from strazha.ledger.screenings import Screenings
from strazha.ledger.second_factor import SecondFactor
from strazha.ledger.takein import TakingIn
from strazha.ledger.tokens import Tokens
from strazha.ledger.training import Training
from strazha.ledger.users import Users
from strazha.ledger.watches import Watches

__all__ = [
    "AdvertVersion",
    "AuditEntry",
    "FoundIdentifier",
    "IdentifierRuling",
    "Ledger",
    "LegalHold",
    "Role",
    "ScreeningRef",
    "SeenAdvert",
    "StatedReason",
    "TakeIn",
    "User",
    "open_ledger",
]


class Ledger(
    Runs, Steps, TakingIn, Adverts, Screenings, Links, Identifiers, Clusters, Decisions, Holdings, Corrections, Reviews,
    SecondFactor, Users, Accounts, Reasons, Training, Audit, Ageing, Tokens, Watches, Deliveries, Casework, Operating,
    Leading, Keeping,
):  # fmt: skip
    """Every subject of the ledger over one database; each has a file of its own. May be shared between threads."""

    def close(self) -> None:
        """Close every connection."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_ledger(url: str) -> Ledger:
    """Open the ledger at a SQLAlchemy URL (``settings.ledger``) and bring its tables up to date.

    A SQLite file and its folder are made where they are missing. Raises BadInputError for an address that is none,
    MissingExtraError without the PostgreSQL driver, StoreUnavailableError where the database cannot be reached.
    """
    return Ledger(Database(url))
