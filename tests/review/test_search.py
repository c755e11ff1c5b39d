"""Searching: text, facets, highlighting, paging; nothing a user types is an error."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient


def titles(page: str) -> list[str]:
    return [html.unescape(re.sub(r"<[^>]+>", "", found)) for found in re.findall(r'class="row-link"[^>]*>(.*?)</a>', page)]


def test_a_word_is_found_and_marked(client: TestClient) -> None:
    page = client.get("/search", params={"q": "asparagus"}).text
    assert titles(page) == ["Farm helpers, season work in Hannover"]
    assert re.search(r'<mark class="found"><bdi>asparagus</bdi></mark>', page)


def test_scripts_meet(client: TestClient) -> None:
    assert "rabota v Germania, hanover - qgodi" in titles(client.get("/search", params={"q": "ягоди"}).text)


def test_five_digits_of_a_number_find_it_and_stay_covered(house: Any, client: TestClient) -> None:
    page = client.get("/search", params={"q": "88800100"}).text
    assert len(titles(page)) >= 4
    rows = page[page.index('<ol class="rows">') :]
    assert not re.search(r"0888 ?001 ?001|359888001001|001 ?001", re.sub(r"<[^>]+>", "", rows))


def test_facets_dates_and_score_narrow(client: TestClient) -> None:
    page = client.get("/search", params={"ad_type": "transport", "kind": "adverts"}).text
    assert len(titles(page)) == 2
    assert len(titles(client.get("/search", params={"min_score": "60"}).text)) < 10
    none = client.get("/search", params={"seen_from": "2030-01-01"}).text
    assert "Nothing was found" in none
    some = client.get("/search", params={"seen_to": "2026-11-03", "q": "gumi"}).text
    assert titles(some)
    assert all("gumi" in title for title in titles(some))


def test_clusters_are_found_by_title_place_and_contact(house: Any, client: TestClient) -> None:
    page = client.get("/search", params={"q": "Bradford", "kind": "clusters"}).text
    assert f"/clusters/{house.filled.of('salon').id}" in page


def test_pages_of_results_do_not_repeat(client: TestClient) -> None:
    first = client.get("/search").text
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = client.get(html.unescape(onward.group(1))).text
    links = [set(re.findall(r'class="row-link" href="([^"]+)"', page)) for page in (first, second)]
    assert links[0]
    assert links[1]
    assert not links[0] & links[1]


def test_a_search_is_logged_with_its_words(house: Any, client: TestClient) -> None:
    client.get("/search", params={"q": "ягоди", "source": "bg-jobs"})
    entry = house.ledger.audit_entries(1)[0]
    assert (entry.who, entry.action) == ("analyst", "search")
    assert entry.detail["text"] == "ягоди"
    assert entry.detail["filters"] == {"source": ["bg-jobs"]}


@pytest.mark.parametrize(
    "query",
    [
        "q=%22", "q=%22lonely", "q=*", "q=-", "q=OR", "q=AND+NOT+NEAR(", "q=title:", "q=nofield:x", "q=%28%28%28", "q=%00",
        "q=a%00b", "q=%ED%A0%80", "q=" + "x" * 9000, "q=" + "a+OR+" * 400, "q=%E2%80%AE", "q=';DROP TABLE adverts;--",
        "q=%25%27+UNION+SELECT+1--", "q={body}:x", "q=^a", "q=a+^", "q=%F0%9F%98%80", "sort=nothing", "sort=relevance",
        "kind=x",
        "min_score=-1", "min_score=1e9", "min_score=%D9%A3", "min_score=", "seen_from=0001-01-01", "seen_from=9999-12-31",
        "seen_to=9999-12-31", "seen_from=31.12.2026", "cursor=%00", "cursor=abc&q=x", "cursor=" + "Z" * 9000,
        "cursor=WyJwcmlvcml0eSIsMV0", "band=urgent&band=%27", "place=%7C", "status=live&status=gone&country=",
    ],
)  # fmt: skip
def test_nothing_typed_is_an_error(client: TestClient, query: str) -> None:
    for kind in ("adverts", "clusters"):
        answer = client.get(f"/search?{query}&kind={kind}" if "kind=" not in query else f"/search?{query}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")


def test_a_cursor_of_another_sort_starts_anew(client: TestClient) -> None:
    first = client.get("/search?sort=newest").text
    onward = re.search(r"cursor=([\w-]+)", first)
    assert onward is not None
    assert titles(client.get(f"/search?sort=priority&cursor={onward.group(1)}").text) == titles(
        client.get("/search?sort=priority").text
    )
