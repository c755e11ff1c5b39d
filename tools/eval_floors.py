"""Floors of quality on the project's own labelled sets: ``python -m tools.eval_floors [--reason TEXT]`` restates them.

tests/eval/floors.json holds, for each set, its SHA-256 and the least F1 of every kind, of every kind in every language with
enough labels, of indicators, types and languages; tests/evaluation/test_floors.py fails below a floor, or when a set changed
and its floors were not restated. Floors are today's figures less a margin, taken without a model: patterns and derived signs
only. A floor goes down only with a reason, which is kept in the file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

EVAL = Path(__file__).parents[1] / "tests/eval"
FLOORS = EVAL / "floors.json"
SETS = ("own-a", "own-b")
#: Room for harmless changes; wider where few labels stand behind a figure.
MARGIN, MARGIN_BY_LANGUAGE = 0.02, 0.06
#: A language's floor for a kind needs this many labelled values.
ENOUGH = 10


def sha256(name: str) -> str:
    """Of a set's file."""
    return hashlib.sha256((EVAL / f"{name}.jsonl").read_bytes()).hexdigest()


def figures(name: str) -> dict[str, float]:
    """F1 (languages: accuracy) of one set, screened now; keys as in the floors."""
    from flows.blackbox import screen_rows
    from flows.steps import catalogue
    from strazha.evaluation.labelled import read_labelled
    from strazha.evaluation.screening import score_screening
    from strazha.model import Strength

    labelled = read_labelled(EVAL / f"{name}.jsonl")
    rows = ({"id": row.id, "title": row.title, "body": row.body} for row in labelled)
    counters = [one for one, indicator in catalogue().items() if indicator.strength is Strength.COUNTER]
    score = score_screening(labelled, {str(row["id"]): row for row in screen_rows(rows)}, counters=counters)
    return dict(_named(score.plain()))


def _named(plain: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for kind, counts in plain["extraction"].items():
        yield kind, counts["f1"]
    for kind in ("phones_disguised", "phone_obscured", "latin_bg", "indicators_micro", "counter_indicators_micro"):
        yield kind, plain[kind]["f1"]
    for kind in ("ad_type_macro_f1", "indicators_macro_f1", "language_accuracy", "span_overlap"):
        yield kind, plain[kind]
    for lang, kinds in plain["by_language"].items():
        for kind, counts in kinds.items():
            if counts["tp"] + counts["fn"] >= ENOUGH:
                yield f"{kind}/{lang}", counts["f1"]


def floors_of(found: Mapping[str, float]) -> dict[str, float]:
    """Figures less the margin, rounded down to hundredths."""
    return {
        name: max(0.0, math.floor(100 * (value - (MARGIN_BY_LANGUAGE if "/" in name else MARGIN))) / 100)
        for name, value in found.items()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Restate the floors; 1 where one would go down without a reason."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reason", default="", help="why a floor goes down, or why the sets changed")
    given = parser.parse_args(arguments)
    old = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {"reasons": [], "sets": {}}
    with tempfile.TemporaryDirectory() as home:
        # A developer's model, wherever it lies, must not raise the floors that a machine without one is held to.
        os.environ.update(STRAZHA_HOME=home, STRAZHA_ENCODER="off")
        new = {name: {"sha256": sha256(name), "floors": floors_of(figures(name))} for name in SETS}
    before = {name: part["floors"] for name, part in old["sets"].items()}
    lower = [
        f"{name} {kind}: {floor} -> {new[name]['floors'].get(kind)}"
        for name, floors in before.items()
        for kind, floor in floors.items()
        if new[name]["floors"].get(kind, -1.0) < floor
    ]
    if lower and not given.reason:
        print("These floors would go down; say why with --reason:", *lower, sep="\n  ", file=sys.stderr)
        return 1
    reasons = [*old["reasons"], *([given.reason] if given.reason else [])]
    FLOORS.write_text(json.dumps({"reasons": reasons, "sets": new}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
