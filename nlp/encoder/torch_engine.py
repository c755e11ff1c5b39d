"""Encoding with PyTorch: any Hugging Face checkpoint with mean pooling, fine-tuned ones too; on a GPU where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nlp.encoder.batches import BatchEncoder, Plan, Run
from nlp.encoder.folder import CHECKPOINT, TOKENIZER, ModelFolder, note_files
from nlp.encoder.texts import Tokens
from strazha.errors import BadInputError, MissingExtraError
from strazha.model.base import digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: PyTorch shares each product out among its threads by itself; a GPU wants more at once.
_CPU, _GPU = (32, 4_096), (128, 32_768)


def torch_encoder(model: ModelFolder, *, threads: int = 0) -> BatchEncoder:
    """An encoder over the model's checkpoint. Raises EvidenceError for changed files, MissingExtraError without PyTorch."""
    manifest = model.manifest
    names = [name for name in manifest.files if name.startswith(f"{CHECKPOINT}/")]
    if not names:
        raise BadInputError(
            f"model {manifest.name} has no checkpoint for PyTorch",
            place=str(model.path),
            remedy="run: strazha model build --checkpoint",
        )
    for name in names:
        model.file(name)
    run, dim, filler = _load(model.path / CHECKPOINT, threads)
    tokens = Tokens(model.path / CHECKPOINT / TOKENIZER, prefix=manifest.prefix, max_tokens=manifest.max_tokens)
    return BatchEncoder(manifest.name, manifest.version(CHECKPOINT), dim=dim, tokens=tokens, run=run, plan=_plan(filler))


def checkpoint_encoder(folder: Path, *, prefix: str = "", max_tokens: int = 512, threads: int = 0) -> BatchEncoder:
    """An encoder over a checkpoint folder as Hugging Face writes it (config.json, model.safetensors, tokenizer.json)."""
    if not (folder / TOKENIZER).is_file():
        raise BadInputError(
            "the checkpoint has no tokenizer.json",
            place=str(folder),
            remedy="write one: transformers.AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)",
        )
    run, dim, filler = _load(folder, threads)
    version = digest(*(f"{name}={note.sha256}" for name, note in note_files(folder).items()), prefix, str(max_tokens))[:12]
    return BatchEncoder(
        folder.name,
        version,
        dim=dim,
        tokens=Tokens(folder / TOKENIZER, prefix=prefix, max_tokens=max_tokens),
        run=run,
        plan=_plan(filler),
    )


def _plan(filler: int) -> Plan:
    import torch

    texts, tokens = _GPU if torch.cuda.is_available() else _CPU
    return Plan(texts=texts, tokens=tokens, workers=1, filler=filler)


def _load(folder: Path, threads: int) -> tuple[Run, int, int]:
    """What runs a batch, the length of its vectors, and the filling token. Nothing is fetched from anywhere."""
    try:
        import torch
        import transformers
    except ImportError as error:
        raise MissingExtraError("encoding with PyTorch", "torch") from error
    if threads:
        torch.set_num_threads(threads)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    try:
        network = transformers.AutoModel.from_pretrained(str(folder), local_files_only=True, use_safetensors=True)
    except (OSError, ValueError, KeyError) as error:
        raise BadInputError(f"the checkpoint cannot be loaded: {error}", place=str(folder)) from error
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = network.to(device=device, dtype=torch.float32).eval()

    def run(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        with torch.inference_mode():
            held = torch.from_numpy(mask).to(device)
            states = network(input_ids=torch.from_numpy(ids).to(device), attention_mask=held).last_hidden_state
            weights = held.unsqueeze(-1).to(states.dtype)
            means = (states * weights).sum(1) / weights.sum(1)
            vectors: NDArray[np.float32] = torch.nn.functional.normalize(means, dim=-1).cpu().numpy()
        return vectors

    filler = network.config.pad_token_id
    return run, int(network.config.hidden_size), 0 if filler is None else int(filler)
