"""Cursors: where a page of results ended, as one opaque word. They hold sort values alone, so nothing needs to be signed."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence

from strazha.errors import BadInputError

Value = int | float | str


def write_cursor(sort: str, values: Sequence[Value]) -> str:
    """The cursor after a row with these sort values."""
    data = json.dumps([sort, *values], separators=(",", ":")).encode("ascii")
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def read_cursor(cursor: str, sort: str, kinds: Sequence[type]) -> list[Value]:
    """The sort values of a cursor; BadInputError unless it was written for this sort with values of these kinds."""
    try:
        data = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        found = json.loads(data)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _malformed() from error
    if not isinstance(found, list) or found[:1] != [sort] or len(found) != len(kinds) + 1:
        raise _malformed()
    values: list[Value] = found[1:]
    if not all(map(_is_sound, values, kinds)):
        raise _malformed()
    return values


def _is_sound(value: Value, kind: type) -> bool:
    # Beyond 63 bits a number is none of ours, and SQL could not take it; JSON lets infinities through.
    return type(value) is kind and (isinstance(value, str) or abs(value) < 2**63)


def _malformed() -> BadInputError:
    return BadInputError(
        "the page's cursor is malformed, or of another sort", place="cursor", remedy="start again from the first page"
    )
