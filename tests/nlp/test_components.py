"""spaCy: a pipeline per language, batches, and trained pipelines where they are installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import spacy

from nlp.components import SHAKY, SPANS, pipeline, trained
from nlp.lang import codes
from nlp.pipeline import Item, Reader

PACKAGE = "de_tiny_persons"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package with a tiny trained pipeline on the path, as pip leaves one."""
    nlp = spacy.blank("de")
    nlp.add_pipe("sentencizer")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PER", "pattern": "Quirlina"}])  # type: ignore[attr-defined]
    nlp.meta["name"] = "tiny_persons"
    (tmp_path / PACKAGE).mkdir()
    nlp.to_disk(tmp_path / PACKAGE / "model")
    (tmp_path / PACKAGE / "__init__.py").write_text(
        "from pathlib import Path\nfrom spacy.util import load_model_from_path\n\n\n"
        "def load(**overrides):\n    return load_model_from_path(Path(__file__).parent / 'model', **overrides)\n"
    )
    info = tmp_path / f"{PACKAGE}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[spacy_models]\n{PACKAGE} = {PACKAGE}\n")
    monkeypatch.syspath_prepend(tmp_path)
    pipeline.cache_clear()
    yield
    pipeline.cache_clear()


def test_none_is_required() -> None:
    assert all(pipeline(code).pipe_names == ["strazha_persons"] for code in (*codes(), "xx") if not trained(code))


@pytest.mark.usefixtures("installed")
def test_a_trained_pipeline_is_used_where_it_is_installed() -> None:
    assert trained("de") == PACKAGE
    nlp = pipeline("de")
    assert nlp.pipe_names == ["entity_ruler", "strazha_persons"]
    doc = nlp("Am Abend war Quirlina in der Stadt.")
    marked = {span.text: span.label_ for span in doc.spans[SPANS]}
    assert marked["Quirlina"] == SHAKY
    text = "Ich suche eine Wohnung in der Stadt, bitte nur abends, meine Freundin Quirlina kommt mit."
    assert "Quirlina" in [m.text for m in Reader().read("", text).mentions if m.kind == "name"]


def test_batches_give_what_single_adverts_give() -> None:
    reader = Reader()
    bodies = [
        "Питайте за Ваня, 24 г.",
        "Ask for Anna on 07700 900123",
        "Pitai za Vanq, rabota v Germaniq, zaplata 900 evro",
        "",
    ]
    items = [Item("Обява", body) for body in bodies * 30]
    assert [r.mentions for r in reader.pipe(items)] == [reader.read(item.title, item.body).mentions for item in items]
