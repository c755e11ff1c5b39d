"""Every route of the API states its roles; nobody and no wrong role gets further, whatever they send."""

from __future__ import annotations

import re
from typing import Any

import pytest

from review.access import PUBLIC, roles_of
from review.api.description import ROUTERS, description
from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope

ROUTES: list[tuple[str, str, Any]] = [
    (method, route.path, route.endpoint)
    for module in ROUTERS
    for route in module.router.routes
    for method in sorted(getattr(route, "methods", ()))
]

#: Change nothing although they are no GET: a text to screen and a reason to export stand in no address.
READING = {f"/api/v1/{path}" for path in ("screenings", "screenings/file", "exports/csv", "exports/report")}


def filled(path: str, house: Any) -> str:
    """A path with ids in it, of what is there where that is easy."""
    real = {"kind": "cluster", "item_id": house.filled.of("vans").id, "cluster_id": house.filled.of("vans").id}
    advert = next(iter(house.filled.adverts))
    return re.sub(r"\{(\w+)\}", lambda found: real.get(found[1], advert if found[1] == "advert_id" else "0" * 24), path)


def test_every_route_states_roles_and_none_is_public() -> None:
    assert len(ROUTES) >= 105
    assert [path for _, path, endpoint in ROUTES if not roles_of(endpoint)] == []
    assert PUBLIC not in {roles_of(endpoint) for _, _, endpoint in ROUTES}
    assert all(one["x-roles"] for methods in description()["paths"].values() for one in methods.values())


def test_nobody_reaches_nothing(house: Any) -> None:
    nobody, signed_in = house.client(None), house.client(Role.ADMIN)
    before = house.ledger.audit_head()
    for caller in (nobody, signed_in):
        for method, path, _ in ROUTES:
            for sent in ({}, {"json": {}}, {"content": b"{", "headers": {"Content-Type": "application/json"}}):
                answer = caller.request(method, filled(path, house), **(sent if method in {"POST", "PUT"} else {}))
                assert answer.status_code == 401, (method, path, answer.text)
                assert "0888" not in answer.text
    assert house.ledger.audit_head() == before


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_is_stated_and_no_more(house: Any, api: Any, role: Role) -> None:
    full, read = api(role), api(role, TokenScope.READ)
    for method, path, endpoint in ROUTES:
        roles = roles_of(endpoint) or frozenset()
        # Without a body nothing is changed: whoever is let in is told what is missing.
        answer = full.request(method, filled(path, house))
        refused = answer.status_code == 403 and "token does not reach" in answer.text
        assert refused == (role not in roles), (method, path, answer.status_code)
        assert answer.status_code < 500, (method, path, answer.text)
        if method != "GET" and path not in READING:
            assert read.request(method, filled(path, house)).status_code == 403, (method, path)
