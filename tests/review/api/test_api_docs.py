"""docs/api.md names every address and nothing else, and its example works as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from review.api.description import ROUTERS
from strazha.ledger.tokens import TokenScope
from tests.review.browsing import serving

DOCS = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_address_is_documented() -> None:
    routes: list[Any] = [route for module in ROUTERS for route in module.router.routes]
    known = {f"{method} {route.path.removeprefix('/api/v1')}" for route in routes for method in route.methods}
    assert set(re.findall(r"`((?:GET|POST|PUT|DELETE) /[^`]*)`", DOCS)) == known


def test_the_example_runs_and_decides_once(house: Any) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCS, re.S)
    _, secret = house.ledger.add_token(
        "analyst", "example", scope=TokenScope.FULL, days=1, made_by="admin", at=house.clock()
    )  # fmt: skip
    with serving(house) as address:
        environment = os.environ | {"STRAZHA_API": f"{address}/api/v1/", "STRAZHA_TOKEN": secret}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    recorded = re.search(r"recorded: (\w+)", done.stdout)
    assert recorded is not None, done.stdout
    kept = house.ledger.decision(recorded[1])
    assert (kept.decided_by, kept.outcome) == ("analyst", "monitor")
    assert "for:" in done.stdout
