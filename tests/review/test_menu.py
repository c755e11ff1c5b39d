"""The menu: what a role reaches, folded so that it stays usable however many pages there are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from review.menu import ENTRIES, GROUPS, is_at, menu_of
from strazha.ledger.records import Role, User


def somebody(role: Role) -> User:
    return User(name="x", role=role, created_at=datetime(2026, 11, 21, tzinfo=UTC))


@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_a_role_is_in_its_menu_once(role: Role) -> None:
    groups = menu_of(somebody(role))
    shown = [entry for group in groups for entry in group.entries]
    assert sorted(entry.path for entry in shown) == sorted(entry.path for entry in ENTRIES if role in entry.roles)
    assert all(len(group.entries) > 1 for group in groups if group.label)
    # What stands in the bar itself fits beside the folded groups.
    assert sum(len(group.entries) for group in groups if not group.label) <= 6


def test_groups_are_known_and_paths_differ() -> None:
    assert {entry.group for entry in ENTRIES} <= {"", *GROUPS}
    assert len({entry.path for entry in ENTRIES}) == len(ENTRIES)
    assert menu_of(None) == ()


def test_a_page_below_an_entry_belongs_to_it(house: Any) -> None:
    runs = next(entry for entry in ENTRIES if entry.path == "/runs")
    assert is_at(runs, "/runs")
    assert is_at(runs, "/runs/7")
    assert not is_at(runs, "/runsomewhere")
    page = house.client(Role.LEAD).get("/reviews").text
    assert '<summary class="here">Oversight</summary>' in page
    assert page.count('aria-current="page"') == 1
