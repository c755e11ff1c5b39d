"""An invented market of adverts with known operations, at any size, as a stream, for benchmarks of linking.

400 base texts in five languages are made of the word lists in market_words.yaml. An operation writes one to three sheets of
its own (some in a second language), each keeping one or two sentences of a base text that others use too. Its copies change
names, towns, ages, prices and telephones, swap, drop and misspell words, reorder sentences, add emoji and capitals, and
sometimes go over to the other alphabet; one operation in five throws its telephone away after each advert, one in ten
rewrites almost half of the text. Stock sentences, base texts, towns and first names are shared by strangers; so are the
telephones of hubs (newspapers, receptions). Numbers begin with +999, which is no country.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from nlp.normalise.fold import fold
from strazha.model import AdType, Linkable

_SPEECH: dict[str, dict[str, Any]] = {
    lang: {**kinds, "words": kinds["words"].split(), "relay": kinds["relay"].split()}
    for lang, kinds in yaml.safe_load(Path(__file__).with_name("market_words.yaml").read_text(encoding="utf-8")).items()
}
LANGUAGES = ("bg", "bg", "bg", "en", "en", "ro", "ru", "de")
BASE_TEXTS = 400
START = datetime(2026, 1, 1, tzinfo=UTC)
_HOURS = 24 * 120
_TIMES = [(START + timedelta(hours=at)).isoformat() for at in range(_HOURS + 1)]
_PAIRS = dict(zip("абвгдезиклмнопрстуфх", "abvgdeziklmnoprstufh", strict=True))
_OTHERS = {
    "ш": "6",
    "ч": "4",
    "щ": "6t",
    "ж": "j",
    "я": "q",
    "ю": "iu",
    "ъ": "a",
    "ь": "",
    "ц": "c",
    "й": "i",
    "ы": "i",
    "э": "e",
}
_LATIN = str.maketrans({**_PAIRS, **_OTHERS, "ё": "e"})
_NOISE = ("🌹", "❤️❤️", "!!!", "☎", "***", "✅", "...", "💋")
_TYPES = ((AdType.ADULT,), (AdType.ADULT,), (AdType.JOB,), (AdType.JOB, AdType.ADULT), (AdType.TRANSPORT,))

Sentence = list[str]


@dataclass(frozen=True, slots=True)
class Market:
    """Adverts and the operation of each (advert id -> operation)."""

    adverts: list[Linkable]
    gold: dict[str, str]
    hubs: frozenset[str]


@dataclass(slots=True)
class _Operation:
    name: str
    types: Sequence[AdType]
    #: Language and sentences of each sheet.
    sheets: list[tuple[str, list[Sentence]]]
    phones: list[str]
    #: Part of the words that a copy changes.
    rewriting: float = 0.06


def market(size: int, seed: int = 7) -> Market:
    """``size`` adverts in memory, folded."""
    found = list(rows(size, seed))
    gold = {row["id"]: row["operation"] for row in found}
    return Market([linkable(row) for row in found], gold, frozenset(row["id"] for row in found if row["hub"]))


def linkable(row: dict[str, Any]) -> Linkable:
    """A row as linking takes it; folds the text. Telephones are taken as found: finding them is the reader's business."""
    return Linkable.model_construct(
        id=row["id"], source_id="", posted_at=datetime.fromisoformat(row["posted_at"]), ad_type=AdType(row["ad_type"]),
        folded=fold(row["text"]), contacts=(f"phone:{row['phone']}",), names=(row["name"],), ages=(row["age"],), places=(),
        city=row["city"], country=None, image_hashes=(),
    )  # fmt: skip


def rows(size: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """``size`` adverts as plain rows, operations interleaved as on a site: about 70 % of operations, 30 % strangers."""
    rng = random.Random(seed)
    big = max(12, min(300, size // 40))
    running: list[Iterator[dict[str, Any]]] = []
    started = 0
    for number in range(size):
        while len(running) < max(20, min(3000, size // 20)):
            running.append(_start(rng, started, big))
            started += 1
        at = rng.randrange(len(running))
        row = next(running[at], None)
        while row is None:
            running[at] = _start(rng, started, big)
            started += 1
            row = next(running[at], None)
        # Ids tell nothing of operation or order.
        row["id"] = f"a{(number * 2_654_435_761 + seed) % (1 << 32):010d}"
        yield row


def _start(rng: random.Random, number: int, big: int) -> Iterator[dict[str, Any]]:
    draw = rng.random()
    if draw < 0.2:
        return _operation_adverts(rng, f"op{number}", big)
    if draw < 0.206:
        return _hub_adverts(rng, f"hub{number}")
    kind = AdType.BENIGN if rng.random() < 0.6 else rng.choice((AdType.ADULT, AdType.JOB))
    lang = rng.choice(LANGUAGES)
    return iter([_advert(rng, _Operation(f"alone{number}", (kind,), [_sheet(rng, lang)], [_phone(rng)]), 0)])


def _operation_adverts(rng: random.Random, name: str, big: int) -> Iterator[dict[str, Any]]:
    lang = rng.choice(LANGUAGES)
    others = rng.choice((0, 0, 0, 1, 2))
    sheets = [_sheet(rng, lang), *(_sheet(rng, lang if rng.random() < 0.7 else rng.choice(LANGUAGES)) for _ in range(others))]
    throws_away = len(sheets) == 1 and rng.random() < 0.3
    rewriting = 0.3 if not throws_away and rng.random() < 0.1 else 0.06
    phones = [_phone(rng) for _ in range(rng.randint(1, 4))]
    operation = _Operation(name, rng.choice(_TYPES), sheets, phones, rewriting)
    count = min(30, 2 + int(rng.expovariate(1 / 7))) if rng.random() > 0.01 else rng.randint(12, big)
    for at in range(count):
        if throws_away:
            operation.phones = [_phone(rng)]
        yield _advert(rng, operation, at % len(sheets))


def _hub_adverts(rng: random.Random, name: str) -> Iterator[dict[str, Any]]:
    phone = [_phone(rng)]
    for at in range(rng.randint(6, 20)):
        kind = rng.choice((AdType.BENIGN, AdType.BENIGN, AdType.JOB, AdType.ADULT))
        lang, sentences = _sheet(rng, "bg" if rng.random() < 0.7 else rng.choice(LANGUAGES))
        if rng.random() < 0.6:
            sentences.append([*_SPEECH[lang]["relay"], str(rng.randint(2, 99))])
        yield _advert(rng, _Operation(f"{name}-{at}", (kind,), [(lang, sentences)], phone), 0, hub=True)


@lru_cache(maxsize=1)
def _base_texts() -> dict[str, list[list[Sentence]]]:
    rng = random.Random(400)
    found: dict[str, list[list[Sentence]]] = {lang: [] for lang in _SPEECH}
    for at in range(BASE_TEXTS):
        lang = LANGUAGES[at % len(LANGUAGES)]
        found[lang].append([_sentence(rng, lang) for _ in range(rng.randint(5, 8))])
    return found


def _sheet(rng: random.Random, lang: str) -> tuple[str, list[Sentence]]:
    base = rng.choice(_base_texts()[lang])
    # One of five or six, two of seven or eight: what strangers copy from each other; more would be one hand for any reader too.
    kept = rng.sample(range(len(base)), 1 if len(base) < 7 or rng.random() < 0.5 else 2)
    return lang, [sentence if at in kept else _sentence(rng, lang) for at, sentence in enumerate(base)]


def _sentence(rng: random.Random, lang: str) -> Sentence:
    return rng.choices(_forms(lang), k=rng.randint(5, 10))


@lru_cache(maxsize=16)
def _forms(lang: str) -> list[str]:
    # With endings, as in real adverts: few words stand twice in one form. The lists are short, and with them alone strangers
    # would share a fifth of their letter sequences; words put together of two halves bring that down to a tenth.
    words, endings = _SPEECH[lang]["words"], _SPEECH[lang]["endings"]
    rng = random.Random(lang)
    put_together = {one[: (len(one) + 1) // 2] + other[len(other) // 2 :] for one, other in
                    (rng.sample(words, 2) for _ in range(4000))}  # fmt: skip
    return [word + ending for word in words for ending in endings] + sorted(put_together)


def _advert(rng: random.Random, operation: _Operation, sheet: int, *, hub: bool = False) -> dict[str, Any]:
    lang, sentences = operation.sheets[sheet]
    speech = _SPEECH[lang]
    name, town, age = rng.choice(speech["names"]), rng.choice(speech["towns"]), rng.randint(20, 45)
    words = _rewritten(rng, [sentence for sentence in sentences if rng.random() > 0.05], lang, operation.rewriting)
    words.append(rng.choice(speech["stock"]))
    if rng.random() < 0.3:
        rng.shuffle(words)
    text = f"{name} {age}, {town}\n" + ". ".join(words) + f". {rng.randint(40, 2500)}"
    draw = rng.random()
    if draw < 0.12 and lang in ("bg", "ru"):
        text = text.lower().translate(_LATIN)
    elif draw > 0.9:
        text = text.upper() if draw > 0.97 else text.replace(". ", f" {rng.choice(_NOISE)} ")
    return {
        "id": "", "operation": operation.name, "sheet": f"{operation.name}/{sheet}", "hub": hub, "text": text,
        "phone": rng.choice(operation.phones), "name": name,
        "age": age, "city": town, "posted_at": _TIMES[rng.randint(0, _HOURS)], "ad_type": rng.choice(operation.types).value,
    }  # fmt: skip


def _rewritten(rng: random.Random, sentences: list[Sentence], lang: str, part: float) -> list[str]:
    """The sentences with ``part`` of the words exchanged and half as many misspelt; one number drawn a change, not a word."""
    copies = [list(sentence) for sentence in sentences]
    count = sum(map(len, copies))
    forms = _forms(lang)
    for change in range(int(count * part * 1.5 + rng.random())):
        sentence = copies[int(rng.random() * len(copies))]
        at = int(rng.random() * len(sentence))
        word = sentence[at]
        if change % 3:
            sentence[at] = rng.choice(forms)
        elif len(word) > 4:
            cut = int(rng.random() * (len(word) - 2)) + 1
            sentence[at] = word[:cut] + word[cut + 1 :]
    return [" ".join(sentence) for sentence in copies]


def _phone(rng: random.Random) -> str:
    # Invented, far longer ranges than any plan has free: +999 is no country, so nobody can be called.
    return f"+999{rng.randrange(10**10):010d}"
