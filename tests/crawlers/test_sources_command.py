"""``strazha sources``: check, list, show, test, record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from cli.sources import command
from crawlers.trial import NothingFetchedError
from strazha.errors import BadInputError
from strazha.settings import settings
from tests.crawlers.conftest import BASIS, Site, definition


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), catch_exceptions=False)


def installed(site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: object) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "one.yaml"
    path.write_text(yaml.safe_dump(definition(site, **changes), sort_keys=False), encoding="utf-8")
    monkeypatch.setenv("STRAZHA_SOURCES", json.dumps([str(folder)]))
    settings.cache_clear()
    return path


def test_check_names_good_files_and_every_problem(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = installed(site, tmp_path / "own", monkeypatch)
    good = run("check")
    assert good.exit_code == 0
    assert f"{path}: good (test-site)" in good.output
    assert "3 good, 0 problems" in good.output
    installed(site, tmp_path / "own", monkeypatch, colour="red", schedule="x")
    bad = run("check", str(path))
    assert bad.exit_code == 2
    assert "0 good, 2 problems" in bad.output
    assert "unknown key 'colour'" in bad.output
    installed(site, tmp_path / "own", monkeypatch, legal_basis={**BASIS, "valid_until": "2021-01-01"})
    late = run("check", str(tmp_path / "own"))
    assert late.exit_code == 2
    assert "is in force from 2020-01-01 to 2021-01-01 only" in late.output


def test_list_and_show(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(site, tmp_path / "own", monkeypatch)
    listed = run("list").output
    assert "test-site" in listed
    assert "until 2099-12-31" in listed
    assert "bg-example-obiavi" in listed
    assert yaml.safe_load(run("show", "test-site").output)["limits"]["redirects"] == 5
    with pytest.raises(BadInputError, match="no source is called 'tset-site'") as caught:
        run("show", "tset-site")
    assert caught.value.remedy == "did you mean 'test-site'?"


@pytest.mark.live
def test_test_fetches_one_page_and_shows_its_fields(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(site, tmp_path / "own", monkeypatch)
    site.adverts(range(1, 4))
    advert = run("test", f"{site.origin}/item/2").output
    assert "read as: advert" in advert
    assert "Advert 2" in advert
    assert "empty:    posted_at, place, contact" in advert
    listing = run("test", f"{site.origin}/list").output
    assert "3 links to adverts" in listing
    assert site.asked == ["/item/2", "/list"]
    with pytest.raises(NothingFetchedError, match="http 404"):
        run("test", f"{site.origin}/item/99")
    with pytest.raises(BadInputError, match="no source has the host"):
        run("test", "http://elsewhere.example.com/")


def test_test_reads_a_saved_page(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = installed(site, tmp_path / "own", monkeypatch)
    (tmp_path / "page.html").write_text("<h1>Saved</h1><p class=price>5 EUR</p>", encoding="utf-8")
    arguments = ["test", str(tmp_path / "page.html"), "--definition", str(path), "--url", f"{site.origin}/item/5", "--json"]
    advert = json.loads(run(*arguments).output)
    assert (advert["key"], advert["title"], advert["price"]["amount"]) == ("5", "Saved", 5.0)
    (tmp_path / "page.html").write_text("<p>nothing", encoding="utf-8")
    assert "problem: fields: nothing found for title" in run(*arguments[:-1]).output


def test_record_writes_what_the_definition_makes_of_the_pages(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(site, tmp_path / "own", monkeypatch)
    folder = tmp_path / "test-site"
    folder.mkdir()
    (folder / "a.html").write_text("<h1>A</h1>", encoding="utf-8")
    pages = {
        "fetched_at": "2026-11-21T10:00:00+00:00",
        "pages": [{"file": "a.html", "url": "http://x/item/1", "role": "advert"}],
    }
    (folder / "pages.yaml").write_text(yaml.safe_dump(pages), encoding="utf-8")
    assert "wrote" in run("record", str(folder)).output
    assert json.loads((folder / "expected.json").read_text(encoding="utf-8"))["a.html"]["adverts"][0]["title"] == "A"
    (folder / "pages.yaml").write_text("pages: 5", encoding="utf-8")
    with pytest.raises(BadInputError, match="no readable fixture"):
        run("record", str(folder))
