"""The cluster page: members, ties with their sentences, facts, timeline, successors."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient

from review.cluster_view import HEAD, WIDTH, timeline
from review.rows import advert_row


def test_members_ties_and_facts(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("salon")
    page = client.get(f"/clusters/{cluster.id}").text
    for member in cluster.cluster.members:
        assert f'href="/adverts/{member}"' in page
    assert "shared contact" in page
    assert "4 links" in page
    assert "71% of their wording is the same" in page
    for fact in ("Mia", "Lea", "21", "22", "24", "Leeds, GB", "uk-services", "Bulgarian"):
        assert fact in page, fact
    assert ("analyst", "cluster read", cluster.id) in house.actions()


def test_cluster_and_member_indicators_are_explained(house: Any, client: TestClient) -> None:
    page = html.unescape(client.get(f"/clusters/{house.filled.of('salon').id}").text)
    own = page[page.index('id="own-h"') : page.index('id="against-h"')]
    assert "Several platforms" in own
    assert "3 platforms: bg-classifieds, bg-jobs, uk-services" in own
    assert "Words that hint at youth" in page
    assert "in 1 advert" in page
    rest = page[page.index('id="against-h"') :]
    assert rest.index("Words that hint at youth") < rest.index("Available round the clock")


def test_contacts_are_covered_until_asked_for(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("salon")
    page = client.get(f"/clusters/{cluster.id}").text
    assert not re.search(r"7700 ?900 ?\d{2}|miasalon", page)
    shown = client.post(f"/uncover/cluster/{cluster.id}").text
    assert "phone:+447700900101" in shown
    assert "Both give the telephone +447700900101." in shown
    assert ("analyst", "contacts uncovered", cluster.id) in house.actions()


def test_a_cluster_that_went_into_another_leads_there(house: Any, client: TestClient) -> None:
    former, heir = house.filled.of("vans").id, house.filled.of("fields").id
    house.ledger.retire_clusters({former: [heir]}, house.clock())
    house.index.drop_clusters([former])
    answer = client.get(f"/clusters/{former}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/clusters/{heir}?from={former}"
    assert "went into this one" in client.get(answer.headers["location"]).text


def test_many_members_come_in_pages(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("salon")
    everyone = tuple(sorted(house.filled.adverts))
    grown = cluster.cluster.model_copy(update={"members": everyone * 2})
    house.index.put_clusters([cluster.model_copy(update={"cluster": grown, "size": 80, "version": cluster.version + 1})])
    first = client.get(f"/clusters/{cluster.id}").text
    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in client.get(f"/clusters/{cluster.id}?part=2").text
    assert client.get(f"/clusters/{cluster.id}?part=77").status_code == 200


def test_the_timeline_stays_within_its_drawing(house: Any) -> None:
    rows = [advert_row(doc, {}) for doc in house.filled.adverts.values()]
    drawn = timeline(rows)
    assert len(drawn.bars) == len(rows)
    for bar in drawn.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
        assert HEAD <= bar.y < drawn.height
    assert all(0 <= x <= WIDTH for x, _ in drawn.ticks)
    assert timeline([]).bars == ()
    once = rows[0]
    assert timeline([once]).bars[0].width >= 6
    assert once.last_seen - once.first_seen > timedelta()
