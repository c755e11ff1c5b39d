"""The project itself: what it ships, what it may be confused with, and that nothing phones home."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from strazha.settings import Settings

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, check=True, capture_output=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).exists()]


def test_every_package_at_the_root_is_shipped_or_named_as_not_shipped() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert found - {"examples"} == set(PACKAGES)


def test_the_wheel_is_marked_private() -> None:
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_no_other_distribution_provides_one_of_our_names() -> None:
    providers = importlib.metadata.packages_distributions()
    foreign = {name: providers[name] for name in PACKAGES if set(providers.get(name, [])) - {"strazha"}}
    assert not foreign, f"importing these may give somebody else's package: {foreign}"


def test_no_module_of_flows_is_named_after_a_package() -> None:
    # Prefect puts the folder of a flow's file first on the path, where it would hide that package.
    names = {path.stem for path in (ROOT / "flows").rglob("*.py")} - {"__init__"}
    known = set(importlib.metadata.packages_distributions()) | set(sys.stdlib_module_names)
    assert not names & known


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`(STRAZHA_[A-Z_]+)`", page))
    assert {f"STRAZHA_{name.upper()}" for name in Settings.model_fields} | {"STRAZHA_HOME"} == documented


def test_help_is_instant_because_it_imports_no_room() -> None:
    code = "import sys, cli.main; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    heavy = {"pydantic", "spacy", "scrapy", "prefect", "fastapi", "sqlalchemy", "numpy", "rich"}
    assert not heavy & set(loaded)


def test_every_command_answers_to_help() -> None:
    from click.testing import CliRunner

    from cli.main import COMMANDS, app

    for name in COMMANDS:
        shown = CliRunner().invoke(app, [name, "--help"])
        assert shown.exit_code == 0, f"{name}: {shown.output}{shown.exception!r}"
        assert "Usage" in shown.output


@pytest.mark.parametrize("name", ["PREFECT_SERVER_ANALYTICS_ENABLED", "DO_NOT_TRACK"])
def test_phone_homes_are_off_unless_a_person_turns_them_on(name: str) -> None:
    env = {key: value for key, value in os.environ.items() if key != name}
    code = (
        "import os, sys; sys.argv=['strazha', '--version']; import cli.main\n"
        "try: cli.main.main()\nexcept SystemExit: pass\n"
        f"print(os.environ[{name!r}])"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout
    assert shown.split()[-1] in {"false", "1"}


def test_files_and_functions_stay_readable() -> None:
    too_long = {}
    for path in tracked("*.py"):
        text = path.read_text(encoding="utf-8")
        if (lines := text.count("\n")) > 450:
            too_long[str(path.relative_to(ROOT))] = lines
        if path.relative_to(ROOT).parts[0] in {"tests", "examples", "benchmarks"}:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno
                if length > 70:
                    too_long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = length
    assert not too_long


def test_no_machine_path_and_no_folder_called_utils() -> None:
    marks = re.compile(rf"(?<![\w.])/(?:{'work'}|{'root'}|{'home'})/\w")
    for path in tracked("*.py", "*.md", "*.yaml", "*.toml", "Makefile", "*.sh", ".ci/run"):
        found = marks.search(path.read_text(encoding="utf-8"))
        assert not found, f"{path}: {found and found.group()}"
        assert not {"utils", "helpers", "lib"} & set(path.relative_to(ROOT).parts[:-1]), path


FICTIONAL = re.compile(
    r"(?:0888 ?0|0999 ?10|\+?359 ?888 ?0|\+?359 ?999 ?10|07700 ?900|\+?44 ?7700 ?900|0176 ?0?40690|\+?49 ?176 ?0?40690)"
)


def test_no_file_names_a_real_looking_bulgarian_mobile() -> None:
    mobile = re.compile(r"(?<![\d+])(?:\+359|0)(?:87|88|89|98|99)\d{7}(?!\d)")
    for path in tracked("*.py", "*.md", "*.yaml", "*.jsonl", "*.html", "*.json"):
        for number in mobile.findall(path.read_text(encoding="utf-8", errors="replace")):
            assert FICTIONAL.match(number), f"{path}: {number} is not from the invented ranges"
