"""``strazha import`` end to end: foreign files become screened, linked, indexed adverts; twice changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import app
from crawlers.definitions import load_source
from crawlers.engine import crawl
from examples.site import adverts, definitions, serve
from flows.rooms import open_rooms
from strazha.errors import BadInputError, LegalBasisError
from strazha.evidence.landing import Landing
from strazha.settings import Settings, settings
from strazha.store import Query

FIXTURES = Path(__file__).parents[1] / "fixtures/docs"


def strazha(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(part) for part in arguments], catch_exceptions=False)


def test_a_csv_with_a_mapping_is_found_by_search(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES, tmp_path, dirs_exist_ok=True)
    first = strazha("import", tmp_path / "partner.csv", "--mapping", tmp_path / "partner.yaml")
    assert first.exit_code == 0, first.output
    assert "3 of 3 rows" in first.output
    again = strazha("import", tmp_path / "partner.csv", "--mapping", tmp_path / "partner.yaml")
    assert "nothing to do" in again.output
    with open_rooms(settings()) as rooms:
        (row,) = rooms.index.search_adverts(Query(text="ягоди")).rows
        assert row.doc.advert.key == "1001"
        assert row.doc.advert.extra == {"section_code": "A"}
        assert rooms.index.count()["adverts"] == 3
        (entry,) = rooms.ledger.audit_entries(subject=row.doc.advert.run_id)
        assert entry.action == "import"
        assert "12/2026" in entry.detail["basis"]


def test_a_later_file_of_the_same_source_changes_and_never_removes(tmp_path: Path) -> None:
    for number, rows in enumerate(('{"id": "a", "title": "x"}\n{"id": "b", "title": "y"}\n', '{"id": "a", "title": "z"}\n')):
        (tmp_path / f"{number}.jsonl").write_text(rows)
        done = strazha("import", tmp_path / f"{number}.jsonl", "--source", "partner", "--basis", "Order 1/2026, invented")
        assert done.exit_code == 0, done.output
    assert "changed 1" in done.output
    with open_rooms(settings()) as rooms:
        states = {state.advert_id: state for state in rooms.ledger.scan_adverts("partner")}
        assert sorted(state.versions for state in states.values()) == [1, 2]
        assert all(state.gone_since is None for state in states.values())


def test_bad_rows_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "a", "title": "x"}\n{broken\n')
    done = strazha("import", path, "--source", "partner", "--basis", "Order 1/2026, invented")
    assert done.exit_code == 0
    assert "in.jsonl:2: not JSON" in done.output


def test_whose_and_by_what_right_must_be_said(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "a", "title": "x"}\n')
    with pytest.raises(BadInputError, match="by what right"):
        strazha("import", path)
    with pytest.raises(BadInputError, match="no such file"):
        strazha("import", tmp_path / "none.jsonl", "--source", "partner", "--basis", "Order 1/2026")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A WARC file that a crawl of the example site's classifieds wrote, and the definition that reads it."""
    home = tmp_path_factory.mktemp("crawled")
    with serve(state=1) as site:
        definition = definitions(site.base_urls, home / "sources")[0]
        landing = Landing(str(home / "landing"))
        crawl(load_source(definition), landing, "r1")
    (warc,) = (home / "landing").rglob("*.warc.gz")
    return warc, definition


def test_a_warc_of_another_tool_is_read_with_the_platforms_definition(crawled: tuple[Path, Path]) -> None:
    warc, definition = crawled
    source = load_source(definition)
    done = strazha("import", warc, "--source", source.id, "--basis", "Order 1/2026, invented", "--definition", definition)
    assert done.exit_code == 0, done.output
    shown = {advert.advert_id: advert for advert in adverts(1) if advert.source_id == source.id}
    with open_rooms(settings()) as rooms:
        found = {doc.id: doc for doc in rooms.index.scan_adverts()}
        assert found.keys() == shown.keys()
        assert all(found[one].advert.title == advert.title for one, advert in shown.items())
        assert all(doc.advert.capture_id.startswith("urn:uuid:") for doc in found.values())


def test_a_warc_of_a_source_without_legal_basis_is_refused(crawled: tuple[Path, Path], tmp_path: Path) -> None:
    warc, definition = crawled
    text = definition.read_text(encoding="utf-8")
    expired = tmp_path / "expired.yaml"
    expired.write_text(text.replace("valid_until: 2036", "valid_until: 2026").replace("2026-12-31", "2026-01-31"), "utf-8")
    source = load_source(expired)
    assert source.legal_basis is not None
    with pytest.raises(LegalBasisError):
        strazha("import", warc, "--source", source.id, "--basis", "Order 1/2026, invented", "--definition", expired)


def test_half_a_warc_takes_nothing_in_and_says_so(crawled: tuple[Path, Path], tmp_path: Path) -> None:
    warc, definition = crawled
    half = tmp_path / "half.warc.gz"
    half.write_bytes(warc.read_bytes()[: warc.stat().st_size // 2])
    source = load_source(definition)
    with pytest.raises(BadInputError, match=r"half\.warc\.gz"):
        strazha("import", half, "--source", source.id, "--basis", "Order 1/2026, invented", "--definition", definition)
    with open_rooms(Settings()) as rooms:
        assert rooms.index.count()["adverts"] == 0
