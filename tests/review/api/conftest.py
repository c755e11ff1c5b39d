"""Callers of the API, each with a token of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from review.app import create_app
from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope
from tests.review.conftest import HOST


@pytest.fixture
def api(house: Any) -> Callable[..., TestClient]:
    """Somebody of a role with a token, as a program calls: no cookie, no header a browser sends."""

    def caller(role: Role, scope: TokenScope = TokenScope.FULL, *, rate: int = 100_000) -> TestClient:
        name = f"{role.value}-{scope.value}"
        for old in house.ledger.tokens(role.value):
            if old.name == name:
                house.ledger.revoke_token(old.id, "admin", house.clock())
        _, secret = house.ledger.add_token(role.value, name, scope=scope, days=30, made_by="admin", at=house.clock())
        settings = house.settings.model_copy(update={"api_rate": rate})
        app = create_app(settings, index=house.index, ledger=house.ledger, clock=house.clock)
        made: TestClient = house.stack.enter_context(
            TestClient(
                app, base_url=HOST, headers={"Authorization": f"Bearer {secret}"}, follow_redirects=False,
                raise_server_exceptions=False,
            )
        )  # fmt: skip
        return made

    return caller
