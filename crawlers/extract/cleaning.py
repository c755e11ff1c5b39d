"""Clean-up steps of a definition, applied in order to each value found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crawlers.extract.patterns import search
from crawlers.extract.text import text_of_html
from strazha.model.extraction import CleanStep, DateStep, PriceStep, RegexStep, ReplaceStep, SplitStep


def clean(values: Iterable[str], steps: Sequence[CleanStep], limit: int) -> list[str]:
    """The values after all steps; those that become empty are dropped. Date and price steps act later, on the field."""
    kept = []
    for value in values:
        text = value.strip()
        for step in steps:
            text = _apply(step, text, limit).strip()
        if text:
            kept.append(text)
    return kept


def _apply(step: CleanStep, text: str, limit: int) -> str:
    if isinstance(step, str):
        return _word(step, text, limit)
    if isinstance(step, RegexStep):
        return search(step.regex, text) or ""
    if isinstance(step, ReplaceStep):
        return text.replace(*step.replace) if step.replace[0] else text
    if isinstance(step, SplitStep):
        pieces = text.split(step.split)
        return pieces[step.piece] if -len(pieces) <= step.piece < len(pieces) else ""
    return text


def _word(step: str, text: str, limit: int) -> str:
    if step == "squash":
        return " ".join(text.split())
    if step == "lower":
        return text.lower()
    if step == "first_line":
        return text.partition("\n")[0]
    if step == "unhtml":
        return text_of_html(text[: limit * 10], limit)
    return text


def date_formats(steps: Sequence[CleanStep]) -> tuple[str, ...]:
    """The formats of the date step, if there is one."""
    return next((step.date for step in steps if isinstance(step, DateStep)), ())


def price_currency(steps: Sequence[CleanStep]) -> str | None:
    """The currency of the price step, if there is one."""
    return next((step.price for step in steps if isinstance(step, PriceStep)), None)
