"""With whom a search may be shared."""

from __future__ import annotations

from review.access import READERS
from review.services import Services
from strazha.ledger.records import User


def colleagues(services: Services, user: User) -> list[str]:
    """Everybody else who may read adverts."""
    return [
        one.name for one in services.ledger.users() if one.role in READERS and one.disabled_at is None and one.name != user.name
    ]
