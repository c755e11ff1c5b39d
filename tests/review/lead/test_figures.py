"""The dashboard's figures and exports by request: counts, intervals, what stays covered, what no spreadsheet calculates."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from starlette.datastructures import QueryParams

from review.lead.ask import DashAsk
from review.lead.csvfile import harmless, lines
from review.lead.trends import _whole
from review.lead.work import precision
from strazha.ledger.operate_records import Verdict
from strazha.ledger.records import Role
from strazha.model import Decision
from tests.review.conftest import House
from tools.invented_runs import decide

WHY = {"why": "check", "why_words": "file 12/2026"}


def sheet(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def export(client: Any, **fields: str) -> Any:
    return client.post("/exports/csv", data={**WHY, **fields})


def test_the_dashboard_counts_what_the_index_holds(house: House) -> None:
    client = house.client(Role.LEAD)
    asked = "from=2026-11-01&to=2026-11-21&by=source&across=band"
    assert client.get(f"/dashboard?{asked}").status_code == 200
    rows = sheet(export(client, what="dashboard", query=asked, table="trend"))
    assert sum(int(row[1]) for row in rows[1:]) == len(house.filled.adverts)
    days = [row[0][:10] for row in rows[1:]]
    assert len(days) == (datetime.fromisoformat(days[-1]) - datetime.fromisoformat(days[0])).days + 1  # none left out
    hot = sheet(export(client, what="dashboard", query=asked, table="hotspots"))
    held = [doc.advert.source_id for doc in house.filled.adverts.values()]
    assert {row[0]: int(row[1]) for row in hot[1:]} == {name: held.count(name) for name in set(held)}
    crossed = sheet(export(client, what="dashboard", query=asked, table="crossing"))
    assert sum(int(cell) for row in crossed[1:] for cell in row[1:]) == len(held)
    assert "exports" not in house.client(Role.ANALYST).get("/search").text
    assert ("lead", "exported", "csv trend") in house.actions()


def test_months_without_adverts_count_as_nothing() -> None:
    def ask(interval: str) -> DashAsk:
        return DashAsk.read(QueryParams(f"from=2025-01-01&to=2026-11-01&interval={interval}"), date(2026, 11, 22))

    starts = [datetime(2025, 11, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)]
    assert [at.month for at in _whole(starts, ask("month"))] == [11, 12, 1, 2]
    assert len(_whole(starts, ask("week"))) == 14
    assert _whole([], ask("month")) == []


def test_work_and_times(house: House) -> None:
    docs = list(house.filled.adverts.values())
    house.clock.at = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    decide(house.ledger, docs[:10], house.clock.at)
    house.ledger.take("advert", docs[20].id, "analyst", house.clock())
    client = house.client(Role.LEAD)
    work = {row[0]: row[1:] for row in sheet(export(client, what="dashboard", query="days=90", table="workload"))[1:]}
    assert work["analyst"][:3] == ["1", "0", "1"]
    assert sum(int(row[1]) for row in work.values()) == 8
    times = sheet(export(client, what="dashboard", query="days=90", table="times"))
    assert [row[1] for row in times[1:]] == ["8", "8"]
    assert 0 < float(times[2][2]) < float(times[1][2])  # captured after it was published
    decisions = [house.ledger.decisions("advert", doc.id) for doc in docs[:10]]
    hours = sorted(
        (made[0].decided_at - doc.state.first_seen).total_seconds() / 3600
        for doc, made in zip(docs, decisions, strict=False) if made
    )  # fmt: skip
    assert float(times[2][2]) == round(hours[3], 1)
    assert float(times[2][3]) == round(hours[7], 1)
    # A decision that is corrected later was made when it was made.
    first = next(made[0] for made in decisions if made)
    house.ledger.add_decision(first.model_copy(update={"id": "later", "corrects": first.id, "decided_at": house.clock.at}))
    assert sheet(export(client, what="dashboard", query="days=90", table="times")) == times
    # A decision taken back counts no more.
    gone: Decision = next(made[0] for made in decisions if made)
    house.ledger.withdraw_decision(gone.id, "lead", house.clock())
    assert sheet(export(client, what="dashboard", query="days=90", table="times"))[1][1] == "7"


def test_precision_with_its_interval_and_warning() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)

    def said(number: int, outcome: str) -> Verdict:
        return Verdict(
            id=f"d{number}",
            subject="advert",
            subject_id=f"a{number}",
            outcome=outcome,
            decided_by="x",
            decided_at=at,
            band="high",
        )

    outcomes = ["refer"] * 6 + ["monitor"] * 2 + ["not_relevant"] * 2 + ["insufficient"] * 5
    few = precision(said(number, outcome) for number, outcome in enumerate(outcomes))
    high = next(row for row in few.rows if row[0] == "high")
    assert high[1:7] == (6, 2, 5, 0, 0, 2)
    assert high[7:] == ("80 %", "49 % – 94 %")  # Wilson's interval of 8 in 10
    assert few.warning
    # A band of low that was followed up is a miss, and no page may call it right.
    assert few.columns[7].label == "Followed up"
    assert "what the band missed" in few.notes[0]
    many = precision(said(number, outcome) for number, outcome in enumerate(outcomes * 3))
    assert not many.warning
    assert precision([]).rows[0][7:] == ("–", "–")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"), ("+359 2", "'+359 2"), ("-2", "'-2"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("  =1", "'  =1"), ("＝1", "'＝1"), ("\u200b=1", "'\u200b=1"), ("a;=1", "a;'=1"), ("a\n@x", "a\n'@x"),
        ("a;\"=1", "a;\"'=1"),
        ("a = b - c", "a = b - c"), ("Лийдс, GB", "Лийдс, GB"), ("a\x00b", "a\ufffdb"), ("", ""),
    ],
)  # fmt: skip
def test_no_cell_becomes_a_formula(text: str, shown: str) -> None:
    assert harmless(text) == shown
    (line,) = lines([[text, 5, None]], bom=False)
    assert next(csv.reader(io.StringIO(line.decode(), newline=""))) == [shown, "5", ""]


def test_a_long_hostile_text_takes_no_time() -> None:
    assert len(harmless(" " * 500_000 + ";" * 500_000)) == 1_000_000
    assert lines([["half \ud800 pair"]], bom=True).__next__() == b"\xef\xbb\xbf"


def test_a_selection_is_covered_unless_a_lead_asks(house: House) -> None:
    client = house.client(Role.LEAD)
    form = client.get("/exports?what=selection&kind=adverts&ad_type=job").text
    assert "Contacts readable in the CSV file" in form
    rows = sheet(export(client, what="selection", query="kind=adverts&ad_type=job", bom="yes"))
    wanted = [doc for doc in house.filled.adverts.values() if doc.screening.ad_type == "job"]
    assert {row[0] for row in rows[1:]} == {doc.id for doc in wanted}
    flat = "\n".join(",".join(row) for row in rows)
    assert "888001" not in flat.replace(" ", "")
    opened = sheet(export(client, what="selection", query="kind=adverts&ad_type=job", uncovered="yes"))
    assert "+359888001" in "\n".join(",".join(row) for row in opened)
    entry = house.ledger.audit_entries(1)[0]
    assert (entry.action, entry.detail["contacts"], entry.detail["reason"]) == ("exported", True, "check")
    assert export(house.client(Role.AUDITOR), what="selection", query="kind=adverts", uncovered="yes").status_code == 403
    assert sheet(export(house.client(Role.AUDITOR), what="selection", query="kind=adverts&band=low"))[0][0] == "Advert"
    groups = sheet(export(client, what="selection", query="kind=clusters"))
    assert {row[0] for row in groups[1:]} == set(house.filled.clusters)
    assert "888001" not in str(groups).replace(" ", "")


def test_nothing_leaves_without_a_reason(house: House) -> None:
    client = house.client(Role.LEAD, reasoned=False)
    before = len(house.actions())
    for path in ("/exports/csv", "/exports/report"):
        for fields in ({}, {"why": "other"}, {"why": "nonsense"}):
            answer = client.post(path, data={"what": "selection", "query": "kind=adverts", **fields})
            assert answer.status_code == 422, (path, fields)
            assert "Why do you need it?" in answer.text
            assert "attachment" not in answer.headers.get("content-disposition", "")
    assert not [one for one in house.actions()[: len(house.actions()) - before] if one[1] == "exported"]
    assert export(client, what="dashboard", query="", table="nothing").status_code == 422


def test_a_report_names_who_and_why_and_covers(house: House) -> None:
    client = house.client(Role.LEAD)
    page = client.post("/exports/report", data={**WHY, "what": "selection", "query": "kind=adverts&ad_type=job"})
    assert page.status_code == 200
    for words in ("Report on adverts", "job offer", "lead", "file 12/2026", "Contacts are covered."):
        assert words in page.text
    assert "888 001" not in page.text
    board = client.post("/exports/report", data={**WHY, "what": "dashboard", "query": "days=30"}).text
    assert "Report on trends and work" in board
    assert "Precision of the bands" in board
    assert [action for _, action, _ in house.actions()][:2] == ["exported", "exported"]


def test_a_blind_review_shows_in_no_export(house: House) -> None:
    one = next(iter(house.filled.clusters.values()))
    member = one.cluster.members[0]
    made = {"id": "d1", "subject": "advert", "subject_id": member, "outcome": "refer", "reason": "x"}
    at = house.clock()
    decision = Decision.model_validate({**made, "decided_by": "analyst", "decided_at": at})
    house.ledger.add_decision(decision)
    house.index.decide("advert", member, decision.outcome, at)
    house.index.refresh()
    client = house.client(Role.LEAD)
    asked = {"what": "selection", "query": "kind=adverts&decision=refer&f=1"}
    assert [row[0] for row in sheet(export(client, **asked))[1:]] == [member]
    house.ledger.open_review("cluster", one.id, "lead", house.clock())
    assert sheet(export(client, **asked))[1:] == []
    everything = sheet(export(client, what="selection", query="kind=adverts"))
    at_column = everything[0].index("Decision")
    assert next(row for row in everything if row[0] == member)[at_column] == ""
    assert member not in client.post("/exports/report", data={**WHY, **asked}).text


@pytest.mark.parametrize(
    ("address", "first", "last", "interval"),
    [
        ("", "2026-10-23", "2026-11-21", "day"), ("days=7", "2026-11-15", "2026-11-21", "day"),
        ("days=365", "2025-11-22", "2026-11-21", "week"), ("days=9999", "2026-10-23", "2026-11-21", "day"),
        ("from=2026-11-30&to=2026-11-01", "2026-10-03", "2026-11-01", "day"),
        ("from=x&to=\x00", "2026-10-23", "2026-11-21", "day"),
        ("from=1901-01-01&interval=day", "2016-11-14", "2026-11-21", "month"),
        ("to=2090-01-01&days=7", "2026-11-15", "2026-11-21", "day"),
    ],
)  # fmt: skip
def test_any_address_gives_a_period(address: str, first: str, last: str, interval: str) -> None:
    ask = DashAsk.read(QueryParams(address), datetime(2026, 11, 21, tzinfo=UTC).date())
    assert (str(ask.first), str(ask.last), ask.interval) == (first, last, interval)
    assert ask.until - ask.since == timedelta(days=ask.days)
    assert DashAsk.read(QueryParams(ask.query), ask.last).query == ask.query
    odd = DashAsk.read(QueryParams("by=decision&across=decision"), ask.last)
    assert (odd.dimension, odd.across) == ("place", "ad_type")
