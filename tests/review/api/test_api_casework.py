"""A cluster from every side, histories, notes, cases, searches, the map through the API: covered and blind as on the pages."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from typing import Any

import pytest

from strazha.ledger.records import Role
from tests.review.api.test_api import V1, problem

#: The contacts of the salon, however written.
CONTACT = re.compile(r"7700 ?900 ?\d{2}|miasalon|00101")
WHY = {"uncover": "true", "reason": "victim"}


@pytest.mark.parametrize("view", ["graph", "times", "text", "facts"])
def test_each_view_is_covered_until_a_reason_is_given(house: Any, api: Any, view: str) -> None:
    caller, doc = api(Role.ANALYST), house.filled.of("salon")
    path = f"{V1}/clusters/{doc.id}/{view}"
    told = caller.get(path)
    assert (told.json()["cluster"], told.json()["members"], told.json()["uncovered"]) == (doc.id, doc.size, False)
    assert not CONTACT.search(told.text)
    problem(caller.get(path, params={"uncover": "true"}), 422)
    opened = caller.get(path, params=WHY)
    assert opened.json()["uncovered"] is True
    # Towns and moves name none, and no two texts of the salon are alike.
    assert CONTACT.search(opened.text) or view in {"times", "text"}
    entry = next(one for one in house.ledger.audit_entries(5) if one.action == "contacts uncovered")
    assert (entry.detail["reason"], entry.detail["token"]) == ("victim", "analyst-full")
    assert "cluster read" in {one[1] for one in house.actions(doc.id)}
    problem(caller.get(f"{V1}/clusters/{'0' * 24}/{view}"), 404)
    problem(api(Role.OPERATOR).get(path), 403)


def test_views_say_what_their_pages_say(house: Any, api: Any) -> None:
    caller, doc = api(Role.ANALYST), house.filled.of("salon")
    path = f"{V1}/clusters/{doc.id}"
    graph = caller.get(f"{path}/graph").json()
    assert {one["advert"] for one in graph["nodes"]} == set(doc.cluster.members)
    assert all(edge["holds"] and edge["reasons"] for edge in graph["edges"])
    every = caller.get(f"{path}/graph", params={"every": "true"}).json()
    assert len(every["edges"]) == every["links"] >= len(graph["edges"])
    times = caller.get(f"{path}/times").json()
    assert sum(sum(one["appeared"]) for one in times["periods"]) == doc.size == times["live"] + times["gone"]
    kinds = {one["kind"]: one["facts"] for one in caller.get(f"{path}/facts").json()["tables"]}
    assert list(kinds) == ["contacts", "names", "ages", "prices", "places"]
    assert kinds["contacts"][0]["adverts"] >= 2
    sheets = caller.get(f"{path}/text").json()
    assert sum(one["copies"] for one in sheets["sheets"]) + sheets["alone"] == doc.size
    beside = house.filled.of("vans")
    both = caller.get(f"{path}/compare/{beside.cluster.members[0]}").json()
    assert (both["a"]["id"], both["b"]["id"], both["uncovered"]) == (doc.id, beside.id, False)
    assert both["pairs"]
    assert not CONTACT.search(str(both))
    assert CONTACT.search(caller.get(f"{path}/compare/{beside.id}", params=WHY).text)
    problem(caller.get(f"{path}/compare/{doc.cluster.members[0]}"), 422)
    problem(caller.get(f"{path}/compare/{'0' * 24}"), 404)
    assert caller.get(f"{V1}/shared-contacts").json()["uncovered"] is False
    found = caller.get(f"{V1}/map", params={"source": doc.sources[0]}).json()
    assert found["total"] > 0
    assert all(-90 <= one["lat"] <= 90 and one["total"] for one in found["places"])
    assert house.actions("adverts")[0] == ("analyst", "map read", "adverts")


def test_a_graph_and_a_history_stay_blind(house: Any, api: Any) -> None:
    own, other, doc = api(Role.ANALYST), api(Role.INVESTIGATOR), house.filled.of("salon")
    link = house.index.links(doc.id)[0].link
    said = {"a": link.a, "b": link.b, "judgement": "confirmed", "reason": "same hand"}
    answer = own.post(f"{V1}/clusters/{doc.id}/judgements", json=said)
    doc = house.index.cluster(next(iter(answer.json()["clusters"].values()))) if answer.status_code == 200 else doc
    own.post(f"{V1}/items/cluster/{doc.id}/notes", json={"text": "Ring 0888 001 234 back"})
    (line,) = [one for one in other.get(f"{V1}/items/cluster/{doc.id}/history").json()["happenings"] if one["kind"] == "note"]
    assert (line["who"], "001 2" in line["text"], bool(line["note"])) == ("analyst", False, True)
    assert "0888 001 234" in other.get(f"{V1}/items/cluster/{doc.id}/history", params=WHY).text
    house.ledger.open_review("cluster", doc.id, "lead", house.clock())
    for path in (f"clusters/{doc.id}/graph?every=true", f"items/cluster/{doc.id}/history"):
        told = other.get(f"{V1}/{path}").text
        assert '"confirmed"' not in told
        assert "analyst" not in told


def test_a_note_is_changed_and_taken_back_by_its_author_alone(house: Any, api: Any) -> None:
    own, other, item = api(Role.ANALYST), api(Role.LEAD), house.filled.of("salon").id
    note = own.post(f"{V1}/items/cluster/{item}/notes", json={"text": "First"}).json()
    path = f"{V1}/notes/{note['id']}"
    problem(other.put(path, json={"text": "Mine", "seen": 1}), 404)
    problem(own.put(path, json={"text": " ", "seen": 1}), 422)
    changed = own.put(path, json={"text": "Second", "seen": note["version"]})
    assert (changed.json()["text"], changed.json()["version"]) == ("Second", 2)
    problem(own.put(path, json={"text": "Third", "seen": 1}), 409)
    problem(own.delete(path), 422)
    problem(own.delete(path, params={"seen": 1}), 409)
    assert own.delete(path, params={"seen": 2}).status_code == 204
    assert own.get(f"{V1}/items/cluster/{item}/notes").json() == []
    assert [one[1] for one in house.actions(item)][:3] == ["cluster read", "note taken back", "note changed"]


def test_a_case_is_renamed_reported_on_handed_out_and_closed(house: Any, api: Any) -> None:
    own, other, advert = api(Role.ANALYST), api(Role.INVESTIGATOR), house.advert("Rotterdam")
    case = own.post(f"{V1}/cases", json={"title": "Route north"}).json()["id"]
    path, why = f"{V1}/cases/{case}", {"reason": "request 12/2026"}
    put = {"kind": "advert", "id": advert, "reason": "gave 0888 001 234 before"}
    assert own.post(f"{path}/items", json=put).status_code == 204
    closing = {"to": "closed", "reason": "handed over"}
    for address, sent in (("name", {"title": "x"}), ("state", closing), ("report", why), ("bundle", why)):
        problem(other.post(f"{path}/{address}", json=sent), 404)
        problem(own.post(f"{path}/{address}", json={**sent, "reason" if "reason" in sent else "title": "  "}), 422)
    assert own.post(f"{path}/name", json={"title": "Route south", "reference": "GP-2"}).json()["reference"] == "GP-2"
    # What people typed is covered, on the page and here.
    assert "001 2" not in own.get(path).text
    report = own.post(f"{path}/report", json=why).json()
    (item,) = report["items"]
    assert (report["case"]["title"], item["proofs"][0]["advert"], report["uncovered"]) == ("Route south", advert, False)
    assert "001 2" not in str(report)
    shown = own.post(f"{path}/report", json={**why, "contacts": True}).json()
    assert shown["items"][0]["put_in"]["reason"] == put["reason"]
    bundle = own.post(f"{path}/bundle", json=why)
    assert (bundle.status_code, bundle.headers["content-type"]) == (200, "application/zip")
    names = zipfile.ZipFile(io.BytesIO(bundle.content)).namelist()
    assert {"case.json", "SHA256SUMS", f"adverts/{advert}.json"} <= set(names)
    assert own.post(f"{path}/state", json=closing).json()["closed_at"] is not None
    problem(own.post(f"{path}/items", json={**put, "id": house.advert("Leeds")}), 409)
    problem(own.post(f"{path}/name", json={"title": "Late"}), 409)
    assert own.post(f"{path}/state", json={"to": "reopened", "reason": "goes on"}).json()["closed_at"] is None
    did = [one.action for one in house.ledger.audit_entries(30) if one.subject == case]
    assert {"case reopened", "case closed", "evidence bundle made", "case report made", "contacts uncovered"} <= set(did)
    assert house.ledger.verify_audit() is None


def test_searches_are_saved_shared_and_removed_by_their_owner(house: Any, api: Any) -> None:
    own, other = api(Role.ANALYST), api(Role.INVESTIGATOR)
    problem(own.post(f"{V1}/searches", json={"name": " "}), 422)
    made = own.post(f"{V1}/searches", json={"name": "Van", "query": "q=van&next=//x", "shared": ["investigator", "operator"]})
    told = made.json()
    assert (made.status_code, told["shared"], "next" in told["query"]) == (201, ["investigator"], False)
    assert [(one["mine"], one["shared"]) for one in other.get(f"{V1}/searches").json()] == [(False, [])]
    path = f"{V1}/searches/{told['id']}"
    problem(other.post(f"{path}/share", json={"shared": ["*"]}), 404)
    problem(other.delete(path), 404)
    assert own.post(f"{path}/share", json={}).status_code == 204
    assert other.get(f"{V1}/searches").json() == []
    assert own.delete(path).status_code == 204
    assert own.post(f"{V1}/alerts/read").status_code == 204
    assert house.actions()[0] == ("analyst", "alerts read", "own")


def test_a_text_and_a_file_are_screened_and_say_what_they_resemble(house: Any, api: Any) -> None:
    caller, doc = api(Role.ANALYST), house.index.advert(house.advert("Rotterdam"))
    text = {"title": doc.advert.title, "body": doc.advert.body}
    told = caller.post(f"{V1}/screenings", json={**text, "compare": True}).json()
    assert told["resembles"] == [] or told["compared"]
    assert caller.post(f"{V1}/screenings", json=text).json()["compared"] is False
    sheet = "title,text\nVan for hire,Clean van in Leeds\nDriver,Night work"
    sent = {"name": "found.csv", "content": base64.b64encode(sheet.encode()).decode()}
    found = caller.post(f"{V1}/screenings/file", json=sent).json()
    assert [(one["number"], one["title"]) for one in found["texts"]] == [(1, "Van for hire"), (2, "Driver")]
    for wrong in ({"name": "x.exe"}, {"content": "§"}, {"content": ""}, {"name": "x.docx"}):
        problem(caller.post(f"{V1}/screenings/file", json={**sent, **wrong}), 422)
    assert [one[1] for one in house.actions()].count("text screened") == 4
