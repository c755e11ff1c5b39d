"""Prices as sites write them: amount and ISO 4217 currency."""

from __future__ import annotations

import re

from strazha.model.advert import Price

#: Signs and words, longest first where one holds another. "kr" and "$" alone are read as the definition's own currency.
_CURRENCIES: tuple[tuple[str, str], ...] = (
    ("евро", "EUR"), ("euro", "EUR"), ("eur", "EUR"), ("€", "EUR"),
    ("лева", "BGN"), ("лев", "BGN"), ("лв", "BGN"), ("leva", "BGN"), ("bgn", "BGN"), ("lv", "BGN"),
    ("gbp", "GBP"), ("£", "GBP"), ("usd", "USD"), ("us$", "USD"), ("chf", "CHF"), ("lei", "RON"), ("ron", "RON"),
    ("zł", "PLN"), ("pln", "PLN"), ("kč", "CZK"), ("czk", "CZK"), ("huf", "HUF"), ("ft", "HUF"),
    ("руб", "RUB"), ("₽", "RUB"), ("rub", "RUB"), ("грн", "UAH"), ("₴", "UAH"), ("uah", "UAH"),
    ("₺", "TRY"), ("try", "TRY"), ("sek", "SEK"), ("nok", "NOK"), ("dkk", "DKK"), ("din", "RSD"), ("rsd", "RSD"),
    ("ден", "MKD"),
)  # fmt: skip
_ISO = re.compile(r"(?<![A-Za-z])([A-Z]{3})(?![A-Za-z])")
_AMOUNT = re.compile(r"\d{1,12}(?:[  '’.,]\d{1,3}){0,5}")
_MAX = 200


def parse_price(text: str, currency: str | None = None) -> Price | None:
    """Amount and currency of a price text; ``currency`` where it names none. None for an empty text.

    A text without a number ("by agreement") keeps its words in ``raw`` and has no amount.
    """
    raw = text.strip()
    if not raw:
        return None
    piece = raw[:_MAX]
    found = _AMOUNT.search(piece)
    return Price(
        amount=_amount(found[0]) if found else None, currency=_currency(piece, found is not None) or currency or "", raw=raw
    )


def _currency(text: str, has_amount: bool) -> str:
    if not has_amount:
        return ""
    lowered = text.lower()
    known = next((code for sign, code in _CURRENCIES if _stands(sign, lowered)), "")
    if known:
        return known
    iso = _ISO.search(text)
    if iso:
        return iso[1]
    return "USD" if "$" in text else ""


def _stands(sign: str, text: str) -> bool:
    at = text.find(sign)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(sign) : at + len(sign) + 1]
        if not sign[0].isalpha() or not (before.isalpha() or after.isalpha()):
            return True
        at = text.find(sign, at + 1)
    return False


def _amount(text: str) -> float:
    digits = re.sub(r"[  '’]", "", text)
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return float(digits)
    mark, other = digits[last], "," if digits[last] == "." else "."
    decimals = len(digits) - last - 1
    # "1.200" and "1,200" are twelve hundred; "1.200,5" and "12,50" have decimals.
    if digits.count(mark) > 1 or (decimals == 3 and other not in digits and not digits.startswith("0")):
        return float(digits.replace(mark, "").replace(other, ""))
    return float(digits.replace(other, "").replace(mark, "."))
