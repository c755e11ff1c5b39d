from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.link import advert_of, command

SHEET = (
    "Голям склад край Венло приема двойки и единични, опит не е нужен. {} евро месечно. Квартира има, наемът се удържа. "
    "Пътуването се организира от нас всяка неделя. {}"
)
ROWS: list[dict[str, Any]] = [
    {"id": "a", "title": "Работници за склад", "body": SHEET.format(1900, "0888 001 101"), "posted_at": "2026-03-02", "x": [1]},
    {"id": "b", "title": "Хора за склад", "body": SHEET.format(2000, "0888 001 102"), "site": "siteB", "city": "Русе"},
    {"id": 3, "title": "Продавам колело", "body": "Детско колело, почти ново, 80 лв. Лично предаване. 0888 001 103"},
    {"id": "d", "title": "Колела втора ръка", "body": "Имам и други: питайте следобед. Плащане на ръка. 0888 001 103"},
    {"id": "e", "title": "Стая", "body": "Стая за студентка в тих двор, 200 лв на месец, парно.", "images": ["0f" * 32]},
    {
        "id": "f",
        "title": "Гарсониера",
        "body": "Обзаведена, до спирката, за дълъг срок.",
        "images": [{"pdq": "0f" * 31 + "0e"}],
    },
]


def run(tmp_path: Path, lines: list[Any], *more: str) -> Result:
    source = tmp_path / "in.jsonl"
    source.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines), encoding="utf-8")
    return CliRunner().invoke(command, [str(source), "-o", str(tmp_path / "out.jsonl"), *more])


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def groups(rows: list[dict[str, Any]]) -> set[frozenset[Any]]:
    return {frozenset(row["id"] for row in rows if row["cluster"] == cluster) for cluster in {row["cluster"] for row in rows}}


def test_rows_get_clusters_and_links_reasons(tmp_path: Path) -> None:
    result = run(tmp_path, ROWS, "--links", str(tmp_path / "links.jsonl"))
    assert result.exit_code == 0, result.output
    out = read(tmp_path / "out.jsonl")
    assert [row["id"] for row in out] == ["a", "b", 3, "d", "e", "f"]
    assert all(set(row) == {"id", "cluster"} for row in out)
    assert groups(out) == {frozenset({"a", "b"}), frozenset({3, "d"}), frozenset({"e", "f"})}
    links = read(tmp_path / "links.jsonl")
    assert {frozenset((link["a"], link["b"])) for link in links} == groups(out)
    for link in links:
        assert 0.5 <= link["score"] <= 1
        assert link["reasons"][0]["text"].endswith(".")


def test_clusters_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    run(tmp_path, ROWS)
    first = {str(row["id"]): row["cluster"] for row in read(tmp_path / "out.jsonl")}
    shuffled = list(ROWS)
    random.Random(5).shuffle(shuffled)
    run(tmp_path, shuffled)
    assert {str(row["id"]): row["cluster"] for row in read(tmp_path / "out.jsonl")} == first


def test_bad_rows_are_told_and_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad = ["{broken", {"title": "без id"}, {"id": "a", "title": "същото id", "body": ""}, {"id": "z", "title": 5, "body": ""}]
    result = run(tmp_path, [ROWS[0], *bad, ROWS[1]])
    assert result.exit_code == 4
    assert groups(read(tmp_path / "out.jsonl")) == {frozenset({"a", "b"})}
    rejected = read(tmp_path / "out.rejected.jsonl")
    assert sorted(row["line"] for row in rejected) == [2, 3, 4, 5]
    assert "stood in an earlier row" in str(rejected)
    assert ":2: not JSON" in result.output


def test_an_empty_file_gives_an_empty_one(tmp_path: Path) -> None:
    assert run(tmp_path, []).exit_code == 0
    assert (tmp_path / "out.jsonl").read_text() == ""


@pytest.mark.parametrize(
    "row",
    [
        {"id": "h1", "title": "\0\u202e", "body": "\ud800 broken", "posted_at": "yesterday", "images": "no list"},
        {
            "id": "h2",
            "title": "",
            "body": "",
            "posted_at": "9999-99-99",
            "images": [None, 5, {"pdq": None}, [], {"url": "\ud800"}],
        },
        {
            "id": "h3",
            "title": "t",
            "body": "а" * 200_000,
            "posted_at": 12,
            "images": [{"url": "https://example.com/1.jpg"}] * 90,
        },
    ],
)
def test_hostile_rows_do_no_harm(tmp_path: Path, row: dict[str, Any]) -> None:
    result = run(tmp_path, [row, ROWS[0]])
    assert result.exit_code == 0, result.output
    assert len(read(tmp_path / "out.jsonl")) == 2


def test_time_and_pictures_are_read() -> None:
    images = ["0f" * 32, "https://example.com/1.jpg", {"url": "u", "sha256": "ab"}]
    advert = advert_of({"id": "a", "title": "t", "body": "b", "posted_at": "2026-03-02T10:00:00+02:00", "images": images})
    assert str(advert.posted_at) == "2026-03-02 08:00:00+00:00"
    assert [bool(image.pdq) for image in advert.images] == [True, False, False]
    assert len(advert.images[1].sha256) == 64
    assert advert_of({"id": "a", "title": "t", "body": "b", "posted_at": "2026-03-02"}).posted_at is not None
