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
    item = CaseItem(subject="advert", subject_id=advert, added_by="analyst", added_at=at, reason="same number")
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
