"""The same person advertised: first name, age, town."""

from __future__ import annotations

from clusters.compare.base import Compared, Known
from clusters.form import same_name, skeleton
from strazha.model import Linkable


def compare(a: Linkable, b: Linkable, known: Known) -> Compared:
    """A first name alone is common; with the age (a year either way) and the town it is a person. Ages alone say nothing.

    Score: .4 for a shared name, .3 more for a like age, .3 more for a shared town.
    """
    if not a.names or not b.names:
        return Compared(0.0, "At least one of them names no person.")
    names = sorted({same_name(name) for name in a.names} & {same_name(name) for name in b.names} - {""})
    if not names:
        return Compared(0.0, "They name no person in common.")
    spelled = sorted(name for name in {*a.names, *b.names} if same_name(name) in names)
    score, parts = 0.4, [f"the name {' / '.join(dict.fromkeys(spelled))}"]
    ages = sorted({(min(x, y), max(x, y)) for x in a.ages for y in b.ages if abs(x - y) <= 1})
    if ages:
        score += 0.3
        low, high = ages[0]
        parts.append(f"an age of {low}" if low == high else f"ages of {low} and {high}")
    towns = sorted(shared_towns(a, b))
    if towns:
        score += 0.3
        parts.append(f"the town {towns[0]}")
    return Compared(score, f"Both have {', '.join(parts)}.")


def shared_towns(a: Linkable, b: Linkable) -> set[str]:
    """Towns that both adverts stand under or mention, as the first of them writes each."""
    left, right = _towns(a), _towns(b)
    return {min(left[form], right[form]) for form in left.keys() & right.keys()}


def _towns(advert: Linkable) -> dict[str, str]:
    named = [place.split("|", 1)[0] for place in advert.places] + [advert.city]
    return {skeleton(name): name for name in sorted(named, reverse=True) if skeleton(name)}
