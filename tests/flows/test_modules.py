"""Prefect puts the folder of a flow's file first on the path: a module there must not hide a package of the same name."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_module_of_flows_hides_a_package() -> None:
    own = {path.stem for path in (ROOT / "flows").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert "job" in own
    hidden = own & (set(packages_distributions()) | sys.stdlib_module_names)
    assert hidden == {"__init__"} & hidden


def test_steps_need_neither_prefect_nor_heavy_rooms_to_be_imported() -> None:
    code = "import sys, flows.steps, flows.job; print(sorted({'prefect', 'spacy', 'scrapy', 'numpy'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
