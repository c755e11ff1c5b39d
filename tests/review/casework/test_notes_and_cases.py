"""Notes and case folders: whose they are, who sees them, reasons asked, report and bundle as evidence."""

from __future__ import annotations

import gzip
import hashlib
import html
import io
import json
import re
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from strazha.evidence.bundle import SUMS, verify_bundle
from strazha.evidence.captures import capture_folder
from strazha.evidence.warc import Exchange, WarcWriter
from strazha.ledger.records import Role
from strazha.model import MentionKind


@pytest.fixture
def case(house: Any, client: TestClient) -> str:
    """The address of a case of the analyst's with a cluster in it."""
    answer = client.post("/cases", data={"title": "Operation Lime", "reference": "R/118"})
    path = str(answer.headers["location"])
    put = client.post("/collect", data={"case": path[7:], "item": house.filled.of("salon").id, "reason": "same voice"})
    assert put.status_code == 303
    return path


def test_a_note_is_written_changed_and_taken_back_by_its_author(house: Any, client: TestClient) -> None:
    advert = house.advert("Rotterdam")
    answer = client.post(f"/notes/advert/{advert}", data={"text": "first\r\nline <script>x</script> \u202e"})
    assert answer.status_code == 303
    page = client.get(f"/history/advert/{advert}").text
    assert "<script>x" not in page
    note = house.ledger.notes_of("advert", [advert])[0]
    assert note.newest.text.startswith("first\nline")
    for who, status in ((house.client(Role.INVESTIGATOR), 404), (house.client(Role.LEAD), 404), (client, 303)):
        assert who.post(f"/note/{note.id}", data={"text": "second", "seen": "1"}).status_code == status
    assert client.post(f"/note/{note.id}", data={"text": "lost", "seen": "1"}).status_code == 422
    shown = house.client(Role.INVESTIGATOR).get(f"/history/advert/{advert}").text
    assert "second" in shown
    assert "Former versions" in shown
    assert client.post(f"/note/{note.id}", data={"action": "remove", "seen": "2"}).status_code == 303
    assert "second" not in client.get(f"/history/advert/{advert}").text
    assert [action for _, action, _ in house.actions(advert)][:3].count("note taken back") == 1
    for text, status in (("", 422), ("   ", 422), ("x" * 6000, 422), ("\0\0", 422)):
        assert client.post(f"/notes/advert/{advert}", data={"text": text}).status_code == status
    assert client.post("/notes/case/x", data={"text": "y"}).status_code == 404
    assert house.client(Role.AUDITOR).post(f"/notes/advert/{advert}", data={"text": "y"}).status_code == 403


def test_the_history_has_everything_in_one_list_newest_first(house: Any, client: TestClient) -> None:
    cluster = house.filled.of("vans")
    one = house.ledger.links_of(cluster.cluster.members)[0]
    client.post(f"/judge/link/{cluster.id}", data={"a": one.a, "b": one.b, "judgement": "confirmed"})
    at = house.ledger.clusters_of([one.a])[one.a]
    client.post(f"/take/cluster/{at}")
    client.post(f"/notes/cluster/{at}", data={"text": "a van of the same firm"})
    page = client.get(f"/history/cluster/{at}").text
    found = [page.index(words) for words in ("a van of the same firm", "<strong>taken</strong>", "adverts were joined")]
    assert found == sorted(found)
    assert "<strong>confirmed</strong>" in page


def test_notes_follow_a_cluster_into_another(house: Any, client: TestClient) -> None:
    vans, salon = house.filled.of("vans").id, house.filled.of("salon").id
    client.post(f"/notes/cluster/{salon}", data={"text": "noted before the merge"})
    answer = client.post(f"/judge/merge/{vans}", data={"other": salon})
    now = str(answer.headers["location"]).split("?", maxsplit=1)[0].rsplit("/", 1)[1]
    assert "noted before the merge" in client.get(f"/history/cluster/{now}").text


def test_a_case_does_not_exist_for_whoever_is_not_named(house: Any, client: TestClient, case: str) -> None:
    other, lead = house.client(Role.INVESTIGATOR), house.client(Role.LEAD)
    client.post(f"{case}/notes", data={"text": "the secret of the case"})
    note = house.ledger.notes_of("case", [case[7:]])[0]
    tries = [
        ("get", case, {}), ("post", f"{case}/name", {"title": "x"}), ("post", f"{case}/notes", {"text": "x"}),
        ("post", f"{case}/people", {"name": "investigator", "reason": "let me in"}),
        ("post", f"{case}/remove", {"reason": "why"}),
        ("post", f"{case}/state", {"to": "closed", "reason": "why"}), ("post", f"{case}/report", {"reason": "why"}),
        ("post", f"{case}/bundle", {"reason": "why"}), ("post", f"/note/{note.id}", {"text": "x", "seen": "1"}),
        ("post", "/collect", {"case": case[7:], "item": house.filled.of("vans").id, "reason": "why"}),
    ]  # fmt: skip
    before = house.ledger.case_history(case[7:])
    for method, path, data in tries:
        missing = other.request(method, path.replace(case[7:], "0" * 16), data={**data, "case": "0" * 16})
        answer = other.request(method, path, data=data)
        # The very same answer as for a case that is not there.
        assert answer.status_code == missing.status_code == 404, path
        assert "Lime" not in answer.text
        assert "secret" not in answer.text
    assert house.ledger.case_history(case[7:]) == before
    for path in ("/cases", f"/history/cluster/{house.filled.of('salon').id}"):
        assert "Operation Lime" not in other.get(path).text
        assert "Operation Lime" in client.get(path).text
    assert "the secret of the case" in lead.get(case).text
    # The log that auditors read names the case by its number alone.
    assert "Lime" not in json.dumps([one.model_dump(mode="json") for one in house.ledger.audit_entries(500)])
    for role in (Role.AUDITOR, Role.OPERATOR, Role.ADMIN):
        assert house.client(role).get(case).status_code == 403


def test_people_are_let_in_and_taken_off_by_who_opened_it_or_a_lead(house: Any, client: TestClient, case: str) -> None:
    other = house.client(Role.INVESTIGATOR)
    add = {"name": "investigator", "action": "add", "reason": "works on it with me"}
    for bad in ({**add, "reason": ""}, {**add, "name": "nobody"}, {**add, "name": "auditor"}):
        assert client.post(f"{case}/people", data=bad).status_code == 422
    assert client.post(f"{case}/people", data=add).status_code == 303
    assert other.get(case).status_code == 200
    assert other.post(f"{case}/people", data={**add, "name": "lead"}).status_code == 403
    taken = {**add, "action": "remove"}
    assert house.client(Role.LEAD).post(f"{case}/people", data=taken).status_code == 303
    assert other.get(case).status_code == 404
    gone = client.post(f"{case}/people", data={**taken, "name": "analyst"})
    assert gone.headers["location"] == "/cases"
    assert client.get(case).status_code == 404


def test_items_come_and_go_with_a_reason_and_a_closed_case_takes_nothing(house: Any, client: TestClient, case: str) -> None:
    advert, salon = house.advert("Rotterdam"), house.filled.of("salon").id
    put = {"case": case[7:], "item": f"http://127.0.0.1:8000/adverts/{advert}?part=1#text", "reason": "names a town"}
    for bad in ({**put, "reason": ""}, {**put, "item": "../../etc/passwd"}, {**put, "item": "\0"}, {**put, "item": salon}):
        assert client.post("/collect", data=bad).status_code == 422
    assert client.post("/collect", data=put).status_code == 303
    page = client.get(case).text
    assert "Rotterdam" in page
    assert "names a town" in page
    out = {"kind": "cluster", "item": salon, "reason": "another operation"}
    assert client.post(f"{case}/remove", data={**out, "reason": "x"}).status_code == 422
    assert client.post(f"{case}/remove", data=out).status_code == 303
    assert client.post(f"{case}/remove", data=out).status_code == 404
    assert client.post(f"{case}/state", data={"to": "closed", "reason": "handed over"}).status_code == 303
    assert client.post("/collect", data={**put, "item": salon}).status_code == 422
    assert client.post(f"{case}/notes", data={"text": "late"}).status_code == 422
    assert client.post(f"{case}/name", data={"title": "late"}).status_code == 422
    assert client.post(f"{case}/state", data={"to": "burnt", "reason": "why"}).status_code == 422
    assert client.post(f"{case}/state", data={"to": "reopened", "reason": "new advert"}).status_code == 303
    assert client.post(f"{case}/name", data={"title": "Lemon", "reference": ""}).status_code == 303
    actions = [event.action for event in house.ledger.case_history(case[7:])]
    assert actions == ["opened", "item added", "item added", "item removed", "closed", "reopened", "renamed"]
    assert house.ledger.verify_audit() is None


def test_a_report_is_covered_unless_uncovering_was_asked(house: Any, client: TestClient, case: str) -> None:
    client.post(f"{case}/notes", data={"text": "call 07700 900101 on Friday"})
    assert client.post(f"{case}/report").status_code == 422
    page = client.post(f"{case}/report", data={"reason": "for the prosecutor"})
    assert page.status_code == 200
    assert not re.search(r"7700 ?900 ?\d{2}|miasalon", page.text)
    for member in house.filled.of("salon").cluster.members:
        assert house.filled.adverts[member].advert.content_hash in page.text
    assert "for the prosecutor" in page.text
    assert "casework-report.css" in page.text
    shown = client.post(f"{case}/report", data={"reason": "for the prosecutor", "contacts": "1"})
    assert "07700 900101" in html.unescape(shown.text)
    actions = [action for _, action, _ in house.actions(case[7:])]
    assert actions.count("case report made") == 2
    assert actions.count("contacts uncovered") == 1
    entry = next(one for one in house.ledger.audit_entries(50, subject=case[7:]) if one.action == "contacts uncovered")
    assert entry.detail["reason"] == "for the prosecutor"


def test_what_people_typed_of_an_advert_is_covered_in_history_case_and_report(
    house: Any, client: TestClient, form_of: Any
) -> None:
    case = str(client.post("/cases", data={"title": "Operation Lime"}).headers["location"])
    doc, word = next(
        (doc, mention.text) for doc in house.filled.adverts.values() for mention in doc.screening.mentions
        if mention.kind is MentionKind.HANDLE and len(mention.text) > 4
    )  # fmt: skip
    typed = {"reason": f"wrote as {word} elsewhere"}
    assert client.post("/collect", data={"case": case[7:], "item": doc.id, **typed}).status_code == 303
    client.post(f"/notes/advert/{doc.id}", data={"text": f"seen as {word} before"})
    form = form_of(client.get(f"/adverts/{doc.id}").text)
    assert client.post(f"/decide/advert/{doc.id}", data={**form, "outcome": "monitor", **typed}).status_code == 303
    house.ledger.take("advert", doc.id, "analyst", house.clock())
    client.post(f"/hand/advert/{doc.id}", data={"to": "investigator", "note": f"look for {word}"})
    for shown in (
        client.get(f"/history/advert/{doc.id}").text,
        client.get(case).text,
        client.post(f"{case}/report", data=typed).text,
    ):
        assert "wrote as" in shown
        assert word not in html.unescape(shown)
    assert word in client.post(f"{case}/report", data={**typed, "contacts": "1"}).text
    assert word in client.post(f"/uncover/history/advert/{doc.id}").text


def test_a_bundle_tells_nothing_that_a_blind_review_hides(house: Any, client: TestClient) -> None:
    vans = house.filled.of("vans")
    one = house.ledger.links_of(vans.cluster.members)[0]
    house.client(Role.INVESTIGATOR).post(
        f"/judge/link/{vans.id}", data={"a": one.a, "b": one.b, "judgement": "confirmed", "reason": "same driver"}
    )
    path = str(client.post("/cases", data={"title": "Vans"}).headers["location"])
    client.post("/collect", data={"case": path[7:], "item": vans.id, "reason": "same voice"})

    def told() -> str:
        answer = client.post(f"{path}/bundle", data={"reason": "for the court"})
        with zipfile.ZipFile(io.BytesIO(answer.content)) as held:
            return held.read(f"clusters/{vans.id}.json").decode()

    assert '"judged_by": "investigator"' in told()
    assert house.client(Role.LEAD).post(f"/reviews/open/cluster/{vans.id}").status_code == 303
    assert "investigator" not in told()
    assert "confirmed" not in told()


def test_a_bundle_holds_the_archived_pages_and_its_digests(house: Any, client: TestClient, case: str) -> None:
    doc = house.filled.adverts[house.filled.of("salon").cluster.members[0]]
    advert, landing = doc.advert, house.services.landing
    folder = capture_folder(advert.source_id, advert.run_id)
    payload = b"<html>as fetched</html>"
    with landing.write(folder, "a1.warc.gz", "warc") as out:
        warc = WarcWriter(out, software="test", source_id=advert.source_id, run_id=advert.run_id)
        capture = warc.add(_exchange(advert.url, payload))
    landing.write_lines(folder, "a1-captures.jsonl", "captures", [capture])
    found = doc.model_copy(update={"advert": advert.model_copy(update={"capture_id": capture.id}), "version": doc.version + 1})
    house.index.put_adverts([found])
    assert client.post(f"{case}/bundle").status_code == 422
    answer = client.post(f"{case}/bundle", data={"reason": "for the court"})
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    assert verify_bundle(io.BytesIO(answer.content)) == []
    with zipfile.ZipFile(io.BytesIO(answer.content)) as held:
        names = held.namelist()
        record = held.read(f"captures/{advert.id}.warc.gz")
        listed = held.read(SUMS)
        made = json.loads(held.read("made.json"))
        told = json.loads(held.read(f"adverts/{advert.id}.json"))
    assert names.count("case.json") == 1
    assert payload in gzip.decompress(record)
    assert told["capture"]["payload_sha256"] == hashlib.sha256(payload).hexdigest()
    assert len(made["missing"]) == house.filled.of("salon").size - 1
    entry = next(one for one in house.ledger.audit_entries(50, subject=case[7:]) if one.action == "evidence bundle made")
    assert entry.detail["sums"] == hashlib.sha256(listed).hexdigest()
    assert capture.payload_sha256 in client.post(f"{case}/report", data={"reason": "for the court"}).text


def _exchange(url: str, payload: bytes) -> Exchange:
    return Exchange(
        url=url, method="GET", request_headers=(), request_body=b"", status=200, reason="OK",
        headers=(("Content-Type", "text/html"),), payload=payload, fetched_at=datetime(2026, 11, 20, tzinfo=UTC),
    )  # fmt: skip


def test_hostile_words_change_nothing(house: Any, client: TestClient) -> None:
    bad = '"><script>window.hacked=1</script>{{7*7}} \u202e<img src=x onerror=y>'
    path = str(client.post("/cases", data={"title": bad, "reference": bad}).headers["location"])
    client.post(f"{path}/notes", data={"text": bad})
    client.post("/collect", data={"case": path[7:], "item": house.filled.of("vans").id, "reason": bad})
    for page in (client.get(path), client.get("/cases"), client.post(f"{path}/report", data={"reason": bad})):
        assert page.status_code == 200
        assert "<script>window" not in page.text
        assert "<img" not in page.text.replace('<img src="/static/', "")
        assert "{{7*7}}" in page.text
