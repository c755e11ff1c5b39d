"""Pay against what such work brings in that country: a dated table (pay.yaml) and a comparison that shows its sum."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from indicators.definitions import Located
from indicators.tokens import fold
from strazha.model import Advert, Hit, Mention, MentionKind, ReadText

FILE = Path(__file__).parent / "pay.yaml"

#: Characters around a price in which "net" is looked for.
_NEAR = 14


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Floor(_Strict):
    """What unskilled work pays at least, euro a month; ``agreed``: not from the statutory table."""

    month: float
    agreed: bool = False


class Multiple(_Strict):
    """Up to this floor, pay is far above from this multiple on."""

    floor_up_to: float
    multiple: float


class PayTable(_Strict):
    """The contents of pay.yaml."""

    as_of: dt.date
    source: str
    far_above: tuple[Multiple, ...]
    skilled_factor: float
    skilled: tuple[str, ...]
    net_factor: float
    net: tuple[str, ...]
    unknown_country: float
    per_month: dict[str, float]
    bare_wage_from: float
    ceiling: float
    euro_rates: dict[str, float]
    floors: dict[str, Floor]


@lru_cache(maxsize=1)
def table() -> PayTable:
    """The table, read once.

    Raises:
        DefinitionError: at file and line of the first thing that is wrong.
    """
    return Located(FILE).parse(PayTable)


def unrealistic(text: ReadText, mentions: Sequence[Mention], taken: Sequence[Hit], advert: Advert | None) -> list[Hit]:
    """The prices that, as a month's pay, are far above the floor of the country the work is in.

    Prices inside ``taken`` hits (fees, debts, deductions) are no pay and are left out.
    """
    if not any(mention.kind is MentionKind.PRICE for mention in mentions):
        return []
    rules = table()
    floors = _floors(mentions, advert)
    folded = {field.name: fold(field.captured) for field in text.fields()}
    whole = " ".join(folded.values())
    skilled = any(word in whole for word in _folded(rules.skilled))
    hits = []
    for mention in mentions:
        if mention.kind is not MentionKind.PRICE or _within(mention, taken):
            continue
        around = folded[mention.field][max(0, mention.start - _NEAR) : mention.end + _NEAR]
        month = _month(mention, rules, net=any(f" {word} " in f" {around} " for word in _folded(rules.net)))
        if month is None:
            continue
        country, limit = _limit(floors, mention, rules, skilled=skilled)
        if limit < month <= rules.ceiling:
            where = f"in {country}" if country else "in a country the text does not name"
            note = (
                f"about {month:,.0f} euro a month; far above begins near {limit:,.0f} {where} (table of {rules.as_of:%Y-%m-%d})"
            )
            hits.append(
                Hit(
                    indicator="unrealistic_pay",
                    field=mention.field,
                    start=mention.start,
                    end=mention.end,
                    text=mention.text,
                    method="derived",
                    confidence=0.8 if country else 0.65,
                    rule="pay",
                    note=note,
                )
            )
    return hits


@lru_cache(maxsize=8)
def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(fold(word) for word in words)


def euro(price: Mapping[str, Any]) -> float:
    """The amount of a price in euro; 0 where amount or currency is not known."""
    amount, rate = price.get("amount"), table().euro_rates.get(str(price.get("currency")))
    return float(amount) * rate if isinstance(amount, int | float) and rate is not None else 0.0


def _month(mention: Mention, rules: PayTable, *, net: bool) -> float | None:
    """The price as euro a month, gross; None where it is no pay."""
    value = mention.value
    if not isinstance(value, dict):
        return None
    amount, per = euro(value), value.get("per")
    times = rules.per_month.get(str(per))
    if times is None or (per == "month" and amount < rules.bare_wage_from):
        return None
    return amount * times * (rules.net_factor if net else 1.0)


def _floors(mentions: Sequence[Mention], advert: Advert | None) -> list[str]:
    """Countries the work may be in: those of places named, else the advert's own."""
    named = [
        str(mention.value.get("country"))
        for mention in mentions
        if mention.kind is MentionKind.PLACE and isinstance(mention.value, dict) and "origin" not in mention.tags
    ]
    known = [country for country in dict.fromkeys(named) if country in table().floors]
    if not known and advert is not None and advert.country in table().floors:
        known = [str(advert.country)]
    return known


#: A currency used in one country only tells the country where no place does.
_HOME = {"GBP": "GB", "CHF": "CH", "NOK": "NO", "SEK": "SE", "DKK": "DK", "CZK": "CZ", "PLN": "PL", "RON": "RO", "BGN": "BG"}


def _limit(countries: Sequence[str], mention: Mention, rules: PayTable, *, skilled: bool) -> tuple[str, float]:
    """The country with the highest limit among those possible (the most lenient reading), and that limit in euro a month."""
    home = _HOME.get(str(mention.value.get("currency"))) if isinstance(mention.value, dict) else None
    possible = list(countries) or ([home] if home else [])
    factor = rules.skilled_factor if skilled else 1.0
    if not possible:
        return "", rules.unknown_country * factor
    return max(
        ((country, _far_above(rules.floors[country].month, rules) * factor) for country in possible), key=lambda pair: pair[1]
    )


def _far_above(floor: float, rules: PayTable) -> float:
    return next(floor * step.multiple for step in rules.far_above if floor <= step.floor_up_to)


def _within(mention: Mention, taken: Sequence[Hit]) -> bool:
    return any(
        hit.field == mention.field
        and hit.start is not None
        and hit.end is not None
        and hit.start < mention.end
        and mention.start < hit.end
        for hit in taken
    )
