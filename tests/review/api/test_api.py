"""The API does what the pages do, with a token, and no more."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient

from review.accounts.reasons import REASONS
from review.api.asks import Why
from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope

V1 = "/api/v1"


def problem(answer: Any, status: int) -> dict[str, Any]:
    """A refusal of the right kind, in the right form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["detail"]
    assert told["remedy"]
    return told


def test_it_tells_in_whose_name_one_calls(api: Any) -> None:
    told = api(Role.LEAD, TokenScope.READ).get(f"{V1}/me").json()
    assert (told["name"], told["role"], told["token"]["scope"]) == ("lead", "lead", "read")
    assert (told["may_read"], told["may_decide"], told["may_lead"], told["may_audit"]) == (True, False, False, True)


def test_only_a_token_that_holds_signs_in_and_no_cookie_does(house: Any, api: Any, client: TestClient) -> None:
    told = problem(client.get(f"{V1}/me"), 401)
    assert "token" in told["detail"]
    good = api(Role.ANALYST)
    secret = good.headers["authorization"]
    nobody = house.client(None)
    for wrong in (
        "", "Bearer", "Bearer ", "Bearer x", f"{secret}x", secret.replace("Bearer", "Basic"), secret.replace("strz_", ""),
        f"Bearer {client.cookies['strazha']}", "Bearer strz_" + "a" * 5000, "Bearer ' OR 1=1 --",
    ):  # fmt: skip
        answer = nobody.get(f"{V1}/me", headers={"Authorization": wrong})
        assert answer.headers["www-authenticate"] == "Bearer"
        problem(answer, 401)
    assert nobody.get(f"{V1}/me", headers={"Authorization": secret.replace("Bearer", "bearer")}).status_code == 200
    twice = nobody.get(f"{V1}/me", headers=[("Authorization", secret), ("Authorization", secret)])
    problem(twice, 401)
    # And a token opens no page.
    assert nobody.get("/queue", headers={"Authorization": secret}).status_code == 303
    assert nobody.post("/logout", headers={"Authorization": secret}).status_code == 401


def test_a_token_ends_with_time_role_account_and_revocation(house: Any, api: Any) -> None:
    ledger, at = house.ledger, house.clock
    one = api(Role.ANALYST)
    ledger.revoke_token(ledger.tokens("analyst")[0].id, "admin", at())
    problem(one.get(f"{V1}/me"), 401)
    for end in (
        lambda: ledger.disable_user("analyst", at()),
        lambda: ledger.set_role("analyst", Role.OPERATOR),
    ):
        fresh = api(Role.ANALYST)
        assert fresh.get(f"{V1}/me").status_code == 200
        end()
        problem(fresh.get(f"{V1}/me"), 401)
        ledger.enable_user("analyst")
        ledger.set_role("analyst", Role.ANALYST)
        # What ended stays ended.
        problem(fresh.get(f"{V1}/me"), 401)
    last = api(Role.ANALYST)
    house.clock.at += timedelta(days=31)
    problem(last.get(f"{V1}/me"), 401)


def test_an_advert_comes_covered_and_uncovered_with_a_reason_alone(house: Any, api: Any) -> None:
    caller, advert = api(Role.ANALYST), house.advert("Rotterdam")
    doc = house.index.advert(advert)
    phone = next(one for one in doc.screening.mentions if one.kind == "phone")
    answer = caller.get(f"{V1}/adverts/{advert}")
    told = answer.json()
    assert answer.headers["etag"].startswith('"')
    assert phone.text not in answer.text
    assert str(phone.value) not in answer.text
    assert len(told["body"]) == len(doc.advert.body)
    for hit in told["screening"]["hits"]:
        if hit["field"] == "body":
            assert " ".join(told["body"][hit["start"] : hit["end"]].split()).startswith(hit["text"].rstrip("…"))
    assert told["screening"]["reasons"]
    for without in ("", "&reason=other", "&reason=curiosity"):
        problem(caller.get(f"{V1}/adverts/{advert}?uncover=true{without}"), 422)
    assert set(get_args(Why)) == set(REASONS)
    assert ("analyst", "contacts uncovered", advert) not in house.actions(advert)
    open_ = caller.get(f"{V1}/adverts/{advert}", params={"uncover": True, "reason": "other", "words": "to warn"})
    assert open_.json()["body"] == doc.advert.body
    entry = next(one for one in house.ledger.audit_entries(20) if one.action == "contacts uncovered")
    assert (entry.detail["reason"], entry.detail["words"]) == ("other", "to warn")
    assert entry.detail["token"] == "analyst-full"
    problem(caller.get(f"{V1}/adverts/none"), 404)


def test_lists_go_on_without_leaving_out_or_repeating(house: Any, api: Any) -> None:
    caller = api(Role.ANALYST)
    for path in ("queue?", "adverts?", "adverts?q=a*%20OR%20%D0%B0*&sort=relevance&", "clusters?", "adverts?status=live&"):
        ids: list[str] = []
        page = caller.get(f"{V1}/{path}limit=4").json()
        total = page["total"]
        while True:
            ids += [row["id"] for row in page["rows"]]
            if not page["next"]:
                break
            page = caller.get(f"{V1}/{path}limit=4&cursor={page['next']}").json()
        assert len(ids) == len(set(ids)) == total, path
    cluster = house.filled.of("salon")
    ids, cursor = [], ""
    while True:
        page = caller.get(f"{V1}/clusters/{cluster.id}/members", params={"limit": 2, "cursor": cursor}).json()
        ids += [row["id"] for row in page["rows"]]
        if not (cursor := page["next"]):
            break
    assert ids == list(cluster.cluster.members)
    problem(caller.get(f"{V1}/adverts?cursor=zzz"), 422)
    other = caller.get(f"{V1}/adverts?limit=2").json()["next"]
    problem(caller.get(f"{V1}/adverts?limit=2&band=high&cursor={other}"), 422)
    problem(caller.get(f"{V1}/clusters/{cluster.id}/members?cursor={other}"), 422)


def test_a_decision_is_recorded_once_however_often_it_is_sent(house: Any, api: Any) -> None:
    caller, advert = api(Role.ANALYST), house.advert("Rotterdam")
    item = caller.get(f"{V1}/items/advert/{advert}")
    path, key = f"{V1}/items/advert/{advert}/decisions", {"Idempotency-Key": "case-2026-11-22/1"}
    body = {"outcome": "refer", "ground": "refer.youth", "seen": item.json()["seen"]}
    first = caller.post(path, json=body, headers=key)
    assert first.status_code == 201, first.text
    again = caller.post(path, json=body, headers=key)
    assert again.status_code == 200
    assert again.json() == first.json() | {"repeated": True}
    problem(caller.post(path, json={**body, "outcome": "spam", "ground": "spam.copied"}, headers=key), 422)
    assert len(house.ledger.decisions("advert", advert)) == 1
    # The same key of somebody else names nothing of this.
    problem(api(Role.LEAD).post(path, json=body, headers=key), 409)
    # Without naming the one that stands it would overwrite unseen; with a stale ETag it is refused before that.
    problem(caller.post(path, json=body), 409)
    problem(caller.post(path, json=body, headers={"If-Match": item.headers["etag"]}), 412)
    fresh = caller.get(f"{V1}/items/advert/{advert}")
    correction = {**body, "outcome": "monitor", "ground": "monitor.known", "corrects": fresh.json()["standing"]}
    problem(caller.post(path, json={**correction, "ground": "refer.youth"}), 422)
    problem(caller.post(path, json={**correction, "ground": "", "reason": " "}), 422)
    problem(caller.post(path, json={**correction, "seen": "0" * 32}), 409)
    made = caller.post(path, json=correction, headers={"If-Match": fresh.headers["etag"]})
    assert made.status_code == 201
    assert house.index.advert(advert).decision == "monitor"
    told = caller.get(path).json()
    assert [one["outcome"] for one in told] == ["monitor", "refer"]
    problem(api(Role.INVESTIGATOR).delete(f"{V1}/decisions/{told[0]['id']}"), 403)
    assert caller.delete(f"{V1}/decisions/{told[0]['id']}").status_code == 204
    assert house.index.advert(advert).decision == "refer"
    entry = next(one for one in house.ledger.audit_entries(50, subject=advert) if one.action == "decision")
    assert (entry.who, entry.detail["token"]) == ("analyst", "analyst-full")


def test_taking_handing_over_and_putting_back(house: Any, api: Any) -> None:
    caller, other, advert = api(Role.ANALYST), api(Role.INVESTIGATOR), house.advert("Rotterdam")
    path = f"{V1}/items/advert/{advert}"
    assert caller.post(f"{path}/take").json()["holding"]["mine"] is True
    problem(other.post(f"{path}/take"), 409)
    problem(other.post(f"{path}/release"), 403)
    problem(other.post(f"{path}/hand-over", json={"to": "lead"}), 403)
    problem(caller.post(f"{path}/hand-over", json={"to": "operator"}), 422)
    handed = caller.post(f"{path}/hand-over", json={"to": "investigator", "note": "look at the route"})
    assert handed.json()["holding"]["holder"] == "investigator"
    mine = other.get(f"{V1}/queue?hold=mine").json()
    assert [(row["id"], row["holder"]) for row in mine["rows"]] == [(advert, "investigator")]
    assert other.post(f"{path}/release").status_code == 204
    assert caller.get(path).json()["holding"] is None


def test_a_double_review_stays_blind_on_every_route(house: Any, api: Any) -> None:
    lead, one, two = api(Role.LEAD), api(Role.ANALYST), api(Role.INVESTIGATOR)
    cluster = house.filled.of("vans")
    path = f"{V1}/items/cluster/{cluster.id}"
    member = cluster.cluster.members[0]
    review = lead.post(f"{path}/reviews").json()
    assert review["state"] == "open"
    seen = one.get(path).json()["seen"]
    said = {"outcome": "refer", "reason": "the very same telling words", "seen": seen}
    problem(one.post(f"{path}/decisions", json=said), 409)
    given = one.post(f"{V1}/reviews/{review['id']}/opinion", json=said).json()
    assert (given["recorded"], given["decision"], given["review"]["state"]) == ("opinion", None, "open")
    assert one.get(path).json()["own_opinion"]["reason"] == said["reason"]
    # What the first says of a member meanwhile must not reach the second either.
    own = one.get(f"{V1}/items/advert/{member}").json()
    telling = {"outcome": "refer", "reason": "telling words on a member", "seen": own["seen"]}
    assert one.post(f"{V1}/items/advert/{member}/decisions", json=telling).status_code == 201
    for caller in (two, lead, api(Role.ADMIN), api(Role.AUDITOR)):
        for route in (
            path, f"{path}/decisions", f"{V1}/clusters/{cluster.id}", f"{V1}/clusters/{cluster.id}/members",
            f"{V1}/clusters/{cluster.id}/links", f"{V1}/clusters/{cluster.id}/judgements", f"{V1}/queue?decision=refer",
            f"{V1}/adverts?decision=refer", f"{V1}/adverts/{member}", f"{V1}/items/advert/{member}",
            f"{V1}/items/advert/{member}/decisions", f"{V1}/adverts/{member}/corrections", f"{V1}/reviews?state=open",
            f"{V1}/queue", f"{V1}/adverts",
        ):  # fmt: skip
            text = caller.get(route).text
            assert "telling words" not in text, route
            assert '"reviewer"' not in text, route
            assert '"decided_by":"analyst"' not in text, route
    problem(two.get(f"{V1}/explanations/{cluster.cluster.members[0]}/{cluster.cluster.members[1]}"), 409)
    problem(two.post(f"{path}/take"), 409)
    problem(two.post(f"{V1}/clusters/{cluster.id}/split", json={"members": [member]}), 409)
    problem(lead.post(f"{V1}/reviews/{review['id']}/opinion", json=said), 403)
    problem(lead.post(f"{V1}/reviews/{review['id']}/settlement", json=said), 409)
    other = {**said, "outcome": "spam", "reason": "copied everywhere, rings 0888 000 777"}
    assert two.post(f"{V1}/reviews/{review['id']}/opinion", json=other).json()["review"]["state"] == "disputed"
    problem(one.delete(f"{V1}/reviews/{review['id']}/opinion"), 409)
    told = lead.get(path).json()
    assert {one["reviewer"] for one in told["opinions"]} == {"analyst", "investigator"}
    settled = lead.post(f"{V1}/reviews/{review['id']}/settlement", json=said)
    assert settled.status_code == 201, settled.text
    assert settled.json()["decision"]["outcome"] == "refer"
    assert lead.get(f"{V1}/reviews/agreement").json()["pairs"] == 1
    listed = lead.get(f"{V1}/reviews")
    assert listed.json()["reviews"][0]["state"] == "settled"
    # What a colleague typed is covered in lists as on the pages.
    log = api(Role.AUDITOR).get(f"{V1}/audit?limit=50").text
    assert "copied everywhere" in listed.text
    assert "0888 000 777" not in listed.text + log


def test_words_on_clusters_take_effect_and_are_taken_back(house: Any, api: Any) -> None:
    caller, cluster = api(Role.INVESTIGATOR), house.filled.of("salon")
    path = f"{V1}/clusters/{cluster.id}"
    links = caller.get(f"{path}/links").json()
    assert links["total"] == len(links["links"]) > 0
    assert all(one["reasons"] for one in links["links"])
    a, b = links["links"][0]["a"], links["links"][0]["b"]
    why = caller.get(f"{V1}/explanations/{a}/{b}")
    assert why.status_code == 200, why.text
    assert why.json()["sentences"]
    assert "+359" not in why.text.replace("+359•", "")
    split = caller.post(f"{path}/split", json={"members": [a], "reason": "another city"})
    assert split.status_code == 200, split.text
    assert a not in house.ledger.cluster(split.json()["clusters"][b]).members
    now = split.json()["clusters"][b]
    acts = caller.get(f"{V1}/clusters/{now}/judgements").json()
    assert acts[0]["by"] == "investigator"
    problem(caller.post(f"{V1}/clusters/{now}/split", json={"members": ["nobody"]}), 422)
    problem(caller.post(f"{V1}/clusters/{now}/merge", json={"other": "nowhere"}), 422)
    back = caller.post(f"{V1}/clusters/{now}/takeback", json={"by": acts[0]["by"], "at": acts[0]["at"].replace("Z", "+00:00")})
    assert back.status_code == 200, back.text
    assert len(set(back.json()["clusters"].values())) == 1
    did = [entry.detail.get("token") for entry in house.ledger.audit_entries(50) if entry.action == "word on a cluster"]
    assert did == ["investigator-full"] * 2


def test_corrections_are_kept_beside_the_machine_s(house: Any, api: Any) -> None:
    caller, advert = api(Role.ANALYST), house.advert("Rotterdam")
    told = caller.get(f"{V1}/adverts/{advert}").json()
    finding = told["screening"]["mentions"][0]
    path = f"{V1}/adverts/{advert}/corrections"
    made = caller.post(path, json={"finding": finding["finding"], "seen": told["seen"], "note": "no such thing"})
    assert made.status_code == 201, made.text
    assert (made.json()["action"], made.json()["made_by"]) == ("remove", "analyst")
    assert [one["id"] for one in caller.get(path).json()] == [made.json()["id"]]
    problem(caller.post(path, json={"finding": "mention:999", "seen": told["seen"]}), 409)
    problem(caller.post(path, json={"label": "hit:guilty", "words": "x", "seen": told["seen"]}), 422)
    problem(api(Role.INVESTIGATOR).delete(f"{path}/{made.json()['id']}"), 403)
    assert caller.delete(f"{path}/{made.json()['id']}").status_code == 204
    problem(caller.delete(f"{path}/{made.json()['id']}"), 404)


def test_views_captures_versions_and_texts(house: Any, api: Any) -> None:
    caller, advert = api(Role.ANALYST), house.advert("Rotterdam")
    view = caller.post(f"{V1}/views", json={"name": "Youth", "query": "band=urgent&evil=//x"}).json()
    assert view["query"] == "kind=all&f=1&band=urgent&decision=none"
    assert api(Role.LEAD).get(f"{V1}/views").json() == []
    problem(api(Role.LEAD).delete(f"{V1}/views/{view['id']}"), 404)
    assert caller.delete(f"{V1}/views/{view['id']}").status_code == 204
    assert [one["number"] for one in caller.get(f"{V1}/adverts/{advert}/versions").json()] == [1]
    assert caller.get(f"{V1}/adverts/{advert}/changes").json()["new"] == 1
    capture = caller.get(f"{V1}/adverts/{advert}/capture").json()
    assert (capture["sound"], bool(capture["problem"])) == (False, True)
    assert caller.get(f"{V1}/adverts/{advert}/similar").status_code == 200
    assert len(caller.get(f"{V1}/indicators").json()) > 20
    assert caller.get(f"{V1}/vocabulary", headers={"Accept-Language": "bg"}).json()["outcomes"][0]["label"] != "Refer"
    problem(caller.post(f"{V1}/screenings", json={"title": " ", "body": "\n"}), 422)


def test_operators_and_auditors_read_theirs(house: Any, api: Any) -> None:
    operator, auditor = api(Role.OPERATOR), api(Role.AUDITOR)
    run = operator.get(f"{V1}/runs").json()["runs"][0]
    assert operator.get(f"{V1}/runs/{run['id']}").json() == run
    sources = operator.get(f"{V1}/sources").json()
    assert sources
    assert {"schedule", "legal_basis"} <= set(sources[0])
    assert operator.get(f"{V1}/sources/{run['sources'][0]}/crawls").status_code == 200
    problem(operator.get(f"{V1}/audit"), 403)
    page = auditor.get(f"{V1}/audit?limit=2").json()
    older = auditor.get(f"{V1}/audit?limit=2&cursor={page['next']}").json()
    assert page["entries"][-1]["number"] - 1 == older["entries"][0]["number"]
    check = auditor.get(f"{V1}/audit/check").json()
    assert (check["sound"], check["first_bad"]) == (True, None)
    assert [one["who"] for one in auditor.get(f"{V1}/audit?who=operator").json()["entries"]].count("operator") >= 3


def test_a_token_for_reading_changes_nothing(house: Any, api: Any) -> None:
    caller, advert = api(Role.LEAD, TokenScope.READ), house.advert("Rotterdam")
    path = f"{V1}/items/advert/{advert}"
    seen = caller.get(path).json()["seen"]
    before = house.ledger.audit_head()
    problem(caller.post(f"{path}/take"), 403)
    problem(caller.post(f"{path}/decisions", json={"outcome": "refer", "reason": "r", "seen": seen}), 403)
    problem(caller.post(f"{V1}/views", json={"name": "x"}), 403)
    problem(caller.post(f"{V1}/reviews/draw", json={"count": 3}), 403)
    assert house.ledger.audit_head() == before
    # Screening a text keeps nothing, so that it counts as reading; the empty one is refused for being empty.
    problem(caller.post(f"{V1}/screenings", json={}), 422)


def test_a_token_waits_when_it_asks_too_much(house: Any, api: Any) -> None:
    caller, other = api(Role.ANALYST, rate=3), api(Role.LEAD)
    answers = [caller.get(f"{V1}/vocabulary") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    problem(answers[3], 429)
    assert 1 <= int(answers[3].headers["retry-after"]) <= 21
    assert other.get(f"{V1}/vocabulary").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 422),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 422),
        ({"Host": "evil.example.org"}, 400),
    ],
)
def test_programs_call_it_and_pages_of_other_sites_do_not(api: Any, headers: dict[str, str], status: int) -> None:
    sent = {"Content-Type": "application/json", **headers}
    answer = api(Role.ANALYST).post(f"{V1}/views", content=b'{"name": "x"}', headers=sent)
    assert answer.status_code == status
    if status != 201:
        assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_asked_wrongly_is_named_and_not_repeated(api: Any) -> None:
    caller = api(Role.ANALYST)
    told = problem(caller.post(f"{V1}/views", json={"name": "x", "owner": "lead", "<b>": 1}), 422)
    assert {one["where"] for one in told["errors"]} == {"body.owner", "body.<b>"}
    half = json.dumps({"name": "x", "\ud800": 1})
    problem(caller.post(f"{V1}/views", content=half, headers={"Content-Type": "application/json"}), 422)
    told = problem(caller.get(f"{V1}/adverts?sort=%2B359888001001&limit=-1"), 422)
    assert "359888001001" not in str(told)
    assert {one["where"] for one in told["errors"]} == {"query.sort", "query.limit"}
    # A misspelt filter would answer with more than was asked for.
    for path in ("adverts?bands=high", "vocabulary?nonsense=1", f"adverts/{'0' * 24}/versions?uncover=true"):
        told = problem(caller.get(f"{V1}/{path}"), 422)
        assert [one["where"] for one in told["errors"]] == [f"query.{path.partition('?')[2].partition('=')[0]}"]
    assert problem(caller.get(f"{V1}/nothing"), 404)
    assert caller.put(f"{V1}/me").headers["allow"] == "GET"
    bulgarian = problem(caller.get(f"{V1}/nothing", headers={"Accept-Language": "bg"}), 404)
    assert bulgarian["detail"] != problem(caller.get(f"{V1}/nothing"), 404)["detail"]
