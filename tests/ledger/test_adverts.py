"""Taking in crawls: new, changed, the same, gone; over and over, in any order, killed anywhere."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from strazha.ledger import AdvertVersion, Ledger, ScreeningRef, SeenAdvert, TakeIn, open_ledger
from strazha.ledger.database import CHUNK
from strazha.model import Band

START = datetime(2026, 11, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def seen(key: int, content: int = 0, at: datetime = START, file: str = "f") -> SeenAdvert:
    return SeenAdvert(
        advert_id=f"a{key:05}", content_hash=f"{content:064x}", url=f"https://example.com/{key}", captured_at=at, file=file,
        offset=key, length=10,
    )  # fmt: skip


def content(ledger: Ledger) -> tuple[object, ...]:
    states = list(ledger.scan_adverts())
    return states, [ledger.versions(state.advert_id) for state in states]


def test_new_changed_same_gone_and_back(ledger: Ledger) -> None:
    assert ledger.take_in("s", "r1", [seen(1), seen(2), seen(3)], complete=True, at=day(0)) == TakeIn(new=3)
    second = [seen(1, at=day(1)), seen(2, 7, day(1)), seen(4, at=day(1))]
    assert ledger.take_in("s", "r2", second, complete=True, at=day(1)) == TakeIn(new=1, changed=1, same=1, gone=1)
    state = ledger.advert_state("a00001")
    assert state is not None
    assert (state.first_seen, state.last_seen, state.versions) == (day(0), day(1), 1)
    gone = ledger.advert_state("a00003")
    assert gone is not None
    assert gone.gone_since == day(1)
    changed = ledger.advert_state("a00002")
    assert changed is not None
    assert (changed.versions, changed.content_hash, changed.landing_offset) == (2, f"{7:064x}", 2)
    third = [seen(key, 7 if key == 2 else 0, day(2)) for key in (1, 2, 3, 4)]
    assert ledger.take_in("s", "r3", third, complete=True, at=day(2)) == TakeIn(same=4)
    back = ledger.advert_state("a00003")
    assert back is not None
    assert (back.gone_since, back.first_seen, back.last_seen) == (None, day(0), day(2))


def test_versions_keep_the_way_back_to_old_content(ledger: Ledger) -> None:
    for number, value in enumerate((1, 2, 1)):
        ledger.take_in("s", f"r{number}", [seen(1, value, day(number), f"f{number}")], complete=True, at=day(number))
    versions = ledger.versions("a00001")
    assert [(v.number, v.content_hash[-1], v.file, v.run_id) for v in versions] == [
        (1, "1", "f0", "r0"), (2, "2", "f1", "r1"), (3, "1", "f2", "r2"),
    ]  # fmt: skip
    assert isinstance(versions[0], AdvertVersion)
    assert ledger.versions("unknown") == []


def test_repeating_a_call_changes_nothing_also_after_later_runs(ledger: Ledger) -> None:
    first = [seen(key) for key in range(5)]
    second = [seen(key, key % 2, day(1)) for key in range(3, 8)]
    one = ledger.take_in("s", "r1", first, complete=True, at=day(0.5))
    two = ledger.take_in("s", "r2", second, complete=True, at=day(1.5))
    before = content(ledger)
    for _ in range(2):
        assert ledger.take_in("s", "r1", first, complete=True, at=day(0.5)) == one == TakeIn(new=5)
        assert ledger.take_in("s", "r2", second, complete=True, at=day(1.5)) == two == TakeIn(new=3, changed=1, same=1, gone=3)
    assert content(ledger) == before


def test_an_incomplete_crawl_calls_nothing_gone(ledger: Ledger) -> None:
    ledger.take_in("s", "r1", [seen(1), seen(2)], complete=True, at=day(0))
    assert ledger.take_in("s", "r2", [seen(1, at=day(1))], complete=False, at=day(1)) == TakeIn(same=1)
    assert all(state.gone_since is None for state in ledger.scan_adverts())
    # The same run, finished after all.
    assert ledger.take_in("s", "r2", [seen(1, at=day(1))], complete=True, at=day(1)) == TakeIn(same=1, gone=1)
    # And found after it had been called gone.
    late = [seen(2, at=day(0.9))]
    assert ledger.take_in("s", "r2", late, complete=False, at=day(1)) == TakeIn(same=2)


def test_adverts_of_other_sources_are_left_alone(ledger: Ledger) -> None:
    ledger.take_in("s", "r1", [seen(1)], complete=True, at=day(0))
    ledger.take_in("t", "r1", [seen(2)], complete=True, at=day(0))
    assert ledger.take_in("t", "r2", [], complete=True, at=day(1)) == TakeIn(gone=1)
    assert [state.advert_id for state in ledger.scan_adverts("s")] == ["a00001"]
    assert [state.gone_since for state in ledger.scan_adverts("s")] == [None]


def test_unread_pages_are_neither_seen_nor_gone(ledger: Ledger) -> None:
    ledger.take_in("s", "r1", [seen(1), seen(2)], complete=True, at=day(0))
    taken = ledger.take_in("s", "r2", [], complete=True, at=day(1), unread=["a00001", "unknown"])
    assert taken == TakeIn(gone=1)
    assert [state.gone_since for state in ledger.scan_adverts()] == [None, day(1)]


def test_one_advert_several_times_in_one_run(ledger: Ledger) -> None:
    twice = [seen(1, 1, day(0)), seen(1, 2, day(0.1)), seen(2)]
    assert ledger.take_in("s", "r1", twice, complete=True, at=day(1)) == TakeIn(new=2)
    assert len(ledger.versions("a00001")) == 1
    # In a second part of the same run (an attempt that went on): a version more, still new.
    assert ledger.take_in("s", "r1", [seen(1, 3, day(0.2))], complete=True, at=day(1)) == TakeIn(new=2)
    assert ledger.take_in("s", "r1", twice, complete=True, at=day(1)) == TakeIn(new=2)
    assert [v.content_hash[-1] for v in ledger.versions("a00001")] == ["2", "3"]


def test_an_old_capture_adds_a_version_but_is_not_the_newest(ledger: Ledger) -> None:
    ledger.take_in("s", "r1", [seen(1, 5, day(3))], complete=True, at=day(3))
    assert ledger.take_in("s", "import", [seen(1, 4, day(1))], complete=False, at=day(4)) == TakeIn(changed=1)
    state = ledger.advert_state("a00001")
    assert state is not None
    assert (state.content_hash[-1], state.first_seen, state.last_seen, state.versions) == ("5", day(1), day(3), 2)
    assert [v.content_hash[-1] for v in ledger.versions("a00001")] == ["4", "5"]


@pytest.mark.parametrize("seed", range(6))
def test_stopped_anywhere_and_run_again_ends_the_same(url: str, seed: int) -> None:
    rng = random.Random(seed)
    count = 3 * CHUNK // 2
    first = [seen(key) for key in range(count)]
    second = [seen(key, key % 3, day(1)) for key in range(200, count + 100)]

    class StoppedError(Exception):
        pass

    def stopping(items: list[SeenAdvert], after: int) -> Iterable[SeenAdvert]:
        for number, item in enumerate(items):
            if number == after:
                raise StoppedError
            yield item

    with open_ledger(url) as ledger:
        for run, (items, at) in enumerate([(first, day(0.5)), (second, day(1.5))]):
            with pytest.raises(StoppedError):
                ledger.take_in("s", f"r{run}", stopping(items, rng.randrange(count)), complete=True, at=at)
            counts = ledger.take_in("s", f"r{run}", items, complete=True, at=at)
        assert counts == TakeIn(new=100, changed=867, same=433, gone=200)
        states = list(ledger.scan_adverts())
        assert len(states) == count + 100
        assert [state.advert_id for state in states] == sorted(state.advert_id for state in states)
        assert sum(state.gone_since is not None for state in states) == 200
        assert {state.versions for state in states} == {1, 2}
        assert ledger.run_adverts("r1", "s", ["new"]) == [f"a{key:05}" for key in range(count, count + 100)]


def ref(key: int, content_number: int = 0, pipeline: str = "p1", run: str = "r1", **more: object) -> ScreeningRef:
    plain: dict[str, object] = {
        "advert_id": f"a{key:05}", "content_hash": f"{content_number:064x}", "pipeline": pipeline, "file": f"screened/{run}",
        "offset": 0, "length": 5, "band": "high", "score": 50, "run_id": run,
    }  # fmt: skip
    return ScreeningRef.model_validate(plain | more)


def test_due_are_newest_versions_without_a_screening_of_the_pipeline(ledger: Ledger) -> None:
    ledger.take_in("s", "r1", [seen(key) for key in range(4)], complete=True, at=day(0))
    assert len(list(ledger.due("p1"))) == 4
    ledger.save_screenings([ref(key) for key in range(3)])
    assert [state.advert_id for state in ledger.due("p1")] == ["a00003"]
    assert len(list(ledger.due("p2"))) == 4
    ledger.take_in("s", "r2", [seen(0, 9, day(1))], complete=False, at=day(1))
    assert [state.advert_id for state in ledger.due("p1")] == ["a00000", "a00003"]


def test_due_goes_on_while_screenings_are_saved(ledger: Ledger) -> None:
    count = CHUNK * 2 + 5
    ledger.take_in("s", "r1", [seen(key) for key in range(count)], complete=True, at=day(0))
    handled: list[ScreeningRef] = []
    for state in ledger.due("p1"):
        handled.append(ref(int(state.advert_id[1:])))
        if len(handled) % 100 == 0 or len(handled) == count:
            ledger.save_screenings(handled[-100:])
    assert len(handled) == count
    assert list(ledger.due("p1")) == []


def test_screening_refs_are_of_the_newest_version_and_run(ledger: Ledger) -> None:
    ledger.take_in("s", "r1", [seen(1, 1)], complete=True, at=day(0))
    ledger.save_screenings([ref(1, 1, "p1", "r1"), ref(1, 1, "p2", "r2", band="low", score=1)])
    assert ledger.screening_refs(["a00001", "unknown"]) == {"a00001": ref(1, 1, "p2", "r2", band="low", score=1)}
    assert ledger.screening_refs(["a00001"], pipeline="p1") == {"a00001": ref(1, 1, "p1", "r1")}
    ledger.save_screenings([ref(1, 1, "p2", "r2", file="moved", band="urgent")])
    moved = ledger.screening_refs(["a00001"])["a00001"]
    assert (moved.file, moved.band) == ("moved", Band.URGENT)
    ledger.take_in("s", "r3", [seen(1, 2, day(1))], complete=True, at=day(1))
    assert ledger.screening_refs(["a00001"]) == {}


def test_hostile_words_and_names_are_kept_or_cleaned(ledger: Ledger) -> None:
    nasty = seen(1).model_copy(update={"url": "https://example.com/\0'; DROP TABLE adverts; --"})
    ledger.take_in("s'; --", "r1", [nasty], complete=True, at=day(0))
    state = ledger.advert_state("a00001")
    assert state is not None
    assert state.url == "https://example.com/\ufffd'; DROP TABLE adverts; --"
    assert ledger.advert_states(["x" * 300, "'"]) == {}
