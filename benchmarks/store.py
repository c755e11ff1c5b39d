"""The index with 100,000 invented adverts: rate of writing, time of searching, of the queue, of similar adverts.

    python -m benchmarks.store [--adverts 100000] [--store sqlite]

Times are of whole calls of the AdIndex, documents parsed and validated, as a review page makes them. Bars (issues 2 and 3):
95 of 100 searches with five facets under 40 ms.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import yaml

from strazha.model import AdType, Advert, AdvertState, Band, Hit, LanguageGuess, Mention, Reason, Screening, Versions
from strazha.settings import Settings
from strazha.store import AdIndex, AdvertDoc, Query, open_index
from strazha.store.vectors import pack_vector

#: Word lists by language, shared with the benchmark of linking.
WORDS: dict[str, list[str]] = {
    lang: kinds["words"].split()
    for lang, kinds in yaml.safe_load(Path(__file__).with_name("market_words.yaml").read_text(encoding="utf-8")).items()
}
START = datetime(2026, 1, 1, tzinfo=UTC)
FACETS = ("source", "band", "language", "indicator", "place")
#: Country, latitude and longitude.
TOWNS = {
    "Sofia": ("BG", 42.70, 23.32), "Varna": ("BG", 43.21, 27.91), "Munich": ("DE", 48.14, 11.58),
    "Berlin": ("DE", 52.52, 13.41), "Vienna": ("AT", 48.21, 16.37), "Leeds": ("GB", 53.80, -1.55),
    "Cluj-Napoca": ("RO", 46.77, 23.60),
}  # fmt: skip
VERSIONS = Versions(code="bench", nlp="1", catalogue="1")


def adverts(count: int, seed: int = 7) -> Iterator[AdvertDoc]:
    """Adverts of about 80 words with a vector; one in five belongs to an operation of ten with one number and one sheet."""
    rng = random.Random(seed)
    languages = list(WORDS)
    indicators = [f"indicator_{n:02}" for n in range(40)]
    sheets: dict[int, tuple[str, list[str], str]] = {}
    for number in range(count):
        operation = number // 50 if number % 5 == 0 else -1
        lang = rng.choice(languages)
        words = [
            *rng.choices(WORDS[lang], k=76),
            f"x{rng.randrange(count)}",
            f"{lang}{int(rng.paretovariate(0.6)) % 20000}",
        ]
        phone = f"+35988800{rng.randrange(10000):04}"
        if operation >= 0:
            lang, words, phone = sheets.setdefault(operation, (lang, words, phone))
        body = " ".join(words) + ". " + phone.replace("+359", "0")
        yield document(rng, number, lang, " ".join(words[:6]), body, phone, operation, indicators)


def document(  # noqa: PLR0917 - one advert's facts, used once
    rng: random.Random, number: int, lang: str, title: str, body: str, phone: str, operation: int, indicators: list[str]
) -> AdvertDoc:
    """One advert with mentions, hits and blocking keys as a real run gives it."""
    advert = Advert(source_id=f"source_{number % 12}", key=str(number), title=title, body=body, captured_at=START)
    seen = START + timedelta(minutes=number)
    state = AdvertState(
        advert_id=advert.id, source_id=advert.source_id, first_seen=seen, last_seen=seen + timedelta(days=rng.randrange(30)),
        gone_since=seen if rng.random() < 0.2 else None, content_hash=advert.content_hash, versions=1,
        landing_file="captures/f.jsonl", landing_offset=number, landing_length=900,
    )  # fmt: skip
    town = rng.choice(list(TOWNS))
    country, lat, lon = TOWNS[town]
    # Suburbs and villages around each town, so that a map has more than seven points.
    place = {"name": town, "country": country, "geoname_id": 1, "lat": lat + rng.gauss(0, 0.3), "lon": lon + rng.gauss(0, 0.3)}
    found = [("phone", phone, len(body) - 10, len(body)), ("place", place, 0, 5), ("age", 20 + number % 30, 6, 8)]
    mentions = tuple(
        Mention(kind=kind, text=body[a:b], value=value, field="body", start=a, end=b, extractor="bench", confidence=1)
        for kind, value, a, b in found
    )  # fmt: skip
    score = min(99, int(rng.expovariate(0.05)))
    hits = tuple(
        Hit(indicator=name, field="body", start=0, end=9, text=body[:9], method="pattern", confidence=0.9)
        for name in rng.sample(indicators, k=rng.randrange(5))
    )
    screening = Screening(
        advert_id=advert.id, content_hash=advert.content_hash, screened_at=START, ad_type=rng.choice(list(AdType)),
        languages=(LanguageGuess(lang=lang, confidence=0.9),), mentions=mentions, hits=hits, score=score,
        band=list(Band)[score // 25], reasons=(Reason(code="bench", text="points for the benchmark", points=score),),
        folded=body, pipeline=VERSIONS,
    )  # fmt: skip
    keys = (f"phone:{phone}", *(f"text:{rng.getrandbits(64):x}" for _ in range(32)))
    return AdvertDoc(
        advert=advert,
        state=state,
        screening=screening,
        keys=keys,
        version=1,
        cluster_id=f"c{operation}" if operation >= 0 else "",
        vector=pack_vector(vector(number, operation)),
    )


def vector(number: int, operation: int) -> np.ndarray:
    """What an encoder might give: adverts of one operation lie near each other, others anywhere."""
    own = np.random.default_rng([1, number]).standard_normal(384, dtype=np.float32)
    if operation < 0:
        return own
    return np.random.default_rng([2, operation]).standard_normal(384, dtype=np.float32) + 0.2 * own


def timed(calls: list[Callable[[], object]]) -> tuple[float, float, float]:
    """Median and 95th percentile of the calls' times, and the 95th of their processor time, in milliseconds."""
    for call in calls[:5]:
        call()
    times, worked = [], []
    for call in calls:
        start, begun = time.perf_counter(), time.process_time()
        call()
        times.append((time.perf_counter() - start) * 1000)
        worked.append((time.process_time() - begun) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[18], statistics.quantiles(worked, n=20)[18]


def queries(index: AdIndex, ids: list[str]) -> dict[str, list[Callable[[], object]]]:
    """What a day at the review pages asks for, two hundred times each."""
    rng = random.Random(11)
    words = [word for text in WORDS.values() for word in text]

    def search(**query: object) -> Callable[[], object]:
        return lambda: index.search_adverts(Query.model_validate(query))

    def some(make: Callable[[], Callable[[], object]]) -> list[Callable[[], object]]:
        return [make() for _ in range(200)]

    live = {"status": ("live",), "decision": ("none",)}

    def alike() -> Callable[[], object]:
        one = rng.choice(ids)
        return lambda: index.similar(one)

    def keyed() -> Callable[[], object]:
        phones = [f"phone:+35988800{rng.randrange(10000):04}" for _ in range(30)]
        return lambda: index.by_keys(phones)

    return {
        "queue page, no facets": some(lambda: search(filters=live)),
        "queue page, five facets": some(lambda: search(filters=live, facets=FACETS)),
        "queue page, five facets, one filter more": some(
            lambda: search(filters=live | {"indicator": (f"indicator_{rng.randrange(40):02}",)}, facets=FACETS)
        ),
        "one word, five facets": some(lambda: search(text=rng.choice(words), facets=FACETS, highlight=True)),
        "two words, five facets": some(lambda: search(text=" ".join(rng.sample(words, 2)), facets=FACETS, highlight=True)),
        "two words, by relevance": some(
            lambda: search(text=" ".join(rng.sample(words, 2)), sort="relevance", facets=FACETS, highlight=True)
        ),
        "word or word, five facets": some(
            lambda: search(text=" OR ".join(rng.sample(words, 2)), facets=FACETS, highlight=True)
        ),
        "six digits of a number": some(lambda: search(text=f"88800{rng.randrange(10)}", facets=FACETS, highlight=True)),
        "one contact": some(lambda: search(filters={"contact": (f"phone:+35988800{rng.randrange(10000):04}",)}, facets=FACETS)),
        "similar adverts": some(alike),
        "adverts by 30 keys": some(keyed),
    }


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adverts", type=int, default=100_000)
    parser.add_argument("--store", default="sqlite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), store=options.store)
        with open_index(settings) as index:
            measure(index, options.adverts)
        if options.store == "sqlite":
            print(f"file: {os.path.getsize(settings.index_file) / 1e6:,.0f} MB")


def measure(index: AdIndex, count: int) -> None:
    """One table."""
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, {count:,} adverts")
    made, worked, ids = 0.0, 0.0, list[str]()
    written = 0
    source = adverts(count)
    while batch := list(islice(source, 5000)):
        ids += [doc.id for doc in batch]
        begin, cpu = time.perf_counter(), time.process_time()
        written += index.put_adverts(batch)
        index.refresh()
        made, worked = made + time.perf_counter() - begin, worked + time.process_time() - cpu
    print(f"written: {written:,} in {made:.1f} s, {written / made:,.0f} a second ({worked:.1f} s of processor time)")
    newer = [doc.model_copy(update={"version": 2}) for doc in index.adverts(ids[:5000])]
    begin = time.perf_counter()
    index.put_adverts(newer)
    print(f"written again with the same words: {len(newer) / (time.perf_counter() - begin):,.0f} a second")
    print(f"\n{'search':42} {'p50 ms':>8} {'p95 ms':>8} {'p95 CPU':>8}")
    for name, calls in queries(index, ids).items():
        median, late, worked = timed(calls)
        print(f"{name:42} {median:8.1f} {late:8.1f} {worked:8.1f}")
    print(f"\nmost memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
