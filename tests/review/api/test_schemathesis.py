"""schemathesis sends what the OpenAPI description allows, and what it does not, to the real application over a filled house.

``API_EXAMPLES=400 pytest --timeout 0 tests/review/api/test_schemathesis.py`` runs longer; the suite sends some
seven hundred requests.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from review.api.description import description
from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope
from tests.review.browsing import serving

#: Requests of each kind for each operation: allowed ones on what is there, allowed ones on anything, and forbidden ones.
EXAMPLES = int(os.environ.get("API_EXAMPLES", "2"))
#: Screening a text takes a hundred times as long as any other answer.
SLOW = {"screen_text": 2, "screen_file": 2}
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
QUIET = settings(
    database=None, deadline=None, derandomize=True, phases=[Phase.generate], verbosity=Verbosity.quiet,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def served(house: Any) -> Iterator[tuple[Any, dict[str, dict[str, str]]]]:
    """The description, bound to a server; and a header for each role that reaches what others do not."""
    headers = {}
    for role in (Role.LEAD, Role.INVESTIGATOR, Role.OPERATOR):
        _, secret = house.ledger.add_token(
            role.value, "schemathesis", scope=TokenScope.FULL, days=1, made_by="admin", at=house.clock()
        )  # fmt: skip
        headers[role.value] = {"Authorization": f"Bearer {secret}"}
    # A run asked for starts a process: that is driven in tests/review/operate.
    house.settings = house.settings.model_copy(update={"api_rate": 1_000_000, "run_here": False})
    with ExitStack() as stack:
        schema = schemathesis.openapi.from_dict(description())
        schema.config.update(base_url=stack.enter_context(serving(house)))
        yield schema, headers


def test_no_request_makes_it_fail_or_say_what_it_does_not_describe(
    house: Any, served: tuple[Any, dict[str, dict[str, str]]]
) -> None:
    schema, headers = served
    note = house.ledger.add_note("cluster", house.filled.of("salon").id, "Call back", "lead", house.clock()).id
    real = {
        "advert_id": house.advert("Rotterdam"), "cluster_id": house.filled.of("salon").id, "kind": "cluster",
        "item_id": house.filled.of("salon").id, "a": house.filled.of("vans").cluster.members[0],
        "b": house.filled.of("vans").cluster.members[1], "run_id": house.ledger.runs()[0].run_id, "source_id": "uk-services",
        "review_id": "0" * 24, "decision_id": "0" * 24, "correction_id": "0" * 24, "view_id": "0" * 24, "alert_id": "0" * 16,
        "case_id": house.ledger.open_case("Route", "", "lead", house.clock()).id, "name": "investigator", "watch_id": "0" * 16,
        "other": house.filled.of("vans").id, "asked_id": "0" * 16, "note_id": note, "search_id": "0" * 16,
        "answer_id": "0" * 24,
    }  # fmt: skip
    seen: set[tuple[str, int]] = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        name = operation.definition.raw["operationId"]
        roles = operation.definition.raw["x-roles"]
        header = headers[next(one for one in ("lead", "investigator", "operator") if one in roles)]
        ids = {one: real[one] for one in real if f"{{{one}}}" in operation.path}
        if "case_id" in ids and "/training/" in operation.path:
            ids["case_id"] = "en-aupair"
        strategies = [(operation.as_strategy(GenerationMode.POSITIVE, path_parameters=ids or None), CHECKS)]
        strategies.append((operation.as_strategy(GenerationMode.POSITIVE), CHECKS))
        strategies.append((operation.as_strategy(GenerationMode.NEGATIVE), [*CHECKS, negative_data_rejection]))
        with requests.Session() as session:
            for strategy, checks in strategies:
                _send(strategy, SLOW.get(name, EXAMPLES), checks, session, header, seen)
    answered = {status for _, status in seen}
    assert {200, 201, 204, 404, 422} <= answered
    assert house.ledger.verify_audit() is None


def _send(strategy: Any, count: int, checks: list[Any], session: Any, header: dict[str, str], seen: set[Any]) -> None:
    @settings(QUIET, max_examples=count)
    @given(case=strategy)
    def send(case: Any) -> None:
        answer = case.call(session=session, headers=header, timeout=20)
        seen.add((case.operation.label, answer.status_code))
        case.validate_response(answer, checks=checks)

    send()


def test_no_token_and_wrong_tokens_are_refused(house: Any, served: tuple[Any, dict[str, dict[str, str]]]) -> None:
    schema, headers = served
    for path in ("/api/v1/queue", "/api/v1/me"):
        case = schema[path]["GET"].Case()
        answer = case.call(headers=headers["lead"], timeout=20)
        assert answer.status_code == 200
        # Sends the same without a token and with an invalid one.
        case.validate_response(answer, checks=[ignored_auth], headers=headers["lead"])
