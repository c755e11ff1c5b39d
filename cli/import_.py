"""``strazha import``: adverts that another tool or a partner collected go the same way as crawled ones."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flows.imports.mapping import ImportMapping
    from flows.imports.take import ImportReport
    from flows.rooms import Rooms


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), help="Mapping file (docs/import.md).")
@click.option("--source", "source_id", help="Id of the source, where no mapping is given.")
@click.option("--basis", help="By what right these adverts are held, where no mapping is given.")
@click.option("--format", "kind", type=click.Choice(["jsonl", "csv", "warc"]), help="Format, where the ending does not tell.")
@click.option("--definition", type=click.Path(path_type=Path), help="Source definition that reads the pages of a WARC file.")
def command(file: Path, *, kind: str | None, definition: Path | None, **plan: Any) -> None:
    """Take in the adverts of FILE (JSONL, CSV or WARC), then screen, link and index them.

    Rows that cannot be used are told with line and reason and kept beside the adverts; the rest goes on.
    """
    from flows.imports.take import format_of
    from flows.rooms import open_rooms
    from strazha.errors import BadInputError
    from strazha.settings import settings

    chosen_kind = kind or format_of(file)
    if not file.is_file():
        raise BadInputError("no such file", place=str(file), remedy="check the path")
    chosen_plan = _plan(file, **plan)
    with open_rooms(settings()) as rooms:
        _take(rooms, file, chosen_kind, chosen_plan, definition)


def _plan(file: Path, *, mapping: Path | None, source_id: str | None, basis: str | None) -> ImportMapping:
    from flows.imports.mapping import ImportMapping, load_mapping
    from strazha.errors import BadInputError

    if mapping is not None:
        return load_mapping(mapping)
    if not (source_id and basis):
        raise BadInputError(
            "an import needs to know whose adverts these are and by what right they are held",
            place=str(file),
            remedy="give --mapping FILE, or --source ID and --basis TEXT",
        )
    try:
        return ImportMapping(source=source_id, basis=basis)
    except ValueError as error:
        raise BadInputError(str(error), place="--source, --basis", remedy="see docs/import.md") from error


def _take(rooms: Rooms, file: Path, kind: str, plan: ImportMapping, definition: Path | None) -> None:
    from flows import job
    from strazha.clock import now
    from strazha.model import CrawlReport

    run_id = _run_id(file, plan)
    done = rooms.ledger.run(run_id)
    if done is not None and done.state == "completed":
        click.echo(f"{file} was taken in before, with the same mapping, on {done.started_at:%Y-%m-%d %H:%M} UTC: nothing to do")
        return
    started = now()
    rooms.ledger.start_run(run_id, [plan.source], started)
    report = _land(rooms, file, kind, plan, definition=definition, run_id=run_id)
    # An import never saw the whole of a source ("finished" would call what it does not hold gone).
    crawled = CrawlReport(
        source_id=plan.source, run_id=run_id, state="completed", reason="import", started_at=started,
        finished_at=now(), adverts=report.adverts,
    )  # fmt: skip
    rooms.ledger.save_crawl(crawled)
    detail = {"basis": plan.basis, "sha256": report.sha256, "adverts": report.adverts, "rejected": report.rejected}
    rooms.ledger.audit(getpass.getuser(), "import", run_id, {**detail, "file": file.name, "source": plan.source}, now())
    _tell(report)
    run = job.run_landed(rooms, plan.source, run_id)
    crawl = run.crawls[0]
    bands = ", ".join(f"{name} {count}" for name, count in run.bands.items())
    click.echo(f"new {crawl.new}, changed {crawl.changed}, same {crawl.same}; bands of {plan.source}: {bands or 'none'}")


def _run_id(file: Path, plan: ImportMapping) -> str:
    # The same file with the same mapping is the same run, so that taking it in twice changes nothing.
    import hashlib

    from strazha.model.base import digest

    with file.open("rb") as handle:
        sha = hashlib.file_digest(handle, "sha256").hexdigest()
    return f"import-{digest(sha, plan.line())[:16]}"


def _land(rooms: Rooms, file: Path, kind: str, plan: ImportMapping, *, definition: Path | None, run_id: str) -> ImportReport:
    from flows.imports.take import copy_in, land_adverts, land_rows
    from flows.imports.warc import warc_adverts
    from strazha.clock import now
    from strazha.errors import LegalBasisError

    if kind != "warc":
        return land_rows(rooms.landing, file, "csv" if kind == "csv" else "jsonl", plan, run_id=run_id, at=now())
    from flows.chosen import Wanted, choose

    source = choose(rooms.settings, Wanted(ids=(plan.source,), definitions=(definition,) if definition else ()))[0]
    if source.legal_basis is None or not source.legal_basis.in_force(now().date()):
        raise LegalBasisError("no legal basis in force", place=source.id, remedy="have the order entered or renewed")
    folder = f"captures/{plan.source}/{run_id}"
    sha = copy_in(rooms.landing, file, folder)
    adverts = warc_adverts(file, source, run_id=run_id, at=now())
    return land_adverts(rooms.landing, folder, adverts, run_id=run_id, source_id=source.id, file=str(file), sha=sha)


def _tell(report: ImportReport) -> None:
    click.echo(f"{report.file}: {report.adverts} of {report.rows} rows are adverts of {report.source_id}")
    for item in report.examples[:10]:
        click.echo(f"  {report.file}:{item.at_line}: {item.reason}", err=True)
    if report.rejected:
        click.echo(f"  {report.rejected} rows were left out; all of them lie in {report.folder}/rejected.jsonl", err=True)
