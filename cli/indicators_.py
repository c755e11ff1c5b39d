"""``strazha indicators``: list, show, try and check the catalogue, and write its pages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from indicators.catalogue import CatalogueEntry
    from nlp.pipeline import Reader
    from strazha.model import Mention, ReadText


@click.group()
def command() -> None:
    """The catalogue of indicators: what each means, where it comes from, and what finds it."""


@command.command("list")
@click.option("--lang", type=click.Choice(["en", "bg"]), default="en", show_default=True, help="Language of the labels.")
def list_(lang: str) -> None:
    """List every indicator with level, strength, validity and label."""
    from indicators.catalogue import load

    entries = load()
    width = max(len(name) for name in entries)
    for name, entry in entries.items():
        one = entry.indicator
        click.echo(f"{name:{width}}  {one.level:7}  {one.strength.value}  {one.validity.status:9}  {one.label[lang]}")


@command.command("show")
@click.argument("name", metavar="ID")
def show(name: str) -> None:
    """Show one indicator: meaning, sources, validity, patterns and examples."""
    from indicators.pages import page

    click.echo(page(_entry(name)), nl=False)


@command.command("try")
@click.argument("name", metavar="ID")
@click.argument("text")
def try_(name: str, text: str) -> None:
    """Try one indicator on a text, taken as an advert of the type it speaks about; exit code 1 if it finds nothing.

    ID is an indicator of the catalogue, or the path of an entry's file that is not in it yet.
    """
    from flows.steps.reading import semantic_finder
    from indicators.examples import Trial

    entry = _entry(name)
    name = entry.indicator.id
    if entry.indicator.level == "cluster":
        raise click.UsageError(f"{name} speaks about clusters, not about a text")
    finder = semantic_finder()
    hits = Trial({name: entry}, _read, finder).hits(name, text)
    for hit in hits:
        place = f"{hit.field} {hit.start}-{hit.end}" if hit.start is not None else "no place"
        note = f"  ({hit.note})" if hit.note else ""
        click.echo(f"{hit.method}  {hit.rule}  {place}  {hit.text!r}{note}")
    if not hits:
        click.echo("nothing found")
        if finder is None:
            click.echo("without a model no meaning is compared: strazha model build")
        sys.exit(1)


@command.command("check")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check the catalogue (or FILES not in it yet): schema, patterns, and every example.

    Tells everything that is wrong in a file, and warns (exit code 0 all the same) where an entry has fewer examples or
    prototypes than the suite wants of the catalogue.
    """
    from indicators.catalogue import FOLDER, load_entries, mistakes
    from indicators.examples import Trial
    from indicators.suite import missing

    paths = files or sorted(FOLDER.glob("*.yaml"))
    broken = {path: errors for path in paths if (errors := mistakes(path))}
    for errors in broken.values():
        for error in errors:
            click.echo(f"{error.place}: {error.problem} ({error.remedy})")
    entries = load_entries(path for path in paths if path not in broken)
    missed = list(Trial(entries, _read).check())
    for one in missed:
        wanted = "should match" if one.expected else "should not match"
        found = ", ".join(f"{hit.rule} {hit.text!r}" for hit in one.hits)
        click.echo(f"{entries[one.indicator].path}: {one.lang}: {wanted}: {one.text}" + (f"  [{found}]" if found else ""))
    for entry in entries.values():
        for sentence in missing(entry):
            click.echo(f"{entry.path}: warning, the suite wants more: {sentence}")
    examples = sum(entry.shown for entry in entries.values())
    patterns = sum(len(listed) for entry in entries.values() for listed in entry.patterns.values())
    click.echo(f"{len(entries)} indicators, {patterns} patterns, {examples} examples, {len(missed)} wrong")
    if broken:
        click.echo(f"{len(broken)} files cannot be used")
    sys.exit(1 if missed or broken else 0)


@command.command("diff")
@click.argument("changed", metavar="FILE_OR_FOLDER...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--on", "corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="JSONL file with id, title, body; without it, the newest version of each advert of the store.")  # fmt: skip
@click.option("--source", "sources", multiple=True, help="Of the store, adverts of this source only; may be repeated.")
@click.option("--before", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Folder with the catalogue to compare with; without it, the one in use.")  # fmt: skip
@click.option("--whole", is_flag=True, help="What is named is the whole catalogue: entries it lacks are gone.")
@click.option("--show", default=5, show_default=True, type=click.IntRange(0), help="Places shown of each indicator and side.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Also write everything to this file.")
def diff(  # noqa: PLR0917 - click hands options over by name
    changed: tuple[Path, ...], corpus: Path | None, sources: tuple[str, ...], before: Path | None, whole: bool, show: int,
    json_path: Path | None,
) -> None:  # fmt: skip
    """Show what changed or added entries do to a corpus: hits gained and lost with their sentences, bands moved.

    FILE_OR_FOLDER are entries as the catalogue has them (<id>.yaml): each takes the place of the one of its name, or is added.
    Adverts that cannot be used are told, and the rest goes on (exit code 4).
    """
    from cli.differences import run

    run(changed, (before, whole), corpus=corpus, sources=sources, show=show, out=json_path)


@command.command("docs")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("docs/indicators"),
    show_default=True,
    help="Folder to write.",
)
def docs(output: Path) -> None:
    """Write one page for each indicator, and an index, from the catalogue."""
    from indicators.pages import pages

    output.mkdir(parents=True, exist_ok=True)
    written = pages()
    for name, text in written.items():
        (output / name).write_text(text, encoding="utf-8")
    for old in set(output.glob("*.md")) - {output / name for name in written}:
        old.unlink()
    click.echo(f"{len(written)} pages in {output}")


def _entry(name: str) -> CatalogueEntry:
    from indicators.catalogue import load, load_entries
    from strazha.errors import BadInputError

    if name.endswith(".yaml") and Path(name).is_file():
        return next(iter(load_entries([Path(name)]).values()))
    entries = load()
    if name not in entries:
        raise BadInputError(f"no indicator {name}", remedy="see: strazha indicators list")
    return entries[name]


def _read(text: str) -> tuple[ReadText, Sequence[Mention]]:
    reading = _reader().read("", text)
    return reading.text, reading.mentions


@lru_cache(maxsize=1)
def _reader() -> Reader:
    from nlp.pipeline import Reader

    return Reader()
