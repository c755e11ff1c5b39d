"""What waits is counted without loading what would work on it."""

from __future__ import annotations

import subprocess
import sys

from indicators.heads.model import label_for, label_of, load

ASK = """
import sys
from flows.steps.reading import versions
print(versions().key)
print(*{"spacy", "onnxruntime", "nlp.pipeline", "indicators.heads.finder"} & sys.modules.keys())
"""


def test_the_pipelines_version_is_told_without_loading_it() -> None:
    told = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout
    key, loaded = told.split("\n")[:2]
    assert key
    assert loaded == ""


def test_heads_are_named_as_their_finder_names_them() -> None:
    heads = load()
    assert heads is not None
    assert label_for(heads.encoder) == label_of(heads.version)
    assert label_for("another") == label_for("") == ""
