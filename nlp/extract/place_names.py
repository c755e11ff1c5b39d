"""Words and phrases looked up among the names of places, as written and without their case endings; remembered by word."""

from __future__ import annotations

import re
from functools import lru_cache

from nlp.gazetteer import Place, gazetteer, nominatives
from nlp.gazetteer.inflect import INFLECTED
from nlp.normalise.pieces import MOST_REMEMBERED

#: Most words of a name.
_LONGEST = 4
#: A place with fewer people may be another one's name in a case.
_SMALL = 10_000
_TURKISH = re.compile(r"['’](?:d[ae]|t[ae]|d[ae]n|t[ae]n|y[ae]|[ae]|n[iıuü]n|[iıuü]n|y[iıuü]|[iıuü])$")


@lru_cache(maxsize=MOST_REMEMBERED)
def longest(word: str, codes: tuple[str, ...]) -> int:
    """How many words a place that begins with this one may have; 0 where none begins with it."""
    cases = tuple(code for code in codes if code in INFLECTED)
    starts = gazetteer().starts
    if starts(word) or (bool(cases) and any(starts(other) for other in nominatives(word, cases))):
        return _LONGEST
    return int(bearers(word, codes, single=True) is not None)


@lru_cache(maxsize=MOST_REMEMBERED)
def bearers(form: str, codes: tuple[str, ...], *, single: bool) -> tuple[tuple[Place, ...], bool, int] | None:
    """The places that bear a name, whether it stands so in the gazetteer, and how long its ending is; None for no place."""
    if len(form) < 3 and form != "uk":
        return None
    places, exact = _lookup(form, codes)
    if not places and single and (match := _TURKISH.search(form)):
        places, exact = gazetteer().find(form[: match.start()]), True
        return (places, exact, len(form) - match.start()) if places else None
    return (places, exact, 0) if places else None


def _lookup(form: str, codes: tuple[str, ...]) -> tuple[tuple[Place, ...], bool]:
    found = gazetteer().find(form)
    if len(form) < 4 or (found and max(place.population for place in found) >= _SMALL):
        return found, True
    cases = tuple(code for code in codes if code in INFLECTED and (code in {"ro", "tr", "sr"} or not form.isascii()))
    # "во Львове" is Lviv in a case rather than the hamlet of that name.
    least = 50_000 if found else 5_000
    inflected = tuple(place for place in gazetteer().inflected(form, cases) if place.population >= least) if cases else ()
    return (inflected, False) if inflected else (found, True)
