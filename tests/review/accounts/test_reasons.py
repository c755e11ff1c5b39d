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
