"""Blocking keys: short strings that adverts worth comparing share. Stored beside them, so that the index finds candidates.

Kinds, told apart by what stands before the first colon:

* ``phone:``, ``email:``, ``handle:`` … contacts as given; a WhatsApp, Viber or Signal number is also keyed as ``phone:``;
* ``image:<hash>`` and, for PDQ hashes, ``pdq<n>:`` eight quarters-of-a-word pieces of it (two pictures that differ in at most
  7 of 256 bits share at least one);
* ``t1.<band>:`` MinHash bands over the text's comparison form: 32 bands of 4 of 128 permutations.

The same advert has the same keys in every process and on every machine. Change anything that moves a text key and
``SCHEME`` must change with it: keys of two schemes never meet, so that an old index is rebuilt, not silently mixed.
"""

from __future__ import annotations

from collections.abc import Sequence

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
#: Texts shorter than this in comparison form have no text keys: "call me" is nobody's handwriting.
MIN_TEXT = 40
_SEED = 0x5752617A
_PDQ_HEX = 64
_NUMBER_NETWORKS = ("whatsapp", "viber", "signal")


def keys_of(linkable: Linkable) -> list[str]:
    """The advert's blocking keys, sorted, without repeats."""
    return keys_of_many([linkable])[0]


def keys_of_many(batch: Sequence[Linkable]) -> list[list[str]]:
    """Keys of several adverts, in order: the same as :func:`keys_of` one by one, many times faster."""
    bands = _text_keys([skeleton(linkable.folded) for linkable in batch])
    return [
        sorted({*contact_keys(linkable.contacts), *image_keys(linkable.image_hashes), *text})
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


def is_contact(key: str) -> bool:
    """Whether the key is a contact: everything that is neither text nor picture."""
    return not (key.startswith((f"{SCHEME}.", "image:")) or (key.startswith("pdq") and key[4:5] == ":"))


def is_picture(key: str) -> bool:
    """Whether the key is a whole picture's hash."""
    return key.startswith("image:")


def is_text(key: str) -> bool:
    """Whether the key is a MinHash band."""
    return key.startswith(f"{SCHEME}.")


def _text_keys(texts: Sequence[str]) -> list[list[str]]:
    hashes = [_shingles(text) for text in texts]
    offsets = np.zeros(len(texts) + 1, dtype=np.uint64)
    offsets[1:] = np.cumsum([len(one) for one in hashes])
    if not int(offsets[-1]):
        return [[] for _ in texts]
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(np.concatenate(hashes), offsets, PERMUTATIONS, _SEED)
    digests = np.asarray(matrix.to_rows(), dtype=np.uint64).reshape(len(texts), BANDS, ROWS)
    folded: np.ndarray[tuple[int, ...], np.dtype[np.uint64]] = np.zeros((len(texts), BANDS), dtype=np.uint64)
    for row in range(ROWS):
        folded = _mix(folded * np.uint64(0x100000001B3) ^ digests[:, :, row])
    return [
        [f"{SCHEME}.{band:02d}:{int(value):016x}" for band, value in enumerate(values)] if len(hashes[index]) else []
        for index, values in enumerate(folded)
    ]


def _shingles(text: str) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """64-bit hashes of the text's distinct character n-grams; arithmetic that is the same on every machine."""
    if len(text) < MIN_TEXT:
        return np.zeros(0, dtype=np.uint64)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    count = len(points) - SHINGLE + 1
    rolled = np.zeros(count, dtype=np.uint64)
    for at in range(SHINGLE):
        rolled = rolled * np.uint64(0x9E3779B97F4A7C15) + points[at : at + count]
    return np.unique(_mix(rolled))


def _mix(values: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    # The finisher of SplitMix64: every input bit reaches every output bit; unsigned arithmetic wraps alike everywhere.
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
