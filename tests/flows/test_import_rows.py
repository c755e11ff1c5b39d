"""Foreign files: what fits is taken in, what does not is named with its line; nothing crashes, nothing is lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.imports.mapping import ImportMapping, load_mapping
from flows.imports.rows import MAX_LINE
from flows.imports.take import ImportReport, Rejected, format_of, land_rows
from strazha.errors import BadInputError
from strazha.evidence.landing import Landing
from strazha.model import Advert

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLAIN = ImportMapping(source="partner", basis="Transfer order 1/2026, invented")


def land(tmp_path: Path, name: str, data: bytes, mapping: ImportMapping = PLAIN) -> tuple[ImportReport, list[Advert]]:
    path = tmp_path / name
    path.write_bytes(data)
    landing = Landing(str(tmp_path / "landing"))
    report = land_rows(landing, path, format_of(path), mapping, run_id="r1", at=AT)  # type: ignore[arg-type]
    assert landing.verify(report.folder) == []
    adverts = [Advert.model_validate_json(line) for _, line in landing.iter_lines(report.folder, "adverts")]
    rejected = [Rejected.model_validate_json(line) for _, line in landing.iter_lines(report.folder, "rejected")]
    assert (len(adverts), len(rejected)) == (report.adverts, report.rejected)
    assert report.rows == report.adverts + report.rejected
    return report, adverts


def jsonl(*rows: object) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def test_common_names_need_no_mapping(tmp_path: Path) -> None:
    row = {
        "id": 7,
        "headline": "Работа",
        "text": "Берачи",
        "city": "Русе",
        "price": "1200",
        "currency": "eur",
        "posted": "2026-11-01",
    }
    report, (advert,) = land(tmp_path, "in.jsonl", jsonl(row))
    assert (advert.key, advert.title, advert.body, advert.place) == ("7", "Работа", "Берачи", "Русе")
    assert advert.price is not None
    assert (advert.price.amount, advert.price.currency) == (1200.0, "EUR")
    assert advert.posted_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert advert.capture_id == f"import:{report.sha256}#1"


def test_bad_rows_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    lines = [
        jsonl({"id": "1", "title": "a"}),
        b"{not json\n",
        b"[1, 2]\n",
        b'{"id": "2", "title": "\xff"}\n',
        jsonl({"title": "no key"}),
        jsonl({"id": "3"}),
        jsonl({"id": "4", "title": "b", "posted": "yesterday"}),
        b"\n",
        b"[" * 200_000 + b"\n",
        jsonl({"id": "5", "title": "c"}),
    ]
    report, adverts = land(tmp_path, "in.jsonl", b"".join(lines))
    assert [advert.key for advert in adverts] == ["1", "5"]
    assert [item.at_line for item in report.examples] == [2, 3, 4, 5, 6, 7, 9]
    reasons = "\n".join(item.reason for item in report.examples)
    for part in ("not JSON", "object is needed", "not UTF-8", "no key", "no text", "date_format"):
        assert part in reasons


def test_broken_escapes_and_controls_are_kept_apart_from_json(tmp_path: Path) -> None:
    line = b'{"id": "1", "title": "a\\ud800b", "body": "x\\u0000y\\u202ez"}\n'
    _, (advert,) = land(tmp_path, "in.jsonl", line)
    assert (advert.title, advert.body) == ("a\ufffdb", "x\0y\u202ez")


def test_a_line_beyond_the_bound_is_rejected(tmp_path: Path) -> None:
    huge = b'{"id": "1", "title": "' + b"a" * MAX_LINE + b'"}\n'
    report, adverts = land(tmp_path, "in.jsonl", huge + jsonl({"id": "2", "title": "b"}))
    assert [advert.key for advert in adverts] == ["2"]
    assert "longer than" in report.examples[0].reason


def test_csv_with_own_delimiter_encoding_and_dates(tmp_path: Path) -> None:
    mapping = ImportMapping.model_validate(
        {
            "source": "partner", "basis": "Transfer order 1/2026", "time_zone": "Europe/Sofia", "date_format": "%d.%m.%Y",
            "fields": {"key": "номер", "title": "заглавие", "body": "текст", "posted_at": "дата"}, "keep": ["партида"],
            "csv": {"delimiter": ";", "encoding": "cp1251"},
        }
    )  # fmt: skip
    data = "номер;заглавие;текст;дата;партида\n1;Стая;Под наем, тиха;01.11.2026;A\n2;Къса\n3;Стол;дърво\0;02.11.2026;\n"
    report, adverts = land(tmp_path, "in.csv", data.encode("cp1251"), mapping)
    assert [advert.key for advert in adverts] == ["1", "3"]
    assert adverts[0].posted_at == datetime(2026, 10, 31, 22, tzinfo=UTC)
    assert adverts[0].extra == {"партида": "A"}
    assert adverts[1].body == "дърво\ufffd"
    assert [(item.at_line, item.reason) for item in report.examples] == [(3, "2 cells, the header has 5")]


def test_csv_in_another_encoding_takes_nothing_in_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("id,title\n1,а\n".encode("cp1251"))
    landing = Landing(str(tmp_path / "landing"))
    with pytest.raises(BadInputError, match=r"csv\.encoding"):
        land_rows(landing, path, "csv", PLAIN, run_id="r1", at=AT)
    assert [entry.kind for entry in landing.entries("captures/partner/r1")] == ["import"]


def test_mapping_errors_name_the_fields(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text("source: Partner!\nbasis: x\ntime_zone: Mars\ncolour: red\n")
    with pytest.raises(BadInputError) as caught:
        load_mapping(path)
    for part in ("source", "basis", "time_zone", "colour", "map.yaml"):
        assert part in str(caught.value)


def test_the_ending_must_tell_the_format() -> None:
    with pytest.raises(BadInputError, match="--format"):
        format_of(Path("adverts.xlsx"))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=8), st.sampled_from(["in.jsonl", "in.csv"]))
def test_any_bytes_are_taken_in_or_told(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], name: str) -> None:
    folder = tmp_path_factory.mktemp("import")
    told: BadInputError | None = None
    try:
        land(folder, name, b"id,title,body\n" + b"\n".join(lines))
    except BadInputError as error:
        told = error
    assert told is None or (told.place and told.remedy)
