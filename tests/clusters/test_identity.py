from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from clusters.identity import ClusterChanges, assign
from strazha.model import Cluster

AT = datetime(2026, 3, 1, tzinfo=UTC)


def run(groups: Sequence[Sequence[str]], existing: Sequence[Cluster] = (), day: int = 0) -> ClusterChanges:
    return assign(groups, existing, at=AT + timedelta(days=day), run_id=f"run{day}")


def test_a_group_of_two_becomes_a_cluster_and_one_advert_none() -> None:
    changes = run([["b", "a"], ["c"]])
    assert [cluster.members for cluster in changes.put] == [("a", "b")]
    assert changes.put[0].history[0].kind == "formed"
    assert changes.put[0].id == run([["c", "d"], ["a", "b"]], day=5).put[0].id
    assert changes.retired == {}


def test_repeating_a_run_changes_nothing() -> None:
    first = run([["a", "b"], ["c", "d", "e"]])
    again = run([["e", "d", "c"], ["a", "b"]], first.put, day=1)
    assert again == ClusterChanges([], {})


def test_a_cluster_keeps_its_id_while_it_grows_and_its_evidence_stays() -> None:
    old = run([["b", "c"]]).put[0].model_copy(update={"score": 40})
    grown = run([["a", "b", "c"]], [old], day=1).put[0]
    assert (grown.id, grown.score) == (old.id, 40)
    assert [event.kind for event in grown.history] == ["formed", "grew"]
    assert grown.history[1].text == "1 advert came in."


def test_the_younger_retires_into_the_older() -> None:
    old = run([["x", "y"]]).put[0]
    young = run([["a", "b", "c"]], day=1).put[0]
    changes = run([["a", "b", "c", "x", "y"]], [young, old], day=2)
    assert [cluster.id for cluster in changes.put] == [old.id]
    assert changes.put[0].history[-1].kind == "merged"
    assert changes.put[0].history[-1].others == (young.id,)
    assert changes.retired == {young.id: (old.id,)}


def test_the_biggest_part_keeps_the_id_and_the_split_is_in_both_histories() -> None:
    old = run([["a", "b", "c", "d", "e"]]).put[0]
    changes = run([["a", "b"], ["c", "d", "e"]], [old], day=1)
    kept = next(cluster for cluster in changes.put if cluster.id == old.id)
    other = next(cluster for cluster in changes.put if cluster.id != old.id)
    assert kept.members == ("c", "d", "e")
    assert (kept.history[-1].kind, kept.history[-1].others) == ("split", (other.id,))
    assert (other.history[0].kind, other.history[0].others) == ("split", (old.id,))
    assert changes.retired == {}


def test_a_part_that_goes_over_does_not_take_its_old_name_along() -> None:
    old = run([[f"a{number}" for number in range(10)]]).put[0]
    young = run([[f"b{number}" for number in range(4)]], day=1).put[0]
    parts = [[f"a{number}" for number in range(6)] + list(young.members), [f"a{number}" for number in range(6, 10)]]
    changes = run(parts, [old, young], day=2)
    by_id = {cluster.id: cluster for cluster in changes.put}
    assert set(by_id) == {old.id, young.id}
    assert len(by_id[young.id].members) == 10
    assert len(by_id[old.id].members) == 4


def test_a_cluster_that_falls_apart_retires_into_nothing() -> None:
    old = run([["a", "b"]]).put[0]
    assert run([["a"], ["b"]], [old], day=1) == ClusterChanges([], {old.id: ()})


def test_members_that_are_gone_leave_a_line() -> None:
    old = run([["a", "b", "c"]]).put[0]
    changed = run([["a", "b"], ["c"]], [old], day=1).put[0]
    assert (changed.id, changed.history[-1].kind, changed.history[-1].text) == (old.id, "shrank", "1 advert left.")


def test_ids_of_parts_are_new_each_time_they_split_off() -> None:
    old = run([["a", "b", "c", "d", "e"]]).put[0]
    apart = run([["a", "b"], ["c", "d", "e"]], [old], day=1)
    part = next(cluster for cluster in apart.put if cluster.id != old.id)
    together = run([["a", "b", "c", "d", "e"]], apart.put, day=2)
    assert together.retired == {part.id: (old.id,)}
    again = run([["a", "b"], ["c", "d", "e"]], together.put, day=3)
    assert part.id not in {cluster.id for cluster in again.put}
