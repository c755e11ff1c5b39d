"""How fast adverts are read, beside the parts alone in the same run: ``python benchmarks/extraction.py [--adverts N]``.

Adverts of about 80 words in three languages are made from a fixed seed; figures are medians of three runs on one core.
"""

from __future__ import annotations

import argparse
import platform
import random
import resource
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version

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


def rate(job: Callable[[], object], count: int) -> float:
    """Adverts a second: the median of three runs, in processor time."""
    seconds = []
    for _ in range(3):
        start = time.process_time()
        job()
        seconds.append(time.process_time() - start)
    return count / statistics.median(seconds)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adverts", type=int, default=1000)
    count = parser.parse_args().adverts
    rows = adverts(count)
    start = time.perf_counter()
    from nlp.components import pipeline
    from nlp.language import identify
    from nlp.normalise import normalise
    from nlp.pipeline import Reader

    reader = Reader()
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES))
    words = statistics.mean(len(body.split()) for _, body in rows)
    print(f"start-up {time.perf_counter() - start:.2f} s, words an advert {words:.0f}")
    whole = rate(lambda: [reader.read(title, body) for title, body in rows], count)
    normal = rate(lambda: [normalise(body) for _, body in rows], count)
    language = rate(lambda: [identify([body]) for _, body in rows], count)
    spacy = rate(lambda: [pipeline("bg")(body) for _, body in rows], count)
    for name, value in (
        ("everything", whole),
        ("normal form", normal),
        ("language", language),
        ("spaCy tokens and names", spacy),
    ):
        print(f"{name:24} {value:8.0f} adverts a second")
    words = "Търсим жени за работа в Германия, 1200 евро на месец. "
    for size in (10_000, 100_000, 1_000_000):
        text = words * (size // len(words))
        begin = time.process_time()
        reader.read("", text)
        print(f"one text of {size:9,} characters {time.process_time() - begin:6.2f} s")
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
