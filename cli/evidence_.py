"""``strazha evidence``: verify the landing area, and read a capture back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.tables import printable

if TYPE_CHECKING:
    from strazha.evidence.landing import Landing
    from strazha.model.advert import Advert, Capture


@click.group()
def command() -> None:
    """Verify the landing area, and read captures back from it."""


def _landing() -> Landing:
    from strazha.evidence.landing import Landing
    from strazha.settings import settings

    return Landing(settings().landing_url)


@command.command()
@click.argument("folder", required=False)
@click.option("--deep", is_flag=True, help="Also read every WARC record and compare its payload with its capture's SHA-256.")
def verify(folder: str | None, deep: bool) -> None:
    """Compare every closed file of the landing area, or of one FOLDER within it, with its manifest."""
    from strazha.errors import EvidenceError
    from strazha.evidence.verifying import closed_folders, verify_captures

    landing = _landing()
    folders = list(closed_folders(landing, folder.strip("/") if folder else ""))
    problems: list[str] = []
    files = 0
    for one in folders:
        found = landing.verify(one)
        if deep and not found:
            found = verify_captures(landing, one)
        problems += found
        files += len(landing.entries(one))
        for part in landing.parts(one):
            click.echo(f"{one}/{part}: open (being written now, or left by a process that died; the next run closes it)")
    for problem in problems:
        click.echo(problem)
    click.echo(f"{files} files in {len(folders)} folders: {len(problems) or 'no'} problem{'' if len(problems) == 1 else 's'}")
    if folder and not folders:
        raise EvidenceError(
            "holds no closed files", place=folder, remedy="give a folder below the landing area, or none for all"
        )
    if problems:
        raise EvidenceError(
            f"{len(problems)} files differ from what was closed", place=landing.root, remedy="restore them from a backup"
        )


@command.command()
@click.argument("wanted", metavar="CAPTURE_OR_ADVERT_ID")
@click.option("--source", "source_id", help="Look in this source only.")
@click.option("--run", "run_id", help="Look in this run only.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the payload here, byte for byte.")
@click.option(
    "--body", is_flag=True, help="Print the page's text too (content encoding undone, control characters shown as dots)."
)
def show(wanted: str, source_id: str | None, run_id: str | None, output: Path | None, body: bool) -> None:
    """Read a capture back from its WARC file, checked against its SHA-256; an advert's id shows the page it was read from."""
    from strazha.errors import BadInputError
    from strazha.evidence.warc import read_response

    landing = _landing()
    found = next(_find(landing, wanted.strip("<>"), source_id, run_id), None)
    if found is None:
        raise BadInputError(
            f"no capture or advert {wanted!r} in the landing area",
            place=landing.root,
            remedy="give a capture's id (urn:uuid:...) or an advert's id (24 hex digits); check --source and --run",
        )
    capture, advert = found
    response = read_response(landing, capture)
    if advert is not None:
        click.echo(f"advert    {advert.id}  {printable(advert.title)[:100]}")
    click.echo(f"capture   {capture.id}\nurl       {printable(capture.url)[:2000]}\nfetched   {capture.fetched_at.isoformat()}")
    click.echo(
        f"status    {capture.status}\nlies in   {capture.warc_file} at {capture.warc_offset}, {capture.warc_length} bytes"
    )
    click.echo(f"payload   {len(response.payload)} bytes, SHA-256 {capture.payload_sha256} (checked)")
    for name, value in response.headers:
        click.echo(f"  {printable(name)[:100]}: {printable(value)[:500]}")
    if output is not None:
        output.write_bytes(response.payload)
        click.echo(f"wrote     {output}")
    if body:
        click.echo("\n" + _text(response.payload, [v for k, v in response.headers if k.lower() == "content-encoding"], capture))


def _find(landing: Landing, wanted: str, source_id: str | None, run_id: str | None) -> Iterator[tuple[Capture, Advert | None]]:
    """Newest runs first."""
    from strazha.evidence.captures import FOLDER, capture_folder, capture_of, find_capture
    from strazha.model.advert import Advert

    sources = [source_id] if source_id else landing.folders(FOLDER)
    places = [(one, run) for one in sources for run in ([run_id] if run_id else landing.folders(f"{FOLDER}/{one}"))]
    for one, run in sorted(places, key=lambda place: place[1], reverse=True):
        if ":" in wanted or "-" in wanted:
            capture = find_capture(landing, one, run, wanted if ":" in wanted else f"urn:uuid:{wanted}")
            if capture is not None:
                yield capture, None
            continue
        for _, line in landing.iter_lines(capture_folder(one, run), "adverts"):
            if wanted.encode() in line:
                advert = Advert.model_validate_json(line)
                if advert.id == wanted:
                    yield capture_of(landing, advert), advert


def _text(payload: bytes, encodings: list[str], capture: Capture) -> str:
    from crawlers.content_encoding import decoded
    from crawlers.extract.charset import decode

    page = decode(decoded(payload, encodings, 24_000_000), capture.content_type)
    return printable(page, keep="\n\t")
