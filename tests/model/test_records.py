"""Records are strict, survive a round trip, and their ids and versions stay put."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cli.schema import command, records
from strazha.model import Advert, Band, Capture, Hit, Mention, NormalText, Price
from strazha.model.base import digest

MOMENT = datetime(2026, 11, 21, 10, tzinfo=UTC)


def advert(**changes: object) -> Advert:
    values: dict[str, object] = {"source_id": "demo", "key": "42", "title": "Продавам велосипед", "captured_at": MOMENT}
    return Advert.model_validate(values | changes)


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValidationError, match="colour"):
        advert(colour="red")


def test_a_time_without_zone_is_refused_and_others_become_utc() -> None:
    with pytest.raises(ValidationError, match="zone"):
        advert(captured_at="2026-11-21T10:00:00")
    sofia = timezone(timedelta(hours=2))
    assert advert(captured_at=MOMENT.astimezone(sofia)).captured_at.utcoffset() == timedelta(0)


def test_values_never_change() -> None:
    with pytest.raises(ValidationError):
        advert().title = "other"  # type: ignore[misc]


@given(st.text(), st.text())
def test_advert_survives_its_json_line(title: str, body: str) -> None:
    record = advert(title=title, body=body)
    line = record.line()
    assert "\n" not in line
    assert Advert.model_validate_json(line) == record


def test_id_comes_from_source_and_raw_key_alone() -> None:
    assert advert(title="x").id == advert(title="y").id
    assert advert().id != advert(key="42 ").id
    assert advert().id != advert(source_id="demo4", key="2").id


def test_version_follows_what_a_reader_sees() -> None:
    assert advert().content_hash == advert(captured_at=MOMENT + timedelta(days=1), run_id="r", capture_id="c").content_hash
    assert advert().content_hash == advert(place="", images=()).content_hash
    assert advert().content_hash != advert(title="Продавам колело").content_hash
    assert advert(price=Price(amount=100)).content_hash == advert(price={"amount": 100.0}).content_hash


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_digest_never_mixes_up_parts(one: list[str], other: list[str]) -> None:
    assert (digest(*one) == digest(*other)) == (one == other)


def test_a_hit_has_a_whole_span_or_none() -> None:
    Hit(indicator="no_contract", method="derived", confidence=1)
    with pytest.raises(ValidationError):
        Hit(indicator="no_contract", method="pattern", confidence=1, start=3)
    with pytest.raises(ValidationError):
        Hit(indicator="no_contract", method="pattern", confidence=1, start=3, end=4)


def test_bands_are_ordered() -> None:
    assert [band.rank for band in (Band.LOW, Band.MEDIUM, Band.HIGH, Band.URGENT)] == [0, 1, 2, 3]


def test_mention_key_is_one_string() -> None:
    place = Mention(
        kind="place", text="София", value={"name": "Sofia", "country": "BG"}, field="body", start=0, end=5, extractor="t",
        confidence=1,
    )  # fmt: skip
    assert place.key == "Sofia|BG"


@given(st.text(max_size=30), st.data())
def test_identity_maps_every_range_to_itself(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    normal = NormalText.identity(text)
    assert normal.original(start, end) == (start, end)
    if start < end:
        assert normal.normal(start, end) == (start, end)


def test_capture_refuses_a_wrong_hash() -> None:
    with pytest.raises(ValidationError, match="payload_sha256"):
        Capture(
            id="urn:uuid:1", source_id="demo", run_id="r", url="http://example.com/", fetched_at=MOMENT, status=200,
            payload_sha256="abc", warc_file="w", warc_offset=0, warc_length=1,
        )  # fmt: skip


@pytest.mark.parametrize("name", sorted(records()))
def test_every_record_has_a_schema_that_refuses_unknown_fields(name: str) -> None:
    shown = CliRunner().invoke(command, [name.lower()])
    assert shown.exit_code == 0, shown.output
    schema = json.loads(shown.output)
    assert schema["additionalProperties"] is False
    assert schema["title"] == name
    assert schema.get("description"), f"{name} needs a docstring: it is the description in its schema"


def test_schema_without_a_name_lists_all() -> None:
    listed = CliRunner().invoke(command, [])
    assert {line.split()[0] for line in listed.output.splitlines()} == set(records())
