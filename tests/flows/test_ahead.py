"""Adverts are read while the encoder looks at those before them: order, broken texts, errors, and stopping early."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from flows.blackbox import advert_of
from flows.steps import Unreadable, reading, screen_adverts
from strazha.errors import EvidenceError
from strazha.model import Advert, Screening


def adverts(count: int) -> Iterator[Advert]:
    return (
        advert_of({"id": str(at), "title": f"Advert {at}", "body": "Bicycle for sale, hardly used."}) for at in range(count)
    )


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TOGETHER", 3)


@pytest.mark.parametrize("count", [0, 1, 3, 7])
def test_screenings_come_in_order_and_broken_texts_in_their_place(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = reading.read_advert

    def breaking(advert: Advert) -> object:
        if advert.title == "Advert 4":
            raise ValueError("broken")
        return real(advert)

    monkeypatch.setattr(reading, "read_advert", breaking)
    given = list(adverts(count))
    found = list(screen_adverts(given))
    assert [isinstance(one, Unreadable) for one in found] == [at == 4 for at in range(count)]
    ids = [one.advert_id if isinstance(one, Screening) else one.advert.id for one in found]
    assert ids == [one.id for one in given]


def test_an_error_of_the_encoder_stops_the_run_and_leaves_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    before = threading.active_count()
    some = screen_adverts(adverts(9))
    assert isinstance(next(some), Screening)
    some.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before

    def failing(_: object) -> None:
        raise EvidenceError("changed", place="model", remedy="build it again")

    monkeypatch.setattr(reading.screener(), "look_at_all", failing)
    with pytest.raises(EvidenceError):
        list(screen_adverts(adverts(9)))
    assert threading.active_count() == before
