"""What a comparison gets and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from strazha.model import Linkable


@dataclass(frozen=True, slots=True)
class Compared:
    """Outcome of one comparison: ``score`` from 0 (says nothing) to 1 (says all it can), and a sentence for the user."""

    score: float
    text: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beyond the two adverts: how far an identifier can be trusted (1 fully; near 0 for a hub).

    Identifiers that are not listed are trusted fully. ``why`` says in words why one is not.
    """

    trust: Mapping[str, float] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> float:
        """Trust in an identifier, 0 to 1."""
        return self.trust.get(key, 1.0)


class Comparison(Protocol):
    """A pure function; ``compare(a, b, known)`` equals ``compare(b, a, known)``."""

    def __call__(self, a: Linkable, b: Linkable, known: Known) -> Compared:
        """Compare two adverts."""
