"""Negation, conditions, quotations and other people's doings told: near misses that must not be ticked."""

from __future__ import annotations

import time
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.heads.finder import Seen
from indicators.screener import Screener
from strazha.model import AdType, Hit, NormalText, ReadField, ReadText


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
    "unit",
    [
        "паспортите на всички стоят при шефа и не ",
        "Aa Bb Cc ",
        "12-13 от 6 до ",
        "ул. А ",
        "helpline advice confidential, others keep your passport ? no ",
        "\u0301\u202e\x00 ",
    ],
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


NOTICES = [
    "Did they take your passport? Has your employer not paid you? Call our helpline, free and confidential.",
    "They told me the ticket was a gift, then my passport was locked away. Our support group meets on Sundays.",
    "Взеха ли ви паспорта? Не ви плащат заплатата от месеци? Обадете се, разговорът е безплатен и анонимен.",
    "Zadarjaha li vi pasporta? Ne vi plashtat zaplatata ot tri meseca? Besplatna pravna pomosht, fondaciq Primer.",
    "Hat Ihr Chef Ihren Pass eingezogen? Wir beraten kostenlos und vertraulich, auch ohne Papiere.",
    "Σας κρατάνε το διαβατήριο; Δωρεάν νομική βοήθεια, χωρίς όνομα. Δεν είστε μόνοι.",
    "¿Te quitaron el pasaporte? Asesoría legal gratis y confidencial. No estás sola.",
    "Ți-au luat pașaportul? Consiliere gratuită și confidențială. Nu ești singur.",
    "Хозяйка забрала паспорт? Бесплатная юридическая помощь, анонимно. Вы ничего не нарушили.",
    "Забрали паспорт і не платять? Безкоштовна юридична допомога, анонімно. Ви не винні.",
    "Обећали су нам плату, а пасоше су нам одузели. Бесплатна правна помоћ, анонимно.",
    "Pasaportunuzu patron mu aldı? Ücretsiz hukuki destek, isim sormuyoruz. Bu yasal değil.",
]
#: A trafficker's advert may hold a phrase of a notice; one alone, or an offer beside it, leaves it an offer.
OFFERS = [
    (
        "Workers wanted for Germany. No scammers! Passports stay with the boss. Call us, free and confidential.",
        "documents_withheld",
    ),
    (
        "Beware of fakes. Workers wanted, 50 euro a day. Passports stay with the boss. It is illegal to cheat.",
        "documents_withheld",
    ),
    (JOB_BG + "Без измами. Паспортите стоят при шефа. Обадете се безплатно, анонимно.", "documents_withheld"),
    (JOB_BG + "Не сме измамници, паспортите стоят при шефа.", "documents_withheld"),
    (
        "Suchen Erntehelfer, 50 Euro am Tag, kein Betrug, Pass bleibt beim Chef. Kostenlose Beratung, anonym.",
        "documents_withheld",
    ),
]


@pytest.mark.parametrize("body", NOTICES)
def test_a_notice_shows_no_risk_and_is_benign(body: str) -> None:
    findings = screener().screen(text_of(body), ())
    assert findings.ad_type is AdType.BENIGN
    assert not {hit.indicator for hit in findings.hits}


@pytest.mark.parametrize(("body", "indicator"), OFFERS)
def test_phrases_of_a_notice_hide_no_offer(body: str, indicator: str) -> None:
    assert indicator in found(body)


@pytest.mark.parametrize(
    ("body", "indicator", "ticked"),
    [
        ("Deposit: 200 euro for the job, fee before departure.", "recruitment_fee", True),
        ("Processing fee: none", "recruitment_fee", False),
        ("Такса за документи: няма", "recruitment_fee", False),
        ("Такса за документи: няма проблем, 200 евро преди тръгване", "recruitment_fee", True),
        ("Some agencies keep your passport.", "documents_withheld", False),
        ("Is it true that we keep your passport? No.", "documents_withheld", False),
        ("Contract: none", "no_contract", True),
        ("Договор: няма", "no_contract", True),
        ("Договор - да, безсрочен", "no_contract", False),
    ],
)
def test_answers_and_others(body: str, indicator: str, ticked: bool) -> None:
    job = JOB_BG if "а" in body else JOB_EN
    assert (indicator in found(job + "\n" + body)) is ticked


def test_meaning_obeys_the_same_scope() -> None:
    def seen(body: str, indicator: str, sentence: str) -> set[str]:
        at = body.index(sentence)
        end = at + len(sentence)
        place = {"field": "body", "start": at, "end": end, "text": sentence}
        hit = Hit(indicator=indicator, method="semantic", confidence=0.9, rule="head:x", **place)
        return {one.indicator for one in screener().screen(text_of(body), (), seen=Seen((hit,), {})).hits}

    kept = "Your papers are looked after by us."
    assert "documents_withheld" in seen(JOB_EN + kept, "documents_withheld", kept)
    told = "Some agencies will look after your papers."
    assert "documents_withheld" not in seen(JOB_EN + told, "documents_withheld", told)
    adult = "Escort Anna, incall and outcall, 100 euro per hour. "
    for sentence, ticked in (("I am from Bulgaria.", False), ("Romanian.", False), ("Hot Bulgarian temptation.", True)):
        assert ("ethnicity_selling_point" in seen(adult + sentence, "ethnicity_selling_point", sentence)) is ticked
