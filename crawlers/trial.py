"""Trying a definition on one page, fetched or from a file, and on recorded fixtures."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from crawlers.content_encoding import decoded
from crawlers.engine import crawl
from crawlers.extract.adverts import Reading, id_from_url, read_advert, read_items
from crawlers.extract.document import Document
from crawlers.extract.errors import PageError
from crawlers.extract.links import Links, read_links
from strazha.clock import now
from strazha.errors import BadInputError, StrazhaError
from strazha.evidence.captures import iter_captures
from strazha.evidence.landing import Landing
from strazha.evidence.warc import StoredResponse, read_response
from strazha.model.base import Moment, Record
from strazha.model.run import CrawlReport
from strazha.model.source import Source

_TRIAL_RUN = "trial"
#: A trial gets a minute, whatever the definition's limits.
_TRIAL_SECONDS = 60.0

Role = Literal["listing", "advert"]


@dataclass(frozen=True)
class Trial:
    """What a definition makes of a page."""

    role: Role
    reading: Reading
    links: Links


class NothingFetchedError(StrazhaError):
    """A page could not be fetched; the message holds what the crawl's report says."""


def read_page(source: Source, document: Document, role: Role | None = None) -> Trial:
    """Read a page as an advert's or as a listing; without ``role``, an address that gives an advert's key decides."""
    if role is None:
        role = "advert" if id_from_url(source, document.url) else "listing"
    try:
        if role == "advert":
            return Trial(role, read_advert(source, document), Links())
        reading = read_items(source, document) if source.listing.items else Reading()
        return Trial(role, reading, read_links(source, document))
    except PageError as error:
        return Trial(role, Reading(problems=[error]), Links())


def fetch(source: Source, url: str) -> Document:
    """One page through the crawler itself: legal basis, guard, robots.txt and bounds hold as in a crawl.

    Raises :class:`NothingFetchedError` where the page does not come, and what :func:`crawlers.engine.crawl` raises.
    """
    single = _single(source, url)
    with tempfile.TemporaryDirectory() as folder:
        landing = Landing(folder)
        report = crawl(single, landing, _TRIAL_RUN, time_limit=_TRIAL_SECONDS)
        captures = [one for one in iter_captures(landing, source.id, _TRIAL_RUN) if not one.url.endswith("/robots.txt")]
        if report.errors or not captures:
            raise _nothing(report, url)
        return _document(source, read_response(landing, captures[-1]), captures[-1].fetched_at)


def _single(source: Source, url: str) -> Source:
    try:
        return Source.model_validate({**source.model_dump(), "start": [url], "spider": "page"})
    except ValidationError as error:
        problem = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadInputError(problem, place=url, remedy=f"give an address of one of the hosts of {source.id}") from error


def _nothing(report: CrawlReport, url: str) -> NothingFetchedError:
    said = "; ".join(f"{error.kind} {error.detail}".strip() for error in report.errors) or report.reason
    return NothingFetchedError(
        f"the page was not fetched: {said}", place=url, remedy="open the address in a browser and compare"
    )


def _document(source: Source, response: StoredResponse, fetched_at: datetime) -> Document:
    body = response.payload
    encodings = [value for name, value in response.headers if name.lower() == "content-encoding"]
    if encodings:
        body = decoded(body, encodings, source.limits.decompressed_bytes)
    content_type = response.header("content-type")
    return Document(response.url, body, content_type, fetched_at, source.encodings, source.limits.decompressed_bytes)


def from_file(source: Source, path: Path, url: str, content_type: str = "", fetched_at: datetime | None = None) -> Document:
    """A page from a file, as if it had been fetched from ``url``."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise BadInputError(
            f"cannot be read: {error.strerror}", place=str(path), remedy="check path and permissions"
        ) from error
    return Document(url, body, content_type, fetched_at or now(), source.encodings, source.limits.decompressed_bytes)


class FixturePage(Record):
    """One recorded page: its file, the address it came from, and what it is."""

    file: str
    url: str
    role: Role
    content_type: str = "text/html; charset=utf-8"


class Fixture(Record):
    """``pages.yaml`` of a fixture folder; ``expected.json`` beside it holds what the definition must make of the pages."""

    #: The moment that "today" and "yesterday" on the pages refer to.
    fetched_at: Moment
    pages: tuple[FixturePage, ...]


def read_fixture(source: Source, folder: Path) -> dict[str, Any]:
    """What a source's definition makes of its recorded pages, in the form of ``expected.json``."""
    place = folder / "pages.yaml"
    try:
        fixture = Fixture.model_validate(yaml.safe_load(place.read_text(encoding="utf-8")))
    except (OSError, ValidationError, yaml.YAMLError) as error:
        raise BadInputError(f"no readable fixture: {error}", place=str(place), remedy="see docs/add-a-platform.md") from error
    return {page.file: _expected(source, fixture, page, folder) for page in fixture.pages}


def _expected(source: Source, fixture: Fixture, page: FixturePage, folder: Path) -> dict[str, Any]:
    document = from_file(source, folder / page.file, page.url, page.content_type, fixture.fetched_at)
    trial = read_page(source, document, page.role)
    left_out = {"captured_at", "capture_id", "run_id", "source_id"}
    return {
        "adverts": [
            advert.model_dump(mode="json", exclude=left_out, exclude_defaults=True) for advert in trial.reading.adverts
        ],
        "advert_links": trial.links.adverts,
        "listing_links": trial.links.listings,
        "next_pages": trial.links.pages,
        "problems": [f"{problem.kind}: {problem.detail}" for problem in [*trial.reading.problems, *trial.links.problems]],
    }


def record_fixture(source: Source, folder: Path) -> Path:
    """Write ``expected.json`` anew from what the definition makes of the pages now."""
    target = folder / "expected.json"
    text = json.dumps(read_fixture(source, folder), ensure_ascii=False, indent=1)
    target.write_text(text + "\n", encoding="utf-8")
    return target
