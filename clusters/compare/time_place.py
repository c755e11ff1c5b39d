"""Posted close together in time, in one town. Weak: it tips a balance, it never joins."""

from __future__ import annotations

from clusters.compare.base import Compared, Known
from clusters.compare.name_age_city import shared_towns
from strazha.model import Linkable

#: Days after which two adverts of one town have nothing to do with each other for that reason.
FAR_DAYS = 30.0
_DAY = 86_400.0


def compare(a: Linkable, b: Linkable, known: Known) -> Compared:
    """Adverts of one town within days of each other. Score: 1 on the same day, falling to 0 after 30 days."""
    if a.posted_at is None or b.posted_at is None:
        return Compared(0.0, "It is not known when both were posted.")
    days = abs((a.posted_at - b.posted_at).total_seconds()) / _DAY
    score = max(0.0, 1.0 - days / FAR_DAYS)
    if not score:
        return Compared(0.0, f"They were posted {days:.0f} days apart.")
    towns = sorted(shared_towns(a, b))
    if not towns:
        return Compared(0.0, "They concern no town in common.")
    return Compared(score, f"Both concern {towns[0]} and were posted {_apart(round(days))}.")


def _apart(days: int) -> str:
    return "within a day" if days == 0 else "a day apart" if days == 1 else f"{days} days apart"
