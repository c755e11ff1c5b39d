"""Mappings, settings, templates and policies as the package ``index_mappings`` holds them.

They are data: read by the package's name through importlib.resources, so that the ground floor depends on no code above it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from strazha.store.elasticsearch.names import KINDS, LAYOUT, Kind

PACKAGE = "index_mappings"


@lru_cache(maxsize=64)
def _text(path: str) -> str:
    return files(PACKAGE).joinpath(*path.split("/")).read_text(encoding="utf-8")


def resource(path: str) -> dict[str, Any]:
    """One JSON resource, as a dict of its own that the caller may change."""
    found: dict[str, Any] = json.loads(_text(path))
    return found


def mapping(kind: str) -> dict[str, Any]:
    """The mapping of one kind of index, with the layout it belongs to."""
    return {**resource(f"{kind}.json"), "_meta": {"layout": LAYOUT}}


def settings(*, filling: bool = False) -> dict[str, Any]:
    """Settings of an index. While it is being filled it refreshes never and has no copies: that doubles the rate."""
    found = resource("settings.json")
    if filling:
        found["index"].update(FILLING)
    return found


#: In force while an index is filled, and what follows when it is done (also the settings' own values).
FILLING = {"refresh_interval": "-1", "auto_expand_replicas": "false", "number_of_replicas": 0}


def filled() -> dict[str, Any]:
    """The settings that end the filling."""
    own = resource("settings.json")["index"]
    return {"refresh_interval": own["refresh_interval"], "auto_expand_replicas": own["auto_expand_replicas"]}


def templates(prefix: str) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Component templates and index templates by name, for an installation's prefix.

    Strazha makes its indices with mapping and settings spelled out; the templates are for whatever else makes one of these
    names (a restore under a new name, a hand at the console), so that none ever comes about with a guessed mapping.
    """
    components: dict[str, dict[str, Any]] = {}
    indices: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        # Analysis and mapping in one: the server checks a component by itself, and a mapping needs its analysers.
        template = {"settings": settings(), "mappings": mapping(kind)}
        components[f"{prefix}-{kind}"] = {"template": template, "_meta": {"layout": LAYOUT}}
        indices[f"{prefix}-{kind}"] = _filled_in(resource("templates/index.json"), prefix, kind)
    return components, indices


def policies(prefix: str) -> dict[str, dict[str, Any]]:
    """What an administrator installs once where the server has it: lifecycle policies by the path they are put at."""
    return {
        f"/_ilm/policy/{prefix}-former": resource("policies/former.json"),
        f"/_slm/policy/{prefix}-snapshots": _filled_in(resource("policies/snapshots.json"), prefix, "adverts"),
    }


def _filled_in(value: Any, prefix: str, kind: Kind) -> Any:
    if isinstance(value, dict):
        return {key: _filled_in(item, prefix, kind) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled_in(item, prefix, kind) for item in value]
    return value.replace("{prefix}", prefix).replace("{kind}", kind) if isinstance(value, str) else value
