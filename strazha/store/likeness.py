"""How alike two adverts are, from 0 to 1: the same on every backend, so that a person can be told.

Places in two lists (fusing.py) say what to look at first, but not whether it is alike at all: the nearest of a thousand unlike
adverts is still unlike. So what a backend found is measured here against the advert itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from strazha.store.documents import AdvertDoc
from strazha.store.folding import fold
from strazha.store.vectors import Floats, unpack_vector

#: Words shorter than this are in every text.
MIN_LENGTH = 3
#: Characters that are compared: beyond its first pages a text only repeats itself.
COMPARED = 20_000
#: Cosine from which two texts are near in meaning, and that of one text. Of two adverts by chance 999 in 1,000 are below 0.90
#: (multilingual-e5-small, the 479 adverts of ``strazha demo``), of two of one cluster 3 in 4 above 0.94.
NEAR, SAME = 0.88, 1.0
#: Adverts outside the cluster that are less alike are not called similar. Of two adverts by chance 999 in 1,000 share less than
#: 32 in 100 words, of two of one cluster 3 in 4 share more than 80.
MIN_OUTSIDE = 0.3


def likeness(words: frozenset[str], meaning: Floats | None, other: AdvertDoc) -> float:
    """The greater of the share of words in common (Dice) and, where both have a vector, the nearness in meaning."""
    theirs = words_of(other)
    share = 2 * len(words & theirs) / max(1, len(words) + len(theirs))
    if meaning is None or not other.vector:
        return share
    near = (float(unpack_vector(other.vector) @ meaning) - NEAR) / (SAME - NEAR)
    return max(share, min(near, 1.0))


def words_of(doc: AdvertDoc) -> frozenset[str]:
    """The words of an advert, as they are in any alphabet."""
    text = f"{doc.advert.title}\n{doc.advert.body[:COMPARED]}"
    return frozenset(word for word in fold(text).split() if len(word) >= MIN_LENGTH)


def most_alike(own: AdvertDoc, found: Iterable[AdvertDoc], size: int) -> list[tuple[AdvertDoc, float]]:
    """Of what a backend found the adverts that are alike: those outside the cluster, best first, then its other members."""
    words, meaning = words_of(own), unpack_vector(own.vector) if own.vector else None
    rated = [(other, likeness(words, meaning, other)) for other in found]
    outside = [one for one in rated if one[1] >= MIN_OUTSIDE and not together(own, one[0])]
    inside = [one for one in rated if together(own, one[0])]
    return [*_ordered(outside), *_ordered(inside)][:size]


def together(own: AdvertDoc, other: AdvertDoc) -> bool:
    """True where both adverts are of one cluster."""
    return bool(own.cluster_id) and own.cluster_id == other.cluster_id


def _ordered(rated: Sequence[tuple[AdvertDoc, float]]) -> list[tuple[AdvertDoc, float]]:
    return sorted(rated, key=lambda one: (-one[1], one[0].id))
