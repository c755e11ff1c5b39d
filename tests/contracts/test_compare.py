"""What every comparison of clusters/compare must hold to; a new one is covered as soon as it is in COMPARISONS."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import clusters.compare
from clusters.compare import COMPARISONS, Known
from clusters.pair import hopeless, joins, link
from clusters.weights import JOIN, STRONG, WEIGHTS
from strazha.model import AdType, Linkable

WORDS = ["склад", "работа", "nova", "grad", "заплата", "Marieta", "zum", "ωρα", "#", "@", "4as"]
LINKABLES = st.builds(
    Linkable,
    id=st.sampled_from(["a", "b", "c"]),
    posted_at=st.none() | st.integers(0, 4000).map(lambda days: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=days)),
    ad_type=st.sampled_from(AdType),
    folded=st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join) | st.text(max_size=60),
    contacts=st.lists(st.sampled_from(["phone:+1", "handle:whatsapp:+1", "email:a@example.com", "x"]), max_size=3).map(tuple),
    names=st.lists(st.sampled_from(["Ана", "Ana", "", "Петя", "🌴"]), max_size=3).map(tuple),
    ages=st.lists(st.integers(0, 120), max_size=3).map(tuple),
    places=st.lists(st.sampled_from(["Varna|BG", "|BG", "Ruse|", ""]), max_size=2).map(tuple),
    city=st.sampled_from(["", "Варна", "Varna", "Ruse"]),
    image_hashes=st.lists(st.sampled_from(["f" * 64, "f" * 63 + "e", "0" * 64, "zz", "0f" * 32]), max_size=2).map(tuple),
)
KNOWN = st.sampled_from([Known(), Known({"phone:+1": 0.05}, {"phone:+1": "many share it"}), Known({"image:" + "f" * 64: 0.0})])


@pytest.mark.parametrize("name", sorted(COMPARISONS))
@settings(max_examples=60, deadline=None)
@given(a=LINKABLES, b=LINKABLES, known=KNOWN)
def test_symmetric_bounded_deterministic_and_explained(name: str, a: Linkable, b: Linkable, known: Known) -> None:
    compare = COMPARISONS[name]
    there, back = compare(a, b, known), compare(b, a, known)
    assert there == back == compare(a, b, known)
    assert 0.0 <= there.score <= 1.0
    assert there.text.strip().endswith((".", ")"))
    assert there.text[0].isupper() or there.text[0].isdigit()


@pytest.mark.parametrize("name", sorted(COMPARISONS))
def test_nothing_in_common_scores_nothing(name: str) -> None:
    assert COMPARISONS[name](Linkable(id="a"), Linkable(id="b"), Known()).score == 0.0


@pytest.mark.parametrize("name", sorted(COMPARISONS))
def test_its_docstring_explains_its_score(name: str) -> None:
    assert "Score:" in (inspect.getdoc(COMPARISONS[name]) or "")


def test_each_has_its_file_and_its_weight() -> None:
    folder = Path(clusters.compare.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} - {"__init__", "base"} == set(COMPARISONS) == set(WEIGHTS)
    assert all(0.0 < weight < 1.0 for weight in WEIGHTS.values())
    assert 0.0 < JOIN < STRONG < 1.0


@settings(max_examples=60, deadline=None)
@given(a=LINKABLES, b=LINKABLES, known=KNOWN)
def test_a_link_has_the_reasons_of_its_score(a: Linkable, b: Linkable, known: Known) -> None:
    a, b = a.model_copy(update={"id": "a"}), b.model_copy(update={"id": "b"})
    one = link(b, a, known)
    assert one == link(a, b, known)
    assert (one.a, one.b) == ("a", "b")
    assert bool(one.reasons) == (one.score > 0.0)


SHORT_COPY = {"id": "a", "ad_type": AdType.BENIGN, "folded": "zum nova zum zum zum", "names": ("Ана",), "ages": (0,)}


@settings(max_examples=100, deadline=None)
@given(a=LINKABLES, b=LINKABLES)
@example(a=Linkable(**SHORT_COPY, city="Варна"), b=Linkable(**SHORT_COPY, places=("Varna|BG",)))
def test_what_is_called_hopeless_does_not_join(a: Linkable, b: Linkable) -> None:
    a = a.model_copy(update={"id": "a", "contacts": (), "image_hashes": ()})
    b = b.model_copy(update={"id": "b"})
    assert not (hopeless(a, b, Known()) and joins(link(a, b, Known())))
