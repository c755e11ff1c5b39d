"""Adverts as linking sees them, short to write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from strazha.model import Linkable

START = datetime(2026, 3, 1, tzinfo=UTC)

Maker = Callable[..., Linkable]


@pytest.fixture
def advert() -> Maker:
    """``advert("a1", "text", phone="+359888001001", day=3, ...)``; further keys are those of Linkable."""

    def make(one: str, text: str = "", *, phone: str = "", day: int | None = None, **more: Any) -> Linkable:
        more.setdefault("ad_type", "job")
        if phone:
            more.setdefault("contacts", (f"phone:{phone}",))
        if day is not None:
            more["posted_at"] = START + timedelta(days=day)
        return Linkable(id=one, folded=text, **more)

    return make
