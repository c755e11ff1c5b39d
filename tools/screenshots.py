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
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from flows.steps import catalogue
from review.app import create_app
from strazha.clock import now
from strazha.evidence.landing import Landing
from strazha.ledger import Ledger, open_ledger
from strazha.ledger.records import Role
from strazha.settings import Settings
from strazha.store import AdIndex, Query, open_index
from tools.invented import fill
from tools.invented_runs import decide, fill_runs, set_aside, write_definitions
from tools.shown_home import AT, at_work, changed, in_a_case, investigating, learning, shared_by_many, shown_samples

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
#: The newest invented run (invented_runs.py).
RUN_SHOWN = "20261120T090000Z-000d"
#: Milliseconds; the language models load with the pasted text.
PATIENCE = 180_000
WIDE, NARROW = (1280, 860), (390, 844)
#: Pixels of a whole page, and WebP's quality: letters stay sharp, a picture stays under about 300 kB. A longer page ends where
#: one of its sections does.
LONGEST, QUALITY = 6000, 62
#: The bottom of the last section that is whole within so many pixels.
LAST_WHOLE = """longest => Math.max(0, ...Array.from(document.querySelectorAll("main section, main tr, main li"))
  .map(one => Math.ceil(one.getBoundingClientRect().bottom + window.scrollY) + 16).filter(bottom => bottom <= longest))"""
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
    #: Who looks: the lead, or the operator where the page is theirs; nobody where the page is before the sign-in.
    who: str = "lead"
    #: What is done on the page before: (selector, what is written there), or with nothing to write, pressed.
    steps: tuple[tuple[str, str], ...] = ()
    #: Milliseconds to wait for what scripts draw.
    after: int = 0


#: Forms that lead to pages which only a POST gives.
CASE_REPORT = (("#report-why", "For the meeting on Friday"), ("form[action$='/report'] button", ""))
LEAD_REPORT = (("input[name=why]", ""), ("button[formaction$='/report']", ""))
ANSWER = (("input[name=seen]", ""), ("#out-refer", ""), (".actions button.primary", ""))


@dataclass(frozen=True)
class Ids:
    """What is worth showing: an advert, one with two versions, clusters that share something, copies of one text ..."""

    advert: str
    changed: str
    cluster: str
    copies: str
    other: str
    case: str
    alert: str


def shots(ids: Ids) -> list[Shot]:
    """The pictures."""
    return [*_first_shots(ids), *_further_shots(ids)]


def _first_shots(ids: Ids) -> list[Shot]:
    advert, cluster, case = ids.advert, ids.cluster, ids.case
    return [
        Shot("login", "/login?next=/queue", who=""),
        Shot("login-phone-bg", "/login?next=/queue", size=NARROW, locale="bg-BG", who=""),
        Shot("versions", f"/versions/{quote(ids.changed, safe='')}", whole=True),
        Shot("alert", f"/watches/alerts/{ids.alert}", whole=True),
        Shot("hubs", "/hubs", whole=True),
        Shot("case-report", f"/cases/{case}", whole=True, steps=CASE_REPORT),
        Shot("lead-report", "/exports?what=selection&kind=clusters&band=high", whole=True, steps=LEAD_REPORT),
        Shot("training-answer", "/training/next?language=en", whole=True, steps=ANSWER),
        Shot("training-score", "/training/score", whole=True),
        Shot("training-people", "/training/people", whole=True),
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
    ]


def _further_shots(ids: Ids) -> list[Shot]:
    advert, cluster, case = ids.advert, ids.cluster, ids.case
    return [
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
        Shot("links", f"/links/{quote(cluster, safe='')}", after=1500),
        Shot("times", f"/times/{quote(cluster, safe='')}", whole=True),
        Shot("text", f"/text/{quote(ids.copies, safe='')}", whole=True),
        Shot("facts", f"/facts/{quote(cluster, safe='')}", whole=True),
        Shot("history", f"/history/cluster/{quote(cluster, safe='')}", whole=True),
        Shot("links-phone", f"/links/{quote(cluster, safe='')}", size=NARROW, whole=True, after=1500),
        Shot("times-bg", f"/times/{quote(cluster, safe='')}", whole=True, locale="bg-BG"),
        Shot("cases", "/cases"),
        Shot("case", f"/cases/{case}", whole=True),
        Shot("training", "/training"),
        Shot("exercise", "/training/next?language=en", whole=True),
        Shot("exercise-phone-bg", "/training/next?language=bg", size=NARROW, whole=True, locale="bg-BG"),
        Shot("users", "/users", who="admin"),
        Shot("users-phone-bg", "/users", size=NARROW, whole=True, locale="bg-BG", who="admin"),
        Shot("tokens", "/tokens", who="admin"),
        Shot("compare", f"/compare?a={quote(ids.copies, safe='')}&b={quote(ids.other, safe='')}", whole=True),
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
        made = furnish(settings, ledger, index)
        who = {"lead": "ana.petrova", "operator": "pavel.dimov", "admin": "eva.stoilova"}
        tokens = {role: ledger.open_session(name, AT, timedelta(days=1)) for role, name in who.items()}
        app = create_app(settings, index=index, ledger=ledger, clock=lambda: AT)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", tokens, shots(made)
        finally:
            server.should_exit = True
            thread.join(10)


def furnish(settings: Settings, ledger: Ledger, index: AdIndex) -> Ids:
    """Put people, adverts (where there are none) and what they did into a home; what of it is worth showing."""
    landing, changing = Landing(settings.landing_url), ""
    for name, role in (("ana.petrova", Role.LEAD), ("pavel.dimov", Role.OPERATOR), ("eva.stoilova", Role.ADMIN)):
        ledger.add_user(name, "a password of no account", role, AT)
    copies, beside = "", ""
    if not index.count()["adverts"]:
        filled = fill(ledger, index, catalogue(), shown_samples(), landing=landing)
        fill_runs(ledger, AT)
        set_aside(ledger, list(filled.adverts.values())[30:33], AT - timedelta(hours=9))
        changing = next(one for one, doc in filled.adverts.items() if doc.advert.title.startswith("Бригада"))
        changed(ledger, landing, filled.adverts, changing)
        copies, beside = filled.of("copies").id, filled.of("salon").id
    clusters = index.search_clusters(Query(size=5)).rows
    found = index.search_adverts(Query(size=50)).rows
    ids = [doc.id for doc in clusters]
    at_work(ledger, [row.doc.id for row in found], ids)
    investigating(ledger, [row.doc.id for row in found], ids)
    decide(ledger, [row.doc for row in (*found[:4], *found[16:])], AT)
    shared_by_many(ledger, clusters)
    learning(ledger, catalogue())
    rich = max(found, key=lambda row: len({hit.indicator for hit in row.doc.screening.hits})).doc.id if found else ""
    first, second = [*ids, "", ""][:2]
    return Ids(
        advert=rich, changed=changing or rich, cluster=first, copies=copies or first, other=beside or second,
        case=in_a_case(ledger, ids[:2]), alert=ledger.alerts("ana.petrova")[0].id,
    )  # fmt: skip


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
    if token:
        context.add_cookies([{"name": "strazha", "value": token, "url": address}])
    # A busy machine takes its time to start a browser's page; the default of 30 s has been too short.
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address + shot.path)
    for where, words in shot.steps:
        if words:
            page.locator(where).first.fill(words)
        else:
            page.locator(where).first.click()
            page.wait_for_load_state("networkidle")
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
    height = size["height"]
    if whole:
        height = page.evaluate("document.documentElement.scrollHeight")
        if height > LONGEST:
            height = page.evaluate(LAST_WHOLE, LONGEST) or LONGEST
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
                take(browser, address, tokens.get(shot.who, ""), shot, chosen.out)
                print(chosen.out / f"{shot.name}.webp")
            if not chosen.no_paste:
                take_pasted(browser, address, tokens["lead"], chosen.out)
                print(chosen.out / "paste.webp")
            browser.close()
    print(f"{(now() - begun).total_seconds():.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
