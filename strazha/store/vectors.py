"""Vectors of adverts as documents carry them: 384 numbers of unit length, packed into a short text.

Half precision keeps a cosine to the fourth decimal, at 1,024 characters a vector; as a list of numbers it would take eight
times that in every document. The text travels in the document itself, so that whatever rewrites a document (a decision, a new
generation of the index) keeps its vector without asking a model.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from strazha.errors import BadInputError

#: Numbers in a vector: what multilingual-e5-small gives, and what the mapping of the index says.
DIMS = 384
Floats = npt.NDArray[np.float32]

_PACKED = np.dtype("<f2")


def pack_vector(values: Sequence[float] | Floats) -> str:
    """A vector as documents carry it, brought to unit length; BadInputError if it has none or is of another size."""
    return base64.b64encode(unit(values).astype(_PACKED).tobytes()).decode("ascii")


def unpack_vector(packed: str) -> Floats:
    """The numbers of a packed vector, of unit length; BadInputError if it is none."""
    try:
        data = base64.b64decode(packed, validate=True)
    except (ValueError, binascii.Error) as error:
        raise _malformed() from error
    if len(data) != DIMS * _PACKED.itemsize:
        raise _malformed()
    return unit(np.frombuffer(data, dtype=_PACKED))


def packed_bytes(packed: str) -> bytes:
    """The bytes of a packed vector: little-endian half-precision numbers."""
    return base64.b64decode(packed)


def unit(values: Sequence[float] | npt.NDArray[np.floating]) -> Floats:
    """A vector brought to unit length; BadInputError if it has none or is of another size."""
    found = np.asarray(values, dtype=np.float32)
    if found.shape != (DIMS,):
        raise _malformed()
    with np.errstate(over="ignore", invalid="ignore"):
        length = float(np.linalg.norm(found))
    # A vector of nothing has no direction, and Elasticsearch refuses the whole document for it.
    if not np.isfinite(length) or length < 1e-6:
        raise _malformed()
    return found / np.float32(length)


def _malformed() -> BadInputError:
    return BadInputError(
        f"this is no vector of {DIMS} finite numbers", place="vector", remedy="pass what the encoder gave, or leave it out"
    )
