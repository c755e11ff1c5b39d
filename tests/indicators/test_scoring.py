"""The score: repeatable by hand from its reasons, and fair."""

from __future__ import annotations

from functools import lru_cache

import pytest

from indicators.catalogue import load
from indicators.scoring import score_advert, weights
from indicators.screener import Screener
from nlp.pipeline import Reader
from strazha.model import Band, Hit


def hits(*names: str) -> list[Hit]:
    return [Hit(indicator=name, method="pattern", confidence=0.8, rule="test") for name in names]


@lru_cache(maxsize=1)
def machine() -> tuple[Reader, Screener]:
    return Reader(), Screener()


def scored(title: str, body: str) -> tuple[int, Band, frozenset[str]]:
    reader, screener = machine()
    reading = reader.read(title, body)
    findings = screener.screen(reading.text, reading.mentions)
    return findings.score, findings.band, frozenset(hit.indicator for hit in findings.hits)


@pytest.mark.parametrize(
    "names",
    [
        ("documents_withheld", "isolation_restriction", "accommodation_tied", "written_contract"),
        ("no_experience_needed",),
        ("multiple_persons_advertised", "third_party_voice", "venue_agency", "movement_new_arrival"),
        ("youth_wording", "independent_claim", "stated_limits"),
        ("independent_claim", "stated_limits", "screening_required", "deposit_required"),
        tuple(name for name, entry in load().items() if entry.indicator.level == "advert"),
    ],
)
def test_points_add_up_to_the_score(names: tuple[str, ...]) -> None:
    result = score_advert(hits(*names))
    total = sum(reason.points for reason in result.reasons)
    assert result.score == max(0, min(100, total))
    assert score_advert(hits(*reversed(names))) == result


def test_a_score_repeated_by_hand() -> None:
    result = score_advert(hits("documents_withheld", "accommodation_tied", "wage_deductions", "written_contract"))
    # S 20, M 10, W 3; coercion is positive with one strong and one weak: 15; one counter-indicator: -8.
    assert [(reason.code, reason.points) for reason in result.reasons] == [
        ("indicator:documents_withheld", 20),
        ("indicator:wage_deductions", 10),
        ("indicator:accommodation_tied", 3),
        ("dimension:coercion", 15),
        ("counter:written_contract", -8),
    ]
    assert (result.score, result.band) == (40, Band.MEDIUM)


@pytest.mark.parametrize(
    ("names", "positive"),
    [
        (("documents_withheld", "isolation_restriction"), True),
        (("documents_withheld", "accommodation_tied"), True),
        (("documents_withheld",), False),
        (("recruitment_fee", "vague_job", "papers_arranged"), True),
        (("recruitment_fee", "vague_job", "immediate_departure"), True),
        (("recruitment_fee", "vague_job"), False),
        (("recruitment_fee", "immediate_departure", "no_interview", "transport_arranged"), False),
    ],
)
def test_the_rule_of_ilo_and_ec(names: tuple[str, ...], positive: bool) -> None:
    codes = [reason.code for reason in score_advert(hits(*names)).reasons]
    assert any(code.startswith("dimension:") for code in codes) is positive


@pytest.mark.parametrize("name", [name for name, entry in load().items() if entry.indicator.strength.value in "MW"])
def test_one_indicator_alone_is_no_flag(name: str) -> None:
    assert score_advert(hits(name)).band is Band.LOW


def test_weak_ones_alone_are_no_flag() -> None:
    weak = [name for name, entry in load().items() if entry.indicator.strength.value == "W"]
    assert score_advert(hits(*weak)).band is Band.LOW


def test_movement_wording_adds_nothing() -> None:
    base = ("multiple_persons_advertised", "third_party_voice")
    assert score_advert(hits(*base, "movement_new_arrival")).score == score_advert(hits(*base)).score
    reasons = score_advert(hits("movement_new_arrival", "incall_only", "outcall_only")).reasons
    assert not any(reason.code.startswith("dimension:") for reason in reasons)


def test_youth_wording_heads_the_queue() -> None:
    assert score_advert(hits("youth_wording")).band is Band.URGENT
    assert score_advert(hits("youth_wording", "independent_claim", "stated_limits")).band is Band.URGENT


@pytest.mark.parametrize(
    ("name", "band"),
    [("organ_offer", Band.HIGH), ("child_or_newborn_offer", Band.HIGH), ("sham_marriage_offer", Band.MEDIUM)],
)
def test_an_offer_that_is_the_offence_needs_no_company(name: str, band: Band) -> None:
    said = score_advert(hits(name))
    assert said.band is band
    assert sum(reason.points for reason in said.reasons) == said.score == weights().bands[band.value]
    assert any(reason.code == "offence" and reason.indicators == (name,) for reason in said.reasons)
    understood = [hit.model_copy(update={"method": "semantic"}) for hit in hits(name)]
    assert score_advert(understood).band is Band.MEDIUM
    held = score_advert(hits(name, "independent_claim", "stated_limits", "written_contract"))
    assert held.band is band
    assert not any(reason.code == "offence" for reason in score_advert(hits("written_contract")).reasons)


def test_what_is_understood_of_one_sentence_counts_once_for_a_dimension() -> None:
    names = ("excessive_hours", "wages_withheld")
    same = [one.model_copy(update={"method": "semantic", "field": "body", "start": 0, "end": 40}) for one in hits(*names)]
    apart = [same[0], same[1].model_copy(update={"start": 50, "end": 90})]
    assert not any(reason.code.startswith("dimension:") for reason in score_advert(same).reasons)
    assert any(reason.code == "dimension:exploitation" for reason in score_advert(apart).reasons)
    assert score_advert(apart).score == score_advert(same).score + weights().positive_dimension
    # Of two adverts of a cluster, at the same place: two sentences.
    others = [same[0].model_copy(update={"text": "One."}), same[1].model_copy(update={"text": "Two."})]
    assert any(reason.code == "dimension:exploitation" for reason in score_advert(others).reasons)


def test_offences_are_entries_of_the_catalogue() -> None:
    assert weights().offences.keys() <= load().keys()


def test_independents_stay_at_medium() -> None:
    risky = ("trust_wording", "obscured_contact", "ethnicity_selling_point", "multiple_persons_advertised", "round_the_clock")
    more = ("risky_service_wording", "venue_agency", "client_exclusion", "incall_only")
    held = score_advert(hits(*risky, *more, "independent_claim", "stated_limits"))
    assert held.band.rank <= Band.MEDIUM.rank
    led = score_advert(hits(*risky, *more, "independent_claim", "stated_limits", "third_party_voice"))
    assert led.band.rank > Band.MEDIUM.rank


def test_counter_indicators_lower_but_never_erase() -> None:
    strong = ("documents_withheld", "debt_bondage", "isolation_restriction", "wages_withheld")
    counters = ("licensed_intermediary", "verifiable_employer", "written_contract")
    without, with_all = score_advert(hits(*strong)), score_advert(hits(*strong, *counters))
    assert with_all.score == without.score + weights().counter_floor
    assert with_all.band.rank >= Band.HIGH.rank


NATIONS = ["България", "Румъния", "Украйна", "Германия", "Виетнам"]
CITIES = ["Пловдив", "Варна", "Русе", "Бургас", "Плевен"]
PEOPLE = ["българка", "румънка", "украинка", "германка", "виетнамка"]


def test_naming_a_nation_or_city_moves_no_score() -> None:
    adverts = {
        scored(
            f"Мария, 38, {city}", f"Аз съм {person}, от {nation}. Работя сама, срещи при мен, 100 лв на час. Тел. 0888 012 345."
        )
        for nation, city, person in zip(NATIONS, CITIES, PEOPLE, strict=True)
    }
    assert len({(score, band) for score, band, _ in adverts}) == 1, adverts


@pytest.mark.parametrize("pair", [("Bulgarian", "Swedish"), ("Romanian", "Irish"), ("Thai", "French")])
def test_swapping_the_nationality_that_is_advertised_changes_nothing(pair: tuple[str, str]) -> None:
    body = "Hot {} beauties, three girls, our manager answers, real photos. 100 pounds an hour, call 07700 900 123."
    first, second = (scored("Girls in Leeds", body.format(nation)) for nation in pair)
    assert first == second
