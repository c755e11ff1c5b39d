"""Runs, steps, links and clusters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from strazha.errors import BadInputError
from strazha.ledger import Ledger
from strazha.model import Cluster, CrawlReport, Judgement, Link, LinkReason, RunReport

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def test_a_run_starts_once_and_can_be_taken_up_again(ledger: Ledger) -> None:
    first = ledger.start_run("r1", ["b", "a"], NOW)
    assert first == RunReport(run_id="r1", state="running", started_at=NOW, sources=("b", "a"))
    assert ledger.start_run("r1", ["b", "a"], LATER) == first
    assert ledger.open_run(["a", "b"]) == first
    assert ledger.open_run(["a"]) is None
    stopped = first.model_copy(update={"state": "interrupted"})
    ledger.save_run(stopped)
    assert ledger.open_run(["a", "b"]) == stopped
    done = first.model_copy(update={"state": "completed", "finished_at": LATER, "errors": ("nul \0",)})
    ledger.save_run(done)
    assert ledger.open_run(["a", "b"]) is None
    assert ledger.run("r1") == done
    assert ledger.run("r9") is None


def test_only_the_newest_run_is_taken_up(ledger: Ledger) -> None:
    ledger.start_run("r1", ["a"], NOW)
    newer = ledger.start_run("r2", ["a"], LATER)
    assert [run.run_id for run in ledger.runs()] == ["r2", "r1"]
    assert [run.run_id for run in ledger.runs(limit=1)] == ["r2"]
    ledger.save_run(newer.model_copy(update={"state": "failed"}))
    assert ledger.open_run(["a"]) is None


def test_crawl_reports(ledger: Ledger) -> None:
    one = CrawlReport(source_id="a", run_id="r1", state="running", started_at=NOW)
    done = one.model_copy(update={"state": "completed", "pages": 7})
    other = CrawlReport(source_id="b", run_id="r2", state="failed", started_at=LATER)
    for report in (one, other, done):
        ledger.save_crawl(report)
    assert ledger.crawl("r1", "a") == done
    assert ledger.crawl("r1", "b") is None
    assert ledger.crawls() == [other, done]
    assert ledger.crawls("a") == [done]


def test_steps_are_done_once(ledger: Ledger) -> None:
    assert not ledger.is_done("screen", "u1", "v1")
    ledger.mark_done("screen", "u1", "v1", "r1", NOW, {"file": "f"})
    ledger.mark_done("screen", "u1", "v1", "r2", LATER, {"file": "g"})
    assert ledger.is_done("screen", "u1", "v1")
    assert ledger.step_detail("screen", "u1", "v1") == {"file": "f"}
    assert not ledger.is_done("screen", "u1", "v2")
    assert not ledger.is_done("link", "u1", "v1")
    ledger.mark_done("link", "u1", "v1", "r1", NOW)
    assert ledger.step_detail("link", "u1", "v1") == {}


def link(a: str, b: str, score: float = 0.5) -> Link:
    return Link(a=a, b=b, score=score, reasons=(LinkReason(comparison="phone", score=score, text="the same number"),))


def test_links_are_renewed_and_judgements_stay(ledger: Ledger) -> None:
    ledger.put_links([link("a", "b"), link("b", "c"), link("x", "y")])
    judged = ledger.judge_link("b", "a", Judgement.CUT, "ana", NOW)
    assert (judged.a, judged.b, judged.judgement, judged.judged_by, judged.judged_at) == ("a", "b", "cut", "ana", NOW)
    ledger.put_links([link("a", "b", 0.9), link("a", "b", 0.9)])
    assert [(item.id, item.score, item.judgement) for item in ledger.links_of(["b"])] == [
        ("a~b", 0.9, "cut"),
        ("b~c", 0.5, "none"),
    ]
    assert ledger.links_of(["b"])[0].reasons == link("a", "b", 0.9).reasons
    ledger.judge_link("a", "b", Judgement.CONFIRMED, "bob", LATER)
    ledger.judge_link("a", "b", Judgement.CONFIRMED, "bob", LATER)
    assert ledger.judgements("b", "a") == [(Judgement.CUT, "ana", NOW), (Judgement.CONFIRMED, "bob", LATER)]
    assert ledger.links_of(["a", "c", "nothing"])[0].judgement is Judgement.CONFIRMED
    assert ledger.links_of([]) == []


def test_a_person_may_join_what_the_machine_never_linked(ledger: Ledger) -> None:
    made = ledger.judge_link("p", "q", Judgement.CONFIRMED, "ana", NOW)
    assert (made.score, made.reasons) == (0.0, ())
    with pytest.raises(BadInputError):
        ledger.judge_link("p", "p", Judgement.CONFIRMED, "ana", NOW)


def cluster(key: str, *members: str) -> Cluster:
    return Cluster(id=key, members=members, score=len(members))


def test_clusters_grow_merge_and_split(ledger: Ledger) -> None:
    ledger.put_clusters([cluster("c1", "a", "b"), cluster("c2", "x", "y")])
    assert ledger.clusters_of(["a", "b", "x", "z"]) == {"a": "c1", "b": "c1", "x": "c2"}
    for _ in range(2):
        ledger.put_clusters([cluster("c1", "a", "b", "x", "y")])
        ledger.retire_clusters({"c2": ["c1"]}, NOW)
    assert ledger.cluster("c2") == cluster("c1", "a", "b", "x", "y")
    assert ledger.clusters_of(["x", "y"]) == {"x": "c1", "y": "c1"}
    assert [item.id for item in ledger.scan_clusters()] == ["c1"]
    for _ in range(2):
        ledger.change_clusters([cluster("c3", "a", "b"), cluster("c4", "x", "y")], {"c1": ["c3", "c4"]}, LATER)
    assert ledger.cluster("c2") == cluster("c3", "a", "b")
    assert ledger.clusters_of(["a", "x"]) == {"a": "c3", "x": "c4"}
    assert [item.id for item in ledger.scan_clusters()] == ["c3", "c4"]
    assert ledger.cluster("unknown") is None


def test_members_swap_clusters_in_any_order(ledger: Ledger) -> None:
    ledger.put_clusters([cluster("c1", "a", "b"), cluster("c2", "x", "y")])
    ledger.put_clusters([cluster("c1", "a", "x"), cluster("c2", "b", "y")])
    assert ledger.clusters_of("abxy") == {"a": "c1", "x": "c1", "b": "c2", "y": "c2"}
    ledger.put_clusters([cluster("c1", "a")])
    assert ledger.clusters_of("ax") == {"a": "c1"}


def test_a_retired_cluster_may_come_back_and_circles_end(ledger: Ledger) -> None:
    ledger.put_clusters([cluster("c1", "a", "b")])
    ledger.retire_clusters({"c1": []}, NOW)
    assert ledger.cluster("c1") is None
    ledger.put_clusters([cluster("c1", "a", "b")])
    assert ledger.cluster("c1") == cluster("c1", "a", "b")
    ledger.retire_clusters({"c1": ["c2"], "c2": ["c1"]}, NOW)
    assert ledger.cluster("c1") is None


def test_many_clusters_are_scanned_in_order(ledger: Ledger) -> None:
    ledger.put_clusters(cluster(f"c{n:05}", f"a{n}", f"b{n}") for n in range(2300))
    ids = [item.id for item in ledger.scan_clusters()]
    assert ids == [f"c{n:05}" for n in range(2300)]
    assert len(ledger.clusters_of(f"a{n}" for n in range(2300))) == 2300
