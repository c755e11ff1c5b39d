"""Searching adverts and clusters on one page: pieces of contacts, days, orders, reasons, paging; searches kept and shared."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import QueryParams

from review.ask import SearchAsk
from strazha.ledger.records import Role


def links(page: str) -> list[str]:
    return re.findall(r'class="row-link" href="([^"]+)"', page)


def reasons(page: str) -> list[str]:
    found = re.findall(r'<p class="meta found-by">(.*?)</p>', page, re.S)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]


def test_five_digits_find_the_cluster_and_its_adverts(house: Any, client: TestClient) -> None:
    wanted = f"/clusters/{house.filled.of('fields').id}"
    for typed in ("88800", "0888 00 10", "+359 (0)888-001", "00359888001", "8/88.00"):
        page = client.get("/search", params={"contact": typed}).text
        found = links(page)
        assert wanted in found
        # Clusters stand first; every one says by which contact it was found, and shows no more of it than its end.
        assert found.index(wanted) < min(place for place, link in enumerate(found) if link.startswith("/adverts/"))
        assert len(reasons(page)) == len(found)
        assert all("telephone +359•••••••" in one for one in reasons(page))
        assert "88800" not in re.sub(r"<[^>]+>", "", page[page.index('<h2 id="clusters-h"') :])
    assert wanted in links(client.get("/search", params={"q": "88800 10"}).text)
    assert "Nothing was found" in client.get("/search", params={"contact": "11111"}).text


def test_a_piece_of_an_address_or_handle_finds_it(client: TestClient) -> None:
    # Typed into the box for words, an address is taken for a contact.
    for params in ({"contact": "salon_x"}, {"contact": "asal"}, {"q": "@example.org"}):
        page = client.get("/search", params=params).text
        assert links(page)
        assert any("•" in one for one in reasons(page))
    assert 'name="contact" type="search" maxlength="200" value="@miasa"' in client.get("/search", params={"q": "@miasa"}).text


def test_rows_say_where_the_words_stand(client: TestClient) -> None:
    page = client.get("/search", params={"q": "asparagus"}).text
    assert reasons(page) == ["Found: in the text"]
    both = reasons(client.get("/search", params={"q": "rabota"}).text)
    assert "Found: in the title in the text in the Cyrillic reading" in both
    assert reasons(client.get("/search", params={"band": "high"}).text) == []


def test_days_and_orders(client: TestClient) -> None:
    def days(**params: str) -> list[tuple[str, str]]:
        page = client.get("/search", params={"kind": "adverts", "sort": "oldest", **params}).text
        first = re.findall(r'first seen <time datetime="(\d{4}-\d\d-\d\d)', page)
        last = re.findall(r'(?:last seen|gone since) <time datetime="(\d{4}-\d\d-\d\d)', page)
        return list(zip(first, last, strict=True))

    found = days()
    assert [first for first, _ in found] == sorted(first for first, _ in found)
    assert len(found) > 20
    narrowed = days(first_from="2026-11-05", first_to="2026-11-07")
    assert narrowed
    assert {first for first, _ in narrowed} <= {"2026-11-05", "2026-11-06", "2026-11-07"}
    assert days(first_from="2026-11-07", first_to="2026-11-05") == []
    latest = days(sort="seen", status="live")
    assert [last for _, last in latest] == sorted((last for _, last in latest), reverse=True)


def test_clusters_are_not_asked_what_they_cannot_answer(client: TestClient) -> None:
    assert not [link for link in links(client.get("/search", params={"status": "gone"}).text) if "clusters" in link]
    # And a search for nothing lists adverts alone: clusters have the queue.
    assert not [link for link in links(client.get("/search").text) if "clusters" in link]


def test_pages_hold_every_advert_once_in_every_order(house: Any, client: TestClient) -> None:
    for sort in ("priority", "newest", "oldest", "seen"):
        found: list[str] = []
        query = f"sort={sort}"
        while query:
            page = client.get(f"/search?{query}").text
            found += links(page)
            onward = re.search(r'rel="next" href="/search\?([^"]+)"', page)
            query = html.unescape(onward.group(1)) if onward else ""
        assert len(found) == len(set(found)) == len(house.filled.adverts)


@pytest.mark.parametrize(
    "query",
    ["contact=%00", "contact=%ED%A0%80", "contact=" + "9" * 5000, "contact=%22%20OR%20%22",
     "contact=*&kind=clusters",
     "first_from=x",
     "last_to=9999-12-31", "first_to=0001-01-01", "sort=seen&cursor=WyJzZWVuIiwxXQ", "q=@@@@", "q=a@%22b", "kind=all&cursor=x"],
)  # fmt: skip
def test_nothing_typed_is_an_error(client: TestClient, query: str) -> None:
    for path in ("/search", "/map"):
        assert client.get(f"{path}?{query}").status_code == 200


def test_an_address_comes_back_as_it_was() -> None:
    days = "seen_from=2026-01-02&first_to=2026-03-04&last_from=2026-05-06"
    query = f"q=x&contact=888&kind=clusters&sort=oldest&min_score=5&{days}&band=high"
    assert SearchAsk.read(QueryParams(SearchAsk.read(QueryParams(query)).query())) == SearchAsk.read(QueryParams(query))
    assert SearchAsk.read(QueryParams(query)).query() == query


def test_a_search_is_kept_shared_and_removed(house: Any, client: TestClient) -> None:
    lead, vera = house.client(Role.LEAD), house.client(Role.INVESTIGATOR)
    query = "q=rabota&band=high&kind=adverts"
    done = client.post(
        "/searches", data={"name": "High <b>work</b>", "query": f"{query}&evil=1&cursor=x", "shared": ["lead", "nobody"]}
    )
    assert (done.status_code, done.headers["location"]) == (303, "/searches")
    [kept] = house.ledger.saved_searches("analyst")
    assert (kept.query, kept.shared) == ("q=rabota&kind=adverts&sort=relevance&band=high", ("lead",))
    assert "High &lt;b&gt;work&lt;/b&gt;" in lead.get("/searches").text
    assert kept.id not in lead.get("/searches").text  # it is not theirs to change
    assert "High" in lead.get("/search").text
    assert "High" not in vera.get("/searches").text
    for other in (lead, vera):
        assert other.post(f"/searches/{kept.id}/remove").status_code == 404
        assert other.post(f"/searches/{kept.id}/share", data={"shared": "*"}).status_code == 404
    assert client.post(f"/searches/{kept.id}/share", data={"shared": ["*", "lead"]}).status_code == 303
    assert "High" in vera.get("/searches").text
    assert client.post(f"/searches/{kept.id}/remove").status_code == 303
    assert "High" not in vera.get("/searches").text
    assert client.post("/searches", data={"name": " ", "query": query}).status_code == 422
    assert [action for _, action, _ in house.actions()][:3] == ["search removed", "search shared", "search saved"]
