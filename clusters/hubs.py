"""Hubs: identifiers that unlike advertisers share, and that therefore join nobody.

A newspaper's desk, a hostel's reception, a community hall answers for many who do not know each other. Such a contact shows by
its *spread*: under it stand unlike texts of unlike kinds (a tent for sale, English lessons, a job abroad) signed by different
people, and some of them say that a desk answers. One operation under one number has unlike texts too, but of kinds that
belong together, and its names come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from clusters.compare.base import Known
from clusters.compare.text import likeness
from clusters.form import form_of, same_name, skeleton
from strazha.model import AdType, Linkable

#: At most so many adverts are looked at to judge an identifier: enough to see a spread, bounded for any number.
SAMPLE = 24
#: Points from which an identifier is a hub, and from which it is doubted.
HUB = 3.5
DOUBTED = 2.5
#: Trust left to a hub, which joins nothing, and to a doubted one, which joins beside a like text, not beside a day and town.
HUB_TRUST = 0.05
DOUBTED_TRUST = 0.45
#: Why an identifier joins nothing although its spread shows nothing.
RULED_HUB = "an analyst ruled that unlike advertisers share it"
#: Texts more alike than this count as one text: an operation's hundred copies are not spread.
_SAME_TEXT = 0.60


@dataclass(frozen=True, slots=True)
class Spread:
    """How an identifier is spread over adverts, and what follows: ``points`` add up what ``reasons`` list."""

    key: str
    adverts: int
    texts: int
    points: float
    reasons: tuple[str, ...]

    @property
    def trust(self) -> float:
        """How far a shared identifier can be trusted to mean one operation, 0 to 1."""
        if self.points >= HUB:
            return HUB_TRUST
        return DOUBTED_TRUST if self.points >= DOUBTED else 1.0

    @property
    def is_hub(self) -> bool:
        """Whether it joins nothing."""
        return self.points >= HUB

    @property
    def why(self) -> str:
        """One clause for the user, empty where the identifier is trusted."""
        return f"{self.texts} unlike adverts share it ({', '.join(self.reasons)})" if self.points >= DOUBTED else ""


def spread(key: str, members: Sequence[Linkable]) -> Spread:
    """Judge an identifier by adverts that carry it (the first ``SAMPLE`` by id are looked at)."""
    sample = sorted(members, key=lambda advert: advert.id)[:SAMPLE]
    unlike = _unlike(sample)
    points, reasons = 0.0, []
    if len(unlike) >= 2:
        for more, reason in (_kinds(unlike), _relays(unlike), _names(unlike), _towns(unlike), _many(unlike)):
            if more:
                points += more
                reasons.append(reason)
    return Spread(key, len(members), len(unlike), points, tuple(reasons))


def known_of(spreads: Iterable[Spread], ruled: Mapping[str, bool]) -> Known:
    """What comparisons are told of identifiers: what was found, and above it an analyst's word (True: a hub, False: none)."""
    doubted = {found.key: found for found in spreads if found.trust < 1.0}
    trust = {key: found.trust for key, found in doubted.items()}
    why = {key: found.why for key, found in doubted.items()}
    for key, is_hub in ruled.items():
        trust[key] = 0.0 if is_hub else 1.0
        why.pop(key, None)
        if is_hub:
            why[key] = RULED_HUB
    return Known(trust, why)


def _unlike(sample: Sequence[Linkable]) -> list[Linkable]:
    """One advert of each text."""
    kept: list[Linkable] = []
    for advert in sample:
        form = form_of(advert)
        if all(likeness(form, form_of(other)) < _SAME_TEXT for other in kept):
            kept.append(advert)
    return kept


def _kinds(unlike: Sequence[Linkable]) -> tuple[float, str]:
    """Innocent adverts and others side by side. Screening slips, so that this alone is never enough."""
    types = [advert.ad_type for advert in unlike]
    benign = types.count(AdType.BENIGN)
    others = sorted({kind.value for kind in types if kind is not AdType.BENIGN})
    points = (0.0, 1.0, 1.5)[min(benign, len(types) - benign, 2)]
    if points and len(others) >= 2 and len(types) >= 4:
        points += 1.0
    return points, f"{benign} of them innocent, the others {', '.join(others)}"


def _relays(unlike: Sequence[Linkable]) -> tuple[float, str]:
    """Adverts that themselves name a desk or an editorial office."""
    saying = sum(1 for advert in unlike if _says_relay(form_of(advert)))
    return {0: 0.0, 1: 1.0}.get(saying, 2.5), f"{saying} say that a desk or reception answers"


def _names(unlike: Sequence[Linkable]) -> tuple[float, str]:
    """Different people sign, and none of them twice."""
    signed = [{same_name(name) for name in advert.names} for advert in unlike if advert.names]
    distinct = set().union(*signed) if signed else set()
    if len(signed) >= 3 and len(distinct) >= sum(len(names) for names in signed):
        return 1.0, f"{len(distinct)} different names"
    return 0.0, ""


def _towns(unlike: Sequence[Linkable]) -> tuple[float, str]:
    towns = {skeleton(advert.city) for advert in unlike if advert.city}
    return (0.5, f"{len(towns)} towns") if len(towns) >= 3 else (0.0, "")


def _many(unlike: Sequence[Linkable]) -> tuple[float, str]:
    # Agencies have many texts too: number alone can bring doubt near, never decide.
    return (1.0, f"{len(unlike)} different texts in a sample") if len(unlike) >= 16 else (0.0, "")


@lru_cache(maxsize=1)
def _relay_words() -> tuple[str, ...]:
    raw = yaml.safe_load((resources.files("clusters") / "relay_words.yaml").read_text(encoding="utf-8"))
    return tuple(sorted({f" {skeleton(word)}" for words in raw.values() for word in words}))


@lru_cache(maxsize=10_000)
def _says_relay(form: str) -> bool:
    text = f" {form}"
    return any(word in text for word in _relay_words())
