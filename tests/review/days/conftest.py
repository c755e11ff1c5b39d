"""A house with work in it and people signed in, for days at the pages in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from strazha.ledger import open_ledger
from strazha.settings import Settings
from strazha.store import open_index
from tests.review.browsing import Watched, serving, signed_in
from tests.review.conftest import Clock, House


@pytest.fixture(scope="module")
def house(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One house for the journeys of this module, which each work on items of their own."""
    home = tmp_path_factory.mktemp("journeys") / "home"
    shutil.copytree(template[0], home)
    settings = Settings(home=home)
    with ExitStack() as stack:
        ledger, index = stack.enter_context(open_ledger(settings.ledger)), stack.enter_context(open_index(settings))
        yield House(settings, ledger, index, template[1], Clock(), stack)


@pytest.fixture(scope="module")
def address(house: Any) -> Iterator[str]:
    with serving(house) as found:
        yield found


@pytest.fixture
def people(house: Any, browser: Browser, address: str) -> Iterator[Any]:
    """Opens pages for people by name."""
    with ExitStack() as stack:

        def page_of(name: str, **options: Any) -> Watched:
            return stack.enter_context(signed_in(house, browser, address, name, **options))

        yield page_of


def undecided(house: Any, count: int = 1) -> list[str]:
    """Adverts of no cluster that nobody has decided on."""
    free = [one for one, doc in sorted(house.filled.adverts.items()) if not doc.cluster_id]
    return [one for one in free if not house.ledger.decisions("advert", one)][:count]


def focus(page: Page) -> str:
    """What has the keyboard: tag, id and words."""
    return str(
        page.evaluate("(() => { const it = document.activeElement; return `${it.tagName}#${it.id} ${it.innerText}`; })()")
    )
