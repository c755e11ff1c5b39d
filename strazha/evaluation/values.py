"""The values of one advert, from labels and from output, in one form that can be compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from strazha.evaluation.labelled import Labelled

Value = str | int | tuple[object, ...]
Row = Mapping[str, Any]


def _phones(row: Labelled) -> list[Value]:
    return list(row.phones)


def _emails(row: Labelled) -> list[Value]:
    return [one.lower() for one in row.emails]


def _handles(row: Labelled) -> list[Value]:
    return [one.lower().replace(" ", "") for one in row.handles]


def _names(row: Labelled) -> list[Value]:
    return [_name(one) for one in row.names]


def _ages(row: Labelled) -> list[Value]:
    return list(row.ages)


def _prices(row: Labelled) -> list[Value]:
    return [(round(one.amount, 2), one.currency, one.per) for one in row.prices]


def _places(row: Labelled) -> list[Value]:
    return [(_name(one.name or ""), one.country or "") for one in row.places]


def _name(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _found_text(value: Any) -> Value | None:
    return str(value).lower().replace(" ", "") if isinstance(value, str) else None


def _found_name(value: Any) -> Value | None:
    return _name(value) if isinstance(value, str) else None


def _found_age(value: Any) -> Value | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _found_price(value: Any) -> Value | None:
    if not isinstance(value, dict) or not isinstance(value.get("amount"), int | float):
        return None
    return (round(float(value["amount"]), 2), str(value.get("currency") or ""), value.get("per") or None)


def _found_place(value: Any) -> Value | None:
    if not isinstance(value, dict):
        return None
    return (_name(str(value.get("name") or "")), str(value.get("country") or ""))


#: Kind in the report -> (kind of mention in the output, values of the labels, value of one mention or None if it has none).
KINDS: dict[str, tuple[str, Callable[[Labelled], list[Value]], Callable[[Any], Value | None]]] = {
    "phones": ("phone", _phones, _found_text),
    "emails": ("email", _emails, _found_text),
    "handles": ("handle", _handles, _found_text),
    "names": ("name", _names, _found_name),
    "ages": ("age", _ages, _found_age),
    "prices": ("price", _prices, _found_price),
    "places": ("place", _places, _found_place),
}


def labelled_values(kind: str, row: Labelled) -> list[Value]:
    """Labelled values of a kind (a key of ``KINDS``)."""
    return KINDS[kind][1](row)


def found_values(kind: str, output: Row) -> list[Value]:
    """Values of a kind that the output row's mentions hold, in order."""
    mention_kind, _, value_of = KINDS[kind]
    values = [value_of(mention.get("value")) for mention in output.get("mentions", ()) if mention.get("kind") == mention_kind]
    return [value for value in values if value is not None]
