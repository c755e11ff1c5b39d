"""CSV files that a spreadsheet opens as text: no cell can become a formula, whatever a site wrote into it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import StringIO

from review.lead.tables import Cell

BOM = "\ufeff"
#: What a spreadsheet takes for the beginning of a formula, in half and full width, also behind spaces.
_BEGINS = re.compile(r"^[\s\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
# A spreadsheet that parts at semicolons or tabs sees a new cell behind each.
_WITHIN = re.compile(r"([;\t\r\n][ \"']{0,8})([=+\-@\uff1d\uff0b\uff0d\uff20])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def harmless(text: str) -> str:
    """A text that no spreadsheet calculates: an apostrophe stands before whatever could begin a formula."""
    clean = _CONTROL.sub("\ufffd", text)
    risky = bool(_BEGINS.match(clean)) or clean[:1] in {"\t", "\r", "\n"}
    guarded = _WITHIN.sub(r"\1'\2", clean)
    return f"'{guarded}" if risky else guarded


def lines(rows: Iterable[Iterable[Cell]], *, bom: bool) -> Iterator[bytes]:
    """Rows as UTF-8 lines of a CSV file, every cell quoted; with ``bom`` first what tells Excel that it is UTF-8."""
    if bom:
        yield BOM.encode()
    for row in rows:
        out = StringIO()
        csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow([plain(cell) for cell in row])
        yield out.getvalue().encode("utf-8", "replace")


def plain(cell: Cell) -> str:
    """A cell as text: figures with a point, moments in UTC, texts harmless."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return harmless(cell) if isinstance(cell, str) else str(cell)
