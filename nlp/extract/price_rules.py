"""The words that prices are read with, of one set of languages."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

import yaml

from nlp.extract.amounts import Money
from nlp.extract.digits import number_words
from nlp.extract.lexicon import Lexicon
from nlp.lang import languages
from nlp.normalise import Remembered, plain

_CODES = (
    "EUR",
    "BGN",
    "USD",
    "GBP",
    "CHF",
    "PLN",
    "CZK",
    "DKK",
    "NOK",
    "SEK",
    "RON",
    "HUF",
    "TRY",
    "RSD",
    "UAH",
    "RUB",
    "BAM",
    "MDL",
)


class Rules:
    """The words of one set of languages, ready for look-up."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        known = [languages()[code] for code in codes]
        others = [data for data in languages().values() if data not in known]
        currencies = {code.lower(): code for code in _CODES} | {"zl": "PLN", "kc": "CZK"}
        for data in (*known, *others):
            for currency, words in data.currency.items():
                for word in words:
                    currencies.setdefault(word, currency)
        self.numbers = number_words(codes)
        thousand = frozenset(word for data in known for word in data.thousand)
        crowns = frozenset(word for data in languages().values() for word in data.crowns)
        self.money = Money(self.numbers, thousand, currencies, crowns)
        periods: dict[str, str] = {}
        for data in known:
            for period, words in data.periods.items():
                for word in words:
                    periods.setdefault(word, period)
        self.periods: Lexicon[str] = Lexicon(periods)
        self.adverbs: Lexicon[str] = Lexicon(
            {word: periods[word] for data in known for word in data.adverbs if word in periods}
        )
        self.per = frozenset(word for data in known for word in data.per) | {"за", "one"}
        self.every = frozenset(word for data in known for word in data.every)
        self.half = Lexicon.of(word for data in known for word in data.half_hour)
        self.seats = Lexicon.of(word for data in known for word in data.seats)
        purposes: dict[str, str] = {}
        for name in ("fee", "wage", "rent", "fare"):
            for data in known:
                purposes |= {word: name for word in getattr(data, name) if word not in purposes}
        self.purposes: Lexicon[str] = Lexicon(purposes)
        self.massage = Lexicon.of(word for data in known for word in data.massage)
        self.price = Lexicon.of(word for data in known for word in data.price)
        self.deal = Lexicon.of(word for data in known for word in data.deal)
        self.job = Lexicon.of(word for data in known for word in data.job)
        self.fare = Lexicon.of(word for data in known for word in data.fare)
        self.rent = Lexicon.of(word for data in known for word in data.rent)
        #: Which of these offers a word speaks for; behind a plus sign those of price_kinds.yaml.
        self.offers = Remembered(self._offers_of)
        self.years = Lexicon.of(word for data in known for word in data.age.years)

    def _offers_of(self, word: str) -> tuple[str, ...]:
        lexicons = (("job", self.job), ("fare", self.fare), ("rent", self.rent))
        kind = page_kinds().word(word)
        return (*(name for name, lexicon in lexicons if lexicon.word(word)), *((f"+{kind}",) if kind else ()))


@lru_cache(maxsize=64)
def rules_for(codes: tuple[str, ...]) -> Rules:
    """The rules of these languages, earlier ones first where words clash."""
    return Rules(codes)


@lru_cache(maxsize=1)
def page_kinds() -> Lexicon[str]:
    """Words of all languages that say what an advert is about (price_kinds.yaml): ``fare``, ``deal``, ``job`` or ``adult``."""
    text = (resources.files("nlp.extract") / "price_kinds.yaml").read_text(encoding="utf-8")
    data: dict[str, list[str]] = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506  (makes only strings, lists and dicts)
    return Lexicon({plain(word): kind for kind, words in data.items() for word in words})
