"""Documents a backend refused for what they hold, and offering them again. Only Elasticsearch refuses any."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

from strazha.settings import Settings


@runtime_checkable
class Replays(Protocol):
    """A backend that sets refused documents aside."""

    def replay(self) -> tuple[int, int]:
        """Offer them again; how many were written and how many are refused still."""


def refused_documents(settings: Settings) -> list[tuple[datetime, str, str, str]]:
    """When, kind, id and reason of each document set aside, oldest first; none with a backend that refuses nothing."""
    if settings.store != "elasticsearch":
        return []
    from strazha.store.elasticsearch.quarantine import Quarantine

    held = Quarantine(settings.home / "quarantine" / f"{settings.elasticsearch_prefix}-refused.jsonl")
    return [(line.at, line.kind, line.id, line.reason) for line in held.lines()]
