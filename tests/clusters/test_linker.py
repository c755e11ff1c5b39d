from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from clusters.candidates import MemoryCandidates
from clusters.grouping import group
from clusters.linker import Limits, Linker
from clusters.pair import joins
from strazha.model import Link, Linkable

SHEETS = [
    "набираме хора за склад за пакетиране в холандия голям завод приема двойки и единични не се изисква опит чисти # евро",
    "picking strawberries in a big greenhouse near the coast we bring you over and the bed in the shared house comes off pay",
    "angajam muncitori la depozit langa liege fara experienta plecam luni cazare in camera cu inca sase baieti taxa la plecare",
    "требуются горничные в отель у моря без знания языка проживание при отеле оплата в конце сезона группы каждую неделю",
]
DESK = "phone:+359888000500"
DESK_TEXTS = [
    (
        "benign",
        "продавам акордеон с куфар запазен гласове наред може да се види в градчето събота и неделя след обяд",
    ),
    ("benign", "купувам къща в село с двор ток и вода без посредници отговори до вестник обяви пример код # работно време"),
    ("job", "общи работници в чужбина заминаване през април различна работа според сезона оставете име при редакцията код #"),
    ("adult", "дама на средна възраст търси запознанство с възпитан господин за театър и вечеря писма до вестник обяви пример"),
    ("benign", "пчелни семейства дванайсет кошера дадан блат прегледани с паспорти на кошерите оставете номер в редакцията"),
]


def market(make: Any) -> list[Linkable]:
    """Four operations of six adverts: each its sheet with a word changed, telephones in turn; and a newspaper's desk."""
    adverts = []
    for which, sheet in enumerate(SHEETS):
        words = sheet.split()
        for copy in range(6):
            text = " ".join([*words[:copy], "друго", *words[copy + 1 :]])
            adverts.append(make(f"op{which}-{copy}", text, phone=f"+35988800{which}00{copy // 2}"))
    for number, (kind, text) in enumerate(DESK_TEXTS):
        adverts.append(make(f"desk-{number}", text, ad_type=kind, contacts=(DESK,)))
    return adverts


def groups(links: Sequence[Link]) -> list[list[str]]:
    return [members for members in group(links) if len(members) > 1]


def test_operations_are_found_and_the_desk_joins_nobody(advert: Any) -> None:
    linker = Linker(MemoryCandidates())
    links = linker.link(market(advert))
    assert groups(links) == [[f"op{which}-{copy}" for copy in range(6)] for which in range(4)]
    assert all(link.reasons and link.a < link.b for link in links)
    assert linker.spreads[DESK].is_hub


def test_the_order_of_a_batch_does_not_count(advert: Any) -> None:
    adverts = market(advert)
    first = Linker(MemoryCandidates()).link(adverts)
    for seed in range(3):
        random.Random(seed).shuffle(adverts)
        assert Linker(MemoryCandidates()).link(adverts) == first


def test_a_batch_half_done_or_done_before_gives_the_same_links(advert: Any) -> None:
    adverts = market(advert)
    first = Linker(MemoryCandidates()).link(adverts)
    assert Linker(MemoryCandidates(adverts[:11])).link(adverts) == first
    assert Linker(MemoryCandidates(adverts)).link(adverts) == first


@pytest.mark.parametrize("size", [1, 5, 100])
def test_batches_make_the_same_groups_as_one(advert: Any, size: int) -> None:
    adverts = market(advert)
    random.Random(7).shuffle(adverts)
    store, written = MemoryCandidates(), {}
    for start in range(0, len(adverts), size):
        batch = adverts[start : start + size]
        written.update({link.id: link for link in Linker(store).link(batch)})
        store.add(batch)
    assert groups(list(written.values())) == groups(Linker(MemoryCandidates()).link(adverts))


def test_links_of_a_contact_that_turns_out_a_hub_are_taken_back(advert: Any) -> None:
    desk = [one for one in market(advert) if one.id.startswith("desk")]
    before = Linker(MemoryCandidates()).link(desk[:2])
    assert [joins(link) for link in before] == [True]
    after = {link.id: link for link in Linker(MemoryCandidates(desk[:2])).link(desk[2:])}
    assert not joins(after[before[0].id])
    assert any("counts for little" in reason.text for reason in after[before[0].id].reasons)


def test_an_analyst_overrides_what_is_a_hub(advert: Any) -> None:
    desk = [one for one in market(advert) if one.id.startswith("desk")]
    assert groups(Linker(MemoryCandidates(), ruled={DESK: False}).link(desk)) == [[one.id for one in desk]]
    assert not any(joins(link) for link in Linker(MemoryCandidates(), ruled={DESK: True}).link(desk[:2]))


def test_a_changed_advert_leaves_its_old_company(advert: Any) -> None:
    one, other = advert("a", SHEETS[0], phone="+359888001001"), advert("b", SHEETS[1], phone="+359888001001")
    former = Linker(MemoryCandidates()).link([one, other])
    changed = other.model_copy(update={"contacts": ("phone:+359888001002",)})
    again = Linker(MemoryCandidates([one])).link([changed], former=former)
    assert [(link.id, joins(link)) for link in again] == [("a~b", False)]


def test_recruiting_and_adult_adverts_of_one_number_join(advert: Any) -> None:
    pair = [advert("a", SHEETS[0], phone="+359888001001"), advert("b", SHEETS[1], phone="+359888001001", ad_type="adult")]
    assert groups(Linker(MemoryCandidates()).link(pair)) == [["a", "b"]]


def test_comparisons_an_advert_are_bounded(advert: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import clusters.linker as linker

    adverts = [advert(f"a{number:04}", SHEETS[0], phone="+359888001001") for number in range(600)]
    calls: list[str] = []
    real = linker.link

    def counting(a: Linkable, b: Linkable, known: Any) -> Link:
        calls.append(a.id)
        return real(a, b, known)

    monkeypatch.setattr(linker, "link", counting)
    links = Linker(MemoryCandidates(), limits=Limits()).link(adverts)
    assert len(calls) <= 8 * len(adverts)
    assert groups(links) == [[one.id for one in adverts]]


def test_a_store_that_names_adverts_it_lost_does_no_harm(advert: Any) -> None:
    class Forgetful(MemoryCandidates):
        def get(self, ids: Sequence[str]) -> dict[str, Linkable]:
            return {}

    known = [advert("a", SHEETS[0], phone="+359888001001")]
    assert Linker(Forgetful(known)).link([advert("b", SHEETS[0], phone="+359888001001")]) == []


def test_nothing_gives_nothing() -> None:
    assert Linker(MemoryCandidates()).link([]) == []
