"""``strazha clusters``: people's word is kept, put into effect, respected by later runs and a rebuild, and explained."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import app
from flows.rooms import Rooms, open_rooms
from strazha.errors import BadInputError
from strazha.model import Cluster
from strazha.settings import settings

FARM = (
    "Farm work abroad, no experience and no language needed, we buy your ticket and you repay it from your first wages. {} {}"
)
HOTEL = "Our hotel by the sea takes on chambermaids for the summer, wages paid weekly, uniform and room are given. {} {}"
ROWS = [
    {"id": "f1", "title": "Pickers wanted", "body": FARM.format("Ask for Ann.", "07700 900101")},
    {"id": "f2", "title": "Pickers wanted now", "body": FARM.format("Ask for Bea.", "07700 900101")},
    {"id": "f3", "title": "Pickers", "body": FARM.format("Ask for Cleo.", "07700 900102")},
    {"id": "h1", "title": "Chambermaids", "body": HOTEL.format("Ask for Dora.", "07700 900103")},
    {"id": "h2", "title": "Chambermaids wanted", "body": HOTEL.format("Ask for Eve.", "07700 900103")},
    {"id": "s1", "title": "Oak table", "body": "Solid oak, six chairs, seen by appointment near the park. 07700 900104"},
]
MORE = [{"id": "f4", "title": "Pickers again", "body": FARM.format("Ask for Fay.", "07700 900101")}]


def strazha(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(part) for part in arguments], catch_exceptions=False)


def take_in(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = strazha("import", path, "--source", "partner", "--basis", "Order 1/2026, invented")
    assert done.exit_code == 0, done.output


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    take_in(tmp_path / "in.jsonl", ROWS)
    with open_rooms(settings()) as held:
        yield held


def ids(rooms: Rooms) -> dict[str, str]:
    return {rooms.index.adverts([state.advert_id])[0].advert.key: state.advert_id for state in rooms.ledger.scan_adverts()}


def grouped(rooms: Rooms) -> list[set[str]]:
    key = {one: name for name, one in ids(rooms).items()}
    held: list[Cluster] = list(rooms.ledger.scan_clusters())
    shown = {doc.id: set(doc.cluster.members) for doc in rooms.index.scan_clusters()}
    assert shown == {cluster.id: set(cluster.members) for cluster in held}
    return sorted(({key[one] for one in cluster.members} for cluster in held), key=sorted)


def test_each_word_is_kept_and_holds_through_runs_and_a_rebuild(rooms: Rooms, tmp_path: Path) -> None:
    known = ids(rooms)
    assert grouped(rooms) == [{"f1", "f2", "f3"}, {"h1", "h2"}]
    farm, hotel = (rooms.ledger.clusters_of([known[one]])[known[one]] for one in ("f1", "h1"))

    assert strazha("clusters", "split", farm, known["f3"], "--by", "ana", "--reason", "other people").exit_code == 0
    assert grouped(rooms) == [{"f1", "f2"}, {"h1", "h2"}]
    assert strazha("clusters", "merge", hotel, known["s1"], "--by", "ana").exit_code == 0
    assert grouped(rooms) == [{"f1", "f2"}, {"h1", "h2", "s1"}]
    assert strazha("clusters", "cut", known["h1"], known["h2"], "--by", "boris").exit_code == 0
    expected = [{"f1", "f2"}, {"h1", "h2", "s1"}]
    assert grouped(rooms) in (expected, [{"f1", "f2"}, {"h1", "s1"}, {"h2"}], [{"f1", "f2"}, {"h1", "s1"}])
    assert strazha("clusters", "undo", known["h1"], known["h2"]).exit_code == 0

    take_in(tmp_path / "more.jsonl", [*ROWS, *MORE])
    after = grouped(rooms)
    assert not any({"f1", "f3"} <= members or {"f2", "f3"} <= members for members in after)
    assert any({"h1", "s1"} <= members for members in after)

    assert strazha("clusters", "rebuild").exit_code == 0
    assert grouped(rooms) == after
    actions = [(entry.who, entry.action) for entry in rooms.ledger.audit_entries()]
    assert {("ana", "cluster split"), ("ana", "clusters merged"), ("boris", "link cut")} <= set(actions)
    assert rooms.ledger.verify_audit() is None
    told = strazha("clusters", "history", farm).output
    assert "formed" in told
    assert "other people" in told


def test_explain_says_why_and_why_not(rooms: Rooms) -> None:
    known = ids(rooms)
    start = time.perf_counter()
    together = strazha("clusters", "explain", known["f1"], known["f2"]).output
    assert time.perf_counter() - start < 1.0
    assert "They are in one cluster" in together
    assert "+447700900101" in together
    apart = strazha("clusters", "explain", known["f1"], known["h1"]).output
    assert "They are in no common cluster" in apart
    assert "They share no contact." in apart
    assert "Their wording is not alike" in apart
    strazha("clusters", "never", known["f1"], known["f3"], "--by", "ana")
    told = strazha("clusters", "explain", known["f1"], known["f3"]).output
    assert "ana said of this pair" in told
    found = json.loads(strazha("clusters", "explain", known["f3"], known["f2"], "--json").output)
    assert {line["comparison"] for line in found["comparisons"]} >= {"contact", "text", "image"}
    with pytest.raises(BadInputError, match="no such screened advert"):
        strazha("clusters", "explain", known["f1"], "nobody")


def test_a_ruling_on_an_identifier_takes_effect_and_can_be_taken_back(rooms: Rooms) -> None:
    phone = "phone:+447700900101"
    for word, expected in (("yes", True), ("no", False)):
        assert strazha("clusters", "hub", phone, word, "--by", "ana").exit_code == 0
        assert rooms.ledger.ruled_identifiers() == {phone: expected}
    # A desk's number that strangers use: the text still holds f1, f2 and f3 together, the number alone joins nobody.
    strazha("clusters", "hub", phone, "yes", "--by", "ana")
    known = ids(rooms)
    told = json.loads(strazha("clusters", "explain", known["f1"], known["f2"], "--json").output)
    contact = next(line for line in told["comparisons"] if line["comparison"] == "contact")
    assert contact["score"] == 0.0
    assert "an analyst ruled" in contact["text"]
    assert "RULED: a hub" in strazha("clusters", "hubs").output
    strazha("clusters", "hub", phone, "undo", "--by", "ana")
    assert rooms.ledger.ruled_identifiers() == {}
    assert [one.is_hub for one in rooms.ledger.identifier_rulings(phone)] == [True, False, True, None]


def test_show_and_list_tell_a_clusters_facts(rooms: Rooms) -> None:
    known = ids(rooms)
    farm = rooms.ledger.clusters_of([known["f1"]])[known["f1"]]
    assert farm in strazha("clusters", "list").output
    shown = strazha("clusters", "show", farm).output
    assert "+447700900101 (2)" in shown
    assert "adverts in the busiest week" in shown
    facts: dict[str, Any] = json.loads(strazha("clusters", "show", farm, "--json").output)["facts"]
    assert facts["adverts"] == 3
    assert facts["platforms"] == [["partner", 3]]


def test_what_cannot_be_said_is_refused_with_a_remedy(rooms: Rooms) -> None:
    known = ids(rooms)
    farm = rooms.ledger.clusters_of([known["f1"]])[known["f1"]]
    for arguments, message in (
        (("confirm", known["f1"], "nobody"), "no such advert"),
        (("confirm", known["f1"], known["f1"]), "linked to itself"),
        (("split", "none", known["f1"]), "no such cluster"),
        (("split", farm, known["h1"]), "not in the cluster"),
        (("split", farm, known["f1"], known["f2"], known["f3"]), "nothing would be left"),
        (("merge", farm), "two clusters or adverts at least"),
        (("hub", "nonsense", "yes"), "no identifier"),
        (("show", "none"), "no such cluster"),
    ):
        with pytest.raises(BadInputError, match=message):
            strazha("clusters", *arguments)
