"""A cluster from every side: links with their reasons, time and towns, common text, facts; contacts covered in all of them."""

from __future__ import annotations

import html
import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from flows.steps import catalogue
from review import casework
from review.casework.drawing import columns, lanes
from review.casework.graph_view import spanning_forest
from review.casework.times_view import bucketed, distance
from strazha.ledger import FoundIdentifier, IdentifierRuling
from strazha.ledger.records import Role
from strazha.model import Judgement, Link, LinkReason
from strazha.store.documents import LinkDoc
from tools.invented import Sample, fill, samples

VIEWS = ("links", "times", "text", "facts")
CONTACT = re.compile(r"7700 ?900 ?\d{2}|miasalon|00101")


def link(a: str, b: str, score: float, judgement: Judgement = Judgement.NONE) -> Link:
    return Link(a=a, b=b, score=score, reasons=(), judgement=judgement)


def test_the_strongest_links_that_hold_all_together_are_kept() -> None:
    links = [link("a", "b", 0.9), link("b", "c", 0.8), link("a", "c", 0.7), link("c", "d", 0.6), link("x", "y", 0.55)]
    assert [one.id for one in spanning_forest(links)] == ["a~b", "b~c", "c~d", "x~y"]
    # A confirmed one comes first, a cut one is no way at all.
    judged = [link("a", "b", 0.9, Judgement.CUT), link("a", "c", 0.5, Judgement.CONFIRMED), link("b", "c", 0.6)]
    assert [one.id for one in spanning_forest(judged)] == ["a~c", "b~c"]
    assert spanning_forest([]) == []


def test_the_graph_says_why_of_each_link_in_words(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("salon")
    page = client.get(f"/links/{cluster.id}").text
    rows = re.findall(r'<li class="edge".*?</li>', page, re.S)
    assert len(rows) == 4
    assert all("Both give the telephone" in row and 'data-score="0.97"' in row for row in rows)
    assert len(re.findall(r'<li id="n\d+" data-node', page)) == cluster.size
    assert ("analyst", "cluster read", cluster.id) in house.actions()
    assert 'action="/judge/link/' in page
    assert "/judge/link/" not in house.client(Role.AUDITOR).get(f"/links/{cluster.id}").text


def test_more_links_than_hold_it_together_come_on_demand(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("salon")
    a, b = cluster.cluster.members[0], cluster.cluster.members[-1]
    more = Link(a=a, b=b, score=0.51, reasons=(LinkReason(comparison="time_place", score=0.5, text="hint"),))
    house.index.put_links([LinkDoc(link=more, cluster_id=cluster.id, version=cluster.version)])
    house.index.refresh()
    short, whole = (client.get(f"/links/{cluster.id}{query}").text for query in ("", "?edges=all"))
    counts = [len(re.findall('<li class="edge"', page)) for page in (short, whole)]
    assert counts[1] > counts[0]
    assert "of 5" in short or counts[0] == 4


@pytest.mark.parametrize("view", [*VIEWS, "history/cluster"])
def test_contacts_are_covered_until_a_reason_is_given(house: Any, view: str) -> None:
    cluster = house.filled.of("salon")
    client = house.client(reasoned=False)
    client.post(f"/notes/cluster/{cluster.id}", data={"text": "He answers on 07700 900101 too"})
    assert not CONTACT.search(client.get(f"/{view}/{cluster.id}").text)
    path = f"/uncover/{view}/{cluster.id}" if view.startswith("history") else f"/uncover/view/{view}/{cluster.id}"
    refused = client.post(path)
    assert refused.status_code == 422
    assert not CONTACT.search(refused.text)
    assert ("analyst", "contacts uncovered", cluster.id) not in house.actions()
    shown = client.post(path, data={"why": "victim"})
    assert shown.status_code == 200
    assert ("analyst", "contacts uncovered", cluster.id) in house.actions()
    if view in {"links", "facts", "history/cluster"}:
        assert CONTACT.search(shown.text)


def test_a_former_number_leads_on_and_an_unknown_one_nowhere(house: Any, client: TestClient) -> None:
    former, heir = house.filled.of("vans").id, house.filled.of("fields").id
    house.ledger.retire_clusters({former: [heir]}, house.clock())
    house.index.drop_clusters([former])
    for view in VIEWS:
        assert client.get(f"/{view}/{former}").headers["location"] == f"/{view}/{heir}"
        assert client.get(f"/{view}/none").status_code == 404
    assert client.post(f"/uncover/view/secrets/{heir}").status_code == 404


def test_facts_say_how_often_when_and_where(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("salon")
    key = cluster.contacts[0]
    at = house.clock()
    why = "3 unlike adverts share it (3 towns)"
    house.ledger.put_identifiers([FoundIdentifier(key=key, adverts=9, trust=0.05, why=why, found_at=at)])
    page = html.unescape(client.get(f"/facts/{cluster.id}").text)
    row = next(row for row in re.findall(r"<tr>.*?</tr>", page, re.S) if "phone: +447" in row)
    assert re.search(r'num-cell">5<', row)
    assert "shared by many" in row
    assert why in row
    assert page.count('href="/adverts/') >= 10
    house.ledger.rule_identifier(IdentifierRuling(key=key, is_hub=False, ruled_by="lead", ruled_at=at))
    hubs = client.get("/hubs").text
    assert not CONTACT.search(hubs)
    assert "ruled: one advertiser" in hubs
    assert key in html.unescape(client.post("/uncover/hubs").text)


def test_time_is_cut_into_days_weeks_or_months(house: Any) -> None:
    docs = list(house.filled.adverts.values())
    for stretch, step in ((1, "day"), (9, "week"), (400, "month")):
        start = datetime(2026, 1, 1, tzinfo=UTC)
        moved = [
            doc.model_copy(update={
                "advert": doc.advert.model_copy(update={"posted_at": start + timedelta(days=stretch * number)}),
                "state": doc.state.model_copy(update={"gone_since": start + timedelta(days=stretch * number + 2)}),
            })
            for number, doc in enumerate(docs)
        ]  # fmt: skip
        found, sources, buckets = bucketed(moved)
        assert found == step
        assert sum(bucket.total for bucket in buckets) == sum(bucket.gone for bucket in buckets) == len(docs)
        assert all(len(bucket.new) == len(sources) for bucket in buckets)
        for drawn in (columns(buckets), lanes(buckets, buckets)):
            for block in drawn.blocks:
                assert 0 <= block.x <= block.x + block.width <= drawn.width
                assert 0 <= block.y <= block.y + block.height <= drawn.height
    assert columns(()).blocks == ()


def test_selling_before_recruiting_is_said_in_that_order(house: Any, client: TestClient) -> None:
    page = client.get(f"/times/{house.filled.of('salon').id}").text
    assert "<dt>From selling to recruiting</dt><dd>11 days</dd>" in page


def test_kilometres_between_towns() -> None:
    spots = {"leeds": (53.80, -1.55), "sofia": (42.70, 23.32)}
    assert distance(spots, "Leeds", "SOFIA") == pytest.approx(2180, abs=60)
    assert distance(spots, "Leeds", "Leeds") == 0
    assert distance(spots, "Leeds", "nowhere") is None


SHEET = (
    "{place:%s|%s}. Nice flat, call any time of day or night, ask for {name:%s|%s}. {price:%s|%s pounds} an hour, own parking"
)


def copies(count: int) -> list[Sample]:
    """Copies of one sheet that move from town to town."""
    first = next(one for one in samples() if one.operation == "salon")
    names, towns = ("Mia", "Lea", "Eva"), ("Leeds", "York", "Bradford")
    return [
        replace(
            first, title=f"Flat in town {number}", operation="copies", source=f"site-{number % 2}", day=number // 3, place="",
            body=SHEET % (*[towns[number // 9 % 3]] * 2, *[names[number % 3]] * 2, *[str(60 + number % 4 * 10)] * 2)
            + " {phone:+447700900177|07700 900177}",
        )
        for number in range(count)
    ]  # fmt: skip


def test_the_common_text_and_what_varies(house: Any, client: TestClient) -> None:
    cluster = fill(house.ledger, house.index, catalogue(), copies(27)).of("copies")
    page = html.unescape(re.sub(r"</?bdi>", "", client.get(f"/text/{cluster.id}").text))
    assert "27 copies" in page
    slots = re.findall(r"<tr><th scope=\"row\".*?</tr>", page, re.S)
    assert any({"Mia", "Lea", "Eva"} <= set(re.findall(r"Mia|Lea|Eva", slot)) for slot in slots)
    assert not CONTACT.search(page)
    times = html.unescape(re.sub(r"</?bdi>", "", client.get(f"/times/{cluster.id}").text))
    moves = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr><td>.*?</tr>", times, re.S)]
    assert [(row[0], row[2]) for row in moves if len(row) == 6] == [("Leeds, GB", "York, GB"), ("York, GB", "Bradford, GB")]
    assert re.search(r"\d+ km", times)
    assert '"places"' in times
    assert '"routes": [[0, 1], [1, 2]]' in times


def test_three_hundred_adverts_are_answered_and_stay_light(house: Any, client: TestClient) -> None:
    cluster = fill(house.ledger, house.index, catalogue(), copies(300)).of("copies")
    for view in VIEWS:
        begun = time.process_time()
        answer = client.get(f"/{view}/{cluster.id}")
        # The bar is 400 ms (docs/casework.md names the measurement); a machine under test is given ten times that.
        assert time.process_time() - begun < 4
        assert answer.status_code == 200
        assert len(answer.content) < 300_000, view


def test_blind_reviewers_see_their_own_words_alone(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("salon")
    one = house.ledger.links_of(cluster.cluster.members)[0]
    house.ledger.judge_link(one.a, one.b, Judgement.CONFIRMED, "analyst", house.clock())
    house.index.put_links([LinkDoc(
        link=one.model_copy(update={"judgement": Judgement.CONFIRMED, "judged_by": "analyst"}), cluster_id=cluster.id,
        version=cluster.version + 1,
    )])  # fmt: skip
    client.post(f"/notes/cluster/{cluster.id}", data={"text": "my own view of it"})
    house.client(Role.LEAD).post(f"/reviews/open/cluster/{cluster.id}")
    other = house.client(Role.INVESTIGATOR)
    for reader, sees in ((client, True), (other, False)):
        assert ('data-word="confirmed"' in reader.get(f"/links/{cluster.id}").text) == sees
        page = reader.get(f"/history/cluster/{cluster.id}").text
        assert ("my own view of it" in page) == sees
        assert "/judge/" not in reader.get(f"/links/{cluster.id}").text


def test_templates_hold_to_the_rules() -> None:
    folder = Path(casework.__file__).parents[1] / "templates" / "casework"
    for file in folder.glob("*.html"):
        source = file.read_text(encoding="utf-8")
        assert re.findall(r"\b(?:_|n?gettext)\((?!\s*[\"'])", source) == [], file.name
        assert "|safe" not in source
        assert not re.search(r"\s(style|on\w+)=", source), file.name
        assert not re.search(r"\s[\w-]+=\{\{", source), file.name
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", source, flags=re.S)
        visible = re.sub(r"<[^>]*>", " ", bare)
        words = set(re.findall(r"[A-Za-z]{2,}", visible))
        assert words - {"SHA"} == set(), file.name
