"""Rows of a foreign file, one by one in bounded memory: what can be read, and what cannot with line and reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from flows.imports.mapping import CsvShape
from strazha.errors import BadInputError

#: A line longer than this is no advert but a broken file; it is rejected without being held in memory whole.
MAX_LINE = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """A row and the line it begins on (1 = first)."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used: its line, why, and as much of it as helps to find it."""

    line: int
    reason: str
    raw: str


def read_jsonl(path: Path) -> Iterator[Row | BadRow]:
    """Rows of a JSON-lines file. Broken lines, wrong encodings and lines that are no object come out as BadRow."""
    with _open(path) as lines:
        number = 0
        while raw := lines.readline(MAX_LINE + 1):
            number += 1
            if len(raw) > MAX_LINE:
                while raw and not raw.endswith(b"\n"):
                    raw = lines.readline(MAX_LINE)
                yield BadRow(number, f"line is longer than {MAX_LINE // 2**20} MB", "")
                continue
            line = raw.removeprefix(b"\xef\xbb\xbf").strip()
            if line:
                yield _json_row(number, line)


def _json_row(number: int, line: bytes) -> Row | BadRow:
    shown = line[:2000].decode("utf-8", "replace")
    try:
        value = json.loads(line)
    except UnicodeDecodeError as error:
        return BadRow(number, f"not UTF-8 at byte {error.start} (convert the file to UTF-8)", shown)
    except (ValueError, RecursionError) as error:
        return BadRow(number, f"not JSON: {error}", shown)
    if not isinstance(value, dict):
        return BadRow(number, f"a JSON object is needed, this is a {type(value).__name__}", shown)
    return Row(number, value)


def read_csv(path: Path, shape: CsvShape) -> Iterator[Row | BadRow]:
    """Rows of a CSV file with a header line. A row with too many or too few cells comes out as BadRow."""
    csv.field_size_limit(MAX_LINE)
    try:
        text = io.TextIOWrapper(_open(path), encoding=shape.encoding, errors="strict", newline="")
    except LookupError as error:
        raise BadInputError(f"unknown encoding {shape.encoding!r}", place=str(path), remedy="set csv.encoding") from error
    with text:
        # NUL bytes end a row for the csv module; a replacement character keeps the row and shows that something stood there.
        reader = csv.reader((line.replace("\0", "\ufffd") for line in text), delimiter=shape.delimiter)
        try:
            header = [name.strip() for name in next(reader, [])]
            if len(header) < 2 or len(set(header)) != len(header):
                raise BadInputError(
                    f"the first line names no columns that can be used: {header[:10]!r}",
                    place=f"{path}:1",
                    remedy="give each column a name of its own; set csv.delimiter in the mapping if it is not a comma",
                )
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(header):
                    reason = f"{len(cells)} cells, the header has {len(header)}"
                    yield BadRow(reader.line_num, reason, shape.delimiter.join(cells)[:2000])
                else:
                    yield Row(reader.line_num, dict(zip(header, cells, strict=True)))
        except UnicodeDecodeError as error:
            raise BadInputError(
                f"not {shape.encoding} after line {reader.line_num}: {error.reason}",
                place=f"{path}:{reader.line_num + 1}",
                remedy="set csv.encoding in the mapping (Bulgarian files are often cp1251)",
            ) from error
        except csv.Error as error:
            yield BadRow(reader.line_num, f"not CSV from here on: {error}", "")


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise BadInputError(
            f"cannot be read: {error.strerror}", place=str(path), remedy="check the path and its permissions"
        ) from error
