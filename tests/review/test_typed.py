"""Contacts that people typed are covered on every page that shows their words, and readable once they were uncovered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from strazha.ledger.records import Role

#: Never in an advert: a number, an address and a handle that only the colleague wrote down.
NUMBER, ADDRESS, HANDLE = "0888 000 777", "only.typed@example.org", "typed_only_bg"
SAID = f"rings {NUMBER}, writes from {ADDRESS} and @{HANDLE}"


def shows(page: str) -> list[bool]:
    return [piece in page for piece in (NUMBER, "only.typed", HANDLE)]


@pytest.mark.parametrize("kind", ["advert", "cluster"])
def test_typed_words_are_covered_until_asked_for(
    house: Any, client: TestClient, form_of: Callable[[str], dict[str, str]], kind: str
) -> None:
    one = house.advert("Rotterdam") if kind == "advert" else house.filled.of("salon").id
    page = f"/{kind}s/{one}"
    client.post(f"/hand/{kind}/{one}", data={"to": "investigator", "note": f"hand: {SAID}"})
    given = {**form_of(client.get(page).text), "outcome": "monitor", "ground": "", "reason": f"why: {SAID}", "then": "stay"}
    assert client.post(f"/decide/{kind}/{one}", data=given).status_code == 303
    other = house.client(Role.INVESTIGATOR)
    seen = other.get(page).text
    assert "why: rings" in seen
    assert "hand: rings" in seen
    assert shows(seen) == [False] * 3
    assert shows(other.get(f"/history/{kind}/{one}").text) == [False] * 3
    told = other.post(f"/uncover/{kind}/{one}").text
    assert shows(told) == [True] * 3
    assert (Role.INVESTIGATOR.value, "contacts uncovered", one) == house.actions(one)[0]
    # The ledger keeps what was typed.
    assert house.ledger.decisions(kind, one)[-1].reason == f"why: {SAID}"


def test_a_known_handle_is_covered_however_it_is_written(
    house: Any, client: TestClient, form_of: Callable[[str], dict[str, str]]
) -> None:
    doc = next(one for one in house.filled.adverts.values() if any(m.kind == "handle" for m in one.screening.mentions))
    name = next(str(m.value) for m in doc.screening.mentions if m.kind == "handle").rpartition(":")[2]
    given = {**form_of(client.get(f"/adverts/{doc.id}").text), "outcome": "monitor", "reason": f"writes as {name.upper()} too"}
    assert client.post(f"/decide/advert/{doc.id}", data=given).status_code == 303
    seen = client.get(f"/adverts/{doc.id}").text
    assert "writes as" in seen
    assert name.upper() not in seen


def test_reasons_in_double_reviews_and_in_the_log_are_covered(
    house: Any, client: TestClient, form_of: Callable[[str], dict[str, str]]
) -> None:
    one, lead = house.filled.of("vans").id, house.client(Role.LEAD)
    assert lead.post(f"/reviews/open/cluster/{one}").status_code == 303
    for who, outcome in ((client, "refer"), (house.client(Role.INVESTIGATOR), "not_relevant")):
        form = form_of(who.get(f"/clusters/{one}").text)
        given = who.post(f"/decide/cluster/{one}", data={**form, "outcome": outcome, "reason": f"because {SAID}"})
        assert given.status_code == 303
        assert shows(who.get(f"/clusters/{one}").text) == [False] * 3
    for page in ("/reviews", f"/clusters/{one}"):
        seen = lead.get(page).text
        assert seen.count("because rings") == 2
        assert shows(seen) == [False] * 3
    assert shows(lead.post(f"/uncover/cluster/{one}").text) == [True] * 3
    link = house.ledger.links_of(house.filled.of("salon").cluster.members)[0]
    said = {"a": link.a, "b": link.b, "judgement": "confirmed", "reason": SAID}
    assert client.post(f"/judge/link/{house.filled.of('salon').id}", data=said).status_code == 303
    log = house.client(Role.ADMIN).get("/audit").text
    assert "rings" in log
    assert shows(log) == [False] * 3


def test_the_page_says_that_there_is_something_to_uncover_where_only_colleagues_wrote_it(
    house: Any, client: TestClient, form_of: Callable[[str], dict[str, str]]
) -> None:
    bare = next(
        one.id for one in house.filled.adverts.values()
        if not one.advert.images and "Uncover" not in client.get(f"/adverts/{one.id}").text
    )  # fmt: skip
    form = form_of(client.get(f"/adverts/{bare}").text)
    client.post(f"/decide/advert/{bare}", data={**form, "outcome": "monitor", "reason": SAID})
    assert "Uncover contacts in what colleagues wrote" in client.get(f"/adverts/{bare}").text
