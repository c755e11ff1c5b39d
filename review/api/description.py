"""The API's OpenAPI description, made from its routes, and the same as plain values for the page that people read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi.openapi.utils import get_openapi

from review.access import roles_of
from review.api import (
    routes_adverts,
    routes_cases,
    routes_clusters,
    routes_items,
    routes_lead,
    routes_notes,
    routes_operate,
    routes_operations,
    routes_reviews,
    routes_screening,
    routes_searches,
    routes_training,
    routes_views,
    routes_watches,
)
from review.api.problems import MEDIA
from strazha.ledger.records import Role

#: Every router of the API.
ROUTERS = (
    routes_adverts, routes_clusters, routes_views, routes_items, routes_notes, routes_reviews, routes_cases, routes_searches,
    routes_watches, routes_screening, routes_operations, routes_operate, routes_lead, routes_training,
)  # fmt: skip
VERSION = "1"
ABOUT = """\
The work of the review pages for programs: analysts', investigators', operators' and leads', and training; the same rules.

Send `Authorization: Bearer` with a token that an administrator allowed and its account collected. A token acts in the name of
an account, with that account's role, or for reading only. Contacts of possible victims are covered unless they are uncovered
with a reason; each reading and change is written to the audit log with the token's name. Lists are paged: pass `next` as
`cursor`. What is wrong is answered as problem details (RFC 9457) with a remedy.
"""


@cache
def description() -> dict[str, Any]:
    """The OpenAPI 3.1 description."""
    routes = [route for module in ROUTERS for route in module.router.routes]
    made = get_openapi(title="Strazha", version=VERSION, description=ABOUT, routes=routes)
    made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    made["security"] = [{"token": []}]
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            endpoint = next(
                route.endpoint for route in routes if route.path == path and method.upper() in route.methods
            )  # fmt: skip
            operation["operationId"] = endpoint.__name__
            operation["tags"] = operation["tags"][-1:]
            operation["x-roles"] = sorted(roles_of(endpoint) or ())
            for status, answer in operation["responses"].items():
                _finish(status, answer)
    for unused in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(unused, None)
    return made


@cache
def query_names(method: str, path: str) -> frozenset[str]:
    """The query parameters of an operation."""
    operation = description()["paths"][path][method.lower()]
    return frozenset(one["name"] for one in operation.get("parameters", ()) if one["in"] == "query")


def _finish(status: str, answer: dict[str, Any]) -> None:
    if int(status) < 400:
        return
    answer["content"] = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if status == "429":
        answer["headers"] = {"Retry-After": {"schema": {"type": "string"}, "description": "Seconds to wait"}}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter or field of a body."""

    name: str
    where: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    roles: tuple[Role, ...]
    parameters: tuple[Parameter, ...]
    #: Status and what is answered with it.
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Operations on one subject."""

    name: str
    operations: tuple[Operation, ...]


@cache
def sections() -> tuple[Section, ...]:
    """The description as people read it, by subject, in the order in which it is written down."""
    made = description()
    found: dict[str, list[Operation]] = {}
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][-1], []).append(_operation(made, path, method, operation))
    return tuple(Section(name, tuple(operations)) for name, operations in found.items())


def _operation(made: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    parameters = [
        Parameter(
            one["name"], one["in"], _kind(one["schema"]), bool(one.get("required")),
            one.get("description") or one["schema"].get("description") or "",
        )
        for one in operation.get("parameters", ())
    ]  # fmt: skip
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in body:
        schema = made["components"]["schemas"][body["$ref"].rpartition("/")[2]]
        needed = set(schema.get("required", ()))
        parameters += [
            Parameter(name, "body", _kind(value), name in needed, value.get("description", ""))
            for name, value in schema.get("properties", {}).items()
        ]
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        about=" ".join(operation.get("description", "").split()),
        roles=tuple(Role(role) for role in operation["x-roles"]),
        parameters=tuple(parameters),
        answers=tuple((status, _answer(one)) for status, one in sorted(operation["responses"].items())),
    )


def _answer(one: dict[str, Any]) -> str:
    contents: list[dict[str, Any]] = list(one.get("content", {}).values())
    schema = contents[0].get("schema", {}) if contents else {}
    return _kind(schema) if schema else ""


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        kinds = [_kind(one) for one in schema["anyOf"] if one.get("type") != "null"]
        return " | ".join(dict.fromkeys(kinds))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    return str(schema.get("format") or schema.get("type") or "any")
