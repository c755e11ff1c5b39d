"""An invented market of adverts with known operations, at any size, for benchmarks of linking.

Texts are word sequences from lists in five languages (market_words.yaml), with stock sentences that strangers share; an
operation has one to three sheets of its own. Its copies change names, towns, prices and telephones, swap, drop and retype
words, and sometimes the alphabet. Names of persons are common first names; numbers begin with +999, which is no country.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from nlp.normalise.fold import fold
from strazha.model import AdType, Linkable

_SPEECH: dict[str, dict[str, list[str]]] = {
    lang: {**kinds, "words": kinds["words"].split(), "relay": kinds["relay"].split()}
    for lang, kinds in yaml.safe_load(Path(__file__).with_name("market_words.yaml").read_text(encoding="utf-8")).items()
}
LANGUAGES = ("bg", "bg", "bg", "en", "en", "ro", "ru", "de")
START = datetime(2026, 1, 1, tzinfo=UTC)
_LATIN = str.maketrans(
    {
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
        "ё": "e",
    }
    | dict(zip("абвгдезиклмнопрстуфх", "abvgdeziklmnoprstufh", strict=True))
)


@dataclass(frozen=True, slots=True)
class Market:
    """Adverts and the operation of each (advert id -> operation)."""

    adverts: list[Linkable]
    gold: dict[str, str]
    hubs: frozenset[str]


@dataclass(slots=True)
class _Operation:
    name: str
    lang: str
    types: tuple[AdType, ...]
    sheets: list[list[list[str]]]
    phones: list[str]


def market(size: int, seed: int = 7) -> Market:
    """``size`` adverts: 70 % of operations of 2 to 30, 30 % independent; one hub per 500 adverts."""
    rng = random.Random(seed)
    rows: list[tuple[str, Linkable]] = []
    hubs: set[str] = set()
    while len(rows) < size * 0.7:
        rows.extend(_operation_adverts(rng, _operation(rng, f"op{len(rows)}")))
    number = len(rows)
    while len(rows) < size:
        if rng.random() < 0.02 * 0.3:
            shared = list(_hub_adverts(rng, number))
            hubs.update(advert.id for _, advert in shared)
            rows.extend(shared)
        else:
            kind = AdType.BENIGN if rng.random() < 0.6 else rng.choice((AdType.ADULT, AdType.JOB))
            lone = _operation(rng, f"alone{number}", types=(kind,), most=1)
            rows.append((lone.name, _advert(rng, lone)))
        number += 1
    rng.shuffle(rows)
    rows = rows[:size]
    named = [(name, advert.model_copy(update={"id": f"a{at:08d}"})) for at, (name, advert) in enumerate(rows)]
    old = {advert.id: f"a{at:08d}" for at, (_, advert) in enumerate(rows)}
    kept = frozenset(old[one] for one in hubs if one in old)
    return Market([advert for _, advert in named], {advert.id: name for name, advert in named}, kept)


def _operation(rng: random.Random, name: str, types: tuple[AdType, ...] = (), most: int = 3) -> _Operation:
    lang = rng.choice(LANGUAGES)
    chosen = types or rng.choice(
        [(AdType.ADULT,), (AdType.ADULT,), (AdType.JOB,), (AdType.JOB, AdType.ADULT), (AdType.TRANSPORT,)]
    )
    sheets = [_sheet(rng, lang) for _ in range(rng.choice([1, 1, 1, 2, most]) if most > 1 else 1)]
    return _Operation(name, lang, chosen, sheets, [_phone(rng, lang) for _ in range(rng.randint(1, 6))])


def _sheet(rng: random.Random, lang: str) -> list[list[str]]:
    return [[_word(rng, lang) for _ in range(rng.randint(5, 10))] for _ in range(rng.randint(5, 8))]


def _word(rng: random.Random, lang: str) -> str:
    # With endings, as in real adverts: few words stand twice in one form.
    return rng.choice(_SPEECH[lang]["words"]) + rng.choice(_SPEECH[lang]["endings"])


def _operation_adverts(rng: random.Random, operation: _Operation) -> Iterator[tuple[str, Linkable]]:
    count = min(30, 2 + int(rng.expovariate(1 / 7)))
    # One operation in five throws a telephone away after each advert: only its texts hold it together.
    throws_away = rng.random() < 0.2
    for at in range(count):
        if throws_away:
            operation.phones = [_phone(rng, operation.lang)]
        yield operation.name, _advert(rng, operation, sheet=at % len(operation.sheets))


def _hub_adverts(rng: random.Random, number: int) -> Iterator[tuple[str, Linkable]]:
    phone = _phone(rng, "bg")
    for at in range(rng.randint(6, 20)):
        kind = rng.choice([AdType.BENIGN, AdType.BENIGN, AdType.JOB, AdType.ADULT])
        lone = _operation(rng, f"hub{number}-{at}", types=(kind,), most=1)
        lone.phones = [phone]
        if rng.random() < 0.6:
            lone.sheets[0].append([*_SPEECH[lone.lang]["relay"], str(rng.randint(2, 99))])
        yield lone.name, _advert(rng, lone)


def _advert(rng: random.Random, operation: _Operation, sheet: int = 0) -> Linkable:
    lang = operation.lang
    name, town, age = rng.choice(_SPEECH[lang]["names"]), rng.choice(_SPEECH[lang]["towns"]), rng.randint(20, 45)
    sentences = [_rewritten(rng, sentence, lang) for sentence in operation.sheets[sheet] if rng.random() > 0.05]
    if rng.random() < 0.3:
        rng.shuffle(sentences)
    sentences.append(rng.choice(_SPEECH[lang]["stock"]))
    text = f"{name} {age}, {town}\n" + ". ".join(sentences) + f". {rng.randint(40, 2500)}"
    if lang in ("bg", "ru") and rng.random() < 0.12:
        text = text.lower().translate(_LATIN)
    # Telephones are taken as found: finding them is the reader's business, and measured there.
    return Linkable(
        id=f"{operation.name}-{rng.getrandbits(64):016x}",
        source_id=f"site{rng.randint(1, 5)}",
        posted_at=START + timedelta(hours=rng.randint(0, 24 * 120)),
        ad_type=rng.choice(operation.types),
        folded=fold(text),
        contacts=(f"phone:{rng.choice(operation.phones)}",),
        names=(name,),
        ages=(age,),
        city=town,
    )


def _rewritten(rng: random.Random, sentence: list[str], lang: str) -> str:
    words = list(sentence)
    for at in range(len(words)):
        if rng.random() < 0.06:
            words[at] = _word(rng, lang)
        elif rng.random() < 0.03 and len(words[at]) > 4:
            cut = rng.randint(1, len(words[at]) - 2)
            words[at] = words[at][:cut] + words[at][cut + 1 :]
    return " ".join(words)


def _phone(rng: random.Random, lang: str) -> str:
    # Invented, far longer ranges than any plan has free: +999 is no country, so nobody can be called.
    return f"+999{LANGUAGES.index(lang)}{rng.randrange(10**9):09d}"
