"""Hostile adverts read without crash or hang: ``python -m benchmarks.fuzzing [--texts 100000] [--seed N]``.

Four kinds of text from a fixed seed: pieces of adverts and of disguises in any order, random Unicode of all planes, adverts
with characters changed, and one short piece over and over. Every mention must equal the captured text at its offsets; a text of
a few hundred characters that takes more than a second is a hang. The first failure is printed with its text and ends the run.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator

PIECES = [
    "0888 001 234",
    "нула осем осем осем нула нула едно две три четири",
    "O888 OO1 234",
    "0️⃣8️⃣8️⃣8️⃣",
    "120 лв на час",
    "€50-60",
    "1 500,00 евро",
    "0888 001 204/205",
    "Мария, 23 г.",
    "от 18 до 27 години",
    "в София",
    "Sofia, London",
    "Tyrsq rabota v Germaniq",
    "telegram: name_primer",
    "@name_primer",
    "три осмици",
    "две нули",
    "a@example.com",
    "име кльомба example точка com",
    "a (at) b [dot] com",
    "n a m e @ e x a m p l e . c o m",
    "WhatsApp",
    "вайбър",
    "т е л е г р а м",
    "t . me / ime_1",
    "www.example.com/?utm_source=x",
    "viber://chat?number=%2B359888001234",
    "https://t.me/+359888001234",
    "двайсет и пет хиляди лева",
    "нулаосемосем",
    "0888 -",
    "питай за Ани",
    "- 001 - 234",
    "+",
    "+359",
    "(0)",
    "double oh",
    "triple",
    "пъти по",
    "долна черта",
    "skype:live:name.1",
    "x@@y..z",
    "BG80BNBG96611020345678",
    "06-14 14-22",
    "\u200b",
    "\u202e",
    "\u2066",
    "<br>",
    "<at>",
    "&nbsp;",
    "&#x30;",
    "\n",
    "🔥",
    "👩\u200d👩\u200d👧",
    "�",
    "�",
    "\x00",
    "İ",
    "ß",
    "ǅ",
    "ﷺ",
    ". ",
    ", ",
    " ",
    "/",
    "_",
    "@",
    "#",
    "(",
    ")",
    "[",
    "]",
    "Ð¡Ð¾Ñ„",
    "РџСЂ",
    "é̂̃",
]
ADVERTS = (
    "Търсим жени за хотел в Германия, 1200 евро на месец, питай за Ани: 0888 - 001 - 204, ani (маймунско а) example.com",
    "New in town, Anna 23, real photos, 80 pounds an hour. Oh double seven double oh 900 123 or t.me/anna_tr, insta anna.tr",
    "Căutăm fete 18-30 ani, salariu 2.500 EUR, zero sapte zero zero 000 012, telegram @fete_job",
    "Tyrsim momi4eta za bar v Gurciq, zaplata 1400 evro, viber nula osem osem osem 001 234",
)


def texts(seed: int) -> Iterator[str]:
    """Hostile texts without end, the same for the same seed."""
    rng = random.Random(seed)
    while True:
        kind = rng.randrange(4)
        if kind == 0:
            yield rng.choice(["", " ", "\n"]).join(rng.choice(PIECES) for _ in range(rng.randrange(1, 25)))
        elif kind == 1:
            top = rng.choice([0x80, 0x250, 0x600, 0x3000, 0x110000])
            yield "".join(chr(rng.randrange(top)) for _ in range(rng.randrange(200)))
        elif kind == 2:
            chars = list(rng.choice(ADVERTS))
            for _ in range(rng.randrange(1, 12)):
                at, other = rng.randrange(len(chars)), rng.choice(chars)
                chars[at] = rng.choice([chr(rng.randrange(0x110000)), rng.choice(PIECES), "", chars[at] * 3, other])
            yield "".join(chars)
        else:
            yield rng.choice(PIECES) * rng.randrange(1, 60)


def main() -> None:
    """Read the texts and print how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20261122)
    options = parser.parse_args()
    from nlp.pipeline import Reader

    reader = Reader()
    source = texts(options.seed)
    mentions, slowest, begin = 0, 0.0, time.perf_counter()
    for number in range(options.texts):
        text = next(source)
        title, body = text[: len(text) // 5], text[len(text) // 5 :]
        captured = {"title": title, "body": body}
        start = time.process_time()
        reading = reader.read(title, body)
        slowest = max(slowest, time.process_time() - start)
        wrong = [m for m in reading.mentions if captured[m.field][m.start : m.end] != m.text or not m.text]
        mentions += len(reading.mentions)
        if wrong or slowest > 1.0:
            print(f"text {number}: {wrong or f'{slowest:.2f} s'}\n{text!r}")
            sys.exit(1)
        if number and number % 20_000 == 0:
            print(f"{number:8,} texts", flush=True)
    print(
        f"Python {sys.version.split()[0]}: {options.texts:,} texts, {mentions:,} mentions, each where it says;"
        f" slowest {slowest * 1000:.0f} ms; {time.perf_counter() - begin:.0f} s"
    )


if __name__ == "__main__":
    main()
