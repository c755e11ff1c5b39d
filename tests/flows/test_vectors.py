"""With a model every advert in the index has its vector, and its screening names the model; without one it says "off"."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from flows.rooms import open_rooms
from flows.steps import rebuild_index
from flows.steps.reading import advert_vectors
from indicators.heads.model import load
from strazha.settings import Settings
from strazha.store.vectors import unpack_vector

if TYPE_CHECKING:
    import pytest

    from nlp.encoder.folder import ModelFolder


def docs(settings: Settings) -> dict[str, Any]:
    with open_rooms(settings) as rooms:
        return {doc.id: doc for doc in rooms.index.scan_adverts()}


def test_a_run_with_a_model_then_one_without(
    first: Any, copied: Any, make_strazha: Any, model: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = docs(first.settings)
    assert before
    assert {doc.vector for doc in before.values()} == {""}
    assert {doc.screening.pipeline.encoder for doc in before.values()} == {"off"}

    environment = {"STRAZHA_ENCODER": model.manifest.name, "STRAZHA_MODELS": str(model.root.parent)}
    home = copied(first, tmp_path / "home").home
    own = make_strazha(home, first.definitions, environment)
    done = own.run("run", "--no-prefect", *own.named)
    assert done.returncode == 0, done.stderr
    after = docs(own.settings)
    assert set(before) <= set(after)
    heads = load()
    assert heads is not None
    label = f"{model.manifest.name}@{model.manifest.version('model.onnx', 'tokenizer.json')}+heads-{heads.version}"
    live = [doc for doc in after.values() if doc.screening.pipeline.encoder == label]
    assert len(live) == len(after), "a new model makes every advert due for screening again"
    vectors = {doc.id: unpack_vector(doc.vector) for doc in live}
    one = live[0]
    with open_rooms(own.settings) as rooms:
        page = rooms.index.similar_by_vector(vectors[one.id].tolist(), size=3)
    assert one.id in {row.doc.id for row in page.rows}

    # Rebuilt from landing area and ledger alone, each advert has the same vector again, and no text was encoded twice.
    kept = count(home)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STRAZHA_HOME", str(home))
    from strazha.settings import settings

    settings.cache_clear()
    with open_rooms(settings()) as rooms:
        rebuild_index(rooms)
        again = {doc.id: unpack_vector(doc.vector) for doc in rooms.index.scan_adverts()}
    assert count(home) == kept
    assert all(np.array_equal(again[one], vectors[one]) for one in vectors)
    assert advert_vectors([]) == []


def count(home: Path) -> int:
    with sqlite3.connect(home / "vectors.sqlite") as db:
        found: int = db.execute("SELECT count(*) FROM vectors").fetchone()[0]
    return found
