"""Trained heads as plain numbers: one linear classifier for each indicator and each kind of advert.

They lie in ``heads.npz`` (arrays, never pickle) beside ``card.json``, which says what they were trained on, with which encoder,
and how well they do. A head is ``sigmoid(x @ w + c @ v + g @ u + b)``: ``x`` the sentence's centred unit vector, ``c`` that of
the whole advert (a sign among signs of its kind is likelier than one alone), float32 [384], and ``g`` the sentence's pieces of
words (grams.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from indicators.heads.grams import grams, scores, together, weighed
from strazha.errors import EvidenceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = Path(__file__).parent
ARRAYS, CARD = "heads.npz", "card.json"

#: Not a matter of meaning: how a contact is written, and that nothing is said, are seen by nlp and by derivation. A head would
#: learn how often such adverts occur among the labelled ones.
NOT_BY_MEANING = frozenset({"obscured_contact", "employer_unidentified"})

#: Kinds of advert told apart: the types, with the harmless ones by what they are taken for.
KINDS = ("job", "adult", "transport", "other", "benign_job", "benign_massage", "benign")


@dataclass(frozen=True)
class Heads:
    """All heads of one encoder. Vectors are rows; every method takes and gives float32."""

    encoder: str
    names: tuple[str, ...]
    #: [len(names)]: from which probability on a sentence counts as a hit.
    thresholds: NDArray[np.float32]
    weights: NDArray[np.float32]
    biases: NDArray[np.float32]
    mean: NDArray[np.float32]
    #: [len(names), 384], of the whole advert's vector.
    context: NDArray[np.float32]
    #: [PLACES, len(names)] and [PLACES]: what pieces of words say, and how rare they are.
    grams: NDArray[np.float32]
    rare: NDArray[np.float32]
    kind_weights: NDArray[np.float32]
    kind_biases: NDArray[np.float32]
    #: [PLACES, len(KINDS)] and [PLACES]: the same for the pieces of words of a whole advert.
    kind_grams: NDArray[np.float32]
    kind_rare: NDArray[np.float32]
    version: str

    def centred(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Vectors without what all sentences have in common, of length 1 again: E5's cosines live close to 1."""
        return unit(vectors - self.mean)

    def probabilities(self, centred: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        """[sentences, len(names)]: how surely each sentence of one advert shows each indicator."""
        return sigmoid(self.within(self.alone(centred, texts), centred))

    def alone(self, centred: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.float32]:
        """[sentences, len(names)]: what each sentence says by itself, in logits.

        Row by row, so that a sentence comes out the same to the last bit whatever is worked out beside it.
        """
        said = scores(weighed(grams(texts), self.rare), self.grams)
        for at, vector in enumerate(centred):
            said[at] += self.weights @ vector
        made: NDArray[np.float32] = said + self.biases
        return made

    def within(self, alone: NDArray[np.float32], centred: NDArray[np.float32]) -> NDArray[np.float32]:
        """The sentences of one advert as a part of it, in logits."""
        made: NDArray[np.float32] = alone + self.context @ whole(centred)[0]
        return made

    @property
    def limits(self) -> NDArray[np.float32]:
        """[len(names)]: the thresholds in logits."""
        made: NDArray[np.float32] = np.log(self.thresholds / (1 - self.thresholds)).astype(np.float32)
        return made

    def leaning(
        self, centred: NDArray[np.float32], title: NDArray[np.float32] | None, texts: Sequence[str]
    ) -> dict[str, float]:
        """How far an advert leans towards each of ``KINDS``, from all its sentences and its title; adds up to 1."""
        said = scores(weighed(together([texts]), self.kind_rare), self.kind_grams)[0]
        found = sigmoid(advert_vector(centred, title) @ self.kind_weights.T + said + self.kind_biases)
        total = float(found.sum()) or 1.0
        return {kind: float(score) / total for kind, score in zip(KINDS, found, strict=True)}


#: Share of the title in an advert's vector, against its sentences together.
TITLE = 0.5


def advert_vector(centred: NDArray[np.float32], title: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """[2 x 384]: the mean of an advert's sentences, then its title's own vector."""
    mean = whole(centred)[0]
    return np.concatenate([mean, np.zeros_like(mean) if title is None else TITLE * title]).astype(np.float32)


def whole(centred: NDArray[np.float32]) -> NDArray[np.float32]:
    """[1 x 384]: where an advert's sentences lie together."""
    return unit(centred.mean(axis=0, keepdims=True))


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    made: NDArray[np.float32] = (rows / np.maximum(lengths, 1e-9)).astype(np.float32)
    return made


def sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logistic function, without overflow."""
    made: NDArray[np.float32] = (0.5 * (1.0 + np.tanh(0.5 * values))).astype(np.float32)
    return made


def save(heads: Heads, card: dict[str, Any], folder: Path = FOLDER) -> None:
    """Write the heads and their card."""
    np.savez_compressed(
        folder / ARRAYS, names=np.array(heads.names), thresholds=heads.thresholds, weights=heads.weights.astype(np.float16),
        biases=heads.biases, mean=heads.mean, context=heads.context.astype(np.float16), grams=heads.grams.astype(np.float16),
        rare=heads.rare, kind_weights=heads.kind_weights.astype(np.float16), kind_biases=heads.kind_biases,
        kind_grams=heads.kind_grams.astype(np.float16), kind_rare=heads.kind_rare,
    )  # fmt: skip
    (folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def load(folder: Path = FOLDER) -> Heads | None:
    """The heads of a folder, or None where none were trained.

    Raises:
        EvidenceError: the files are there and are not what a training wrote.
    """
    return _load(folder) if (folder / ARRAYS).is_file() else None


def label_for(encoder: str, folder: Path = FOLDER) -> str:
    """What a screening says of a folder's heads; empty where there are none for that version of an encoder. Loads no array.

    Raises EvidenceError as ``load`` does.
    """
    if not encoder or not (folder / ARRAYS).is_file():
        return ""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        return label_of(_digest(folder / ARRAYS)) if str(card["encoder"]) == encoder else ""
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(folder / ARRAYS, error) from error


def label_of(version: str) -> str:
    """What a screening says of heads of that version."""
    return f"heads-{version}"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _unreadable(path: Path, error: Exception) -> EvidenceError:
    return EvidenceError(
        f"the trained heads cannot be read: {error}", place=str(path), remedy="train them again: strazha heads train"
    )


@lru_cache(maxsize=4)
def _load(folder: Path) -> Heads:
    path = folder / ARRAYS
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        wide = {name: arrays[name].astype(np.float32) for name in arrays if name != "names"}
        names = tuple(str(name) for name in arrays["names"])
        return Heads(encoder=str(card["encoder"]), names=names, version=_digest(path), **wide)
    except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise _unreadable(path, error) from error
