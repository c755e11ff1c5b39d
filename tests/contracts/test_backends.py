"""What every index backend owes. The suite runs unchanged for each line of BACKENDS that has an opener here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strazha.errors import BadInputError
from strazha.model import (
    Advert,
    AdvertState,
    Band,
    Cluster,
    Hit,
    LanguageGuess,
    Link,
    LinkReason,
    Mention,
    Outcome,
    Screening,
    Versions,
)
from strazha.settings import Settings
from strazha.store import BACKENDS, AdIndex, AdvertDoc, AdvertField, ClusterDoc, ClusterField, LinkDoc, Query, open_index

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
PIPELINE = Versions(code="1", nlp="1", catalogue="1")

#: Backend -> its settings for an empty index of its own. A backend that needs a server starts it in a fixture of its own.
SETTINGS: dict[str, Callable[[Path, pytest.FixtureRequest], Settings]] = {
    "sqlite": lambda folder, request: Settings(home=folder, store="sqlite"),
    "elasticsearch": lambda folder, request: Settings(
        home=folder, store="elasticsearch", elasticsearch_urls=(request.getfixturevalue("elasticsearch_node").url,),
        elasticsearch_prefix=f"contract_{request.scope}",
    ),
}  # fmt: skip
PARAMS = [pytest.param(name, marks=[pytest.mark.elasticsearch] if name == "elasticsearch" else []) for name in sorted(BACKENDS)]


def test_every_backend_runs_this_suite() -> None:
    assert set(SETTINGS) == set(BACKENDS)


@pytest.fixture(params=PARAMS)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AdIndex]:
    with open_index(SETTINGS[request.param](tmp_path, request)) as opened:
        opened.clear()
        yield opened


@pytest.fixture(scope="module", params=PARAMS)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdIndex]:
    """A filled index that no test changes."""
    with open_index(SETTINGS[request.param](tmp_path_factory.mktemp("shared"), request)) as opened:
        opened.clear()
        assert opened.put_adverts(MARKET) == len(MARKET)
        assert opened.put_clusters(CLUSTERS) == len(CLUSTERS)
        opened.refresh()
        yield opened


def mention(kind: str, value: Any) -> Mention:
    return Mention.model_validate(
        {"kind": kind, "text": "x", "value": value, "field": "body", "start": 0, "end": 1, "extractor": "t", "confidence": 1}
    )


def advert(key: str, title: str = "Advert", body: str = "", **options: Any) -> AdvertDoc:
    """A document; options: source, minute, band, score, ad_type, langs, hits, mentions, reading, gone, and AdvertDoc's own."""
    take = options.pop
    seen = START + timedelta(minutes=take("minute", 0))
    raw = Advert(
        source_id=take("source", "alpha"), key=key, title=title, body=body, captured_at=START, country=take("country", None),
        content_hash=take("content_hash", "0" * 64),
    )  # fmt: skip
    state = AdvertState(
        advert_id=raw.id, source_id=raw.source_id, first_seen=seen, last_seen=seen + timedelta(minutes=take("days", 0) * 1440),
        content_hash=raw.content_hash, versions=1, landing_file="f", landing_offset=0, landing_length=1,
        gone_since=START if take("gone", False) else None,
    )  # fmt: skip
    screening = Screening(
        advert_id=raw.id, content_hash=raw.content_hash, screened_at=START, ad_type=take("ad_type", "job"),
        languages=tuple(LanguageGuess(lang=lang, confidence=1) for lang in take("langs", ())),
        hits=tuple(Hit(indicator=name, method="derived", confidence=1) for name in take("hits", ())),
        mentions=tuple(take("mentions", ())), score=take("score", 0), band=take("band", "low"),
        reading=take("reading", ""), pipeline=PIPELINE,
    )  # fmt: skip
    return AdvertDoc(advert=raw, state=state, screening=screening, **({"version": 1} | options))


def cluster(key: str, **options: Any) -> ClusterDoc:
    plain: dict[str, Any] = {
        "cluster": Cluster(id=key, members=("a", "b")), "size": 2, "title": key, "first_seen": START, "last_seen": START,
        "score": 0, "band": "low", "version": 1,
    }  # fmt: skip
    return ClusterDoc.model_validate(plain | options)


def titles(index: AdIndex, **query: Any) -> list[str]:
    return [row.doc.advert.title for row in index.search_adverts(Query(**query)).rows]


def found(index: AdIndex, text: str, **query: Any) -> set[str]:
    return set(titles(index, text=text, size=100, **query))


SOFIA = mention("place", {"name": "Sofia", "country": "BG", "geoname_id": 727011, "lat": 42.7, "lon": 23.3})
NEW_TOWN = mention("place", {"name": "New Town", "country": "GB", "geoname_id": 1, "lat": 0, "lon": 0})
PHONE = mention("phone", "+359888001234")
MARKET = [
    advert("1", "Работа в склад", "Търсим хора за склад в Германия. Тел. 0888 00-12 34", minute=1, langs=["bg"], hits=["debt"],
           mentions=[PHONE, SOFIA], score=70, band="urgent", cluster_id="c1", keys=("k:1", "k:2")),
    advert("2", "Rabota v sklad", "Tarsim hora za rabota, obadi se +359 888 001 234", minute=2, langs=["bg"], mentions=[PHONE],
           hits=["debt", "papers"], reading="Работа в склад", score=40, band="high", cluster_id="c1", keys=("k:1",),
           source="beta"),
    advert("3", "Warehouse work", "Well-paid work in a warehouse. Call +44 (0)7700 900 123.", minute=3, langs=["en"],
           mentions=[mention("phone", "+447700900123"), NEW_TOWN], score=40, band="medium", country="GB"),
    advert("4", "Flat to let", "A quiet flat near the station, two rooms.", minute=4, langs=["en"], ad_type="benign",
           gone=True, days=2),
    advert("5", "Шофьор за България", "Нощни курсове, щастливи хора, ЖИЛИЩЕ", minute=5, langs=["bg", "ru"], ad_type="transport",
           decision=Outcome.MONITOR, decided_at=START),
    advert("6", "Lucrator depozit", "Muncă în depozit, plată bună, număr 0999 10x", minute=6, langs=["ro"], head_of_queue=True),
]  # fmt: skip
CLUSTERS = [
    cluster("c1", title="Работа в склад", contacts=("phone:+359888001234",), places=("Sofia|BG",), names=("Ivan",), score=80,
            band="urgent", languages=("bg",), sources=("alpha", "beta"), indicators={"debt": 2}, ad_types=("job",),
            countries=("BG",)),
    cluster("c2", title="Warehouse", places=("New Town|GB",), score=90, band="high", decision="refer", decided_at=START),
    cluster("c3", title="Flat", head_of_queue=True, last_seen=START + timedelta(days=1)),
]  # fmt: skip


# --- writing -------------------------------------------------------------------------------------------------------------


def test_what_is_put_comes_back_whole(index: AdIndex) -> None:
    index.put_adverts(MARKET)
    index.put_clusters(CLUSTERS)
    index.refresh()
    assert [index.advert(doc.id) for doc in MARKET] == MARKET
    assert [index.cluster(doc.id) for doc in CLUSTERS] == CLUSTERS
    asked = [MARKET[3].id, "unknown", MARKET[0].id]
    assert index.adverts(asked) == [MARKET[3], MARKET[0]]
    assert index.advert("unknown") is None
    assert index.cluster("unknown") is None
    assert index.count() == {"adverts": 6, "clusters": 3, "links": 0}


def test_the_higher_version_wins(index: AdIndex) -> None:
    old, new = advert("1", "old words", version=1), advert("1", "new words", version=2, score=50, band="high")
    assert index.put_adverts([old]) == 1
    assert index.put_adverts([new]) == 1
    assert index.put_adverts([old, new]) == 0
    index.refresh()
    assert index.advert(new.id) == new
    assert found(index, "old") == set()
    assert found(index, "new") == {"new words"}
    assert index.search_adverts(Query(filters={"band": ("low",)})).total == 0
    assert index.search_adverts(Query(filters={"band": ("high",)})).total == 1
    assert index.count()["adverts"] == 1


def test_one_call_with_several_versions_keeps_the_highest(index: AdIndex) -> None:
    index.put_adverts([advert("1", "second", version=2), advert("1", "third", version=3), advert("1", "first", version=1)])
    index.refresh()
    assert titles(index) == ["third"]


def test_an_update_moves_the_advert_in_every_look_up(index: AdIndex) -> None:
    index.put_adverts([advert("1", "w", "0888 001 111", mentions=[SOFIA], keys=("k:1",), cluster_id="c1", langs=["bg"])])
    index.put_adverts([advert("1", "w", "0888 002 222", mentions=[NEW_TOWN], keys=("k:2",), cluster_id="c2", version=2)])
    index.refresh()
    for gone in ({"place": ("Sofia|BG",)}, {"cluster": ("c1",)}, {"key": ("k:1",)}, {"language": ("bg",)}):
        assert index.search_adverts(Query(filters=gone)).total == 0, gone
    for there in ({"place": ("New Town|GB",)}, {"cluster": ("c2",)}, {"key": ("k:2",)}, {"language": ("none",)}):
        assert index.search_adverts(Query(filters=there)).total == 1, there
    assert found(index, "0888001111") == set()
    assert found(index, "0888002222") == {"w"}


def test_more_documents_than_one_batch(index: AdIndex) -> None:
    assert index.put_adverts(advert(str(n), minute=n) for n in range(2500)) == 2500
    index.refresh()
    assert index.count()["adverts"] == 2500
    ids = [doc.id for doc in index.scan_adverts()]
    assert len(ids) == 2500
    assert ids == sorted(ids)


def test_clear_empties_and_the_index_can_be_filled_again(index: AdIndex) -> None:
    index.put_adverts(MARKET)
    index.put_clusters(CLUSTERS)
    index.put_links([link("a", "b", 0.5)])
    index.clear()
    index.refresh()
    assert index.count() == {"adverts": 0, "clusters": 0, "links": 0}
    assert found(index, "склад") == set()
    assert index.put_adverts(MARKET) == len(MARKET)
    index.refresh()
    assert len(found(index, "склад")) == 2
    assert index.search_adverts(Query(facets=("source",))).facets["source"][0].value == "alpha"


# --- filters and facets --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "keys"),
    [
        ({"source": ("beta",)}, "2"),
        ({"source": ("alpha", "beta"), "language": ("bg",)}, "125"),
        ({"ad_type": ("benign", "transport")}, "45"),
        ({"band": ("urgent", "high")}, "12"),
        ({"indicator": ("papers",)}, "2"),
        ({"indicator": ("debt", "papers"), "band": ("urgent",)}, "1"),
        ({"place": ("Sofia|BG", "New Town|GB")}, "13"),
        ({"country": ("GB",)}, "3"),
        ({"contact": ("phone:+359888001234",)}, "12"),
        ({"cluster": ("c1",)}, "12"),
        ({"cluster": ("none",)}, "3456"),
        ({"cluster": ("none", "c1")}, "123456"),
        ({"place": ("none",), "indicator": ("none",)}, "456"),
        ({"decision": ("none",)}, "12346"),
        ({"decision": ("monitor", "refer")}, "5"),
        ({"decision": ("none", "monitor")}, "123456"),
        ({"key": ("k:1",)}, "12"),
        ({"key": ("k:2", "k:9")}, "1"),
        ({"status": ("gone",)}, "4"),
        ({"language": ("ru",)}, "5"),
        ({"language": ("xx",)}, ""),
        ({"language": ()}, ""),
    ],
)
def test_filters_or_within_and_between(shared: AdIndex, filters: dict[str, tuple[str, ...]], keys: str) -> None:
    page = shared.search_adverts(Query(filters=filters, size=100))
    assert {row.doc.advert.key for row in page.rows} == set(keys)
    assert page.total == len(keys)


def test_every_field_can_be_filtered_and_counted(shared: AdIndex) -> None:
    for field in AdvertField:
        shared.search_adverts(Query(filters={field.value: ("x",)}, facets=(field.value,)))
    for field in ClusterField:
        shared.search_clusters(Query(filters={field.value: ("x",)}, facets=(field.value,)))


def test_unknown_fields_are_refused_with_a_remedy(shared: AdIndex) -> None:
    for query in (Query(filters={"colour": ("red",)}), Query(facets=("colour",))):
        with pytest.raises(BadInputError, match="colour"):
            shared.search_adverts(query)
        with pytest.raises(BadInputError, match="colour"):
            shared.search_clusters(query)


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({"min_score": 40}, "123"),
        ({"min_score": 41}, "1"),
        ({"min_score": -5}, "123456"),
        ({"min_score": 10**30}, ""),
        ({"seen_from": START + timedelta(minutes=5)}, "456"),
        ({"seen_to": START + timedelta(minutes=2)}, "12"),
        ({"seen_from": START + timedelta(days=1), "seen_to": START + timedelta(days=2)}, "4"),
    ],
)
def test_ranges(shared: AdIndex, query: dict[str, Any], keys: str) -> None:
    page = shared.search_adverts(Query(**query))
    assert {row.doc.advert.key for row in page.rows} == set(keys)


def counted(index: AdIndex, field: str, **query: Any) -> list[tuple[str, int]]:
    page = index.search_adverts(Query(facets=(field,), **query))
    return [(item.value, item.count) for item in page.facets[field]]


def test_facets_count_what_was_found(shared: AdIndex) -> None:
    assert counted(shared, "language") == [("bg", 3), ("en", 2), ("ro", 1), ("ru", 1)]
    assert counted(shared, "language", filters={"band": ("urgent", "high")}) == [("bg", 2)]
    assert counted(shared, "indicator", text="склад") == [("debt", 2), ("papers", 1)]
    assert counted(shared, "decision") == [("none", 5), ("monitor", 1)]
    assert counted(shared, "status", size=0) == [("live", 5), ("gone", 1)]
    assert counted(shared, "place") == [("New Town|GB", 1), ("Sofia|BG", 1)]
    assert counted(shared, "cluster") == [("c1", 2)]
    assert counted(shared, "indicator", text="nothing_like_it") == []


def test_facets_are_cut_by_count_then_value(shared: AdIndex) -> None:
    assert counted(shared, "language", facet_size=3) == [("bg", 3), ("en", 2), ("ro", 1)]


def test_facets_do_not_change_from_page_to_page(shared: AdIndex) -> None:
    first = shared.search_adverts(Query(size=2, facets=("band",)))
    second = shared.search_adverts(Query(size=2, facets=("band",), cursor=first.cursor))
    assert first.facets == second.facets
    assert first.total == second.total == 6


# --- order and paging ----------------------------------------------------------------------------------------------------


def test_priority_is_head_of_queue_band_score_newness_id(index: AdIndex) -> None:
    docs = [
        advert("a", "head, low", head_of_queue=True),
        advert("b", "urgent 10", band="urgent", score=10, minute=9),
        advert("c", "high 90 new", band="high", score=90, minute=5),
        advert("d", "high 90 old", band="high", score=90, minute=1),
        advert("e", "high 20", band="high", score=20, minute=99),
        advert("f", "low 100", band="low", score=100),
    ]
    index.put_adverts(reversed(docs))
    index.refresh()
    assert titles(index) == [doc.advert.title for doc in docs]
    twins = [advert(str(n), str(n), minute=7) for n in range(5)]
    index.clear()
    index.put_adverts(twins)
    index.refresh()
    assert titles(index) == [doc.advert.title for doc in sorted(twins, key=lambda doc: doc.id)]


def test_newest_is_first_seen_last(shared: AdIndex) -> None:
    assert [row.doc.advert.key for row in shared.search_adverts(Query(sort="newest")).rows] == list("654321")


def test_relevance_puts_the_title_and_the_spelling_first(index: AdIndex) -> None:
    filler = "една две три четири пет шест седем осем"
    docs = [
        advert("1", "Градина", f"{filler} работа", score=90, band="urgent"),
        advert("2", "Работа", filler),
        advert("3", "Rabota", filler, score=50, band="high"),
        *(advert(f"x{n}", f"Друго {n}", filler) for n in range(20)),
    ]
    index.put_adverts(docs)
    index.refresh()
    assert titles(index, text="работа", sort="relevance") == ["Работа", "Rabota", "Градина"]
    assert titles(index, text="rabota", sort="relevance") == ["Rabota", "Работа", "Градина"]
    assert titles(index, text="работа", sort="priority") == ["Градина", "Rabota", "Работа"]
    relevance = [row.relevance for row in index.search_adverts(Query(text="работа", sort="relevance")).rows]
    assert relevance == sorted(relevance, reverse=True)


def test_relevance_without_words_is_the_queue(shared: AdIndex) -> None:
    assert titles(shared, sort="relevance") == titles(shared)


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize("sort", ["priority", "newest", "relevance"])
def test_paging_is_complete_and_repeats_nothing_under_ties(index: AdIndex, sort: Any, size: int) -> None:
    docs = [advert(str(n), "same words", minute=n % 3, score=n % 2, band="low") for n in range(120)]
    index.put_adverts(docs)
    index.refresh()
    query = Query(text="same" if sort == "relevance" else "", sort=sort, size=size)
    whole = [row.doc.id for row in index.search_adverts(query.model_copy(update={"size": 1000})).rows]
    paged: list[str] = []
    while True:
        page = index.search_adverts(query)
        assert page.total == 120
        paged += [row.doc.id for row in page.rows]
        if not page.cursor:
            break
        query = query.model_copy(update={"cursor": page.cursor})
    assert paged == whole
    assert set(paged) == {doc.id for doc in docs}


def test_paging_goes_on_after_a_row_that_vanished(index: AdIndex) -> None:
    index.put_clusters([cluster(f"c{n}", score=n) for n in range(6)])
    index.refresh()
    first = index.search_clusters(Query(size=3))
    index.drop_clusters([first.rows[-1].id])
    index.refresh()
    second = index.search_clusters(Query(size=3, cursor=first.cursor))
    assert [doc.id for doc in second.rows] == ["c2", "c1", "c0"]
    assert second.cursor == ""


@pytest.mark.parametrize(
    "cursor", ["x", "äöü", "e30", "W10", "WzFd", "'; DROP TABLE", "A" * 5000, "\ud800", "WyJwcmlvcml0eSIsMV0"]
)
def test_a_malformed_cursor_is_refused(shared: AdIndex, cursor: str) -> None:
    for sort in ("priority", "newest", "relevance"):
        with pytest.raises(BadInputError):
            shared.search_adverts(Query(text="склад", cursor=cursor, sort=sort))


def test_a_cursor_of_another_sort_is_refused(shared: AdIndex) -> None:
    cursor = shared.search_adverts(Query(size=1)).cursor
    with pytest.raises(BadInputError):
        shared.search_adverts(Query(size=1, cursor=cursor, sort="newest"))


# --- words ---------------------------------------------------------------------------------------------------------------


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


# --- hostile input -------------------------------------------------------------------------------------------------------

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


# --- decisions -----------------------------------------------------------------------------------------------------------


def test_a_decision_shows_at_once_and_a_later_one_replaces_it(index: AdIndex) -> None:
    doc = MARKET[0]
    index.put_adverts([doc])
    index.decide("advert", doc.id, Outcome.REFER, START)
    index.refresh()
    assert index.advert(doc.id) == doc.model_copy(update={"decision": Outcome.REFER, "decided_at": START})
    later = START + timedelta(hours=1)
    index.decide("advert", doc.id, Outcome.SPAM, later)
    index.refresh()
    [row] = index.search_adverts(Query(filters={"decision": ("spam",)}, facets=("decision",))).rows
    assert (row.doc.decision, row.doc.decided_at) == (Outcome.SPAM, later)
    assert index.search_adverts(Query(filters={"decision": ("none", "refer")})).total == 0
    assert counted(index, "decision") == [("spam", 1)]
    assert next(index.scan_adverts()).decision is Outcome.SPAM


def test_a_decision_on_a_cluster_and_on_nothing(index: AdIndex) -> None:
    index.put_clusters(CLUSTERS)
    index.decide("cluster", "c1", Outcome.INDEPENDENT, START)
    index.decide("cluster", "unknown", Outcome.SPAM, START)
    index.decide("advert", "unknown", Outcome.SPAM, START)
    index.refresh()
    page = index.search_clusters(Query(filters={"decision": ("independent",)}))
    assert [doc.id for doc in page.rows] == ["c1"]
    assert index.count() == {"adverts": 0, "clusters": 3, "links": 0}


# --- similar, keys, clusters, links --------------------------------------------------------------------------------------


def test_similar_adverts_best_first_own_cluster_last(index: AdIndex) -> None:
    base = "Търсим берачи на ягоди за ферма край езерото"
    filler = [advert(f"x{n}", "Друго", f"обява номер {n} за стая и паркинг") for n in range(200)]
    docs = [
        advert("1", "Ягоди", base, cluster_id="c1"),
        advert("2", "Ягоди", base + " веднага", cluster_id="c1"),
        advert("3", "Yagodi", "tarsim berachi na iagodi za ferma", cluster_id="c2"),
        advert("4", "Ферма", "къща край езерото"),
    ]
    index.put_adverts([*filler, *docs])
    index.refresh()
    page = index.similar(docs[0].id)
    keys = [row.doc.advert.key for row in page.rows]
    assert keys[0] == "3"
    assert keys[-1] == "2"
    assert "4" in keys
    assert "1" not in keys
    assert not any(key.startswith("x") for key in keys)
    assert len(index.similar(docs[0].id, size=1).rows) == 1
    assert index.similar("unknown").rows == ()


def test_by_keys_gives_each_key_its_adverts(shared: AdIndex) -> None:
    both = sorted([MARKET[0].id, MARKET[1].id])
    assert shared.by_keys(["k:1", "k:2", "k:9"]) == {"k:1": both, "k:2": [MARKET[0].id], "k:9": []}
    assert len(shared.by_keys(["k:1"], limit=1)["k:1"]) == 1
    assert shared.by_keys([]) == {}


def test_clusters_are_searched_sorted_and_counted(shared: AdIndex) -> None:
    def ids(**query: Any) -> list[str]:
        return [doc.id for doc in shared.search_clusters(Query(**query)).rows]

    assert ids() == ["c3", "c1", "c2"]
    assert ids(sort="newest") == ["c3", "c1", "c2"]
    assert ids(text="sklad") == ["c1"]
    assert ids(text="Иван") == ["c1"]
    assert ids(text="0888 00 12 34") == ["c1"]
    assert ids(text="sofia OR town") == ["c1", "c2"]
    assert ids(filters={"decision": ("none",), "band": ("urgent", "low")}) == ["c3", "c1"]
    page = shared.search_clusters(Query(facets=("band", "source", "indicator"), size=0))
    assert {item.value: item.count for item in page.facets["band"]} == {"high": 1, "low": 1, "urgent": 1}
    assert {item.value: item.count for item in page.facets["source"]} == {"alpha": 1, "beta": 1}
    assert [item.value for item in page.facets["indicator"]] == ["debt"]
    assert page.total == 3
    assert [doc.id for doc in shared.scan_clusters()] == ["c1", "c2", "c3"]


def test_dropped_clusters_are_gone(index: AdIndex) -> None:
    index.put_clusters(CLUSTERS)
    assert index.drop_clusters(["c1", "c1", "unknown"]) == 1
    assert index.drop_clusters([]) == 0
    index.refresh()
    assert index.cluster("c1") is None
    assert index.search_clusters(Query(text="sklad")).total == 0
    assert index.search_clusters(Query(filters={"place": ("Sofia|BG",)})).total == 0
    assert index.count()["clusters"] == 2
    index.put_clusters([CLUSTERS[0]])
    index.refresh()
    assert index.cluster("c1") == CLUSTERS[0]


def link(a: str, b: str, score: float, **options: Any) -> LinkDoc:
    reasons = (LinkReason(comparison="phone", score=1, text="the same number"),)
    return LinkDoc(link=Link(a=a, b=b, score=score, reasons=reasons), **({"cluster_id": "c1", "version": 1} | options))


def test_links_of_a_cluster_strongest_first(index: AdIndex) -> None:
    docs = [link("a", "b", 0.5), link("b", "c", 0.9), link("a", "c", 0.9), link("x", "y", 1.0, cluster_id="c2")]
    assert index.put_links(docs) == 4
    assert index.put_links(docs) == 0
    index.refresh()
    assert [doc.id for doc in index.links("c1")] == ["a~c", "b~c", "a~b"]
    assert index.links("c1")[0] == docs[2]
    assert index.put_links([link("a", "b", 1.0, cluster_id="c2", version=2)]) == 1
    assert index.put_links([link("a", "b", 0.1, cluster_id="c1", version=1)]) == 0
    index.refresh()
    assert [doc.id for doc in index.links("c1")] == ["a~c", "b~c"]
    assert {doc.id for doc in index.links("c2")} == {"a~b", "x~y"}
    assert index.links("unknown") == []
    assert index.count()["links"] == 4


def test_a_link_with_a_broken_reason_is_kept(index: AdIndex) -> None:
    doc = link("a", "b", 0.5)
    reasons = (LinkReason(comparison="text", score=1, text="\ud800 \0 <b>"),)
    doc = doc.model_copy(update={"link": doc.link.model_copy(update={"reasons": reasons})})
    assert index.put_links([doc]) == 1
    index.refresh()
    assert index.links("c1") == [doc]


def test_bands_rank_as_the_model_ranks_them(index: AdIndex) -> None:
    index.put_adverts([advert(band.value, band.value, band=band) for band in Band])
    index.refresh()
    assert titles(index) == [band.value for band in sorted(Band, key=lambda band: -band.rank)]


def test_dropped_adverts_and_links_are_gone_and_can_come_back(index: AdIndex) -> None:
    index.put_adverts(MARKET)
    index.put_links([link("a", "b", 0.5), link("b", "c", 0.9)])
    assert index.drop_adverts([MARKET[0].id, MARKET[0].id, "unknown"]) == 1
    assert index.drop_links(["a~b", "unknown"]) == 1
    assert index.drop_adverts([]) == index.drop_links([]) == 0
    index.refresh()
    assert index.advert(MARKET[0].id) is None
    assert found(index, "888001234") == {"Rabota v sklad"}
    assert index.by_keys(["k:1"]) == {"k:1": [MARKET[1].id]}
    assert [doc.id for doc in index.links("c1")] == ["b~c"]
    assert index.count() == {"adverts": 5, "clusters": 0, "links": 1}
    assert index.put_adverts([MARKET[0]]) == 1
    assert index.put_links([link("a", "b", 0.5)]) == 1
    index.refresh()
    assert index.advert(MARKET[0].id) == MARKET[0]
    assert index.count()["links"] == 2
