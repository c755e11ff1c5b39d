"""Working through the queue: taking, handing over, views, grounds, taking back, blind double reviews."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from review import deciding as router
from review.agreement import agreement
from strazha.ledger.records import Role
from strazha.ledger.work_records import DoubleReview, Opinion
from strazha.model import Outcome

Form = Callable[[str], dict[str, str]]


def links(page: str) -> list[str]:
    return re.findall(r'class="row-link" href="([^"]+)"', page)


def decide(client: TestClient, form_of: Form, path: str, outcome: str, **more: str) -> Any:
    kind, identity = path.strip("/").split("/")
    fields = form_of(client.get(path).text)
    data = {"reason": f"because {outcome}", **fields, "outcome": outcome, **more}
    return client.post(f"/decide/{kind[:-1]}/{identity}", data=data)


def test_taken_shown_handed_over_and_put_back(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("salon").id
    path = f"/clusters/{cluster}"
    assert client.post(f"/take/cluster/{cluster}").headers["location"] == f"{path}#work"
    other = house.client(Role.INVESTIGATOR)
    assert "with <bdi>analyst</bdi>" in other.get("/queue").text
    assert "you have it" in client.get("/queue").text
    assert other.post(f"/take/cluster/{cluster}").headers["location"] == f"{path}?held=1#work"
    assert "Somebody took it before you." in other.get(f"{path}?held=1").text
    # What somebody has is neither next for others nor taken from them.
    assert other.get("/queue/next").headers["location"] != path
    assert other.post(f"/release/cluster/{cluster}").status_code == 403
    assert other.post(f"/hand/cluster/{cluster}", data={"to": "lead"}).status_code == 403
    for nobody in ("", "operator", "auditor", "nobody", "analyst"):
        assert client.post(f"/hand/cluster/{cluster}", data={"to": nobody}).status_code == 422
    client.post(f"/hand/cluster/{cluster}", data={"to": "investigator", "note": "<b>numbers</b>\nfrom Leeds\0"})
    assert links(other.get("/queue?f=1&hold=mine").text) == [path]
    assert path not in links(client.get("/queue?hold=free").text)
    page = other.get(path).text
    assert "You have it" in page
    assert "&lt;b&gt;numbers&lt;/b&gt;" in page
    assert other.get("/queue/next").headers["location"] == path
    other.post(f"/release/cluster/{cluster}")
    assert house.ledger.holdings("cluster", [cluster]) == {}
    assert "analyst: handed over" in re.sub(r"<[^>]+>", "", client.get(path).text)
    done = [(who, did) for who, did, _ in house.actions(cluster) if did != "cluster read"]
    assert done == [("investigator", "put back"), ("analyst", "handed over"), ("analyst", "taken")]


def test_a_lead_moves_what_others_have(house: Any, client: TestClient) -> None:
    advert = house.advert("Rotterdam")
    client.post(f"/take/advert/{advert}")
    lead = house.client(Role.LEAD)
    assert lead.post(f"/hand/advert/{advert}", data={"to": "investigator"}).status_code == 303
    assert lead.post(f"/release/advert/{advert}").status_code == 303
    assert lead.post("/take/advert/none").status_code == 404
    assert lead.post(f"/take/person/{advert}").status_code == 404


def test_views_keep_filters_for_their_owner(house: Any, client: TestClient) -> None:
    answer = client.post("/views", data={"name": " Youth <b> ", "query": "band=urgent&kind=clusters&f=1&evil=//x&cursor=zz"})
    kept = answer.headers["location"]
    assert kept == "/queue?kind=clusters&f=1&band=urgent"
    page = client.get(kept).text
    assert "Youth &lt;b&gt;" in page
    assert 'aria-current="true">' in page[page.index('class="views"') :]
    assert "Youth" not in house.client(Role.LEAD).get("/queue").text
    (view,) = house.ledger.saved_views("analyst")
    assert house.client(Role.LEAD).post(f"/views/{view.id}/remove").status_code == 404
    assert client.post(f"/views/{view.id}/remove").status_code == 303
    assert "Youth" not in client.get("/queue").text
    assert client.post("/views", data={"name": " "}).status_code == 422


def test_next_stays_within_the_filters_and_passes_over_what_is_done(house: Any, client: TestClient, form_of: Form) -> None:
    first, second, *_ = links(client.get("/queue?f=1&kind=adverts&ad_type=job").text)
    assert client.get("/queue/next").headers["location"] == first
    answer = decide(client, form_of, first, "not_relevant", then="next")
    assert re.fullmatch(rf"/queue/next\?after={first.rsplit('/')[-1]}&done=d\.\w+", answer.headers["location"])
    onward = client.get(answer.headers["location"]).headers["location"]
    assert onward.startswith(f"{second}?done=d.")
    page = client.get(onward).text
    assert "Recorded:" in page
    assert "Not relevant" in page
    client.cookies.set("strazha-queue", "%00%zz" * 100, domain="127.0.0.1")
    assert client.get("/queue/next").status_code == 303


def test_grounds_instead_of_words(house: Any, client: TestClient, form_of: Form) -> None:
    path = f"/adverts/{house.advert('Rotterdam')}"
    assert decide(client, form_of, path, "refer", reason="", ground="spam.copied").status_code == 422
    assert decide(client, form_of, path, "refer", reason="", ground="refer.youth").status_code == 303
    (kept,) = house.ledger.decisions("advert", house.advert("Rotterdam"))
    assert (kept.ground, kept.reason) == ("refer.youth", "")
    assert "wording hints at youth" in client.get(path).text


def test_a_decision_is_taken_back_by_whoever_took_it_or_a_lead(house: Any, client: TestClient, form_of: Form) -> None:
    advert = house.advert("Rotterdam")
    path = f"/adverts/{advert}"
    decide(client, form_of, path, "refer")
    decide(client, form_of, path, "spam")
    first, second = house.ledger.decisions("advert", advert)
    other = house.client(Role.INVESTIGATOR)
    assert f"/undo/decision/{second.id}" not in other.get(path).text
    assert other.post(f"/undo/decision/{second.id}").status_code == 403
    assert client.post(f"/undo/decision/{second.id}").headers["location"] == f"{path}#decision"
    assert house.index.advert(advert).decision is Outcome.REFER
    assert house.client(Role.LEAD).post(f"/undo/decision/{first.id}").status_code == 303
    assert house.index.advert(advert).decision is None
    page = client.get(path).text
    assert "taken back by" in page
    assert "because spam" in page
    assert path in links(client.get("/queue").text)
    assert ("lead", "decision taken back", advert) in house.actions()
    # Taking back again changes nothing; a new decision corrects nothing.
    client.post(f"/undo/decision/{second.id}")
    assert [did for _, did, _ in house.actions(advert)].count("decision taken back") == 2
    decide(client, form_of, path, "monitor")
    assert house.ledger.decisions("advert", advert)[-1].corrects == ""


def opened(house: Any, path: str) -> TestClient:
    lead: TestClient = house.client(Role.LEAD)
    kind, identity = path.strip("/").split("/")
    assert lead.post(f"/reviews/open/{kind[:-1]}/{identity}").status_code == 303
    return lead


def test_neither_reviewer_knows_of_the_other_until_both_are_in(house: Any, client: TestClient, form_of: Form) -> None:
    path = f"/clusters/{house.filled.of('salon').id}"
    client.post(f"/take/cluster/{house.filled.of('salon').id}")
    lead = opened(house, path)
    answer = decide(client, form_of, path, "refer", reason="telling words", ground="refer.youth", then="next")
    assert "done=o." in answer.headers["location"]
    other = house.client(Role.INVESTIGATOR)
    for reader in (other, lead, house.client(Role.AUDITOR)):
        for seen in (path, "/queue", "/search?kind=clusters", "/queue?f=1&decision=refer"):
            page = reader.get(seen).text
            main = page[page.index("<main") :]
            assert "telling words" not in main
            assert ">analyst<" not in main, seen
        assert path not in links(reader.get("/queue?f=1&decision=refer").text)
    assert "telling words" in client.get(path).text
    assert house.ledger.decisions("cluster", house.filled.of("salon").id) == []
    (given,) = [entry for entry in house.ledger.audit_entries(50) if entry.action == "opinion given"]
    assert "refer" not in str(given.detail)
    assert client.get("/queue/next").headers["location"] != path
    assert other.get("/queue/next").headers["location"] == path
    assert lead.get("/queue/next").headers["location"] != path
    # A lead gives no opinion; nobody takes or hands over.
    assert lead.post(path.replace("/clusters", "/decide/cluster"), data={"outcome": "refer", "reason": "x"}).status_code == 409
    assert client.post(path.replace("/clusters", "/take/cluster")).status_code == 409
    assert other.post(path.replace("/clusters", "/hand/cluster"), data={"to": "analyst"}).status_code == 409


def test_agreement_decides(house: Any, client: TestClient, form_of: Form) -> None:
    cluster = house.filled.of("vans")
    path = f"/clusters/{cluster.id}"
    opened(house, path)
    decide(client, form_of, path, "monitor")
    decide(house.client(Role.INVESTIGATOR), form_of, path, "monitor", reason="too")
    (kept,) = house.ledger.decisions("cluster", cluster.id)
    assert (kept.outcome, kept.decided_by, bool(kept.review)) == (Outcome.MONITOR, "investigator", True)
    assert house.index.cluster(cluster.id).decision is Outcome.MONITOR
    (review,) = house.ledger.reviews()
    assert (review.state, review.decision_id) == ("agreed", kept.id)


def test_disagreement_goes_to_a_lead(house: Any, client: TestClient, form_of: Form) -> None:
    cluster = house.filled.of("vans")
    path = f"/clusters/{cluster.id}"
    lead, other = opened(house, path), house.client(Role.INVESTIGATOR)
    decide(client, form_of, path, "monitor", reason="wait for more")
    answer = decide(other, form_of, path, "refer", reason="enough for me")
    assert house.ledger.decisions("cluster", cluster.id) == []
    # Now both are in, everybody sees both.
    for reader in (client, other, lead):
        page = reader.get(answer.headers["location"]).text
        assert "wait for more" in page
        assert "enough for me" in page
    assert client.get(path).text.count("/decide/cluster") == 0
    late = client.post(f"/decide/cluster/{cluster.id}", data={"outcome": "spam", "reason": "mine"})
    assert late.status_code in {409, 422}
    reviews = lead.get("/reviews").text
    assert reviews.index("Disagreements to settle") < reviews.index(path) < reviews.index("Waiting for opinions")
    assert "0.00" in reviews
    decide(lead, form_of, path, "refer", reason="settled so")
    assert house.index.cluster(cluster.id).decision is Outcome.REFER
    assert house.ledger.reviews()[0].state == "settled"
    # Taking the settlement back opens the question again.
    lead.post(f"/undo/decision/{house.ledger.decisions('cluster', cluster.id)[0].id}")
    assert house.ledger.reviews()[0].state == "disputed"
    lead.post(f"/reviews/end/{house.ledger.reviews()[0].id}")
    assert "/decide/cluster" in client.get(path).text


def test_an_opinion_is_taken_back_while_the_other_is_not_in(house: Any, client: TestClient, form_of: Form) -> None:
    path = f"/clusters/{house.filled.of('vans').id}"
    opened(house, path)
    decide(client, form_of, path, "monitor")
    (review,) = house.ledger.reviews()
    assert house.client(Role.INVESTIGATOR).post(f"/undo/opinion/{review.id}").status_code == 404
    assert client.post(f"/undo/opinion/{review.id}").status_code == 303
    assert "/decide/cluster" in client.get(path).text
    assert house.ledger.reviews()[0].opinions == ()


def test_what_is_decided_cannot_be_judged_blindly(house: Any, client: TestClient, form_of: Form) -> None:
    path = f"/clusters/{house.filled.of('vans').id}"
    decide(client, form_of, path, "monitor")
    lead = house.client(Role.LEAD)
    assert lead.post(path.replace("/clusters", "/reviews/open/cluster")).status_code == 409
    assert "blind double review" not in lead.get(path).text


def test_what_was_decided_once_is_neither_opened_nor_drawn(house: Any, client: TestClient, form_of: Form) -> None:
    path = f"/clusters/{house.filled.of('vans').id}"
    decide(client, form_of, path, "monitor")
    client.post(f"/undo/decision/{house.ledger.decisions('cluster', house.filled.of('vans').id)[0].id}")
    lead = house.client(Role.LEAD)
    assert "blind double review" not in lead.get(path).text
    assert lead.post(path.replace("/clusters", "/reviews/open/cluster")).status_code == 409
    lead.post("/reviews/draw", data={"count": "50"})
    every = {one.subject_id for one in house.ledger.reviews(["open"])}
    assert len(every) > 5
    assert house.filled.of("vans").id not in every


def test_a_settlement_overtaken_by_a_correction_is_taken_back_alone(house: Any, client: TestClient, form_of: Form) -> None:
    path = f"/clusters/{house.filled.of('vans').id}"
    lead = opened(house, path)
    decide(client, form_of, path, "monitor")
    decide(house.client(Role.INVESTIGATOR), form_of, path, "refer")
    decide(lead, form_of, path, "refer")
    decide(client, form_of, path, "spam")
    settled, newer = house.ledger.decisions("cluster", house.filled.of("vans").id)
    lead.post(f"/undo/decision/{settled.id}")
    assert house.ledger.reviews()[0].state == "settled"
    assert house.index.cluster(house.filled.of("vans").id).decision is Outcome.SPAM
    lead.post(f"/undo/decision/{newer.id}")
    assert house.ledger.reviews()[0].state == "disputed"


def test_what_is_gone_is_ended_and_put_back(house: Any, client: TestClient) -> None:
    vans, salon = house.filled.of("vans").id, house.filled.of("salon").id
    lead = opened(house, f"/clusters/{vans}")
    client.post(f"/take/cluster/{salon}")
    mine = re.compile(r'value="mine".*?class="count">(\d+)<')
    assert mine.findall(client.get("/queue").text) == ["1"]
    house.index.drop_clusters([vans, salon])
    house.ledger.retire_clusters({vans: [], salon: [house.filled.of("fields").id]}, house.clock())
    (review,) = house.ledger.reviews()
    assert f'action="/reviews/end/{review.id}"' in lead.get("/reviews").text
    assert lead.post(f"/reviews/end/{review.id}").headers["location"] == "/reviews"
    assert lead.post(f"/reviews/end/{review.id}").status_code == 404
    assert "/reviews/end/" not in lead.get("/reviews").text
    assert mine.findall(client.get("/queue").text) == ["0"]
    assert house.client(Role.INVESTIGATOR).post(f"/release/cluster/{salon}").status_code == 303
    assert house.ledger.held_by("analyst") != []
    assert client.post(f"/release/cluster/{salon}").headers["location"] == "/queue"
    assert house.ledger.held_by("analyst") == []


def test_a_member_does_not_tell_what_the_other_reviewer_decided_on_it(house: Any, client: TestClient, form_of: Form) -> None:
    cluster = house.filled.of("salon")
    before, member = cluster.cluster.members[:2]
    other = house.client(Role.INVESTIGATOR)
    decide(client, form_of, f"/adverts/{before}", "monitor", reason="said before")
    lead = opened(house, f"/clusters/{cluster.id}")
    client.post(f"/take/advert/{member}")
    decide(client, form_of, f"/adverts/{member}", "refer", reason="telling words")
    for reader in (other, lead):
        page = reader.get(f"/adverts/{member}").text
        assert "telling words" not in page
        assert "Record as a correction" not in page
        assert "decided" not in page[page.index('id="work"') : page.index("</section>", page.index('id="work"'))]
        assert "said before" in reader.get(f"/adverts/{before}").text
        whole = reader.get(f"/clusters/{cluster.id}").text
        assert 'class="tag decided"' not in whole
        assert f"/adverts/{member}" not in links(reader.get("/search?decision=refer").text)
        assert 'class="tag decided"' not in reader.get("/search?source=uk-services").text
    assert "telling words" in client.get(f"/adverts/{member}").text
    # Each may decide as if the other had not; once the review is over both are told.
    assert decide(other, form_of, f"/adverts/{member}", "spam").status_code == 303
    assert [one.corrects for one in house.ledger.decisions("advert", member)] == ["", ""]
    lead.post(f"/reviews/end/{house.ledger.reviews()[0].id}")
    assert "telling words" in other.get(f"/adverts/{member}").text


def test_free_or_mine_shows_mine_and_never_an_empty_page(house: Any, client: TestClient, monkeypatch: Any) -> None:
    monkeypatch.setattr("review.routers.queue.SIZE", 2)
    paths = links(client.get("/queue").text)
    client.post(f"/take{paths[1].replace('clusters', 'cluster').replace('adverts', 'advert')}")
    other = house.client(Role.INVESTIGATOR)
    assert paths[1] in links(client.get("/queue?hold=free").text)
    assert links(other.get("/queue?hold=free").text) == paths[:1]
    other.post(f"/take{paths[0].replace('clusters', 'cluster').replace('adverts', 'advert')}")
    third = links(house.client(Role.LEAD).get("/queue?hold=free").text)
    assert third
    assert not set(third) & set(paths)


def test_a_sample_is_drawn_of_what_is_free(house: Any, client: TestClient) -> None:
    client.post(f"/take/cluster/{house.filled.of('salon').id}")
    lead = house.client(Role.LEAD)
    assert lead.post("/reviews/draw", data={"count": "5"}).headers["location"] == "/reviews?drawn=5"
    reviews = house.ledger.reviews(["open"])
    assert len({one.subject_id for one in reviews}) == 5
    # The log says which were drawn: calibration counts them apart.
    opened = [one for one in house.ledger.audit_entries(50) if one.action == "double review opened"]
    assert {one.detail["review"] for one in opened if one.detail.get("drawn")} == {one.id for one in reviews}
    assert house.filled.of("salon").id not in {one.subject_id for one in reviews}
    for bad in ("0", "51", "x", "", "-1"):
        assert lead.post("/reviews/draw", data={"count": bad}).status_code == 422
    assert "5 items were drawn." in lead.get("/reviews?drawn=5").text


def pair(number: int, first: Outcome, second: Outcome, house: Any) -> DoubleReview:
    at = house.clock()
    said = [Opinion(reviewer=who, outcome=what, reason="r", given_at=at) for who, what in (("a", first), ("b", second))]
    return DoubleReview(
        id=str(number), subject="advert", subject_id=str(number), opened_by="lead", opened_at=at, state="settled", opinions=said
    )


@pytest.mark.parametrize(
    ("counts", "kappa"),
    # Rows and columns: refer, monitor. The first is the textbook's 50 grant proposals (kappa 0.4); then full, none, chance.
    [((20, 5, 10, 15), 0.4), ((5, 0, 0, 5), 1.0), ((0, 5, 5, 0), -1.0), ((4, 4, 4, 4), 0.0), ((5, 0, 0, 0), None)],
)
def test_kappa_is_the_textbooks(house: Any, counts: tuple[int, ...], kappa: float | None) -> None:
    cells = [(a, b) for a in (Outcome.REFER, Outcome.MONITOR) for b in (Outcome.REFER, Outcome.MONITOR)]
    found = agreement([pair(n, *cell, house) for cell, n in zip(cells, counts, strict=True) for n in range(n)])
    assert found.pairs == sum(counts)
    assert found.raw == (counts[0] + counts[3]) / sum(counts)
    assert found.kappa == (None if kappa is None else pytest.approx(kappa))
    refer = found.outcomes[0]
    assert refer.share == pytest.approx(2 * counts[0] / (2 * counts[0] + counts[1] + counts[2]))
    assert agreement([]).raw is None


def test_the_decision_form_says_why_it_was_refused_during_a_review(house: Any, form_of: Form) -> None:
    path = f"/clusters/{house.filled.of('vans').id}"
    lead = house.client(Role.LEAD)
    fields = form_of(lead.get(path).text)
    opened(house, path)
    answer = lead.post(path.replace("/clusters", "/decide/cluster"), data={**fields, "outcome": "refer", "reason": "x"})
    assert answer.status_code == 409
    assert router.NOT_ASKED in answer.text
