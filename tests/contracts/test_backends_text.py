"""What every index backend owes: words in every spelling, telephones, snippets, and hostile input."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strazha.store import AdIndex, AdvertField, Query
from tests.contracts.backend_documents import (
    advert,
    found,
)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("работа", "12"),
        ("РАБОТА", "12"),
        ("rabota", "12"),
        ("RABOTA sklad", "12"),
        ("Raбota", "12"),
        ("търсим", "12"),
        ("tarsim", "12"),
        ("tyrsim", "1"),
        ("България", "5"),
        ("Bulgaria", "5"),
        ("bylgariq", "5"),
        ("shtastlivi", "5"),
        ("6tastlivi", "5"),
        ("zhilishte", "5"),
        ("jili6te", "5"),
        ("shofior", "5"),
        ("munca plata", "6"),
        ("MUNCĂ PLATĂ", "6"),
        ("ware*", "3"),
        ("rabot*", "12"),
        ("warehouse OR flat", "34"),
        ("work -flat", "3"),
        ("-склад", "3456"),
        ("-работа -flat", "356"),
        ('"quiet flat"', "4"),
        ('"flat quiet"', ""),
        ('"v sklad"', "12"),
        ("well-paid", "3"),
        ("paid-well", ""),
        ("title:warehouse", "3"),
        ("body:flat", "4"),
        ("title:quiet", ""),
        ("reading:склад", "2"),
        ("exact:rabota", "2"),
        ("exact:работа", "12"),
        ("place:sofia", "1"),
        ('place:"new town"', "3"),
        ("place:new*", "3"),
        ("contact:phone:+359*", "12"),
        ("indicator:papers OR place:sofia", "12"),
        ("flat OR band:urgent", "14"),
        ("-band:urgent work", "3"),
        ("lang:BG rabota", "12"),
        ("decision:monitor", "5"),
        ("colour:red", ""),
        ("quiet near station rooms", "4"),
        ("", "123456"),
        ("   ", "123456"),
    ],
)
def test_words_of_every_spelling_and_the_query_syntax(shared: AdIndex, text: str, keys: str) -> None:
    page = shared.search_adverts(Query(text=text, size=100))
    assert {row.doc.advert.key for row in page.rows} == set(keys)
    assert page.total == len(keys)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("0888001234", "12"),
        ("0888 00 12 34", "12"),
        ("+359 888 001 234", "12"),
        ("00359888001234", "12"),
        ("(0888) 001-234", "12"),
        ("88800", "12"),
        ("01234", "12"),
        ("0-0-1-2-3-4", "12"),
        ("888001 склад", "12"),
        ("888001 -exact:rabota", "1"),
        ("-888001 work", "3"),
        ("phone:0888/001", "12"),
        ("07700900123", "3"),
        ("+44 7700 900123", "3"),
        ("+44 (0) 7700 900123", "3"),
        ("00900", "3"),
        ("99999", ""),
    ],
)
def test_fragments_of_telephones_in_any_written_form(shared: AdIndex, text: str, keys: str) -> None:
    page = shared.search_adverts(Query(text=text))
    assert {row.doc.advert.key for row in page.rows} == set(keys)


#: By language an advert in its own letters; below, what people type to find it and what they mean by it.
LANGUAGES = {
    "bg": "Търсим жени за почивна станция, заплащане всяка седмица", "ru": "Нужны девушки, жильё предоставляем, ёлка",
    "uk": "Потрібні працівники, житло надаємо, ґанок", "ro": "Căutăm fete pentru muncă în străinătate, șofer",
    "de": "Mädchen für Café gesucht, Größe egal", "en": "We’re hiring waitresses – naïve résumé welcome",
    "el": "Ζητούνται κοπέλες για εργασία στη Θεσσαλονίκη", "tr": "İşçi aranıyor, çalışma saatleri ŞIK",
}  # fmt: skip


TYPED = {
    "bg": ["търсим ЖЕНИ", "tarsim zheni", "tyrsim jeni", "sedmica", "sedmitsa", "STANCIQ", "zapla6tane", "zaplasht*",
           '"zheni za pochivna"'],
    "ru": ["жилье", "ЖИЛЬЁ", "zhile", "devushki", "elka", "ёлка", '"нужны девушки"'],
    "uk": ["потрібні", "POTRIBNI", "ганок", "ganok", "zhitlo", "житло надаємо"],
    "ro": ["cautam", "CĂUTĂM", "strainatate", "şofer", "sofer", "munca", "страйнэтате OR șofer"],
    "de": ["madchen", "Maedchen", "MÄDCHEN", "fuer cafe", "groesse", "GRÖSSE", "grosse", "ma\u0308dchen"],
    "en": ["were hiring", "we're", "naive resume", "NAÏVE", "waitres*", '"welcome"'],
    "el": ["ζητουνται", "ΖΗΤΟΎΝΤΑΙ", "zitountai", "ergasia", "thesaloniki", "κοπελες"],
    "tr": ["isci", "İŞÇİ", "işçi", "calisma", "CALISMA", "şık", "sik"],
}  # fmt: skip


def test_each_language_is_found_however_it_is_typed(index: AdIndex) -> None:
    index.put_adverts(advert(lang, lang, text, langs=[lang]) for lang, text in LANGUAGES.items())
    index.refresh()
    for lang, queries in TYPED.items():
        for typed in queries:
            page = index.search_adverts(Query(text=typed, highlight=True))
            assert [row.doc.advert.title for row in page.rows] == [lang], typed
            assert any(span.marked for span in page.rows[0].snippet), typed


WRITTEN = ["0888 00 12 34", "+359 (0) 888 / 001-234", "00359-888-001.234", "٠٨٨٨٠٠١٢٣٤", "0️⃣8️⃣8️⃣8️⃣ 00 12 34", "(0888)001234"]
FRAGMENTS = ["88800", "00123", "01234", "888-001", "8880 01234", "088 800 12 34", "88 8 001 234", "٨٨٨٠٠", "phone:888.00"]


def test_any_piece_of_a_number_finds_every_way_of_writing_it(index: AdIndex) -> None:
    index.put_adverts([*(advert(one, one, f"call {one} now") for one in WRITTEN), advert("x", "other", "call 0888 00 21 34")])
    index.refresh()
    for typed in FRAGMENTS:
        assert found(index, typed) - {"other"} == set(WRITTEN), typed
    assert found(index, "1234") == set()  # four digits are a price or a year: words like any other
    assert found(index, "+359 888 001 234") == {one for one in WRITTEN if "359" in one}


def test_relevance_has_the_order_its_numbers_are_chosen_for(index: AdIndex) -> None:
    filler = "една две три четири пет шест седем осем"
    docs = [
        advert("1", "склад", filler),
        advert("2", "sklad", filler),
        advert("3", "обява", f"{filler} склад", score=99, band="urgent", head_of_queue=True),
        advert("4", "обява", f"{filler} sklad", score=99, band="urgent"),
        advert("5", "обява", f"{filler} склад {filler} {filler} {filler}", score=99, band="urgent"),
        advert("6", "obqva", "edna dve tri 4etiri pet", reading="обява склад", score=99),
        *(advert(f"x{n}", f"друго {n}", f"{filler} хора" if n % 2 else filler) for n in range(30)),
    ]
    index.put_adverts(reversed(docs))
    index.refresh()

    def order(text: str) -> str:
        rows = index.search_adverts(Query(text=text, sort="relevance", size=100)).rows
        return "".join(row.doc.advert.key for row in rows if not row.doc.advert.key.startswith("x"))

    # Title, then body, then reading; spelled as typed before folded alike; a short text before a long one.
    assert order("склад").replace("5", "") == "12346"
    assert order("склад").index("3") < order("склад").index("5")
    starred = order("скла*")
    assert set(starred[:2]) == {"1", "2"}
    assert starred.index("3") < starred.index("6")
    # A number names an operation: an advert that has it goes before one that only has the words.
    index.put_adverts([advert("7", "обява", f"{filler} 0888 001 234"), advert("8", "обява", f"{filler} шофьор")])
    index.refresh()
    assert order("шофьор OR 0888001234") == "78"
    # A rare word says more than one that every second advert has, and both say more than either.
    index.put_adverts([advert("9", "обява", f"{filler} шофьор хора"), advert("0", "обява", f"{filler} хора")])
    index.refresh()
    assert order("шофьор OR хора") == "980"


def marked(index: AdIndex, text: str, title: str) -> list[str]:
    rows = index.search_adverts(Query(text=text, highlight=True)).rows
    return [span.text for row in rows if row.doc.advert.title == title for span in row.snippet if span.marked]


def test_snippets_mark_the_captured_text(shared: AdIndex) -> None:
    assert marked(shared, "germania", "Работа в склад") == ["Германия"]
    assert marked(shared, "sklad 888001", "Работа в склад") == ["склад", "0888 00-12 34"]
    assert marked(shared, "rabot*", "Rabota v sklad") == ["rabota"]
    assert marked(shared, '"quiet flat"', "Flat to let") == ["quiet flat"]
    assert marked(shared, "title:flat -work", "Flat to let") == ["flat"]
    row = shared.search_adverts(Query(text="склад", highlight=True)).rows[0]
    assert "".join(span.text for span in row.snippet).strip(" …") in row.doc.advert.body + row.doc.advert.title
    assert all(row.snippet == () for row in shared.search_adverts(Query(text="склад")).rows)
    assert not any(span.marked for row in shared.search_adverts(Query(highlight=True)).rows for span in row.snippet)


def test_a_snippet_of_a_long_text_is_cut_around_the_match(index: AdIndex) -> None:
    body = "word " * 3000 + "needle in <b>the</b> \x00 hay " + "word " * 3000
    index.put_adverts([advert("1", "long", body)])
    index.refresh()
    spans = index.search_adverts(Query(text="needle", highlight=True)).rows[0].snippet
    text = "".join(span.text for span in spans)
    assert [span.text for span in spans if span.marked] == ["needle"]
    assert len(text) < 400
    assert "<b>the</b> \x00 hay" in text


NASTY = [
    "'; DROP TABLE adverts; --", '"', '"""', "*", "-", "--", "OR", "AND", "NOT", "NEAR(a b)", "a NEAR/3 b", "title:", ":", "^x",
    "{title} : x", "x)", "((((", "a" * 2000, "* OR *", "-OR", 'title:"', "\0", "a\0b", "\ud800", "\u202eabc", "%", "_", "\\",
    "OR OR OR", "-" * 2000, "1" * 2000, "(1" * 900, "a OR " * 400, "x " * 1000, "ъ" * 2000, "place:", 'place:""', "contact:*",
    "12345" * 300, "+" * 500, "٠١٢٣٤٥", "𝐰𝐨𝐫𝐤", "a-b-c-d", "http://example.com/?q=a&b=c", "rowid:1", "advert_text MATCH 1",
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_hostile_queries_never_raise(shared: AdIndex, text: str) -> None:
    for sort in ("priority", "relevance"):
        shared.search_adverts(Query(text=text, sort=sort, highlight=True, facets=("place",)))
    shared.search_clusters(Query(text=text))


@given(text=st.text(st.characters(), max_size=200) | st.text('"*-:() OR0123+aбtile\0\ud800', max_size=60))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_raises(shared: AdIndex, text: str) -> None:
    whole = shared.search_adverts(Query(text=text[:2000], size=100, highlight=True, sort="relevance"))
    assert whole.total == len(whole.rows)
    assert shared.search_adverts(Query(text=text[:2000], size=0)).total == whole.total


def test_hostile_filter_values_find_nothing_and_break_nothing(shared: AdIndex) -> None:
    for field in AdvertField:
        page = shared.search_adverts(Query(filters={field.value: ("'; --", "\0", "\ud800", "x" * 5000)}))
        assert page.total == 0
    many = tuple(str(n) for n in range(5000))
    assert (
        shared.search_adverts(Query(filters={"source": (*many, "beta"), "contact": (*many, "phone:+359888001234")})).total == 1
    )


@pytest.mark.parametrize(
    "nasty", ["nul \0 here", "bidi \u202e here", "lone \ud800 here", "<script>here</script>", "a\u0301" * 500 + " here"]
)
def test_hostile_texts_are_kept_exactly_and_found(index: AdIndex, nasty: str) -> None:
    doc = advert("1", nasty, nasty, source=nasty, cluster_id=nasty, keys=(nasty,), reading=nasty)
    assert index.put_adverts([doc, advert("2", "other")]) == 2
    index.refresh()
    assert index.advert(doc.id) == doc
    page = index.search_adverts(Query(text="here", highlight=True))
    assert [row.doc for row in page.rows] == [doc]
    assert any(span.marked and "here" in span.text for span in page.rows[0].snippet)
    assert index.search_adverts(Query(filters={"source": (nasty,)})).total == 1
    assert index.by_keys([nasty]) == {nasty: [doc.id]}
    changed = advert("1", "plain", version=2, content_hash="1" * 64, source=nasty)
    assert index.put_adverts([changed]) == 1
    index.refresh()
    assert found(index, "here") == set()


def test_a_huge_text_is_taken_in_time(index: AdIndex) -> None:
    body = "ъ1 " * 1_000_000 + "1 " * 1_000_000 + "a" * 1_000_000
    assert index.put_adverts([advert("1", "huge", body)]) == 1
    index.refresh()
    assert found(index, "huge ъ1", highlight=True) == {"huge"}
