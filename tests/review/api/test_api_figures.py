"""Leads' figures and exports, and training, through the API: a reason for what leaves, one's own score for oneself."""

from __future__ import annotations

import csv
import io
from typing import Any

from review.train.answering import cases_of
from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope
from tests.review.api.test_api import V1, problem

PERIOD = {"first": "2026-11-01", "last": "2026-11-21", "by": "source", "across": "band"}
QUERY = "from=2026-11-01&to=2026-11-21&by=source&across=band"


def test_the_dashboard_is_what_its_page_and_its_file_say(house: Any, api: Any) -> None:
    lead = api(Role.LEAD, TokenScope.READ)
    told = lead.get(f"{V1}/dashboard", params=PERIOD).json()
    assert (told["first"], told["by"], told["across"]) == ("2026-11-01", "source", "band")
    tables = {one["name"]: one for one in told["tables"]}
    assert list(tables) == ["trend", "hotspots", "crossing", "workload", "times", "precision"]
    assert sum(row[1] for row in tables["trend"]["rows"]) == len(house.filled.adverts)
    asked = {"what": "dashboard", "query": QUERY, "reason": "check"}
    file = lead.post(f"{V1}/exports/csv", json={**asked, "table": "hotspots"})
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(file.text, newline="")))
    assert rows[1][:2] == [str(cell) for cell in tables["hotspots"]["rows"][0][:2]]
    assert house.ledger.audit_entries(1)[0].detail["reason"] == "check"
    problem(lead.post(f"{V1}/exports/csv", json=asked), 422)
    report = lead.post(f"{V1}/exports/report", json={**asked, "reason": "request", "words": "file 12"}).json()
    assert (report["words"], [one["name"] for one in report["tables"]]) == ("file 12", list(tables))
    problem(lead.get(f"{V1}/dashboard", params={"first": "2026-11-02", "last": "2026-11-01"}), 422)
    for role in (Role.ANALYST, Role.OPERATOR):
        problem(api(role).get(f"{V1}/dashboard"), 403)


def test_nothing_leaves_without_a_reason_or_with_contacts_but_for_leads(house: Any, api: Any) -> None:
    lead, auditor = api(Role.LEAD), api(Role.AUDITOR)
    asked = {"what": "selection", "query": "kind=adverts", "reason": "check"}
    covered = auditor.post(f"{V1}/exports/csv", json=asked)
    assert len(covered.text.splitlines()) > len(house.filled.adverts)
    assert "888001" not in covered.text
    problem(auditor.post(f"{V1}/exports/csv", json={**asked, "uncovered": True}), 403)
    assert "888001" in lead.post(f"{V1}/exports/csv", json={**asked, "uncovered": True}).text
    assert house.ledger.audit_entries(1)[0].detail["contacts"] is True
    before = house.ledger.audit_head()
    for wrong in (
        {"what": "selection"},
        {**asked, "reason": "no"},
        {**asked, "reason": "other"},
        {**asked, "what": "users"},
        {**asked, "query": "kind=adverts&bands=high"},
        {**asked, "query": "kind=clusters&status=live"},
        {**asked, "query": "kind=clusters&seen_from=yesterday"},
    ):
        for kind in ("csv", "report"):
            problem(lead.post(f"{V1}/exports/{kind}", json=wrong), 422)
    assert house.ledger.audit_head() == before
    printed = lead.post(f"{V1}/exports/report", json=asked)
    assert "888001" not in printed.text.replace(" ", "")
    assert printed.json()["found"] == len(printed.json()["rows"]) == len(house.filled.adverts)


def test_a_learner_answers_and_alone_reads_their_score(house: Any, api: Any) -> None:
    own, other = api(Role.OPERATOR), api(Role.ANALYST)
    assert own.get(f"{V1}/training").json()["answered"] == 0
    listed = own.get(f"{V1}/training/cases")
    cases = cases_of(house.services)
    assert [one["id"] for one in listed.json()] == list(cases)
    following = own.get(f"{V1}/training/next", params={"language": "en"}).json()["exercise"]
    case = cases[following["id"]]
    # No key before the answer.
    for text in (listed.text, own.get(f"{V1}/training/cases/{case.id}").text):
        assert case.key.why.en not in text
        assert not {"best", "indicators", "hit"} & set(text.replace('"', " ").split())
    sent = {"seen": [*case.key.indicators, "nonsense"], "outcome": case.key.best[0].value}
    path = f"{V1}/training/cases/{case.id}/answers"
    problem(own.post(path, json={"seen": []}), 422)
    problem(own.post(f"{V1}/training/cases/none/answers", json=sent), 404)
    answer = own.post(path, json={**sent, "words": {next(iter(case.key.indicators), "x"): "words"}})
    told = answer.json()
    assert (answer.status_code, told["verdict"], told["passed"], told["missed"]) == (201, "best", True, [])
    assert [one["indicator"] for one in told["hit"]] == list(case.key.indicators)
    assert own.get(f"{V1}/training/answers/{told['id']}").json() == told
    problem(other.get(f"{V1}/training/answers/{told['id']}"), 404)
    assert (own.get(f"{V1}/training/score").json()["passed"], other.get(f"{V1}/training/score").json()["passed"]) == (1, 0)
    people = api(Role.LEAD).get(f"{V1}/training/people").json()
    (mine,) = [one for one in people["learners"] if one["name"] == "operator"]
    assert mine["passed_by_level"] == {str(case.key.level): 1}
    assert "verdict" not in str(people)
    problem(own.get(f"{V1}/training/people"), 403)
