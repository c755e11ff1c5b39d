"""Investigators' own through the API: pieces of contacts, saved searches, watches, case folders."""

from __future__ import annotations

from typing import Any

from strazha.ledger.casework_records import CaseItem
from strazha.ledger.records import Role
from strazha.ledger.watch_records import Watch
from tests.review.api.test_api import V1, problem


def test_a_case_is_there_for_those_named_and_leads_alone(house: Any, api: Any) -> None:
    at, advert = house.clock(), house.advert("Rotterdam")
    case = house.ledger.open_case("Route north", "GP-1", "analyst", at)
    item = CaseItem(subject="advert", subject_id=advert, added_by="analyst", added_at=house.clock(), reason="same number")
    assert house.ledger.put_in_case(case.id, item)
    path = f"{V1}/cases/{case.id}"
    told = api(Role.ANALYST).get(path).json()
    assert [(one["kind"], one["id"], one["reason"]) for one in told["items"]] == [("advert", advert, "same number")]
    assert [one["action"] for one in told["history"]] == ["opened", "item added"]
    assert [one["title"] for one in api(Role.LEAD).get(f"{V1}/cases").json()] == ["Route north"]
    assert api(Role.INVESTIGATOR).get(f"{V1}/cases").json() == []
    problem(api(Role.INVESTIGATOR).get(path), 404)
    problem(api(Role.AUDITOR).get(path), 403)


def test_pieces_of_contacts_days_and_watches(house: Any, api: Any) -> None:
    caller, at = api(Role.INVESTIGATOR), house.clock()
    doc = house.index.advert(house.advert("Rotterdam"))
    piece = next(str(one.value)[-6:-1] for one in doc.screening.mentions if one.kind == "phone")
    found = caller.get(f"{V1}/adverts", params={"contact": piece, "first_from": "2026-11-01", "sort": "seen"}).json()
    assert found["total"] == len(found["rows"]) > 0
    assert all(row["found"] for row in found["rows"])
    assert caller.get(f"{V1}/adverts", params={"contact": piece, "first_from": "2026-12-24"}).json()["total"] == 0
    problem(caller.get(f"{V1}/adverts?first_to=yesterday"), 422)
    house.ledger.save_search("investigator", "Six digits", "contact=888001", at)
    house.ledger.add_watch(
        Watch(
            id="w" * 16, owner="investigator", name="Six digits", kind="list", source="0888 001", asked=(), secret="hush",
            hook="https://example.org/in", created_at=at,
        )
    )  # fmt: skip
    assert [(one["name"], one["mine"]) for one in caller.get(f"{V1}/searches").json()] == [("Six digits", True)]
    told = caller.get(f"{V1}/watches")
    assert [one["source"] for one in told.json()] == ["0888 001"]
    assert "hush" not in told.text
    other = api(Role.ANALYST)
    assert (other.get(f"{V1}/watches").json(), other.get(f"{V1}/searches").json(), other.get(f"{V1}/alerts").json()) == (
        [],
        [],
        [],
    )
    problem(caller.get(f"{V1}/alerts/{'0' * 16}"), 404)


def test_a_case_is_kept_and_stays_hidden_from_others(house: Any, api: Any) -> None:
    own, other, advert = api(Role.ANALYST), api(Role.INVESTIGATOR), house.advert("Rotterdam")
    case = own.post(f"{V1}/cases", json={"title": "Route north", "reference": "GP-1"}).json()["id"]
    path, put = f"{V1}/cases/{case}", {"kind": "advert", "id": advert, "reason": "same number"}
    person, why = {"name": "investigator", "reason": "takes over"}, {"reason": "not part of it"}
    calls = [
        ("GET", path, {}), ("POST", f"{path}/items", {"json": put}), ("GET", f"{path}/notes", {}),
        ("DELETE", f"{path}/items/advert/{advert}", {"params": why}), ("POST", f"{path}/people", {"json": person}),
        ("POST", f"{path}/notes", {"json": {"text": "Call back"}}),
        ("DELETE", f"{path}/people/analyst", {"params": why}),
    ]  # fmt: skip
    for method, address, sent in calls:
        problem(other.request(method, address, **sent), 404)
    assert own.get(path).json()["items"] == []
    assert own.post(f"{path}/items", json=put).status_code == 204
    problem(own.post(f"{path}/items", json=put), 409)
    problem(own.post(f"{path}/items", json={**put, "reason": "   "}), 422)
    problem(own.post(f"{path}/items", json={**put, "id": "none-such"}), 404)
    written = own.post(f"{path}/notes", json={"text": "Ring 0888 001 234 back"})
    assert (written.status_code, written.json()["author"]) == (201, "analyst")
    assert "001 2" not in own.get(f"{path}/notes").json()[0]["text"]
    assert own.post(f"{path}/people", json=person).status_code == 204
    # Named, one sees it, and says of nobody who else does.
    assert other.get(path).json()["people"] == ["analyst", "investigator"]
    problem(other.request("DELETE", f"{path}/people/analyst", params=why), 403)
    problem(own.delete(f"{path}/items/advert/{advert}"), 422)
    assert own.delete(f"{path}/items/advert/{advert}", params=why).status_code == 204
    problem(own.delete(f"{path}/items/advert/{advert}", params=why), 404)
    assert own.delete(f"{path}/people/investigator", params=why).status_code == 204
    problem(other.get(path), 404)
    problem(api(Role.ADMIN).get(path), 403)


def test_notes_of_an_item_are_covered_and_blind(house: Any, api: Any) -> None:
    item = house.filled.of("salon").id
    path = f"{V1}/items/cluster/{item}/notes"
    own, other = api(Role.ANALYST), api(Role.INVESTIGATOR)
    assert own.post(path, json={"text": "Ring 0888 001 234 back"}).status_code == 201
    for wrong in ({"text": " \n "}, {"text": ""}, {"text": "x" * 5001}, {}):
        problem(own.post(path, json=wrong), 422)
    (told,) = other.get(path).json()
    assert (told["mine"], "001 2" in told["text"]) == (False, False)
    assert "0888 001 234" in other.get(path, params={"uncover": "true", "reason": "victim"}).text
    problem(other.get(path, params={"uncover": "true"}), 422)
    problem(api(Role.AUDITOR).post(path, json={"text": "x"}), 403)
    house.ledger.open_review("cluster", item, "lead", house.clock())
    assert (other.get(path).json(), len(own.get(path).json())) == ([], 1)


def test_watches_are_begun_and_ended_and_alerts_marked_by_their_owner(house: Any, api: Any) -> None:
    own, other = api(Role.ANALYST), api(Role.INVESTIGATOR)
    begun = own.post(f"{V1}/watches", json={"name": "Van", "kind": "list", "source": "0888 001 234"})
    assert (begun.status_code, begun.json()["source"]) == (201, "0888 001 234")
    for wrong in (
        {"source": "12"},
        {"name": " "},
        {"kind": "all"},
        {"mail": "x@example.org"},
        {"kind": "search", "source": "f=1"},
    ):
        problem(own.post(f"{V1}/watches", json={"name": "Van", "kind": "list", "source": "0888 001 234", **wrong}), 422)
    watch = begun.json()["id"]
    problem(other.delete(f"{V1}/watches/{watch}"), 404)
    assert own.delete(f"{V1}/watches/{watch}").status_code == 204
    assert own.get(f"{V1}/watches").json() == []
    problem(own.delete(f"{V1}/watches/{watch}"), 404)
    problem(own.post(f"{V1}/alerts/{'0' * 16}/read"), 404)
