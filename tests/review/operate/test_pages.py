"""Operators' pages by request: what they show, what they refuse, what stays covered, what is logged."""

from __future__ import annotations

import errno
import os
import re
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from flows import asked
from flows.alarms import Disk, alerts, basis_alerts
from flows.chosen import Wanted, known_sources
from flows.holding import hold_sources
from review.app import create_app
from strazha.clock import now
from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope
from strazha.settings import Settings
from tests.review.conftest import HOST, OWN
from tools.invented_runs import fill_runs, set_aside, write_definitions


@pytest.fixture
def plant(house: Any) -> Any:
    """A house with two weeks of runs behind it."""
    house.settings = Settings(home=house.settings.home, sources=(write_definitions(house.settings.home / "sources"),))
    fill_runs(house.ledger, house.clock())
    set_aside(house.ledger, list(house.filled.adverts.values())[:2], house.clock() - timedelta(hours=3))
    return house


def test_alarms_are_gathered_and_noting_one_silences_it_alone(plant: Any) -> None:
    client = plant.client(Role.OPERATOR)
    page = client.get("/alarms").text
    for words in (
        "The field price has gone empty", "Its legal basis held from 2026-01-01 until 2026-11-10",
        "ends on 2026-12-05, in 14 days", "Its newest crawls failed (2)",
    ):  # fmt: skip
        assert words in page
    assert "4 alarms" in page
    found = alerts(plant.settings, plant.ledger, known_sources(plant.settings, Wanted()), plant.clock())
    assert {one.kind for one in found} == {"field_empty", "basis_expired", "basis_expiring", "failing"}
    empty = next(one for one in found if one.kind == "field_empty")
    assert client.post("/alarms/note", data={"alarm": empty.key, "reason": "known"}).status_code == 303
    assert client.post("/alarms/note", data={"alarm": "field_empty:nothing"}).status_code == 409
    again = client.get("/alarms").text
    assert "3 alarms" in again
    assert "Noted and still so" in again
    assert ("operator", "alarm noted", empty.key) in plant.actions()
    bulgarian = client.get("/alarms", headers={"Accept-Language": "bg"}).text
    assert "Полето price се изпразни" in bulgarian
    assert 'class="ringing"' not in plant.client(Role.AUDITOR).get("/queue").text


def test_a_source_with_its_history(plant: Any) -> None:
    page = plant.client(Role.OPERATOR).get("/sources/bg-classifieds").text
    assert "gone empty" in page
    assert page.count("<tr>") > 14
    assert "Invented order No. 7" in page
    late = plant.client(Role.OPERATOR).get("/sources/eu-jobs").text
    assert "No run can be started: no legal basis is in force." in late
    assert "Run now" not in late
    assert plant.client(Role.OPERATOR).post("/sources/eu-jobs/run").status_code == 409
    assert plant.client(Role.OPERATOR).get("/sources/%00").status_code == 404
    assert "switched off" in plant.client(Role.LEAD).get("/sources").text


def test_errors_of_a_run_are_covered_everywhere_and_readings_are_logged(plant: Any) -> None:
    report = plant.ledger.runs(limit=1)[0]
    plant.ledger.save_run(report.model_copy(update={"errors": ("cannot read 'call 0888 001 122 or ana@example.org'",)}))
    client, name = plant.client(Role.OPERATOR), report.run_id
    _, secret = plant.ledger.add_token(
        "operator", "figures", scope=TokenScope.READ, days=2, made_by="admin", at=plant.clock()
    )  # fmt: skip
    told = {"Authorization": f"Bearer {secret}"}
    for answer in (
        client.get("/runs"), client.get(f"/runs/{name}"), client.get("/api/v1/runs", headers=told),
        client.get(f"/api/v1/runs/{name}", headers=told),
    ):  # fmt: skip
        assert "cannot read" in answer.text
        assert "0888 001" not in answer.text
        assert "ana@" not in answer.text
    client.get("/sources/uk-services")
    assert {("operator", "runs read", "newest"), ("operator", "runs read", name)} <= set(plant.actions())
    assert ("operator", "sources read", "uk-services") in plant.actions()


def test_page_and_flow_agree_on_the_legal_basis(plant: Any) -> None:
    sources = known_sources(plant.settings, Wanted())
    today = plant.clock().date()
    for source in sources.values():
        told = {one.kind for one in basis_alerts(source, today)}
        assert ("basis_expired" in told) == (not source.legal_basis.in_force(today))
    last = sources["bg-jobs"]
    end = last.legal_basis.valid_until
    for days, kinds in ((31, set()), (30, {"basis_expiring"}), (0, {"basis_expiring"}), (-1, {"basis_expired"})):
        assert {one.kind for one in basis_alerts(last, end - timedelta(days=days))} == kinds, days


def test_a_pause_wants_a_reason(plant: Any) -> None:
    client = plant.client(Role.OPERATOR)
    refused = client.post("/sources/uk-services/pause", data={"reason": "  "})
    assert refused.status_code == 422
    assert "Say why the source is paused." in refused.text
    assert client.post("/sources/uk-services/pause", data={"reason": "<script>x</script>"}).status_code == 303
    page = client.get("/sources/uk-services").text
    assert "&lt;script&gt;" in page
    assert "<script>x" not in page
    assert client.post("/sources/nowhere/pause", data={"reason": "x"}).status_code == 404


def test_nothing_starts_twice_or_elsewhere(plant: Any) -> None:
    client = plant.client(Role.OPERATOR)
    assert client.post("/sources/uk-services/rescreen").status_code == 422
    with hold_sources(plant.settings, ["uk-services"]):
        busy = client.post("/sources/uk-services/run")
        assert busy.status_code == 409
        assert "a run is at work on it" in busy.text
    assert plant.ledger.asked() == []
    plant.settings = plant.settings.model_copy(update={"run_here": False})
    client = plant.client(Role.OPERATOR)
    assert "<code>strazha run uk-services</code>" in client.get("/sources/uk-services").text.replace("</bdi>", "").replace(
        "<bdi>", ""
    )
    assert client.post("/sources/uk-services/run").status_code == 409
    assert plant.ledger.asked() == []


def test_a_process_that_is_killed_is_told_as_dead(plant: Any) -> None:
    wanted = asked.asked_now("rescreen", "uk-services", "operator", "", now())
    asked.start(plant.settings, plant.ledger, wanted)
    lock = plant.settings.home / "locks" / f"asked-{wanted.id}.lock"
    end = time.monotonic() + 60
    while (plant.ledger.asked_one(wanted.id).state != "running") and time.monotonic() < end:
        time.sleep(0.01)
    os.kill(int(lock.read_text()), signal.SIGKILL)
    while not plant.ledger.asked_one(wanted.id).over and time.monotonic() < end:
        time.sleep(0.05)
    found = plant.ledger.asked_one(wanted.id)
    assert (found.state, found.ended_at is not None) == ("failed", True)
    assert "its process ended with code -9" in found.problem
    page = plant.client(Role.AUDITOR).get(f"/asked/{wanted.id}").text
    assert "its process ended with code -9" in page
    # Whose server ended before it is found dead by its lock.
    lost = asked.asked_now("run", "uk-services", "operator", "", now() - timedelta(minutes=5))
    plant.ledger.ask_run(lost, most=9)
    asked.settle(plant.settings, plant.ledger)
    assert plant.ledger.asked_one(lost.id).problem == "its process is gone without a word"


def test_quarantine_covers_and_dismisses(plant: Any) -> None:
    client = plant.client(Role.OPERATOR)
    page = client.get("/quarantine").text
    assert "ValueError: the text ends within an escape" in page
    assert "0888 001" not in page
    assert ("operator", "quarantine read", "quarantine") in plant.actions()
    (one, other) = plant.ledger.set_aside()
    assert (
        client.post("/quarantine/dismiss", data={"item": f"{one.advert_id} {one.version}"})
        .headers["location"]
        .endswith("dismissed")
    )
    assert client.post("/quarantine/dismiss", data={"item": "nothing at all"}).headers["location"].endswith("gone")
    assert client.post("/quarantine/retry", data={}).headers["location"].endswith("gone")
    plant.settings = plant.settings.model_copy(update={"run_here": False})
    answer = plant.client(Role.OPERATOR).post("/quarantine/retry", data={"item": f"{other.advert_id} {other.version}"})
    assert answer.headers["location"].endswith("waits")
    assert [(x.advert_id, x.action) for x in plant.ledger.set_aside()] == [(one.advert_id, "dismiss")]
    assert plant.client(Role.LEAD).post("/quarantine/retry", data={}).status_code == 403
    assert client.post("/quarantine/replay").status_code == 409  # this index refuses nothing


def test_a_run_with_its_log(plant: Any) -> None:
    newest = plant.ledger.crawl_lines("eu-jobs", 1)[0].run_id
    plant.ledger.log_line(newest, "warning", "seen near +359 888 001 002 \u202e<b>", plant.clock())
    page = plant.client(Role.AUDITOR).get(f"/runs/{newest}").text
    assert "no answer within 30 s" in page
    assert "888 001" not in page
    assert "&lt;b&gt;" in page
    assert plant.client(Role.OPERATOR).get("/runs/nowhere").status_code == 404


def test_the_system_page_counts_what_waits(plant: Any) -> None:
    page = plant.client(Role.OPERATOR).get("/system").text
    assert "What waits where" in page
    assert "Prefect" in page
    assert 'href="http' not in page
    plant.settings = plant.settings.model_copy(update={"prefect_pages": "https://flows.example.org/"})
    linked = plant.client(Role.OPERATOR).get("/system").text
    assert 'href="https://flows.example.org/" rel="noreferrer"' in linked


def test_broken_definitions_are_an_alarm_and_no_crash(plant: Any) -> None:
    (plant.settings.sources[0] / "bad.yaml").write_text("id: [", encoding="utf-8")
    app = create_app(plant.settings, index=plant.index, ledger=plant.ledger, clock=plant.clock)
    with TestClient(app, base_url=HOST, headers=OWN, follow_redirects=False) as client:
        client.cookies.set(
            "strazha", plant.ledger.open_session("operator", plant.clock(), timedelta(hours=1)), domain="127.0.0.1"
        )
        assert "The definitions cannot be read:" in client.get("/sources").text
        assert "The source definitions cannot be read" in client.get("/alarms").text


@pytest.mark.parametrize(
    ("total", "free", "full"),
    [
        (10**12, 5 * 10**10, False),
        (10**12, 15 * 10**9, True),
        (10**11, 11 * 10**9, False),
        (10**10, 9 * 10**8, True),
        (0, 0, True),
    ],
)
def test_a_disk_is_nearly_full(total: int, free: int, full: bool) -> None:
    assert Disk(("home",), total, free).nearly_full is full


def test_a_paused_source_is_skipped_by_the_schedule(plant: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from flows.prefect_setup import prepare

    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    prepare(plant.settings)
    from flows.monitor import _SETTINGS, monitor

    token = _SETTINGS.set(plant.settings)
    try:
        state = monitor.fn(["bg-jobs"], scheduled=True)
    finally:
        _SETTINGS.reset(token)
    assert (state.name, state.message) == ("Skipped", "bg-jobs is paused by ivo.tanev")


def test_one_text_is_shown_once_however_many_pipelines_broke_on_it(plant: Any) -> None:
    client = plant.client(Role.OPERATOR)
    doc = list(plant.filled.adverts.values())[3]
    before = plant.ledger.set_aside()
    for number in range(3):
        at = plant.clock() - timedelta(hours=2 - number)
        detail = {"source": doc.advert.source_id, "error": f"reader {number} stopped"}
        version = f"{plant.ledger.advert_state(doc.id).content_hash[:16]}+pipe-{number}"
        plant.ledger.mark_done("quarantine", doc.id, version, f"r{number}", at, detail)
    page = client.get("/quarantine").text
    assert page.count(f">{doc.id}<") == 1
    assert "3 pipelines broke on it" in page
    assert [f"pipe-{number}" in page for number in range(3)] == [True] * 3
    assert "reader 2 stopped" in page
    assert "reader 0 stopped" not in page
    value = next(one for one in re.findall(r'name="item" value="([^"]*)"', page) if one.startswith(doc.id))
    assert client.post("/quarantine/dismiss", data={"item": value}).headers["location"].endswith("dismissed")
    assert [one.action for one in plant.ledger.set_aside() if one.advert_id == doc.id] == ["dismiss"] * 3
    assert plant.actions(doc.id)[0][1] == "quarantine dismiss"
    assert [one[1] for one in plant.actions(doc.id)].count("quarantine dismiss") == 1
    assert len(plant.ledger.set_aside()) == len(before) + 3
    # One click, one line: it stands under what was dismissed, once.
    assert client.get("/quarantine").text.count(f">{doc.id}<") == 1


@pytest.mark.parametrize(
    ("number", "status", "words"), [(errno.ENOSPC, 507, "disk is full"), (errno.EACCES, 503, "one of its files")]
)
def test_a_run_that_cannot_be_started_is_said_and_kept(
    plant: Any, monkeypatch: pytest.MonkeyPatch, number: int, status: int, words: str
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(asked.subprocess, "Popen", fails)
    client = plant.client(Role.OPERATOR)
    answer = client.post("/sources/uk-services/rescreen", data={"reason": "look again", "sure": "yes"})
    assert answer.status_code == status
    assert words in answer.text
    assert "Tell an operator" in answer.text
    (one,) = plant.ledger.asked("uk-services", limit=1)
    assert (one.state, one.reason) == ("failed", "look again")
    assert os.strerror(number) in client.get(f"/asked/{one.id}").text
    assert plant.actions("uk-services")[0][:2] == ("operator", "rescreen asked for")
    # Its place is free at once.
    assert plant.ledger.asked(going=True) == []


def test_an_alert_that_did_not_leave_is_sent_again_by_an_operator(plant: Any) -> None:
    target = "https://hooks.example.org/in?token=s3cret"
    failed = plant.given_up({"hook": target})
    client, at = plant.client(Role.OPERATOR), f"/system/deliveries/{failed}/retry"
    page = client.get("/system").text
    assert "Alerts that did not leave" in page
    assert "hooks.example.org" in page
    assert "s3cret" not in page
    assert "Send again" not in plant.client(Role.LEAD).get("/system").text
    assert plant.client(Role.LEAD).post(at).status_code == 403
    answer = client.post(at)
    assert answer.status_code == 303
    assert "next look of the watches" in client.get(answer.headers["location"]).text
    assert client.post(at).status_code == 409
    assert plant.ledger.due_deliveries(plant.clock())[0].id == failed
    assert ("operator", "delivery retried", failed) in plant.actions()
