"""The map: what is found by place, as a table and as data for the script; nothing of an advert becomes markup."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from review.investigate.spots import months
from review.render import STATIC
from strazha.ledger.records import Role
from strazha.model import Band
from tools.land import BOX, countries, plainer


def island(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="places-data">(.*?)</script>', page, re.S)
    assert found is not None
    held: dict[str, Any] = json.loads(found.group(1))
    return held


def test_places_with_counts_bands_and_steps_of_time(house: Any, client: TestClient) -> None:
    page = client.get("/map").text
    data = island(page)
    leeds = next(place for place in data["places"] if place["name"].startswith("Leeds"))
    assert (leeds["total"], leeds["band"], round(leeds["lat"])) == (7, "medium", 54)
    assert len(leeds["counts"]) == len(data["steps"]) > 1
    # An advert that was online in two weeks is counted in both, and in the whole once.
    assert sum(leeds["counts"]) > leeds["total"] >= max(leeds["counts"])
    rows = re.findall(r'<th scope="row"[^>]*><a href="([^"]+)">(.*?)</a></th><td[^>]*>(\d+)<', page)
    assert [int(count) for _, _, count in rows] == sorted((place["total"] for place in data["places"]), reverse=True)
    found = client.get(html.unescape(next(href for href, name, _ in rows if "Leeds" in name))).text
    assert "7 adverts" in found
    assert house.actions("adverts")[0][1] == "search"


def test_filters_and_days_narrow_the_map(client: TestClient) -> None:
    jobs = island(client.get("/map", params={"ad_type": "transport"}).text)
    assert {place["name"].partition(",")[0] for place in jobs["places"]} < {
        place["name"].partition(",")[0] for place in island(client.get("/map").text)["places"]
    }
    nothing = client.get("/map", params={"seen_from": "2030-01-01"}).text
    assert "No advert found here names a place" in nothing


def test_data_of_adverts_cannot_leave_the_island(house: Any) -> None:
    name = "</script><script>alert(1)</script>"
    template = house.services and months([(name, 1.0, 2.0, {"2026-10": 1, "2026-11": 2}, Band.HIGH, "/search?q=1")])
    assert template.steps == ("2026-10", "2026-11")
    from review.render import environment

    made = environment().from_string('{% from "investigate/map_part.html" import map_part with context %}{{ map_part(data) }}')
    shown = made.render(data=template)
    assert "</script><script>" not in shown
    assert json.loads(shown.split('id="map-data">')[1].split("</script>")[0])["places"][0]["name"] == name


def test_operators_see_no_map(house: Any) -> None:
    assert house.client(Role.OPERATOR).get("/map").status_code == 403


def test_the_land_is_small_and_within_its_frame() -> None:
    file = Path(STATIC) / "land.json"
    assert file.stat().st_size < 250_000
    land = json.loads(file.read_text(encoding="utf-8"))
    assert {"Bulgaria", "Germany", "Greece", "Turkey", "Ukraine"} <= {one["properties"]["name"] for one in land["features"]}
    points = [point for one in land["features"] for shape in one["geometry"]["coordinates"] for ring in shape for point in ring]
    assert all(BOX[0] <= x <= BOX[2] and BOX[1] <= y <= BOX[3] for x, y in points)


def test_a_country_is_cut_at_the_frame_and_keeps_its_shape() -> None:
    square = [[0, 0], [40, 0], [0, 40], [-40, 0], [0, -40]]
    topology = {
        "transform": {"scale": [1, 1], "translate": [50, 30]}, "arcs": [square],
        "objects": {"countries": {"geometries": [{"type": "Polygon", "arcs": [[0]], "properties": {"name": "Square"}}]}},
    }  # fmt: skip
    ring = countries(topology)["features"][0]["geometry"]["coordinates"][0][0]
    assert {tuple(point) for point in ring} == {(50.0, 30.0), (66.0, 30.0), (66.0, 70.0), (50.0, 70.0)}
    assert plainer([(0.0, 0.0), (1.0, 0.001), (2.0, 0.0), (2.0, 5.0)]) == [(0.0, 0.0), (2.0, 0.0), (2.0, 5.0)]
