"""SQLite and Elasticsearch asked the same at random: the same documents in the same order, the same counts, and no error."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strazha.settings import Settings
from strazha.store import AdIndex, Box, Grid, Query, Timeline, open_index
from tests.contracts.backend_documents import MARKET, START, advert

if TYPE_CHECKING:
    from examples.live_elasticsearch import LiveElasticsearch

pytestmark = pytest.mark.elasticsearch

WORDS = st.sampled_from(
    ["склад", "sklad", "rabota", "работа", "flat", "warehouse", "0888001234", "00123", "v", "1234", "ъ", "x y", "fuer", "für"]
)
FIELDS = st.sampled_from(["title", "body", "exact", "place", "band", "lang", "indicator", "decision", "phone", "nothing"])
VALUES = st.sampled_from(["sofia", "bg", "none", "high*", "", "*"])
TOKENS = st.one_of(
    WORDS,
    st.sampled_from(["OR", "-", '"', "*", "(", "AND", "NOT", ":", "\0", "\ud800", "--"]),
    st.builds("{}:{}".format, FIELDS, WORDS | VALUES),
    st.builds("-{}".format, WORDS),
    st.builds("{}*".format, WORDS),
    st.builds('"{} {}"'.format, WORDS, WORDS),
    st.text(max_size=6),
)
EDGES = st.sampled_from([-180.0, -30.0, 0.0, 20.0, 23.3, 28.0, 180.0])
BOXES = st.builds(Box, north=st.sampled_from([43.0, 90.0]), south=st.sampled_from([-90.0, 0.0, 42.7]), west=EDGES, east=EDGES)
FILTERED = st.sampled_from(["band", "place", "indicator", "cluster", "status"])
VALUED = st.lists(st.sampled_from(["high", "low", "none", "Sofia|BG", "debt", "c1", "live"]), max_size=3).map(tuple)
MOMENTS = st.none() | st.none() | st.none() | st.sampled_from([START, START + timedelta(minutes=3), START + timedelta(days=20)])
QUERIES = st.builds(
    Query,
    text=st.lists(TOKENS, max_size=6).map(" ".join),
    sort=st.sampled_from(["priority", "newest", "oldest", "seen"]),
    contact=st.sampled_from(["", "", "", "888", "0888 001", "+44 (0)7700", "12 34", "x", "-", "@"]),
    first_from=MOMENTS,
    first_to=MOMENTS,
    last_from=MOMENTS,
    last_to=MOMENTS,
    box=st.none() | st.none() | BOXES,
    min_score=st.none() | st.integers(0, 80),
    filters=st.just({}) | st.dictionaries(FILTERED, VALUED, max_size=2),
    facets=st.just(("band", "place", "indicator", "decision")),
    facet_size=st.integers(1, 3),
    size=st.integers(0, 6),
    timeline=st.builds(Timeline, interval=st.sampled_from(["day", "week", "month"])),
    grid=st.builds(Grid, precision=st.integers(0, 15)),
)


@pytest.fixture(scope="module")
def both(elasticsearch_node: LiveElasticsearch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AdIndex, AdIndex]]:
    """The same adverts on both backends; without languages, so that no stems widen what Elasticsearch finds."""
    home = tmp_path_factory.mktemp("both")
    urls = (elasticsearch_node.url,)
    live = Settings(home=home, store="elasticsearch", elasticsearch_urls=urls, elasticsearch_prefix="both")
    more = [advert(f"x{n}", f"flat {n}", "x y 1234 für", minute=n * 9999, hits=["debt"], score=n // 3) for n in range(9)]
    docs = [
        doc.model_copy(update={"screening": doc.screening.model_copy(update={"languages": (), "reading": ""})})
        for doc in [*MARKET, *more]
    ]
    with open_index(live) as there, open_index(Settings(home=home)) as here:
        for index in (there, here):
            index.clear()
            index.put_adverts(docs)
            index.refresh()
        yield there, here


@given(query=QUERIES)
@settings(max_examples=200, deadline=None)
def test_both_backends_answer_alike_whatever_is_asked(both: tuple[AdIndex, AdIndex], query: Query) -> None:
    there, here = (index.search_adverts(query) for index in both)
    assert there.total == here.total
    assert [row.doc.id for row in there.rows] == [row.doc.id for row in here.rows]
    assert there.cursor == here.cursor
    assert there.facets == here.facets
    assert there.timeline == here.timeline
    assert [(cell.tile, cell.count) for cell in there.grid] == [(cell.tile, cell.count) for cell in here.grid]
    for one, other in zip(there.grid, here.grid, strict=True):
        assert (one.lat, one.lon) == pytest.approx((other.lat, other.lon), abs=1e-5)
