"""Definition files: what is good, and how each mistake is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from crawlers.definitions import BadDefinitionError, load_source, load_sources, moved
from strazha.errors import DefinitionError
from strazha.model.cron import check_cron
from strazha.model.source import Source
from tests.crawlers.conftest import definition


def written(folder: Path, data: dict[str, Any] | str, name: str = "one.yaml") -> Path:
    path = folder / name
    text = data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path) -> list[DefinitionError]:
    with pytest.raises(BadDefinitionError) as caught:
        load_source(path)
    return list(caught.value.problems)


def test_a_good_definition_loads_and_survives_json(tmp_path: Path) -> None:
    source = load_source(written(tmp_path, definition(8080)))
    assert source.id == "test-site"
    assert Source.model_validate_json(source.model_dump_json()) == source


def test_all_mistakes_are_named_at_once_with_line_and_remedy(tmp_path: Path) -> None:
    data = definition(8080, schedule="61 * * * *", time_zone="Sofia", country="Bulgaria")
    data["politeness"]["dealy"] = 3
    data["advert"]["fields"]["titel"] = {"css": "h1"}
    data["advert"]["fields"]["body"] = {"css": "p", "xpath": "//p"}
    data["listing"]["adverts"][0]["atribute"] = "href"
    del data["retention_days"]
    path = written(tmp_path, data)
    lines = path.read_text(encoding="utf-8").splitlines()
    found = problems(path)
    said = {str(problem) for problem in found}
    for key, remedy in (("dealy", "did you mean 'delay'?"), ("titel", "did you mean 'title'?"), ("atribute", "'attribute'?")):
        line = next(number for number, text in enumerate(lines, 1) if f"{key}:" in text)
        assert any(f"{path}:{line}: unknown key" in one and remedy in one for one in said), key
    for key, words in (("schedule", "'61' is no minute"), ("time_zone", "is no time zone"), ("country", "")):
        line = next(number for number, text in enumerate(lines, 1) if text.startswith(f"{key}:"))
        assert any(one.startswith(f"{path}:{line}: ") and words in one for one in said), key
    assert any("retention_days is missing" in one and "add 'retention_days:'" in one for one in said)
    assert any("give exactly one of css" in one for one in said)
    assert all(problem.place.startswith(f"{path}:") and problem.remedy for problem in found)
    assert len(found) == 8


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"legal_basis": {"authority": "x"}}, "legal_basis.statute is missing"),
        ({"start": ["http://elsewhere.example.com/"]}, "is on none of the hosts"),
        ({"start": ["ftp://127.0.0.1/"]}, "is no http(s) address"),
        ({"hosts": [{"host": "http://x.example.com/"}]}, "write it without scheme"),
        ({"hosts": []}, "at least 1 item"),
        ({"spider": "listin"}, "did you mean 'listing'?"),
        ({"encodings": ["klingon"]}, "encoding 'klingon' is not known"),
        ({"listing": {}}, "names neither adverts (links) nor items"),
        ({"listing": {"adverts": [{"css": "a[["}]}}, "is no CSS selector"),
        ({"listing": {"adverts": [{"xpath": "//a["}]}}, "is no XPath expression"),
        ({"listing": {"adverts": [{"jmespath": "a..b"}]}}, "is no JMESPath expression"),
        ({"listing": {"adverts": [{"css": "a", "match": "("}]}}, "is not a regular expression"),
        ({"listing": {"adverts": [{"css": "a"}], "paging": {}}}, "give either next"),
        ({"country": False}, "put it in quotes"),
        ({"limits": {"decompressed_bytes": 5000}}, "smaller than limits.body_bytes"),
        ({"politeness": {"user_agent": "bot"}}, "names no contact"),
        ({"politeness": {"user_agent": "бот (a@example.org)"}}, "printable ASCII"),
    ],
)
def test_single_mistakes(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    assert words in "\n".join(str(problem) for problem in problems(written(tmp_path, definition(8080, **change))))


@pytest.mark.parametrize(
    ("step", "words"),
    [("sqash", "is no clean-up step|should be"), ({"regexp": "x"}, "is no clean-up step"), ({"price": "euro"}, "pattern")],
)
def test_clean_up_steps_are_checked(tmp_path: Path, step: Any, words: str) -> None:
    data = definition(8080)
    data["advert"]["fields"]["title"] = {"css": "h1", "clean": [step]}
    said = "\n".join(str(problem) for problem in problems(written(tmp_path, data)))
    assert any(word in said for word in words.split("|"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id: a\nid: b\n", "given twice"),
        ("id: [a\n", "is not YAML"),
        ("", "holds no definition"),
        ("- a\n", "holds no definition"),
        ("id: \x00\n", "is not YAML"),
        ("a: " * 3 + "x", "is not YAML"),
        ("[" * 100, "is not YAML|nested"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_broken_files(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_source(written(tmp_path, text))
    assert any(word in str(caught.value) for word in words.split("|"))
    assert str(tmp_path) in str(caught.value)


def test_a_file_that_is_missing_or_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="cannot be read"):
        load_source(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"id: a\nname: caf\xe9\n")
    with pytest.raises(DefinitionError, match=r"latin\.yaml:2.*not UTF-8"):
        load_source(tmp_path / "latin.yaml")


def test_sources_of_a_folder_and_an_id_given_twice(tmp_path: Path) -> None:
    written(tmp_path, definition(8080), "a.yaml")
    assert load_sources([tmp_path])["test-site"].name == "Test site"
    written(tmp_path, definition(8081), "b.yaml")
    with pytest.raises(BadDefinitionError, match=r"b\.yaml:1: id 'test-site' is taken by .*a\.yaml"):
        load_sources([tmp_path])


def test_a_source_moved_to_another_origin(tmp_path: Path) -> None:
    source = Source.model_validate(definition(8080, start=["http://127.0.0.1:8080/list?a=1"]))
    there = moved(source, "http://127.0.0.1:9999")
    assert there.start == ("http://127.0.0.1:9999/list?a=1",)
    assert [(host.host, host.ports, host.private) for host in there.hosts] == [("127.0.0.1", (9999,), True)]


@pytest.mark.parametrize("good", ["* * * * *", "*/30 6-22 * * mon-fri", "0 4 1,15 jan *", "0 0 * * 7", "* * * * * */5"])
def test_cron_good(good: str) -> None:
    check_cron(good)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "* * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "5-1 * * * *",
        "*/0 * * * *",
        "a * * * *",
        "@daily",
        "1,,2 * * * *",
    ],
)
def test_cron_bad(bad: str) -> None:
    with pytest.raises(ValueError, match=r"no |backwards|never|write"):
        check_cron(bad)
