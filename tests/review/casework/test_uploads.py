"""Files people upload: each kind's text, every bound, and what is broken or hostile refused with a sentence, in little time."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
from contextlib import suppress
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from review.casework import uploads
from review.casework.uploads import TEXTS, read_upload
from strazha.errors import BadInputError
from strazha.ledger.records import Role

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LETTER = (
    b"Subject: =?utf-8?b?0KDQsNCx0L7RgtCw?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: text/plain; charset=windows-1251\r\n\r\n" + "Търсим жени".encode("cp1251") + b"\r\n--b\r\n"
    b"Content-Type: image/png\r\nContent-Disposition: attachment; filename=x.png\r\n\r\nPNG\r\n--b--\r\n"
)


def document(xml: bytes, *, media: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr("word/document.xml", xml)
        if media:
            held.writestr("word/media/a.png", b"x")
    return out.getvalue()


def words(*paragraphs: str) -> bytes:
    inner = "".join(f"<w:p><w:r><w:t>{one}</w:t><w:tab/><w:t>end</w:t></w:r></w:p>" for one in paragraphs)
    return f'<w:document xmlns:w="{W}"><w:body>{inner}</w:body></w:document>'.encode()


@pytest.mark.parametrize(
    ("name", "data", "title", "body"),
    [
        ("a.txt", "Работа\r\nв Германия".encode(), "", "Работа\nв Германия"),
        ("A.TXT", "Търсим момичета за работа".encode("cp1251"), "", "Търсим момичета за работа"),
        ("a.txt", "Mädchen für Arbeit gesucht".encode("cp1252"), "", "Mädchen für Arbeit gesucht"),
        ("a.txt", "Работа".encode("utf-16"), "", "Работа"),
        ("c:\\x\\a.html", b"<title>T</title><script>no()</script><style>no{}</style><p>Call <b>me</b></p>", "T", "Call\nme"),
        ("a.eml", LETTER, "Работа", "Търсим жени"),
        ("a.csv", b"id;title;body\n1;T;B one\n", "T", "B one"),
        ("a.docx", document(words("First", "Second"), media=True), "", "First\tend\nSecond\tend"),
    ],
    ids=["utf8", "cp1251", "cp1252", "utf16", "html", "eml", "csv", "docx"],
)
def test_each_kind_gives_its_text(name: str, data: bytes, title: str, body: str) -> None:
    found = read_upload(name, data)
    assert [(one.title, one.body) for one in found.texts] == [(title, body)]
    assert found.aside == (name in {"a.eml", "a.docx"})


def test_a_table_gives_a_text_for_each_row_up_to_a_bound() -> None:
    rows = "".join(f'"Title {number}","Body {number}, with a comma"\n' for number in range(TEXTS + 12))
    named = read_upload("a.csv", f"title,body\n{rows}\n\n".encode())
    assert (len(named.texts), named.left_out) == (TEXTS, 12)
    assert named.texts[3].body == "Body 3, with a comma"
    plain = read_upload("a.tsv", b"one\ttwo\nthree\tfour\n")
    assert [one.body for one in plain.texts] == ["one\ntwo", "three\nfour"]


def bomb() -> bytes:
    return document(words("x" * 7_000_000))


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.txt", b"x" * 2_000_001, uploads.TOO_LARGE),
        ("a.txt", b"text \0 more", uploads.NOT_TEXT),
        ("a.txt", bytes(range(1, 32)) * 50, uploads.NOT_TEXT),
        ("a.txt", b" \n\t ", uploads.EMPTY),
        ("a.txt", "\0x".encode("utf-16"), uploads.NOT_TEXT),
        ("a.pdf", b"%PDF-1.7", uploads.UNKNOWN),
        ("noending", b"x", uploads.UNKNOWN),
        ("a.eml", b"\0", uploads.NOT_TEXT),
        ("a.eml", b"", uploads.BROKEN),
        ("a.docx", b"PK\x03\x04 no", uploads.BROKEN),
        ("a.docx", bomb(), uploads.BOMB),
        ("a.docx", document(b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), uploads.BROKEN),
        ("a.docx", document(b"<x><unclosed>"), uploads.BROKEN),
        ("a.docx", document(words("x").decode().encode("utf-16")), uploads.BROKEN),
        ("a.csv", b'a,"' + b"x" * 200_000, uploads.BROKEN),
        ("a.csv", b"title,body\n,\n", uploads.EMPTY),
        ("a.html", b"<script>only()</script>", uploads.EMPTY),
    ],
    ids=[str(number) for number in range(17)],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(name: str, data: bytes, problem: str) -> None:
    with pytest.raises(BadInputError) as refused:
        read_upload(name, data)
    assert refused.value.problem == problem


def test_hostile_files_take_no_time() -> None:
    begun = time.process_time()
    nested = b"<w:p>" * 100_000 + b"</w:p>" * 100_000
    parts = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 20_000
    for name, data in (
        ("a.html", b"<div>" * 300_000),
        ("a.eml", b"Content-Type: text/html\n\n" + b"<div>" * 300_000),
        ("a.html", b"<" * 1_900_000),
        ("a.html", b"<a " + b"".join(b"b%d " % number for number in range(200_000)) + b">x"),
        ("a.html", b"&" * 1_900_000),
        ("a.docx", document(b'<w:document xmlns:w="%s">' % W.encode() + nested + b"</w:document>")),
        ("a.eml", b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nx"),
        ("a.eml", parts),
        ("a.csv", b",\n" * 900_000),
        ("a.csv", b'"' * 1_900_000),
    ):
        with suppress(BadInputError):
            assert read_upload(name, data).texts
    assert time.process_time() - begun < 25


def test_a_packing_without_bounds_is_not_unpacked() -> None:
    """bzip2 and LZMA unpack a whole piece whatever is asked for: 2 MB become gigabytes before the size is looked at."""
    for method, size in ((zipfile.ZIP_BZIP2, 30_000_000), (zipfile.ZIP_LZMA, 30_000_000)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as held:
            held.writestr("word/document.xml", b" " * size)
        # The sizes that the file states are its own words.
        data = out.getvalue().replace(struct.pack("<L", size), struct.pack("<L", 1000))
        tracemalloc.start()
        with pytest.raises(BadInputError):
            read_upload("a.docx", data)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 8_000_000


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf-7", "zip", "x" * 300])
def test_a_letter_names_no_machinery_as_its_alphabet(charset: str) -> None:
    """Python's own codecs are none of letters: punycode takes minutes for 200 kB, escapes make halves of characters."""
    raw = b"Subject: =?%s?q?x=5Cud800?=\nContent-Type: text/plain; charset=%s\n\n" % (charset.encode(), charset.encode())
    begun = time.process_time()
    for body in (b"a" * 300_000 + b"-" + b"a" * 300_000, b"plain \\ud800 words +2AA-"):
        with suppress(BadInputError):
            for one in read_upload("a.eml", raw + body).texts:
                (one.title + one.body).encode()
    assert time.process_time() - begun < 3


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400), kind=st.sampled_from([".txt", ".eml", ".html", ".csv", ".docx"]))
def test_no_bytes_break_a_reader(data: bytes, kind: str) -> None:
    for raw in (data, b"Subject: x\nContent-Type: multipart/mixed; boundary=" + data, b"title,body\n" + data):
        with suppress(BadInputError):
            assert read_upload(f"x{kind}", raw).texts


def test_a_file_is_screened_and_told_what_it_resembles(house: Any, client: TestClient) -> None:
    salon = house.filled.of("salon")
    doc = house.filled.adverts[salon.cluster.members[0]]
    before = (
        house.ledger.advert_states(list(house.filled.adverts)),
        house.index.count(),
        len(house.ledger.links_of(house.filled.adverts)),
    )
    answer = client.post("/paste/file", files={"file": ("advert.txt", f"{doc.advert.title}\n{doc.advert.body}".encode())})
    assert answer.status_code == 200
    part = answer.text[answer.text.index('id="alike-h"') :]
    assert f'href="/adverts/{doc.id}"' in part
    assert f'href="/clusters/{salon.id}"' in part
    assert "enough to join them" in part
    assert "shared contact" in part
    assert ("analyst", "text screened") in {(who, action) for who, action, _ in house.actions()}
    # Other adverts' contacts stay covered, and nothing of the text was kept.
    assert "miasalon" not in part or "miasalon" in doc.advert.body
    after = (
        house.ledger.advert_states(list(house.filled.adverts)),
        house.index.count(),
        len(house.ledger.links_of(house.filled.adverts)),
    )
    assert after == before
    rows = f"title,body\n{doc.advert.title},{doc.advert.body.splitlines()[0]}\nTable,Oak table for sale\n"
    table = client.post("/paste/file", files={"file": ("list.csv", rows.encode())})
    assert table.status_code == 200
    assert "Texts of the file" in table.text
    assert table.text.count("<tr><td") == 2
    for files, says in (({"file": ("a.pdf", b"%PDF")}, uploads.UNKNOWN), ({"file": ("", b"")}, "Choose a file first.")):
        refused = client.post("/paste/file", files=files)
        assert refused.status_code == 422
        assert says in refused.text
    assert client.post("/paste/file").status_code == 422
    assert house.client(Role.OPERATOR).post("/paste/file").status_code == 403


def test_without_the_landing_area_the_screening_stands_alone(house: Any, client: TestClient) -> None:
    doc = house.filled.adverts[house.filled.of("salon").cluster.members[0]]
    for file in (house.settings.home / "landing").rglob("*.jsonl"):
        file.unlink()
    answer = client.post("/paste", data={"title": doc.advert.title, "body": doc.advert.body})
    assert answer.status_code == 200
    assert "cannot be read, so nothing was compared" in answer.text


def test_two_clusters_side_by_side(house: Any, client: TestClient) -> None:
    salon, vans = house.filled.of("salon"), house.filled.of("vans")
    address = f"http://127.0.0.1:8000/clusters/{vans.id}?part=1"
    page = client.get("/compare", params={"a": salon.cluster.members[0], "b": address}).text
    assert "not enough to join them" in page
    assert f'action="/judge/merge/{salon.id}"' in page
    assert "bg-classifieds" in page
    assert "7700" not in page
    assert ("analyst", "clusters compared", salon.id) in house.actions()
    for bad in ({"a": salon.id, "b": salon.id}, {"a": salon.id, "b": "x"}, {"a": "\0", "b": "<script>"}):
        assert client.get("/compare", params=bad).status_code == 422
    assert client.get("/compare", params={"a": salon.id}).status_code == 200
    nobody = house.client(reasoned=False)
    assert nobody.post(f"/uncover/compare/{salon.id}", data={"b": vans.id}).status_code == 422
    shown = nobody.post(f"/uncover/compare/{salon.id}", data={"b": vans.id, "why": "case"})
    assert "+447700900101" in shown.text
    assert {("analyst", "contacts uncovered", one.id) for one in (salon, vans)} <= set(house.actions())
    house.client(Role.LEAD).post(f"/reviews/open/cluster/{vans.id}")
    assert "/judge/merge/" not in client.get("/compare", params={"a": salon.id, "b": vans.id}).text
