"""Blocking keys: short strings that adverts worth comparing share. Stored beside them, so that the index finds candidates.

Kinds, told apart by what stands before the first colon:

* ``phone:``, ``email:``, ``handle:`` … contacts as given; a WhatsApp, Viber or Signal number is also keyed as ``phone:``;
* ``image:<hash>`` and, for PDQ hashes, ``pdq<n>:`` eight quarters-of-a-word pieces of it (two pictures that differ in at most
  7 of 256 bits share at least one);
* ``v1.<band>:`` 8 bands of 10 hyperplanes for each sentence's vector, where a model has read the text: of two sentences with a
  cosine of .7 (a translation) one band in 18 is the same, of unlike ones one in a thousand;
* ``t1.<band>:`` MinHash bands over the text's comparison form: 32 bands of 4 of 128 permutations.

The same advert has the same keys in every process and on every machine. Change anything that moves a text key and
``SCHEME`` must change with it: keys of two schemes never meet, so that an old index is rebuilt, not silently mixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from rensa import RMinHash

from clusters.form import skeleton
from strazha.model import Linkable

SCHEME = "t1"
PERMUTATIONS = 128
#: 32 x 4: half of all pairs that share 38 % of their shingles meet in a band, nine of ten that share 50 %; unlike adverts
#: share under 10 % and meet once in 300 pairs (docs/decisions.md has the measurement).
BANDS = 32
ROWS = PERMUTATIONS // BANDS
#: Characters a shingle. Four keeps a typo from spoiling more than four shingles and is still rare by chance.
SHINGLE = 4
#: Hyperplane bands of a sentence, and bits in each.
PLANE_BANDS, PLANE_BITS = 8, 10
#: Texts shorter than this in comparison form have no text keys: "call me" is nobody's handwriting.
MIN_TEXT = 40
_SEED = 0x5752617A
_PDQ_HEX = 64
_BAND_NAMES = tuple(f"{SCHEME}.{band:02d}:" for band in range(BANDS))
_NUMBER_NETWORKS = ("whatsapp", "viber", "signal")


def keys_of(linkable: Linkable) -> list[str]:
    """The advert's blocking keys, sorted, without repeats."""
    return keys_of_many([linkable])[0]


def keys_of_many(batch: Sequence[Linkable]) -> list[list[str]]:
    """Keys of several adverts, in order: the same as :func:`keys_of` one by one, many times faster."""
    bands = _text_keys([skeleton(linkable.folded) for linkable in batch])
    return [
        sorted({*contact_keys(linkable.contacts), *image_keys(linkable.image_hashes), *meaning_keys(linkable.sentences), *text})
        for linkable, text in zip(batch, bands, strict=True)
    ]


def contact_keys(contacts: Sequence[str]) -> set[str]:
    """Contacts as given, and the telephone number behind a messenger handle that is one."""
    keys = set(contacts)
    for contact in contacts:
        kind, _, value = contact.partition(":")
        network, _, number = value.partition(":")
        if kind == "handle" and network in _NUMBER_NETWORKS and number.startswith("+"):
            keys.add(f"phone:{number}")
    return keys


def image_keys(hashes: Sequence[str]) -> set[str]:
    """Exact hash, and pieces of a PDQ hash for pictures that were re-encoded or cropped a little."""
    keys: set[str] = set()
    for raw in hashes:
        value = raw.strip().lower()
        if not value.strip("0"):
            continue  # an all-zero hash is what a blank picture gives: it says nothing
        keys.add(f"image:{value}")
        if len(value) == _PDQ_HEX and all(ch in "0123456789abcdef" for ch in value):
            keys.update(f"pdq{piece}:{value[piece * 8 : piece * 8 + 8]}" for piece in range(8))
    return keys


def meaning_keys(sentences: Sequence[bytes]) -> set[str]:
    """Bands of hyperplanes: on which side of each the sentence lies."""
    if not sentences:
        return set()
    rows = np.frombuffer(b"".join(sentences), dtype=np.int8).reshape(len(sentences), -1).astype(np.float32)
    sides = (rows @ _planes(rows.shape[1]) > 0).reshape(len(sentences), PLANE_BANDS, PLANE_BITS)
    values = sides @ (1 << np.arange(PLANE_BITS))
    return {f"v1.{band}:{value:03x}" for own in values.tolist() for band, value in enumerate(own)}


@lru_cache(maxsize=4)
def _planes(dim: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Hyperplanes through the origin, components 1 and -1: by arithmetic, so that every machine has the same."""
    count = dim * PLANE_BANDS * PLANE_BITS
    bits = _mix(np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(63)
    return (bits.astype(np.float32) * 2 - 1).reshape(dim, PLANE_BANDS * PLANE_BITS)


def is_contact(key: str) -> bool:
    """Whether the key is a contact: everything that is neither text nor meaning nor picture."""
    return not (key.startswith((f"{SCHEME}.", "v1.", "image:")) or (key.startswith("pdq") and key[4:5] == ":"))


def is_meaning(key: str) -> bool:
    """Whether the key is a band of a sentence's vector."""
    return key.startswith("v1.")


def is_picture(key: str) -> bool:
    """Whether the key is a whole picture's hash."""
    return key.startswith("image:")


def is_text(key: str) -> bool:
    """Whether the key is a MinHash band."""
    return key.startswith(f"{SCHEME}.")


Words = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]
Bytes = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def signatures(forms: Sequence[str]) -> tuple[Words, Bytes, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Bands (texts x 32, 64 bits), sketches (texts x 128, the low byte of each permutation) and which texts have any.

    Two sketches agree in as large a part of their bytes as the texts share of their shingles (give or take .04).
    """
    bands, sketch = np.zeros((len(forms), BANDS), dtype=np.uint64), np.zeros((len(forms), PERMUTATIONS), dtype=np.uint8)
    long = np.array([len(form) >= MIN_TEXT for form in forms], dtype=np.bool_)
    if long.any():
        bands[long], sketch[long] = _signed([form for form in forms if len(form) >= MIN_TEXT])
    return bands, sketch, long


def _text_keys(texts: Sequence[str]) -> list[list[str]]:
    bands, _, long = signatures(texts)
    return [
        [f"{_BAND_NAMES[band]}{value:016x}" for band, value in enumerate(values)] if has else []
        for has, values in zip(long.tolist(), bands.tolist(), strict=True)
    ]


def _signed(texts: Sequence[str]) -> tuple[Words, Bytes]:
    hashes, offsets = _shingles(texts)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, PERMUTATIONS, _SEED)
    digests = np.asarray(matrix.to_rows(), dtype=np.uint64)
    rows = digests.reshape(len(texts), BANDS, ROWS)
    folded: Words = np.zeros((len(texts), BANDS), dtype=np.uint64)
    for row in range(ROWS):
        folded = _mix(folded * np.uint64(0x100000001B3) ^ rows[:, :, row])
    return folded, digests.astype(np.uint8)


def _shingles(texts: Sequence[str]) -> tuple[Words, Words]:
    """64-bit hashes of the texts' character n-grams, one text after the other, and where each text's begin.

    Arithmetic that is the same on every machine; a repeated n-gram stands repeatedly, which a minimum does not mind.
    """
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    rolled = np.zeros(len(points) - SHINGLE + 1, dtype=np.uint64)
    for at in range(SHINGLE):
        rolled = rolled * np.uint64(0x9E3779B97F4A7C15) + points[at : at + len(rolled)]
    # The last three starts of each text would reach into the next one.
    within = np.ones(len(points), dtype=np.bool_)
    ends = np.cumsum(lengths)
    for back in range(1, SHINGLE):
        within[ends - back] = False
    offsets: Words = np.zeros(len(texts) + 1, dtype=np.uint64)
    offsets[1:] = np.cumsum(lengths - SHINGLE + 1)
    return _mix(rolled[within[: len(rolled)]]), offsets


def _mix(values: Words) -> Words:
    # The finisher of SplitMix64: every input bit reaches every output bit; unsigned arithmetic wraps alike everywhere.
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
