"""What every packaged source must pass: it loads, it has a legal basis, and it reproduces its recorded pages.

To add a source: docs/add-a-platform.md. To record its fixture anew: ``strazha sources record tests/fixtures/sources/<id>``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawlers.definitions import definition_files, load_source, load_sources
from crawlers.spiders import SPIDERS
from crawlers.trial import read_fixture
from strazha.model.source import Source

FIXTURES = Path(__file__).parents[1] / "fixtures" / "sources"
FILES = {load_source(path).id: path for path in definition_files()}


@pytest.fixture(params=sorted(FILES))
def source(request: pytest.FixtureRequest) -> Source:
    return load_source(FILES[request.param])


def test_there_are_sources_and_their_ids_differ() -> None:
    assert len(load_sources()) == len(list(definition_files())) >= 2


def test_it_lies_in_its_countrys_folder(source: Source) -> None:
    assert FILES[source.id].parent.name == source.country.lower()


def test_it_has_a_legal_basis(source: Source) -> None:
    assert source.legal_basis is not None


def test_it_behaves(source: Source) -> None:
    assert source.politeness.robots
    assert source.politeness.delay >= 1
    assert not any(host.private for host in source.hosts)


def test_it_reproduces_its_recorded_pages(source: Source) -> None:
    folder = FIXTURES / source.id
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert read_fixture(source, folder) == expected
    adverts = [advert for page in expected.values() for advert in page["adverts"]]
    assert adverts, "a fixture holds at least one advert page"
    assert any(page["advert_links"] or page["adverts"] for page in expected.values())
    assert all(advert["key"] and advert["title"] for advert in adverts)


def test_every_fixture_belongs_to_a_source() -> None:
    assert {folder.name for folder in FIXTURES.iterdir()} == set(FILES)


def test_every_registered_spider_can_be_imported() -> None:
    from importlib import import_module

    from crawlers.spiders.base import SourceSpider

    for name, place in SPIDERS.items():
        module, _, kind = place.partition(":")
        assert issubclass(getattr(import_module(module), kind), SourceSpider), name
