"""Texts as vectors: what every room may expect of an encoder, without knowing which engine is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Encoder(Protocol):
    """Gives texts that mean alike vectors that point alike, across languages."""

    @property
    def name(self) -> str:
        """The model's name: ``multilingual-e5-small``."""

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with the weights, the tokenizer, or how texts are prepared."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length 1, shape ``[len(texts), dim]``, in the order of the texts.

        Texts come bare: a prefix the model asks for is the encoder's business. The same text gives the same vector, whatever
        stands beside it. Any string is taken: empty, megabytes long, with NUL bytes or lone surrogates.
        """
