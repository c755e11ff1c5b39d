"""Cron expressions: checked where they are written, so that a slip shows at once and not at four in the morning."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo


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


#: Days looked ahead: "29 feb" comes every eighth year at the latest.
_AHEAD = 8 * 366


def next_time(text: str, zone: tzinfo, after: datetime) -> datetime | None:
    """When a cron expression is due next after a moment, in UTC; None where it never is (31 February).

    Fields are read in ``zone``. Where both days are restricted either will do, as cron has it. Of an hour that comes twice
    (the end of summer time) the first counts; a time that a clock skips is taken an hour later, as its zone would have it.
    """
    check_cron(text)
    fields = text.lower().split()
    minutes, hours, days, months, weekdays, *more = (
        _values(value, low, high, names) for value, (_, low, high, names) in zip(fields, _FIELDS, strict=False)
    )
    seconds = sorted(more[0]) if more else [0]
    weekdays = {day % 7 for day in weekdays}
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    local = after.astimezone(zone)
    for ahead in range(_AHEAD):
        day = local.date() + timedelta(days=ahead)
        in_month, in_week = day.day in days, day.isoweekday() % 7 in weekdays
        if day.month not in months or not (in_month or in_week if either else in_month and in_week):
            continue
        for hour in sorted(hours):
            for minute in sorted(minutes):
                for second in seconds:
                    due = datetime.combine(day, time(hour, minute, second), zone).astimezone(UTC)
                    if due > after:
                        return due
    return None


def _values(text: str, lowest: int, highest: int, names: dict[str, int]) -> set[int]:
    """Every value that a field of a checked expression names."""
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.match(part)
        assert match is not None  # noqa: S101 - checked above
        words = match.group("low", "high")
        low, high = (None if word is None else int(word) if word.isdigit() else names[word] for word in words)
        step = int(match["step"] or 1)
        if low is None:
            first, last = lowest, highest
        else:
            first, last = low, high if high is not None else highest if match["step"] else low
        found.update(range(first, last + 1, step))
    return found
