"""Attacks on pages and API: what is read, shown and reached without right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from review.ask import pack
from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope
from tests.review.attack_ground import V1, Attacks, Ground
from tests.review.conftest import HOST, PASSWORD

ATTACKS = Attacks()

SCRIPT = "<script>window.hacked=1</script>"
QUOTED = "\"'><img src=x onerror=window.hacked=1>"
SQL = "' UNION SELECT name, password_hash FROM users--"

ATTACKS.every("XSS", {
    "in a path that is not there": lambda g: g.analyst.get(f"/{quote(SCRIPT)}"),
    "in an advert's number": lambda g: g.analyst.get(f"/adverts/{quote(SCRIPT)}"),
    "in a cluster's former number": lambda g: g.analyst.get(f"/clusters/{g.cluster}", params={"from": SCRIPT}),
    "in what was done": lambda g: g.analyst.get("/queue", params={"done": f"d.{QUOTED}"}),
    "in the part of a long text": lambda g: g.analyst.get(f"/adverts/{g.advert}", params={"part": QUOTED}),
    "in a date": lambda g: g.analyst.get("/search", params={"seen_from": QUOTED, "seen_to": QUOTED}),
    "in the map's facets": lambda g: g.analyst.get("/map", params={"country": QUOTED, "q": SCRIPT}),
    "in the versions' numbers": lambda g: g.analyst.get(f"/versions/{g.advert}", params={"from": QUOTED, "to": SCRIPT}),
    "in the page asked for before signing in": lambda g: g.nobody.get("/login", params={"next": f"/queue?{QUOTED}"}),
    "in the page of the audit log": lambda g: g.client(Role.ADMIN).get("/audit", params={"before": QUOTED}),
    "in the API's search": lambda g: g.program.get(f"{V1}/adverts", params={"q": SCRIPT, "place": QUOTED}),
    "in the API's address": lambda g: g.program.get(f"{V1}/{quote(SCRIPT)}"),
    "in a name the API refuses": lambda g: g.program.post(f"{V1}/views", json={SCRIPT: SCRIPT}),
    "in a token's name": lambda g: g.client(Role.ADMIN).post("/tokens", data={"owner": SCRIPT, "name": QUOTED, "days": QUOTED}),
    "in a language": lambda g: g.analyst.post("/language", data={"language": SCRIPT, "next": f"/search?q={SCRIPT}"}),
}, 200, 303, 404, 422)  # fmt: skip

ATTACKS.every("CSRF", {
    "a form without origin": lambda g: g.bare().post(f"/decide/advert/{g.advert}", data=g.decide),
    "a form of another site": lambda g: g.bare().post(
        f"/decide/advert/{g.advert}", data=g.decide, headers={"Origin": "https://evil.example.org"}
    ),
    "a form of another site that names our host in its path": lambda g: g.bare().post(
        "/views", data={"name": "x"}, headers={"Origin": f"https://evil.example.org/{HOST}"}
    ),
    "a form of a sister site": lambda g: g.bare().post("/logout", headers={"Sec-Fetch-Site": "same-site", "Origin": HOST}),
    "a form opened by the user": lambda g: g.bare().post("/logout", headers={"Sec-Fetch-Site": "none"}),
    "a form from a frame without origin": lambda g: g.bare().post("/logout", headers={"Origin": "null"}),
    "a referrer instead of an origin": lambda g: g.bare().post("/logout", headers={"Referer": f"{HOST}/queue"}),
    "text that looks like a form": lambda g: g.bare().post(
        "/views", content="name=x", headers={"Content-Type": "text/plain", "Sec-Fetch-Site": "cross-site"}
    ),
    "the API from another site's page, with the cookie": lambda g: g.bare().post(
        f"{V1}/views", json={"name": "x"}, headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.org"}
    ),
    "the API from another site's page, with a token": lambda g: g.program.post(
        f"{V1}/views", json={"name": "x"}, headers={"Origin": "https://evil.example.org"}
    ),
    "a preflight": lambda g: g.nobody.options(
        f"{V1}/views", headers={"Origin": "https://evil.example.org", "Access-Control-Request-Method": "POST"}
    ),
    "signing somebody in from elsewhere": lambda g: g.bare(None).post("/login", data={"name": "lead", "password": PASSWORD}),
}, 403, 405)  # fmt: skip


@ATTACKS.add("CSRF", "every change by GET", 404, 405, 303, 200)
def _by_get(g: Ground) -> Sequence[Any]:
    paths = (
        f"/decide/advert/{g.advert}?outcome=spam&reason=x&seen={g.seen}", f"/take/advert/{g.advert}", "/views?name=x",
        f"/release/cluster/{g.cluster}", f"/undo/decision/{g.decision}", f"/reviews/end/{g.review}", "/reviews/draw?count=5",
        f"/judge/split/{g.cluster}", f"/correct/{g.advert}", f"/tokens/{g.token}/revoke", f"/tokens/{g.waiting}/collect",
        f"/account/sessions/{g.session}/end",
        f"/uncover/advert/{g.advert}", "/logout",
    )  # fmt: skip
    return [g.client(Role.LEAD).get(path) for path in paths]


ATTACKS.every("content type", {
    "JSON where a form is taken": lambda g: g.analyst.post(f"/decide/advert/{g.advert}", json=g.decide),
    "a form where JSON is taken": lambda g: g.program.post(f"{V1}/items/advert/{g.advert}/decisions", data=g.decide),
    "JSON said to be text": lambda g: g.program.post(
        f"{V1}/views", content='{"name": "x"}', headers={"Content-Type": "text/plain"}
    ),
    "JSON without a type": lambda g: g.program.post(f"{V1}/views", content=b'{"name": "x"}'),
    "XML with an entity": lambda g: g.program.post(
        f"{V1}/views", content='<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        headers={"Content-Type": "application/xml"},
    ),
}, 422)  # fmt: skip

ATTACKS.every("injection", {
    "SQL in the search": lambda g: g.analyst.get("/search", params={"q": SQL, "place": SQL, "decision": SQL}),
    "SQL in the order": lambda g: g.analyst.get("/search", params={"sort": "newest; DROP TABLE a", "min_score": "1 OR 1"}),
    "SQL in a packed cursor": lambda g: g.analyst.get("/queue", params={"cursor": pack({"clusters": SQL, "adverts": SQL})}),
    "a cursor of other types": lambda g: g.analyst.get("/queue", params={"cursor": pack({"clusters": [1], "adverts": {}})}),
    "FTS operators": lambda g: g.analyst.get("/search", params={"q": 'NEAR("a" "b", 9999999) OR body:^* -"'}),
    "an Elasticsearch query": lambda g: g.analyst.get("/search", params={"q": '{"query":{"script":{"source":"1"}}}'}),
    "SQL in a saved view": lambda g: g.analyst.get("/queue", params={"f": "1", "source": SQL, "indicator": SQL}),
    "SQL in the API's audit filter": lambda g: g.caller(Role.AUDITOR).get(f"{V1}/audit", params={"who": SQL, "subject": SQL}),
    "SQL in the API's facets": lambda g: g.program.get(f"{V1}/clusters", params={"place": SQL, "source": SQL}),
    "a template in a name": lambda g: g.analyst.get("/search", params={"q": "{{7*7}}${7*7}{% include '/etc/passwd' %}"}),
}, 200)  # fmt: skip
ATTACKS.every("injection", {
    "SQL in the API's cursor": lambda g: g.program.get(f"{V1}/adverts", params={"cursor": pack(["x", SQL])}),
    "SQL in the API's order": lambda g: g.program.get(f"{V1}/adverts", params={"sort": SQL}),
    "SQL in a merge": lambda g: g.client(Role.INVESTIGATOR).post(f"/judge/merge/{g.cluster}", data={"other": SQL}),
    "SQL in who is signed in": lambda g: g.nobody.post("/login", data={"name": SQL, "password": SQL}),
    "SQL for a token": lambda g: g.nobody.get(f"{V1}/me", headers={"Authorization": "Bearer strz_' OR '1'='1"}),
}, 401, 422)  # fmt: skip

ATTACKS.every("path traversal", {
    "out of the static files": lambda g: g.nobody.get("/static/..%2f..%2fapp.py"),
    "out of the vendored files": lambda g: g.nobody.get("/static/vendor/%2e%2e/%2e%2e/%2e%2e/pyproject.toml"),
    "by backslashes": lambda g: g.nobody.get("/static/..%5c..%5capp.py"),
    "with a NUL": lambda g: g.nobody.get("/static/base.css%00.png"),
    "in a capture's number": lambda g: g.analyst.get("/captures/..%2f..%2f..%2fetc%2fpasswd"),
    "in a version's number": lambda g: g.analyst.get("/versions/../../ledger.sqlite"),
    "in the API's numbers": lambda g: g.program.get(f"{V1}/adverts/..%2f..%2fetc%2fpasswd/capture"),
    "past the API's prefix to a page": lambda g: g.program.post(f"{V1}/../../logout"),
    "an encoded slash before the API": lambda g: g.bare().post("/api%2fv1/views", json={"name": "x"}),
}, 401, 403, 404, 405)  # fmt: skip


@ATTACKS.add("session", "a planted cookie is not taken over", 303)
def _planted(g: Ground) -> Sequence[Any]:
    victim = g.house.client(None)
    victim.cookies.set("strazha", "planted-by-somebody", domain="127.0.0.1")
    signed = victim.post("/login", data={"name": "auditor", "password": PASSWORD})
    thief = g.house.client(None)
    thief.cookies.set("strazha", "planted-by-somebody", domain="127.0.0.1")
    return [signed, thief.get("/queue")]


@ATTACKS.add("session", "an old cookie after signing out", 303)
def _old(g: Ground) -> Sequence[Any]:
    victim = g.house.client(Role.AUDITOR)
    kept = victim.cookies["strazha"]
    out = victim.post("/logout")
    victim.cookies.set("strazha", kept, domain="127.0.0.1")
    return [out, victim.get("/queue")]


ATTACKS.every("session", {
    "two cookies of one name": lambda g: g.nobody.get("/queue", headers={"Cookie": "strazha=a; strazha=b; strazha="}),
    "the token in the address": lambda g: g.nobody.get("/queue", params={"strazha": g.analyst.cookies["strazha"]}),
    "a session's token as a program's": lambda g: g.nobody.get(
        "/queue", headers={"Authorization": f"Bearer {g.analyst.cookies['strazha']}"}
    ),
    "a program's token at a page": lambda g: g.nobody.get("/queue", headers=dict(g.program.headers)),
    "a program's token as a cookie": lambda g: g.nobody.get(
        "/queue", headers={"Cookie": f"strazha={g.program.headers['authorization'].split()[1]}"}
    ),
}, 303)  # fmt: skip
ATTACKS.every("session", {
    "collecting a token by the lead's program, which has another": lambda g: g.caller(Role.LEAD).post(
        f"/tokens/{g.waiting}/collect", data={"password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"}
    ),
    "a cookie at the API": lambda g: g.analyst.get(f"{V1}/queue"),
    "the program's token in the API's address": lambda g: g.nobody.get(
        f"{V1}/me", params={"access_token": g.program.headers["authorization"].split()[1]}
    ),
    "a session's token at the API": lambda g: g.nobody.get(
        f"{V1}/me", headers={"Authorization": f"Bearer {g.analyst.cookies['strazha']}"}
    ),
}, 401)  # fmt: skip

ATTACKS.every("IDOR", {
    "ending the lead's session": lambda g: g.analyst.post(f"/account/sessions/{g.session}/end"),
    "removing the lead's view": lambda g: g.analyst.post(f"/views/{g.view}/remove"),
    "removing the lead's view by API": lambda g: g.program.delete(f"{V1}/views/{g.view}"),
    "the lead's case": lambda g: g.analyst.get(f"/cases/{g.case}"),
    "the lead's case by API": lambda g: g.program.get(f"{V1}/cases/{g.case}"),
    "the lead's case under another name": lambda g: g.analyst.post(f"/cases/{g.case}/name", data={"title": "mine"}),
    "removing the lead's search": lambda g: g.analyst.post(f"/searches/{g.search}/remove"),
    "sharing the lead's search with oneself": lambda g: g.analyst.post(
        f"/searches/{g.search}/share", data={"with": "analyst", "shared": "*"}
    ),
    "ending the lead's watch": lambda g: g.analyst.post(f"/watches/{g.watch}/end"),
    "taking the lead's correction back": lambda g: g.analyst.post(f"/uncorrect/{g.advert}", data={"correction": "c" * 24}),
    "taking the lead's correction back by API": lambda g: g.program.delete(f"{V1}/adverts/{g.advert}/corrections/{'c' * 24}"),
    "a correction of another advert": lambda g: g.caller(Role.LEAD).delete(
        f"{V1}/adverts/{g.house.advert('Leeds')}/corrections/{'c' * 24}"
    ),
    "taking the lead's decision back": lambda g: g.analyst.post(f"/undo/decision/{g.decision}"),
    "taking the lead's decision back by API": lambda g: g.program.delete(f"{V1}/decisions/{g.decision}"),
    "taking another's opinion back": lambda g: g.analyst.post(f"/undo/opinion/{g.review}"),
    "taking another's opinion back by API": lambda g: g.program.delete(f"{V1}/reviews/{g.review}/opinion"),
    "releasing what the lead has": lambda g: g.analyst.post(f"/release/cluster/{g.cluster}"),
    "handing on what the lead has": lambda g: g.program.post(f"{V1}/items/cluster/{g.cluster}/hand-over", json={"to": "admin"}),
    "collecting the lead's token with one's own password": lambda g: g.analyst.post(
        f"/tokens/{g.waiting}/collect", data={"password": PASSWORD}
    ),
    "collecting the lead's token as the administrator who allows them": lambda g: g.client(Role.ADMIN).post(
        f"/tokens/{g.waiting}/collect", data={"password": PASSWORD, "owner": "admin"}
    ),
    "revoking the lead's token": lambda g: g.analyst.post(f"/tokens/{g.token}/revoke"),
    "reading all tokens": lambda g: g.client(Role.LEAD).get("/tokens"),
    "making a token as a lead": lambda g: g.client(Role.LEAD).post("/tokens", data={"owner": "admin", "password": PASSWORD}),
    "the audit log as an analyst": lambda g: g.program.get(f"{V1}/audit"),
    "the reviews as a reviewer": lambda g: g.program.get(f"{V1}/reviews"),
    "settling as a reviewer": lambda g: g.program.post(
        f"{V1}/reviews/{g.review}/settlement", json={"outcome": "spam", "reason": "x", "seen": "x"}
    ),
    "an opinion as a lead": lambda g: g.caller(Role.LEAD).post(
        f"{V1}/reviews/{g.review}/opinion", json={"outcome": "spam", "reason": "x", "seen": "x"}
    ),
    "an advert as an operator": lambda g: g.caller(Role.OPERATOR).get(f"{V1}/adverts/{g.advert}"),
    "deciding as an auditor": lambda g: g.client(Role.AUDITOR).post(f"/decide/advert/{g.advert}", data=g.decide),
    "changing with a token for reading": lambda g: g.caller(Role.LEAD, TokenScope.READ).delete(f"{V1}/decisions/{g.decision}"),
}, 403, 404)  # fmt: skip
ATTACKS.every("IDOR", {
    "the lead's searches": lambda g: g.analyst.get("/searches"),
    "the lead's watches": lambda g: g.analyst.get("/watches"),
    "the lead's watches by API": lambda g: g.program.get(f"{V1}/watches"),
    "another's opinion on the item": lambda g: g.caller(Role.LEAD).get(f"{V1}/items/cluster/{g.reviewed}"),
    "another's opinion on the cluster's page": lambda g: g.analyst.get(f"/clusters/{g.reviewed}"),
    "another's opinion among the reviews": lambda g: g.caller(Role.LEAD).get(f"{V1}/reviews", params={"state": "open"}),
    "another's opinion in the audit log": lambda g: g.caller(Role.AUDITOR).get(f"{V1}/audit", params={"limit": 100}),
}, 200)  # fmt: skip
