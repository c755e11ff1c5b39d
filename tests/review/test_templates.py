"""What the templates must hold to, checked on their source."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from review import contexts
from review.render import STATIC, environment, static_url

FOLDER = Path(contexts.__file__).parent / "templates"
TEMPLATES = sorted(FOLDER.glob("*.html"))


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("*.html")), ids=lambda file: file.name)
def test_only_sentences_written_there_are_taken_for_html(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    # gettext's result counts as safe HTML, so that its argument must be a sentence of the template itself.
    assert re.findall(r"\b(?:_|n?gettext)\((?!\s*[\"'])", source) == []
    assert "|safe" not in source
    assert "Markup(" not in source
    assert "{% autoescape" not in source
    assert not re.search(r"\s(style|on\w+)=", source)
    assert not re.search(r"\s[\w-]+=\{\{", source), "an attribute without quotes"


def test_every_page_has_its_template_and_every_template_its_page() -> None:
    pages = {kind.template for kind in vars(contexts).values() if isinstance(kind, type) and issubclass(kind, contexts.Page)}
    assert pages - {""} == {file.name for file in TEMPLATES} - {"base.html", "parts.html"}
    for name in pages - {""}:
        environment().get_template(name)


def test_static_files_are_named_by_their_content() -> None:
    digest = hashlib.sha256((STATIC / "base.css").read_bytes()).hexdigest()
    assert static_url("base.css") == f"/static/base.css?v={digest[:12]}"


def test_vendored_files_are_the_noted_ones() -> None:
    notes = (STATIC / "vendor" / "README.md").read_text(encoding="utf-8")
    for file in (STATIC / "vendor").glob("*.js"):
        assert file.name in notes
        assert hashlib.sha256(file.read_bytes()).hexdigest() in notes
