"""The parts of the encoder that need no model: preparing texts, batches, the cache, folders of models."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nlp.encoder import encoder_label, open_encoder
from nlp.encoder.batches import Plan, plan_batches
from nlp.encoder.cache import CachedEncoder, VectorCache
from nlp.encoder.folder import (
    Manifest,
    ModelFolder,
    folder_name,
    install,
    list_models,
    models_folder,
    new_files,
    note_files,
    read_model,
)
from nlp.encoder.texts import MAX_CHARACTERS, clean
from strazha.clock import now
from strazha.errors import BadInputError, EvidenceError
from strazha.settings import Settings


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300))
def test_a_cleaned_text_can_be_encoded_and_is_clean_already(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned
    assert "\x00" not in cleaned


def test_what_cleaning_does() -> None:
    assert clean("  We\u200b keep\r\n\tyour\x00 pass\u00adport\ud800 ") == "We keep your passport\ufffd"
    assert len(clean("дума " * 10_000_000)) <= MAX_CHARACTERS
    assert clean(" " * 10_000_000 + "x") == ""  # so far nobody reads


@given(
    st.lists(st.integers(1, 512), max_size=200),
    st.builds(Plan, texts=st.integers(1, 32), tokens=st.integers(8, 4_096), workers=st.integers(1, 4), filler=st.just(1)),
)
def test_every_text_is_in_one_batch_and_no_batch_is_too_large(lengths: list[int], plan: Plan) -> None:
    batches = list(plan_batches(lengths, plan))
    assert sorted(at for batch in batches for at in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[at] for at in batch)
        assert len(batch) <= plan.texts
        assert len(batch) == 1 or len(batch) * longest <= plan.tokens


def test_few_texts_are_spread_over_the_workers() -> None:
    assert [len(batch) for batch in plan_batches([9] * 6, Plan(texts=8, tokens=1_024, workers=2, filler=1))] == [3, 3]


class Counting:
    """Vectors drawn from the text's own bytes; counts what it is asked."""

    name, version, dim = "counting", "0123456789ab", 8

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.loads = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.extend(texts)
        rows = np.array([[1 + (hash((text, at)) % 97) for at in range(self.dim)] for text in texts], dtype=np.float32)
        vectors: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return vectors

    def cached(self, path: Path, limit: int = 1_000, version: str = version) -> CachedEncoder:
        def load() -> Counting:
            self.loads += 1
            return self

        return CachedEncoder(self.name, version, dim=self.dim, load=load, cache=VectorCache(path, limit))


def test_a_known_text_is_never_encoded_again_within_a_run_and_across_runs(tmp_path: Path) -> None:
    inner = Counting()
    first = inner.cached(tmp_path / "v.sqlite")
    texts = ["one", "two", "one", " one ", "three"]
    vectors = first.encode(texts)
    assert sorted(inner.asked) == ["one", "three", "two"]
    assert np.array_equal(vectors[0], vectors[3])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    again = inner.cached(tmp_path / "v.sqlite").encode(texts)
    assert len(inner.asked) == 3
    assert inner.loads == 1  # the second never needed its model
    assert np.array_equal(again, vectors)
    assert np.array_equal(first.encode(["two"])[0], vectors[1])
    assert first.encode([]).shape == (0, 8)


def test_another_version_of_the_model_has_its_own_vectors(tmp_path: Path) -> None:
    inner = Counting()
    inner.cached(tmp_path / "v.sqlite").encode(["one"])
    inner.cached(tmp_path / "v.sqlite", version="ba9876543210").encode(["one"])
    assert inner.asked == ["one", "one"]


def test_the_cache_stays_within_its_bound_and_keeps_the_newest(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "v.sqlite", 100)
    for start in range(0, 500, 50):
        cache.put({at.to_bytes(16): bytes(16) for at in range(start, start + 50)})
    kept = cache.get([at.to_bytes(16) for at in range(500)], 16)
    assert 80 <= len(kept) <= 100
    assert (499).to_bytes(16) in kept
    # A vector of another size (a damaged row) is none.
    assert cache.get([(499).to_bytes(16)], 32) == {}


def test_a_broken_or_unwritable_cache_costs_time_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken = tmp_path / "v.sqlite"
    broken.write_bytes(b"no database " * 1_000)
    inner = Counting()
    assert inner.cached(broken).encode(["one"]).shape == (1, 8)
    assert "cannot be used" in caplog.text
    inner.cached(broken).encode(["one"])
    inner.cached(broken).encode(["one"])
    assert len(inner.asked) == 1  # begun anew, and known from then on
    (tmp_path / "file").write_text("")
    assert inner.cached(tmp_path / "file" / "v.sqlite").encode(["two"]).shape == (1, 8)


def test_threads_share_an_encoder(tmp_path: Path) -> None:
    inner = Counting()
    shared = inner.cached(tmp_path / "v.sqlite")
    threads = [threading.Thread(target=shared.encode, args=([f"text {at}" for at in range(100)],)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(inner.asked) == 100


def install_bytes(models: Path, name: str, data: bytes) -> ModelFolder:
    with new_files(models / name) as part:
        (part / "model.onnx").write_bytes(data)
        files = note_files(part)
        return install(models / name, part, Manifest(name=name, folder=folder_name(files), dim=8, made_at=now(), files=files))


def test_a_new_version_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    old = install_bytes(tmp_path, "tiny", b"old")
    new = install_bytes(tmp_path, "tiny", b"new")
    assert old.manifest.version("model.onnx") != new.manifest.version("model.onnx")
    assert [model.file("model.onnx").read_bytes() for model in list_models(tmp_path)] == [b"new"]
    assert not old.path.exists()
    install_bytes(tmp_path, "tiny", b"new")  # the same once more
    assert new.file("model.onnx").read_bytes() == b"new"


def test_a_killed_builder_leaves_the_old_model_or_none(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from nlp.encoder.folder import new_files\n"
        "with new_files(Path(sys.argv[1]) / 'tiny') as part:\n"
        "    (part / 'model.onnx').write_bytes(b'half'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    for expected in ([], [b"whole"]):
        killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, cwd=Path(__file__).parents[2])
        assert killed.returncode == -signal.SIGKILL
        assert [model.file("model.onnx").read_bytes() for model in list_models(tmp_path)] == expected
        install_bytes(tmp_path, "tiny", b"whole")
    leavings = [path for path in (tmp_path / "tiny").iterdir() if path.name.startswith(".part-")]
    assert len(leavings) == 2
    for path in leavings:
        os.utime(path, (0, 0))
    install_bytes(tmp_path, "tiny", b"whole")
    assert not [path for path in (tmp_path / "tiny").iterdir() if path.name.startswith(".part-")]


@pytest.mark.parametrize("data", [b"changed", b"xld", b""])
def test_changed_files_are_refused(tmp_path: Path, data: bytes) -> None:
    model = install_bytes(tmp_path, "tiny", b"old")
    (model.path / "model.onnx").write_bytes(data)
    with pytest.raises(EvidenceError, match=r"model\.onnx"):
        model.file("model.onnx")


def test_a_broken_manifest_is_said_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny/manifest.json").write_text("{")
    with pytest.raises(BadInputError, match=r"manifest\.json"):
        read_model(tmp_path / "tiny")


def test_where_models_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert models_folder(Settings(models="here")) == Path("here")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert models_folder(Settings()) == tmp_path / "strazha/models"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # the standard says: ignore it
    assert models_folder(Settings()) == Path.home() / ".cache/strazha/models"


def test_without_a_model_semantics_are_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRAZHA_ENCODER")
    nothing = Settings(models=str(tmp_path))
    assert open_encoder(nothing) is None
    assert encoder_label(nothing) == "off"
    named = Settings(models=str(tmp_path), encoder="mine")  # asked for by name: a person should know that it is not there
    with pytest.raises(BadInputError, match="mine"):
        open_encoder(named)
