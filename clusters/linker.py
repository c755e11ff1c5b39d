"""Linking a batch against what a store holds: which pairs are compared, and which of them are links.

An advert is compared with those that share most text bands with it and, of all that carry its contacts, pictures and bands,
with the *representatives*: those with the smallest ids. A family of a thousand copies thus costs a few comparisons each and
hangs together through its representatives. Which adverts represent a key depends on what carries it, not on the order of
arrival, so that a batch linked twice, in another order, or half-done before, gives the same links. Adverts linked before a
smaller id arrived keep their link to the former representative: the links differ then, the groups they make do not, except at
the edge of likeness (docs/linking.md has the limits, and how often they are met).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import combinations

from clusters.candidates import Candidates
from clusters.compare import Known
from clusters.hubs import SAMPLE, Spread, known_of, spread
from clusters.keys import is_contact, is_meaning, is_picture, is_text, keys_of_many
from clusters.pair import hopeless, joins, link
from strazha.model import Link, Linkable


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the work an advert can cause."""

    #: Representatives of a contact, and of a picture or a piece of one.
    contact: int = 6
    image: int = 4
    #: Adverts that share several text bands: so many that share most of them, and so many of smallest id.
    near: int = 8
    first: int = 3
    #: Adverts that share a single text band and nothing else: mostly chance, now and then a text rewritten by half.
    single: int = 16
    #: Carriers of a text band that are looked at: stock phrases give some bands thousands.
    crowd: int = 200
    #: Adverts that share bands of sentence vectors, those that share most.
    meaning: int = 24
    #: Comparisons an advert for the sake of contacts and pictures, so that a page of a thousand telephones stays bounded.
    firm: int = 96
    #: Stored adverts a hub whose links among themselves are scored anew.
    revised: int = 12


class Linker:
    """Links adverts to each other and to those a store holds already.

    ``ruled`` is an analyst's word on identifiers: True makes one a hub, False makes it trusted, whatever its spread.
    """

    def __init__(
        self, candidates: Candidates, *, limits: Limits | None = None, ruled: Mapping[str, bool] | None = None
    ) -> None:
        self._candidates = candidates
        self._limits = limits or Limits()
        self._ruled = dict(ruled or {})
        #: What was found of the contacts and pictures of the newest batch, hubs and others, for the operator's list.
        self.spreads: dict[str, Spread] = {}

    def link(self, batch: Sequence[Linkable], *, former: Iterable[Link] = ()) -> list[Link]:
        """Links between the batch's adverts, and from them to stored ones, by ids; every link with its reasons.

        ``former`` are links of the batch's adverts that were written before: each is scored anew and returned even where it no
        longer joins (see :func:`clusters.pair.joins`), so that an advert whose telephone or text changed leaves its old
        company. So are pairs of stored adverts that a contact joined before it showed itself as a hub. Linking a batch again
        gives the same links.
        """
        own = {advert.id: advert for advert in batch}
        ids = sorted(own)
        keys = dict(zip(ids, keys_of_many([own[one] for one in ids]), strict=True))
        carriers = self._carriers(keys)
        pairs = self._pairs(keys, carriers)
        # What can be a hub: contacts and whole pictures. A text's spread is what linking by text is about.
        shared = sorted(key for key in carriers if is_contact(key) or is_picture(key))
        again = {(one.a, one.b) for one in former}
        wanted = {one for pair in pairs.keys() | again for one in pair}.union(*(carriers[key][:SAMPLE] for key in shared))
        adverts = {**self._candidates.get(sorted(wanted - own.keys())), **own}
        known = self._judge(shared, carriers, adverts)
        again |= self._revised(shared, carriers, own)
        kept: list[Link] = []
        for pair in sorted(pairs.keys() | again):
            a, b = adverts.get(pair[0]), adverts.get(pair[1])
            # An index may name an advert that was dropped since: no reason to fail.
            if a is None or b is None or (pair not in again and not pairs[pair] and hopeless(a, b, known)):
                continue
            found = link(a, b, known)
            if pair in again or joins(found):
                kept.append(found)
        return kept

    def _carriers(self, keys: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Key -> ids that carry it, sorted, for keys that at least two adverts carry."""
        # Most keys have one carrier: a plain id until a second comes keeps a file of a million adverts in memory.
        first: dict[str, str] = {}
        more: dict[str, set[str]] = {}
        for one, own_keys in keys.items():
            for key in own_keys:
                if key in first:
                    more.setdefault(key, {first[key]}).add(one)
                else:
                    first[key] = one
        for key, stored in self._candidates.find(sorted(first)).items():
            others = set(stored) - {first[key]}
            if others:
                more.setdefault(key, {first[key]}).update(others)
        return {key: sorted(ids) for key, ids in more.items()}

    def _pairs(self, keys: Mapping[str, Sequence[str]], carriers: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], bool]:
        """Pairs to compare, and whether they share more than text bands."""
        pairs: dict[tuple[str, str], bool] = {}
        for one, own_keys in keys.items():
            met: Counter[str] = Counter()
            meant: Counter[str] = Counter()
            firm: dict[str, None] = {}
            for key in own_keys:
                if is_text(key):
                    met.update(carriers.get(key, ())[: self._limits.crowd])
                elif is_meaning(key):
                    meant.update(carriers.get(key, ())[: self._limits.crowd])
                else:
                    most = self._limits.contact if is_contact(key) else self._limits.image
                    others = [other for other in carriers.get(key, ())[: most + 1] if other != one][:most]
                    firm.update(dict.fromkeys(others))
            del met[one], meant[one]
            alike = sorted((-shared, other) for other, shared in meant.items())
            firm.update(dict.fromkeys(other for _, other in alike[: self._limits.meaning]))
            near = self._near(met)
            for other in near:
                pairs.setdefault((one, other) if one < other else (other, one), False)
            for other in list(firm)[: self._limits.firm]:
                pairs[(one, other) if one < other else (other, one)] = True
        return pairs

    def _near(self, met: Counter[str]) -> set[str]:
        """Whom to compare for the text: by bands in common, then by id."""
        several = sorted((-shared, other) for other, shared in met.items() if shared > 1)
        single = nsmallest(self._limits.single, (other for other, shared in met.items() if shared == 1))
        first = nsmallest(self._limits.first, (other for _, other in several))
        return {*(other for _, other in several[: self._limits.near]), *first, *single}

    def _judge(self, shared: Iterable[str], carriers: Mapping[str, Sequence[str]], adverts: Mapping[str, Linkable]) -> Known:
        self.spreads = {key: spread(key, [adverts[one] for one in carriers[key][:SAMPLE] if one in adverts]) for key in shared}
        return known_of(self.spreads.values(), self._ruled)

    def _revised(
        self, shared: Iterable[str], carriers: Mapping[str, Sequence[str]], own: Mapping[str, Linkable]
    ) -> set[tuple[str, str]]:
        """Stored pairs that a contact may have joined before it was known as a hub; few, for a hub shows itself early."""
        hubs = [key for key in shared if self._ruled.get(key, self.spreads[key].is_hub)]
        stored = {key: [one for one in carriers[key][:SAMPLE] if one not in own] for key in hubs}
        return {pair for key in hubs for pair in combinations(stored[key][: self._limits.revised], 2)}
