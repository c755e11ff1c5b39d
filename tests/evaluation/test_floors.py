"""Quality on the project's own labelled sets does not sink unnoticed (tools/eval_floors.py restates the floors)."""

from __future__ import annotations

import json

import pytest

from tools.eval_floors import FLOORS, SETS, figures, floors_of, sha256

STATED = json.loads(FLOORS.read_text(encoding="utf-8"))["sets"]


@pytest.mark.parametrize("name", SETS)
def test_a_set_has_floors_of_its_own_hash(name: str) -> None:
    assert STATED[name]["sha256"] == sha256(name), "the set changed: python -m tools.eval_floors --reason WHY"
    kinds = {kind.partition("/")[0] for kind in STATED[name]["floors"]}
    assert kinds >= {"phones", "emails", "handles", "names", "ages", "prices", "places", "indicators_micro", "ad_type_macro_f1"}
    assert {f"phones/{lang}" for lang in ("bg", "en", "ro", "ru", "de")} <= set(STATED[name]["floors"])


@pytest.mark.parametrize("name", SETS)
def test_no_figure_is_below_its_floor(name: str) -> None:
    found = figures(name)
    below = {kind: (found.get(kind), floor) for kind, floor in STATED[name]["floors"].items() if found.get(kind, -1.0) < floor}
    assert not below


def test_floors_stand_below_figures() -> None:
    assert floors_of({"phones": 0.9599, "phones/bg": 0.9599, "emails": 0.01}) == {
        "phones": 0.93,
        "phones/bg": 0.89,
        "emails": 0.0,
    }
