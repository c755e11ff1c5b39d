"""The pages in a real browser: a day's work, by mouse and by keyboard, and adverts that try to act."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from flows.steps import catalogue
from strazha.ledger.records import Role
from strazha.model import AdType, Hit, Outcome
from tests.review.browsing import Watched, serving, signed_in, watched
from tools.invented import Sample, screened

# A machine that runs other tests too is slow to show a page; what is expected still has to come.
expect.set_options(timeout=30_000)

pytestmark = [pytest.mark.browser, pytest.mark.live]

PASSWORD = "correct horse battery"


@pytest.fixture
def address(house: Any) -> Iterator[str]:
    with serving(house) as found:
        yield found


@pytest.fixture
def nobody(browser: Browser, address: str) -> Iterator[Watched]:
    context = browser.new_context()
    yield watched(context, address)
    context.close()


@pytest.fixture
def analyst(house: Any, browser: Browser, address: str) -> Iterator[Watched]:
    with signed_in(house, browser, address, "analyst") as found:
        yield found


def test_an_analysts_morning(house: Any, nobody: Watched) -> None:
    page = nobody.page
    nobody.go("/queue?f=1&kind=adverts")
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("Name").fill("analyst")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/queue\?f=1&kind=adverts"))
    page.get_by_role("link", name="Warehouse staff in Rotterdam").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Warehouse staff")
    assert page.locator(".cap-body mark.hit").count() >= 4
    expect(page.locator("mark.hit", has_text="Placement costs 300 euro")).to_be_visible()
    note = page.locator(".note", has_text="Placement costs 300 euro")
    note.locator("summary").click()
    expect(note.get_by_text("Source:")).to_be_visible()
    page.get_by_label("Refer").check()
    page.get_by_label("Reason in your words").fill("Fee, no employer named")
    page.get_by_role("button", name="Record decision").click()
    expect(page.get_by_role("status")).to_contain_text("Recorded")
    expect(page.locator(".decisions")).to_contain_text("Fee, no employer named")
    (kept,) = house.ledger.decisions("advert", house.advert("Rotterdam"))
    assert kept.outcome is Outcome.REFER
    page.get_by_role("link", name="Next in the queue").click()
    expect(page.locator("#decision")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/login"))
    nobody.go("/queue")
    expect(page).to_have_url(re.compile("/login"))
    nobody.clean()


def test_filters_work_in_place_and_stay_in_the_address(analyst: Watched) -> None:
    page = analyst.page
    analyst.go("/queue")
    page.evaluate("window.same = true")
    page.get_by_label("transport").check()
    expect(page.locator(".row")).to_have_count(1)
    expect(page).to_have_url(re.compile("ad_type=transport"))
    expect(page.get_by_label("transport")).to_be_checked()
    assert page.evaluate("window.same") is True
    page.reload()
    expect(page.locator(".row")).to_have_count(1)
    page.go_back()
    analyst.clean()


def test_search_filters_work_in_place(analyst: Watched) -> None:
    page = analyst.page
    analyst.go("/search?q=Leeds")
    before = page.locator(".row").count()
    page.get_by_label("adult services").check()
    expect(page).to_have_url(re.compile("q=Leeds.*ad_type=adult"))
    expect(page.locator(".row")).not_to_have_count(before)
    expect(page.locator("#q")).to_have_value("Leeds")
    analyst.clean()


def test_the_list_is_walked_by_keyboard(analyst: Watched) -> None:
    page = analyst.page
    analyst.go("/queue")
    titles = page.locator(".row-link").all_text_contents()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".row-link:focus")).to_have_text(titles[1])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(titles[1].strip())
    analyst.clean()


def test_a_number_in_the_text_leads_to_its_note(analyst: Watched, house: Any) -> None:
    page = analyst.page
    analyst.go(f"/adverts/{house.advert('Берачи на ягоди')}")
    page.locator(".cap-body a.ref").first.click()
    assert page.evaluate("document.querySelector('.note:target details').open") is True
    analyst.clean()


def test_contacts_are_uncovered_in_place(analyst: Watched, house: Any) -> None:
    page = analyst.page
    analyst.go(f"/adverts/{house.advert('Rotterdam')}")
    expect(page.locator("main")).not_to_contain_text("04069001")
    page.get_by_role("button", name="Uncover 1 contact").click()
    expect(page.locator(".cap-body")).to_contain_text("0176 04069001")
    assert ("analyst", "contacts uncovered", house.advert("Rotterdam")) in house.actions()
    analyst.clean()


def test_everything_works_without_scripts(house: Any, browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    token = house.ledger.open_session("analyst", house.clock(), timedelta(hours=10))
    context.add_cookies([{"name": "strazha", "value": token, "url": address}])
    plain = watched(context, address)
    plain.go("/queue")
    plain.page.get_by_label("transport").check()
    plain.page.get_by_role("button", name="Apply").click()
    assert plain.page.locator(".row").count() == 1
    plain.go("/search?q=Leeds")
    plain.page.get_by_label("adult services").check()
    plain.page.get_by_role("button", name="Apply").click()
    assert "ad_type=adult" in plain.page.url
    assert "q=Leeds" in plain.page.url
    plain.go(f"/adverts/{house.advert('Rotterdam')}")
    plain.page.locator("summary", has_text="Uncover 1 contact").click()
    plain.page.get_by_label("work on an open case").check()
    plain.page.get_by_role("button", name="Uncover 1 contact").click()
    expect(plain.page.locator(".cap-body")).to_contain_text("0176 04069001")
    plain.page.get_by_label("Monitor").check()
    plain.page.get_by_label("Reason in your words").fill("Watch it")
    plain.page.get_by_role("button", name="Record decision").click()
    expect(plain.page.get_by_role("status")).to_contain_text("Recorded")
    plain.clean()
    context.close()


HOSTILE = (
    "<script>window.hacked=1;alert(1)</script>",
    "\"><img src=http://127.0.0.2:9/x onerror=window.hacked=1>",
    "'><svg/onload=window.hacked=1>",
    "</title></textarea></style><script src=http://127.0.0.2:9/x.js></script>",
    "<iframe src=http://127.0.0.2:9/></iframe><object data=http://127.0.0.2:9/>",
    "<a href=javascript:window.hacked=1 autofocus onfocus=window.hacked=1>x</a>",
    "<div hx-get=http://127.0.0.2:9/ hx-trigger=load hx-on::load=window.hacked=1>x</div>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.2:9/'>",
    "<link rel=stylesheet href=http://127.0.0.2:9/x.css><style>@import 'http://127.0.0.2:9/y.css'</style>",
    "<form action=http://127.0.0.2:9/><input autofocus onfocus=window.hacked=1></form>",
    "\u202eevil\u2066\u200b\x00\x1b[31m{{7*7}}",
)  # fmt: skip


def hit(name: str, text: str, low: int, said: str) -> Hit:
    words = text[low : low + 30]
    return Hit(
        indicator=name, field="body", start=low, end=low + 30, text=words, method="pattern", confidence=1, rule=said, note=said
    )


def plant(house: Any) -> list[str]:
    """Adverts with a script in every field a site can fill, one of them a megabyte."""
    base = house.filled.adverts[house.advert("Rotterdam")]
    docs = []
    for number, text in enumerate((*HOSTILE, "".join(HOSTILE) * 1200)):
        short = text[:400]
        sample = Sample("hostile", "t", "b", AdType.OTHER, {"en": 1.0})
        advert, found = screened(sample, 7000 + number, catalogue())
        names = ("place", "contact", "seller", "category", "url", "key", "source_id")
        texts = {**dict.fromkeys(names, short), "title": short, "body": text, "extra": {short: short}}
        advert = advert.model_copy(update=texts)
        hits = tuple(hit(name, text, low, short) for name, low in (("vague_job", 0), (short, 5), ("no_interview", 12)))
        found = found.model_copy(update={"advert_id": advert.id, "hits": hits, "reading": text, "score": 90})
        docs.append(base.model_copy(update={"advert": advert, "screening": found, "cluster_id": "", "head_of_queue": True}))
    house.index.put_adverts(docs)
    house.index.refresh()
    return [doc.id for doc in docs]


def test_hostile_adverts_do_nothing(analyst: Watched, house: Any) -> None:
    ids = plant(house)
    page = analyst.page
    for path in ("/queue", "/search", "/search?q=hacked", *(f"/adverts/{one}" for one in ids)):
        analyst.go(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.hacked === undefined"), path
        assert page.evaluate("document.querySelectorAll('iframe,object,embed,base,style,main img,main script').length") == 0, (
            path
        )
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        uncover = page.get_by_role("button", name=re.compile("Uncover"))
        if uncover.count():
            uncover.click()
            expect(page.get_by_text("Contacts are uncovered")).to_be_visible()
            assert page.evaluate("window.hacked === undefined"), path
    analyst.clean()


def test_the_policy_stops_what_would_get_through(analyst: Watched) -> None:
    page = analyst.page
    analyst.go("/queue")
    violations = page.evaluate(
        """async () => {
          const seen = [];
          document.addEventListener("securitypolicyviolation", event => seen.push(event.effectiveDirective));
          const div = document.createElement("div");
          div.innerHTML = "<img src=x onerror='window.hacked=1'><p style='color:red'>x</p>";
          document.body.append(div);
          const inline = document.createElement("script");
          inline.textContent = "window.hacked=2";
          document.body.append(inline);
          const far = document.createElement("script");
          far.src = "http://127.0.0.2:9/x.js";
          document.body.append(far);
          try { await fetch("http://127.0.0.2:9/"); } catch (error) { seen.push("fetch refused"); }
          // Later, because code a debugger hands over may use eval whatever the policy says.
          setTimeout(() => { try { eval("window.hacked=3"); } catch (error) { seen.push("eval refused"); } }, 50);
          await new Promise(done => setTimeout(done, 300));
          return seen;
        }"""
    )
    assert page.evaluate("window.hacked === undefined")
    for directive in ("script-src-attr", "script-src-elem", "style-src-attr", "connect-src", "fetch refused", "eval refused"):
        assert directive in violations, directive


@pytest.mark.parametrize("width", [360, 768, 1366])
def test_nothing_sticks_out_of_the_page(house: Any, browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    token = house.ledger.open_session(Role.LEAD.value, house.clock(), timedelta(hours=10))
    context.add_cookies([{"name": "strazha", "value": token, "url": address}])
    seen = watched(context, address)
    adverts = [f"/adverts/{house.advert('Берачи на ягоди')}", f"/captures/{house.advert('Rotterdam')}"]
    paths = [
        "/queue",
        "/search?q=Leeds",
        "/paste",
        "/runs",
        "/audit",
        "/reviews",
        "/account",
        f"/clusters/{house.filled.of('salon').id}",
        *adverts,
    ]
    for path in paths:
        seen.go(path)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width, path
    seen.clean()
    context.close()
