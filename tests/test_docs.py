"""Every command in the README and in docs/ works as written: each page's ``sh`` blocks run in order, in a folder of its own.

Commands that take a person, a whole machine or minutes run elsewhere; the table names where, and the test checks that it is so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = ROOT / "tests/fixtures/docs"

#: Command (as a prefix) -> file that runs it, and the words of that file that do.
ELSEWHERE = {
    "make demo ARGS=--no-serve": (".ci/run", "make demo ARGS=--no-serve"),
    "make demo": ("tests/examples/test_demo.py", "def test_demo_serves"),
    "make test": (".ci/run", "make test"),
    "make lint": (".ci/run", "make lint"),
    "make types": (".ci/run", "make types"),
    "make heads": ("tests/indicators/test_heads.py", "gather("),
    "make setup": (".ci/run", "make lint"),
    "strazha serve": ("tests/review", "cli.serve"),
    "make serve": ("tests/review", "cli.serve"),
    "strazha run": ("tests/flows/test_commands.py", "def test_run_then_status"),
    "strazha schedule": ("tests/flows/test_schedule.py", "schedule"),
    "make screenshots": ("tests/review", "screenshots"),
    # Examples with a platform's own names and addresses, which no test may reach.
    "strazha run my-source other-source": ("tests/flows/test_commands.py", '"run"'),
    "strazha run --definition my-source.yaml": ("tests/flows/test_commands.py", '"--definition"'),
    # Downloads 95 MB, or needs a model.
    "strazha model build": ("tests/conftest.py", "ensure(models_folder"),
    "strazha model fetch": ("tests/nlp/test_encoder_making.py", '"fetch"'),
    "strazha model verify": ("tests/nlp/test_encoder.py", '"verify"'),
    "strazha model list": ("tests/nlp/test_encoder.py", '"list"'),
    "strazha heads train": ("tests/indicators/test_heads.py", "gather("),
    "strazha heads show": ("tests/indicators/test_heads.py", '"show"'),
    "strazha heads suggest": ("tests/flows/test_suggesting.py", '"suggest"'),
    # Screen hundreds of texts, or need runs to speak of.
    "strazha indicators try mine/": ("tests/indicators/test_command.py", 'run("try", str(path)'),
    "strazha indicators diff": ("tests/indicators/test_difference.py", '"diff"'),
    "strazha eval labelled.jsonl --groups": ("tests/evaluation/test_fairness.py", '"--groups"'),
    "strazha eval labelled.jsonl --counterfactual": ("tests/evaluation/test_fairness.py", '"--counterfactual"'),
    "strazha calibrate --write": ("tests/flows/test_calibration.py", '"--write"'),
    "strazha drift": ("tests/flows/test_drift.py", '"drift"'),
    "strazha rescreen": ("tests/flows/test_drift.py", '"rescreen"'),
    "strazha sources test": ("tests/crawlers/test_sources_command.py", '"test"'),
    "strazha sources record": ("tests/crawlers/test_sources_command.py", '"record"'),
    # Need clusters to speak of, or minutes.
    "strazha clusters": ("tests/flows/test_clusters_command.py", '"clusters"'),
    "python -m benchmarks.linking": ("tests/clusters/test_benchmark.py", "benchmarks.linking"),
    "strazha evidence show": ("tests/evidence/test_evidence_command.py", '"show"'),
}

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])


def commands(page: Path) -> list[str]:
    """The commands of a page's ``sh`` blocks, comments and line continuations resolved."""
    found = []
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S):
        for line in block.replace("\\\n", " ").splitlines():
            command = re.sub(r"(^|\s)#.*$", "", line).strip()
            if command:
                found.append(command)
    return found


def elsewhere(command: str) -> tuple[str, str] | None:
    for prefix, place in ELSEWHERE.items():
        if command == prefix or command.startswith(prefix if prefix.endswith("/") else prefix + " "):
            return place
    return None


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: page.name)
def test_commands_of_the_page_run(page: Path, tmp_path: Path) -> None:
    shutil.copytree(FILES, tmp_path, dirs_exist_ok=True)
    env = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "STRAZHA_HOME": str(tmp_path / "var"),
        "MAKEFLAGS": "",
    }
    for command in commands(page):
        if command.startswith("pytest "):  # this suite runs it anyway: what counts is that it is there
            assert all((ROOT / path).exists() for path in command.split()[1:] if not path.startswith("-")), command
            continue
        place = elsewhere(command)
        if place is not None:
            path = ROOT / place[0]
            texts = [path.read_text(encoding="utf-8")] if path.is_file() else [p.read_text("utf-8") for p in path.rglob("*.py")]
            assert any(place[1] in text for text in texts), (
                f"{command!r} is said to be run by {place[0]}, which lacks {place[1]!r}"
            )
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=240,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{page.name}: {command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_every_command_of_strazha_is_documented() -> None:
    from cli.main import COMMANDS

    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    missing = [name for name in COMMANDS if f"strazha {name}" not in text]
    assert not missing


def test_every_make_target_has_a_help_line() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    explained = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.M))
    assert targets == explained
    shown = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert all(f"make {target}" in shown for target in targets)


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"
