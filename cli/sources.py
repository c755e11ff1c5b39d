"""``strazha sources``: check, list, show and try source definitions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from crawlers.trial import Trial
    from strazha.model.source import Source


@click.group()
def command() -> None:
    """Check, list, show and test source definitions."""


def _all() -> dict[str, Source]:
    from crawlers.definitions import load_sources
    from strazha.settings import settings

    return load_sources(settings().sources)


def _one(source_id: str) -> Source:
    import difflib

    from strazha.errors import BadInputError

    sources = _all()
    if source_id not in sources:
        near = difflib.get_close_matches(source_id, list(sources), n=1)
        hint = (
            f"did you mean {near[0]!r}?" if near else "see 'strazha sources list', and STRAZHA_SOURCES for folders of your own"
        )
        raise BadInputError(f"no source is called {source_id!r}", remedy=hint)
    return sources[source_id]


@command.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...]) -> None:
    """Check definition files, or all sources: every mistake with file, line and remedy, and the legal basis of each."""
    from crawlers.definitions import BadDefinitionError, definition_files, load_source
    from crawlers.engine import check_legal_basis
    from strazha.clock import now
    from strazha.errors import DefinitionError, LegalBasisError
    from strazha.settings import settings

    problems, good = 0, 0
    seen: dict[str, Path] = {}
    for path in _files(paths) if paths else definition_files(settings().sources):
        try:
            source = load_source(path)
            check_legal_basis(source, now())
        except BadDefinitionError as error:
            problems += len(error.problems)
            click.echo(str(error))
            continue
        except (DefinitionError, LegalBasisError) as error:
            problems += 1
            click.echo(f"{path}: {error}" if isinstance(error, LegalBasisError) else str(error))
            continue
        if source.id in seen and seen[source.id].resolve() != path.resolve():
            problems += 1
            click.echo(f"{path}: id {source.id!r} is taken by {seen[source.id]}\n  remedy: give one of the two another id")
            continue
        seen[source.id] = path
        good += 1
        click.echo(f"{path}: good ({source.id})")
    click.echo(f"{good} good, {problems} problem{'' if problems == 1 else 's'}")
    if problems:
        ctx.exit(2)


def _files(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(one for one in path.rglob("*") if one.suffix in {".yaml", ".yml"}) if path.is_dir() else [path]
    return found


@command.command(name="list")
def list_() -> None:
    """List all sources: schedule, kind, and until when their legal basis holds."""
    from rich.console import Console
    from rich.table import Table

    from strazha.clock import now

    table = Table("id", "name", "country", "kind", "schedule", "legal basis", box=None, pad_edge=False)
    for source in _all().values():
        basis = source.legal_basis
        state = "none" if basis is None else f"until {basis.valid_until}" if basis.in_force(now().date()) else "not in force"
        schedule = source.schedule if source.enabled else "switched off"
        table.add_row(source.id, source.name, source.country, source.kind, schedule, state)
    # Piped into a file, a table keeps its columns whole.
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@command.command()
@click.argument("source_id", metavar="ID")
def show(source_id: str) -> None:
    """Show one source with every default filled in, as YAML."""
    import yaml

    plain = _one(source_id).model_dump(mode="json", exclude_none=True)
    click.echo(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=110), nl=False)


@command.command()
@click.argument("target", metavar="URL_OR_FILE")
@click.option("--source", "source_id", help="Id of the source; by default the one whose hosts hold the address.")
@click.option("--definition", type=click.Path(path_type=Path), help="A definition file instead of an installed source.")
@click.option("--url", help="With a file: the address it came from.")
@click.option(
    "--as", "role", type=click.Choice(["advert", "listing"]), help="By default an address with an advert's key decides."
)
@click.option("--json", "as_json", is_flag=True, help="Print the adverts as JSON lines, and nothing else.")
def test(
    target: str, *, source_id: str | None, definition: Path | None, url: str | None, role: str | None, as_json: bool
) -> None:
    """Show what a definition makes of one page: a URL (fetched as a crawl would), or a saved HTML file."""
    from crawlers.trial import fetch, from_file, read_page

    is_url = target.startswith(("http://", "https://"))
    source = _chosen(target if is_url else url or "", source_id, definition)
    document = fetch(source, target) if is_url else from_file(source, Path(target), url or source.start[0])
    trial = read_page(source, document, role)  # type: ignore[arg-type]  # click has checked the choice
    if as_json:
        for advert in trial.reading.adverts:
            click.echo(advert.line())
        return
    _print(trial, document.url)


def _chosen(url: str, source_id: str | None, definition: Path | None) -> Source:
    from crawlers.definitions import load_source
    from strazha.errors import BadInputError

    if definition is not None:
        return load_source(definition)
    if source_id is not None:
        return _one(source_id)
    host = urlsplit(url).hostname or ""
    found = [source for source in _all().values() if host and source.host_of(host) is not None]
    if len(found) != 1:
        what = "no source has" if not found else f"{', '.join(source.id for source in found)} all have"
        raise BadInputError(f"{what} the host {host or '(none)'}", remedy="name one with --source or --definition")
    return found[0]


def _print(trial: Trial, url: str) -> None:
    click.echo(f"{url}\nread as: {trial.role}")
    for advert in trial.reading.adverts:
        click.echo(f"advert {advert.id}")
        for name, value in advert.model_dump(mode="json", exclude_defaults=True).items():
            if name not in {"id", "source_id", "content_hash", "captured_at"}:
                text = str(value).replace("\n", "\n" + " " * 12)
                click.echo(f"  {name:9} {text[:1000]}")
        missing = [name for name in ("title", "body", "price", "posted_at", "place", "contact") if not getattr(advert, name)]
        click.echo(f"  empty:    {', '.join(missing) or 'nothing'}")
    links = trial.links
    for heading, urls in (("adverts", links.adverts), ("listings", links.listings), ("next pages", links.pages)):
        if urls:
            click.echo(f"{len(urls)} links to {heading}: {', '.join(urls[:3])}{' ...' if len(urls) > 3 else ''}")
    for problem in [*trial.reading.problems, *links.problems]:
        click.echo(f"problem: {problem.kind}: {problem.detail}")
    if not trial.reading.adverts and not any((links.adverts, links.listings, links.pages)):
        click.echo("nothing found: compare the selectors with the page's source")


@command.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--definition", type=click.Path(path_type=Path), help="The definition file; by default the source named as the folder."
)
def record(folder: Path, definition: Path | None) -> None:
    """Write expected.json of a fixture FOLDER anew from its recorded pages."""
    from crawlers.trial import record_fixture

    source = _chosen("", None if definition else folder.resolve().name, definition)
    click.echo(f"wrote {record_fixture(source, folder)}; look at the difference before you commit it")
