"""Names of indices and aliases: built and parsed here and nowhere else.

An index is called ``<prefix>-<kind>-<layout>-<generation>``, as ``strazha-adverts-l1f1-000003``. Programs never use these
names to read or write, only aliases. By role: ``strazha-adverts`` (in use), ``strazha-adverts-next`` (being filled) and
``strazha-adverts-former`` (kept for a rollback, still written to so that nothing is lost by going back). And for writing one
that stays with its index, as ``strazha-adverts-into-l1f1-000003``: a request that is under way while the roles change must not
end in an index its documents were not made for, and one to an index that is gone must not make it anew with a guessed mapping.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from strazha.errors import BadInputError
from strazha.store.folding import VERSION as FOLDING

Kind = Literal["adverts", "clusters", "links"]
KINDS: tuple[Kind, ...] = ("adverts", "clusters", "links")
Role = Literal["current", "next", "former"]
ROLES: tuple[Role, ...] = ("current", "next", "former")

#: Changes with the mappings or with how documents are rendered; an index of another layout must be built anew.
LAYOUT = f"l2f{FOLDING}"
_PREFIX = re.compile(r"^[a-z][a-z0-9_]{0,60}$")
_INDEX = re.compile(r"^(?P<prefix>[a-z][a-z0-9_]*)-(?P<kind>adverts|clusters|links)-(?P<layout>l\w+)-(?P<generation>\d{6,})$")


def layout_order(layout: str) -> tuple[int, ...]:
    """Orders layouts from older to newer: ``l9f1`` comes before ``l10f1``."""
    return tuple(int(number) for number in re.findall(r"\d+", layout))


@dataclass(frozen=True, slots=True)
class IndexName:
    """The parts of one index's name."""

    prefix: str
    kind: Kind
    layout: str
    generation: int

    def __str__(self) -> str:
        return f"{self.prefix}-{self.kind}-{self.layout}-{self.generation:06}"

    @property
    def writing(self) -> str:
        """The alias that leads to this index alone, as long as it is there."""
        return f"{self.prefix}-{self.kind}-into-{self.layout}-{self.generation:06}"

    @classmethod
    def parse(cls, name: str) -> IndexName | None:
        """The parts of a name, or None if it is none of ours."""
        match = _INDEX.match(name)
        if match is None:
            return None
        kind: Kind = next(kind for kind in KINDS if kind == match["kind"])
        return cls(match["prefix"], kind, match["layout"], int(match["generation"]))


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one installation: several may share a cluster, each with a prefix of its own."""

    prefix: str = "strazha"

    def __post_init__(self) -> None:
        if not _PREFIX.match(self.prefix):
            raise BadInputError(
                f"{self.prefix!r} cannot begin the name of an index",
                remedy="set STRAZHA_ELASTICSEARCH_PREFIX to lower-case letters, digits and underscores, a letter first",
            )

    def alias(self, kind: Kind, role: Role = "current") -> str:
        """The alias a role is reached by."""
        return f"{self.prefix}-{kind}" if role == "current" else f"{self.prefix}-{kind}-{role}"

    def role(self, kind: Kind, alias: str) -> Role | None:
        """The role of an alias."""
        return next((role for role in ROLES if self.alias(kind, role) == alias), None)

    def index(self, kind: Kind, generation: int) -> IndexName:
        """An index of the layout this program writes."""
        return IndexName(self.prefix, kind, LAYOUT, generation)

    def pattern(self, kind: Kind) -> str:
        """Matches every index of a kind, of whatever layout and generation, and no alias."""
        return f"{self.prefix}-{kind}-l*"

    @property
    def decisions(self) -> str:
        """The one index that is not versioned: the newest decision on each subject (see deciding.py)."""
        return f"{self.prefix}-decisions"
