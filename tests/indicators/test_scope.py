"""Negation, conditions, quotations and other people's doings told: near misses that must not be ticked."""

from __future__ import annotations

import time
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.screener import Screener
from strazha.model import AdType, NormalText, ReadField, ReadText


@lru_cache(maxsize=1)
def screener() -> Screener:
    return Screener()


def text_of(body: str, title: str = "") -> ReadText:
    lang = "bg" if "а" in body else "en"
    fields = (ReadField("title", title, NormalText.identity(title)), ReadField("body", body, NormalText.identity(body)))
    return ReadText(*fields, languages=(lang,))


def found(body: str, title: str = "") -> set[str]:
    return {hit.indicator for hit in screener().screen(text_of(body, title), ()).hits}


JOB_BG = "Търсим работници за завод в Германия, заплата 1500 евро. "
RUN_ON = "workers wanted for a factory wage 1500 euro no interview start monday bring warm clothes we drive you in our own bus "
JOB_EN = "Workers wanted for a factory in Germany, wage 1500 euro. "


@pytest.mark.parametrize(
    ("body", "indicator", "ticked"),
    [
        (JOB_BG + "Паспортите стоят при шефа.", "documents_withheld", True),
        (JOB_BG + "Никога не задържаме документи.", "documents_withheld", False),
        (JOB_BG + "Документи никога, ама никога не се задържат.", "documents_withheld", False),
        (JOB_BG + "Не пием, а паспортите стоят при шефа.", "documents_withheld", True),
        (JOB_EN + "No fee is ever charged for processing.", "recruitment_fee", False),
        (JOB_EN + "Processing fee 200 euro before departure.", "recruitment_fee", True),
        (JOB_EN + "If anyone asks you for a processing fee of 200 euro, report it.", "recruitment_fee", False),
        (JOB_BG + "Започвате без да плащате такса за документи.", "recruitment_fee", False),
        (JOB_EN + "Experience required.", "no_experience_needed", False),
        (JOB_EN + "No experience needed.", "no_experience_needed", True),
        (JOB_BG + "Без договор, на ръка.", "no_contract", True),
        (JOB_BG + "Никога без договор.", "no_contract", False),
        (JOB_EN + "We never work without a contract.", "no_contract", False),
        (JOB_EN + "Others say \u201cwe keep your passport for safety\u201d.", "documents_withheld", False),
        (JOB_EN + "Scammers keep your passport.", "documents_withheld", False),
        (JOB_BG + "Измамници прибират паспортите.", "documents_withheld", False),
        (JOB_BG + "Не само без опит, но и без език.", "no_experience_needed", True),
        # What cancels a match is in its sentence and near: run-on adverts are one sentence from end to end.
        ("workers wanted for a factory wage 1500 euro no interview today and no more cvs", "no_interview", False),
        (RUN_ON + "and to the friends who wrote before please no more cvs", "no_interview", True),
    ],
)
def test_scope(body: str, indicator: str, ticked: bool) -> None:
    assert (indicator in found(body)) is ticked


def test_an_awareness_notice_ticks_no_risk() -> None:
    notice = "Victims of trafficking: passports kept by the boss, fee for the job 500 euro, no contract, doors locked. Call us."
    assert not found(JOB_EN + notice) & {"documents_withheld", "recruitment_fee", "no_contract", "isolation_restriction"}


def test_adult_indicators_stay_off_jobs_and_the_other_way_round() -> None:
    assert "round_the_clock" not in found(JOB_EN + "Available 24/7.")
    assert "excessive_hours" in found(JOB_EN + "On duty day and night, no days off.")


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=400), st.text(max_size=60))
def test_no_text_breaks_it(body: str, title: str) -> None:
    findings = screener().screen(text_of(body, title), ())
    fields = {"title": title, "body": body}
    for hit in findings.hits:
        if hit.field is not None:
            assert fields[hit.field][hit.start : hit.end] == hit.text
    assert isinstance(findings.ad_type, AdType)


@pytest.mark.parametrize(
    "unit", ["паспортите на всички стоят при шефа и не ", "Aa Bb Cc ", "12-13 от 6 до ", "ул. А ", "\u0301\u202e\x00 "]
)
def test_a_megabyte_is_read_in_linear_time(unit: str) -> None:
    screener()

    def seconds(size: int) -> float:
        text = text_of((unit * (size // len(unit) + 1))[:size])
        start = time.process_time()
        screener().screen(text, ())
        return time.process_time() - start

    small, large = min(seconds(125_000) for _ in range(2)), seconds(1_000_000)
    assert large < max(8 * small * 2.5, 1.0), (small, large)
