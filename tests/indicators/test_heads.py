"""Heads: trained classifiers on sentence vectors, what they may and may not decide, and the ones that are shipped."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from indicators import adtype, catalogue
from indicators.heads import model
from indicators.heads.finder import SemanticFinder, split
from indicators.heads.grams import PLACES, grams, rarity, scores, together, weighed
from indicators.heads.train import POSITIVE, SOFTNESS, Material, gather, kind_of, regression, train
from indicators.screener import Screener
from nlp.pipeline import Reader
from strazha.errors import EvidenceError
from strazha.model import AdType
from strazha.model.vectors import Encoder

EVAL = Path(__file__).parents[1] / "eval"


def test_a_head_is_the_regularised_optimum_of_what_it_was_given() -> None:
    random = np.random.default_rng(7)
    rows = random.normal(size=(400, 20)).astype(np.float32)
    target = rows @ random.normal(size=20) + random.normal(size=400) > 1
    weight = np.where(target, POSITIVE, 1.0)
    solution, bias = regression(rows, target, weight)
    chance = 1 / (1 + np.exp(-(rows @ solution + bias)))
    pull = rows.T @ (weight * (chance - target)) + solution / SOFTNESS
    assert np.abs(pull).max() < 2
    assert ((chance > 0.5) == target).mean() > 0.8


def test_regression_of_separable_classes_stays_finite() -> None:
    rows = np.vstack([np.eye(8, dtype=np.float32)] * 3)
    target = np.arange(24) % 8 == 0
    solution, bias = regression(rows, target, np.ones(24))
    assert np.isfinite(solution).all()
    assert rows[0] @ solution + bias > rows[1] @ solution + bias


def test_pieces_of_words_are_the_same_in_both_scripts_and_rows_have_length_one() -> None:
    rows = grams(["Паспортите остават при нас 24 часа", "Pasportite ostavat pri nas 12 chasa", " !? "])
    first, second, third = (rows.where[start:end] for start, end in itertools.pairwise(rows.starts))
    assert set(first) == set(second)
    assert len(third) == 0
    found = weighed(rows, rarity(rows))
    lengths = [float((found.weight[start:end] ** 2).sum()) for start, end in itertools.pairwise(found.starts)]
    assert lengths == pytest.approx([1, 1, 0], abs=1e-5)
    dense = np.zeros((3, PLACES), np.float32)
    for row, (start, end) in enumerate(itertools.pairwise(found.starts)):
        dense[row, found.where[start:end]] = found.weight[start:end]
    weights = np.random.default_rng(3).normal(size=(PLACES, 5)).astype(np.float32)
    assert np.allclose(scores(found, weights), dense @ weights, atol=1e-4)


def test_an_advert_is_its_sentences_together() -> None:
    sentences = ["We keep your papers", "your papers stay here", ""]
    one, apart = together([sentences]), grams([" ".join(sentences)])
    assert dict(zip(one.where.tolist(), one.weight.tolist(), strict=True)) == pytest.approx(
        dict(zip(apart.where.tolist(), apart.weight.tolist(), strict=True))
    )
    assert len(together([]).starts) == len(grams([]).starts) == 1


def test_a_sentence_without_end_costs_no_more_than_two_hundred_words() -> None:
    assert len(grams(["слово" + " дума" * 100_000]).where) == len(grams(["слово" + " дума" * 199]).where)


def _small(tmp_path: Path) -> model.Heads:
    size = 4
    heads = model.Heads(
        encoder="abc", names=("debt_bondage",), thresholds=np.array([0.5], np.float32), weights=np.ones((1, size), np.float32),
        biases=np.zeros(1, np.float32), mean=np.zeros(size, np.float32), context=np.zeros((1, size), np.float32),
        grams=np.zeros((PLACES, 1), np.float32), rare=np.ones(PLACES, np.float32),
        kind_weights=np.zeros((len(model.KINDS), 2 * size), np.float32), kind_biases=np.zeros(len(model.KINDS), np.float32),
        kind_grams=np.zeros((PLACES, len(model.KINDS)), np.float32), kind_rare=np.ones(PLACES, np.float32),
        version="",
    )  # fmt: skip
    model.save(heads, {"encoder": "abc"}, tmp_path)
    return heads


def test_heads_come_back_as_they_were_saved(tmp_path: Path) -> None:
    heads = _small(tmp_path)
    found = model.load(tmp_path)
    assert found is not None
    assert (found.encoder, found.names) == ("abc", ("debt_bondage",))
    assert np.allclose(found.weights, heads.weights)
    assert sum(found.leaning(np.eye(4, dtype=np.float32), None, ["work"]).values()) == pytest.approx(1)


def test_no_heads_are_none_and_half_heads_are_an_error(tmp_path: Path) -> None:
    assert model.load(tmp_path) is None
    _small(tmp_path)
    path = tmp_path / model.ARRAYS
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(EvidenceError, match="train them again"):
        model.load(tmp_path)


def test_a_strong_sign_in_words_is_never_made_harmless() -> None:
    entries = catalogue.load()
    family = adtype.Family("job", AdType.JOB, {})
    harmless = dict.fromkeys(model.KINDS, 0.0) | {"benign": 1.0}
    assert adtype.lean(family, AdType.JOB, harmless, {"documents_withheld"}, entries) is None
    led = adtype.lean(family, AdType.JOB, harmless, set(), entries)
    assert led is not None
    assert led[1] is AdType.BENIGN
    # Nor does it go where the sign would not be looked for.
    adult = dict.fromkeys(model.KINDS, 0.0) | {"adult": 1.0}
    assert adtype.lean(family, AdType.JOB, adult, {"wages_withheld"}, entries) is None
    assert adtype.lean(family, AdType.JOB, {}, set(), entries) is None


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def test_sentences_are_those_of_the_captured_text(reader: Reader) -> None:
    reading = reader.read("Rabota v Germania", "Tyrsim beracha. Dokumentite ostavat pri nas! ☎ 0888 001 204")
    text = reading.text
    found = split(text, reading.mentions)
    assert [one.field for one in found[:2]] == ["title", "body"]
    for one in found:
        captured = text.title.captured if one.field == "title" else text.body.captured
        assert captured[one.start : one.end].strip()
    # What was typed in Latin letters is read in Cyrillic, which the encoder knows far better.
    assert any("ок" in one.text for one in found)


@pytest.fixture(scope="module")
def heads() -> model.Heads:
    found = model.load()
    assert found is not None
    return found


def test_shipped_heads_are_of_the_shipped_labels(heads: model.Heads) -> None:
    card = json.loads((model.FOLDER / model.CARD).read_text(encoding="utf-8"))
    for name, digest in card["files"].items():
        assert sha256((EVAL / name).read_bytes()).hexdigest() == digest, f"{name} changed: make heads"
    assert set(heads.names) <= set(catalogue.load())
    assert card["encoder"] == heads.encoder


def test_shipped_heads_are_of_the_catalogue() -> None:
    card = json.loads((model.FOLDER / model.CARD).read_text(encoding="utf-8"))
    assert card["catalogue"] == catalogue.taught(catalogue.load()), "prototypes or examples changed: make heads"


def test_what_heads_learn_from_has_a_key_of_its_own() -> None:
    entries = catalogue.load()
    one = entries["no_contract"]

    def key(**changes: Any) -> str:
        return catalogue.taught({**entries, "no_contract": one.model_copy(update=changes)})

    assert key() == catalogue.taught(entries)
    assert key(indicator=one.indicator.model_copy(update={"label": {"en": "x", "bg": "x"}}), patterns={}) == key()
    assert len({key(), key(prototypes={}), key(examples={})}) == 3


def test_shipped_heads_are_of_the_model_that_is_built(heads: model.Heads, encoder: Encoder) -> None:
    assert heads.encoder == encoder.version


PARAPHRASES = [
    ("documents_withheld", "Farm hands", "On arrival you hand your passport to the foreman, who looks after it to the end."),
    ("documents_withheld", "Работници за ферма", "При пристигане оставяте паспорта си на бригадира и го получавате накрая."),
    ("third_party_voice", "Massage, Leeds", "The girls are waiting for your call, our lovely ladies will meet you any day."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "title", "body"), PARAPHRASES)
def test_meaning_is_seen_without_the_words(
    heads: model.Heads, encoder: Encoder, reader: Reader, name: str, title: str, body: str
) -> None:
    reading = reader.read(title, body)
    hits = SemanticFinder(encoder, heads).look(reading.text, reading.mentions).hits
    found = [hit for hit in hits if hit.indicator == name]
    assert found, [hit.indicator for hit in hits]
    assert found[0].method == "semantic"
    assert found[0].field == "body"
    assert found[0].rule == f"head:{heads.version}"


def test_denied_words_overrule_a_head(heads: model.Heads, encoder: Encoder, reader: Reader) -> None:
    screener = Screener(SemanticFinder(encoder, heads))
    for body in (
        "We never keep your passport. Pickers wanted, tel. 07700 900123.",
        "Никога не задържаме документите ви. Търсим берачи.",
    ):
        reading = reader.read("Work", body)
        assert "documents_withheld" not in {hit.indicator for hit in screener.screen(reading.text, reading.mentions).hits}


def test_hostile_texts_are_looked_at_too(heads: model.Heads, encoder: Encoder, reader: Reader) -> None:
    finder = SemanticFinder(encoder, heads)
    for title, body in (("", ""), ("\0", "\u202e\u200b"), ("x" * 50_000, "!?." * 5_000), ("\ud800", "a. " * 3_000)):
        reading = reader.read(title.encode("utf-8", "replace").decode(), body)
        seen = finder.look(reading.text, reading.mentions)
        assert len(seen.hits) < 2_000


def test_training_gives_the_same_heads_each_time(encoder: Encoder, reader: Reader) -> None:
    adverts = [
        SimpleNamespace(
            id=f"t{number}", lang="en", ad_type="job" if number % 2 else "benign_goods", title=f"Advert {number}",
            body=f"We hold your papers for {number} weeks. Call now." if number % 2 else f"Bicycle for sale, {number} gears.",
            indicators=("documents_withheld",) if number % 2 else (),
            spans={"documents_withheld": (f"We hold your papers for {number} weeks",)} if number % 2 else {},
        )
        for number in range(24)
    ]  # fmt: skip
    entries = {"documents_withheld": catalogue.load()["documents_withheld"]}

    def made() -> tuple[model.Heads, dict[str, Any], Material]:
        material = gather(adverts, entries, reader.read, encoder)
        return *train(material, entries, encoder)[:2], material

    (one, card, material), (other, _, _) = made(), made()
    # Neutral sentences are learnt by themselves and within adverts, with the host's vector around, and shown by none.
    guests = np.flatnonzero((material.advert < 0) & (material.around >= 0))
    assert {material.texts[at] for at in guests} < {material.texts[at] for at in np.flatnonzero(material.around < 0)}
    assert not any(material.shows[at] for at in guests)
    host = np.flatnonzero(material.advert == material.around[guests[0]])[0]
    size = slice(material.vectors.shape[1], 2 * material.vectors.shape[1])
    assert np.array_equal(material.design[guests[0], size].toarray(), material.design[host, size].toarray())
    assert card["languages_out_of_fold"] == {"en": {"adverts": 24, "positives": 12, "micro_f1": 1.0}}
    assert len(card["limits"]) > 3
    assert one.names == ("documents_withheld",)
    assert np.array_equal(one.weights, other.weights)
    assert np.array_equal(one.grams, other.grams)
    assert kind_of(adverts[0]) == "benign"


def test_show_prints_the_card() -> None:
    from click.testing import CliRunner

    from cli.heads import command

    printed = CliRunner().invoke(command, ["show"])
    assert printed.exit_code == 0
    assert "documents_withheld" in printed.output
    assert "kind benign_job" in printed.output


def test_heads_trained_elsewhere_are_used_and_those_of_another_model_are_not(
    heads: model.Heads, encoder: Encoder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from flows.steps import reading
    from nlp.encoder.folder import models_folder
    from strazha.settings import Settings

    def finder(version: str, folder: Path) -> SemanticFinder | None:
        folder.mkdir()
        model.save(replace(heads, encoder=version), {"encoder": version}, folder)
        return reading._finder(Settings(encoder="multilingual-e5-small", models=models, heads=str(folder), encoder_cache=0))

    models = str(models_folder(Settings(models="")))
    own = finder(encoder.version, tmp_path / "own")
    assert own is not None
    found = model.load(tmp_path / "own")
    assert found is not None
    assert own.label == f"heads-{found.version}"
    assert "another model" not in caplog.text
    assert finder("000000000000", tmp_path / "other") is None
    assert "another model" in caplog.text
