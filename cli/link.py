"""``strazha link``: a file of adverts in, each advert's cluster out; no database."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.screen import counted, finish, rows_of, write_rows

if TYPE_CHECKING:
    from strazha.model import Advert, Image, Link, Linkable

_HEX = frozenset("0123456789abcdefABCDEF")
#: Pictures of one row beyond this are ignored: no advert shows more, and each costs keys.
_IMAGES = 50


@click.command()
@click.argument("source", metavar="IN.jsonl", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, allow_dash=True), help="File to write (- for stdout)."
)
@click.option("--links", "links_path", type=click.Path(path_type=Path), help="Also write every link with its reasons.")
def command(source: Path, output: Path, links_path: Path | None) -> None:
    """Group the adverts of IN.jsonl (rows with id, title, body) into operations.

    Uses posted_at, site, city and images where present. Rows that cannot be used are told with their line and kept in
    OUT.rejected.jsonl; the rest goes on (exit code 4).
    """
    bad: list[tuple[int, str, str]] = []
    linked = link_numbered(counted(rows_of(source, bad), source), bad)
    write_rows(output, linked.rows())
    if links_path is not None:
        write_rows(links_path, linked.link_rows())
    for line in linked.hubs:
        click.echo(f"joins nothing: {line}", err=True)
    finish(output, source, bad)


@dataclass(slots=True)
class Linked:
    """What linking a file gave. Ids are the rows' own, whatever JSON type they had."""

    ids: dict[str, Any] = field(default_factory=dict)
    groups: list[list[str]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    #: Contacts found to be shared by unlike advertisers, one sentence each.
    hubs: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[dict[str, Any]]:
        """``{"id", "cluster"}`` in the order of the file; an advert that nothing joins is alone in its cluster."""
        from strazha.model.base import digest

        names = [digest("cluster", *members)[:16] for members in self.groups]
        cluster = {one: name for name, members in zip(names, self.groups, strict=True) for one in members}
        return ({"id": given, "cluster": cluster[one]} for one, given in self.ids.items())

    def link_rows(self) -> Iterator[dict[str, Any]]:
        """``{"a", "b", "score", "reasons"}`` of each link, strongest first."""
        for one in sorted(self.links, key=lambda link: (-link.score, link.a, link.b)):
            reasons = [reason.plain() for reason in one.reasons]
            yield {"a": self.ids[one.a], "b": self.ids[one.b], "score": one.score, "reasons": reasons}


def link_numbered(rows: Iterable[tuple[int, dict[str, Any]]], bad: list[tuple[int, str, str]]) -> Linked:
    """Link rows with their line numbers. A row that cannot be used is added to ``bad`` with its line and the reason."""
    from clusters.candidates import MemoryCandidates
    from clusters.grouping import group
    from clusters.linker import Linker
    from clusters.pair import joins

    linked = Linked()
    adverts = list(_linkables(rows, bad, linked.ids))
    if sys.stderr.isatty():
        click.echo(f"comparing {len(adverts)} adverts …", err=True)
    linker = Linker(MemoryCandidates())
    linked.links = [one for one in linker.link(adverts) if joins(one)]
    linked.groups = group(linked.links, linked.ids)
    hubs = sorted((one for one in linker.spreads.values() if one.is_hub), key=lambda one: one.key)
    linked.hubs = [f"{one.key}: {one.why}" for one in hubs]
    return linked


def _linkables(
    rows: Iterable[tuple[int, dict[str, Any]]], bad: list[tuple[int, str, str]], ids: dict[str, Any]
) -> Iterator[Linkable]:
    from flows.imports.mapping import clean
    from flows.steps import Unreadable, linkable, screen_adverts

    waiting: deque[tuple[int, dict[str, Any], Advert]] = deque()

    def adverts() -> Iterator[Advert]:
        for number, row in rows:
            try:
                advert = advert_of(row)
                if advert.key in ids:
                    raise ValueError(f"id {row['id']!r} stood in an earlier row")
            except ValueError as error:
                bad.append((number, str(error), json.dumps(row)[:2000]))
                continue
            ids[advert.key] = clean(row["id"]) if isinstance(row["id"], str) else row["id"]
            waiting.append((number, row, advert))
            yield advert

    for result in screen_adverts(adverts()):
        number, row, advert = waiting.popleft()
        if isinstance(result, Unreadable):
            bad.append((number, result.error, json.dumps(row)[:2000]))
            del ids[advert.key]
        else:
            yield linkable(advert, result).model_copy(update={"id": advert.key})


def advert_of(row: dict[str, Any]) -> Advert:
    """The advert a row describes, with time and pictures where the row has them. Raises ValueError where it cannot be used."""
    from flows import blackbox

    advert = blackbox.advert_of(row)
    return advert.model_copy(update={"posted_at": _moment(row.get("posted_at")), "images": tuple(_images(row.get("images")))})


def _moment(value: Any) -> datetime | None:
    """A time as ISO 8601, a day alone included (its midnight, UTC); anything else is as good as none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _images(value: Any) -> Iterator[Image]:
    """Pictures given as perceptual or other hashes, as addresses, or as ``{"url", "pdq", "sha256"}``."""
    from flows.imports.mapping import clean
    from strazha.model import Image
    from strazha.model.base import digest

    for one in value[:_IMAGES] if isinstance(value, list) else ():
        given = one if isinstance(one, dict) else {"pdq" if _is_hash(one) else "url": one}
        texts = {name: clean(str(given.get(name) or "")).strip() for name in ("url", "pdq", "sha256")}
        if texts["url"] and not texts["pdq"] and not texts["sha256"]:
            # One address, one picture: its name serves where nobody hashed what it shows.
            texts["sha256"] = digest("picture address", texts["url"])
        yield Image(**texts)


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and len(value.strip()) >= 16 and set(value.strip()) <= _HEX
