"""Corrections beside the machine's findings, versions word by word, and what an advert does not say."""

from __future__ import annotations

import html
import random
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from review import corrected as router
from review.advert_view import seen_of
from review.differences import differences
from review.unstated import NO_EMPLOYER, NO_PAY, unstated
from strazha.evidence.landing import Landing
from strazha.ledger import SeenAdvert
from strazha.ledger.records import Role
from strazha.model import AdType


def correct(house: Any, client: TestClient, advert: str, **form: str) -> Any:
    seen = seen_of(house.index.advert(advert))
    return client.post(f"/correct/{advert}", data={"seen": seen, **form})


def section(page: str, name: str) -> str:
    return page[page.index(f'id="{name}"') : page.index("</section>", page.index(f'id="{name}"'))]


def test_a_hit_is_called_nothing_and_the_machines_finding_stays(house: Any, client: TestClient) -> None:
    advert = house.advert("Rotterdam")
    before = house.index.advert(advert)
    at, hit = next((n, one) for n, one in enumerate(before.screening.hits) if one.start is not None)
    assert correct(house, client, advert, finding=f"hit:{at}", label="", note="a <b>joke</b>").status_code == 303
    page = client.get(f"/adverts/{advert}").text
    assert "no such thing, says analyst" in page
    assert re.search(r'class="hit s-\w off"', page)
    assert "a &lt;b&gt;joke&lt;/b&gt;" in section(page, "fixes")
    after = house.index.advert(advert)
    assert (after.screening, after.version) == (before.screening, before.version)
    assert ("analyst", "correction", advert) in house.actions()
    (one,) = house.ledger.standing_corrections(advert, before.advert.content_hash)
    assert (one.action, one.machine, one.start, one.made_by) == ("remove", hit.indicator, hit.start, "analyst")
    # One's own word is taken back by oneself or a lead, and leaves a trace.
    assert house.client(Role.INVESTIGATOR).post(f"/uncorrect/{advert}", data={"correction": one.id}).status_code == 403
    assert client.post(f"/uncorrect/{advert}", data={"correction": one.id}).status_code == 303
    assert client.post(f"/uncorrect/{advert}", data={"correction": one.id}).status_code == 404
    assert "says analyst" not in client.get(f"/adverts/{advert}").text
    assert len(house.ledger.corrections(advert)) == 2


def test_a_mention_is_called_something_else_and_what_was_missed_is_added(house: Any, client: TestClient) -> None:
    advert = house.advert("Rotterdam")
    doc = house.index.advert(advert)
    at = next(n for n, one in enumerate(doc.screening.mentions) if one.kind.value == "place")
    assert correct(house, client, advert, finding=f"mention:{at}", label="mention:name").status_code == 303
    words = doc.advert.body.split()[0]
    assert correct(house, client, advert, label="hit:vague_job", words=words).status_code == 303
    page = client.get(f"/adverts/{advert}").text
    assert "name, says analyst" in page
    assert re.search(rf'<mark class="[^"]*person[^"]*"[^>]*>{re.escape(html.escape(words))}', page)
    added = house.ledger.standing_corrections(advert, doc.advert.content_hash)[1]
    assert doc.advert.body[added.start : added.end] == words


def test_an_added_contact_is_covered_like_the_machines(house: Any, client: TestClient) -> None:
    advert = house.advert("Rotterdam")
    words = " ".join(house.index.advert(advert).advert.body.split()[:2])
    assert (
        correct(house, client, advert, label="mention:handle", words=words, note="write to 0888 00 11 22 33").status_code == 303
    )
    page = client.get(f"/adverts/{advert}").text
    assert words not in html.unescape(re.sub(r"<[^>]+>", "", section(page, "fixes") + section(page, "text-h")))
    assert "001 122" not in page
    assert words in html.unescape(client.post(f"/uncover/advert/{advert}").text)


def plain(page: str) -> str:
    """A page's words, without tags, and its attributes' values."""
    return html.unescape(re.sub(r"<[^>]+>", "", page) + " ".join(re.findall(r'="([^"]*)"', page)))


def test_an_added_contact_is_covered_on_every_page_it_stands_on(house: Any, client: TestClient) -> None:
    advert = house.advert("qgodi")
    doc = house.index.advert(advert)
    words = " ".join(doc.advert.title.split()[:2])
    reading = " ".join(doc.screening.reading.split()[:2])
    told = doc.advert.model_copy(update={"seller": f"Ask for {words}", "body": f"{doc.advert.body} {words}"})
    reason = doc.screening.reasons[0].model_copy(update={"text": f"It says {words} twice"})
    screening = doc.screening.model_copy(update={"reasons": (reason,), "reading": f"{doc.screening.reading} {reading}"})
    house.index.put_adverts([doc.model_copy(update={"advert": told, "screening": screening, "version": doc.version + 1})])
    new_version(house, advert, body="Other text")
    cluster = house.filled.of("fields").id
    other = next(one for one in house.filled.adverts if advert in {row.doc.id for row in house.index.similar(one, size=6).rows})
    pages = (f"/adverts/{advert}", "/search?q=qgodi", f"/versions/{advert}", f"/clusters/{cluster}", f"/adverts/{other}")
    assert [words in plain(client.get(path).text) for path in pages] == [True] * len(pages)
    assert reading in plain(client.get(pages[0]).text)
    house.index.put_clusters([house.filled.of("fields").model_copy(update={"title": doc.advert.title, "version": 10**6})])
    client.post(f"/take/cluster/{cluster}")
    correct(house, client, advert, label="mention:handle", words=words, note=f"or {words}")
    # Covered also for whoever may not know of the correction.
    house.client(Role.LEAD).post(f"/reviews/open/advert/{advert}")
    for reader in (client, house.client(Role.INVESTIGATOR)):
        for path in (*pages, "/queue", "/queue?f=1&hold=mine", "/search?kind=clusters"):
            shown = plain(reader.get(path).text)
            assert words not in shown, path
            assert reading not in shown, path
    assert words in plain(client.post(f"/uncover/advert/{advert}").text)
    assert words in plain(client.post(f"/uncover/versions/{advert}").text)


def test_a_name_called_an_account_is_covered_in_the_table_too(house: Any, client: TestClient) -> None:
    advert = house.advert("Rotterdam")
    mentions = house.index.advert(advert).screening.mentions
    at, place = next((n, one) for n, one in enumerate(mentions) if one.kind.value == "place" and len(one.text) > 4)
    assert place.text in plain(client.get(f"/adverts/{advert}").text)
    correct(house, client, advert, finding=f"mention:{at}", label="mention:handle")
    page = client.get(f"/adverts/{advert}").text
    assert place.text not in plain(section(page, "text-h") + section(page, "men-h") + section(page, "fixes"))
    assert place.text not in plain(page[page.index("<h1") : page.index("</h1>")])


def test_what_is_wrong_with_a_correction_is_said(house: Any, client: TestClient) -> None:
    advert = house.advert("Rotterdam")
    doc = house.index.advert(advert)
    kind = doc.screening.mentions[0].kind.value
    for form, status, says in (
        ({"label": "mention:phone", "words": "no such words"}, 422, router.NO_WORDS),
        ({"label": "mention:phone", "words": doc.advert.body[:4], "nth": "999"}, 422, router.NO_WORDS),
        ({"label": "", "words": doc.advert.body[:4]}, 422, router.NO_LABEL),
        ({"label": "hit:guilty", "words": doc.advert.body[:4]}, 422, router.NO_LABEL),
        ({"finding": "mention:0", "label": f"mention:{kind}"}, 422, router.SAME),
        ({"finding": "mention:0", "label": "hit:vague_job"}, 422, router.CROSS),
        ({"finding": "mention:77777", "label": ""}, 409, router.CHANGED),
        ({"finding": "person:0", "label": ""}, 409, router.CHANGED),
        ({"seen": "x", "finding": "mention:0"}, 409, router.CHANGED),
    ):
        answer = correct(house, client, advert, **form)
        assert answer.status_code == status, form
        assert says in html.unescape(answer.text)
        assert house.actions()[0] == ("analyst", "advert read", advert)
    assert house.ledger.corrections(advert) == []
    assert len(house.actions(advert)) == 9


def test_a_second_reviewer_does_not_learn_the_first_from_corrections(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("salon")
    advert = cluster.cluster.members[0]
    correct(house, client, advert, finding="mention:0", label="")
    other = house.client(Role.INVESTIGATOR)
    assert "says analyst" in other.get(f"/adverts/{advert}").text
    house.client(Role.LEAD).post(f"/reviews/open/cluster/{cluster.id}")
    assert "says analyst" not in other.get(f"/adverts/{advert}").text
    assert "says analyst" in client.get(f"/adverts/{advert}").text


def test_what_one_says_blindly_stands_beside_what_the_other_says(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("salon")
    advert = cluster.cluster.members[0]
    other = house.client(Role.INVESTIGATOR)
    correct(house, client, advert, finding="mention:0", label="")
    house.client(Role.LEAD).post(f"/reviews/open/cluster/{cluster.id}")
    correct(house, other, advert, finding="mention:0", label="")
    (one, second) = house.ledger.corrections(advert)
    for reader, own, theirs in ((client, one, second), (other, second, one)):
        page = reader.get(f"/adverts/{advert}").text
        assert f"says {own.made_by}" in page
        assert f"says {theirs.made_by}" not in page
        assert theirs.made_by not in section(page, "fixes")
        assert reader.post(f"/uncorrect/{advert}", data={"correction": theirs.id}).status_code == 403
    # Each is taken back by itself, the overtaken one too, once.
    for reader, own in ((client, one), (other, second)):
        assert reader.post(f"/uncorrect/{advert}", data={"correction": own.id}).status_code == 303
        assert reader.post(f"/uncorrect/{advert}", data={"correction": own.id}).status_code == 404
        assert f"says {own.made_by}" not in reader.get(f"/adverts/{advert}").text
    taken_back = house.ledger.corrections(advert)[-1].id
    assert other.post(f"/uncorrect/{advert}", data={"correction": taken_back}).status_code == 404


def new_version(house: Any, advert: str, **change: Any) -> None:
    """The next version of an advert, as a further crawl takes it in."""
    old = house.index.advert(advert).advert
    new = old.model_copy(update={"content_hash": "f" * 64, "captured_at": old.captured_at + timedelta(days=2), **change})
    landing = Landing(house.settings.landing_url)
    (ref,) = landing.write_lines("invented/second", "adverts.jsonl", "adverts", [new])
    seen = SeenAdvert(advert_id=advert, content_hash=new.content_hash, captured_at=new.captured_at, **ref.model_dump())
    house.ledger.take_in(new.source_id, "20261122T060000Z-second", [seen], complete=False, at=new.captured_at)


def test_versions_are_compared_word_by_word_contacts_covered(house: Any, client: TestClient) -> None:
    advert = house.advert("Rotterdam")
    body = house.index.advert(advert).advert.body
    assert "300 euro" in body
    new_version(house, advert, body=body.replace("300 euro", "450 euro") + " Mail jan@example.org", place="Breda")
    page = client.get(f"/versions/{advert}").text
    assert "Version 1 against version 2" in page
    assert "<del>300</del><ins>450</ins>" in page
    assert "Breda" in page
    assert not re.search(r"04069001|jan@example", page)
    assert ("analyst", "versions compared", advert) in house.actions()
    shown = client.post(f"/uncover/versions/{advert}", data={"from": "1", "to": "2"}).text
    assert "jan@example" in re.sub(r"<[^>]+>", "", shown)
    assert ("analyst", "contacts uncovered", advert) in house.actions()
    assert "Version 2 against version 1" in client.get(f"/versions/{advert}?from=2&to=1").text
    assert client.get(f"/versions/{advert}?from=x&to=99").status_code == 200
    Path(Landing(house.settings.landing_url).path("invented/second/adverts.jsonl")).unlink()
    assert "cannot be read" in client.get(f"/versions/{advert}").text


def test_differences_put_both_texts_together_again_quickly() -> None:
    rng = random.Random(7)

    def check(old: str, new: str) -> None:
        found = differences(old, new)
        assert "".join(old[one.start : one.end] for one in found if one.kind != "new") == old
        assert "".join((new if one.kind == "new" else old)[one.start : one.end] for one in found if one.kind != "gone") == new

    words = ["a", "b", "c", " ", "ж.", "\u202e", "d,"]
    for _ in range(400):
        check("".join(rng.choices(words, k=rng.randrange(25))), "".join(rng.choices(words, k=rng.randrange(25))))
    begun = time.process_time()
    numbers = [str(number) for number in range(8000)]
    for old, new in (("a " * 40_000, "b a " * 40_000), (" ".join(numbers), " ".join(rng.sample(numbers, 8000)))):
        check(old, new)
    assert time.process_time() - begun < 8


@pytest.mark.parametrize("words", ["Rotterdam"])
def test_what_is_not_stated_is_listed(house: Any, client: TestClient, words: str) -> None:
    doc = house.index.advert(house.advert(words))
    bare = doc.screening.model_copy(update={"mentions": (), "ad_type": AdType.JOB})
    said = unstated(doc.advert.model_copy(update={"price": None, "contact": "", "place": ""}), bare)
    assert NO_PAY in said
    assert (NO_EMPLOYER in said) == any(hit.rule == "employer.absent" for hit in doc.screening.hits)
    assert "Not stated" in client.get(f"/adverts/{doc.id}").text
