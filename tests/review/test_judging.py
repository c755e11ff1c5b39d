"""People's word on links from the cluster's page: in effect at once, attributed, and taken back whole."""

from __future__ import annotations

import html
import re
from typing import Any

from fastapi.testclient import TestClient

from review import judgements as router
from strazha.ledger.records import Role
from strazha.model import Judgement


def members(house: Any, cluster_id: str) -> tuple[str, ...]:
    found = house.ledger.cluster(cluster_id)
    return found.members if found is not None else ()


def take_back(client: TestClient, page: str) -> Any:
    form = re.search(r'action="(/judge/takeback/[^"]+)".*?name="by" value="([^"]+)".*?name="at" value="([^"]+)"', page, re.S)
    assert form is not None
    return client.post(form[1], data={"by": form[2], "at": html.unescape(form[3])})


def test_a_split_divides_and_taking_it_back_joins_again(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("salon").id
    before = members(house, cluster)
    links = sorted(house.ledger.links_of(before), key=lambda link: link.id)
    part = [links[0].a]
    answer = client.post(f"/judge/split/{cluster}", data={"member": part, "reason": "another city"})
    assert answer.status_code == 303, answer.text
    assert set(part).isdisjoint(members(house, answer.headers["location"].split("?")[0].rsplit("/", 1)[1]) or {""})
    page = client.get(answer.headers["location"]).text
    assert "Your word is in effect" in page
    assert "kept apart" in page
    assert ("analyst", "cluster split", cluster) in house.actions()
    back = take_back(client, page)
    assert back.status_code == 303
    now_in = house.ledger.clusters_of(before)
    assert len(set(now_in.values())) == 1
    assert sorted(members(house, next(iter(now_in.values())))) == sorted(before)
    assert house.ledger.verify_audit() is None


def test_one_link_is_confirmed_cut_and_left_to_the_machine_again(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("vans").id
    link = house.ledger.links_of(members(house, cluster))[0]
    for word in (Judgement.CONFIRMED, Judgement.NONE, Judgement.NEVER):
        # The cluster may have another number now: an old one leads on.
        at = house.ledger.clusters_of([link.a]).get(link.a, cluster)
        data = {"a": link.a, "b": link.b, "judgement": word.value}
        assert client.post(f"/judge/link/{at}", data=data).status_code == 303
        kept = next(one for one in house.ledger.links_of([link.a]) if one.id == link.id)
        assert (kept.judgement, kept.judged_by) == (word, "analyst")
    assert house.ledger.clusters_of([link.a]).get(link.a, "a") != house.ledger.clusters_of([link.b]).get(link.b, "b")


def test_a_merge_joins_by_number_or_address(house: Any, client: TestClient) -> None:
    vans, salon = house.filled.of("vans").id, house.filled.of("salon").id
    everyone = {*members(house, vans), *members(house, salon)}
    answer = client.post(
        f"/judge/merge/{vans}", data={"other": f"http://127.0.0.1:8000/clusters/{salon}?part=1", "reason": "r"}
    )
    assert answer.status_code == 303, answer.text
    assert set(house.ledger.clusters_of(everyone)) == everyone
    assert len(set(house.ledger.clusters_of(everyone).values())) == 1
    take_back(client, client.get(answer.headers["location"]).text)
    assert len(set(house.ledger.clusters_of(everyone).values())) == 2


def test_what_cannot_be_done_is_said_on_the_page(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("vans")
    stranger = house.filled.of("salon").cluster.members[0]
    inside = list(cluster.cluster.members)
    for path, data, says in (
        ("link", {"a": inside[0], "b": stranger, "judgement": "cut"}, router.NOT_IN),
        ("link", {"a": inside[0], "b": inside[0], "judgement": "cut"}, router.NOT_IN),
        ("split", {"member": [stranger]}, router.NOT_IN),
        ("split", {"member": inside}, router.ONE_SIDE),
        ("split", {}, router.ONE_SIDE),
        ("merge", {"other": "../../etc/passwd"}, router.NO_OTHER),
        ("merge", {"other": cluster.id}, router.NO_OTHER),
        ("merge", {"other": "\0"}, router.NO_OTHER),
        ("takeback", {"by": "analyst", "at": "yesterday"}, router.REFUSED),
    ):
        answer = client.post(f"/judge/{path}/{cluster.id}", data=data)
        assert answer.status_code == 422, path
        assert says in html.unescape(answer.text), path
        # What shows the page is a reading of it.
        assert house.actions()[0] == ("analyst", "cluster read", cluster.id), path
    data = {"a": inside[0], "b": inside[1], "judgement": "guilty"}
    assert client.post(f"/judge/link/{cluster.id}", data=data).status_code == 422
    assert house.ledger.judging_acts(inside) == []


def test_who_only_looks_sees_no_buttons(house: Any, client: TestClient) -> None:
    path = f"/clusters/{house.filled.of('vans').id}"
    assert "/judge/" in client.get(path).text
    page = house.client(Role.AUDITOR).get(path)
    assert page.status_code == 200
    assert "/judge/" not in page.text


def test_a_blind_review_is_not_told_by_links(house: Any, client: TestClient) -> None:
    vans, salon = house.filled.of("vans").id, house.filled.of("salon").id
    inside = members(house, salon)
    link = house.ledger.links_of(inside)[0]
    house.ledger.judge_link(link.a, link.b, Judgement.CONFIRMED, "analyst", house.clock())
    other = house.client(Role.INVESTIGATOR)
    acts = '<ol class="decisions"><li><strong>confirmed</strong>'
    assert acts in other.get(f"/clusters/{salon}").text
    house.client(Role.LEAD).post(f"/reviews/open/cluster/{salon}")
    assert acts in client.get(f"/clusters/{salon}").text
    for reader in (other, house.client(Role.LEAD)):
        page = reader.get(f"/clusters/{salon}").text
        assert acts not in page
        assert "/judge/" not in page
    at = house.ledger.judging_acts(inside)[0].judged_at.isoformat()
    for path, data in (
        (f"link/{salon}", {"a": link.a, "b": link.b, "judgement": "cut"}),
        (f"merge/{salon}", {"other": vans}),
        (f"merge/{vans}", {"other": salon}),
        (f"merge/{vans}", {"other": inside[0]}),
        (f"split/{salon}", {"member": inside[:1]}),
        (f"takeback/{salon}", {"by": "analyst", "at": at}),
    ):
        assert client.post(f"/judge/{path}", data=data).status_code == 409, path
    assert len(house.ledger.judging_acts(inside)) == 1
    assert members(house, salon) == inside


def test_what_keeps_a_blind_cluster_apart_is_not_taken_back_from_the_other(house: Any, client: TestClient) -> None:
    vans, salon = (members(house, house.filled.of(name).id) for name in ("vans", "salon"))
    client.post(f"/judge/merge/{house.filled.of('vans').id}", data={"other": house.filled.of("salon").id})
    whole = house.ledger.clusters_of(vans)[vans[0]]
    assert client.post(f"/judge/split/{whole}", data={"member": list(salon)}).status_code == 303
    one, other = (house.ledger.clusters_of(part)[part[0]] for part in (vans, salon))
    assert one != other
    house.client(Role.LEAD).post(f"/reviews/open/cluster/{one}")
    act = house.ledger.judging_acts(vans)[0]
    data = {"by": act.judged_by, "at": act.judged_at.isoformat()}
    assert client.post(f"/judge/takeback/{other}", data=data).status_code == 409
    house.client(Role.LEAD).post(f"/reviews/end/{house.ledger.reviews()[0].id}")
    assert client.post(f"/judge/takeback/{other}", data=data).status_code == 303
