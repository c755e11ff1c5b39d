"""``strazha link``: a file of adverts in, each advert's cluster out; no database."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.screen import counted, finish, rows_of, write_rows

if TYPE_CHECKING:
    from clusters.bulk import Whole
    from clusters.shelf import Pack
    from strazha.model import Advert, Image, Linkable

_HEX = frozenset("0123456789abcdefABCDEF")
#: Pictures of one row beyond this are ignored: no advert shows more, and each costs keys.
_IMAGES = 50
#: Rows handed to a process at once: about a second's reading.
_ROWS = 400
#: Up to so many rows meanings are compared too, where there is a model: it reads some 20 adverts a second.
MEANT = 5000


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


@dataclass(frozen=True, slots=True)
class Linked:
    """What linking a file gave. Ids are the rows' own, whatever JSON type they had."""

    whole: Whole
    #: Ids as given, where they are not the text by which the advert is known.
    given: dict[str, Any]

    @property
    def hubs(self) -> list[str]:
        """Contacts found to be shared by unlike advertisers, one sentence each."""
        hubs = sorted((one for one in self.whole.doubted.values() if one.is_hub), key=lambda one: one.key)
        return [f"{one.key}: {one.why}" for one in hubs]

    def rows(self) -> Iterator[dict[str, Any]]:
        """``{"id", "cluster"}`` in the order of the file; an advert that nothing joins is alone in its cluster."""
        from strazha.model.base import digest

        labels, ids = self.whole.labels, self.whole.shelf.ids
        names = {members[0]: digest("cluster", *members)[:16] for members in self.whole.groups()}
        for at in self.whole.shelf.number.tolist():
            yield {"id": self.given.get(ids[at], ids[at]), "cluster": names[ids[int(labels[at])]]}

    def link_rows(self) -> Iterator[dict[str, Any]]:
        """``{"a", "b", "score", "reasons"}`` of each link, strongest first."""
        for one in self.whole.links(strongest_first=True):
            reasons = [reason.plain() for reason in one.reasons]
            yield {"a": self.given.get(one.a, one.a), "b": self.given.get(one.b, one.b), "score": one.score, "reasons": reasons}


@dataclass(frozen=True, slots=True)
class _Batch:
    """What a process hands back of some rows."""

    pack: Pack
    given: dict[str, Any]
    bad: list[tuple[int, str, str]]


def link_numbered(rows: Iterable[tuple[int, dict[str, Any]]], bad: list[tuple[int, str, str]]) -> Linked:
    """Link rows with their line numbers, in every core there is and in little memory beyond a few hundred bytes an advert.

    A row that cannot be used is added to ``bad`` with its line and the reason.
    """
    from clusters.bulk import link_whole, packed

    stream = iter(rows)
    head = list(islice(stream, MEANT + 1))
    few = len(head) <= MEANT
    processes = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    given: dict[str, Any] = {}

    def packs() -> Iterator[Pack]:
        # A model uses every core by itself.
        read, readers = (_read_meaning, 1) if few else (_read, processes)
        for batch in packed(_unrepeated(chain(head, stream), bad), read, processes=readers, size=_ROWS):
            given.update(batch.given)
            bad.extend(batch.bad)
            yield batch.pack

    whole = link_whole(packs(), processes=processes)
    bad.sort()
    return Linked(whole, given)


def _unrepeated(
    rows: Iterable[tuple[int, dict[str, Any]]], bad: list[tuple[int, str, str]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    from flows.imports.mapping import clean

    seen: set[str] = set()
    for number, row in rows:
        key = clean(str(row.get("id")))
        if key in seen:
            bad.append((number, f"id {row.get('id')!r} stood in an earlier row", json.dumps(row)[:2000]))
            continue
        yield number, row
        seen.add(key)


def _read_meaning(rows: Sequence[tuple[int, dict[str, Any]]]) -> _Batch:
    return _read(rows, meaning=True)


def _read(rows: Sequence[tuple[int, dict[str, Any]]], *, meaning: bool = False) -> _Batch:
    """Read, screen and pack some rows; runs in a process of its own where they are many."""
    from clusters.shelf import pack
    from flows.imports.mapping import clean
    from flows.steps import Unreadable, linkable, screen_adverts, with_meanings

    bad: list[tuple[int, str, str]] = []
    usable: list[tuple[int, dict[str, Any], Advert]] = []
    for number, row in rows:
        try:
            usable.append((number, row, advert_of(row)))
        except ValueError as error:
            bad.append((number, str(error), json.dumps(row)[:2000]))
    adverts: list[tuple[Advert, Linkable]] = []
    given: dict[str, Any] = {}
    results = screen_adverts(advert for _, _, advert in usable)
    for (number, row, advert), result in zip(usable, results, strict=True):
        if isinstance(result, Unreadable):
            bad.append((number, result.error, json.dumps(row)[:2000]))
            continue
        adverts.append((advert, linkable(advert, result).model_copy(update={"id": advert.key})))
        as_given = clean(row["id"]) if isinstance(row["id"], str) else row["id"]
        if as_given != advert.key:
            given[advert.key] = as_given
    return _Batch(pack(with_meanings(adverts) if meaning else [one for _, one in adverts]), given, bad)


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
