"""Adverts packed for linking by the million: what comparisons need, a few hundred bytes each, and their keys as arrays.

A pack is made of a batch by any process and handed on as plain bytes and arrays. A shelf puts packs together: adverts in
order of id, records in one buffer that forked workers share without a copy, each advert built anew when it is looked at.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from zlib import crc32

import numpy as np

from clusters.form import MAX_CHARS, Prepared, form_of
from clusters.keys import Bytes, Words, contact_keys, image_keys, is_contact, is_meaning, is_picture, meaning_keys, signatures
from strazha.model import AdType, Linkable

Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
Kinds = np.ndarray[tuple[int], np.dtype[np.uint8]]

#: Kinds of firm keys: a contact, a whole picture, a piece of a picture's hash, a band of a sentence's vector.
CONTACT, PICTURE, PIECE, MEANING = 0, 1, 2, 3
_START = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES = {kind.value: kind for kind in AdType}
#: Names, ages, places, contacts and pictures kept of one advert: a page with thousands is no advert of a person.
_MOST = 60


@dataclass(frozen=True, slots=True)
class Pack:
    """A batch of adverts, packed. Row ``i`` of every array is advert ``i``; firm keys name their advert in ``firm_at``."""

    ids: list[str]
    records: bytes
    sizes: Numbers
    bands: Words
    sketches: Bytes
    has_text: Flags
    #: A number for each advert's language.
    langs: np.ndarray[Any, np.dtype[np.uint16]]
    firm: Words
    firm_kind: Kinds
    firm_at: Numbers


def pack(batch: Sequence[Linkable]) -> Pack:
    """Pack adverts; the order is kept, ids must differ."""
    forms = [form_of(advert) for advert in batch]
    records = [packed_record(advert, form) for advert, form in zip(batch, forms, strict=True)]
    bands, sketches, has_text = signatures(forms)
    firm = [(digest_of(key), _kind(key), at) for at, advert in enumerate(batch) for key in sorted(_firm_keys(advert))]
    return Pack(
        ids=[advert.id for advert in batch],
        records=b"".join(records),
        sizes=np.array([len(record) for record in records], dtype=np.int64),
        bands=bands,
        sketches=sketches,
        has_text=has_text,
        langs=np.array([crc32(advert.lang.encode()) & 0xFFFF for advert in batch], dtype=np.uint16),
        firm=np.array([key for key, _, _ in firm], dtype=np.uint64),
        firm_kind=np.array([kind for _, kind, _ in firm], dtype=np.uint8),
        firm_at=np.array([at for _, _, at in firm], dtype=np.int64),
    )


def digest_of(key: str) -> int:
    """64 bits that stand for a firm key: among ten million keys two coincide once in 400,000 files."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


class Shelf:
    """Packed adverts in order of id. ``shelf[i]`` builds advert ``i``."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        held = list(packs)
        names = [one for pack_ in held for one in pack_.ids]
        order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
        #: Place of the advert in the order in which it came -> its number here.
        self.number = np.empty(len(order), dtype=np.int64)
        self.number[order] = np.arange(len(order))
        self.ids = [names[at] for at in order.tolist()]
        sizes = _joined([one.sizes for one in held], np.int64)
        starts = np.cumsum(sizes) - sizes
        self._starts, self._ends = starts[order], (starts + sizes)[order]
        self._records = b"".join(one.records for one in held)
        self.bands = _joined([one.bands for one in held], np.uint64)[order]
        self.sketches = _joined([one.sketches for one in held], np.uint8)[order]
        self.has_text = _joined([one.has_text for one in held], np.bool_)[order]
        self.langs = _joined([one.langs for one in held], np.uint16)[order]
        firm_at = _joined([one.firm_at + before for one, before in zip(held, _before(held), strict=True)], np.int64)
        firm, kinds = _joined([one.firm for one in held], np.uint64), _joined([one.firm_kind for one in held], np.uint8)
        at = self.number[firm_at] if len(firm_at) else firm_at
        # By key, then by advert: the carriers of a key stand side by side, smallest id first.
        by_key = np.lexsort((at, firm, kinds))
        self.firm, self.firm_kind, self.firm_at = firm[by_key], kinds[by_key], at[by_key]
        self._built = lru_cache(maxsize=20_000)(self._build)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, number: int) -> Prepared:
        return self._built(number)

    def record(self, number: int) -> bytes:
        """The packed advert; :func:`unpacked` reads it."""
        return self._records[self._starts[number] : self._ends[number]]

    def _build(self, number: int) -> Prepared:
        return unpacked(self.record(number))


def named_key(advert: Linkable, digest: int) -> str:
    """The advert's firm key that has this digest; empty where none has."""
    return next((key for key in _firm_keys(advert) if digest_of(key) == digest), "")


def _firm_keys(advert: Linkable) -> set[str]:
    return contact_keys(advert.contacts[:_MOST]) | image_keys(advert.image_hashes[:_MOST]) | meaning_keys(advert.sentences)


def _kind(key: str) -> int:
    if is_contact(key):
        return CONTACT
    if is_meaning(key):
        return MEANING
    return PICTURE if is_picture(key) else PIECE


def packed_record(advert: Linkable, form: str) -> bytes:
    """What comparisons look at, in the bytes that are fastest to make and to read; they never leave the program."""
    seconds = None if advert.posted_at is None else (advert.posted_at - _START).total_seconds()
    return marshal.dumps(
        (
            advert.id, seconds, advert.ad_type.value, form[:MAX_CHARS * 3], tuple(advert.contacts[:_MOST]),
            tuple(advert.names[:_MOST]), tuple(advert.ages[:_MOST]), tuple(advert.places[:_MOST]), advert.city,
            tuple(advert.image_hashes[:_MOST]), advert.lang, tuple(advert.sentences),
        )
    )  # fmt: skip


def unpacked(record: bytes) -> Prepared:
    """The advert of a record made by :func:`packed_record`, by this very program: marshal must not read what others wrote."""
    one, seconds, kind, form, contacts, names, ages, places, city, images, lang, sentences = marshal.loads(record)  # noqa: S302 - own records
    # Unchecked: the values were checked when the advert was made.
    return Prepared.model_construct(
        id=one,
        source_id="",
        posted_at=None if seconds is None else _START + timedelta(seconds=seconds),
        ad_type=_TYPES[kind],
        folded="",
        contacts=contacts,
        names=names,
        ages=ages,
        places=places,
        city=city,
        country=None,
        image_hashes=images,
        lang=lang,
        sentences=sentences,
        form=form,
    )


def _before(packs: Sequence[Pack]) -> Iterator[int]:
    total = 0
    for one in packs:
        yield total
        total += len(one.ids)


def _joined(arrays: Sequence[np.ndarray[Any, Any]], kind: Any) -> np.ndarray[Any, Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=kind)
