"""``make demo``: the main job on the bundled example site, from the first page fetched to the review pages.

Everything is real but the site: Scrapy crawls it over loopback, Prefect runs the steps, SQLite keeps ledger and index.
Its texts are invented; what is true of each advert is known, so the summary can say what was found and what was not.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cli.run import Tell, progress, show_report
from examples.site import DemoAdvert, adverts, definitions, serve
from flows.chosen import Wanted
from flows.prefect_setup import server
from flows.rooms import Rooms, open_rooms
from strazha.clock import now
from strazha.errors import StrazhaError
from strazha.evaluation.linking import score_linking
from strazha.model import Band, RunReport
from strazha.settings import Settings
from strazha.store import Query

HOME = Path("var/demo")
BANDS = [band.value for band in reversed(Band)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; the exit code is 0 unless a crawl or a step failed."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--no-serve", action="store_true", help="end after the summary instead of serving the review pages")
    parser.add_argument("--home", type=Path, default=HOME, help="folder for what the demo writes; emptied first")
    parser.add_argument("--port", type=int, default=8000, help="port of the review pages (0: any free one)")
    parser.add_argument(
        "--store",
        default="sqlite",
        choices=["sqlite", "elasticsearch"],
        help="index backend; elasticsearch starts a real server",
    )
    chosen = parser.parse_args(arguments)
    console = Console()
    try:
        with _store(chosen.store, console) as urls:
            return _demo(chosen.home, console, port=None if chosen.no_serve else chosen.port, store=chosen.store, urls=urls)
    except StrazhaError as error:
        console.print(f"strazha: {error}", style="red", markup=False, highlight=False)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


@contextmanager
def _store(name: str, console: Console) -> Iterator[tuple[str, ...]]:
    """The addresses of a server started for the demo; none where the index is a file."""
    if name == "sqlite":
        yield ()
        return
    from examples.live_elasticsearch import VERSION, LiveElasticsearch, missing

    if problem := missing():
        raise StrazhaError("Elasticsearch cannot be started here", remedy=problem)
    console.print(f"Starting Elasticsearch {VERSION} on loopback, for this demo alone.", highlight=False)
    with LiveElasticsearch() as node:
        yield (node.url,)


def _demo(home: Path, console: Console, *, port: int | None, store: str = "sqlite", urls: tuple[str, ...] = ()) -> int:
    started = time.monotonic()
    _empty(home)
    # Runs of the flow read their settings from the environment.
    os.environ["STRAZHA_STORE"] = store
    if urls:
        os.environ["STRAZHA_ELASTICSEARCH_URLS"] = json.dumps(urls)
    own = Settings(home=home, _env_file=None)  # type: ignore[call-arg]
    # Runs of the flow read their settings from the environment; Prefect's log goes to its server, the demo tells its own tale.
    os.environ["STRAZHA_HOME"] = str(home)
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    console.rule("[bold]Strazha demo: an invented classifieds site and an invented job board")
    reports = _two_crawls(own, console)
    with open_rooms(own) as rooms:
        _tell(rooms, console)
        password = _demo_account(rooms) if port is not None else ""
    console.print(f"\nAll that took {time.monotonic() - started:.0f} s. What was written lies in {home}/.", highlight=False)
    if port is not None:
        _serve(own, console, port=port, password=password)
    return 0 if all(report.state == "completed" for report in reports) else 1


def _empty(home: Path) -> None:
    if home.exists() and any(home.iterdir()) and not (home / "ledger.sqlite").exists() and not (home / "landing").exists():
        raise StrazhaError("the folder holds something else", place=str(home), remedy="name an empty folder with --home")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)


def _two_crawls(own: Settings, console: Console) -> list[RunReport]:
    reports = []
    with serve(state=1) as site, progress(Console(stderr=True)) as tell:
        files = definitions(site.base_urls, own.home / "sources")
        console.print(f"1. The example site is served at {' and '.join(site.base_urls.values())}.", highlight=False)
        tell("start Prefect", 0, 0)
        with server(own):
            console.print("2. First crawl, screening, linking and indexing, as a Prefect flow:", highlight=False)
            reports.append(_run(own, files, tell))
            show_report(reports[-1], console)
            site.show(2)
            console.print(
                "\n3. The site has changed: some adverts are new, some changed, some gone. Second crawl:", highlight=False
            )
            reports.append(_run(own, files, tell))
            show_report(reports[-1], console)
    return reports


def _run(own: Settings, files: Sequence[Path], tell: Tell) -> RunReport:
    from flows.monitor import run_monitored

    run_id = run_monitored(own, Wanted(definitions=tuple(files)), tell=tell)
    with open_rooms(own) as rooms:
        report = rooms.ledger.run(run_id)
    if report is None:
        raise StrazhaError("the run is not in the ledger", place=run_id, remedy="start the demo again")
    return report


def _tell(rooms: Rooms, console: Console) -> None:
    """What was found, beside what is true of the invented adverts."""
    known = {**_by_id(1), **_by_id(2)}
    docs = {doc.id: doc for doc in rooms.index.scan_adverts()}
    console.print("\n4. What was found, beside the truth (which only this demo knows):\n", highlight=False)
    table = Table("adverts that are really ...", *(f"{band}" for band in BANDS), "in all", title_justify="left")
    for kind, words in (
        ("operation", "of an operation"), ("independent", "of independent people"), ("harmless", "harmless"),
    ):  # fmt: skip
        bands = Counter(docs[one].screening.band.value for one, advert in known.items() if advert.kind == kind and one in docs)
        table.add_row(words, *(str(bands[band]) for band in BANDS), str(bands.total()))
    console.print(table)
    _tell_links(rooms, console, known)
    _tell_queue(rooms, console)


def _tell_links(rooms: Rooms, console: Console, known: dict[str, DemoAdvert]) -> None:
    """How well adverts of one hand were put together: an operation's, or one person's several adverts."""
    found = rooms.ledger.clusters_of(known)
    gold = {one: advert.group for one, advert in known.items()}
    hubs = frozenset(one for one, advert in known.items() if advert.hub_phone)
    score = score_linking(gold, {one: found.get(one, one) for one in known}, hubs)
    operations = {advert.group for advert in known.values() if advert.kind == "operation"}
    whole = sum(
        len({found.get(one, one) for one, advert in known.items() if advert.group == group}) == 1 for group in operations
    )
    console.print(
        f"Linking: {len(known)} adverts make {sum(size > 1 for size in Counter(found.values()).values())} clusters of two or "
        f"more. Of the pairs put together {score.pairs.precision:.1%} are of one hand; of the pairs of one hand "
        f"{score.pairs.recall:.1%} were put together. {whole} of {len(operations)} operations are one cluster each.",
        highlight=False,
    )


def _tell_queue(rooms: Rooms, console: Console) -> None:
    console.print("\nThe head of the queue, with the reasons an analyst sees first:\n", highlight=False)
    for row in rooms.index.search_adverts(Query(size=5)).rows:
        screening = row.doc.screening
        console.print(f"  {screening.band.value:7} {screening.score:3}  {row.doc.advert.title}", markup=False, highlight=False)
        for reason in [reason for reason in screening.reasons if reason.points][:4]:
            console.print(f"               {reason.points:+.0f}  {reason.text}", markup=False, highlight=False, style="dim")


def _by_id(state: int) -> dict[str, DemoAdvert]:
    return {advert.advert_id: advert for advert in adverts(state)}


def _demo_account(rooms: Rooms) -> str:
    password = secrets.token_urlsafe(12)
    rooms.ledger.add_user("demo", password, "lead")
    rooms.ledger.audit("demo", "user add", "demo", {"role": "lead", "for": "make demo"}, now())
    return password


def _serve(own: Settings, console: Console, *, port: int, password: str) -> None:
    from review.server import serve as serve_pages

    console.rule("[bold]Review pages")
    console.print(f"Log in as [bold]demo[/] with the password [bold]{password}[/] (made for this demo, good for nothing else).")
    serve_pages(own, port=port, say=lambda line: console.print(line, markup=False))


if __name__ == "__main__":
    sys.exit(main())
