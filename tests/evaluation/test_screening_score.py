from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from strazha.errors import BadInputError
from strazha.evaluation.counts import Counts
from strazha.evaluation.labelled import Labelled, read_labelled, read_outputs
from strazha.evaluation.screening import Miss, score_screening

ROW: dict[str, Any] = {
    "id": "r1",
    "lang": "bg",
    "latin_bg": False,
    "ad_type": "job",
    "title": "Склад във Венло",
    "body": "Квартира има, удържа се. 1200 евро. Иван, 29, 0888 001 001, поща Primer@example.org",
    "phones": ["+359888001001"],
    "phone_obscured": False,
    "emails": ["primer@example.org"],
    "handles": [],
    "names": ["Иван"],
    "ages": [29],
    "prices": [{"amount": 1200.0, "currency": "EUR", "per": "month"}],
    "places": [{"name": "Venlo", "country": "NL"}],
    "indicators": ["wage_deductions", "written_contract"],
    "spans": {"wage_deductions": ["удържа се"]},
}
OUTPUT: dict[str, Any] = {
    "id": "r1",
    "languages": [{"lang": "bg", "confidence": 0.9}],
    "latin_bg": False,
    "ad_type": "job",
    "mentions": [
        {"kind": "phone", "value": "+359888001001"},
        {"kind": "email", "value": "primer@example.org"},
        {"kind": "name", "value": "Иван"},
        {"kind": "age", "value": 29},
        {"kind": "price", "value": {"amount": 1200, "currency": "EUR", "per": "month"}},
        {"kind": "place", "value": {"name": "Venlo", "country": "NL", "geoname_id": 1, "lat": 51.4, "lon": 6.2}},
        {"kind": "url", "value": "https://example.com/"},
    ],
    "hits": [
        {"indicator": "wage_deductions", "field": "body", "start": 15, "end": 24},
        {"indicator": "written_contract", "field": None, "start": None, "end": None},
    ],
    "band": "medium",
}


def labelled(**more: Any) -> Labelled:
    return Labelled.model_validate({**ROW, **more})


def test_a_perfect_output_is_perfect() -> None:
    score = score_screening([labelled()], {"r1": OUTPUT}, counters=["written_contract"])
    assert all(counts.f1 == 1.0 for counts in score.extraction.values())
    assert score.misses == []
    assert (score.language_accuracy, score.span_overlap, score.without_output) == (1.0, 1.0, 0)
    assert list(score.indicator_counts(counter=True)) == ["written_contract"]
    assert list(score.indicator_counts(counter=False)) == ["wage_deductions"]
    json.dumps(score.plain())


def test_what_is_wrong_is_counted_and_named() -> None:
    output = {
        **OUTPUT,
        "languages": [{"lang": "ru", "confidence": 0.6}],
        "latin_bg": True,
        "ad_type": "benign",
        "mentions": [
            {"kind": "phone", "value": "+359888001002"},
            {"kind": "place", "value": {"name": "Venlo", "country": "BE"}},
        ],
        "hits": [{"indicator": "wage_deductions", "field": "body", "start": 0, "end": 8}, {"indicator": "vague_job"}],
    }
    score = score_screening([labelled()], {"r1": output})
    assert score.extraction["phones"] == Counts(0, 1, 1)
    assert score.by_language["bg"]["phones"] == Counts(0, 1, 1)
    assert score.extraction["names"] == Counts(0, 0, 1)
    assert score.extraction["places"] == Counts(0, 1, 1)
    assert score.latin_bg == Counts(0, 1, 0)
    assert score.confusion["job", "benign"] == 1
    assert score.indicators["vague_job"] == Counts(0, 1, 0)
    assert (score.spans_met, score.spans_total) == (0, 1)
    assert Miss("r1", "phones", ("+359888001001",), ("+359888001002",)) in score.misses
    assert Miss("r1", "places", ("venlo NL",), ("venlo BE",)) in score.misses
    assert Miss("r1", "language", ("bg",), ("ru",)) in score.misses


def test_a_row_without_output_counts_as_nothing_found() -> None:
    score = score_screening([labelled()], {})
    assert score.without_output == 1
    assert score.extraction["phones"] == Counts(0, 0, 1)
    assert score.ad_types["job"] == Counts(0, 0, 1)
    assert set(score.ad_types) == {"job"}


def test_every_kind_of_benign_advert_is_benign_and_its_band_is_counted() -> None:
    score = score_screening([labelled(ad_type="benign_travel")], {"r1": {**OUTPUT, "ad_type": "benign", "band": "low"}})
    assert score.ad_types["benign"] == Counts(1, 0, 0)
    assert score.bands["benign"]["low"] == 1


@pytest.mark.parametrize(("said", "counted"), [((), 1), (("third_party_voice",), 0)])
def test_the_band_of_independents_is_counted(said: tuple[str, ...], counted: int) -> None:
    row = labelled(ad_type="adult", indicators=("independent_claim", "stated_limits", *said))
    score = score_screening([row], {"r1": {**OUTPUT, "ad_type": "adult", "band": "high"}})
    assert score.bands["independent"]["high"] == counted
    assert score.bands["other"]["high"] == 1


@pytest.mark.parametrize(
    ("obscured", "mentions", "hits", "expected"),
    [
        (True, [{"kind": "phone", "value": "+1", "obscured": True}], [], Counts(1, 0, 0)),
        (False, [{"kind": "phone", "value": "+1", "obscured": False}], [{"indicator": "obscured_contact"}], Counts()),
        (True, [{"kind": "phone", "value": "+1"}], [{"indicator": "obscured_contact"}], Counts(1, 0, 0)),
        (False, [{"kind": "email", "value": "a@example.com"}], [{"indicator": "obscured_contact"}], Counts()),
        (True, [], [], Counts(0, 0, 1)),
    ],
)
def test_disguise_is_read_from_mentions_or_from_the_hit(obscured: bool, mentions: Any, hits: Any, expected: Counts) -> None:
    score = score_screening([labelled(phone_obscured=obscured)], {"r1": {**OUTPUT, "mentions": mentions, "hits": hits}})
    assert score.phone_obscured == expected


def test_malformed_values_of_an_output_are_no_value() -> None:
    odd = [
        {"kind": "phone", "value": None},
        {"kind": "price", "value": "12"},
        {"kind": "age", "value": True},
        {"kind": "place"},
    ]
    score = score_screening([labelled()], {"r1": {**OUTPUT, "mentions": odd}})
    assert all(counts.fp == 0 for counts in score.extraction.values())


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("rows", "line", "problem"),
    [
        ([ROW, "{broken\n"], 2, "not JSON"),
        ([ROW, "\n", ROW], 3, "stands in line 1 already"),
        (["[1]\n"], 1, "not a JSON object"),
        ([{**ROW, "ad_type": "shop"}], 1, "ad_type"),
        ([{key: value for key, value in ROW.items() if key != "title"}], 1, "title"),
        ([{**ROW, "spans": {"wage_deductions": ["не е там"]}}], 1, "span of wage_deductions is not in the text"),
        ([{**ROW, "prices": [{"amount": "many", "currency": "EUR"}]}], 1, "prices.0.amount"),
    ],
)
def test_bad_labels_give_file_and_line(tmp_path: Path, rows: list[Any], line: int, problem: str) -> None:
    path = write(tmp_path / "rows.jsonl", *rows)
    with pytest.raises(BadInputError, match=problem) as caught:
        read_labelled(path)
    assert caught.value.place == f"{path}:{line}"
    assert caught.value.remedy


def test_an_empty_or_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no labelled row"):
        read_labelled(write(tmp_path / "empty.jsonl", "\n"))
    with pytest.raises(BadInputError, match="cannot be read"):
        read_labelled(tmp_path / "none.jsonl")
    with pytest.raises(BadInputError, match="no id"):
        read_outputs(write(tmp_path / "out.jsonl", {"cluster": "x"}))


def test_unknown_keys_are_ignored(tmp_path: Path) -> None:
    (row,) = read_labelled(
        write(tmp_path / "rows.jsonl", {**ROW, "note": "anything", "group": "g1", "posted_at": "2026-03-01"})
    )
    assert (row.group, row.hub_phone) == ("g1", False)
