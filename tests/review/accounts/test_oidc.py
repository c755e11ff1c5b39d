"""Signing in at a real identity provider in a real Chromium; every lie that is told on the way is refused and logged."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from playwright.sync_api import Browser, expect

from flows.steps import catalogue
from review.accounts.provider import account_name, check_settings
from review.app import create_app
from strazha.errors import BadInputError
from strazha.ledger import open_ledger
from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope
from strazha.settings import Settings
from strazha.store import open_index
from tests.review.accounts.provider import CLIENT, SECRET, Idp, running, shared, unsigned
from tests.review.browsing import watched
from tests.review.conftest import Clock, House
from tools.invented import fill

expect.set_options(timeout=15_000)

PASSWORD = "correct horse battery"
ROLES = ("leads=lead", "analysts=analyst")


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A house and a provider that know each other; the provider has another site's name (localhost against 127.0.0.1)."""
    here, there = socket.socket(), socket.socket()
    for one in (here, there):
        one.bind(("127.0.0.1", 0))
    address, clock = f"http://127.0.0.1:{here.getsockname()[1]}", Clock()
    idp = Idp(clock, issuer=f"http://localhost:{there.getsockname()[1]}", redirect=f"{address}/login/oidc/return")
    settings = Settings(
        home=tmp_path_factory.mktemp("oidc"), oidc_issuer=idp.issuer, oidc_client=CLIENT, oidc_secret=SECRET,
        oidc_label="Ministry", public_url=address, oidc_roles=ROLES,
    )  # type: ignore[arg-type]  # fmt: skip
    with ExitStack() as stack:
        ledger, index = stack.enter_context(open_ledger(settings.ledger)), stack.enter_context(open_index(settings))
        ledger.add_user("vera.koleva", PASSWORD, Role.ADMIN)
        house = House(settings, ledger, index, fill(ledger, index, catalogue(), []), clock, stack)
        app = create_app(settings, index=index, ledger=ledger, clock=clock)
        stack.enter_context(running(idp.app(), there))
        stack.enter_context(running(app, here))
        yield house, idp, address


@pytest.fixture
def honest(joined: Any) -> Any:
    """The same with a provider that tells no lies yet."""
    house, idp, address = joined
    idp.forge = idp.sign = idp.named = None
    idp.user = {"sub": "1001", "preferred_username": "Vera.Koleva", "groups": ["analysts"]}
    return house, idp, address


def refusals(house: Any) -> list[str]:
    return [e.detail["reason"] for e in house.ledger.audit_entries(50) if e.action == "sign-in at provider refused"]


def attempt(
    address: str, *, client: httpx.Client | None = None, change: Any = None
) -> tuple[httpx.Client, httpx.Response, str]:
    """A sign-in without a browser: there, and back with what the provider's page links to (changed)."""
    mine = client or httpx.Client(follow_redirects=False, timeout=20)
    there = mine.get(f"{address}/login/oidc?next=/search", headers={"sec-fetch-site": "same-origin"})
    page = httpx.get(there.headers["location"], timeout=20)
    back = re.search(r'href="([^"]+)"', page.text).group(1).replace("&amp;", "&")  # type: ignore[union-attr]
    target = change(back) if change else back
    return mine, mine.get(target), back


@pytest.mark.browser
@pytest.mark.live
def test_a_person_signs_in_comes_to_their_page_and_signs_out(honest: Any, browser: Browser) -> None:
    house, idp, address = honest
    context = browser.new_context()
    # A session somebody planted beforehand does not become theirs.
    planted = house.ledger.open_session("vera.koleva", house.clock(), house.services.session)
    context.add_cookies([{"name": "strazha", "value": "x" * 43, "url": address, "httpOnly": True, "sameSite": "Strict"}])
    seen = watched(context, address)
    page = seen.page
    seen.go("/search?q=abc")
    page.get_by_role("link", name="Sign in at Ministry").click()
    page.get_by_role("link", name="Yes").click()
    page.wait_for_url(re.compile(r"/search\?q=abc$"))
    # The name was taken by an account kept here: the person of the provider never becomes it.
    expect(page.locator(".who")).to_contain_text(re.compile(r"vera\.koleva-[0-9a-f]{6}"))
    cookies = {one["name"]: one for one in context.cookies()}
    assert cookies["strazha"]["sameSite"] == "Strict"
    assert cookies["strazha"]["value"] not in {"x" * 43, planted}
    assert "strazha-oidc" not in cookies
    seen.go("/account")
    expect(page.locator("main")).to_contain_text(f"You sign in at {idp.issuer}")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign out at Ministry, too").click()
    expect(page.get_by_role("heading")).to_have_text("Signed out at the provider")
    seen.go("/queue")
    expect(page.get_by_role("link", name="Sign in at Ministry")).to_be_visible()
    # The provider has no icon; nothing else is complained about.
    assert [one for one in seen.complaints if "404" not in one] == []
    context.close()
    assert house.ledger.user("vera.koleva").role is Role.ADMIN
    who = house.ledger.account_of(idp.issuer, "1001")
    assert [e.action for e in house.ledger.audit_entries(500) if e.who == who][-1] == "login"


@pytest.mark.browser
@pytest.mark.live
def test_a_person_without_a_role_is_refused_and_told_so(honest: Any, browser: Browser) -> None:
    house, idp, address = honest
    idp.user = {"sub": "2002", "preferred_username": "guest", "groups": ["canteen"]}
    context = browser.new_context()
    seen = watched(context, address)
    seen.go("/login")
    seen.page.get_by_role("link", name="Sign in at Ministry").click()
    seen.page.get_by_role("link", name="Yes").click()
    expect(seen.page.get_by_role("alert")).to_contain_text("ask an administrator")
    assert refusals(house)[0] == "no role is given to any of this person's values"
    assert house.ledger.account_of(idp.issuer, "2002") == ""
    context.close()


def test_the_role_follows_the_claim_at_each_sign_in(honest: Any) -> None:
    house, idp, address = honest
    idp.user = {"sub": "3003", "preferred_username": "boris", "groups": "analysts"}
    client, answer, _ = attempt(address)
    assert answer.status_code == 200
    assert re.search(r'http-equiv="refresh" content="0;url=/search"', answer.text)
    assert client.get(f"{address}/search").status_code == 200
    idp.user["groups"] = ["other", "leads"]
    again, answer, _ = attempt(address)
    assert answer.status_code == 200
    assert house.ledger.user("boris").role is Role.LEAD
    # What the account may do has changed: its former session is over, the new one holds.
    assert client.get(f"{address}/search").status_code == 303
    assert again.get(f"{address}/search").status_code == 200
    # No role any more: what is still open of the account ends with the refusal, tokens among it.
    _, secret = house.ledger.add_token("boris", "x", scope=TokenScope.FULL, days=9, made_by="vera.koleva", at=house.clock())
    idp.user["groups"] = ["canteen"]
    assert attempt(address)[1].status_code == 401
    assert again.get(f"{address}/search").status_code == 303
    assert house.ledger.token_user(secret, house.clock()) is None
    idp.user["groups"] = ["leads"]
    house.ledger.disable_user("boris", house.clock())
    assert attempt(address)[1].status_code == 401
    assert "closed" in refusals(house)[0]
    assert house.ledger.check_password("boris", "-", house.clock()) is None


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nonce", "nonce"), ("audience", "aud"), ("several", "azp"), ("issuer", "iss"), ("expired", "expired"),
        ("early", "future"), ("none", "signature"), ("shared", "signature"), ("foreign", "signature"),
        ("nobody", "sub"), ("mixed up", "another issuer"),
    ],
)  # fmt: skip
def test_lies_of_a_provider_are_refused(honest: Any, name: str, says: str) -> None:
    house, idp, address = honest
    now = int(house.clock().timestamp())
    forged: dict[str, dict[str, Any]] = {
        "nonce": {"nonce": "another"}, "audience": {"aud": "other"}, "several": {"aud": [CLIENT, "other"], "azp": "other"},
        "issuer": {"iss": "http://localhost:1"}, "expired": {"iat": now - 900, "exp": now - 600}, "early": {"iat": now + 900},
        "nobody": {"sub": None},
    }  # fmt: skip
    stranger = RSAKey.generate_key(2048, parameters={"kid": "one"})
    signers = {
        "none": unsigned,
        "shared": lambda claims: shared(claims, idp.key.as_pem(private=False)),
        "foreign": lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, stranger),
    }  # fmt: skip
    if name in forged:
        idp.forge = lambda claims: {**claims, **forged[name]}
    idp.sign = signers.get(name)
    idp.named = "http://localhost:1" if name == "mixed up" else None
    before = len(refusals(house))
    client, answer, _ = attempt(address)
    assert answer.status_code == 401, name
    assert "strazha=" not in answer.headers.get("set-cookie", "").replace("strazha-oidc=", "")
    assert len(refusals(house)) == before + 1
    assert says in refusals(house)[0], refusals(house)[0]
    assert client.get(f"{address}/search").status_code == 303


def test_returns_of_others_and_returns_again_are_refused(honest: Any) -> None:
    house, idp, address = honest
    wrong = attempt(address, change=lambda back: re.sub("state=[^&]+", "state=guessed", back))
    assert wrong[1].status_code == 401
    assert "state" in refusals(house)[0]
    # The same return twice: the state is gone with the first.
    client, first, back = attempt(address)
    assert first.status_code == 200
    assert client.get(back).status_code == 401
    # Another browser's return (login CSRF): the cookie is missing or another.
    victim = httpx.Client(follow_redirects=False, timeout=20)
    victim.get(f"{address}/login/oidc", headers={"sec-fetch-site": "same-origin"})
    assert attempt(address, change=lambda back: address)[1].status_code == 303
    stolen = idp.given[-1]
    there = httpx.get(f"{address}/login/oidc", headers={"sec-fetch-site": "same-origin"})
    state = parse_qs(urlsplit(there.headers["location"]).query)["state"][0]
    assert victim.get(f"{address}/login/oidc/return?state={state}&code={stolen}").status_code == 401
    # A code used before, with a state of one's own: the provider refuses it.
    used = idp.given[0]
    answer = attempt(address, change=lambda back: re.sub("code=[^&]+", f"code={used}", back))[1]
    assert answer.status_code == 401
    assert idp.statuses[-1] == 400
    assert "refused the code" in refusals(house)[0]
    # A code of another sign-in, caught on its way: the verifier does not fit.
    assert attempt(address, change=lambda back: re.sub("code=[^&]+", f"code={stolen}", back))[1].status_code == 401
    # Too old a return; what the provider calls an error; another site's beginning.
    late = httpx.Client(follow_redirects=False, timeout=20)
    assert attempt(address, client=late, change=lambda back: _later(house, back))[1].status_code == 401
    assert attempt(address, change=lambda back: re.sub("code=[^&]+", "error=access_denied", back))[1].status_code == 401
    assert "access_denied" in refusals(house)[0]
    begun = httpx.get(f"{address}/login/oidc", headers={"sec-fetch-site": "cross-site"}, follow_redirects=False)
    assert begun.headers["location"] == "/login"
    for evil in ("https://example.org/", "//example.org", "/\\example.org"):
        gone = httpx.get(
            f"{address}/login/oidc", params={"next": evil}, headers={"sec-fetch-site": "none"}, follow_redirects=False
        )
        assert "example.org" not in gone.headers["location"]


def _later(house: Any, back: str) -> str:
    house.clock.at += timedelta(minutes=11)
    return back


def test_passwords_may_be_switched_off(house: Any) -> None:
    settings = house.settings.model_copy(
        update={
            "oidc_issuer": "http://localhost:9", "oidc_client": CLIENT, "public_url": "http://127.0.0.1:8000",
            "oidc_roles": ROLES, "local_login": False,
        }
    )  # fmt: skip
    house.settings = settings
    client = house.client(None)
    page = client.get("/login").text
    assert 'name="password"' not in page
    assert "/login/oidc?next=" in page
    assert client.post("/login", data={"name": "analyst", "password": PASSWORD}).status_code == 401
    # The provider cannot be reached: refused, logged, no trace in the page.
    answer = client.get("/login/oidc")
    assert answer.status_code == 401
    assert house.actions()[0][1] == "sign-in at provider refused"


@pytest.mark.parametrize(
    "change",
    [
        {"oidc_issuer": "", "local_login": False}, {"oidc_client": ""}, {"public_url": ""}, {"oidc_roles": ()},
        {"oidc_roles": ("x=emperor",)}, {"oidc_issuer": "http://idp.example.org"}, {"public_url": "http://example.org"},
    ],
)  # fmt: skip
def test_settings_with_which_nobody_or_anybody_could_come_in_are_refused(change: dict[str, Any]) -> None:
    good = {
        "oidc_issuer": "https://idp.example.org",
        "oidc_client": CLIENT,
        "public_url": "https://s.example.org",
        "oidc_roles": ROLES,
    }
    check_settings(Settings(**good))  # type: ignore[arg-type]
    with pytest.raises(BadInputError) as caught:
        check_settings(Settings(**{**good, **change}))  # type: ignore[arg-type]
    assert caught.value.remedy


def test_names_from_a_provider_become_names_of_accounts() -> None:
    for given, made in (("Ana Petrova@example.org", "ana.petrova"), ("../../x", "x"), ("a" * 90, "a" * 40)):
        assert account_name({"preferred_username": given, "sub": "1"}) == made
    for odd in (None, "Ана", "\x00", 5, ["x"]):
        assert re.fullmatch(r"user-[0-9a-f]{6}", account_name({"preferred_username": odd, "sub": "1"}))
