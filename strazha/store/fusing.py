"""Several lists of the same documents as one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

#: The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), who found it good over many collections: it lets
#: two middling places outweigh one first place, so that an advert that is like in words and in sense goes before one that is
#: only the one or the other.
FUSION = 60


def fused(lists: Iterable[Sequence[str]], inside: Collection[str] = ()) -> list[tuple[str, float]]:
    """Ids by the places they have in each list, best first with what that place is worth; those ``inside`` come last.

    Scores of words and of vectors cannot be compared, places can.
    """
    worth: dict[str, float] = {}
    for ranked in lists:
        for place, one in enumerate(ranked):
            worth[one] = worth.get(one, 0.0) + 1 / (FUSION + place + 1)
    return sorted(worth.items(), key=lambda item: (item[0] in inside, -item[1], item[0]))
