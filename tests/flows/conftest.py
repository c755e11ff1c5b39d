"""Two small sites of invented adverts on loopback, the real command in a child process, and dumps to compare."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows.rooms import Rooms, open_rooms
from strazha.evidence.landing import LineRef
from strazha.settings import Settings

ROOT = Path(__file__).parents[2]

DEFINITION = """\
id: {name}
name: Test site {name}
kind: classifieds
country: GB
start: ["{origin}/{name}/"]
hosts: [{{host: 127.0.0.1, ports: [{port}], private: true}}]
languages: [en]
schedule: "*/30 * * * *"
{basis}
politeness: {{robots: true, delay: 0, concurrency: 4, user_agent: "Strazha-Test (test@example.org)", retries: 0}}
retention_days: 30
listing:
  adverts: [{{css: "a.ad"}}]
  paging: {{next: [{{css: "a.next"}}]}}
advert:
  key: {{url: '/item/(\\d+)$'}}
  required: [title, body]
  fields:
    title: {{css: h1}}
    body: {{css: ".body"}}
    place: {{css: ".place"}}
"""
BASIS = """\
legal_basis: {{authority: Test only, statute: Test only - invented adverts, purpose: Testing, officer: test@example.org,
  valid_from: 2026-01-01, valid_until: {until}}}"""

#: Openings and ends that differ enough not to be near-duplicates of each other.
THINGS = (
    "oak table with six chairs", "mountain bicycle, blue frame", "piano lessons for beginners", "two kittens seek a home",
    "garden tools and a mower", "winter tyres on steel rims", "a collection of stamps", "help with moving house",
    "English lessons by an experienced teacher", "a sewing machine, little used", "room to let near the park",
    "plumbing and heating repairs",
)  # fmt: skip
#: Three operations with texts of their own, so that only a telephone can join them.
JOBS = (
    """Farm work abroad. No experience and no language needed. We buy your ticket and you repay it from your first wages.
    Accommodation is arranged by us, meals and transport to the field included. Call {phone}, ask for {who}.""",
    """Our hotel by the sea takes on chambermaids for the summer, wages paid weekly in cash, uniform and room are given,
    papers stay with the manager until the season is over. Telephone {phone} in the evening and say {who} sent you.""",
    """Packing night shift in a warehouse near the motorway; a bus fetches the whole group, nobody goes out alone, wages
    after three months, debts for lodging are counted off. Ring {phone}, {who} answers every question.""",
)


@dataclass
class Site:
    """A running site. ``state`` 2 has new, changed and gone adverts; ``names`` are its platforms, ``delay`` slows each page."""

    origin: str = ""
    state: int = 1
    size: int = 24
    delay: float = 0.0
    names: tuple[str, ...] = ("north-market", "south-market")
    requests: list[str] = field(default_factory=list)

    def adverts(self, name: str) -> dict[int, tuple[str, str, str]]:
        """Number -> title, body, place as shown now."""
        side = self.names.index(name)
        shown = {}
        for number in range(1, self.size + 1 + (4 if self.state == 2 else 0)):
            if self.state == 2 and number in {3, 4, 8}:
                continue
            shown[number] = self._advert(side, number)
        return shown

    def _advert(self, side: int, number: int) -> tuple[str, str, str]:
        place = ("Leeds", "York", "Hull")[number % 3]
        changed = " Price lowered." if self.state == 2 and number in {5, 6, 9} else ""
        if number % 4 == 0:
            # Operations: both sites show the numbers of operation 0, so that clusters reach over sources; in state 2 one
            # advert shows the numbers of two operations, and two clusters merge.
            which = (number // 4) % 3
            phone = f"07700 900{100 + which + (0 if which == 0 else 10 * side)}"
            if self.state == 2 and number == self.size + 4:
                phone = f"07700 900{100} or 07700 900{101 + 10 * side}"
            body = JOBS[which].format(phone=phone, who=("Ann", "Bea", "Cleo")[which]) + f" Field {number}.{changed}"
            return f"Pickers wanted, {place}", body, place
        thing = THINGS[(number + 5 * side) % len(THINGS)]
        return (
            f"{thing.capitalize()} no {number}",
            f"For sale or hire: {thing}. Seen by appointment, {number} streets away.{changed}",
            place,
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    site: Site

    def do_GET(self) -> None:
        self.site.requests.append(self.path)
        threading.Event().wait(self.site.delay)
        text = self._page()
        data = (text or "not found").encode()
        self.send_response(200 if text else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _page(self) -> str:
        found = re.fullmatch(r"/([\w-]+)/(?:item/(\d+)|(?:\?page=(\d+))?)", self.path)
        if not found or found[1] not in self.site.names:
            return ""
        shown = self.site.adverts(found[1])
        if found[2]:
            if int(found[2]) not in shown:
                return ""
            title, body, place = (html.escape(text) for text in shown[int(found[2])])
            return f"<h1>{title}</h1><div class=body>{body}</div><span class=place>{place}</span>"
        page, numbers = int(found[3] or 1), sorted(shown)
        rows = "".join(f"<a class=ad href='item/{n}'>{n}</a> " for n in numbers[(page - 1) * 10 : page * 10])
        return rows + (f"<a class=next href='?page={page + 1}'>next</a>" if page * 10 < len(numbers) else "") + "<p>End</p>"

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    yield from _serve()


@pytest.fixture(scope="session")
def shared_site() -> Iterator[Site]:
    """One site for tests that start from the same first run; each sets its state."""
    yield from _serve()


def _serve() -> Iterator[Site]:
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    site.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(frozen=True)
class Strazha:
    """The command in a child process over a home of its own."""

    home: Path
    definitions: tuple[Path, ...]
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, *arguments: str, **popen: Any) -> subprocess.Popen[str]:
        env = {**os.environ, "STRAZHA_HOME": str(self.home), "STRAZHA_BATCH_SIZE": "3", **self.environment}
        env = {name: value for name, value in env.items() if value}
        popen = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **popen}
        return subprocess.Popen([sys.executable, "-m", "cli.main", *arguments], cwd=ROOT, env=env, text=True, **popen)

    def run(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    @property
    def named(self) -> list[str]:
        return [part for path in self.definitions for part in ("--definition", str(path))]

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, batch_size=3)


@pytest.fixture(scope="session")
def definitions() -> Callable[..., tuple[Path, ...]]:
    def write(site: Site, folder: Path, *, until: str = "2036-12-31", basis: bool = True) -> tuple[Path, ...]:
        folder.mkdir(parents=True, exist_ok=True)
        port = site.origin.rsplit(":", 1)[1]
        paths = []
        for name in site.names:
            paths.append(folder / f"{name}.yaml")
            text = BASIS.format(until=until).replace("{{", "{").replace("}}", "}") if basis else ""
            paths[-1].write_text(DEFINITION.format(name=name, origin=site.origin, port=port, basis=text))
        return tuple(paths)

    return write


@pytest.fixture
def strazha(site: Site, tmp_path: Path, definitions: Callable[..., tuple[Path, ...]]) -> Strazha:
    return Strazha(tmp_path / "home", definitions(site, tmp_path / "definitions"))


@pytest.fixture(scope="session")
def first(shared_site: Site, tmp_path_factory: pytest.TempPathFactory, definitions: Any) -> Strazha:
    """A home after an undisturbed first run. Copy it with ``copied``, never change it."""
    folder = tmp_path_factory.mktemp("flows")
    strazha = Strazha(folder / "first", definitions(shared_site, folder / "definitions"))
    shared_site.state = 1
    done = strazha.run("run", "--no-prefect", *strazha.named)
    assert done.returncode == 0, done.stderr
    return strazha


@pytest.fixture(scope="session")
def undisturbed(first: Strazha, shared_site: Site) -> dict[str, Any]:
    """What an undisturbed second run, over the changed site, ends in."""
    shared_site.state = 2
    strazha = _copied(first, first.home.parent / "second")
    done = strazha.run("run", "--no-prefect", *strazha.named)
    assert done.returncode == 0, done.stderr
    found = _dump(strazha.settings)
    assert found["broken"] == []
    kinds = [event["kind"] for cluster in found["clusters"].values() for event in cluster["cluster"]["history"]]
    assert {"formed", "merged"} <= set(kinds)
    return found


@pytest.fixture(scope="session")
def copied() -> Callable[[Strazha, Path], Strazha]:
    """Copy a home, and the command over the copy."""
    return _copied


def _copied(strazha: Strazha, home: Path) -> Strazha:
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(strazha.home, home)
    return Strazha(home, strazha.definitions, strazha.environment)


@pytest.fixture(scope="session")
def make_strazha() -> type[Strazha]:
    return Strazha


@pytest.fixture(scope="session")
def dump() -> Callable[[Settings], dict[str, Any]]:
    """Everything the ledger and the index hold, without times, run ids and the numbers of attempts."""
    return _dump


@pytest.fixture(scope="session")
def differences() -> Callable[[dict[str, Any], dict[str, Any]], list[str]]:
    """Where two dumps differ, one short line each."""
    return _differences


def _differences(one: Any, other: Any, where: str = "") -> list[str]:
    if one == other:
        return []
    if isinstance(one, dict) and isinstance(other, dict):
        return [line for key in sorted({*one, *other}) for line in _differences(one.get(key), other.get(key), f"{where}/{key}")]
    if isinstance(one, list) and isinstance(other, list):
        here, there = ([row for row in left if row not in right] for left, right in ((one, other), (other, one)))
        return [f"{where}: {len(here)} and {len(there)} rows differ, first {here[:1]} and {there[:1]}"]
    return [f"{where}: {one!r} and {other!r}"]


#: Keys that differ between any two runs, or count attempts and not content.
VOLATILE = {
    *("at", "started_at", "finished_at", "first_seen", "last_seen", "gone_since", "captured_at", "screened_at", "fetched_at"),
    *("decided_at", "retired_at", "seconds", "version", "capture_id", "run_id", "requests", "pages", "bytes", "errors"),
    *("steps", "landing_file", "landing_offset", "landing_length", "file", "offset", "length"),
}


def _dump(settings: Settings) -> dict[str, Any]:
    with open_rooms(settings) as rooms:
        runs = {report.run_id: f"RUN{n}" for n, report in enumerate(reversed(rooms.ledger.runs(limit=1000)), 1)}
        found: dict[str, Any] = {"tables": _tables(settings, rooms, runs)}
        found["adverts"] = {doc.id: _steady(doc.plain(), runs) for doc in rooms.index.scan_adverts()}
        clusters = list(rooms.index.scan_clusters())
        found["clusters"] = {doc.id: _steady(doc.plain(), runs) for doc in clusters}
        found["links"] = {doc.id: [_steady(link.plain(), runs) for link in rooms.index.links(doc.id)] for doc in clusters}
        found["counts"] = rooms.index.count()
        folders = [f"{top}/{one}" for top in ("screened",) for one in rooms.landing.folders(top)]
        captures = [
            f"captures/{one}/{run}"
            for one in rooms.landing.folders("captures")
            for run in rooms.landing.folders(f"captures/{one}")
        ]
        found["broken"] = [problem for folder in [*folders, *captures] for problem in rooms.landing.verify(folder)]
        found["screened"] = {runs[f.split("/")[1]]: sum(e.records for e in rooms.landing.entries(f)) for f in folders}
        return found


def _tables(settings: Settings, rooms: Rooms, runs: dict[str, str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    database = sqlite3.connect(settings.home / "ledger.sqlite")
    database.row_factory = sqlite3.Row
    names = "adverts advert_versions sightings screenings links clusters cluster_members runs crawls steps decisions"
    for name in names.split():
        rows = []
        for row in database.execute(f"select * from {name}"):
            plain = {key: _value(value) for key, value in dict(row).items()}
            if "landing_file" in plain:
                ref = LineRef(file=plain["landing_file"], offset=plain["landing_offset"], length=plain["landing_length"])
                plain["line"] = json.loads(rooms.landing.read_line(ref))
            for moment in {"gone_since", "retired_at"} & plain.keys():
                plain[f"is {moment}"] = plain[moment] is not None
            rows.append(json.dumps(_steady(plain, runs), sort_keys=True, ensure_ascii=False))
        found[name] = sorted(rows)
    database.close()
    return found


def _value(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value[:1] in "[{" and value else value


def _steady(value: Any, runs: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _steady(item, runs) for key, item in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [_steady(item, runs) for item in value]
    if isinstance(value, str):
        for run_id, name in runs.items():
            value = value.replace(run_id, name)
    return value


@pytest.fixture
def late_site(site: Site) -> Iterator[tuple[int, Callable[[], None]]]:
    """A port of the same site on which nobody listens yet, and a call that opens it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    servers: list[ThreadingHTTPServer] = []

    def listen() -> None:
        servers.append(ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"site": site})))
        threading.Thread(target=servers[0].serve_forever, args=(0.05,), daemon=True).start()

    yield port, listen
    for server in servers:
        server.shutdown()
        server.server_close()
