"""The pages of the API: its description as people read it, and its tokens, as administrators and their owners use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from review.api import contexts
from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope
from tests.review import test_language, test_templates
from tests.review.browsing import serving, signed_in
from tests.review.conftest import PASSWORD


@pytest.fixture
def address(house: Any) -> Iterator[str]:
    with serving(house) as found:
        yield found


def test_the_templates_hold_to_what_all_do() -> None:
    files = sorted((Path(contexts.__file__).parents[1] / "templates" / "api").glob("*.html"))
    assert len(files) == 4
    for file in files:
        test_templates.test_only_sentences_written_there_are_taken_for_html(file)
        test_language.test_no_word_of_a_template_escapes_translation(file)


FORM = {"owner": "analyst", "name": "Nightly export", "scope": "read", "days": "30", "password": PASSWORD}


SECRET = re.compile(r"strz_[\w-]{20,}")


def test_a_token_is_allowed_by_one_and_collected_once_by_the_other(house: Any) -> None:
    admin, analyst = house.client(Role.ADMIN), house.client(Role.ANALYST)
    page = admin.post("/tokens", data=FORM)
    assert (page.status_code, SECRET.findall(page.text)) == (200, [])
    (token,) = house.ledger.tokens()
    place, password = f"/tokens/{token.id}/collect", {"password": PASSWORD}
    for thief in (admin, house.client(Role.LEAD)):
        assert thief.post(place, data=password).status_code == 404
    for wrong in ({}, {"password": "wrong"}, {"password": PASSWORD + "x"}):
        refused = analyst.post(place, data=wrong)
        assert (refused.status_code, 'role="alert"' in refused.text, SECRET.findall(refused.text)) == (422, True, [])
    assert place in analyst.get("/api").text
    (secret,) = SECRET.findall(analyst.post(place, data=password).text)
    found = house.ledger.token_user(secret, house.clock())
    assert (found[0].name, found[1].scope, found[1].made_by) == ("analyst", TokenScope.READ, "admin")
    assert analyst.post(place, data=password).status_code == 409
    for again in (admin.get("/tokens"), analyst.get("/api")):
        assert secret not in again.text
        assert "Nightly export" in again.text
        assert place not in again.text
    said = [(one.who, one.action) for one in house.ledger.audit_entries(50) if one.action.startswith("token ")]
    assert said[::-1] == [("admin", "token allowed"), *[("analyst", "token not collected")] * 3, ("analyst", "token collected")]
    assert secret not in repr(house.ledger.audit_entries(50))


def test_at_a_provider_a_fresh_sign_in_stands_for_the_password(house: Any) -> None:
    for name in ("analyst", "admin"):
        house.ledger.link_account("https://idp.example.org", name, name, house.clock())
    admin, analyst = house.client(Role.ADMIN), house.client(Role.ANALYST)
    assert admin.post("/tokens", data={**FORM, "password": ""}).status_code == 200
    place = f"/tokens/{house.ledger.tokens()[0].id}/collect"
    house.clock.at += timedelta(minutes=6)
    # Another session of theirs that is fresh does not make this one so.
    fresh = house.client(Role.ANALYST)
    for data in ({}, {"password": PASSWORD}):
        assert analyst.post(place, data=data).status_code == 422
    assert admin.post("/tokens", data={**FORM, "name": "other"}).status_code == 422
    assert "/login/oidc?next=/api" in analyst.get("/api").text
    assert SECRET.search(fresh.post(place).text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong"}, {"password": ""}, {"owner": "nobody"}, {"name": ""}, {"name": " \u200b"}, {"days": "0"},
        {"days": "367"}, {"days": "-1"}, {"days": "many"},
    ],
)  # fmt: skip
def test_what_makes_no_token_is_said_with_what_was_typed_kept(house: Any, wrong: dict[str, str]) -> None:
    page = house.client(Role.ADMIN).post("/tokens", data=FORM | wrong)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert PASSWORD not in page.text
    assert house.ledger.tokens() == []


def test_everybody_ends_their_own_and_administrators_all(house: Any) -> None:
    admin, at = house.client(Role.ADMIN), house.clock()
    for owner in ("analyst", "lead"):
        house.ledger.add_token(owner, "mine", scope=TokenScope.READ, days=3, made_by="admin", at=at)
    own, other = (house.ledger.tokens(owner)[0].id for owner in ("analyst", "lead"))
    analyst = house.client(Role.ANALYST)
    assert "mine" in analyst.get("/api").text
    assert analyst.post(f"/tokens/{other}/revoke").status_code == 404
    assert analyst.post(f"/tokens/{own}/revoke").headers["location"] == "/api"
    assert admin.post(f"/tokens/{other}/revoke").headers["location"] == "/tokens"
    assert [one.revoked_by for one in house.ledger.tokens()] == ["admin", "analyst"] or {
        one.revoked_by for one in house.ledger.tokens()
    } == {"admin", "analyst"}
    assert analyst.get("/tokens").status_code == 403


def test_the_description_is_for_those_signed_in_and_for_tokens(house: Any, api: Any) -> None:
    assert house.client(None).get("/api/v1/openapi.json").status_code == 401
    told = house.client(Role.OPERATOR).get("/api/v1/openapi.json").json()
    assert api(Role.ANALYST).get("/api/v1/openapi.json").json() == told
    assert (told["openapi"][:2], told["security"]) == ("3.", [{"token": []}])
    page = house.client(Role.OPERATOR).get("/api").text
    for path in told["paths"]:
        assert path in page
    names = [one["operationId"] for methods in told["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))


def test_an_administrator_allows_a_token_its_owner_collects_it_and_a_program_uses_it(
    house: Any, browser: Browser, address: str
) -> None:
    with signed_in(house, browser, address, "admin") as admin:
        page = admin.page
        admin.go("/tokens")
        page.get_by_label("In the name of the account").select_option("investigator")
        page.get_by_label("Name of the program or purpose").fill("Case folder sync")
        page.get_by_label("all that the account's role may").check()
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Allow it").click()
        page.get_by_text("To be collected until").wait_for()
        admin.clean()
    with signed_in(house, browser, address, "investigator") as owner:
        page = owner.page
        owner.go("/api")
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Collect Case folder sync").click()
        secret = page.locator("#secret").inner_text()
        assert secret.startswith("strz_")
        header = {"Authorization": f"Bearer {secret}"}
        me = httpx.get(f"{address}/api/v1/me", headers=header).json()
        assert (me["name"], me["may_decide"]) == ("investigator", True)
        owner.go("/api")
        assert page.locator("#secret").count() == 0
        page.get_by_role("button", name="Revoke Case folder sync").click()
        page.get_by_text("revoked").wait_for()
        assert httpx.get(f"{address}/api/v1/me", headers=header).status_code == 401
        owner.clean()


def test_the_description_is_read_by_keyboard_on_a_phone_in_both_languages(house: Any, browser: Browser, address: str) -> None:
    house.ledger.add_token("analyst", "mine", scope=TokenScope.READ, days=3, made_by="admin", at=house.clock())
    house.ledger.allow_token("analyst", "waits", scope=TokenScope.READ, days=3, made_by="admin", at=house.clock())
    for locale, heading in (("en-GB", "The API"), ("bg-BG", "Програмен интерфейс")):
        with signed_in(
            house, browser, address, "analyst", viewport={"width": 390, "height": 844}, locale=locale
        ) as analyst:  # fmt: skip
            page = analyst.page
            analyst.go("/api")
            assert page.get_by_role("heading", level=1).inner_text() == heading
            operation = page.locator("#o-decide")
            operation.locator("summary").focus()
            page.keyboard.press("Enter")
            operation.get_by_text("Idempotency-Key", exact=True).wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            analyst.clean()
