"""Training in a real browser: a case by keyboard, its feedback, the score, and the lead's overview."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from flows.steps import catalogue
from strazha.ledger import open_ledger
from strazha.ledger.records import Role
from strazha.settings import Settings
from strazha.store import open_index
from tests.review.browsing import serving, signed_in
from tests.review.conftest import Clock, House
from tools.invented import Filled, fill

expect.set_options(timeout=15_000)

pytestmark = [pytest.mark.browser, pytest.mark.live]


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A house with nothing in it but people."""
    settings = Settings(home=tmp_path_factory.mktemp("train"))
    with ExitStack() as stack:
        ledger, index = stack.enter_context(open_ledger(settings.ledger)), stack.enter_context(open_index(settings))
        ledger.add_user("newcomer", "correct horse battery", Role.ANALYST)
        ledger.add_user("lead", "correct horse battery", Role.LEAD)
        filled: Filled = fill(ledger, index, catalogue(), [])
        yield House(settings, ledger, index, filled, Clock(), stack)


@pytest.fixture(scope="module")
def address(school: Any) -> Iterator[str]:
    with serving(school) as found:
        yield found


def test_a_learner_works_through_a_case_by_keyboard(school: Any, browser: Browser, address: str) -> None:
    with signed_in(school, browser, address, "newcomer") as seen:
        page, keys = seen.page, seen.page.keyboard
        seen.go("/training/cases/en-cabbage-gang")
        expect(page.get_by_role("note")).to_contain_text("adverts here are invented")
        # Words selected in the text are noted with the sign ticked next.
        page.evaluate(
            """() => { const text = document.querySelector('.cap-body').firstChild.firstChild
                         || document.querySelector('.cap-body').firstChild;
                       const at = text.textContent.indexOf('Passports stay'), range = document.createRange();
                       range.setStart(text, at); range.setEnd(text, at + 14);
                       window.getSelection().removeAllRanges(); window.getSelection().addRange(range); }"""
        )
        for name in ("documents wi", "fee for", "no inter", "employer not"):
            keys.press("s")
            keys.type(name)
            keys.press("Enter")
            keys.press("Escape")
        expect(page.locator(".sign:has(#see-documents_withheld) .chosen")).to_have_text("Passports stay")
        expect(page.locator("[name=seen]:checked")).to_have_count(4)
        keys.press("1")
        keys.press("1")
        keys.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Passed")
        expect(page.locator("main")).to_contain_text("the right place")
        expect(page.get_by_role("note")).to_contain_text("Exercise.")
        keys.press("n")
        expect(page.get_by_role("heading", level=1)).to_have_text("What do you see in this advert?")
        seen.go("/training/score")
        expect(page.locator("main")).to_contain_text("100 %")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        seen.clean()
    with signed_in(school, browser, address, "lead", locale="bg-BG", viewport={"width": 390, "height": 800}) as seen:
        seen.go("/training/people")
        expect(seen.page.get_by_role("row", name="newcomer")).to_be_visible()
        assert seen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        seen.go("/training/cases/bg-stroezh")
        assert seen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        seen.clean()
