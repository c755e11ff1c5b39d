"""A reason is asked before contacts are shown: once per item and session, or once for the session."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError

from review.accounts.reasons import REASONS
from strazha.ledger.records import Role


def entries(house: Any, subject: str) -> list[dict[str, Any]]:
    found = house.ledger.audit_entries(500, subject=subject)
    return [entry.detail for entry in found if entry.action == "contacts uncovered"]


def test_nothing_is_uncovered_without_a_reason(house: Any) -> None:
    client = house.client(reasoned=False)
    advert, cluster = house.advert("Rotterdam"), house.filled.of("salon")
    for path in (f"/uncover/advert/{advert}", f"/uncover/versions/{advert}", f"/uncover/cluster/{cluster.id}"):
        answer = client.post(path)
        assert answer.status_code == 422, path
        assert "the law asks why" in answer.text
        assert "Contacts are uncovered" not in answer.text
    assert "04069001" not in client.post(f"/uncover/advert/{advert}").text
    for bad in ({"why": "curious"}, {"why": "other"}, {"why": "other", "why_words": " \u200b\n "}, {"why_words": "x"}):
        assert client.post(f"/uncover/advert/{advert}", data=bad).status_code == 422, bad
    assert entries(house, advert) == []


def test_it_is_asked_once_per_item_and_kept_in_the_log(house: Any) -> None:
    client = house.client(reasoned=False)
    advert, other = house.advert("Rotterdam"), house.advert("Берачи на ягоди")
    given = {"why": "request", "why_words": "file 12/2026, \x00prosecutor\u202e"}
    assert "0176 04069001" in client.post(f"/uncover/advert/{advert}", data=given).text
    assert "request of a prosecutor" in client.get(f"/adverts/{advert}").text
    assert client.post(f"/uncover/advert/{advert}").status_code == 200
    # Words stay as typed but for what cannot be shown; the reason stands in each entry.
    assert (
        entries(house, advert) == [{**entries(house, advert)[0], "reason": "request", "words": "file 12/2026, prosecutor"}] * 2
    )
    assert client.post(f"/uncover/advert/{other}").status_code == 422
    assert house.client(reasoned=False).post(f"/uncover/advert/{advert}").status_code == 422
    assert house.client(Role.LEAD, reasoned=False).post(f"/uncover/advert/{advert}").status_code == 422


def test_it_may_hold_for_the_session_and_be_changed(house: Any) -> None:
    client = house.client(reasoned=False)
    advert, other = house.advert("Rotterdam"), house.advert("Берачи на ягоди")
    assert client.post(f"/uncover/advert/{advert}", data={"why": "victim", "why_keep": "1"}).status_code == 200
    page = client.get(f"/adverts/{other}").text
    assert re.search(r"Reason: protecting or reaching a possible victim", page)
    assert client.post(f"/uncover/advert/{other}").status_code == 200
    assert entries(house, other)[0]["reason"] == "victim"
    assert client.post(f"/uncover/advert/{other}", data={"why": "case", "why_words": "4/26"}).status_code == 200
    assert entries(house, other)[0]["reason"] == "case"
    assert all(code in page for code in REASONS)


def test_what_was_stated_is_only_ever_added_to(house: Any) -> None:
    client = house.client(reasoned=False)
    client.post(f"/uncover/advert/{house.advert('Rotterdam')}", data={"why": "case"})
    for change in ("UPDATE stated_reasons SET code = 'check'", "DELETE FROM stated_reasons"):
        with pytest.raises(DatabaseError, match="only ever added"), house.ledger._db.write() as connection:
            connection.exec_driver_sql(change)


def decide(house: Any, client: Any, kind: str, one: str, outcome: str) -> None:
    page = client.get(f"/{kind}s/{one}").text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page[page.index('id="decision"') :]))
    assert client.post(f"/decide/{kind}/{one}", data={**form, "outcome": outcome, "reason": "seen"}).status_code == 303


def test_a_closed_item_is_asked_about_by_itself_on_every_page(house: Any) -> None:
    salon = house.filled.of("salon")
    member, other = [one for one in salon.cluster.members if "+44" in str(house.filled.adverts[one].screening.mentions)][:2]
    client = house.client()  # a reason for the session is given already
    assert client.post(f"/uncover/cluster/{salon.id}").status_code == 200
    decide(house, client, "cluster", salon.id, "monitor")
    assert client.post(f"/uncover/cluster/{salon.id}").status_code == 200
    decide(house, client, "cluster", salon.id, "not_relevant")
    ways = [
        f"/uncover/cluster/{salon.id}", f"/uncover/view/facts/{salon.id}", f"/uncover/history/cluster/{salon.id}",
        f"/uncover/advert/{member}", f"/uncover/versions/{member}", f"/uncover/history/advert/{member}",
    ]  # fmt: skip
    for path in ways:
        answer = client.post(path)
        assert answer.status_code == 422, path
        # The advert's history holds nothing that is covered, so there is nothing to ask about on its page.
        assert "This is closed:" in answer.text or "history/advert" in path
        assert "why_keep" not in answer.text
    assert client.post(ways[0], data={"why": "check"}).status_code == 200
    assert [client.post(path).status_code for path in ways] == [200, 200, 200, 422, 422, 422]
    assert client.post(ways[3], data={"why": "request", "why_words": "file 7"}).status_code == 200
    assert entries(house, member)[0]["reason"] == "request"
    # A word on the advert itself is nearer than one on its cluster; what goes on is asked about as before.
    decide(house, client, "advert", other, "refer")
    assert client.post(f"/uncover/advert/{other}").status_code == 200


def test_what_a_blind_review_hides_is_not_told_by_the_question(house: Any) -> None:
    salon, lead = house.filled.of("salon"), house.client(Role.LEAD)
    member = salon.cluster.members[0]
    assert lead.post(f"/reviews/open/cluster/{salon.id}").status_code == 303
    decide(house, house.client(), "advert", member, "spam")
    assert house.client(Role.INVESTIGATOR).post(f"/uncover/advert/{member}").status_code == 200
    assert house.client().post(f"/uncover/advert/{member}").status_code == 422


def test_what_left_the_index_says_so(house: Any) -> None:
    salon = house.filled.of("salon")
    house.ledger.mark_aged(salon.cluster.members, house.clock())
    house.index.drop_adverts(salon.cluster.members)
    house.index.drop_clusters([salon.id])
    house.index.refresh()
    client = house.client()
    for path in (f"/adverts/{salon.cluster.members[0]}", f"/clusters/{salon.id}", f"/captures/{salon.cluster.members[0]}"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "days for which its source may be kept are over" in answer.text
    assert "There is nothing here" in client.get("/adverts/nothing").text
