"""Retention takes adverts out of the index, a legal hold keeps them, and the audit chain has both; on every backend."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flows import steps
from flows.chosen import Wanted, choose
from flows.job import run
from flows.rooms import Rooms, open_rooms
from flows.steps.ageing import Tidied
from strazha.clock import now
from strazha.errors import BadInputError
from strazha.ledger.casework_records import CaseEvent, CaseItem
from strazha.ledger.watch_records import Asked, Watch
from strazha.settings import Settings
from strazha.store.query import Query

PARAMS = ["sqlite", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)]


@pytest.fixture(params=PARAMS)
def rooms(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rooms]:
    own = Settings(home=tmp_path / "home", batch_size=50, store=request.param)
    if request.param == "elasticsearch":
        node = request.getfixturevalue("elasticsearch_node")
        changes = {"elasticsearch_urls": (node.url,), "elasticsearch_prefix": f"a{uuid.uuid4().hex[:10]}"}
        own = own.model_copy(update=changes)
    with open_rooms(own) as opened:
        yield opened


def test_retention_and_legal_hold(rooms: Rooms, site: Any, tmp_path: Path, definitions: Any) -> None:
    files = definitions(site, tmp_path / "definitions")
    sources = choose(rooms.settings, Wanted(definitions=files))
    run(rooms, sources)
    everything = {doc.id for doc in rooms.index.scan_adverts()}
    clusters = {cluster.id: cluster for cluster in rooms.ledger.scan_clusters()}
    kept, *others = sorted(clusters.values(), key=lambda cluster: cluster.id)
    assert others
    assert steps.age(rooms, sources, now() + timedelta(days=29)).done == 0, "30 days are not over"

    with pytest.raises(BadInputError, match="no such cluster"):
        steps.hold(rooms, "unknown", "case 1", "ann", now())
    with pytest.raises(BadInputError, match="needs a reason"):
        steps.hold(rooms, kept.id, " ", "ann", now())
    steps.hold(rooms, kept.id, "case 2026/14", "ann", now())

    later = now() + timedelta(days=31)
    report = steps.age(rooms, sources, later, who="bea")
    assert report.done == len(everything) - len(kept.members)
    assert report.skipped == len(kept.members)
    assert {doc.id for doc in rooms.index.scan_adverts()} == set(kept.members)
    assert [doc.id for doc in rooms.index.scan_clusters()] == [kept.id]
    assert rooms.index.links(kept.id)
    assert not any(rooms.index.links(cluster.id) for cluster in others)
    entries = [(entry.who, entry.action, entry.subject) for entry in rooms.ledger.audit_entries()]
    assert [*reversed(entries)] == [("ann", "hold", kept.id), *(("bea", "retention", source.id) for source in sources)]
    detail = rooms.ledger.audit_entries(limit=1)[0].detail
    assert detail["removed"] > 0
    assert rooms.ledger.verify_audit() is None

    # Indexing anew does not bring them back; ageing again finds nothing new to remove.
    steps.rebuild_index(rooms)
    assert {doc.id for doc in rooms.index.scan_adverts()} == set(kept.members)
    assert [doc.id for doc in rooms.index.scan_clusters()] == [kept.id]
    assert steps.age(rooms, sources, later).done == 0

    # A hold that comes too late still brings its cluster back with the next indexing.
    steps.hold(rooms, others[0].id, "case 2026/15", "ann", now())
    steps.fill_index(rooms)
    rooms.index.refresh()
    assert {doc.id for doc in rooms.index.scan_adverts()} == {*kept.members, *others[0].members}
    steps.lift(rooms, kept.id, "ann", now())
    with pytest.raises(BadInputError, match="no hold"):
        steps.lift(rooms, kept.id, "ann", now())
    assert steps.age(rooms, sources, later).done == len(kept.members)
    assert {doc.id for doc in rooms.index.scan_adverts()} == set(others[0].members)

    # An advert that its site shows again comes back by itself.
    assert rooms.ledger.aged([kept.members[0]])
    run(rooms, sources)
    shown = {doc.id for doc in rooms.index.scan_adverts()}
    assert shown == everything or shown == set(others[0].members), "seen again only if the clock has passed the ageing"


def test_the_commands_of_holds(site: Any, tmp_path: Path, definitions: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from cli.index_ import command
    from strazha.settings import settings

    own = settings()
    with open_rooms(own) as rooms:
        run(rooms, choose(own, Wanted(definitions=definitions(site, tmp_path / "definitions"))))
        cluster = next(iter(rooms.ledger.scan_clusters()))

        _tidies(rooms, cluster.id, cluster.members[0])

    def call(*arguments: str) -> str:
        return CliRunner().invoke(command, list(arguments), catch_exceptions=False).output

    assert f"held: {cluster.id}" in call("hold", cluster.id, "--reason", "case 7")
    assert "case 7" in call("holds")
    assert "removed from the index: 0 adverts" in call("age")
    assert "forgotten in the ledger: 0 logs of runs, 0 alerts, 0 deliveries" in call("age")
    assert "lifted" in call("lift", cluster.id)
    assert call("holds") == ""
    for verb in ("build", "switch", "rollback", "drop-old", "replay"):
        with pytest.raises(BadInputError, match="no generations"):
            call(verb)
    assert "sqlite" in call("status")


def _tidies(rooms: Rooms, cluster: str, advert: str) -> None:
    """Logs and alerts of what lies in an open case or under a hold stay, however old."""
    ledger, at, late = rooms.ledger, now(), now() + timedelta(days=800)
    (run_id,) = ledger.runs_that_captured([advert])
    ledger.log_line(run_id, "info", "one more line", at)
    asked = (Asked(kinds=("cluster",), query=Query(text="x")),)
    one = Watch(id="w", owner="ann", name="w", kind="search", source="q=x", created_at=at, asked=asked)
    alert = ledger.record_look(ledger.add_watch(one), {("cluster", cluster): "m"}, at, targets={"mail": "a@example.org"})
    assert alert is not None
    (sent,) = ledger.due_deliveries(now())
    ledger.claim_delivery(sent, at)
    ledger.delivered(sent.id, at)
    case = ledger.open_case("Lime", "", "ann", at)
    ledger.put_in_case(case.id, CaseItem(subject="advert", subject_id=advert, added_by="ann", added_at=at, reason="why"))
    assert steps.tidy(rooms, late) == Tidied(0, 0, 0)
    ledger.note_case(case.id, CaseEvent(action="closed", reason="over", done_by="ann", at=at))
    steps.hold(rooms, cluster, "case 9", "ann", at)
    assert steps.tidy(rooms, late) == Tidied(0, 0, 0)
    steps.lift(rooms, cluster, "ann", at)
    forever = {"keep_run_logs": 0, "keep_alerts": 0, "keep_deliveries": 0}
    assert steps.tidy(replace(rooms, settings=rooms.settings.model_copy(update=forever)), late) == Tidied(0, 0, 0)
    assert steps.tidy(rooms, late, who="bea") == Tidied(1, 1, 1)
    assert ledger.run_lines(run_id) == []
    entry = ledger.audit_entries(limit=1)[0]
    assert (entry.who, entry.action, entry.detail) == ("bea", "retention", {"run logs": 1, "alerts": 1, "deliveries": 1})
