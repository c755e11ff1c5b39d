"""A transformer's weights under the names Hugging Face gives them, and the checkpoint folder that PyTorch reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from strazha.errors import BadInputError, MissingExtraError

#: Weights by name.
State = dict[str, NDArray[np.float32]]

WEIGHTS, CONFIG = "model.safetensors", "config.json"
#: Architectures whose arithmetic is BERT's, and the number of position rows in front that stand for filler.
BERTS = {"bert": 0, "xlm-roberta": 2, "roberta": 2}


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a BERT-like encoder."""

    hidden: int
    layers: int
    heads: int
    #: Width of the feed-forward part.
    inner: int
    #: Longest text in tokens.
    positions: int
    eps: float


def write_checkpoint(folder: Path, shape: Shape, state: State) -> None:
    """A folder that ``transformers.AutoModel.from_pretrained`` takes: config.json and model.safetensors (float32)."""
    save_file = _safetensors().save_file

    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": len(state["embeddings.word_embeddings.weight"]),
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.inner,
        "hidden_act": "gelu",
        "max_position_embeddings": shape.positions,
        "type_vocab_size": len(state["embeddings.token_type_embeddings.weight"]),
        "layer_norm_eps": shape.eps,
        "pad_token_id": 1,
        "position_embedding_type": "absolute",
        "torch_dtype": "float32",
    }
    (folder / CONFIG).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    save_file({name: np.ascontiguousarray(rows) for name, rows in state.items()}, folder / WEIGHTS, metadata={"format": "pt"})


def read_checkpoint(folder: Path) -> tuple[Shape, State]:
    """Sizes and weights of a checkpoint folder. Raises BadInputError where it is of another kind of network."""
    config = read_config(folder)
    kind = str(config.get("model_type"))
    if kind not in BERTS or config.get("hidden_act", "gelu") != "gelu":
        raise BadInputError(
            f"a network of the kind {kind} cannot be turned into ONNX here",
            place=str(folder / CONFIG),
            remedy="fetch it with --torch-only and set STRAZHA_ENCODER_ENGINE=torch",
        )
    state = {
        name.removeprefix("bert.").removeprefix("roberta."): rows.astype(np.float32)
        for name, rows in _safetensors().load_file(folder / WEIGHTS).items()
    }
    skipped = BERTS[kind]
    positions = state["embeddings.position_embeddings.weight"][skipped:]
    state["embeddings.position_embeddings.weight"] = positions
    shape = Shape(
        hidden=int(config["hidden_size"]),
        layers=int(config["num_hidden_layers"]),
        heads=int(config["num_attention_heads"]),
        inner=int(config["intermediate_size"]),
        positions=len(positions),
        eps=float(config.get("layer_norm_eps", 1e-12)),
    )
    return shape, state


def read_config(folder: Path) -> dict[str, Any]:
    """The checkpoint's config.json. Raises BadInputError where it is missing or broken."""
    path = folder / CONFIG
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInputError(f"no checkpoint can be read there: {error}", place=str(path)) from error
    if not isinstance(config, dict):
        raise BadInputError("the checkpoint's configuration is not an object", place=str(path))
    return config


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise MissingExtraError("making a model", "model") from error
    return safetensors.numpy
