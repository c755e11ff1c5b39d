"""Groups and counterfactual pairs: what differs by whom an advert names must be none of the score's business."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.eval_ import command
from flows.fairness import counterfactual, labelled_bands
from flows.steps import catalogue
from strazha.evaluation.counterfactual import KINDS, STYLES, Kind, Pair, latin, nations_named, pairs, spread, swaps
from strazha.evaluation.groups import FEWEST, score_groups
from strazha.evaluation.labelled import Labelled, read_labelled
from strazha.evaluation.moves import EXCUSED, SPEAK_OF_NATIONS, Outcome, compare
from strazha.model import Band

EVAL = Path(__file__).parents[1] / "eval"

#: Share of pairs in which an indicator may change. Typing in Latin letters loses words to the reader; a nation that a
#: pattern does not list is not seen; pay is compared with the country named. A change in the rest is rare by chance only.
CEILING = {"script": 0.20, "nation": 0.10, "country": 0.10}
USUAL = 0.015


def row(text: str, **more: Any) -> Labelled:
    plain = {"id": "x", "lang": "bg", "ad_type": "job", "title": "Работа", "body": text, **more}
    return Labelled.model_validate(plain)


def changed(pair: Pair) -> tuple[str, str]:
    return pair.what, pair.after[1]


#: What is drawn for one row, in whichever process.
PINNED = ["BG>RU", "BG>TR", "София>Пловдив", "София>Варна", "Мария>Фатме", "Мария>Зорница"]


def test_what_the_generator_exchanges() -> None:
    one = row("Търсим българки и Българи в София, Мария ще ви чака. ДО БЪЛГАРИЯ!", names=("Мария",))
    found = {kind: [pair for pair in pairs([one]) if pair.kind == kind] for kind in KINDS}
    assert all(found.values()), [kind for kind, made in found.items() if not made]
    for pair in found["nation"]:
        nation = pair.what.removeprefix("BG>")
        words = {"RO": ("румънки", "Румънци"), "UA": ("украинки", "Украинци"), "RU": ("рускини", "Руснаци"),
                 "RS": ("сръбкини", "Сърби"), "TR": ("туркини", "Турци"), "MD": ("молдовки", "Молдовци")}[nation]  # fmt: skip
        assert pair.after[1] == one.body.replace("българки", words[0]).replace("Българи", words[1])
    assert all("БЪЛГАРИЯ" not in pair.after[1] and "българки" in pair.after[1] for pair in found["country"])
    assert changed(found["city"][0]) == ("София>Пловдив", one.body.replace("София", "Пловдив"))
    assert found["name"][0].after[1].startswith("Търсим българки и Българи в София, ")
    assert "Мария" not in found["name"][0].after[1]
    assert found["named"][0].before == (one.title, one.body)
    # Drawn by the row's id alone, the same in every process; and a choice of them that has every kind.
    assert [pair.what for kind in ("nation", "city", "name") for pair in found[kind]] == PINNED
    assert {pair.kind for pair in spread(pairs([one]), 7)} == set(KINDS)


@pytest.mark.parametrize(
    ("lang", "text", "after"),
    [
        ("bg", "Гръцки не се изисква, търсим гръцки готвач", "Гръцки не се изисква, търсим * готвач"),
        ("bg", "Договор на български и немски. Говори български", ""),
        ("ru", "Болгарский знать необязательно", ""),
        ("en", "No Greek needed, Greek ladies wait", "No Greek needed, * ladies wait"),
    ],
)
def test_a_language_is_no_nationality(lang: str, text: str, after: str) -> None:
    one = row(text, lang=lang)
    made = [pair.after[1] for pair in pairs([one]) if pair.kind == "nation"]
    start, _, end = after.partition("*")
    assert bool(made) == bool(after)
    assert all(text.startswith(start) and text.endswith(end) for text in made)
    assert nations_named(one) == ({"GR"} if after else frozenset())


def test_a_name_typed_in_latin_letters_keeps_its_gender() -> None:
    one = row("Terapevti Sonq i Dimo", latin_bg=True, names=("Sonq", "Dimo"))
    for pair in (pair for pair in pairs([one]) if pair.kind == "name"):
        first = pair.after[1].split()[1]
        assert first in swaps().names["Latin"][0]


def test_typing_in_latin_letters() -> None:
    assert latin("Чакаме ви, ЩЕ има яки пари", "with figures") == "4akame vi, 6tE ima qki pari"
    assert latin("Жълто, 0888 001 204, x@example.org", "spelt out") == "Zhalto, 0888 001 204, x@example.org"
    assert {latin("цъфва", style) for style in STYLES} == {"cufva", "tsafva", "cyfva"}


def test_a_score_that_moves_alone_is_told() -> None:
    pair = Pair("x", "bg", "city", "София>Варна", ("", "a"), ("", "b"))
    alone = compare([pair], {("", "a"): Outcome(10, "low", frozenset("s")), ("", "b"): Outcome(13, "low", frozenset("s"))})
    assert [move.points for move in alone.unexplained] == [3]
    led = compare([pair], {("", "a"): Outcome(10, "low", frozenset()), ("", "b"): Outcome(30, "medium", frozenset("s"))})
    assert not led.unexplained
    assert led.kinds["city"].plain()["band_moved"] == 1
    assert led.moves[0].gained == ["s"]


@pytest.mark.parametrize(
    ("kind", "before", "after", "fails"),
    [
        # What speaks of nations may change where one nation stands for another, and nothing else, however little it weighs.
        ("nation", {"ethnicity_selling_point"}, set(), []),
        ("nation", {"ethnicity_selling_point", "venue_agency"}, set(), ["venue_agency"]),
        # A neutral sentence or a name excuses nothing.
        ("nation added", set(), {"ethnicity_selling_point"}, ["ethnicity_selling_point"]),
        ("named", set(), {"ethnicity_selling_point"}, ["ethnicity_selling_point"]),
        ("name", {"third_party_voice"}, set(), ["third_party_voice"]),
        # Another country, another city, another script: reported, not failed.
        ("country", {"venue_agency"}, set(), []),
        ("script", {"venue_agency"}, set(), []),
    ],
)
def test_a_nation_or_name_excuses_only_what_speaks_of_nations(
    kind: Kind, before: set[str], after: set[str], fails: list[str]
) -> None:
    pair = Pair("x", "bg", kind, "RO>GR", ("", "a"), ("", "b"))
    outcomes = {("", "a"): Outcome(40, "medium", frozenset(before)), ("", "b"): Outcome(41, "medium", frozenset(after))}
    moves = compare([pair], outcomes)
    assert moves.moves[0].unexcused == fails
    assert len(moves.unexplained) == moves.kinds[kind].unexplained == bool(fails)
    assert moves.moves[0].plain()["fails"] is bool(fails)


def test_what_is_excused_is_in_the_catalogue() -> None:
    assert set(SPEAK_OF_NATIONS) <= set(catalogue())
    for names in EXCUSED.values():
        assert names <= set(SPEAK_OF_NATIONS)


@pytest.fixture(scope="module")
def rows() -> list[Labelled]:
    return [one for name in ("own-a", "own-b") for one in read_labelled(EVAL / f"{name}.jsonl")]


def test_no_score_moves_by_whom_or_where_an_advert_names(rows: list[Labelled]) -> None:
    chosen = spread(pairs(rows), 560)
    moves = counterfactual(chosen)
    assert len(chosen) >= 500
    assert not moves.unexplained, [move.plain() for move in moves.unexplained]
    for kind, tally in moves.kinds.items():
        assert tally.change.share <= CEILING.get(kind, USUAL), [m.plain() for m in moves.moves if m.pair.kind == kind]


def test_groups_say_when_they_are_too_small() -> None:
    many = [row("", id=f"b{at}", ad_type="benign_goods", lang="ro") for at in range(40)]
    few = [row("", id=f"r{at}", ad_type="job", lang="ru", indicators=("documents_withheld", "debt_bondage")) for at in range(3)]
    other = [row("", id=f"e{at}", ad_type="benign_goods", lang="en") for at in range(40)]
    all_of = [*many, *few, *other]
    outputs = {one.id: {"band": "high" if one.lang == "en" and int(one.id[1:]) < 20 else "low", "hits": []} for one in all_of}
    found = score_groups(all_of, outputs, labelled_bands(all_of))
    languages = found.by_way["language"]
    assert languages["ru"].plain()["misses"] == {
        "count": 3, "of": 3, "share": 1.0, "low": pytest.approx(0.4385, abs=1e-3), "high": 1.0, "too_small": True,
    }  # fmt: skip
    assert languages["en"].rates()["false alarms"].count == 20
    assert {(gap.way, gap.group) for gap in found.gaps()} == {("language", "en"), ("language", "ro")}
    assert FEWEST > 3
    assert labelled_bands(few)["r0"].rank >= Band.MEDIUM.rank
    assert nations_named(row("Търсим румънка и българин от Румъния")) == {"RO", "BG"}
    # "polish" written small may still be the nation; a country is no nationality.
    assert nations_named(row("Go to Poland", lang="en")) == frozenset()


def test_nations_are_groups_of_their_own_against_all_other_adverts() -> None:
    texts = {"r": "Търсим румънка", "b": "Търсим българка", "x": "Търсим румънка и българка", "n": "Колело"}
    rows = [row(text, id=f"{key}{at}", ad_type="benign_goods") for key, text in texts.items() for at in range(30)]
    outputs = {one.id: {"band": "high" if one.id[0] in "rx" else "low", "hits": []} for one in rows}
    found = score_groups(rows, outputs, labelled_bands(rows))
    plain = found.plain()["groups"]
    assert {name: one["rows"] for name, one in plain["nationality named"].items()} == {"none": 30, "one": 60, "two or more": 30}
    assert {name: one["rows"] for name, one in plain["nation"].items()} == {"BG": 60, "RO": 60}
    (gap,) = [gap for gap in found.gaps() if gap.way == "nation"]
    assert (gap.group, gap.own.count, gap.own.of, gap.others.count, gap.others.of) == ("RO", 60, 60, 0, 60)


def test_the_command(tmp_path: Path) -> None:
    path, figures = tmp_path / "rows.jsonl", tmp_path / "figures.json"
    lines = (EVAL / "own-a.jsonl").read_text(encoding="utf-8").splitlines()[:12]
    path.write_text("\n".join(lines), encoding="utf-8")
    result = CliRunner().invoke(command, [str(path), "--groups", "--counterfactual", "--json", str(figures)])
    assert result.exit_code == 0, result.output
    for words in (
        "By language",
        "By nationality named",
        "By advert type",
        "Counterfactual pairs",
        "without a changed indicator",
    ):
        assert words in result.output
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert found["counterfactual"]["unexplained"] == 0
    assert found["groups"]["groups"]["language"]["bg"]["misses"]["too_small"] is True
