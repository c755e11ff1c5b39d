"""How fast screening is, and in how much memory: the whole of it beside the encoder alone, repeats, and patterns alone.

    python -m benchmarks.screening [ADVERTS.jsonl] [--model NAME] [--rounds 3]

Four bars. Adverts without repeats: at least .65 of what the encoder alone does on the very sentences of these adverts, both in
turns in one run. A stream of which four in five are near-copies (another telephone, an emoji at the end, in half of them two
words swapped): at least four times the rate of adverts without repeats. Patterns and derivations alone, reading done before:
1,500 adverts a second and core. Peak memory of a process that screens, model included: under 1.5 GB (measured in a process of
its own). Nothing is kept on disk; each round begins without a memory of sentences and of what was found in them, words stay
known as in any process that runs for a while. Without a file: the project's own labelled adverts.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from flows.blackbox import advert_of
from flows.steps import screen_adverts
from flows.steps import versions as pipeline
from flows.steps.reading import encoder, forget, read_advert
from indicators.catalogue import VERSION_KEY
from indicators.heads.finder import sentences_of
from indicators.screener import Findings, Screener
from nlp.encoder.onnx_engine import usable_cores
from strazha.model import Advert, Reading, Screening
from strazha.settings import settings

ROOT = Path(__file__).parents[1]
Rows = Sequence[dict[str, str]]

#: The bars.
OF_ENCODER, OF_REPEATS, PATTERNS, MEGABYTES = 0.65, 4.0, 1_500, 1_536


def rows_of(path: Path | None) -> list[dict[str, str]]:
    """Adverts of a file, or the project's own, each text once."""
    files = [path] if path else sorted((ROOT / "tests/eval").glob("own-?.jsonl"))
    rows = [json.loads(line) for one in files for line in one.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts = {(str(row.get("title", "")), str(row.get("body", ""))): None for row in rows}
    return [{"id": str(at), "title": title, "body": body} for at, (title, body) in enumerate(texts)]


def stream(rows: Rows, seed: int = 7) -> list[dict[str, str]]:
    """As many adverts as ``rows``, four in five of them near-copies of the fifth, in no order."""
    rng = random.Random(seed)
    first = rng.sample(list(rows), len(rows) // 5)
    copies = [copied(rng, rng.choice(first)) for _ in range(len(rows) - len(first))]
    found = [*first, *copies]
    rng.shuffle(found)
    return [{**row, "id": str(at)} for at, row in enumerate(found)]


def copied(rng: random.Random, row: dict[str, str]) -> dict[str, str]:
    """The advert with another telephone (digits of longer numbers), an emoji, and in half of the cases two words swapped."""
    body = re.sub(r"\d(?=[\d /-]{5})", lambda _: str(rng.randrange(10)), row["body"])
    words = body.split(" ")
    if len(words) > 4 and rng.random() < 0.5:
        at = rng.randrange(len(words) - 1)
        words[at], words[at + 1] = words[at + 1], words[at]
    return {**row, "body": f"{' '.join(words)} {rng.choice('🌹✅☎🔥💶')}"}


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def adverts(rows: Rows) -> list[Advert]:
    """The rows as adverts."""
    return [advert_of(row) for row in rows]


def screened(given: Sequence[Advert]) -> None:
    """Screen as a run does."""
    assert all(isinstance(one, Screening) for one in screen_adverts(given))


def beside_encoder(rows: Rows, rounds: int) -> tuple[float, float, float]:
    """Adverts a second: screened without repeats, their sentences encoded alone, and the stream of near-copies screened."""
    found = encoder()
    assert found is not None
    plain, repeats = adverts(rows), adverts(stream(rows))
    sentences = list(dict.fromkeys(text for one in plain for text in sentences_of(read_advert(one))))
    screened(plain[:64])
    times: dict[str, list[float]] = {"screened": [], "encoded": [], "stream": []}
    for _ in range(rounds):
        for name, work in (
            ("encoded", lambda: found.encode(sentences)),
            ("screened", lambda: screened(plain)),
            ("stream", lambda: screened(repeats)),
        ):
            forget()
            times[name].append(timed(work)[0])
    best = {name: len(rows) / min(taken) for name, taken in times.items()}
    print(f"{len(rows)} adverts, {len(sentences)} distinct sentences, {rounds} rounds in turns, the best of each")
    return best["screened"], best["encoded"], best["stream"]


def patterns_alone(readings: Sequence[Reading], rounds: int) -> tuple[float, float]:
    """Adverts a second through patterns and derivations: by the clock, by processor time (medians)."""
    screener = Screener()
    gc.freeze()  # as a run does (flows.steps.reading)

    def screened_anew() -> list[Findings]:
        screener.forget()
        return [screener.screen(one.text, one.mentions) for one in readings]

    taken = [timed(screened_anew) for _ in range(rounds)]
    return len(readings) / statistics.median(one[0] for one in taken), len(readings) / statistics.median(
        one[1] for one in taken
    )


def peak(path: Path | None) -> float:
    """Megabytes a process needs at most that screens all adverts and the stream."""
    given = [str(path)] if path else []
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.screening", *given, "--peak"], cwd=ROOT, env=os.environ, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    return float(done.stdout.split()[-1])


def report(name: str, figure: str, reached: float, bar: float, *, most: bool = False) -> None:
    """One line: what was measured, and whether it reaches the bar."""
    good = reached <= bar if most else reached >= bar
    print(f"{name:58} {figure:>34}   {'reached' if good else 'NOT reached'}")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--model", help="another model than the settings'; off: without semantics")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peak", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.model:
        os.environ["STRAZHA_ENCODER"] = chosen.model
    os.environ["STRAZHA_ENCODER_CACHE"] = "0"
    settings.cache_clear()
    rows = rows_of(chosen.file)
    if chosen.peak:
        screened(adverts(rows))
        screened(adverts(stream(rows)))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    names = ("spacy", "ahocorasick-rs", "onnxruntime", "tokenizers", "pydantic", "numpy")
    print(", ".join([f"python {platform.python_version()}", *(f"{name} {version(name)}" for name in names)]))
    cores = f"{usable_cores()} of {os.cpu_count()} cores, {platform.machine()}"
    print(f"catalogue {VERSION_KEY()}, encoder {pipeline().encoder}, {cores}")
    words = statistics.mean(len(f"{row['title']} {row['body']}".split()) for row in rows)
    print(f"{words:.0f} words an advert on average")
    readings = [read_advert(one) for one in adverts(rows)]
    if encoder() is None:
        print("semantics are off, so the first two bars are not measured: strazha model build")
    else:
        whole, alone, repeats = beside_encoder(rows, chosen.rounds)
        report(
            "without repeats, of the encoder alone",
            f"{whole:.1f}/s of {alone:.1f}/s: {whole / alone:.2f}",
            whole / alone,
            OF_ENCODER,
        )
        report("80 % near-copies, times that", f"{repeats:.1f}/s: {repeats / whole:.2f}", repeats / whole, OF_REPEATS)
    for label, some in (("", readings), (", without a Cyrillic reading", [one for one in readings if not one.latin_bg])):
        clock, processor = patterns_alone(some, 5)
        report(f"patterns and derivations alone{label}", f"{clock:,.0f}/s, {processor:,.0f}/s of a core", processor, PATTERNS)
    megabytes = peak(chosen.file)
    report("peak memory of a screening process", f"{megabytes:,.0f} MB", megabytes, MEGABYTES, most=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("STRAZHA_HOME", home)
        main()
