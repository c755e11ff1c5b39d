"""Indicators of clusters, from invented adverts under shared contacts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from indicators.catalogue import load
from indicators.cluster import DERIVATIONS, cluster_hits
from indicators.scoring import score_cluster
from strazha.model import AdType, Advert, Band, Hit, Image, Mention, MentionKind, Screening, Versions

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def member(key: str, day: int = 0, **facts: Any) -> tuple[Advert, Screening]:
    images = tuple(Image(pdq=value) for value in facts.get("images", ()))
    advert = Advert(
        source_id=facts.get("source", "a"), key=key, captured_at=DAY, posted_at=DAY + timedelta(days=day), images=images
    )
    said: list[tuple[MentionKind, Any]] = [
        (MentionKind.PHONE, facts.get("phone", "+359888000001")),
        *((MentionKind.NAME, name) for name in facts.get("names", ())),
        *((MentionKind.AGE, age) for age in facts.get("ages", ())),
        *((MentionKind.PLACE, {"name": name, "country": country}) for name, country in facts.get("places", ())),
    ]
    mentions = tuple(
        Mention(kind=kind, text="x", value=value, field="body", start=at * 4, end=at * 4 + 1, extractor="test", confidence=1)
        for at, (kind, value) in enumerate(said)
    )
    return advert, Screening(
        advert_id=advert.id,
        content_hash=advert.content_hash,
        screened_at=DAY,
        ad_type=facts.get("ad_type", AdType.ADULT),
        mentions=mentions,
        hits=facts.get("hits", ()),
        score=0,
        band=Band.LOW,
        folded=facts.get("folded", ""),
        pipeline=Versions(code="t", nlp="t", catalogue="t"),
    )


def indicators(*members: tuple[Advert, Screening]) -> set[str]:
    return {hit.indicator for hit in cluster_hits(members)}


SCRIPT = "new here call any time sweet company for gentlemen in a quiet flat"

CASES = {
    "one_contact_many_names": (
        [{"names": ["Ая"]}, {"names": ["Боя"]}, {"names": ["Вая"]}],
        [{"names": ["Ая"]}, {"names": ["Боя"]}],
    ),
    "inconsistent_ages": (
        [{"names": ["Ая"], "ages": [21]}, {"names": ["Ая"], "ages": [26]}],
        [{"names": ["Ая"], "ages": [21]}, {"names": ["Ая"], "ages": [22]}],
    ),
    "many_contacts_one_text": (
        [{"folded": SCRIPT, "phone": f"+35988800000{n}"} for n in range(3)],
        [{"folded": SCRIPT, "phone": f"+35988800000{n}"} for n in range(2)],
    ),
    "city_circuit": (
        [{"places": [(name, "BG")], "day": 3 * n} for n, name in enumerate(["Sofia", "Ruse", "Varna"])],
        [{"places": [(name, "BG")], "day": 90 * n} for n, name in enumerate(["Sofia", "Ruse", "Varna"])],
    ),
    "cross_border_presence": (
        [{"places": [("Sofia", "BG")]}, {"places": [("Athens", "GR")]}],
        [{"places": [("Sofia", "BG")]}, {"places": [("Ruse", "BG")]}],
    ),
    "name_turnover": (
        [{"names": [name], "day": 8 * n} for n, name in enumerate(["Ая", "Боя", "Вая"])],
        [{"names": [name], "day": 0} for name in ["Ая", "Боя", "Вая"]],
    ),
    "recruitment_to_sales": ([{"ad_type": AdType.JOB}, {}], [{"ad_type": AdType.JOB}, {"ad_type": AdType.JOB}]),
    "multi_platform": ([{"source": "a"}, {"source": "b"}], [{"source": "a"}, {"source": "a"}]),
    "high_volume": ([{"day": n % 5} for n in range(16)], [{"day": 7 * n} for n in range(16)]),
    "shared_images": (
        [{"images": ["0" * 64], "names": [name]} for name in ("Ая", "Боя")],
        [{"images": ["0" * 64], "names": ["Ая"]} for _ in range(2)],
    ),
}


def test_every_indicator_of_clusters_has_a_derivation_and_a_case() -> None:
    of_clusters = {name for name, entry in load().items() if entry.indicator.level == "cluster"}
    assert of_clusters == set(DERIVATIONS) == set(CASES)


@pytest.mark.parametrize("name", sorted(CASES))
def test_seen_and_not_seen(name: str) -> None:
    seen, unseen = ([member(str(at), **{"day": 0, **facts}) for at, facts in enumerate(case)] for case in CASES[name])
    assert name in indicators(*seen)
    assert name not in indicators(*unseen)
    assert all(hit.note and hit.start is None for hit in cluster_hits(seen))


def test_one_advert_is_no_cluster() -> None:
    assert cluster_hits([member("1", names=["Ая", "Боя", "Вая"])]) == []


def test_a_cluster_counts_what_enough_of_its_members_carry() -> None:
    def hit(name: str) -> Hit:
        return Hit(indicator=name, method="pattern", confidence=0.8)

    many = [member(str(n), hits=(hit("third_party_voice"),)) for n in range(9)]
    one = member("x", hits=(hit("risky_service_wording"), hit("venue_agency")))
    screenings = [screening for _, screening in [*many, one]]
    own = [hit("one_contact_many_names")]
    scored = score_cluster(own, screenings)
    named = {name for reason in scored.reasons for name in reason.indicators}
    assert {"third_party_voice", "one_contact_many_names"} <= named
    assert not {"risky_service_wording", "venue_agency"} & named
    assert scored.score == sum(reason.points for reason in scored.reasons)
    assert score_cluster(own, screenings[::-1]) == scored


def test_youth_wording_of_one_member_heads_the_queue() -> None:
    young = member("y", hits=(Hit(indicator="youth_wording", method="pattern", confidence=0.8),))
    screenings = [screening for _, screening in [*(member(str(n)) for n in range(20)), young]]
    assert score_cluster([], screenings).band is Band.URGENT
