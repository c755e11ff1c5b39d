"""Attacks by what is sent: redirects, added fields, headers, sizes, odd characters, haste, guessing."""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Sequence
from typing import Any

from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope
from tests.review.attack_ground import V1, Attacks, Ground
from tests.review.conftest import PASSWORD

ATTACKS = Attacks()
EVIL = "https://evil.example.org"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@ATTACKS.add("open redirect", "each place that sends on", 200, 303)
def _redirects(g: Ground) -> Sequence[Any]:
    targets = (
        EVIL,
        "//evil.example.org",
        "/\\evil.example.org",
        "/%09/evil.example.org",
        "///evil.example.org/..",
        "javascript:1",
    )
    found = []
    for target in targets:
        found += [
            g.analyst.get("/login", params={"next": target}),
            g.analyst.post("/language", data={"language": "en", "next": target}),
            g.analyst.get("/queue/next", params={"after": target, "done": target}),
            g.analyst.get(f"/clusters/{g.cluster}", params={"from": target}),
        ]
    return found


ATTACKS.every("open redirect", {
    "by the host header": lambda g: g.nobody.get("/queue", headers={"Host": "evil.example.org"}),
    "by a host with an at sign": lambda g: g.nobody.get("/queue", headers={"Host": "127.0.0.1:8000@evil.example.org"}),
}, 400)  # fmt: skip

ATTACKS.every("mass assignment", {
    "a role at sign-in": lambda g: g.nobody.post("/login", data={"name": "analyst", "password": "x", "role": "admin"}),
}, 401)  # fmt: skip


@ATTACKS.add("mass assignment", "who decided, with which band and score", 409)
def _decided_by(g: Ground) -> Sequence[Any]:
    # The decision itself is refused (it does not name the one that stands); what was added has no place to go.
    added = {"decided_by": "lead", "score": "0", "band": "low", "id": "x" * 24, "review": g.review}
    return [g.analyst.post(f"/decide/advert/{g.advert}", data={**g.decide, **added, "corrects": ""})]


ATTACKS.every("mass assignment", {
    "who decided, by API": lambda g: g.program.post(
        f"{V1}/items/advert/{g.advert}/decisions", json={**g.decide, "decided_by": "lead", "score": 0}
    ),
    "whose view, by API": lambda g: g.program.post(f"{V1}/views", json={"name": "x", "owner": "lead"}),
    "who corrected, by API": lambda g: g.program.post(
        f"{V1}/adverts/{g.advert}/corrections", json={"seen": g.seen, "finding": "hit:0", "made_by": "lead"}
    ),
    "an unknown filter, by API": lambda g: g.program.get(f"{V1}/adverts", params={"uncover": "true", "owner": "lead"}),
    "who made a token": lambda g: g.client(Role.ADMIN).post(
        "/tokens", data={"owner": "lead", "name": "x", "days": "9", "made_by": "lead", "role": "admin", "password": "wrong"}
    ),
    "a list where one value is taken": lambda g: g.program.post(f"{V1}/views", json={"name": ["x", "y"]}),
    "an object where a text is taken": lambda g: g.program.post(f"{V1}/views", json={"name": {"$ne": ""}}),
}, 422)  # fmt: skip

CRLF = "x\r\nX-Injected: 1\r\n\r\n<script>window.hacked=1</script>"
ATTACKS.every("header injection", {
    "in where to go on": lambda g: g.analyst.post("/language", data={"language": "en", "next": f"/queue{CRLF}"}),
    "in the language": lambda g: g.analyst.post("/language", data={"language": CRLF, "next": "/"}),
    "in the queue's cookie": lambda g: g.analyst.get("/queue", params={"f": "1", "source": CRLF}),
    "in what was done": lambda g: g.analyst.get("/queue/next", params={"done": CRLF}),
    "in a former number": lambda g: g.analyst.get(f"/clusters/{g.cluster}", params={"from": CRLF}),
    "in an item's number": lambda g: g.analyst.get(f"/adverts/{CRLF.encode().hex()}%0d%0aX-Injected:%201"),
    "in the API's ETag": lambda g: g.program.get(f"{V1}/adverts/x%0d%0aX-Injected:%201"),
}, 200, 303, 404)  # fmt: skip

ATTACKS.every("host header", {
    "another host": lambda g: g.analyst.get("/queue", headers={"Host": "evil.example.org"}),
    "our name within another": lambda g: g.analyst.get("/queue", headers={"Host": "127.0.0.1.evil.example.org"}),
    "none": lambda g: g.analyst.get("/queue", headers={"Host": ""}),
    "another host at the API": lambda g: g.program.get(f"{V1}/me", headers={"Host": "evil.example.org"}),
}, 400)  # fmt: skip
ATTACKS.every("host header", {
    "a proxy's word on it is not taken": lambda g: g.nobody.get(
        "/queue", headers={"X-Forwarded-Host": "evil.example.org", "X-Forwarded-Proto": "https", "Forwarded": f"host={EVIL}"}
    ),
    "a proxy's word on the address is not taken": lambda g: g.nobody.get("/queue", headers={"X-Original-URL": "/login"}),
}, 303)  # fmt: skip

WATCHED = {"kind": "list", "name": "x", "source": "0888 001 001"}
ATTACKS.every("calling out", {
    "to the cloud's own address": lambda g: g.analyst.post("/watches", data={**WATCHED, "hook": "http://169.254.169.254/latest/"}),
    "to this machine": lambda g: g.analyst.post("/watches", data={**WATCHED, "hook": "http://127.0.0.1:9200/_all"}),
    "to a file": lambda g: g.analyst.post("/watches", data={**WATCHED, "hook": "file:///etc/passwd"}),
    "to an outsider": lambda g: g.analyst.post("/watches", data={**WATCHED, "hook": f"{EVIL}/in"}),
    "by mail to an outsider": lambda g: g.analyst.post("/watches", data={**WATCHED, "mail": "thief@evil.example.org"}),
    "by mail with a second receiver": lambda g: g.analyst.post(
        "/watches", data={**WATCHED, "mail": "a@example.org\r\nBcc: thief@evil.example.org"}
    ),
}, 422)  # fmt: skip

ATTACKS.every("smuggling", {
    "a length that is none": lambda g: g.analyst.post("/views", content=b"name=x", headers={"Content-Length": "6, 60", **FORM}),
    "a length in other digits": lambda g: g.analyst.post(
        "/views", content=b"name=x", headers=[(b"Content-Length", b"\xb2"), (b"Content-Type", b"text/plain")]
    ),
    "a negative length": lambda g: g.program.post(f"{V1}/views", content=b"{}", headers={"Content-Length": "-1", **JSON}),
    "a length in hex": lambda g: g.program.post(f"{V1}/views", content=b"{}", headers={"Content-Length": "0x10", **JSON}),
    "two lengths": lambda g: g.analyst.post(
        "/views", content=b"name=x", headers=[("Content-Length", "6"), ("Content-Length", "99999999")]
    ),
    "a body of five megabytes": lambda g: g.analyst.post("/paste", data={"body": "x" * 5_000_000}),
    "five megabytes at the API": lambda g: g.program.post(f"{V1}/screenings", content=b" " * 5_000_000, headers=JSON),
}, 413)  # fmt: skip


def _parts(count: int, size: int) -> bytes:
    one = b'--b\r\nContent-Disposition: form-data; name="member"; filename="f"\r\n\r\n' + b"x" * size + b"\r\n"
    return one * count + b"--b--\r\n"


MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}
ATTACKS.every("size", {
    "a form of fifty thousand fields": lambda g: g.analyst.post("/views", content="a=1&" * 50_000, headers=FORM),
    "a form of two thousand files": lambda g: g.analyst.post("/views", content=_parts(2000, 1), headers=MULTIPART),
    "a file of three megabytes": lambda g: g.analyst.post("/views", content=_parts(1, 3_000_000), headers=MULTIPART),
    "a form that never ends": lambda g: g.analyst.post("/views", content=b"--b\r\n" * 100_000, headers=MULTIPART),
    "a hundred thousand lists in each other": lambda g: g.program.post(f"{V1}/views", content=b"[" * 100_000, headers=JSON),
    "objects in each other": lambda g: g.program.post(
        f"{V1}/views", content=b'{"name":' * 50_000 + b"1" + b"}" * 50_000, headers=JSON
    ),
    "a number of a million digits": lambda g: g.program.post(
        f"{V1}/reviews/draw", content=b'{"count": ' + b"9" * 1_000_000 + b"}", headers=JSON
    ),
    "no number": lambda g: g.caller(Role.LEAD).post(f"{V1}/reviews/draw", content=b'{"count": NaN}', headers=JSON),
    "a hundred thousand members": lambda g: g.program.post(
        f"{V1}/clusters/{g.reviewed}/split", json={"members": ["x"] * 100_000}
    ),
    "a megabyte of words": lambda g: g.program.post(f"{V1}/views", json={"name": "x" * 1_000_000}),
    "a long text to screen": lambda g: g.program.post(f"{V1}/screenings", json={"body": "x" * 100_001}),
    "broken UTF-8": lambda g: g.program.post(f"{V1}/views", content=b'{"name": "\xff\xfe"}', headers=JSON),
    "half a character": lambda g: g.program.post(f"{V1}/views", content=b'{"name": "\\ud800"}', headers=JSON),
}, 400, 403, 422)  # fmt: skip
ATTACKS.every("size", {
    "a thousand filters": lambda g: g.analyst.get("/search", params=[("source", f"s{number}") for number in range(1000)]),
    "a long search": lambda g: g.analyst.get("/search", params={"q": "a" * 30_000}),
}, 200)  # fmt: skip

ATTACKS.every("slow patterns", {
    "brackets": lambda g: g.analyst.get("/search", params={"q": "(" * 250 + "a*" + ")" * 248}),
    "quotes": lambda g: g.analyst.get("/search", params={"q": '"' * 499 + "a"}),
    "stars": lambda g: g.analyst.get("/search", params={"q": "a* b* c* " * 55}),
    "a nested pattern": lambda g: g.analyst.get("/search", params={"q": "^(([a-z])+.)+[A-Z]([a-z])+$ " + "a" * 400}),
    "minus signs": lambda g: g.program.get(f"{V1}/adverts", params={"q": "-" * 500}),
    "half a number": lambda g: g.program.get(f"{V1}/adverts", params={"q": "+3 5-9." * 70}),
}, 200)  # fmt: skip

ATTACKS.every("odd characters", {
    "a name that looks alike": lambda g: g.nobody.post("/login", data={"name": "\u0430dmin", "password": PASSWORD}),
    "a name in wide letters": lambda g: g.nobody.post("/login", data={"name": "\uff41dmin", "password": PASSWORD}),
    "a name with a NUL": lambda g: g.nobody.post("/login", data={"name": "admin\0", "password": PASSWORD}),
    "a name with a joiner": lambda g: g.nobody.post("/login", data={"name": "ad\u200dmin", "password": PASSWORD}),
    "a dotted capital": lambda g: g.nobody.post("/login", data={"name": "adm\u0130n", "password": PASSWORD}),
    "an empty name": lambda g: g.nobody.post("/login", data={"name": "\u3000", "password": ""}),
}, 401)  # fmt: skip
ATTACKS.every("odd characters", {
    "a view that turns the page around": lambda g: g.analyst.post("/views", data={"name": "\u202e\u2066\0"[2:]}),
    "half a character as a filter": lambda g: g.analyst.get("/queue?f=1&source=%ed%a0%80&band=%ff"),
    "a NUL as a filter": lambda g: g.program.get(f"{V1}/adverts?source=%00&q=%00"),
}, 200, 422)  # fmt: skip


@ATTACKS.add("haste", "two decisions at one moment: one stands", 201, 409)
def _at_once(g: Ground) -> Sequence[Any]:
    return _raced(g, g.house.advert("Leeds"), [{"Idempotency-Key": f"raced-decision-{number}"} for number in range(6)])


@ATTACKS.add("haste", "one request six times at one moment", 200, 201)
def _same_at_once(g: Ground) -> Sequence[Any]:
    return _raced(g, g.house.advert("Берачи"), [{"Idempotency-Key": "the-same-key"}] * 6)


def _raced(g: Ground, advert: str, headers: list[dict[str, str]]) -> list[Any]:
    """Decide many times at once; take back what was recorded, so that the ground is as it was but for that."""
    path = f"{V1}/items/advert/{advert}"
    body = {"outcome": "monitor", "reason": "raced", "seen": g.program.get(path).json()["seen"]}
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda sent=sent: answers.append(g.program.post(f"{path}/decisions", json=body, headers=sent)))
        for sent in headers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [one for one in g.house.ledger.decisions("advert", advert) if one.reason == "raced"]
    assert len(kept) == 1
    assert sum(answer.status_code == 201 for answer in answers) == 1
    g.forget(kept[0].id)
    return answers


@ATTACKS.add("haste", "a decision on what has changed meanwhile", 409)
def _changed(g: Ground) -> Sequence[Any]:
    return [g.analyst.post(f"/decide/advert/{g.advert}", data={**g.decide, "seen": "0" * 32})]


@ATTACKS.add("guessing", "passwords, until the account is locked, the right one too", 401)
def _passwords(g: Ground) -> Sequence[Any]:
    g.house.ledger.add_user("guessed", PASSWORD, Role.ADMIN) if g.house.ledger.user("guessed") is None else None
    answers = [g.nobody.post("/login", data={"name": "guessed", "password": f"guess {number}"}) for number in range(5)]
    answers.append(g.nobody.post("/login", data={"name": "guessed", "password": PASSWORD}))
    assert len({answer.text for answer in answers}) == 1
    g.house.ledger.enable_user("guessed")
    return answers


@ATTACKS.add("guessing", "an administrator's password at the tokens, from an open session", 422)
def _token_password(g: Ground) -> Sequence[Any]:
    form = {"owner": "admin", "name": "mine", "days": "9", "scope": "full"}
    thief = g.client(Role.ADMIN)
    answers = [thief.post("/tokens", data={**form, "password": f"guess {number}"}) for number in range(5)]
    # Locked now: the right one opens nothing either.
    answers.append(thief.post("/tokens", data={**form, "password": PASSWORD}))
    g.house.clock.at = g.house.clock.at.replace(hour=g.house.clock.at.hour + 1)
    return answers


@ATTACKS.add("guessing", "an owner's password at a token that waits, from their open session", 422)
def _collecting(g: Ground) -> Sequence[Any]:
    waiting = g.house.ledger.allow_token(
        "operator", "waits", scope=TokenScope.READ, days=9, made_by="admin", at=g.house.clock()
    ).id  # fmt: skip
    thief = g.house.client(Role.OPERATOR)
    answers = [thief.post(f"/tokens/{waiting}/collect", data={"password": f"guess {number}"}) for number in range(5)]
    # Locked now: the right one opens nothing either.
    answers.append(thief.post(f"/tokens/{waiting}/collect", data={"password": PASSWORD}))
    g.house.ledger.enable_user("operator")
    return answers


@ATTACKS.add("guessing", "whether an account is there, by the time it takes", 401)
def _timing(g: Ground) -> Sequence[Any]:
    answers = []
    times: dict[str, list[float]] = {"operator": [], "nobody-of-that-name": []}
    for _ in range(3):
        for name, taken in times.items():
            at = time.perf_counter()
            answers.append(g.nobody.post("/login", data={"name": name, "password": "wrong"}))
            taken.append(time.perf_counter() - at)
    known, unknown = (min(taken) for taken in times.values())
    assert 0.4 < known / unknown < 2.5, statistics.mean(times["operator"])
    g.house.ledger.enable_user("operator")
    return answers


ATTACKS.every("method", {
    "an override by header": lambda g: g.analyst.get(
        f"/undo/decision/{g.decision}", headers={"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
    ),
    "an override by field": lambda g: g.client(Role.LEAD).get(f"/undo/decision/{g.decision}", params={"_method": "POST"}),
    "DELETE at a page": lambda g: g.client(Role.LEAD).delete(f"/undo/decision/{g.decision}"),
    "TRACE": lambda g: g.analyst.request("TRACE", "/queue"),
    "an unknown method": lambda g: g.analyst.request("PROPFIND", "/queue"),
    "PUT at the API": lambda g: g.program.put(f"{V1}/decisions/{g.decision}", json={"outcome": "spam"}),
}, 403, 404, 405)  # fmt: skip


@ATTACKS.add("caches and frames", "every private page and answer", 200, 401, 303)
def _private(g: Ground) -> Sequence[Any]:
    paths = ("/queue", f"/adverts/{g.advert}", f"/clusters/{g.cluster}", "/search?q=a", "/audit", "/api", "/account")
    found = [*(g.client(Role.AUDITOR).get(path) for path in paths), g.client(Role.ADMIN).get("/tokens")]
    for answer in found:
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
    found += [g.program.get(f"{V1}/{path}") for path in ("me", "queue", f"adverts/{g.advert}", "openapi.json")]
    return [*found, g.nobody.get(f"{V1}/openapi.json"), g.nobody.get("/api")]


@ATTACKS.add("hostile reflection", "what is wrong is told without what was sent", 422)
def _reflected(g: Ground) -> Sequence[Any]:
    answer = g.program.post(f"{V1}/views", json={"name": {"phone": "+359888001001"}})
    assert "359888001001" not in answer.text
    assert json.loads(answer.text)["errors"]
    return [answer]
