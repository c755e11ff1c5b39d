"""The advert page: marks, legend, sum, counter-evidence, covered contacts, capture."""

from __future__ import annotations

import hashlib
import html
import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from flows.steps import catalogue
from strazha.evidence.captures import capture_folder
from strazha.evidence.landing import Landing
from strazha.evidence.warc import Exchange, WarcWriter
from strazha.model import Capture, Hit
from strazha.store.documents import AdvertDoc


def body_of(page: str) -> str:
    """The captured body as shown: tags and the legend's numbers out."""
    found = re.search(r'<div class="cap-body" .*?>(.*?)</div>', page, re.S)
    assert found is not None
    plain = re.sub(r"<sup>.*?</sup>", "", found.group(1), flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", "", plain))


def marks_of(page: str) -> list[tuple[str, str]]:
    return [
        (css, html.unescape(words))
        for css, words in re.findall(r'<mark class="([^"]*)" title="[^"]*">(.*?)</mark>', page, re.S)
    ]


def test_every_hit_and_mention_is_marked_where_it_stands(house: Any, client: TestClient) -> None:
    advert = house.advert("Берачи на ягоди")
    doc = house.filled.adverts[advert]
    page = client.post(f"/uncover/advert/{advert}").text
    assert body_of(page) == doc.advert.body
    shown = marks_of(page)
    for hit in doc.screening.hits:
        if hit.start is not None:
            strength = catalogue()[hit.indicator].strength.value if hit.indicator in catalogue() else "W"
            assert any(words == hit.text and f"s-{strength}" in css for css, words in shown), hit
    for mention in doc.screening.mentions:
        assert any(words == mention.text and f"k-{mention.kind.value}" in css for css, words in shown), mention


def test_each_note_gives_definition_source_and_validity(house: Any, client: TestClient) -> None:
    advert = house.advert("Берачи на ягоди")
    page = client.get(f"/adverts/{advert}").text
    entry = catalogue()["documents_withheld"]
    assert str(html.escape(entry.label["en"])) in page
    assert html.escape(entry.explanation["en"], quote=False)[:40] in html.unescape(page)
    assert entry.sources[0].title in html.unescape(page)
    numbers = set(re.findall(r'href="#note-(\d+)"', page))
    assert numbers
    assert numbers <= set(re.findall(r'id="note-(\d+)"', page))


def test_a_derived_hit_without_words_is_explained_too(house: Any, client: TestClient) -> None:
    page = client.get(f"/adverts/{house.advert('Берачи на ягоди')}").text
    assert "Nothing in the text or the site&#39;s fields names an employer" in page
    assert "derived" in page


def test_counter_evidence_stands_beside_evidence(house: Any, client: TestClient) -> None:
    page = client.get(f"/adverts/{house.advert('Independent masseuse')}").text
    against = page[page.index('id="against-h"') : page.index('id="for-h"')]
    assert "note s-C" in against
    assert "No indicator was found." in page[page.index('id="for-h"') :]


def test_the_sum_can_be_repeated(house: Any, client: TestClient) -> None:
    advert = house.advert("Берачи на ягоди")
    page = client.get(f"/adverts/{advert}").text
    table = page[page.index('class="sum"') : page.index("</table>")]
    points = [float(value.replace("−", "-").replace("+", "")) for value in re.findall(r'class="pts">([^<]+)<', table)]
    assert sum(points[:-1]) == pytest.approx(points[-1])
    assert points[-1] == pytest.approx(sum(reason.points for reason in house.filled.adverts[advert].screening.reasons))


def test_contacts_are_covered_until_asked_for_and_that_is_logged(house: Any, client: TestClient) -> None:
    advert = house.advert("qgodi")
    covered = client.get(f"/adverts/{advert}").text
    assert not re.search(r"0888|359888001001|nula|нула", covered)
    assert ("analyst", "advert read", advert) in house.actions()
    assert ("analyst", "contacts uncovered", advert) not in house.actions()
    shown = client.post(f"/uncover/advert/{advert}").text
    assert "0888 nula nula 1 nula nula 1" in shown
    assert "0888 нула нула 1 нула нула 1" in shown
    assert "+359888001001" in shown
    assert house.actions().count(("analyst", "contacts uncovered", advert)) == 1
    client.post(f"/uncover/advert/{advert}")
    assert house.actions().count(("analyst", "contacts uncovered", advert)) == 2
    assert client.get(f"/uncover/advert/{advert}").status_code == 405


def test_covering_keeps_the_text_in_place(house: Any, client: TestClient) -> None:
    advert = house.advert("qgodi")
    shown = body_of(client.get(f"/adverts/{advert}").text)
    captured = house.filled.adverts[advert].advert.body
    assert len(shown) == len(captured)
    assert [a == b or b == "•" for a, b in zip(captured, shown, strict=True)] == [True] * len(captured)
    assert "•" in shown


def test_site_fields_and_facts_of_the_capture_are_shown(house: Any, client: TestClient) -> None:
    advert = house.advert("Rotterdam")
    doc = house.filled.adverts[advert]
    page = client.get(f"/adverts/{advert}").text
    assert doc.advert.url in page
    assert f'href="{doc.advert.url}"' not in page
    assert doc.advert.content_hash in page
    assert doc.advert.capture_id in page
    assert "2026-11-16" in page


def test_cluster_and_similar_adverts_are_linked(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("fields")
    page = client.get(f"/adverts/{house.advert('qgodi')}").text
    assert f'href="/clusters/{cluster.id}"' in page
    similar = page[page.index('id="sim-h"') :]
    assert re.findall(r'href="/adverts/(\w+)"', similar)
    # Others of its cluster stand under a heading of their own, each with how alike it is; elsewhere stands what is alike.
    akin, _, elsewhere = similar[: similar.index("</section>")].partition("Elsewhere</h3>")
    assert "In the same cluster</h3>" in akin
    assert set(re.findall(r'href="/adverts/(\w+)"', akin)) <= set(cluster.cluster.members)
    assert not set(re.findall(r'href="/adverts/(\w+)"', elsewhere)) & set(cluster.cluster.members)
    degrees = [int(one) for one in re.findall(r"(\d+) % alike", akin)]
    assert degrees == sorted(degrees, reverse=True)
    assert degrees[0] > 30
    assert all(int(one) >= 30 for one in re.findall(r"(\d+) % alike", elsewhere))
    assert f"/adverts/{house.advert('qgodi')}" not in similar


def test_a_gone_advert_says_since_when(house: Any, client: TestClient) -> None:
    page = client.get(f"/adverts/{house.advert('Farm helpers')}").text
    assert page.count("gone since") >= 2


def test_a_long_text_is_shown_in_parts(house: Any, client: TestClient) -> None:
    advert = house.advert("Rotterdam")
    doc = house.filled.adverts[advert]
    body = "слово " * 5000 + "NEEDLE " + "дума " * 40_000
    start = body.index("NEEDLE")
    grown = AdvertDoc.model_validate(
        {
            **doc.model_dump(),
            "advert": doc.advert.model_copy(update={"body": body}).model_dump(),
            "screening": {
                **doc.screening.model_dump(),
                "mentions": (),
                "hits": [Hit(indicator="vague_job", field="body", start=start, end=start + 6, method="pattern", confidence=1)],
            },
            "version": doc.version + 1000,
        }
    )
    house.index.put_adverts([grown])
    first = client.get(f"/adverts/{advert}").text
    assert len(first) < 300_000
    assert "Part 1 of 12" in first
    assert "NEEDLE</mark>" not in first
    assert "NEEDLE</mark>" in client.get(f"/adverts/{advert}?part=2").text
    for part in ("0", "-1", "99", "x", "1" * 50, "²"):
        assert client.get(f"/adverts/{advert}?part={part}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/adverts/none", "/adverts/", "/adverts/%00", "/adverts/..%2f..%2fetc", "/clusters/none", "/clusters/%F0%9F"]
)
def test_what_is_not_there_is_a_404_page(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is nothing here." in answer.text


def test_an_id_with_a_slash_is_reached(house: Any, client: TestClient) -> None:
    doc = house.filled.adverts[house.advert("Rotterdam")]
    name = "site/4 2?x#y"
    other = AdvertDoc(
        advert=doc.advert.model_copy(update={"id": name}),
        state=doc.state.model_copy(update={"advert_id": name}),
        screening=doc.screening.model_copy(update={"advert_id": name}),
        version=1,
    )
    house.index.put_adverts([other])
    assert client.get("/adverts/site%2F4%202%3Fx%23y").status_code == 200


def test_the_capture_is_read_back_and_checked(house: Any, client: TestClient) -> None:
    doc = house.filled.adverts[house.advert("Rotterdam")]
    missing = client.get(f"/captures/{doc.id}")
    assert missing.status_code == 200
    assert "is not in the landing area" in missing.text
    capture = _captured(Landing(house.settings.landing_url), doc)
    advert = doc.advert.model_copy(update={"capture_id": capture.id})
    house.index.put_adverts([doc.model_copy(update={"advert": advert, "version": doc.version + 5})])
    page = client.get(f"/captures/{doc.id}").text
    assert "SHA-256 matches" in page
    assert capture.payload_sha256 in page
    assert "<h1>invented</h1>" not in page
    assert ("analyst", "capture checked", doc.id) in house.actions()


def _captured(landing: Landing, doc: AdvertDoc) -> Capture:
    folder = capture_folder(doc.advert.source_id, doc.advert.run_id)
    payload = b"<h1>invented</h1>"
    with landing.write(folder, "a1-captures-00001.warc.gz", "warc") as out:
        writer = WarcWriter(out, software="test", source_id=doc.advert.source_id, run_id=doc.advert.run_id)
        capture = writer.add(
            Exchange(
                url=doc.advert.url,
                method="GET",
                request_headers=(),
                request_body=b"",
                status=200,
                reason="OK",
                headers=(("Content-Type", "text/html"),),
                payload=payload,
                fetched_at=doc.advert.captured_at,
            )
        )
    landing.write_lines(folder, "a1-captures-00001.jsonl", "captures", [capture])
    assert capture.payload_sha256 == hashlib.sha256(payload).hexdigest()
    assert capture.fetched_at - doc.advert.captured_at < timedelta(seconds=1)
    return capture
