"""What every index backend owes: the timeline, squares of the map, boxes, vectors, and going through everything found."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from strazha.errors import BadInputError
from strazha.model import Outcome
from strazha.store import AdIndex, AdvertDoc, Box, Grid, Query, Timeline
from strazha.store.likeness import MIN_OUTSIDE
from strazha.store.vectors import pack_vector
from tests.contracts.backend_documents import START, advert, cluster, mention, titles, vector

WORLD = Box(north=90, south=-90, west=-180, east=180)


def place(name: str, lat: float, lon: float) -> Any:
    return mention("place", {"name": name, "country": "BG", "geoname_id": 1, "lat": lat, "lon": lon})


def at(key: str, seen: datetime, **options: Any) -> AdvertDoc:
    return advert(key, key, minute=(seen - START) / timedelta(minutes=1), **options)


def line(index: AdIndex, interval: str, field: str = "first_seen", **query: Any) -> list[tuple[str, int]]:
    timeline = Timeline.model_validate({"interval": interval, "field": field})
    page = index.search_adverts(Query(timeline=timeline, **query))
    return [(bucket.start.date().isoformat(), bucket.count) for bucket in page.timeline]


def test_a_timeline_counts_in_utc_and_shows_empty_buckets(index: AdIndex) -> None:
    # The last moment of a day, a Sunday, a leap day, the end of a year: each in a bucket of its own.
    moments = [
        datetime(2027, 12, 31, 23, 59, 59, 999000, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC),
        datetime(2028, 1, 2, 12, tzinfo=UTC), datetime(2028, 1, 3, tzinfo=UTC), datetime(2028, 2, 29, 5, tzinfo=UTC),
        datetime(2028, 2, 29, 7, tzinfo=UTC),
    ]  # fmt: skip
    index.put_adverts(at(str(n), moment, band="high" if n else "low") for n, moment in enumerate(moments))
    index.refresh()
    assert line(index, "month") == [("2027-12-01", 1), ("2028-01-01", 3), ("2028-02-01", 2)]
    weeks = line(index, "week")
    assert weeks[:2] == [("2027-12-27", 3), ("2028-01-03", 1)]  # from Monday
    assert weeks[-1] == ("2028-02-28", 2)
    assert [count for _, count in weeks[2:-1]] == [0] * 7
    days = line(index, "day")
    assert days[:4] == [("2027-12-31", 1), ("2028-01-01", 1), ("2028-01-02", 1), ("2028-01-03", 1)]
    assert (len(days), days[-1], sum(count for _, count in days)) == (61, ("2028-02-29", 2), 6)
    assert line(index, "month", filters={"band": ("low",)}, size=0) == [("2027-12-01", 1)]
    assert line(index, "day", text="nothing_like_it") == []
    assert index.search_adverts(Query()).timeline == ()


def test_a_timeline_of_other_moments(index: AdIndex) -> None:
    posted = [datetime(1, 1, 1, tzinfo=UTC), datetime(2026, 5, 9, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), None]
    docs = [advert(str(n), days=n * 31) for n in range(4)]
    index.put_adverts(
        doc.model_copy(update={"advert": doc.advert.model_copy(update={"posted_at": moment})})
        for doc, moment in zip(docs, posted, strict=True)
    )
    index.put_clusters([cluster("c1"), cluster("c2", last_seen=START + timedelta(days=60))])
    index.refresh()
    assert line(index, "day", "posted_at") == [("2026-05-09", 1)]  # no year 1, no year 9999
    assert line(index, "month", "last_seen") == [
        ("2026-11-01", 1), ("2026-12-01", 1), ("2027-01-01", 1), ("2027-02-01", 1)
    ]  # fmt: skip
    page = index.search_clusters(Query(timeline=Timeline(interval="month", field="last_seen")))
    assert [bucket.count for bucket in page.timeline] == [1, 1]


def test_a_timeline_of_a_hundred_years_leaves_its_empty_days_out(index: AdIndex) -> None:
    index.put_adverts([at("1", datetime(1980, 3, 1, tzinfo=UTC)), at("2", datetime(2080, 3, 1, tzinfo=UTC))])
    index.refresh()
    assert line(index, "day") == [("1980-03-01", 1), ("2080-03-01", 1)]
    assert len(line(index, "month")) == 1201


SPOTS = {
    "Sofia": (42.6977, 23.3219), "Varna": (43.2141, 27.9147), "Plovdiv": (42.15, 24.75), "Null": (0.0, 0.0),
    "Suva": (-18.1416, 178.4419), "Apia": (-13.8333, -171.7667), "North": (89.95, 15.0), "South": (-90.0, -180.0),
}  # fmt: skip


def cells(index: AdIndex, precision: int, **query: Any) -> dict[str, tuple[int, float, float]]:
    page = index.search_adverts(Query(grid=Grid(precision=precision), **query))
    return {cell.tile: (cell.count, cell.lat, cell.lon) for cell in page.grid}


def tile(lat: float, lon: float, zoom: int) -> str:
    """As https://wiki.openstreetmap.org/wiki/Slippy_map_tilenames has it."""
    count = 2**zoom
    x = int((lon + 180) / 360 * count)
    sine = math.sin(math.radians(max(-89.9, min(lat, 89.9))))
    y = math.floor((0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * count)
    return f"{zoom}/{min(x, count - 1)}/{min(max(y, 0), count - 1)}"


@pytest.mark.parametrize("precision", [0, 3, 5, 9, 15])
def test_squares_of_the_map(index: AdIndex, precision: int) -> None:
    rng = random.Random(precision)
    docs, counts, spots = [], Counter[str](), defaultdict[str, list[tuple[float, float]]](list)
    for number in range(60):
        named = rng.choices(list(SPOTS), k=rng.randrange(4))
        docs.append(advert(str(number), mentions=[place(name, *SPOTS[name]) for name in named]))
        counts.update({tile(*SPOTS[name], precision) for name in named})
        for name in named:
            spots[tile(*SPOTS[name], precision)].append(SPOTS[name])
    index.put_adverts(docs)
    index.refresh()
    found = cells(index, precision)
    assert {key: count for key, (count, _, _) in found.items()} == counts
    for key, (_, lat, lon) in found.items():
        assert lat == pytest.approx(sum(spot[0] for spot in spots[key]) / len(spots[key]), abs=1e-5)
        assert lon == pytest.approx(sum(spot[1] for spot in spots[key]) / len(spots[key]), abs=1e-5)
    order = [(-cell.count, *map(int, cell.tile.split("/"))) for cell in index.search_adverts(Query(grid=Grid())).grid]
    assert order == sorted(order)
    few = index.search_adverts(Query(grid=Grid(precision=precision, size=2))).grid
    assert [cell.tile for cell in few] == sorted(counts, key=lambda key: (-counts[key], *map(int, key.split("/"))))[:2]


def test_a_box_keeps_adverts_with_a_place_within_and_counts_only_these_places(index: AdIndex) -> None:
    index.put_adverts(
        [
            *(advert(name, name, mentions=[place(name, *spot)]) for name, spot in SPOTS.items()),
            advert("two", "two", mentions=[place("Sofia", *SPOTS["Sofia"]), place("Suva", *SPOTS["Suva"])]),
            advert("none", "none"),
        ]
    )
    index.refresh()
    bulgaria = Box(north=44.3, south=41.2, west=22.3, east=28.7)
    assert set(titles(index, box=bulgaria)) == {"Sofia", "Varna", "Plovdiv", "two"}
    assert titles(index, box=bulgaria, text="varna") == ["Varna"]
    assert set(titles(index, text="-varna", box=bulgaria)) == {"Sofia", "Plovdiv", "two"}
    assert sum(count for count, _, _ in cells(index, 0, box=bulgaria).values()) == 4
    assert cells(index, 0, box=bulgaria)["0/0/0"][1:] == pytest.approx((42.6899, 24.8271), abs=1e-3)
    assert {count for count, _, _ in cells(index, 12, box=bulgaria).values()} == {1, 2}
    # Across the 180th meridian, around one point, and on an edge.
    pacific = Box(north=0, south=-30, west=170, east=-170)
    assert set(titles(index, box=pacific)) == {"Suva", "Apia", "two"}
    spot = SPOTS["Varna"]
    assert titles(index, box=Box(north=spot[0], south=spot[0], west=spot[1], east=spot[1])) == ["Varna"]
    assert titles(index, box=Box(north=0, south=-1, west=0, east=1)) == ["Null"]
    assert len(titles(index, box=WORLD)) == len(SPOTS) + 1
    assert index.search_adverts(Query(box=bulgaria, facets=("band",), size=1)).facets["band"][0].count == 4


def test_places_move_and_go_with_their_adverts(index: AdIndex) -> None:
    index.put_adverts([advert("1", mentions=[place("Sofia", *SPOTS["Sofia"])]), advert("2")])
    index.refresh()
    assert list(cells(index, 5)) == [tile(*SPOTS["Sofia"], 5)]
    moved = advert("1", mentions=[place("Varna", *SPOTS["Varna"])], version=2)
    index.put_adverts([moved])
    index.refresh()
    assert list(cells(index, 5)) == [tile(*SPOTS["Varna"], 5)]
    index.drop_adverts([moved.id])
    index.refresh()
    assert cells(index, 5) == {}
    assert line(index, "day") == [("2026-11-01", 1)]


def test_what_lies_nowhere_is_on_no_map(index: AdIndex) -> None:
    wrong = [
        place("a", 91, 0),
        place("b", 0, 181),
        mention("place", {"name": "c", "lat": "x", "lon": None}),
        mention("age", 20),
    ]
    index.put_adverts([advert("1", mentions=wrong)])
    index.refresh()
    assert cells(index, 3) == {}
    assert titles(index, box=WORLD) == []
    for box in ({"north": 91}, {"west": -181}, {"north": 1, "south": 2}, {"east": math.nan}):
        with pytest.raises(ValidationError):
            Box.model_validate(WORLD.plain() | box)


def test_clusters_have_no_map(index: AdIndex) -> None:
    for query in (Query(box=WORLD), Query(grid=Grid()), Query(timeline=Timeline(field="posted_at"))):
        with pytest.raises(BadInputError, match="no place"):
            index.search_clusters(query)


def meant(key: str, *parts: float, **options: Any) -> AdvertDoc:
    return advert(key, key, **({"vector": pack_vector(vector(*parts))} | options))


def test_nearest_vectors_first_with_their_cosine(index: AdIndex) -> None:
    docs = [meant("same", 3, 4), meant("near", 3, 3), meant("far", 4, -3), meant("against", -3, -4), advert("none", "none")]
    index.put_adverts(docs)
    index.refresh()
    page = index.similar_by_vector(vector(0.6, 0.8))
    assert [row.doc.advert.title for row in page.rows] == ["same", "near", "far", "against"]
    assert [row.relevance for row in page.rows] == pytest.approx([1, 0.9899, 0, -1], abs=1e-3)
    assert page.total == 4
    assert [row.doc for row in page.rows] == docs[:4]  # whole, with their vectors
    assert len(index.similar_by_vector(vector(1), size=2).rows) == 2
    assert index.similar_by_vector(vector(1), size=0).rows == ()


def test_nearest_vectors_obey_filters_and_words(index: AdIndex) -> None:
    docs = [meant(f"{n} {'even' if n % 2 == 0 else 'odd'}", 50, n, band="high" if n < 5 else "low") for n in range(40)]
    index.put_adverts(docs)
    index.refresh()

    def near(size: int = 3, **query: Any) -> list[str]:
        page = index.similar_by_vector(vector(50, 40), query=Query(**query), size=size)
        return [row.doc.advert.title.split()[0] for row in page.rows]

    assert near() == ["39", "38", "37"]
    assert near(text="even") == ["38", "36", "34"]
    assert near(filters={"band": ("high",)}, size=10) == ["4", "3", "2", "1", "0"]
    assert near(filters={"band": ("high",)}, text="odd -1") == ["3"]
    assert near(filters={"band": ("urgent",)}) == []
    assert near(sort="relevance", text="even", size=1) == ["38"]
    with pytest.raises(BadInputError, match="colour"):
        near(filters={"colour": ("red",)})


def test_vectors_change_go_and_survive_decisions(index: AdIndex) -> None:
    def near() -> list[str]:
        index.refresh()
        return [row.doc.advert.title for row in index.similar_by_vector(vector(1)).rows]

    index.put_adverts([meant("a", 1), meant("b", 1, 1)])
    assert near() == ["a", "b"]
    index.decide("advert", advert("a", "a").id, Outcome.REFER, START)
    assert near() == ["a", "b"]
    index.put_adverts([meant("a", 0, 1, version=2)])
    assert near() == ["b", "a"]
    index.put_adverts([advert("b", "b", version=2)])
    assert near() == ["a"]
    index.drop_adverts([advert("a", "a").id])
    assert near() == []
    index.put_adverts([meant("a", 1, version=3), meant("c", 1, 2)])
    assert near() == ["a", "c"]
    index.clear()
    assert near() == []


def test_similar_by_words_and_by_vector_members_of_the_cluster_last(index: AdIndex) -> None:
    docs = [
        meant("own", 10, 1, body="berachi na yagodi vav ferma", cluster_id="c1"),
        meant("both", 10, 2, body="berachi na yagodi"),
        meant("sense", 10, 3, body="culegatori de capsuni"),
        advert("words", "words", "yagodi vav ferma"),
        meant("member", 10, 1, body="berachi na yagodi vav ferma", cluster_id="c1"),
        *(meant(f"x{n}", 0, 1, n, body=f"stai pod naem {n}") for n in range(60)),
    ]
    index.put_adverts(docs)
    index.refresh()
    found = [row.doc.advert.title for row in index.similar(docs[0].id, size=4).rows]
    assert found[0] == "both"
    assert set(found[:3]) == {"both", "sense", "words"}
    assert "own" not in found
    assert found[3:] == ["member"]
    # The sixty others share a word or a direction at most: not alike, however near the nearest of them is.
    page = index.similar(docs[0].id, size=100)
    assert [row.doc.advert.title for row in page.rows] == found
    degrees = [round(row.relevance, 2) for row in page.rows]
    assert degrees[:3] == sorted(degrees[:3], reverse=True)
    assert degrees[2] >= MIN_OUTSIDE
    assert degrees[3] > 0.9


def test_no_vector_is_a_vector(index: AdIndex) -> None:
    for wrong in ([], [1.0], vector(0), vector(math.nan), vector(math.inf), [1.0] * 385):
        with pytest.raises(BadInputError, match="no vector"):
            index.similar_by_vector(wrong)
    for packed in ("x", "AAAA", "é" * 1024, pack_vector(vector(1))[:-4]):
        with pytest.raises(ValidationError):
            AdvertDoc.model_validate(advert("1").plain() | {"vector": packed})


@pytest.mark.parametrize("query", [{}, {"sort": "newest"}, {"text": "same", "sort": "relevance"}, {"text": "same -odd"}])
def test_going_through_everything_gives_each_once_in_order_whatever_is_written(index: AdIndex, query: dict[str, Any]) -> None:
    index.put_adverts(advert(str(n), f"same {'odd' if n % 2 else 'even'}", minute=n % 7, score=n % 5) for n in range(1300))
    index.refresh()
    asked = Query.model_validate(query)
    before: list[str] = []
    cursor = ""
    while True:
        page = index.search_adverts(asked.model_copy(update={"size": 1000, "cursor": cursor}))
        before += [row.doc.id for row in page.rows]
        if not (cursor := page.cursor):
            break
    going = index.each_advert(asked)
    seen = [next(going).id]
    # Now nothing is where it was: half gone, the rest turned over, others new.
    index.drop_adverts(before[600:])
    index.put_adverts(advert(str(n), "same odd", minute=99, score=99 - n % 7, version=2) for n in range(300))
    index.put_adverts(advert(f"new {n}", "same even", minute=999) for n in range(300))
    index.refresh()
    seen += [doc.id for doc in going]
    assert seen == before


def test_paging_while_others_write_loses_and_repeats_nothing_that_stayed(index: AdIndex) -> None:
    stay = [advert(str(n), "stays", minute=n, score=50, band="medium") for n in range(90)]
    index.put_adverts(stay)
    index.refresh()
    seen: list[str] = []
    query, turn = Query(size=10), 0
    while True:
        page = index.search_adverts(query)
        seen += [row.doc.id for row in page.rows if row.doc.advert.title == "stays"]
        if not page.cursor:
            break
        turn += 1
        # Above, below and in between, before each next page.
        fresh = [
            advert(f"{turn} {band}", "comes", minute=turn * 9, score=50, band=band) for band in ("urgent", "medium", "low")
        ]
        index.put_adverts(fresh)
        index.drop_adverts([fresh[0].id])
        index.refresh()
        query = query.model_copy(update={"cursor": page.cursor})
    assert seen == [doc.id for doc in reversed(stay)]
