"""Adverts a second through patterns and derivations alone, in one process on one core.

    python benchmarks/screening.py [ADVERTS.jsonl]

Reading (nlp) is done before the clock starts. Prints the versions it ran with, and the median of five rounds by the clock and
by processor time; the two differ where the machine is busy with other things. Texts typed in Latin letters are matched
twice, as written and in their Cyrillic reading, so the rate without them is printed too. Without a file: the catalogue's own
examples.
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

from indicators.catalogue import VERSION_KEY, load
from indicators.screener import Screener
from nlp.pipeline import Reader
from strazha.model.text import Reading


def adverts(path: Path | None) -> list[tuple[str, str]]:
    """Title and body of each row, or, without a file, of the catalogue's own examples four to an advert."""
    if path is not None:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [(str(row.get("title", "")), str(row.get("body", ""))) for row in rows]
    texts = [text for entry in load().values() for shown in entry.examples.values() for text in (*shown.match, *shown.no_match)]
    return [(texts[at], " ".join(texts[at + 1 : at + 10])) for at in range(0, len(texts) - 10, 10)]


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    rows = adverts(path)
    reader, screener = Reader(), Screener()
    read = [reader.read(title, body) for title, body in rows]
    words = statistics.mean(len(f"{title} {body}".split()) for title, body in rows)
    versions = ", ".join(f"{name} {version(name)}" for name in ("spacy", "ahocorasick-rs", "pydantic"))
    print(f"python {platform.python_version()}, {versions}, catalogue {VERSION_KEY()}")
    print(f"{len(rows)} adverts of {words:.0f} words on average, {sum(one.latin_bg for one in read)} in Latin-typed Bulgarian")
    for label, chosen in (("all", read), ("without a second reading", [one for one in read if not one.latin_bg])):
        clock, processor = zip(*(measure(screener, chosen) for _ in range(5)), strict=True)
        by_clock, by_processor = statistics.median(clock), statistics.median(processor)
        print(f"{label}: {by_clock:,.0f} adverts/s by the clock, {by_processor:,.0f} by processor time")


def measure(screener: Screener, chosen: list[Reading]) -> tuple[float, float]:
    """Adverts a second of one round, by the clock and by processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    for one in chosen:
        screener.screen(one.text, one.mentions)
    return len(chosen) / (time.perf_counter() - clock), len(chosen) / (time.process_time() - processor)


if __name__ == "__main__":
    main()
