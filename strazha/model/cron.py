"""Cron expressions: checked where they are written, so that a slip shows at once and not at four in the morning."""

from __future__ import annotations

import re


def _words(text: str) -> list[str]:
    return text.split()


_MONTHS = {name: number for number, name in enumerate(_words("jan feb mar apr may jun jul aug sep oct nov dec"), 1)}
_DAYS = {name: number for number, name in enumerate(_words("sun mon tue wed thu fri sat"))}
#: Name, lowest, highest value, and names of the fields; the sixth is croniter's and Prefect's seconds.
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 7, _DAYS),
    ("second", 0, 59, {}),
)
_PART = re.compile(r"^(?:\*|(?P<low>[a-z]{3}|\d{1,2})(?:-(?P<high>[a-z]{3}|\d{1,2}))?)(?:/(?P<step>\d{1,3}))?$")


def check_cron(text: str) -> None:
    """Raise ``ValueError`` unless ``text`` is a cron expression of five fields, or six with the seconds last."""
    fields = text.lower().split()
    if len(fields) not in {5, 6}:
        raise ValueError(
            f"{text!r} has {len(fields)} fields; write five (minute hour day month weekday), or six (seconds last)"
        )
    for value, (name, lowest, highest, names) in zip(fields, _FIELDS, strict=False):
        for part in value.split(","):
            _check_part(part, name, lowest, highest, names)


def _check_part(part: str, name: str, lowest: int, highest: int, names: dict[str, int]) -> None:
    found = _PART.match(part)
    if not found:
        raise ValueError(f"{part!r} is no {name} (write *, 5, 1-5, */10 or a list of them)")
    bounds = []
    for key in ("low", "high"):
        word = found[key]
        if word is None:
            continue
        number = int(word) if word.isdigit() else names.get(word)
        if number is None or not lowest <= number <= highest:
            raise ValueError(f"{word!r} is no {name}: {lowest} to {highest}")
        bounds.append(number)
    if len(bounds) == 2 and bounds[0] > bounds[1]:
        raise ValueError(f"{part!r}: the {name} range runs backwards")
    if found["step"] is not None and int(found["step"]) == 0:
        raise ValueError(f"{part!r}: a step of 0 never comes")
