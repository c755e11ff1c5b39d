"""Whether a model's files are the manifest's, and its vectors of fixed sentences near those of full precision."""

from __future__ import annotations

import base64
import importlib.resources
import importlib.util
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp.encoder.folder import CHECKPOINT, ONNX, ModelFolder
from nlp.encoder.making.wheels import Say
from strazha.errors import BadInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from strazha.model.vectors import Encoder

#: File of a model with sentences and the vectors they have in full precision.
REFERENCE = "reference.json"
#: Least cosine between a sentence's vector and its reference. The 8-bit model has .998 and more; processors round differently.
LEAST = 0.99


@dataclass(frozen=True, slots=True)
class Check:
    """One sentence: its cosine with the reference."""

    text: str
    cosine: float


def problems(model: ModelFolder) -> list[str]:
    """What is wrong with the model's files."""
    found = ((name, model.problem(name)) for name in sorted(model.manifest.files))
    return [f"{model.path / name}: {problem}" for name, problem in found if problem]


def compare(model: ModelFolder, encoder: Encoder) -> list[Check]:
    """The cosine of each reference sentence; [] where the model has none."""
    if REFERENCE not in model.manifest.files:
        return []
    texts, vectors = read_reference(model.file(REFERENCE).read_bytes(), model.manifest.dim)
    found = encoder.encode(texts)
    return [Check(text, float(cosine)) for text, cosine in zip(texts, (found * vectors).sum(axis=1), strict=True)]


def engines(model: ModelFolder, say: Say) -> Iterator[tuple[str, Encoder]]:
    """An encoder for each form the model has; PyTorch's is left out, and said to be, where PyTorch is not installed."""
    if ONNX in model.manifest.files:
        from nlp.encoder.onnx_engine import onnx_encoder

        yield "onnx", onnx_encoder(model)
    if any(name.startswith(f"{CHECKPOINT}/") for name in model.manifest.files):
        if importlib.util.find_spec("torch") is None:
            say("PyTorch is not installed (extra 'torch'): the checkpoint's vectors are not compared")
            return
        from nlp.encoder.torch_engine import torch_encoder

        yield "torch", torch_encoder(model)


def packaged_reference() -> bytes:
    """The default model's reference: 20 sentences in ten languages, made in float32 by PyTorch with the whole vocabulary."""
    return (importlib.resources.files("nlp.encoder.making") / REFERENCE).read_bytes()


def reference_texts() -> list[str]:
    """The packaged reference's sentences."""
    texts: list[str] = json.loads(packaged_reference())["texts"]
    return texts


def write_reference(path: Path, texts: Sequence[str], vectors: NDArray[np.float32], made_by: str) -> None:
    """Sentences and vectors as JSON; the vectors as 16-bit numbers, base64."""
    rows = base64.b64encode(vectors.astype("<f2").tobytes()).decode()
    path.write_text(
        json.dumps({"made_by": made_by, "texts": list(texts), "vectors": rows}, ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
    )


def read_reference(data: bytes, dim: int) -> tuple[list[str], NDArray[np.float32]]:
    """Sentences and vectors of length 1. Raises BadInputError for a file of another form."""
    try:
        found = json.loads(data)
        vectors = np.frombuffer(base64.b64decode(found["vectors"]), "<f2").astype(np.float32).reshape(-1, dim)
        if len(vectors) != len(found["texts"]):
            raise ValueError("there are not as many vectors as sentences")
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(
            f"the reference cannot be read: {error}", place=REFERENCE, remedy="run: strazha model build"
        ) from error
    return list(found["texts"]), vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
