"""An investigator's day in a real browser: search by five digits, saved and shared searches, watches, alerts, the map."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, expect

from flows.rooms import Rooms
from flows.steps import catalogue
from flows.steps.watching import watch
from strazha.evidence.landing import Landing
from strazha.ledger import open_ledger
from strazha.ledger.records import Role
from strazha.model import Mention
from strazha.settings import Settings
from strazha.store import open_index
from tests.alerting.receivers import Box, Receiver, free_port
from tests.contracts.backend_documents import advert
from tests.review.browsing import Watched, serving, signed_in
from tests.review.conftest import Clock, House
from tools.invented import fill

expect.set_options(timeout=15_000)

pytestmark = [pytest.mark.browser, pytest.mark.live]

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
PEOPLE = (("vera", Role.INVESTIGATOR), ("boris", Role.ANALYST), ("oleg", Role.OPERATOR), ("lena", Role.LEAD))


@pytest.fixture(scope="module")
def outside() -> Iterator[tuple[Box, Receiver, int]]:
    """A mail server and a receiver of webhooks on loopback."""
    box, receiver = Box(), Receiver()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, receiver, controller.port
    controller.stop()
    receiver.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, outside: tuple[Box, Receiver, int]) -> Iterator[Any]:
    """A house from which alerts may go to the two, shared by the journeys of this module."""
    _, receiver, port = outside
    settings = Settings(
        home=tmp_path_factory.mktemp("investigate"), smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none",
        mail_domains=("police.example.org",), webhook_hosts=(f"localhost:{receiver.port}",), webhook_private=("localhost",),
        public_url="https://review.example.org",
    )  # fmt: skip
    with ExitStack() as stack:
        ledger, index = stack.enter_context(open_ledger(settings.ledger)), stack.enter_context(open_index(settings))
        for name, role in PEOPLE:
            ledger.add_user(name, "correct horse battery", role)
        filled = fill(ledger, index, catalogue(), landing=Landing(settings.landing_url))
        yield House(settings, ledger, index, filled, Clock(), stack)


@pytest.fixture(scope="module")
def address(place: Any) -> Iterator[str]:
    with serving(place) as found:
        yield found


@pytest.fixture
def people(place: Any, browser: Browser, address: str) -> Iterator[Callable[..., Watched]]:
    """Opens pages for people by name; what they did that they should not is told at the end."""
    with ExitStack() as stack:
        seen: list[Watched] = []

        def page_of(name: str, **options: Any) -> Watched:
            seen.append(stack.enter_context(signed_in(place, browser, address, name, **options)))
            return seen[-1]

        yield page_of
        for one in seen:
            one.clean()


def comes_in(place: Any, key: str, number: str) -> None:
    """A run brings an advert with a number, and looks for the watches."""
    words = f"Call {number} today"
    mention = Mention(
        kind="phone", text=number, value="+359" + number.replace(" ", "").removeprefix("0"), field="body", start=5,
        end=5 + len(number), extractor="t", confidence=1,
    )  # fmt: skip
    place.index.put_adverts([advert(key, f"Night work {key}", words, mentions=[mention], band="high", score=60)])
    watch(Rooms(place.settings, Landing(place.settings.landing_url), place.ledger, place.index), place.clock())


def begin_list(seen: Watched, name: str, lines: str, **targets: str) -> None:
    """Begin a watch over a list, through the form."""
    page = seen.page
    seen.go("/watches")
    form = page.locator("#watch-list")
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_label("Contacts and phrases").fill(lines)
    for label, value in targets.items():
        form.get_by_label(f"Also by {label.replace('_', '-')} to").fill(value)
    form.get_by_role("button", name="Begin the watch").click()
    expect(page.locator(".things h3", has_text=name)).to_have_count(1)


def test_five_digits_of_a_number_lead_to_the_cluster(place: Any, people: Any) -> None:
    seen = people("vera")
    page = seen.page
    seen.go("/search")
    page.get_by_label("Contact contains").fill("8 00-10")
    page.keyboard.press("Enter")
    row = page.locator(f"#cluster-{place.filled.of('fields').id}")
    expect(row.locator(".found-by")).to_contain_text("telephone +359•••••••01")
    row.locator(".row-link").click()
    page.wait_for_url(re.compile(re.escape(place.filled.of("fields").id)))
    assert [action for who, action, _ in place.actions() if who == "vera"][:2] == ["cluster read", "search"]


def test_a_search_is_saved_and_a_colleague_opens_it(place: Any, people: Any) -> None:
    seen, other = people("vera"), people("boris")
    page = seen.page
    seen.go("/search?q=rabota&band=medium")
    page.get_by_text("Save this search").click()
    form = page.locator(".keep form").first
    form.get_by_label("Name", exact=True).fill("Work, medium")
    form.get_by_label("boris").check()
    form.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Work, medium").wait_for()
    expect(page.get_by_text("shared with boris")).to_be_visible()
    other.go("/searches")
    other.page.get_by_role("link", name="Work, medium").click()
    expect(other.page.locator("#q")).to_have_value("rabota")
    expect(other.page.locator("#f-band-medium")).to_be_checked()
    # Taken back, it is gone for the colleague.
    page.get_by_text("Share", exact=True).click()
    page.get_by_label("boris").uncheck()
    page.get_by_role("button", name="Share with these").click()
    expect(page.get_by_text("shared with nobody")).to_be_visible()
    other.go("/searches")
    expect(other.page.get_by_role("link", name="Work, medium")).to_have_count(0)


def test_a_watch_over_a_search_rings_the_bell(place: Any, people: Any) -> None:
    seen = people("vera")
    page = seen.page
    seen.go("/search?contact=777+003")
    page.get_by_text("Watch this search").click()
    form = page.locator("#watch-search")
    form.get_by_label("Name", exact=True).fill("Night numbers")
    form.get_by_role("button", name="Begin the watch").click()
    expect(page.locator(".things h3", has_text="Night numbers")).to_be_visible()
    expect(page.locator(".bell-count")).to_have_text("0")
    comes_in(place, "7001", "0888 777 003")
    page.reload()
    expect(page.locator(".bell-count")).to_have_text("1")
    page.get_by_role("link", name="Night numbers: 1 new advert").click()
    expect(page.get_by_role("link", name="Night work 7001")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("777 003")
    page.get_by_role("button", name="Mark as read").click()
    expect(page.locator(".bell-count")).to_have_text("0")
    page.get_by_role("button", name="End the watch Night numbers").click()
    expect(page.locator(".things h3 a", has_text="Night numbers")).to_have_count(1)  # the alert stays


def test_an_alert_comes_by_mail(place: Any, people: Any, outside: tuple[Box, Receiver, int]) -> None:
    box = outside[0]
    seen = people("lena")
    begin_list(seen, "Lena's number", "0888 777 004", **{"e-mail": "lena@police.example.org"})
    comes_in(place, "7002", "0888 777 004")
    [(_, to, message)] = box.got
    [alert] = place.ledger.alerts("lena")
    assert to == ["lena@police.example.org"]
    text = message.get_payload(decode=True).decode()
    assert message["Subject"] == "Strazha: 1 new advert"
    assert f"https://review.example.org/watches/alerts/{alert.id}" in text
    assert not re.search(r"777|Night|Lena", text)
    seen.go("/watches")
    expect(seen.page.locator(".state-sent")).to_contain_text("sent")


def test_a_webhook_comes_signed(place: Any, people: Any, outside: tuple[Box, Receiver, int]) -> None:
    receiver = outside[1]
    seen = people("boris")
    begin_list(seen, "Boris's number", "777 005", webhook=f"http://localhost:{receiver.port}/in")
    seen.page.get_by_text("Secret that signs the webhook").click()
    secret = seen.page.locator(".secret").inner_text().strip()
    comes_in(place, "7003", "0888 777 005")
    [(_, headers, body)] = receiver.got
    expected = hmac.new(secret.encode(), headers["X-Strazha-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Strazha-Signature"] == f"sha256={expected}"
    [alert] = place.ledger.alerts("boris")
    assert json.loads(body)["link"].endswith(f"/watches/alerts/{alert.id}")
    assert "777" not in body.decode()


def test_an_address_that_is_not_allowed_comes_back_with_what_was_typed(place: Any, people: Any) -> None:
    seen = people("lena")
    page = seen.page
    seen.go("/watches")
    form = page.locator("#watch-list")
    form.get_by_label("Name", exact=True).fill("Elsewhere")
    form.get_by_label("Contacts and phrases").fill("0888 777 009")
    form.get_by_label("Also by webhook to").fill("https://hooks.example.net/in")
    form.get_by_role("button", name="Begin the watch").click()
    expect(page.get_by_role("alert")).to_contain_text("may not be posted to this address")
    expect(form.get_by_label("Contacts and phrases")).to_have_value("0888 777 009")
    expect(form.get_by_label("Also by webhook to")).to_have_value("https://hooks.example.net/in")
    seen.complaints[:] = [one for one in seen.complaints if "422" not in one]  # the console's word on the answer's status


def test_a_click_on_the_map_leads_to_the_adverts_of_the_place(place: Any, people: Any) -> None:
    seen = people("vera")
    page = seen.page
    seen.go("/map")
    page.locator(".map[data-ready=land] path.land").first.wait_for(state="attached")
    vienna = page.get_by_role("link", name="Vienna, AT: 3 adverts, high")
    expect(vienna).to_have_count(1)
    # Through time by keyboard: the first step, then back to the whole.
    slider = page.get_by_role("slider", name="Time")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".map")).to_have_attribute("data-shown", "0")
    expect(page.locator(".map-time output")).to_have_text(re.compile(r"2026-\d\d-\d\d"))
    assert page.locator(".map .spot").count() < len(place.filled.clusters) + 10
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".map")).to_have_attribute("data-shown", "all")
    vienna.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?.*place=Vienna"))
    expect(page.locator("p[data-said]")).to_contain_text("3 adverts")
    expect(page.locator(".rows .row-link").first).to_be_visible()


def test_circles_in_one_place_are_one_until_one_goes_nearer(place: Any, people: Any) -> None:
    seen = people("vera", reduced_motion="reduce")
    page = seen.page
    seen.go("/map")
    page.locator(".map[data-ready=land] path.land").first.wait_for(state="attached")
    places = page.locator(".map-table tbody tr").count()
    for _ in range(7):
        page.get_by_role("button", name="Farther").click(force=True)
    many = page.locator(".map .spot.many > button")
    expect(many.first).to_be_visible()
    middles = page.locator(".map .spot").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.x + box.width / 2, box.y + box.height / 2])"
    )
    assert all(math.dist(one, other) >= 33 for one, other in itertools.combinations(middles, 2))
    alone = page.locator(".map .spot > a").count()
    stood_for = [int(words.split()[0]) for words in many.evaluate_all("all => all.map(one => one.title)")]
    assert alone + sum(stood_for) == places
    before = page.locator(".map .spot").count()
    many.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("n => document.querySelectorAll('.map .spot').length > n", arg=before)
    expect(page.locator(".map")).to_be_focused()
    # Two places of one position are never parted: their list opens.
    page.evaluate("""() => {
        const island = JSON.parse(document.getElementById('places-data').textContent);
        island.places = [0, 1].map(n => ({...island.places[n], lat: 42.7, lon: 23.3}));
        document.getElementById('places-data').textContent = JSON.stringify(island);
        const old = document.querySelector('.map'), box = document.createElement('div');
        Object.assign(box.dataset, {map: 'places-data', land: old.dataset.land});
        box.className = 'map';
        old.replaceWith(box);
        const again = document.createElement('script');
        again.src = document.querySelector('script[src*="/map."]').src;
        document.head.append(again);
    }""")
    expect(many).to_have_count(1)
    many.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".spot-list a")).to_have_count(2)
    expect(page.locator(".spot-list a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search\?.*place="))


def test_an_operator_reaches_none_of_it(place: Any, people: Any) -> None:
    seen = people("oleg")
    for path in ("/search", "/searches", "/watches", "/map"):
        assert seen.page.goto(seen.address + path).status == 403
    expect(seen.page.get_by_role("link", name="Map")).to_have_count(0)
    assert seen.page.locator(".bell").count() == 0
    seen.complaints[:] = [one for one in seen.complaints if "403" not in one]


def test_pages_are_accessible_in_both_languages_on_a_phone_too(place: Any, people: Any) -> None:
    begin_list(people("lena"), "For axe", "0888 777 008")
    comes_in(place, "7008", "0888 777 008")
    [alert, *_] = place.ledger.alerts("lena")
    paths = ("/search?q=rabota&contact=888", "/searches", "/watches", f"/watches/alerts/{alert.id}", "/map")
    source = AXE.read_text(encoding="utf-8")
    phone = {"locale": "bg-BG", "viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
    for options in ({"locale": "en-GB"}, phone):
        seen = people("lena", **options)
        for path in paths:
            seen.go(path)
            seen.page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            seen.page.evaluate(source)
            found = seen.page.evaluate("async () => (await axe.run()).violations")
            bad = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
            assert bad == [], path
            assert seen.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
