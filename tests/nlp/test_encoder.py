"""The real model: what its vectors say, that they depend on nothing but the text, and that no text breaks it."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from nlp.encoder import Encoder, encoder_label, open_encoder
from nlp.encoder.folder import CHECKPOINT, TOKENIZER, ModelFolder
from nlp.encoder.making.verify import compare, packaged_reference, problems, read_reference
from nlp.encoder.onnx_engine import onnx_encoder
from nlp.encoder.texts import Tokens
from strazha.errors import EvidenceError
from strazha.settings import Settings


def test_vectors_are_those_of_pytorch_in_full_precision(model: ModelFolder) -> None:
    texts, _ = read_reference(packaged_reference(), 384)
    assert len(texts) == 20
    cosines = [check.cosine for check in compare(model, onnx_encoder(model))]
    assert min(cosines) >= 0.998, "the bar is .99; per-token scales give .9985 and more"
    assert problems(model) == []


def test_the_same_vectors_from_pytorch(model: ModelFolder, tmp_path: Path) -> None:
    if importlib.util.find_spec("torch") is None:
        pytest.skip("left out: PyTorch is not installed (uv sync --extra torch; gigabytes)")
    from nlp.encoder.making.build import build
    from nlp.encoder.torch_engine import checkpoint_encoder, torch_encoder

    built = build(tmp_path, print, checkpoint=True)
    texts, reference = read_reference(packaged_reference(), 384)
    torch = torch_encoder(built)
    vectors = torch.encode(texts)
    assert (vectors * onnx_encoder(model).encode(texts)).sum(axis=1).min() >= 0.99
    assert (vectors * reference).sum(axis=1).min() >= 0.9999  # trimming the vocabulary changes nothing
    assert np.allclose(checkpoint_encoder(built.path / CHECKPOINT, prefix="query: ").encode(texts), vectors, atol=1e-5)
    assert torch.version != onnx_encoder(built).version


def test_a_vector_depends_on_the_text_alone(encoder: Encoder, model: ModelFolder) -> None:
    texts, _ = read_reference(packaged_reference(), 384)
    neighbours = ["x", "кратко", *texts, " ".join(texts), "а" * 3_000]
    engine = onnx_encoder(model, threads=2)
    together = engine.encode(neighbours)
    alone = np.concatenate([engine.encode([text]) for text in neighbours])
    assert (together * alone).sum(axis=1).min() > 0.99999
    assert np.array_equal(encoder.encode(neighbours)[::-1], encoder.encode(neighbours[::-1]))


def test_meanings_meet_across_languages(encoder: Encoder) -> None:
    told = ["We keep your passport until the debt is paid.", "A quiet room to let near the station."]
    paraphrases = [
        "Паспортът остава при нас, докато не изплатите дълга.",
        "Pasaportele rămân la noi până se achită datoria.",
        "Вернём документы, когда отработаете долг.",
        "Tiha staya pod naem blizo do garata.",
        "Ruhiges Zimmer in Bahnhofsnähe zu vermieten.",
    ]
    near = encoder.encode(paraphrases) @ encoder.encode(told).T
    assert near.argmax(axis=1).tolist() == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "\u202e\u2066",
        "😀" * 5_000,
        "漢字",
        "a" * 10_000_000,
        "ab. " * 2_500_000,
        "\n" * 10_000_000,
        "▁" * 9_000,
    ],
    ids=lambda text: f"{text[:2]!r} x {len(text)}",
)
def test_hostile_texts_are_encoded_in_little_time(encoder: Encoder, text: str) -> None:
    started = time.process_time()
    vectors = encoder.encode([text, "Work in Leeds"])
    assert vectors.shape == (2, 384)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert time.process_time() - started < 10


def test_long_texts_are_cut_after_512_tokens(model: ModelFolder, encoder: Encoder) -> None:
    tokens = Tokens(model.file(TOKENIZER), prefix=model.manifest.prefix, max_tokens=512)
    long = "Warehouse staff are wanted in Leeds. " * 100
    (row,) = tokens([long])
    assert len(row) == 512
    assert np.array_equal(encoder.encode([long]), encoder.encode([long + "and much more"]))


def test_the_trimmed_vocabulary_knows_european_letters(model: ModelFolder) -> None:
    tokens = Tokens(model.file(TOKENIZER), prefix="", max_tokens=512)
    unknown = 3
    for text in (
        "Щъркел юли ѝ",
        "Ünïcödé ßçğışøåæœ",
        "ŚŻŹĆąęłń ŞȘȚțĂâ ŐŰ",
        "Ἀθῆναι ζητείται",
        "ЇїЄєҐґ Ўў Љљ Ђђ Ѓѓ",
        "€£$ 1½ №5 ✅🔥😀",
    ):
        assert unknown not in tokens([text])[0], text
    assert unknown in tokens(["漢字"])[0]


def test_an_encoder_opened_by_the_settings(model: ModelFolder, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, models=str(model.root.parent), encoder="multilingual-e5-small")
    opened = open_encoder(settings)
    assert opened is not None
    assert f"{opened.name}@{opened.version}" == encoder_label(settings)
    assert opened.version == onnx_encoder(model).version
    first = opened.encode(["Work in Leeds"])
    again = open_encoder(settings)
    assert again is not None
    assert np.array_equal(again.encode(["Work in Leeds"]), first)
    assert (tmp_path / "vectors.sqlite").exists()


def test_the_commands_verify_and_list(model: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cli.main import app
    from strazha.settings import settings

    copied = tmp_path / "models/multilingual-e5-small"
    (copied / model.manifest.folder).mkdir(parents=True)
    (copied / "manifest.json").write_bytes((model.root / "manifest.json").read_bytes())
    for name in model.manifest.files:
        if not name.startswith(CHECKPOINT):
            (copied / model.manifest.folder / name).write_bytes((model.path / name).read_bytes())
    monkeypatch.setenv("STRAZHA_MODELS", str(copied.parent))
    monkeypatch.setenv("STRAZHA_ENCODER", "multilingual-e5-small")
    settings.cache_clear()
    good = CliRunner().invoke(app, ["model", "verify"])
    assert good.exit_code == 0, good.output
    assert "20 sentences" in good.output
    assert "multilingual-e5-small@" in CliRunner().invoke(app, ["model", "list"]).output
    with (copied / model.manifest.folder / "model.onnx").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"tampered")
    bad = CliRunner().invoke(app, ["model", "verify"])
    assert bad.exit_code == 1
    assert "SHA-256" in bad.output
    tampered = open_encoder(settings())
    assert tampered is not None
    with pytest.raises(EvidenceError):
        tampered.encode(["Work in Leeds"])
