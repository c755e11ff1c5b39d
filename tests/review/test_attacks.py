"""Attacks on the pages, each refused or without effect. A further one is a line in a list here."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient

from flows.steps import catalogue
from strazha.ledger.records import Role
from strazha.model import AdType, Image, Price
from tools.invented import Sample, fill, screened

SCRIPTS = (
    "<script>window.hacked=1</script>",
    "</title><script>window.hacked=1</script>",
    "</textarea></style></noscript><svg onload=window.hacked=1>",
    "\"><img src=x onerror=window.hacked=1>",
    "' onmouseover='window.hacked=1",
    "<a href=\"javascript:window.hacked=1\">x</a>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'>",
    "{{7*1337}}${7*1337}<%= 7 * 1337 %>#{7*1337}",
    "{% raw %}{{ site.user }}{% endraw %}",
    "<div hx-get=/audit hx-trigger=load hx-on::load=window.hacked=1></div>",
    "<meta http-equiv=refresh content=0;url=https://evil.example.org>",
    "<form action=https://evil.example.org><button>",
    "<base href=https://evil.example.org/>",
    "<link rel=stylesheet href=//evil.example.org/x.css>",
    "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "\u202egnp.exe\u2066<b>\u2069",
    "-->]]><!--<script>window.hacked=1</script>",
    "\x00<scr\x00ipt>window.hacked=1</script>",
)  # fmt: skip


def hostile(text: str) -> Sample:
    safe = re.sub(r"[{}|]", "", text)
    return Sample(
        source=safe,
        title=safe,
        body=f"{safe} {{phone:+359888009009|0888 009 009}}",
        ad_type=AdType.OTHER,
        languages={safe[:20]: 0.5},
        operation="hostile",
        reading=safe,
        place=safe,
        contact=safe,
        price=safe,
        extra={safe: safe},
    )


@pytest.fixture
def attacked(house: Any) -> list[str]:
    """Ids of adverts with a script in every field."""
    filled = fill(house.ledger, house.index, catalogue(), [hostile(text) for text in SCRIPTS[:1]])
    ids = list(filled.adverts)
    for number, text in enumerate(SCRIPTS):
        advert, found = screened(hostile(text), 9000 + number, catalogue())
        every = dict.fromkeys(("title", "body", "place", "contact", "seller", "category", "lang_hint", "url", "key"), text)
        advert = advert.model_copy(
            update={**every, "price": Price(raw=text), "images": (Image(url=text),), "extra": {text: text}}
        )
        base = filled.adverts[ids[0]]
        reasons = tuple(reason.model_copy(update={"text": text}) for reason in found.reasons)
        found = found.model_copy(update={"reading": text, "folded": text, "reasons": reasons})
        doc = base.model_copy(update={"advert": advert, "screening": found, "cluster_id": ""})
        house.index.put_adverts([doc])
        ids.append(doc.id)
    house.index.refresh()
    return ids


class Markup(HTMLParser):
    """Reads a page as a browser would, and keeps what no page of ours has."""

    TAGS = frozenset({"iframe", "base", "object", "embed", "style", "applet", "template", "video", "audio", "math"})
    ADDRESSES = frozenset({"href", "src", "action", "formaction", "hx-get", "hx-post", "data", "poster", "xlink:href"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.TAGS or (tag == "meta" and "http-equiv" in dict(attrs)):
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith(("on", "hx-on")) or name in {"style", "srcdoc"}:
                self.found.append(f"{tag} {name}={value}")
            if name in self.ADDRESSES and not re.match(r"/(?![/\\])|#|\?", value or ""):
                self.found.append(f"{tag} {name}={value}")
            if tag in {"script", "img", "link"} and name in {"src", "href"} and not (value or "").startswith("/static/"):
                self.found.append(f"{tag} {name}={value}")
            if name == "hx-get" and (value or "").startswith("/audit"):
                self.found.append(f"{tag} {name}={value}")
        if tag == "script" and "src" not in dict(attrs):
            self.found.append("inline script")


def live_markup(page: str) -> list[str]:
    """What of the page an advert has brought to life."""
    parser = Markup()
    parser.feed(page)
    return parser.found


def test_the_detector_detects() -> None:
    for text in SCRIPTS[:6]:
        assert live_markup(f"<p>{text}</p>") or "onmouseover" in text
    assert live_markup("<p title='' onmouseover='x'>") == ["p onmouseover=x"]
    assert live_markup('<a href="/queue">x</a><script src="/static/app.js"></script>') == []


def test_a_script_in_every_field_stays_text_on_every_page(house: Any, attacked: list[str]) -> None:
    client = house.client(Role.LEAD)
    paths = [f"/adverts/{one}" for one in attacked] + ["/queue?f=1", "/search", "/search?q=hacked", "/audit", "/runs"]
    paths += ["/queue?f=1&kind=clusters", "/search?kind=clusters"]
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200, path
        assert live_markup(page.text) == [], path
        assert str(7 * 1337) not in page.text, path
    for one in attacked:
        shown = client.post(f"/uncover/advert/{one}")
        assert shown.status_code == 200
        assert live_markup(shown.text) == []
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", shown.text)


@pytest.mark.parametrize("text", SCRIPTS)
def test_a_script_typed_into_any_form_or_address_stays_text(house: Any, client: TestClient, text: str) -> None:
    advert = house.advert("Rotterdam")
    answers = [
        client.get("/search", params={"q": text, "source": text, "sort": text, "seen_from": text, "cursor": text}),
        client.get("/queue", params={"f": "1", "band": text, "indicator": text, "kind": text}),
        client.get(f"/clusters/{house.filled.of('vans').id}", params={"from": text, "saved": text}),
        client.post(f"/decide/advert/{advert}", data={"outcome": text, "reason": text, "seen": text, "corrects": text}),
        client.post("/paste", data={"title": text, "body": text * 20_000}),
        house.client(None).post("/login", data={"name": text, "password": text, "next": text}),
        house.client(None).get("/login", params={"next": text}),
    ]
    for answer in answers:
        assert answer.status_code < 500
        assert live_markup(answer.text) == []


INJECTIONS = (
    "' OR '1'='1", "'; DROP TABLE adverts;--", "1; DELETE FROM decisions", "\" OR 1=1 --",
    "' UNION SELECT name, password_hash FROM users--",
    "x' AND randomblob(1000000000)--", "\\'; --", "%' ESCAPE '!", "body : x) OR (title : y", "NEAR(a b, 99999999)", "* OR *",
    '{"$gt": ""}', '{"query":{"match_all":{}}}', "_exists_:x AND script:1",
)  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_injection_finds_more_or_changes_anything(house: Any, client: TestClient, text: str) -> None:
    counts = house.index.count()
    for params in (
        {"q": text},
        {"q": f'"{text}"'},
        {"source": text},
        {"decision": text},
        {"cursor": text},
        {"q": "a", "place": text},
    ):
        for kind in ("adverts", "clusters"):
            answer = client.get("/search", params={**params, "kind": kind})
            assert answer.status_code == 200
            assert "argon2" not in answer.text
            if "source" in params or "decision" in params:
                assert "Nothing was found" in answer.text
    assert house.index.count() == counts
    assert len(house.ledger.users()) == len(Role)
    assert house.client(None).post("/login", data={"name": text, "password": text}).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/%2e%2e%2fapp.py",
        "/static/..%5capp.py",
        "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/vendor/../../app.py", "/static/%00",
        "/static/base.css%00.html", "/static/....//app.py", "/static/", "/static/vendor", "/static/vendor/",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_static_files(house: Any, path: str) -> None:
    client = house.client(None)
    for raw in (path, unquote(path)):
        scope_path = raw.replace("\x00", "%00")
        answer = client.get(scope_path)
        assert answer.status_code in {404, 405, 303}, scope_path
        assert "create_app" not in answer.text
        assert "root:" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT", "PROPFIND"])
def test_other_methods_do_nothing(house: Any, client: TestClient, method: str) -> None:
    before = house.ledger.audit_head()
    for path in ("/queue", f"/adverts/{house.advert('Rotterdam')}", "/decide/advert/x", "/logout"):
        assert client.request(method, path).status_code in {403, 404, 405}
    assert house.ledger.audit_head() == before


def test_a_change_by_get_is_no_change(house: Any, client: TestClient) -> None:
    advert = house.advert("Rotterdam")
    for path in ("/logout", f"/decide/advert/{advert}?outcome=refer&reason=x", f"/uncover/advert/{advert}"):
        assert client.get(path).status_code == 405
    assert house.ledger.decisions("advert", advert) == []
    assert client.get("/queue").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.org"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://evil.127.0.0.1:8000"},
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
        {"Referer": "http://127.0.0.1:8000/queue"},
        {"X-Forwarded-Host": "127.0.0.1:8000", "Origin": "http://evil.example.org"},
        {"X-HTTP-Method-Override": "GET"},
    ],
)
def test_no_other_site_can_decide_uncover_or_sign_anyone_in_or_out(
    house: Any, client: TestClient, headers: dict[str, str]
) -> None:
    advert = house.advert("Rotterdam")
    client.headers.pop("origin", None)
    client.headers.pop("sec-fetch-site", None)
    before = house.ledger.audit_head()
    for path in (f"/decide/advert/{advert}", f"/uncover/advert/{advert}", "/logout", "/login", "/paste"):
        answer = client.post(
            path, headers=headers, data={"outcome": "refer", "reason": "r", "name": "analyst", "password": "x"}
        )
        assert answer.status_code == 403, path
    assert house.ledger.audit_head() == before


@pytest.mark.parametrize("cookie", ["", "x", "' OR 1=1--", "a" * 5000, "null", "../../../etc/passwd", "%00"])
def test_no_cookie_but_a_real_one_signs_in(house: Any, cookie: str) -> None:
    client = house.client(None)
    assert client.get("/queue", headers={"Cookie": f"strazha={cookie}; strazha2=x"}).status_code == 303


def test_a_disabled_account_is_out_at_once(house: Any, client: TestClient) -> None:
    assert client.get("/queue").status_code == 200
    house.ledger.disable_user("analyst", house.clock())
    assert client.get("/queue").status_code == 303


def test_a_megabyte_of_oddities_makes_no_large_or_slow_page(house: Any, client: TestClient) -> None:
    base = house.filled.adverts[house.advert("Rotterdam")]
    for number, text in enumerate(
        ("\u202e\u200b" * 500_000, "\x00" * 1_000_000, "<b>" * 333_333, "a" * 1_000_000, "\u0301" * 500_000)
    ):
        advert = base.advert.model_copy(update={"id": f"huge{number}", "title": text, "body": text})
        doc = base.model_copy(
            update={
                "advert": advert,
                "state": base.state.model_copy(update={"advert_id": advert.id}),
                "screening": base.screening.model_copy(update={"advert_id": advert.id, "reading": text}),
            }
        )
        house.index.put_adverts([doc])
        answer = client.get(f"/adverts/huge{number}")
        assert answer.status_code == 200
        assert len(answer.content) < 600_000
        assert answer.elapsed.total_seconds() < 6
    listed = client.get("/search?q=a")
    assert listed.status_code == 200
    assert len(client.get("/queue?f=1").content) < 400_000
