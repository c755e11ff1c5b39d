"""Every page in a real browser, in both languages, light and dark, wide and on a phone: axe-core finds nothing serious, nothing
sticks out or is cut, every control has a name, nothing is complained about.

The suite opens every page twice: English, light, wide; and Bulgarian, dark, on a phone; axe-core, which takes longest, looks
at each page in one of the two by turns. All pages in all eight ways with axe-core:
``STRAZHA_TESTS_EVERY_PAGE=1 pytest tests/review/test_every_page.py``.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from review.app import create_app
from strazha.ledger import open_ledger
from strazha.model import Decision, Outcome
from strazha.settings import Settings
from strazha.store import open_index
from tests.review.browsing import serving, signed_in
from tests.review.conftest import Clock, House
from tests.review.pages import APART, EXAMPLES, Look, endpoints, furnished, looks
from tests.review.test_browser import HOSTILE, plant

pytestmark = [pytest.mark.browser, pytest.mark.live]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
SERIOUS = {"serious", "critical"}
WIDE, PHONE = (1280, 860), (390, 844)
QUICK = [("en-GB", "light", WIDE), ("bg-BG", "dark", PHONE)]
ALL = bool(os.environ.get("STRAZHA_TESTS_EVERY_PAGE"))
WAYS_TO_LOOK = list(product(("en-GB", "bg-BG"), ("light", "dark"), (WIDE, PHONE))) if ALL else QUICK  # fmt: skip

#: Opens what is folded, but not the menu's groups, which lie over the page and each close the other.
UNFOLD = """() => document.querySelectorAll("main details, footer details").forEach(part => { part.open = true; })"""

#: Violations that matter, each with the first places it was found at.
RUN_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.filter(one => ["serious", "critical"].includes(one.impact)).map(one =>
    `${one.id} (${one.impact}): ` + one.nodes.slice(0, 3).map(node =>
      node.html.slice(0, 160) + " | " + (node.any[0] || node.all[0] || node.none[0] || {}).message).join(" ;; "));
}"""

#: Text cut off: a box that hides what overflows it sideways, or one line of text higher than its box; scrolling boxes are fine.
CUT = """() => {
  const found = [];
  for (const part of document.querySelectorAll("body *")) {
    if (part.closest(".hidden, .skip, svg, canvas, .leaflet-container, input, select, textarea")) continue;
    if (!part.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(part);
    const hides = ["hidden", "clip"].includes(style.overflowX) || ["hidden", "clip"].includes(style.overflowY);
    if (hides && (part.scrollWidth > part.clientWidth + 2 || part.scrollHeight > part.clientHeight + 2)) {
      found.push(`cut: ${part.tagName}.${part.className} ${part.textContent.trim().slice(0, 60)}`);
    }
  }
  if (document.documentElement.scrollWidth > window.innerWidth) {
    const wide = [...document.querySelectorAll("body *")]
      .filter(part => part.getBoundingClientRect().left + part.scrollWidth > window.innerWidth + 1);
    found.push("sideways: " + wide.slice(-2).map(part => `${part.tagName}.${part.className}`).join(", "));
  }
  return found;
}"""

#: What a screen reader needs to find its way: landmarks, one first heading, no level left out, targets large enough to hit.
WAYS = """() => {
  const found = [];
  for (const one of ["main", "header", "footer"]) {
    if (document.querySelectorAll(`body > ${one}`).length !== 1) found.push(`landmark ${one}`);
  }
  if (!document.documentElement.lang || !document.title.trim()) found.push("lang or title");
  const seen = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].filter(part => part.checkVisibility());
  const levels = seen.map(part => Number(part.tagName[1]));
  if (levels.filter(level => level === 1).length !== 1) found.push("first headings: " + levels.filter(one => one === 1).length);
  levels.forEach((level, at) => {
    if (at && level > levels[at - 1] + 1) found.push(`heading ${levels[at - 1]} to ${level}: ${seen[at].textContent.trim()}`);
  });
  for (const part of document.querySelectorAll("nav")) {
    if (!part.matches("[aria-label], [aria-labelledby]")) found.push(`nav without a name: ${part.className}`);
  }
  for (const part of document.querySelectorAll("[aria-labelledby], [aria-describedby], [aria-controls]")) {
    for (const name of ["aria-labelledby", "aria-describedby", "aria-controls"]) {
      for (const id of (part.getAttribute(name) || "").split(/\\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) found.push(`${name} leads nowhere: ${id}`);
      }
    }
  }
  for (const part of document.querySelectorAll("button, summary, select, input:not([type=hidden])")) {
    if (!part.checkVisibility() || part.closest(".skip")) continue;
    const box = (part.closest("label") || part).getBoundingClientRect();
    const size = `${Math.round(box.width)}x${Math.round(box.height)}`;
    if (box.height < 23.5 || box.width < 23.5) found.push(`small target ${size}: ${part.outerHTML.slice(0, 90)}`);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def house(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One house for all pages, with something to see on each of them."""
    home = tmp_path_factory.mktemp("pages") / "home"
    shutil.copytree(template[0], home)
    settings = Settings(home=home)
    with ExitStack() as stack:
        ledger, index = stack.enter_context(open_ledger(settings.ledger)), stack.enter_context(open_index(settings))
        yield furnished(House(settings, ledger, index, template[1], Clock(), stack))


@pytest.fixture(scope="module")
def address(house: Any) -> Iterator[str]:
    with serving(house) as found:
        yield found


def test_every_route_has_an_example(house: Any) -> None:
    app = create_app(house.settings, index=house.index, ledger=house.ledger, clock=house.clock)
    routes = {path for method, path, _ in endpoints(app) if method == "GET" and not path.startswith(APART)}
    assert routes == set(EXAMPLES), "tests/review/pages.py: an example address for every GET route, and for nothing else"
    for look in looks(house, app):
        answer = house.client(look.role).get(look.path)
        assert answer.status_code == (404 if look.path == "/nowhere" else 303 if answer.is_redirect else 200), look


def pages(house: Any) -> list[Look]:
    """What answers with a page of its own."""
    app = create_app(house.settings, index=house.index, ledger=house.ledger, clock=house.clock)
    found = []
    for look in looks(house, app):
        answer = house.client(None if look.route == "/login" else look.role).get(look.path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            found.append(look)
    return found


def problems(page: Page, dialogs: set[str], *, axe: bool) -> list[str]:
    """Everything wrong with the page that is open; each dialog is looked at once."""
    page.evaluate(UNFOLD)
    found = [*page.evaluate(CUT), *page.evaluate(WAYS)]
    if not axe:
        return found
    page.evaluate(AXE)
    found += page.evaluate(RUN_AXE)
    for name in page.evaluate("[...document.querySelectorAll('dialog[id]')].map(one => one.id)"):
        if name not in dialogs:
            dialogs.add(name)
            page.evaluate("id => document.getElementById(id).showModal()", name)
            found += [f"dialog {name}: {one}" for one in (*page.evaluate(RUN_AXE), *page.evaluate(CUT))]
            page.evaluate("id => document.getElementById(id).close()", name)
    return found


@pytest.mark.parametrize(("locale", "scheme", "size"), WAYS_TO_LOOK)
def test_every_page_can_be_used_by_everybody(
    house: Any, browser: Browser, address: str, locale: str, scheme: str, size: tuple[int, int]
) -> None:
    found: dict[str, list[str]] = {}
    dialogs: set[str] = set()
    options = {"locale": locale, "color_scheme": scheme, "viewport": {"width": size[0], "height": size[1]}}
    with ExitStack() as stack:
        people: dict[str, Any] = {}
        for number, look in enumerate(pages(house)):
            name = "" if look.route == "/login" else look.role.value
            if name not in people:
                people[name] = stack.enter_context(signed_in(house, browser, address, name or "analyst", **options))
                if not name:
                    people[name].page.context.clear_cookies()
            seen = people[name]
            seen.go(look.path)
            wrong = problems(seen.page, dialogs, axe=ALL or number % 2 == (locale == "bg-BG"))
            complaints = [one for one in seen.complaints if "404" not in one]
            seen.complaints.clear()
            if wrong or complaints:
                found[f"{look.path} ({look.role.value})"] = [*wrong, *complaints]
        for seen in people.values():
            seen.clean()
    assert not found, json.dumps(found, ensure_ascii=False, indent=1)


#: Nothing ran, and no element of an advert came to be one of the page.
HARMLESS = """() => window.hacked === undefined && !document.querySelector("iframe, object, embed, base, style, "
  + "main form[action^=http], main img[src^=http], main [onerror], main [onload], main [onfocus], main [hx-get^=http], "
  + "a[href^=javascript], meta[http-equiv], link[href^=http], script[src^=http]")"""


def hostile(house: Any) -> list[str]:
    """Scripts and tricks in every field people, sites and machines can fill; the adverts that carry them."""
    ids = plant(house)
    tricks, ledger, at = "".join(HOSTILE)[:900], house.ledger, house.clock()
    doc = house.index.cluster(house.filled.of("salon").id)
    texts = dict.fromkeys(("contacts", "names", "places", "sources", "languages", "countries"), (tricks[:300],))
    house.index.put_clusters([doc.model_copy(update={"title": tricks, "version": doc.version + 5, **texts})])
    links = house.index.links(doc.id)
    for number, link in enumerate(links):
        reasons = tuple(one.model_copy(update={"text": tricks, "comparison": tricks[:40]}) for one in link.link.reasons)
        links[number] = link.model_copy(update={"link": link.link.model_copy(update={"reasons": reasons}), "version": 1 << 40})
    house.index.put_links(links)
    ledger.save_view("lead", tricks[:60], "f=1&band=%22%3E%3Cscript%3Ewindow.hacked=1%3C/script%3E", at)
    ledger.audit(tricks[:60], tricks[:80], tricks, {tricks: [tricks]}, at)
    ledger.open_session("lead", at, timedelta(hours=1), agent=tricks[:200])
    decision = Decision(
        id="hostile", subject="cluster", subject_id=doc.id, outcome=Outcome.MONITOR, reason=tricks, decided_by="lead",
        decided_at=at, ground=tricks[:40],
    )  # fmt: skip
    ledger.add_decision(decision)
    house.index.refresh()
    return [ids[0], ids[-2], ids[-1]]


def test_hostile_adverts_change_nothing_on_any_page(house: Any, browser: Browser, address: str) -> None:
    """The last of this module: it fills the house with tricks."""
    ids = hostile(house)
    paths = [(look.role.value, look.path) for look in pages(house) if look.route != "/login"]
    paths += [("lead", f"/{name}/{one}") for name in ("adverts", "captures", "versions") for one in ids]
    paths += [("lead", f"/search?q={quote(HOSTILE[0])}"), ("lead", f"/queue?f=1&source={quote(HOSTILE[1])}")]
    size = {"width": PHONE[0], "height": PHONE[1]}
    for name in sorted({role for role, _ in paths}):
        with signed_in(house, browser, address, name, viewport=size) as seen:
            for path in [path for role, path in paths if role == name]:
                seen.go(path)
                seen.page.evaluate(UNFOLD)
                assert seen.page.evaluate(HARMLESS), path
                assert seen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
            assert [one for one in seen.complaints if "404" not in one] == []
            assert [url for url in seen.requests if not url.startswith(address + "/")] == []
