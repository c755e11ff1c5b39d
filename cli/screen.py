"""``strazha screen``: a file of adverts in, a file of screenings out; no database, constant memory."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.tables import printable

if TYPE_CHECKING:
    from flows.imports.rows import BadRow

T = TypeVar("T")


@click.command()
@click.argument("source", metavar="IN.jsonl", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, allow_dash=True), help="File to write (- for stdout)."
)
def command(source: Path, output: Path) -> None:
    """Screen the adverts of IN.jsonl (rows with id, title, body): languages, mentions, hits, score, band, reasons.

    Rows that cannot be used are told with their line and kept in OUT.rejected.jsonl; the rest goes on (exit code 4).
    """
    from flows.blackbox import screen_numbered

    bad: list[tuple[int, str, str]] = []

    def refuse(number: int, row: dict[str, Any], reason: str) -> None:
        bad.append((number, reason, json.dumps(row)[:2000]))

    write_rows(output, screen_numbered(counted(rows_of(source, bad), source), refuse))
    finish(output, source, bad)


def rows_of(source: Path, bad: list[tuple[int, str, str]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a JSONL file with their line numbers; what is no JSON object is added to ``bad``."""
    from flows.imports.rows import Row, read_jsonl

    path = Path("/dev/stdin") if str(source) == "-" else source
    for item in read_jsonl(path):
        if isinstance(item, Row):
            yield item.line, item.values
        else:
            bad.append(_plain(item))


def _plain(item: BadRow) -> tuple[int, str, str]:
    return item.line, item.reason, item.raw


def counted(rows: Iterator[T], source: Path) -> Iterator[T]:
    """The same rows, with a progress line on a terminal."""
    if not sys.stderr.isatty():
        yield from rows
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        total = None if str(source) == "-" else sum(1 for _ in source.open("rb"))
        task = progress.add_task("adverts", total=total)
        for row in rows:
            yield row
            progress.advance(task)


def write_rows(output: Path, rows: Iterator[dict[str, Any]]) -> int:
    """Write rows as JSON lines under a temporary name, then rename: a killed run leaves no half file; return their number."""
    from strazha.errors import BadInputError

    count = 0
    if str(output) == "-":
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
        return count
    part = output.with_name(output.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as out:
            for row in rows:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
        part.replace(output)
    except OSError as error:
        raise BadInputError(
            f"cannot be written: {error.strerror}", place=str(output), remedy="check the folder, its permissions and free space"
        ) from error
    return count


def finish(output: Path, source: Path, bad: list[tuple[int, str, str]]) -> None:
    """Tell of rejected rows, keep them beside the output, and leave with exit code 4 where there are any."""
    if not bad:
        return
    kept = Path(output.name + ".rejected.jsonl") if str(output) == "-" else output.with_suffix(".rejected.jsonl")
    write_rows(kept, ({"line": line, "reason": reason, "raw": raw} for line, reason, raw in bad))
    tell_left_out([(f"{source}:{line}", reason) for line, reason, _ in bad], f"; they lie in {kept} with their reasons")


def tell_left_out(bad: Sequence[tuple[str, str]], where: str = "") -> None:
    """Tell of rows or adverts that could not be used, and leave with exit code 4 where there are any."""
    if not bad:
        return
    for place, reason in bad[:10]:
        click.echo(f"{printable(place)}: {printable(reason)}", err=True)
    more = f" ({len(bad) - 10} more)" if len(bad) > 10 else ""
    click.echo(f"{len(bad)} rows were left out{more}{where}", err=True)
    sys.exit(4)
