"""Who reaches what: default deny, sessions, logging in, and what stands before the application."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from review.access import API, DESCRIPTION, PUBLIC, READERS, Role, open_to, roles_of, safe_next
from review.app import create_app
from review.shield import HEADERS, host_name
from strazha.settings import Settings

PASSWORD = "correct horse battery"
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"}
#: The paths anybody may call; a further one needs a reason here.
OPEN = {"/login", "/health", "/language", "/login/oidc", "/login/oidc/return", "/login/oidc/end"}


def endpoints(app: FastAPI) -> list[tuple[str, str, Any]]:
    """Every route of the application: method, path, endpoint (FastAPI keeps included routers nested)."""
    found: list[tuple[str, str, Any]] = []

    def walk(routes: Any) -> None:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                walk(inner.routes)
            elif getattr(route, "endpoint", None) is not None:
                found.extend((method, route.path, route.endpoint) for method in route.methods)

    walk(app.routes)
    # The API has tokens instead of sessions: tests/review/api walks its routes.
    return [one for one in found if not one[1].startswith(API) or one[1] == DESCRIPTION]


def filled(path: str, house: Any) -> str:
    """A path with real ids in it."""
    names = {
        "{advert_id:path}": next(iter(house.filled.adverts)), "{cluster_id:path}": next(iter(house.filled.clusters)),
        "{kind}/{item_id:path}": f"cluster/{next(iter(house.filled.clusters))}", "{view_id}": "0" * 16,
        "{answer_id}": "0" * 24, "{name}": "operator",
        "{case_id}": "0" * 16, "{note_id}": "0" * 24, "{view}": "links",
        "{decision_id}": "0" * 24, "{review_id}": "0" * 24, "{session_id}": "0" * 16, "{token_id}": "0" * 16,
        "{source_id}": "none-such", "{run_id}": "20261120T060000Z-demo", "{asked_id}": "0" * 16,
        "{search_id}": "0" * 16, "{watch_id}": "0" * 16, "{alert_id}": "0" * 24,
        "{delivery_id}": "0" * 24,
    }  # fmt: skip
    for name, real in names.items():
        path = path.replace(name, real)
    assert "{" not in path
    return path


def call(client: TestClient, method: str, path: str) -> Any:
    return client.request(method, path, data={} if method == "POST" else None)


@pytest.fixture
def routes(house: Any) -> list[tuple[str, str, Any]]:
    found = endpoints(create_app(house.settings, index=house.index, ledger=house.ledger))
    assert len(found) >= 16
    return found


def test_every_route_states_its_roles(routes: list[tuple[str, str, Any]]) -> None:
    assert [path for _, path, endpoint in routes if roles_of(endpoint) is None] == []
    assert {path for _, path, endpoint in routes if roles_of(endpoint) == PUBLIC} == OPEN


def test_nobody_reaches_nothing(house: Any, routes: list[tuple[str, str, Any]]) -> None:
    client = house.client(None)
    before = len(house.actions())
    for method, path, _ in routes:
        if path in OPEN:
            continue
        answer = call(client, method, filled(path, house))
        if method == "GET" and path != DESCRIPTION:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/login"), path
        else:
            assert answer.status_code == 401, path
        assert "0888" not in answer.text
    assert len(house.actions()) == before


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_is_stated_and_no_more(house: Any, routes: list[tuple[str, str, Any]], role: Role) -> None:
    client = house.client(role)
    # Signing out comes last, or there would be nobody left to refuse.
    for method, path, endpoint in sorted(routes, key=lambda route: route[1] == "/logout"):
        if path in OPEN:
            continue
        answer = call(client, method, filled(path, house))
        roles = roles_of(endpoint)
        assert roles is not None
        assert (answer.status_code == 403) == (role not in roles), (method, path, answer.status_code)
        assert answer.status_code < 500, (method, path)


def test_an_auditor_cannot_decide_and_sees_no_form(house: Any) -> None:
    client = house.client(Role.AUDITOR)
    page = client.get(f"/adverts/{house.advert('Rotterdam')}")
    assert page.status_code == 200
    assert "/decide/" not in page.text


def test_a_route_without_roles_is_closed_to_all(house: Any) -> None:
    app = create_app(house.settings, index=house.index, ledger=house.ledger, clock=house.clock)

    @app.get("/forgotten")
    def forgotten() -> str:
        return "secret"

    @app.get("/meant")
    @open_to(READERS)
    def meant() -> str:
        return "fine"

    with TestClient(app, base_url="http://127.0.0.1:8000", headers=OWN, follow_redirects=False) as client:
        assert client.get("/forgotten").status_code == 403
        client.post("/login", data={"name": "lead", "password": PASSWORD})
        assert client.get("/forgotten").status_code == 403
        assert client.get("/meant").json() == "fine"


def test_login_sets_a_cookie_that_scripts_and_other_sites_do_not_get(house: Any) -> None:
    client = house.client(None)
    answer = client.post("/login", data={"name": " Analyst ", "password": PASSWORD, "next": "/search?q=x"})
    assert answer.headers["location"] == "/search?q=x"
    cookie = answer.headers["set-cookie"]
    assert re.search(r"httponly", cookie, re.I)
    assert re.search(r"samesite=strict", cookie, re.I)
    assert "secure" not in cookie.lower()
    assert client.get("/queue").status_code == 200


def test_under_https_the_cookie_is_secure_and_tied_to_the_host(house: Any) -> None:
    settings = Settings(home=house.settings.home, https=True)
    app = create_app(settings, index=house.index, ledger=house.ledger, clock=house.clock)
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "https://127.0.0.1:8000"}
    with TestClient(app, base_url="https://127.0.0.1:8000", headers=own, follow_redirects=False) as client:
        answer = client.post("/login", data={"name": "analyst", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-strazha=")
        assert "; Secure" in cookie
        assert "Domain" not in cookie
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert client.get("/queue").status_code == 200


def test_wrong_name_wrong_password_and_locked_look_alike(house: Any) -> None:
    client = house.client(None)
    texts = set()
    for name in ("analyst", "analyst", "analyst", "analyst", "analyst"):
        answer = client.post("/login", data={"name": name, "password": "wrong"})
        assert answer.status_code == 401
        texts.add(answer.text)
    locked = client.post("/login", data={"name": "analyst", "password": PASSWORD})
    assert locked.status_code == 401
    unknown = client.post("/login", data={"name": "stranger", "password": "wrong"})
    assert {*texts, locked.text, unknown.text.replace("stranger", "analyst")} == texts
    assert len(texts) == 1
    house.clock.at += timedelta(minutes=16)
    assert client.post("/login", data={"name": "analyst", "password": PASSWORD}).status_code == 303
    assert ("-", "login refused", "analyst") in house.actions()


def test_a_session_ends_by_time_and_by_signing_out(house: Any) -> None:
    client = house.client()
    kept = client.cookies["strazha"]
    assert client.post("/logout").headers["location"] == "/login"
    client.cookies.set("strazha", kept, domain="127.0.0.1")
    assert client.get("/queue").status_code == 303
    other = house.client()
    house.clock.at += timedelta(hours=11)
    assert other.get("/queue").headers["location"] == "/login?next=%2Fqueue"


def test_a_planted_session_is_not_taken_over(house: Any) -> None:
    client = house.client(None)
    client.cookies.set("strazha", "planted-token-planted-token", domain="127.0.0.1")
    answer = client.post("/login", data={"name": "analyst", "password": PASSWORD})
    assert "planted" not in answer.headers["set-cookie"]
    fresh = house.client(None)
    fresh.cookies.set("strazha", "planted-token-planted-token", domain="127.0.0.1")
    assert fresh.get("/queue").status_code == 303


def test_signing_in_again_ends_the_former_session(house: Any) -> None:
    client = house.client()
    former = client.cookies["strazha"]
    client.post("/login", data={"name": "analyst", "password": PASSWORD})
    other = house.client(None)
    other.cookies.set("strazha", former, domain="127.0.0.1")
    assert other.get("/queue").status_code == 303


def test_an_operator_starts_on_the_runs(house: Any) -> None:
    assert house.client(Role.OPERATOR).get("/").headers["location"] == "/runs"
    assert house.client(Role.LEAD).get("/").headers["location"] == "/queue"


def test_htmx_is_sent_to_the_login_as_a_whole(house: Any) -> None:
    answer = house.client(None).get("/queue?band=high", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/login?next=%2Fqueue%3Fband%3Dhigh"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.org/", "//evil.example.org", "/\\evil.example.org", "\\\\evil.example.org",
        "/\t/evil.example.org", "/\n/evil.example.org", "javascript:alert(1)", "evil", "", "http:evil", "/%00\x00",
        "///evil.example.org",
        "/login", "/logout",
        "/" + "a" * 3000, " /queue", "/queue\r\nSet-Cookie: x=y",
    ],
)  # fmt: skip
def test_next_leads_nowhere_else(house: Any, target: str) -> None:
    assert safe_next(target) == "/"
    answer = house.client(None).post("/login", data={"name": "analyst", "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("target", ["/queue", "/search?q=a%20b&kind=clusters", "/adverts/abc?part=2#note-1", "/search?q=//x"])
def test_next_leads_on_within_the_site(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://127.0.0.1:8000"}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8001"}, 403),
        ({"Origin": "http://127.0.0.1:8000.evil.example.org"}, 403),
        ({"Origin": "http://[broken"}, 403),
        ({}, 403),
    ],
)
def test_changes_come_from_this_site_only(house: Any, headers: dict[str, str], status: int) -> None:
    client = house.client()
    client.headers.pop("origin", None)
    client.headers.pop("sec-fetch-site", None)
    answer = client.post("/logout", headers=headers)
    assert answer.status_code == status
    assert client.get("/queue").status_code == (303 if status == 303 else 200)


@pytest.mark.parametrize(
    "host", ["evil.example.org", "127.0.0.1.evil.example.org", "localhost@evil", "", "127.0.0.1/x", "[::1", "a:b"]
)
def test_foreign_hosts_are_refused(house: Any, host: str) -> None:
    answer = house.client(None).get("/login", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.headers["content-security-policy"]


def test_known_hosts_are_served(house: Any) -> None:
    settings = Settings(home=house.settings.home, hosts=("review.example.org",))
    app = create_app(settings, index=house.index, ledger=house.ledger)
    with TestClient(app) as client:
        for host in ("review.example.org", "REVIEW.example.org:8443", "localhost:8000", "127.0.0.1", "[::1]:8000"):
            assert client.get("/login", headers={"Host": host}).status_code == 200, host
        assert client.get("/login", headers={"Host": "other.example.org"}).status_code == 400
    assert host_name("Review.Example.org:80") == "review.example.org"


@pytest.mark.parametrize(
    "path", ["/login", "/queue", "/nowhere", "/static/base.css", "/static/nowhere.css", "/adverts/none", "/health"]
)
def test_every_answer_carries_the_headers(house: Any, path: str) -> None:
    answer = house.client().get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, (path, name)
    if not path.startswith("/static/"):
        assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(house: Any) -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    for path in ("/queue", "/search?q=a", "/paste", "/runs", "/audit", f"/adverts/{house.advert('Rotterdam')}"):
        page = house.client(Role.LEAD).get(path).text
        assert " style=" not in page, path
        assert "<style" not in page, path
        assert not re.search(r"\son\w+=", page), path
        assert not re.search(r"<script(?![^>]*\ssrc=\"/static/)", page), path
        assert not re.search(r"(src|href|action)=\"(https?:|//|javascript:|data:)", page), path


def test_a_body_too_large_is_refused(house: Any) -> None:
    client = house.client()
    assert client.post("/paste", data={"body": "x" * 4_100_000}).status_code == 413
    assert client.post("/paste", headers={"Content-Length": "x"}, content=b"").status_code == 413

    def endless() -> Any:
        for _ in range(70):
            yield b"body=" + b"x" * 100_000

    answer = client.post("/paste", content=endless(), headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400


def test_errors_are_pages_without_a_trace(house: Any) -> None:
    def broken() -> Any:
        raise ZeroDivisionError("very secret detail")

    app = create_app(house.settings, index=house.index, ledger=house.ledger, clock=house.clock, catalogue=broken)
    with TestClient(
        app, base_url="http://127.0.0.1:8000", headers=OWN, follow_redirects=False, raise_server_exceptions=False
    ) as client:
        client.post("/login", data={"name": "analyst", "password": PASSWORD})
        answer = client.get("/queue")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        assert "Nothing was recorded" in answer.text
        assert answer.headers["content-security-policy"]
        missing = client.get("/nowhere")
        assert missing.status_code == 404
        assert "Sign out" in missing.text
        assert client.delete("/queue").status_code == 405
        assert "Sign out" not in TestClient(app, base_url="http://127.0.0.1:8000").get("/nowhere").text


def test_no_pages_describe_the_api(house: Any) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert house.client(Role.LEAD).get(path).status_code == 404
