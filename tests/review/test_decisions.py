"""Decisions: recorded with a reason, shown at once, corrected by a further row, never about something not seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from flows.steps import catalogue
from review import deciding as router
from strazha.ledger.records import Role
from strazha.model import Outcome
from tools.invented import fill

Form = Callable[[str], dict[str, str]]


def test_a_decision_is_in_ledger_audit_and_index(house: Any, client: TestClient, form_of: Form) -> None:
    advert = house.advert("Rotterdam")
    doc = house.filled.adverts[advert]
    fields = form_of(client.get(f"/adverts/{advert}").text)
    answer = client.post(
        f"/decide/advert/{advert}", data={**fields, "outcome": "refer", "reason": " Fee asked,\r\nno employer. "}
    )
    assert re.fullmatch(rf"/adverts/{advert}\?saved=1&done=d\.\w+#decision", answer.headers["location"])
    (kept,) = house.ledger.decisions("advert", advert)
    assert (kept.outcome, kept.reason, kept.decided_by) == (Outcome.REFER, "Fee asked,\nno employer.", "analyst")
    assert (kept.band, kept.score) == (doc.screening.band.value, doc.screening.score)
    assert (kept.content_hash, kept.pipeline) == (doc.advert.content_hash, doc.screening.pipeline.key)
    assert ("analyst", "decision", advert) in house.actions()
    assert house.ledger.verify_audit() is None
    assert house.index.advert(advert).decision is Outcome.REFER
    page = client.get(f"/adverts/{advert}?saved=1").text
    assert "Recorded." in page
    assert "Fee asked" in page
    assert "Record as a correction" in page


def test_a_decision_on_a_cluster(house: Any, client: TestClient, form_of: Form) -> None:
    cluster = house.filled.of("vans")
    fields = form_of(client.get(f"/clusters/{cluster.id}").text)
    answer = client.post(f"/decide/cluster/{cluster.id}", data={**fields, "outcome": "monitor", "reason": "Watch"})
    assert answer.status_code == 303
    (kept,) = house.ledger.decisions("cluster", cluster.id)
    assert (kept.band, kept.score) == (cluster.band.value, cluster.score)
    assert house.index.cluster(cluster.id).decision is Outcome.MONITOR
    assert f"/clusters/{cluster.id}" not in client.get("/queue").text


def test_a_decision_survives_a_rebuilt_index(house: Any, client: TestClient, form_of: Form) -> None:
    advert = house.advert("Rotterdam")
    fields = form_of(client.get(f"/adverts/{advert}").text)
    client.post(f"/decide/advert/{advert}", data={**fields, "outcome": "spam", "reason": "Copied text"})
    house.index.clear()
    assert client.get(f"/adverts/{advert}").status_code == 404
    fill(house.ledger, house.index, catalogue())
    assert house.index.advert(advert).decision is Outcome.SPAM
    assert "Copied text" in client.get(f"/adverts/{advert}").text


def test_a_correction_adds_a_row_and_names_what_it_corrects(house: Any, client: TestClient, form_of: Form) -> None:
    advert = house.advert("Rotterdam")
    path = f"/adverts/{advert}"
    for outcome in ("refer", "insufficient"):
        fields = form_of(client.get(path).text)
        assert (
            client.post(f"/decide/advert/{advert}", data={**fields, "outcome": outcome, "reason": outcome}).status_code == 303
        )
    first, second = house.ledger.decisions("advert", advert)
    assert (first.corrects, second.corrects) == ("", first.id)
    assert house.index.advert(advert).decision is Outcome.INSUFFICIENT
    page = client.get(path).text
    assert page.index("insufficient</bdi>") < page.index("refer</bdi>")


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"outcome": ""}, 422, router.NO_OUTCOME),
        ({"outcome": "guilty"}, 422, router.NO_OUTCOME),
        ({"reason": ""}, 422, router.NO_REASON),
        ({"reason": " \n\t "}, 422, router.NO_REASON),
        ({"reason": "\0"}, 422, router.NO_REASON),
        ({"reason": "x" * 4001}, 422, router.TOO_LONG),
        ({"seen": "0" * 32}, 409, router.CHANGED),
        ({"seen": ""}, 409, router.CHANGED),
        ({"corrects": "another"}, 409, router.OVERTAKEN),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_recorded(
    house: Any, client: TestClient, form_of: Form, change: dict[str, str], status: int, says: str
) -> None:
    for kind, identity in (("advert", house.advert("Rotterdam")), ("cluster", house.filled.of("vans").id)):
        fields = form_of(client.get(f"/{kind}s/{identity}").text)
        data = {**fields, "outcome": "refer", "reason": "typed with care", **change}
        answer = client.post(f"/decide/{kind}/{identity}", data=data)
        assert answer.status_code == status
        assert says in answer.text
        assert house.actions()[0] == ("analyst", f"{kind} read", identity)
        assert len(house.actions(identity)) == 2
        assert house.ledger.decisions(kind, identity) == []
        if "reason" not in change:
            assert "typed with care" in answer.text


def test_two_people_at_once(house: Any, form_of: Form) -> None:
    advert = house.advert("Rotterdam")
    one, other = house.client(Role.ANALYST), house.client(Role.LEAD)
    fields = form_of(one.get(f"/adverts/{advert}").text)
    assert one.post(f"/decide/advert/{advert}", data={**fields, "outcome": "refer", "reason": "a"}).status_code == 303
    late = other.post(f"/decide/advert/{advert}", data={**fields, "outcome": "spam", "reason": "b"})
    assert late.status_code == 409
    assert router.OVERTAKEN in late.text
    again = form_of(late.text)
    assert other.post(f"/decide/advert/{advert}", data={**again, "outcome": "spam", "reason": "b"}).status_code == 303
    assert [item.decided_by for item in house.ledger.decisions("advert", advert)] == ["analyst", "lead"]


@pytest.mark.parametrize("act", ["decision", "review"])
def test_between_looking_and_writing_somebody_may_be_faster(
    house: Any, client: TestClient, form_of: Form, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    advert = house.advert("Rotterdam")
    lead = house.client(Role.LEAD)
    fields = form_of(lead.get(f"/adverts/{advert}").text)
    may_decide = router.work.may_decide

    def meanwhile(*asked: Any) -> bool:
        monkeypatch.setattr(router.work, "may_decide", may_decide)
        if act == "review":
            house.ledger.open_review("advert", advert, "lead", house.clock())
        else:
            lead.post(f"/decide/advert/{advert}", data={**fields, "outcome": "spam", "reason": "b"})
        return bool(may_decide(*asked))

    monkeypatch.setattr(router.work, "may_decide", meanwhile)
    late = client.post(f"/decide/advert/{advert}", data={**fields, "outcome": "refer", "reason": "typed with care"})
    assert late.status_code == 409
    assert router.OVERTAKEN in late.text
    assert "typed with care" in late.text
    assert [one.decided_by for one in house.ledger.decisions("advert", advert)] == (["lead"] if act == "decision" else [])


def test_fields_nobody_asked_for_change_nothing(house: Any, client: TestClient, form_of: Form) -> None:
    advert = house.advert("Rotterdam")
    fields = form_of(client.get(f"/adverts/{advert}").text)
    extra = {"decided_by": "admin", "id": "x", "score": "0", "subject_id": "other", "decided_at": "2001-01-01T00:00:00Z"}
    client.post(f"/decide/advert/{advert}", data={**fields, **extra, "outcome": "refer", "reason": "r"})
    (kept,) = house.ledger.decisions("advert", advert)
    assert kept.decided_by == "analyst"
    assert kept.id != "x"
    assert kept.subject_id == advert
    assert kept.decided_at.year == 2026


def test_nothing_to_decide_on(client: TestClient) -> None:
    assert client.post("/decide/advert/none", data={"outcome": "refer", "reason": "r"}).status_code == 404
    assert client.post("/decide/cluster/none", data={"outcome": "refer", "reason": "r"}).status_code == 404
