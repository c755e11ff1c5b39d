"""How fast adverts are read, beside the parts alone in the same run: ``python -m benchmarks.extraction [--adverts N]``.

Adverts of about 80 words in three languages are made from a fixed seed; figures are medians of three runs on one core, in
processor time. Then the project's own labelled adverts (about 50 words, ten languages) are read once, when hardly a word was
met before, and again. The parts are timed one by one, so their shares add up roughly: the Cyrillic reading of Latin-typed
Bulgarian and the making of records are in "everything" only.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("spacy", "phonenumbers", "py3langid")
PARTS = {
    "bg": [
        "Търсим жени за работа в хотел", "Заплатата е {n} евро на месец", "Квартирата е осигурена от фирмата",
        "Тръгване от {p} всяка събота сутрин", "Не се изисква опит и език", "Питайте за {w} на тел. 0888 00{d} {d}{d}{d}",
        "До {a} години, с шофьорска книжка е предимство", "Договорът се подписва преди пътуването и се превежда",
        "Пишете и на вайбър по всяко време", "Работата е шест дни седмично, с почивки и храна на място",
    ],
    "en": [
        "We are looking for cleaners for a small hotel", "The wage is {n} euro a month and meals are free",
        "Rooms are shared by two people near the hotel", "We leave from {p} every Saturday morning",
        "No experience or language is needed for this job", "Ask for {w} on 07700 900{d}{d}{d}",
        "Up to {a} years of age, a driving licence helps", "The contract is signed before you travel",
        "Write on WhatsApp at any time", "Work is six days a week with breaks and food on site",
    ],
    "ro": [
        "Căutăm femei pentru curățenie într-un hotel mic", "Salariul este de {n} euro pe lună și masa este gratuită",
        "Camerele sunt de două persoane lângă hotel", "Plecăm din {p} în fiecare sâmbătă dimineața",
        "Nu se cere experiență sau limbă străină", "Întrebați de {w} la 0700 000 {d}{d}{d}",
        "Până la {a} de ani, permisul auto este un avantaj", "Contractul se semnează înainte de plecare",
        "Scrieți pe WhatsApp oricând", "Se lucrează șase zile pe săptămână, cu pauze și masă",
    ],
}  # fmt: skip
FILL = {
    "p": {"bg": ["Русе", "Плевен", "Видин"], "en": ["Leeds", "Varna", "Bristol"], "ro": ["Craiova", "Brașov", "Iași"]},
    "w": {"bg": ["Краси", "Ваня"], "en": ["Peter", "Anna"], "ro": ["Ioana", "Mihai"]},
}


def adverts(count: int) -> list[tuple[str, str]]:
    """Invented adverts, the same for the same count."""
    rng = random.Random(20261121)
    rows = []
    for _ in range(count):
        lang = rng.choice(sorted(PARTS))
        sentences = list(PARTS[lang])
        rng.shuffle(sentences)
        filled = {name: rng.choice(FILL[name][lang]) for name in ("p", "w")}
        numbers = {"n": rng.randrange(600, 3000, 50), "a": rng.randrange(30, 60), "d": rng.randrange(10)}
        body = ". ".join(text.format(**filled, **numbers) for text in sentences)
        rows.append((sentences[0][:40], body + "."))
    return rows


def labelled() -> list[tuple[str, str]]:
    """Titles and bodies of the project's own labelled adverts, of all ten languages."""
    rows = []
    for path in sorted((Path(__file__).parent.parent / "tests/eval").glob("own-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            advert = json.loads(line)
            rows.append((advert["title"], advert["body"]))
    return rows


def seconds(job: Callable[[], object]) -> float:
    """Processor time of one run."""
    start = time.process_time()
    job()
    return time.process_time() - start


def rate(job: Callable[[], object], count: int) -> float:
    """Adverts a second: the median of three runs, in processor time."""
    return count / statistics.median(seconds(job) for _ in range(3))


def parts(rows: list[tuple[str, str]]) -> dict[str, float]:
    """Seconds that each part of reading takes over all adverts: before the extractors, each of them, and after them."""
    from nlp import pipeline
    from nlp.extract import EXTRACTORS, View
    from nlp.language import identify
    from nlp.normalise import Pieces, normalise

    taken: dict[str, float] = defaultdict(float)
    clock = time.process_time
    for title, body in rows:
        begin = clock()
        normals = [normalise(text) for text in (title, body)]
        normal = clock()
        pieces = [Pieces(text.text) for text in normals]
        cut = clock()
        identify([text.text for text in normals], "", pieces)
        language = clock()
        for captured, text, runs in zip((title, body), normals, pieces, strict=True):
            View("body", captured, text, pieces=runs)
        viewed = clock()
        taken["normal form"] += normal - begin
        taken["cut into words"] += cut - normal
        taken["language"] += language - cut
        taken["plain form and tokens"] += viewed - language
        opened = pipeline._begin(pipeline.Item(title, body))
        last = clock()
        for extractor in EXTRACTORS:
            extractor.extract(opened.page)
            now = clock()
            taken[f"{extractor.NAME}s"] += now - last
            last = now
        pipeline._folded(opened.page)
        folded = clock()
        list(pipeline._mentions(opened.page))
        taken["folding"] += folded - last
        taken["mentions"] += clock() - folded
    return taken


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adverts", type=int, default=1000)
    count = parser.parse_args().adverts
    rows, own = adverts(count), labelled()
    start, began = time.perf_counter(), time.process_time()
    from nlp.components import pipeline
    from nlp.pipeline import Reader

    reader = Reader()
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES))
    print(f"start-up {time.perf_counter() - start:.2f} s (processor time {time.process_time() - began:.2f} s)")
    words = statistics.mean(len(body.split()) for _, body in rows)
    _show(f"everything, adverts of {words:.0f} words", rate(lambda: [reader.read(title, body) for title, body in rows], count))
    _show("everything, in batches", rate(lambda: list(reader.pipe(rows)), count))
    words = statistics.mean(len(body.split()) for _, body in own)
    for name in ("read for the first time", "read again"):
        _show(f"labelled, {words:.0f} words, {name}", len(own) / seconds(lambda: [reader.read(*row) for row in own]))
    runs = [parts(rows) for _ in range(3)]
    print("the parts alone")
    for name in runs[0]:
        _show(f"  {name}", count / statistics.median(run[name] for run in runs))
    _show("  spaCy alone, every word anew", rate(lambda: [pipeline("bg")(body) for _, body in rows], count))
    sentence = "Търсим жени за работа в Германия, 1200 евро на месец. "
    for size in (10_000, 100_000, 1_000_000):
        text = sentence * (size // len(sentence))
        print(f"one text of {size:9,} characters {seconds(lambda text=text: reader.read('', text)):6.2f} s")
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _show(name: str, value: float) -> None:
    print(f"{name:44} {value:8.0f} adverts a second")


if __name__ == "__main__":
    main()
