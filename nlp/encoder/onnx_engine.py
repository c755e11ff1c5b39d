"""Encoding on the CPU with ONNX Runtime: the default."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nlp.encoder.batches import BatchEncoder, Plan, Run
from nlp.encoder.folder import ONNX, TOKENIZER, ModelFolder
from nlp.encoder.texts import Tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Small batches, each run by one thread, several at a time: measured 1.6 to 1.9 times the work of batches of 32 whose every
#: product is shared out among the threads, as a batch of eight stays within a core's own cache (benchmarks/encoding.py).
BATCH_TEXTS, BATCH_TOKENS = 8, 1_024


def onnx_encoder(model: ModelFolder, *, threads: int = 0) -> BatchEncoder:
    """An encoder on ``threads`` threads (0: one for each core this process may use). Raises EvidenceError for changed files."""
    run = session_runner(model.file(ONNX))
    manifest = model.manifest
    tokens = Tokens(model.file(TOKENIZER), prefix=manifest.prefix, max_tokens=manifest.max_tokens)
    plan = Plan(texts=BATCH_TEXTS, tokens=BATCH_TOKENS, workers=threads or usable_cores(), filler=manifest.filler)
    return BatchEncoder(manifest.name, manifest.version(ONNX, TOKENIZER), dim=manifest.dim, tokens=tokens, run=run, plan=plan)


def usable_cores() -> int:
    """Cores this process may use, at least one."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def session_runner(model: Path | bytes) -> Run:
    """What runs a batch on one thread; several threads may run batches at the same time."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source = model if isinstance(model, bytes) else str(model)
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])

    def run(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0]
        return vectors

    return run
