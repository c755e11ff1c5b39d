"""A list of attacks, each with a name and a class: all refused or without effect, nothing changed, nothing told.

The house is shared: after each attack the ledger's content is compared with what it was before (readings and failed sign-ins
are logged and counted, which is no change of content). A further attack is a line in ``attacks_*.py``.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from review.shield import HEADERS
from strazha.ledger import open_ledger
from strazha.settings import Settings
from strazha.store import open_index
from tests.review import attacks_by_programs, attacks_on_access, attacks_on_requests
from tests.review.attack_ground import Attack, Ground
from tests.review.conftest import Clock, House
from tests.review.test_attacks import live_markup

ATTACKS = [*attacks_on_access.ATTACKS, *attacks_on_requests.ATTACKS, *attacks_by_programs.ATTACKS]


@pytest.fixture(scope="module")
def ground(template: tuple[Path, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """One house for all, with work in it that belongs to somebody else."""
    home = tmp_path_factory.mktemp("attacked") / "review"
    shutil.copytree(template[0], home)
    settings = Settings(home=home, api_rate=1_000_000)
    with ExitStack() as stack:
        ledger = stack.enter_context(open_ledger(settings.ledger))
        index = stack.enter_context(open_index(settings))
        yield Ground(House(settings, ledger, index, template[1], Clock(), stack))


def test_the_list_is_long_and_names_are_told_apart() -> None:
    assert len(ATTACKS) >= 60
    assert max(Counter((one.kind, one.name) for one in ATTACKS).values()) == 1
    assert len({one.kind for one in ATTACKS}) >= 20


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: f"{one.kind}: {one.name}")
def test_an_attack_changes_and_learns_nothing(ground: Ground, attack: Attack) -> None:
    before = ground.contents()
    for answer in attack.send(ground):
        assert answer.status_code in attack.expected, (answer.status_code, answer.text[:300])
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        if "/static/" not in str(answer.url) or answer.status_code != 200:
            assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers
        assert "x-injected" not in answer.headers
        for leak in (*ground.secrets, "Traceback", "sqlite3", "argon2", "root:x:", "create_app"):
            assert leak not in answer.text, leak
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert live_markup(answer.text) == []
        location = answer.headers.get("location", "/")
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))
        assert answer.elapsed.total_seconds() < 10
    assert ground.contents() == before
    assert ground.house.ledger.verify_audit() is None
