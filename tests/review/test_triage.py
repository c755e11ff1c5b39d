"""An analyst's day in a real browser, mostly by keyboard: triage of thirty clusters, handing over, blind double review."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from flows.steps import catalogue
from strazha.evidence.landing import Landing
from strazha.ledger import open_ledger
from strazha.ledger.records import Role
from strazha.model import Outcome
from strazha.settings import Settings
from strazha.store import open_index
from tests.review.browsing import Watched, serving, signed_in
from tests.review.conftest import Clock, House
from tools.invented import fill, samples

expect.set_options(timeout=15_000)

pytestmark = [pytest.mark.browser, pytest.mark.live]

TURNS = 13


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A house with 39 clusters, shared by the journeys of this module, which each work on what is left."""
    settings = Settings(home=tmp_path_factory.mktemp("triage"))
    own = [sample for sample in samples() if sample.operation]
    many = [
        replace(sample, title=f"{sample.title} {turn}", body=f"{sample.body}\nref{turn}", operation=f"{sample.operation}{turn}")
        for turn in range(TURNS)
        for sample in own
    ]
    with ExitStack() as stack:
        ledger, index = stack.enter_context(open_ledger(settings.ledger)), stack.enter_context(open_index(settings))
        for name, role in (("analyst", Role.ANALYST), ("second", Role.INVESTIGATOR), ("lead", Role.LEAD)):
            ledger.add_user(name, "correct horse battery", role)
        filled = fill(ledger, index, catalogue(), many, Landing(settings.landing_url))
        yield House(settings, ledger, index, filled, Clock(), stack)


@pytest.fixture(scope="module")
def address(big: Any) -> Iterator[str]:
    with serving(big) as found:
        yield found


@pytest.fixture
def people(big: Any, browser: Browser, address: str) -> Iterator[Any]:
    """Opens pages for people by name."""
    with ExitStack() as stack:

        def page_of(name: str, **options: Any) -> Watched:
            return stack.enter_context(signed_in(big, browser, address, name, **options))

        yield page_of


def untouched(house: Any) -> list[str]:
    """Clusters nobody has worked on, in no order that matters."""
    return [
        one for one in sorted(house.filled.clusters)
        if not house.ledger.decisions("cluster", one) and not house.ledger.waiting_reviews("cluster", [one])
        and not house.ledger.holdings("cluster", [one])
    ]  # fmt: skip


def test_thirty_clusters_are_decided_by_keyboard_alone(big: Any, people: Any) -> None:
    seen = people("analyst")
    page, keys = seen.page, seen.page.keyboard
    seen.go("/queue?f=1&kind=clusters&decision=none")
    page.get_by_role("heading", name="Queue").wait_for()
    titles = page.locator(".row-link").all_text_contents()
    keys.press("j")
    keys.press("j")
    keys.press("k")
    expect(page.locator(".row-link:focus")).to_have_text(titles[0])
    keys.press("Enter")
    order = list(Outcome)
    for number in range(30):
        page.locator(".deciding").wait_for()
        here = page.url
        # The outcome by its digit, its ground by another, Enter records it and the next item is there.
        keys.press(str(number % 6 + 1))
        keys.press(str(number % 3 + 1))
        keys.press("Enter")
        page.wait_for_url(lambda url, here=here: url != here and "/clusters/" in url)
    decided = [decision for one in big.filled.clusters for decision in big.ledger.decisions("cluster", one)]
    assert len({one.subject_id for one in decided}) == 30
    decided.sort(key=lambda one: one.decided_at)
    assert [one.outcome for one in decided] == [order[number % 6] for number in range(30)]
    assert all(one.ground.startswith(one.outcome.value) for one in decided)
    assert [one.outcome for one in decided] == [big.index.cluster(one.subject_id).decision for one in decided]
    # One key takes the last one back, from the page that came after it.
    keys.press("u")
    page.wait_for_url(re.compile(f"/clusters/{decided[-1].subject_id}#decision"))
    expect(page.locator("#decision")).to_contain_text("taken back by")
    assert big.index.cluster(decided[-1].subject_id).decision is None
    # A reason in words, recorded without leaving the field by anything but the keyboard.
    keys.press("1")
    keys.press("w")
    keys.type("three numbers, one voice j k 1 u n")
    keys.press("Control+Enter")
    page.wait_for_url(re.compile("done=d"))
    kept = big.ledger.decisions("cluster", decided[-1].subject_id)[-1]
    assert (kept.outcome, kept.reason) == (Outcome.REFER, "three numbers, one voice j k 1 u n")
    keys.press("q")
    page.wait_for_url(re.compile("/queue$"))
    seen.clean()


def test_the_keys_are_explained_and_leave_fields_alone(big: Any, people: Any) -> None:
    seen = people("analyst")
    page, keys = seen.page, seen.page.keyboard
    seen.go(f"/clusters/{untouched(big)[0]}")
    page.locator(".deciding").wait_for()
    keys.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys")).to_contain_text("next item")
    here = page.url
    keys.press("n")
    assert page.url == here
    keys.press("Escape")
    expect(page.locator("#keys")).not_to_be_visible()
    keys.press("6")
    expect(page.locator("#out-not_relevant")).to_be_checked()
    expect(page.locator('.grounds[data-of="not_relevant"]')).to_be_visible()
    expect(page.locator('.grounds[data-of="refer"]')).not_to_be_visible()
    keys.press("Escape")
    keys.press("2")
    expect(page.locator("#out-monitor")).to_be_checked()
    keys.press("w")
    keys.type("nuj?")
    expect(page.locator("#reason")).to_have_value("nuj?")
    assert page.url == here
    seen.clean()


def test_an_item_is_taken_and_handed_over(big: Any, people: Any) -> None:
    one = untouched(big)[0]
    seen = people("analyst")
    page = seen.page
    seen.go(f"/clusters/{one}")
    page.keyboard.press("t")
    expect(page.locator("#work")).to_contain_text("You have it")
    page.keyboard.press("h")
    page.locator("#hand-to").select_option("second")
    page.locator("#hand-note").fill("Same van as last week")
    page.locator(".hand").get_by_role("button", name="Hand over").click()
    expect(page.locator("#work")).to_contain_text("With second")
    other = people("second")
    other.go("/queue")
    other.page.locator("#hold-mine").check()
    expect(other.page.locator(".row")).to_have_count(1)
    other.page.locator(".row-link").click()
    expect(other.page.locator("#work")).to_contain_text("Same van as last week")
    other.page.wait_for_load_state()  # keys are heard once the page's script has run
    other.page.keyboard.press("r")
    expect(other.page.locator("#work")).to_contain_text("Nobody has it.")
    other.clean()
    seen.clean()


def test_a_view_is_saved_and_used_again(big: Any, people: Any) -> None:
    seen = people("analyst", locale="bg-BG")
    page = seen.page
    seen.go("/queue")
    page.get_by_role("radio", name="Групи").check()
    expect(page).to_have_url(re.compile("kind=clusters"))
    page.get_by_text("Запази тези филтри").click()
    page.get_by_label("Име").fill("Само групи")
    page.get_by_role("button", name="Запази", exact=True).click()
    expect(page.get_by_role("link", name="Само групи")).to_have_attribute("aria-current", "true")
    seen.go("/queue")
    page.get_by_role("link", name="Само групи").click()
    expect(page.get_by_role("radio", name="Групи")).to_be_checked()
    page.get_by_role("button", name="Премахни изгледа Само групи").click()
    expect(page.get_by_role("link", name="Само групи")).to_have_count(0)
    seen.clean()


def test_a_blind_double_review_with_disagreement(big: Any, people: Any) -> None:
    one = untouched(big)[0]
    lead, first, second = people("lead"), people("analyst"), people("second")
    lead.go(f"/clusters/{one}")
    lead.page.get_by_role("button", name="Ask for a blind double review").click()
    expect(lead.page.locator("#work")).to_contain_text("Blind double review")
    first.go(f"/clusters/{one}")
    first.page.keyboard.press("1")
    first.page.keyboard.press("2")
    first.page.get_by_role("button", name="Record opinion").click()
    expect(first.page.locator("#decision")).to_contain_text("Your opinion: Refer wording hints at youth")
    # The second one finds it in the queue, and nothing on any page tells who was there before or what they said.
    second.go("/queue?f=1&kind=clusters&decision=none")
    row = second.page.locator(f"#cluster-{one}")
    expect(row).to_contain_text("double review")
    expect(row).not_to_contain_text("analyst")
    row.locator(".row-link").click()
    second.page.locator(".deciding").wait_for()
    main = second.page.locator("main").inner_text()
    assert "analyst" not in main
    assert "taken" not in main
    second.page.keyboard.press("3")
    second.page.keyboard.press("w")
    second.page.keyboard.type("Too little to tell")
    second.page.get_by_role("button", name="Record and go on").click()
    # They disagree, and the second one is told what was recorded like the first; it cannot be taken back any more.
    expect(second.page.locator(".done")).to_contain_text("Recorded: Insufficient")
    expect(second.page.locator(".done form")).to_have_count(0)
    for seen in (second, first):
        seen.go(f"/clusters/{one}")
        expect(seen.page.locator("#decision")).to_contain_text("The two reviewers disagree.")
        expect(seen.page.locator("#decision")).to_contain_text("Too little to tell")
        expect(seen.page.locator("#decision")).to_contain_text("analyst")
        expect(seen.page.locator(".deciding")).to_have_count(0)
    lead.go("/reviews")
    expect(lead.page.locator("#agr-h + .facts")).to_contain_text("too few pairs for kappa (at least 10)")
    lead.page.locator(f'a[href="/clusters/{one}"]').click()
    lead.page.locator(".deciding").wait_for()
    lead.page.wait_for_load_state()
    lead.page.keyboard.press("1")
    lead.page.keyboard.press("1")
    lead.page.get_by_role("button", name="Record decision").click()
    expect(lead.page.locator(".decisions")).to_contain_text("double review")
    assert big.index.cluster(one).decision is Outcome.REFER
    assert big.ledger.reviews()[0].state == "settled"
    for seen in (lead, first, second):
        seen.clean()


def test_a_finding_is_corrected_from_words_selected_in_the_text(big: Any, people: Any) -> None:
    advert = big.filled.clusters[untouched(big)[0]].cluster.members[0]
    seen = people("analyst")
    page = seen.page
    seen.go(f"/adverts/{advert}")
    words = page.evaluate(
        """() => {
          const node = document.createTreeWalker(document.querySelector(".cap-body"), NodeFilter.SHOW_TEXT).nextNode();
          const range = document.createRange();
          range.setStart(node, 0);
          range.setEnd(node, Math.min(6, node.length));
          window.getSelection().addRange(range);
          return String(range);
        }"""
    )
    page.keyboard.press("x")
    expect(page.locator("#fix-words")).to_have_value(words)
    page.locator("#fix-label").select_option("mention:name")
    page.get_by_role("button", name="Record the correction").click()
    expect(page.locator("#fixes")).to_contain_text("name added")
    expect(page.locator(".cap-body mark.person")).to_have_text(words.strip() or words)
    page.locator("td [data-finding]").first.click()
    assert page.locator("#fix-finding").input_value()
    page.locator("#fixes").get_by_role("button", name="Take back").click()
    expect(page.locator(".cap-body mark.person")).to_have_count(0)
    seen.clean()


def test_a_cluster_is_split_and_put_together_again(big: Any, people: Any) -> None:
    one = untouched(big)[0]
    seen = people("analyst")
    page = seen.page
    seen.go(f"/clusters/{one}")
    members = set(big.ledger.cluster(one).members)
    page.locator("#mem-h ~ .rows input[type=checkbox]").first.check()
    page.get_by_role("button", name="Split off the chosen adverts").click()
    expect(page.get_by_role("status")).to_contain_text("Your word is in effect")
    assert len(set(big.ledger.clusters_of(members).values())) + len(members - big.ledger.clusters_of(members).keys()) > 1
    page.locator(".decisions").get_by_role("button", name="Take back").first.click()
    expect(page.get_by_role("status")).to_contain_text("Your word is in effect")
    assert len(set(big.ledger.clusters_of(members).values())) == 1
    seen.clean()


@pytest.mark.parametrize("width", [360, 1366])
def test_nothing_sticks_out_while_people_work(big: Any, people: Any, width: int) -> None:
    one = untouched(big)[0]
    seen = people("lead", viewport={"width": width, "height": 800}, locale="bg-BG")
    advert = big.filled.clusters[one].cluster.members[0]
    for path in ("/queue?hold=free", "/reviews", "/account", f"/clusters/{one}", f"/adverts/{advert}", f"/versions/{advert}"):
        seen.go(path)
        seen.page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width, path
    seen.clean()
