"""The queue: order, filters, paging, and what a row says."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import QueryParams

from review import worklist
from review.ask import QueueAsk
from review.rows import cluster_row
from strazha.model import Outcome, Strength


def titles(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", found) for found in re.findall(r'class="row-link"[^>]*>(.*?)</a>', page)]


def links(page: str) -> list[str]:
    return re.findall(r'class="row-link" href="([^"]+)"', page)


def test_what_goes_first_goes_first_then_band_then_score(house: Any, client: TestClient) -> None:
    rows = worklist.page(house.services, QueueAsk.read(QueryParams()), size=100).rows
    assert rows[0].kind == "cluster"
    assert rows[0].head_of_queue
    rest = [row for row in rows if not row.head_of_queue]
    assert [(-row.band.rank, -row.score) for row in rest] == sorted((-row.band.rank, -row.score) for row in rest)
    assert titles(client.get("/queue").text)[0] == rows[0].title


def test_each_item_is_in_the_queue_once(house: Any) -> None:
    rows = worklist.page(house.services, QueueAsk.read(QueryParams()), size=100).rows
    single = [doc.id for doc in house.filled.adverts.values() if not doc.cluster_id]
    assert sorted(row.id for row in rows) == sorted([*single, *house.filled.clusters])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 25])
def test_paging_neither_skips_nor_repeats(house: Any, size: int) -> None:
    whole = [row.id for row in worklist.page(house.services, QueueAsk.read(QueryParams()), size=100).rows]
    seen: list[str] = []
    cursor, pages = "", 0
    while True:
        found = worklist.page(house.services, QueueAsk.read(QueryParams({"cursor": cursor})), size=size)
        seen += [row.id for row in found.rows]
        cursor, pages = found.cursor, pages + 1
        assert found.clusters + found.adverts == len(whole)
        if not cursor:
            break
        assert pages < 100
    assert seen == whole


def test_the_next_page_goes_on(client: TestClient) -> None:
    first = client.get("/queue").text
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = client.get(onward.group(1).replace("&amp;", "&")).text
    assert not set(links(first)) & set(links(second))
    assert links(second)
    assert "To the start" in second


def test_filters_narrow_and_stay_chosen(client: TestClient) -> None:
    page = client.get("/queue?f=1&source=uk-services&language=en&kind=adverts").text
    assert "Independent masseuse, York" in " ".join(titles(page))
    assert re.search(r'name="source" value="uk-services" checked', page)
    assert all("/adverts/" in link for link in links(page))
    assert all("/clusters/" in link for link in links(client.get("/queue?f=1&kind=clusters").text))


def test_an_unknown_value_finds_nothing_and_is_shown(client: TestClient) -> None:
    page = client.get("/queue?f=1&source=nowhere&band=%3Cb%3E")
    assert page.status_code == 200
    assert "Nothing waits here" in page.text
    assert 'value="nowhere" checked' in page.text


def test_the_queue_is_of_what_is_undecided(house: Any, client: TestClient) -> None:
    advert = house.advert("Rotterdam")
    assert f"/adverts/{advert}" in links(client.get("/queue").text)
    house.index.decide("advert", advert, Outcome.MONITOR, house.clock())
    house.index.refresh()
    assert f"/adverts/{advert}" not in links(client.get("/queue").text)
    assert f"/adverts/{advert}" in links(client.get("/queue?f=1&decision=monitor").text)
    assert f"/adverts/{advert}" in links(client.get("/queue?f=1").text)


def test_a_row_says_why_with_points_both_ways(client: TestClient) -> None:
    page = client.get("/queue?f=1&kind=adverts").text
    assert re.search(r'class="for"><span class="pts">\+\d', page)
    assert re.search(r'class="against"><span class="pts">−\d', page)


def test_no_contact_stands_in_the_queue(client: TestClient) -> None:
    for path in ("/queue?f=1", "/queue?f=1&kind=clusters"):
        page = client.get(path).text
        assert not re.search(r"359888\d{6}|0888 00\d 00\d|7700 ?900 ?\d{3}", page)


@pytest.mark.parametrize(
    "query",
    ["cursor=x", "cursor=" + "A" * 5000, "cursor=bnVsbA", "cursor=eyJjbHVzdGVycyI6IngifQ", "kind=%00", "band=%00&f=1",
     "decision=none&decision=%27%20OR%201=1--", "band=" + "x" * 3000, "cursor=eyJjbHVzdGVycyI6bnVsbCwiYWR2ZXJ0cyI6bnVsbH0"],
)  # fmt: skip
def test_a_malformed_address_is_still_a_page(client: TestClient, query: str) -> None:
    assert client.get(f"/queue?{query}").status_code == 200


def test_next_goes_to_the_first_undecided_other_than_this(house: Any, client: TestClient) -> None:
    first = links(client.get("/queue").text)[:2]
    assert client.get("/queue/next").headers["location"] == first[0]
    assert client.get(f"/queue/next?after={first[0].rsplit('/', 1)[1]}").headers["location"] == first[1]


def test_several_people_at_once(house: Any) -> None:
    clients = [house.client() for _ in range(6)]
    adverts = sorted(house.filled.adverts)

    def work(number: int) -> list[int]:
        client = clients[number]
        paths = ["/queue", f"/adverts/{adverts[number]}", "/search?q=Leeds", f"/clusters/{house.filled.of('salon').id}"]
        return [client.get(path).status_code for path in paths * 3]

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(work, range(6)))
    assert {status for statuses in answers for status in statuses} == {200}
    assert house.ledger.verify_audit() is None


def test_a_cluster_s_row_names_the_strongest_signs_of_its_adverts(house: Any) -> None:
    doc = house.filled.of("fields")
    counts = {
        "no_experience_needed": 9,
        "city_circuit": 9,
        "no_interview": 9,
        "documents_withheld": 1,
        "wages_withheld": 2,
        "gone": 9,
    }
    row = cluster_row(doc.model_copy(update={"indicators": counts}), house.services.catalogue, ())
    grades = [house.services.catalogue[name].strength for name in row.indicators]
    assert row.indicators[:2] == ("documents_withheld", "wages_withheld")
    assert grades == sorted(grades, key=list(Strength).index)
    # A cluster's own signs stand among its reasons; what the catalogue no longer has has no name.
    assert not {"city_circuit", "gone"} & set(row.indicators)
