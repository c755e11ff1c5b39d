"""What every index backend owes to investigators: pieces of contacts, days of first and last sight, orders by them."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from strazha.store import AdIndex, Query
from tests.contracts.backend_documents import START, advert, cluster, mention

PEOPLE = [
    advert("1", "phone", mentions=[mention("phone", "+359888001234")]),
    advert("2", "mail", mentions=[mention("email", "anna.night_88@example.com")]),
    advert("3", "handle", mentions=[mention("handle", "telegram:@Sofia_Rosé")]),
    advert("4", "british", mentions=[mention("phone", "+447700900123"), mention("email", "ANNA@example.org")]),
    advert("5", "text alone", "anna night 88 example com +359 888 001 234 example"),
]
GROUPS = [
    cluster("c1", contacts=("phone:+359888001234", "email:anna.night_88@example.com")),
    cluster("c2", contacts=("handle:telegram:@Sofia_Rosé", "phone:+447700900123")),
    cluster("c3"),
]


@pytest.fixture
def people(index: AdIndex) -> AdIndex:
    index.put_adverts(PEOPLE)
    index.put_clusters(GROUPS)
    index.refresh()
    return index


def both(index: AdIndex, contact: str, **query: Any) -> tuple[str, str]:
    adverts = index.search_adverts(Query(contact=contact, **query)).rows
    clusters = index.search_clusters(Query(contact=contact, **query)).rows
    return "".join(sorted(row.doc.advert.key for row in adverts)), " ".join(sorted(doc.id for doc in clusters))


def test_pieces_of_contacts_find_adverts_and_clusters(people: AdIndex) -> None:
    asked = {
        # Five digits, with what people put between them, the country before them, and from the middle or the end.
        "80012": ("1", "c1"), "8 00-12": ("1", "c1"), "0888 00": ("1", "c1"), "+359 (0)888": ("1", "c1"),
        "00359888": ("1", "c1"),
        "1234": ("1", "c1"), "123": ("14", "c1 c2"), "07700 900": ("4", "c2"), "+44 7700": ("4", "c2"), "900/123": ("4", "c2"),
        # An address or a handle from any letter on, whatever its case, signs and accents.
        "ght_88@exa": ("2", "c1"), "NIGHT": ("2", "c1"), "anna": ("24", "c1"), "example.": ("24", "c1"),
        "88@example": ("2", "c1"),
        "@sofia": ("3", "c2"), "fia-rose": ("3", "c2"), "telegram:@sof": ("3", "c2"), "rosé": ("3", "c2"),
        # Nothing has it; too little to tell; signs alone.
        "99999": ("", ""), "sofia rosa": ("", ""), "an": ("", ""), "12": ("", ""), "@": ("", ""), "\x00": ("", ""),
        "x" * 200: ("", ""),
    }  # fmt: skip
    assert {text: both(people, text) for text in asked} == asked
    assert both(people, " ") == ("12345", "c1 c2 c3")
    assert both(people, "anna", text="british") == ("4", "")
    assert both(people, "80012", filters={"contact": ("phone:+359888001234",)}) == ("1", "c1")
    # A number is not found by the letters that stand for contacts in the index, nor by a query typed as one.
    assert people.search_adverts(Query(text="xanna")).total == 0
    assert both(people, 'x" OR "*') == ("", "")


def test_every_piece_of_every_contact_is_found(index: AdIndex) -> None:
    rng = random.Random(5)
    signs = "abcdefgh0123456789._-"
    names = ["".join(rng.choices(signs, k=rng.randrange(6, 30))).strip("._-") + "@example.net" for _ in range(40)]
    index.put_adverts(advert(str(n), mentions=[mention("email", name)]) for n, name in enumerate(names))
    index.refresh()

    def bare(text: str) -> str:
        return "".join(letter for letter in text if letter.isalnum())

    for number, name in enumerate(names):
        start = rng.randrange(len(name) - 5)
        piece = name[start : start + rng.randrange(5, 24)]
        if bare(piece).isdecimal() or len(bare(piece)) < 3:
            continue
        found = {row.doc.advert.key for row in index.search_adverts(Query(contact=piece, size=100)).rows}
        assert str(number) in found
        assert found == {str(n) for n, other in enumerate(names) if bare(piece) in bare(other)}


def test_days_of_first_and_last_sight(index: AdIndex) -> None:
    index.put_adverts(advert(str(n), minute=n * 1440, days=n) for n in range(5))
    index.put_clusters(
        cluster(f"c{n}", first_seen=START + timedelta(days=n), last_seen=START + timedelta(days=2 * n)) for n in range(5)
    )
    index.refresh()

    def days(**moments: int) -> tuple[str, str]:
        query = Query.model_validate({name: START + timedelta(days=day) for name, day in moments.items()})
        adverts, clusters = index.search_adverts(query).rows, index.search_clusters(query).rows
        return "".join(sorted(row.doc.advert.key for row in adverts)), "".join(sorted(doc.id[1] for doc in clusters))

    assert days(first_from=2) == ("234", "234")
    assert days(first_to=2) == ("012", "012")
    assert days(last_from=5) == ("34", "34")
    assert days(last_to=4) == ("012", "012")
    assert days(first_from=1, last_to=4) == ("12", "12")
    assert days(first_from=4, first_to=1) == ("", "")


@pytest.mark.parametrize(("sort", "expected"), [("oldest", "0123456"), ("seen", "1562304")])
def test_orders_by_first_and_last_sight_page_without_dropping(index: AdIndex, sort: Any, expected: str) -> None:
    last = [1, 6, 3, 2, 0, 5, 4]
    index.put_adverts(
        advert(str(n), minute=n, days=0).model_copy(
            update={
                "state": advert(str(n), minute=n).state.model_copy(update={"last_seen": START + timedelta(days=30 + last[n])})
            }
        )
        for n in range(7)
    )
    index.put_clusters(
        cluster(str(n), first_seen=START + timedelta(minutes=n), last_seen=START + timedelta(days=30 + last[n]))
        for n in range(7)
    )
    index.refresh()
    found, cursor = "", ""
    for _ in range(4):
        page = index.search_adverts(Query(sort=sort, size=2, cursor=cursor))
        found += "".join(row.doc.advert.key for row in page.rows)
        cursor = page.cursor
    assert (found, cursor) == (expected, "")
    first = index.search_clusters(Query(sort=sort, size=4))
    rest = index.search_clusters(Query(sort=sort, size=4, cursor=first.cursor))
    assert "".join(doc.id for doc in (*first.rows, *rest.rows)) == expected
