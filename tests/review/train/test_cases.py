"""Every exercise holds against the catalogue, and a case that does not is refused at file and line."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from flows.steps import catalogue
from review.train.cases import FORMS, LEVELS, load_cases, read_case
from strazha.errors import DefinitionError
from strazha.model import Outcome, Strength

GOOD = """language: en
level: 1
form: labour
title: Packers wanted
body: |
  A place costs 180 pounds, paid before you travel.
indicators:
  recruitment_fee: [A place costs 180 pounds]
best: [refer]
grounds: [refer.several]
why: {en: "A fee is asked for.", bg: "Иска се такса."}
mistakes: {en: "Overlooking the fee.", bg: "Таксата се пропуска."}
"""


def test_the_cases_cover_the_field() -> None:
    cases = load_cases(catalogue())
    assert len(cases) >= 48
    keys = [case.key for case in cases.values()]
    assert {key.form for key in keys} == set(FORMS)
    assert {outcome for key in keys for outcome in key.best} == set(Outcome)
    for language in ("en", "bg"):
        assert {key.level for key in keys if key.language == language} == set(LEVELS)
        mine = [key for key in keys if key.language == language]
        for form in FORMS:
            risky = {bool({Outcome.REFER, Outcome.MONITOR} & set(key.best)) for key in mine if key.form == form}
            assert risky == {True, False}, (language, form)
    risky = Counter(bool({Outcome.REFER, Outcome.MONITOR} & set(key.best)) for key in keys)
    assert abs(risky[True] - risky[False]) <= 4
    present = {name for key in keys for name in key.indicators}
    single = {name for name, one in catalogue().items() if one.level == "advert"}
    # Whoever goes through all has met each sign there is.
    assert single - present == set()
    assert any(len(key.indicators) == 0 for key in keys)


def test_counter_evidence_and_harmless_cases_carry_no_strong_sign() -> None:
    for case in load_cases(catalogue()).values():
        strengths = Counter(catalogue()[name].strength for name in case.key.indicators)
        if Outcome.INDEPENDENT in case.key.best:
            assert strengths[Strength.COUNTER] >= 2, case.id
        if Outcome.NOT_RELEVANT in case.key.best:
            assert strengths[Strength.STRONG] == 0, case.id


@pytest.mark.parametrize(
    ("was", "now", "line", "says"),
    [
        ("recruitment_fee:", "recruitment_feee:", 8, "no indicator 'recruitment_feee'"),
        ("recruitment_fee:", "shared_images:", 8, "seen in clusters"),
        ("[A place costs 180 pounds]", "[A place costs 190 pounds]", 8, "does not stand in the text"),
        ("[A place costs 180 pounds]", "[]", 8, "names no words"),
        ("best: [refer]", "best: [report]", 9, "best.0"),
        ("best: [refer]", "best: [refer]\nfair: [refer]", 10, "both best and fair"),
        ("[refer.several]", "[spam.fraud]", 10, "no ground of the best outcomes"),
        ("level: 1", "level: 9", 2, "level"),
        ("form: labour", "form: labour\nhint: x", 4, "hint"),
        ("title: Packers wanted", "title: [", 5, "not valid YAML"),
        (", bg: \"Иска се такса.\"", "", 11, "why.bg"),
    ],
)  # fmt: skip
def test_a_wrong_case_is_refused_at_its_line(tmp_path: Path, was: str, now: str, line: int, says: str) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_case(path, catalogue()).indicators == {"recruitment_fee"}
    path.write_text(GOOD.replace(was, now), encoding="utf-8")
    with pytest.raises(DefinitionError, match=says) as caught:
        read_case(path, catalogue())
    place = caught.value.place.rpartition(":")
    assert (place[0], caught.value.remedy != "") == (str(path), True)
    assert abs(int(place[2]) - line) <= (1 if "YAML" in says else 0), caught.value.place


def test_broken_files_are_told_and_end_nothing(tmp_path: Path) -> None:
    for name, content in (("a", b"\xff\xfe"), ("b", b"- 1\n"), ("c", b"title: \x00"), ("d", b""), ("E e", GOOD.encode())):
        path = tmp_path / f"{name}.yaml"
        path.write_bytes(content)
        with pytest.raises(DefinitionError):
            read_case(path, catalogue())


def test_the_texts_keep_to_fictional_contacts() -> None:
    for case in load_cases(catalogue()).values():
        text = f"{case.key.title}\n{case.key.body}"
        for number in re.findall(r"(?<!\w)(?:\+?\d[ \d]{8,}\d)", text):
            bare = number.replace(" ", "")
            assert bare.startswith(("07700900", "088800", "099910", "0000")) or "ЕИК 000" in text, (case.id, number)
        for host in re.findall(r"(?:@|www\.| at )\s?([\w.-]+ ?\. ?\w+)", text):
            assert "example" in host, (case.id, host)
