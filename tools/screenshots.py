"""Make docs/images/*.webp: the review pages as a headless Chromium shows them.

python tools/screenshots.py                    # with the invented adverts of tools/invented.yaml
python tools/screenshots.py --home var/demo    # with a home that a run has filled (its files are copied, not touched)
"""

from __future__ import annotations

import argparse
import base64
import socket
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from flows.steps import catalogue
from review.app import create_app
from strazha.clock import now
from strazha.evidence.landing import Landing
from strazha.ledger import Ledger, open_ledger
from strazha.ledger.casework_records import CaseItem
from strazha.ledger.watch_records import Asked, Kind, Watch
from strazha.ledger.work_records import Opinion
from strazha.model import Outcome
from strazha.settings import Settings
from strazha.store import Query, open_index
from tools.invented import fill
from tools.invented_runs import decide, fill_runs, set_aside, write_definitions

OUT = Path(__file__).parents[1] / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
#: No contact with the outside: no updates, no sync, no prefetching.
ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: A day after the invented adverts, so that the pictures do not change from day to day.
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
#: The newest invented run (invented_runs.py).
RUN_SHOWN = "20261120T090000Z-000d"
#: Milliseconds; the language models load with the pasted text.
PATIENCE = 180_000
WIDE, NARROW = (1280, 860), (390, 844)
#: Pixels of a whole page, and WebP's quality: letters stay sharp, a picture stays under about 150 kB.
LONGEST, QUALITY = 2400, 62
PASTED = (
    "Работа в Германия",
    "Търсим жени за работа на полето. Без опит, без език. Такса за документи 150 евро. Паспортите се пазят. Тел. 0888 001 001",
)


@dataclass(frozen=True)
class Shot:
    """One picture: where, how wide, whether dark, in which language."""

    name: str
    path: str
    size: tuple[int, int] = WIDE
    dark: bool = False
    whole: bool = False
    #: What the browser asks for; the pages answer in that language.
    locale: str = "en-GB"
    #: Who looks: the lead, or the operator where the page is theirs.
    who: str = "lead"
    #: Milliseconds to wait for what scripts draw.
    after: int = 0


def shots(advert: str, cluster: str, other: str, case: str) -> list[Shot]:
    """The pictures, given an advert, two clusters and a case worth showing."""
    return [
        Shot("queue", "/queue"),
        Shot("advert", f"/adverts/{quote(advert, safe='')}", whole=True),
        Shot("cluster", f"/clusters/{quote(cluster, safe='')}", whole=True),
        Shot("search", f"/search?q={quote('Германия OR Leeds')}"),
        Shot("search-contact", "/search?contact=88800"),
        Shot("search-phone", "/search?contact=88800", size=NARROW),
        Shot("map", "/map", after=1000),
        Shot("map-dark-bg", "/map", dark=True, locale="bg-BG", after=1000),
        Shot("map-phone", "/map", size=NARROW, whole=True, after=1000),
        Shot("searches", "/searches"),
        Shot("watches", "/watches", whole=True),
        Shot("watches-bg", "/watches", whole=True, locale="bg-BG"),
        Shot("watches-phone", "/watches", size=NARROW, whole=True),
        Shot("runs", "/runs"),
        Shot("audit", "/audit"),
        Shot("api", "/api"),
        Shot("api-phone-bg", "/api", size=NARROW, locale="bg-BG"),
        Shot("queue-dark", "/queue", dark=True),
        Shot("queue-phone", "/queue", size=NARROW),
        Shot("queue-bg", "/queue", locale="bg-BG"),
        Shot("advert-bg", f"/adverts/{quote(advert, safe='')}", whole=True, locale="bg-BG"),
        Shot("cluster-bg", f"/clusters/{quote(cluster, safe='')}", whole=True, locale="bg-BG"),
        Shot("queue-phone-bg", "/queue", size=NARROW, locale="bg-BG"),
        Shot("cluster-phone", f"/clusters/{quote(cluster, safe='')}", size=NARROW, whole=True),
        Shot("reviews", "/reviews"),
        Shot("reviews-bg", "/reviews", locale="bg-BG"),
        Shot("reviews-phone", "/reviews", size=NARROW, whole=True),
        Shot("account", "/account"),
        Shot("sources", "/sources", who="operator"),
        Shot("source", "/sources/bg-classifieds", whole=True, who="operator"),
        Shot("source-bg", "/sources/bg-classifieds", whole=True, locale="bg-BG", who="operator"),
        Shot("source-phone", "/sources/bg-classifieds", size=NARROW, whole=True, who="operator"),
        Shot("run", f"/runs/{RUN_SHOWN}", whole=True, who="operator"),
        Shot("quarantine", "/quarantine", who="operator"),
        Shot("system", "/system", who="operator"),
        Shot("alarms", "/alarms", who="operator"),
        Shot("alarms-dark", "/alarms", dark=True, who="operator"),
        Shot("dashboard", "/dashboard", whole=True),
        Shot("dashboard-bg", "/dashboard", whole=True, locale="bg-BG"),
        Shot("dashboard-dark", "/dashboard", whole=True, dark=True),
        Shot("dashboard-phone", "/dashboard", size=NARROW, whole=True),
        Shot("exports", "/exports?what=selection&kind=adverts&band=high"),
        Shot("links", f"/links/{quote(cluster, safe='')}"),
        Shot("times", f"/times/{quote(cluster, safe='')}", whole=True),
        Shot("text", f"/text/{quote(cluster, safe='')}", whole=True),
        Shot("facts", f"/facts/{quote(cluster, safe='')}", whole=True),
        Shot("history", f"/history/cluster/{quote(cluster, safe='')}", whole=True),
        Shot("links-phone", f"/links/{quote(cluster, safe='')}", size=NARROW),
        Shot("times-bg", f"/times/{quote(cluster, safe='')}", whole=True, locale="bg-BG"),
        Shot("cases", "/cases"),
        Shot("case", f"/cases/{case}", whole=True),
        Shot("training", "/training"),
        Shot("exercise", "/training/next?language=en", whole=True),
        Shot("exercise-phone-bg", "/training/next?language=bg", size=NARROW, whole=True, locale="bg-BG"),
        Shot("users", "/users", who="admin"),
        Shot("users-phone-bg", "/users", size=NARROW, whole=True, locale="bg-BG", who="admin"),
        Shot("tokens", "/tokens", who="admin"),
        Shot("compare", f"/compare?a={quote(cluster, safe='')}&b={quote(other, safe='')}", whole=True),
        Shot("advert-phone", f"/adverts/{quote(advert, safe='')}", size=NARROW),
    ]


@contextmanager
def serving(home: Path) -> Iterator[tuple[str, dict[str, str], list[Shot]]]:
    """Serve a home; gives the address, a session's token by role, and the pictures to take."""
    settings = Settings(
        home=home, sources=(write_definitions(home / "sources"),),
        smtp_host="mail.police.example.org", mail_domains=("police.example.org",),
        webhook_hosts=("hooks.example.org",),
    )  # fmt: skip
    with open_ledger(settings.ledger) as ledger, open_index(settings) as index:
        if not index.count()["adverts"]:
            filled = fill(ledger, index, catalogue(), landing=Landing(settings.landing_url))
            fill_runs(ledger, AT)
            docs = list(filled.adverts.values())
            set_aside(ledger, docs[30:33], AT - timedelta(hours=9))
        ledger.add_user("ana.petrova", "a password of no account", "lead", AT)
        ledger.add_user("pavel.dimov", "a password of no account", "operator", AT)
        ledger.add_user("eva.stoilova", "a password of no account", "admin", AT)
        who = {"lead": "ana.petrova", "operator": "pavel.dimov", "admin": "eva.stoilova"}
        tokens = {role: ledger.open_session(name, AT, timedelta(days=1)) for role, name in who.items()}
        clusters = index.search_clusters(Query(size=5)).rows
        found = index.search_adverts(Query(size=50)).rows
        at_work(ledger, [row.doc.id for row in found], [doc.id for doc in clusters])
        investigating(ledger, [row.doc.id for row in found], [doc.id for doc in clusters])
        decide(ledger, [row.doc for row in (*found[:4], *found[16:])], AT)
        case = in_a_case(ledger, [doc.id for doc in clusters[:2]])
        rich = max(found, key=lambda row: len({hit.indicator for hit in row.doc.screening.hits})).doc.id if found else ""
        app = create_app(settings, index=index, ledger=ledger, clock=lambda: AT)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            first, second = ([doc.id for doc in clusters] + ["", ""])[:2]
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", tokens, shots(rich, first, second, case)
        finally:
            server.should_exit = True
            thread.join(10)


def at_work(ledger: Ledger, adverts: Sequence[str], clusters: Sequence[str]) -> None:
    """People at work, so that the pictures show it: a view, items taken, double reviews agreed on and not."""
    for name in ("boris.iliev", "vera.koleva"):
        ledger.add_user(name, "a password of no account", "analyst", AT)
    ledger.save_view("ana.petrova", "Urgent jobs", "kind=all&f=1&band=urgent&ad_type=job&decision=none", AT)
    for one in adverts[1:2]:
        ledger.take("advert", one, "boris.iliev", AT)
    for one in clusters[1:2]:
        ledger.take("cluster", one, "ana.petrova", AT)
    said = list(Outcome)
    for number, one in enumerate(adverts[4:16]):
        review = ledger.open_review("advert", one, "ana.petrova", AT)
        pair = (said[number % 4], said[number % 4 if number % 3 else 1])
        for reviewer, outcome in zip(("boris.iliev", "vera.koleva"), pair if number < 10 else pair[:1], strict=False):
            opinion = Opinion(reviewer=reviewer, outcome=outcome, reason="As far as the text goes", given_at=AT)
            ledger.give_opinion(review.id, opinion)


def in_a_case(ledger: Ledger, clusters: Sequence[str]) -> str:
    """A case folder with clusters and a note in it; its number."""
    case = ledger.open_case("Operation Lime", "R 118/2026", "ana.petrova", AT)
    for one in clusters:
        item = CaseItem(
            subject="cluster",
            subject_id=one,
            added_by="ana.petrova",
            added_at=AT + timedelta(minutes=1),
            reason="Named in the same tip",
        )
        ledger.put_in_case(case.id, item)
    ledger.add_note("case", case.id, "The subscriber was asked for on Friday.", "ana.petrova", AT)
    return case.id


def investigating(ledger: Ledger, adverts: Sequence[str], clusters: Sequence[str]) -> None:
    """Searches kept and shared, watches, an alert that went out and one that waits."""
    ledger.save_search("ana.petrova", "Farm work, high", "q=Германия&kind=all&sort=relevance&band=high", AT, ["vera.koleva"])
    ledger.save_search("ana.petrova", "Numbers of the vans", "contact=0888 00&kind=all&sort=priority", AT)
    ledger.save_search("boris.iliev", "Salons in Leeds", "q=Leeds&kind=adverts&sort=relevance&ad_type=adult", AT, ["*"])
    asked = tuple(Asked(kinds=("advert", "cluster"), query=Query(contact=one)) for one in ("0888 00 11", "@night_market"))
    watch = Watch(
        id="w1", owner="ana.petrova", name="Numbers of the vans", kind="list", source="0888 00 11\n@night_market", asked=asked,
        mail="ana.petrova@police.example.org", hook="https://hooks.example.org/strazha", secret="0" * 64, created_at=AT,
    )  # fmt: skip
    ledger.add_watch(watch)
    seen: dict[tuple[Kind, str], str] = {("cluster", one): "" for one in clusters[:1]}
    ledger.record_look(watch, seen, AT, quiet=True)
    for number, at in enumerate((AT - timedelta(hours=20), AT - timedelta(hours=2))):
        seen |= {("advert", one): "" for one in adverts[number * 3 : number * 3 + 3]}
        seen |= {("cluster", one): str(number) for one in clusters[:1]}
        alert = ledger.record_look(watch, seen, at, targets={"mail": watch.mail, "hook": watch.hook})
        for delivery in ledger.due_deliveries(at):
            ledger.claim_delivery(delivery, at)
            if delivery.channel == "mail":
                ledger.delivered(delivery.id, at)
            else:
                ledger.failed_delivery(delivery, "ConnectTimeout", at)
        if alert is not None and not number:
            ledger.read_alerts("ana.petrova", AT, alert.id)


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite file as SQLite does it: whole, also while somebody writes to it."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def take(browser: Browser, address: str, token: str, shot: Shot, out: Path) -> None:
    """Take one picture."""
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if shot.dark else "light", locale=shot.locale
    )
    context.add_cookies([{"name": "strazha", "value": token, "url": address}])
    # A busy machine takes its time to start a browser's page; the default of 30 s has been too short.
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address + shot.path)
    page.wait_for_timeout(shot.after)
    if shot.name == "advert":
        # The first picture of README: as PNG too, the window alone.
        page.screenshot(path=out / f"{shot.name}.png")
    photograph(page, out / f"{shot.name}.webp", whole=shot.whole)
    context.close()


def photograph(page: Page, target: Path, *, whole: bool) -> None:
    """Write what a page shows as WebP, a third of a PNG's size; ``whole`` as far down as a reader of the docs would follow."""
    page.wait_for_load_state("networkidle")
    size = page.viewport_size or {"width": WIDE[0], "height": WIDE[1]}
    height = min(page.evaluate("document.documentElement.scrollHeight"), LONGEST) if whole else size["height"]
    clip = {"x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1}
    asked = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": whole, "clip": clip}
    found = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    target.write_bytes(base64.b64decode(found["data"]))


def take_pasted(browser: Browser, address: str, token: str, out: Path) -> None:
    """Screen a text through the page and take a picture of what is found."""
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, locale="en-GB")
    context.add_cookies([{"name": "strazha", "value": token, "url": address}])
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{address}/paste")
    page.locator("#title").fill(PASTED[0])
    page.locator("#body").fill(PASTED[1])
    page.locator("main button.primary").click()
    page.locator(".cap-body").wait_for()
    photograph(page, out / "paste.webp", whole=True)
    context.close()


def main(arguments: list[str] | None = None) -> int:
    """Make all pictures; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a filled home; without it the invented adverts")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the pictures")
    parser.add_argument("--only", nargs="*", default=[], help="names of the pictures to take; without it all")
    parser.add_argument("--no-paste", action="store_true", help="leave the pasted text out: it loads the language models")
    chosen = parser.parse_args(arguments)
    if not Path(CHROMIUM).exists():
        print(f"{CHROMIUM} is missing: apt-get install chromium", file=sys.stderr)
        return 1
    chosen.out.mkdir(parents=True, exist_ok=True)
    begun = now()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        if chosen.home is not None:
            for file in chosen.home.glob("*.sqlite"):
                copy_database(file, home / file.name)
        with serving(home) as (address, tokens, taken), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGS), timeout=PATIENCE)
            for shot in (one for one in taken if not chosen.only or one.name in chosen.only):
                take(browser, address, tokens[shot.who], shot, chosen.out)
                print(chosen.out / f"{shot.name}.webp")
            if not chosen.no_paste:
                take_pasted(browser, address, tokens["lead"], chosen.out)
                print(chosen.out / "paste.webp")
            browser.close()
    print(f"{(now() - begun).total_seconds():.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
