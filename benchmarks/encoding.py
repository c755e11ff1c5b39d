"""Encoding with the default model: texts a second at three lengths, beside bare ONNX Runtime on the very same tokens.

"Bare" calls a session with the same token numbers, made beforehand: no cleaning, cutting, sorting or putting together is in its
time. Once with our very batches on as many threads as ours, once as is usual: batches of 32 sorted by length, each product
shared out among ONNX Runtime's own threads. All take turns in the same run, so that a busy machine slows all; the best of each
is shown. Bar: ours at least .9 of both. Then what repeats cost, and PyTorch where it is installed (extra "torch").

    python -m benchmarks.encoding [--seconds 3] [--threads 0]
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.encoder import open_encoder
from nlp.encoder.batches import BatchEncoder, Plan, plan_batches
from nlp.encoder.folder import ONNX, TOKENIZER, ModelFolder, models_folder
from nlp.encoder.making.build import build, ensure
from nlp.encoder.onnx_engine import BATCH_TEXTS, BATCH_TOKENS, onnx_encoder, session_runner, usable_cores
from nlp.encoder.texts import Tokens
from strazha.settings import Settings

SENTENCES = (
    "търсим работници за склад в Германия осигурени квартира и транспорт плащане всяка седмица договор на български без опит",
    "warehouse staff wanted in Leeds references required weekly pay room included ask for Ann after six no fee is charged here",
    "căutăm ospătare pentru restaurant în Spania cazare gratuită plata săptămânal program zece ore experiența nu este necesară",
)
WORDS = " ".join(SENTENCES).split()
#: Texts of each kind; "mixed" has the lengths of adverts and their sentences.
COUNTS = {"30": 256, "120": 96, "mixed": 160}


class Rate(NamedTuple):
    """Texts a second, by the clock and of processor time."""

    clock: float
    processor: float

    def beside(self, other: Rate) -> str:
        """The other's rate, and this one's divided by it."""
        return f"{other.clock:7.1f} ({self.clock / other.clock:.2f}, {self.processor / other.processor:.2f})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=3, help="for each figure")
    parser.add_argument("--threads", type=int, default=0)
    chosen = parser.parse_args()
    threads = chosen.threads or usable_cores()
    model = ensure(models_folder(Settings()), lambda line: print(f"[model] {line}", file=sys.stderr))
    names = ("onnxruntime", "tokenizers", "numpy")
    print(", ".join(f"{name} {importlib.metadata.version(name)}" for name in names), f"Python {platform.python_version()}")
    print(f"{model.manifest.name}@{model.manifest.version(ONNX, TOKENIZER)}, {threads} threads of {os.cpu_count()} cores\n")
    before = memory()
    ours = onnx_encoder(model, threads=threads)
    ours.encode(texts(16, 60))
    print(f"memory: {memory() - before:.0f} MB more with the model loaded, ", end="")
    rows = [(kind, *compare(kind, ours, model, threads, chosen.seconds)) for kind in COUNTS]
    print(f"{memory():.0f} MB at the peak of the whole process (two sessions)\n")
    print("texts a second (ours divided by it: by the clock, in processor time)")
    print("tokens    ours   bare, same batches      bare, batches of 32")
    for kind, mine, same, usual in rows:
        print(f"{kind:6} {mine.clock:7.1f}   {mine.beside(same)}   {mine.beside(usual)}")
    repeats(model, threads)
    torch(threads, chosen.seconds)


def texts(count: int, words: int, seed: int = 5) -> list[str]:
    """Invented texts without a repeat."""
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=words)) + f" {number}" for number in range(count)]


def kind_of(kind: str, tokens: Tokens) -> list[str]:
    """Texts of 30 or 120 tokens (as exactly as words allow), or of mixed lengths."""
    if kind == "mixed":
        chance = random.Random(3)
        return [text for number in range(COUNTS[kind]) for text in texts(1, chance.choice((4, 8, 12, 20, 60, 90)), number)]
    wanted, found = int(kind), []
    for text in texts(COUNTS[kind], int(kind)):
        parts = text.split()
        while len(tokens([" ".join(parts)])[0]) > wanted:
            parts.pop()
        found.append(" ".join(parts))
    return found


def compare(kind: str, ours: BatchEncoder, model: ModelFolder, threads: int, seconds: float) -> list[Rate]:
    """Texts a second by our encoder, by a bare session over the same batches, and over batches of 32, turn by turn."""
    import onnxruntime

    tokens = Tokens(model.file(TOKENIZER), prefix=model.manifest.prefix, max_tokens=model.manifest.max_tokens)
    wanted = kind_of(kind, tokens)
    rows = tokens(wanted)
    same = feeds(rows, Plan(texts=BATCH_TEXTS, tokens=BATCH_TOKENS, workers=threads, filler=1))
    usual = feeds(rows, Plan(texts=32, tokens=10**9, workers=1, filler=1))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(model.file(ONNX)), options, providers=["CPUExecutionProvider"])
    run = session_runner(model.file(ONNX))
    with ThreadPoolExecutor(threads) as pool:
        return best(
            seconds,
            len(wanted),
            lambda: ours.encode(wanted),
            lambda: list(pool.map(lambda feed: run(*feed), same)),
            lambda: [session.run(None, {"input_ids": ids, "attention_mask": mask}) for ids, mask in usual],
        )


def feeds(rows: Sequence[Sequence[int]], plan: Plan) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Token numbers and masks, batch by batch."""
    found = []
    for batch in plan_batches([len(row) for row in rows], plan):
        longest = max(len(rows[at]) for at in batch)
        ids = np.array([[*rows[at], *[1] * (longest - len(rows[at]))] for at in batch], np.int64)
        mask = np.array([[1] * len(rows[at]) + [0] * (longest - len(rows[at])) for at in batch], np.int64)
        found.append((ids, mask))
    return found


def best(seconds: float, count: int, *jobs: Callable[[], object]) -> list[Rate]:
    """Texts a second of each job at its best, the jobs taking turns in changing order, at least three turns."""
    for job in jobs:
        job()
    shortest = [(float("inf"), float("inf"))] * len(jobs)
    ends, turns = time.perf_counter() + (seconds + 1) * len(jobs), 0
    while turns < 3 or time.perf_counter() < ends:
        for step in range(len(jobs)):
            at = (turns + step) % len(jobs)
            # ONNX Runtime's own threads go on spinning for a while after their last product.
            time.sleep(0.3)
            started, used = time.perf_counter(), time.process_time()
            jobs[at]()
            clock, processor = time.perf_counter() - started, time.process_time() - used
            shortest[at] = min(shortest[at][0], clock), min(shortest[at][1], processor)
        turns += 1
    return [Rate(count / clock, count / processor) for clock, processor in shortest]


def repeats(model: ModelFolder, threads: int) -> None:
    """A stream of which four fifths were met before, and a second run over all of it."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(
            home=Path(home), models=str(model.root.parent), encoder=model.manifest.name, encoder_threads=threads
        )
        new = texts(120, 16)
        chance = random.Random(9)
        stream = [chance.choice(new) for _ in range(480)] + new
        first = texts(120, 16, seed=77)
        figures = []
        for given, encoder in (
            (first, open_encoder(settings)),
            (stream, open_encoder(settings)),
            (stream, open_encoder(settings)),
        ):
            assert encoder is not None
            encoder.encode(texts(1, 5, seed=len(figures)))  # loads the model
            started = time.perf_counter()
            for at in range(0, len(given), 60):
                encoder.encode(given[at : at + 60])
            figures.append(len(given) / (time.perf_counter() - started))
    print(
        f"\nsentences of 16 words, 60 a call: none met before {figures[0]:.0f}, four fifths met before {figures[1]:.0f} ",
        end="",
    )
    print(f"({figures[1] / figures[0]:.1f} times), all in the cache on disk {figures[2]:,.0f} a second")


def torch(threads: int, seconds: float) -> None:
    """PyTorch in float32, where it is installed."""
    if importlib.util.find_spec("torch") is None:
        print("PyTorch is not installed (extra 'torch'): left out")
        return
    from nlp.encoder.torch_engine import torch_encoder

    with tempfile.TemporaryDirectory() as folder:
        model = build(Path(folder), lambda line: print(f"[model] {line}", file=sys.stderr), checkpoint=True)
        encoder = torch_encoder(model, threads=threads)
        tokens = Tokens(model.file(TOKENIZER), prefix=model.manifest.prefix, max_tokens=model.manifest.max_tokens)
        figures = []
        for kind in COUNTS:
            wanted = kind_of(kind, tokens)
            figures.append(f"{kind} tokens {best(seconds, len(wanted), partial(encoder.encode, wanted))[0].clock:.1f}")
    version = importlib.metadata.version("torch")
    print(f"PyTorch {version} float32: {', '.join(figures)} texts a second; {memory():.0f} MB at the peak")


def memory() -> float:
    """Largest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
