"""``strazha evidence``: verify finds what was changed, show reads captures back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.evidence_ import command
from strazha.errors import BadInputError, EvidenceError
from strazha.evidence.captures import capture_folder
from strazha.evidence.landing import Landing
from strazha.evidence.warc import Exchange, WarcWriter
from strazha.model.advert import Advert, Capture
from strazha.settings import settings

RUN = "20261121T100000Z-ab12"
FOLDER = capture_folder("site", RUN)
AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture
def landed() -> tuple[Landing, Capture, Advert]:
    landing = Landing(settings().landing_url)
    with landing.write(FOLDER, "01-captures-00001.warc.gz", "warc") as out:
        writer = WarcWriter(out, software="test", source_id="site", run_id=RUN)
        headers = (("Content-Type", "text/html; charset=windows-1251"),)
        page = "<h1>Маса\x1b[31m</h1>".encode("cp1251")
        capture = writer.add(Exchange("http://ads.example.com/1", "GET", (), b"", 200, "OK", headers, page, AT))
    landing.write_lines(FOLDER, "01-captures-00001.jsonl", "captures", [capture])
    advert = Advert(source_id="site", key="1", title="Маса", captured_at=AT, capture_id=capture.id, run_id=RUN)
    landing.write_lines(FOLDER, "01-adverts-00001.jsonl", "adverts", [advert])
    return landing, capture, advert


def run(*arguments: str) -> str:
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False).output


def test_a_sound_area_is_verified(landed: tuple[Landing, Capture, Advert]) -> None:
    assert "3 files in 1 folders: no problems" in run("verify")
    assert "3 files in 1 folders: no problems" in run("verify", FOLDER, "--deep")


def test_a_changed_file_is_found(landed: tuple[Landing, Capture, Advert]) -> None:
    landing = landed[0]
    with open(landing.path(FOLDER, "01-adverts-00001.jsonl"), "r+b") as handle:
        handle.seek(10)
        handle.write(b"X")
    with pytest.raises(EvidenceError, match="1 files differ"):
        run("verify")


def test_a_folder_without_evidence_is_an_error(landed: tuple[Landing, Capture, Advert]) -> None:
    with pytest.raises(EvidenceError, match="no closed files"):
        run("verify", "captures/nowhere")


def test_a_capture_is_shown_by_its_id_and_by_its_adverts(landed: tuple[Landing, Capture, Advert], tmp_path: Path) -> None:
    _, capture, advert = landed
    for wanted in (capture.id, capture.id.removeprefix("urn:uuid:"), f"<{capture.id}>", advert.id):
        said = run("show", wanted)
        assert capture.payload_sha256 in said
        assert "(checked)" in said
        assert ("Маса" in said) is (wanted == advert.id)
    said = run("show", advert.id, "--body", "--output", str(tmp_path / "page"), "--source", "site", "--run", RUN)
    assert "<h1>Маса·[31m</h1>" in said
    assert (tmp_path / "page").read_bytes().decode("cp1251").startswith("<h1>Маса")


def test_an_unknown_id_is_an_error(landed: tuple[Landing, Capture, Advert]) -> None:
    for wanted in ("0" * 24, "urn:uuid:none"):
        with pytest.raises(BadInputError, match="no capture or advert"):
            run("show", wanted)
