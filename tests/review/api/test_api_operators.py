"""Operators' work through the API: what it tells, refuses, covers and logs is what the pages do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flows import asked
from flows.holding import hold_sources
from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope
from strazha.settings import Settings
from tests.review.api.test_api import V1, problem
from tools.invented_runs import fill_runs, set_aside, write_definitions


@pytest.fixture
def plant(house: Any) -> Any:
    """A house with two weeks of runs behind it."""
    house.settings = Settings(home=house.settings.home, sources=(write_definitions(house.settings.home / "sources"),))
    fill_runs(house.ledger, house.clock())
    set_aside(house.ledger, list(house.filled.adverts.values())[:2], house.clock() - timedelta(hours=3))
    return house


def test_an_emptied_field_is_seen_and_its_alarm_noted(plant: Any, api: Any) -> None:
    operator, auditor = api(Role.OPERATOR), api(Role.AUDITOR)
    first = operator.get(f"{V1}/sources").json()[0]
    assert first["alarms"] >= 1
    assert {one["basis"] for one in operator.get(f"{V1}/sources").json()} == {"in force", "expiring", "expired"}
    (alarm,) = [one for one in operator.get(f"{V1}/alarms").json()["open"] if one["kind"] == "field_empty"]
    assert alarm["sentence"].startswith("The field price has gone empty")
    told = operator.get(f"{V1}/sources/{alarm['source']}").json()
    (price,) = [one for one in told["fields"]["fields"] if one["field"] == "price"]
    assert (price["state"], price["now"]["adverts"], price["now"]["share"]) == ("empty", 0, 0.0)
    assert price["before"]["share"] > 0.5
    assert (told["due"], told["alarms_now"][0]["key"]) == (None, alarm["key"])
    assert operator.get(f"{V1}/sources/{alarm['source']}", params={"due": "true"}).json()["due"] is not None
    problem(auditor.post(f"{V1}/alarms/note", json={"alarm": alarm["key"]}), 403)
    problem(operator.post(f"{V1}/alarms/note", json={"alarm": "field_empty:nothing"}), 409)
    assert operator.post(f"{V1}/alarms/note", json={"alarm": alarm["key"], "reason": "known"}).status_code == 204
    again = operator.get(f"{V1}/alarms", headers={"Accept-Language": "bg"}).json()
    assert [(one["key"], one["noted_by"], one["note"]) for one in again["noted"]] == [(alarm["key"], "operator", "known")]
    assert "Полето price" in again["noted"][0]["sentence"]
    entry = next(one for one in plant.ledger.audit_entries(20) if one.action == "alarm noted")
    assert (entry.who, entry.detail["token"]) == ("operator", "operator-full")


def test_a_source_is_paused_with_a_reason_and_resumed(plant: Any, api: Any) -> None:
    operator, path = api(Role.OPERATOR), f"{V1}/sources/uk-services"
    for wrong in ({}, {"reason": ""}, {"reason": "  "}):
        problem(operator.post(f"{path}/pause", json=wrong), 422)
    problem(operator.post(f"{V1}/sources/nowhere/pause", json={"reason": "x"}), 404)
    problem(api(Role.LEAD).post(f"{path}/pause", json={"reason": "x"}), 403)
    problem(api(Role.OPERATOR, TokenScope.READ).post(f"{path}/pause", json={"reason": "x"}), 403)
    assert operator.post(f"{path}/pause", json={"reason": "site is rebuilt"}).status_code == 204
    told = operator.get(path).json()
    assert (told["paused"], told["next_run"], told["switches"][0]["reason"]) == (True, None, "site is rebuilt")
    assert operator.post(f"{path}/resume", json={}).status_code == 204
    assert operator.get(path).json()["paused"] is False
    assert [one for one in plant.actions("uk-services") if "source " in one[1]] == [
        ("operator", "source resumed", "uk-services"), ("operator", "source paused", "uk-services"),
    ]  # fmt: skip


def test_runs_are_asked_for_once_and_told(plant: Any, api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    operator, path = api(Role.OPERATOR), f"{V1}/sources/uk-services"
    problem(operator.post(f"{path}/rescreen", json={"reason": "new catalogue"}), 422)
    assert "legal basis" in problem(operator.post(f"{V1}/sources/eu-jobs/run", json={}), 409)["detail"]
    assert operator.get(f"{V1}/sources/eu-jobs").json()["hindrance"] == "basis"
    with hold_sources(plant.settings, ["uk-services"]):
        assert problem(operator.post(f"{path}/run", json={}), 409)["detail"] == "a run is at work on it"
    assert plant.ledger.asked() == []
    # What the process itself does is driven in tests/review/operate: here it is one that ends at once.
    monkeypatch.setattr(asked.sys, "executable", "true")
    begun = operator.post(f"{path}/run", json={"reason": "layout mended"})
    assert (begun.status_code, begun.json()["state"], begun.json()["reason"]) == (202, "asked", "layout mended")
    told = operator.get(f"{V1}/asked/{begun.json()['id']}").json()
    assert (told["source"], told["asked_by"], told["kind"], told["state"]) == ("uk-services", "operator", "run", "failed")
    assert told["problem"].startswith("its process is gone")
    assert [one["id"] for one in operator.get(path).json()["asked"]] == [told["id"]]
    problem(operator.get(f"{V1}/asked/{'0' * 16}"), 404)


def test_logs_and_quarantine_are_covered_and_spoken_of(plant: Any, api: Any) -> None:
    operator = api(Role.OPERATOR)
    newest = plant.ledger.crawl_lines("eu-jobs", 1)[0].run_id
    plant.ledger.log_line(newest, "warning", "seen near +359 888 001 002", plant.clock())
    log = operator.get(f"{V1}/runs/{newest}/log")
    assert "888 001" not in log.text
    assert (log.json()["lines"][-1]["level"], log.json()["errors"][0]["source"]) == ("warning", "eu-jobs")
    problem(operator.get(f"{V1}/runs/nowhere/log"), 404)
    held = operator.get(f"{V1}/quarantine")
    assert "0888 001" not in held.text
    one, other = ({"advert": aside["advert"], "version": aside["version"]} for aside in held.json()["waiting"])
    gone = {"advert": "nothing", "version": "at all"}
    assert operator.post(f"{V1}/quarantine/dismiss", json={"items": [one, gone]}).json() == {"items": 1, "started": False}
    problem(operator.post(f"{V1}/quarantine/retry", json={"items": []}), 422)
    plant.settings = plant.settings.model_copy(update={"run_here": False})
    operator = api(Role.OPERATOR)
    retried = operator.post(f"{V1}/quarantine/retry", json={"items": [other]})
    assert retried.json() == {"items": 1, "started": False}
    left = operator.get(f"{V1}/quarantine").json()
    assert ([aside["advert"] for aside in left["dismissed"]], left["waiting"]) == ([one["advert"]], [])
    problem(operator.post(f"{V1}/quarantine/replay"), 409)
    told = operator.get(f"{V1}/system").json()
    assert (told["adverts"], told["in_quarantine"]) == (len(plant.filled.adverts), 0)
    assert {one["name"] for one in told["versions"]} >= {"Strazha", "Python", "ledger"}
    assert {("operator", "system read", "system"), ("operator", "quarantine read", "quarantine")} <= set(plant.actions())
