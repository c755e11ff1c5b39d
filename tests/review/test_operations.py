"""Runs, audit log, pasted texts, and what the server needs to start."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from fastapi.testclient import TestClient

from review.routers.paste import EMPTY, TOO_LONG
from review.server import is_loopback, serve
from strazha.errors import BadInputError
from strazha.ledger.records import Role
from strazha.settings import Settings


def test_runs_say_what_each_crawl_brought(house: Any) -> None:
    page = house.client(Role.OPERATOR).get("/runs").text
    assert "20261120T060000Z-demo" in page
    assert "completed" in page
    assert "bg-jobs" in page
    assert "40 adverts, 3 clusters" in page


def test_the_audit_log_shows_entries_and_that_reading_it_is_one(house: Any) -> None:
    house.client().get(f"/adverts/{house.advert('Rotterdam')}")
    page = house.client(Role.AUDITOR).get("/audit").text
    assert "advert read" in page
    assert "audit log read" in page
    assert "Newest first" in page


def test_older_audit_entries_are_reached(house: Any) -> None:
    for number in range(130):
        house.ledger.audit("analyst", "advert read", f"a{number}", {}, house.clock())
    client = house.client(Role.AUDITOR)
    page = client.get("/audit").text
    assert "/audit?before=" in page
    older = page.split("/audit?before=")[1].split('"')[0]
    assert "a5<" in client.get(f"/audit?before={older}").text
    for odd in ("0", "x", "-1", "99999999999999999999"):
        assert client.get(f"/audit?before={odd}").status_code == 200


@pytest.mark.parametrize(("body", "says"), [("", EMPTY), ("  \n", EMPTY), ("x" * 100_001, TOO_LONG)])
def test_a_paste_that_cannot_be_screened_says_why(client: TestClient, body: str, says: str) -> None:
    answer = client.post("/paste", data={"body": body})
    assert answer.status_code == 422
    assert says in answer.text


@pytest.mark.slow
def test_a_pasted_text_is_screened_marked_and_kept_nowhere(house: Any, client: TestClient) -> None:
    """Through flows' own steps: the language models load here."""
    body = "Търсим жени за работа на полето. Такса за документи 150 евро. Паспортите се пазят при нас. Тел. 0888 001 001"
    before = house.index.count()
    page = client.post("/paste", data={"title": "Работа в Германия", "body": body}).text
    assert re.search(r'<mark class="hit s-S" title="[^"]+">Паспортите', page)
    assert re.search(r'<mark class="[^"]*k-phone[^"]*"[^>]*>0888 001 001</mark>', page)
    assert "+359888001001" in page
    entry = house.ledger.audit_entries(1)[0]
    assert (entry.who, entry.action) == ("analyst", "text screened")
    assert "0888" not in str(entry)
    assert house.index.count() == before
    assert client.post("/paste", data={"title": "only a title", "body": ""}).status_code == 200


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("127.9.9.9", True), ("0.0.0.0", False), ("example.org", False)],
)
def test_loopback_is_told_from_others(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


def test_the_server_refuses_an_open_address_without_host_names(tmp_path: Any) -> None:
    with pytest.raises(BadInputError, match="STRAZHA_HOSTS"):
        serve(Settings(home=tmp_path), host="0.0.0.0", port=0)


def test_a_taken_port_is_said(tmp_path: Any) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(BadInputError, match="--port"):
            serve(Settings(home=tmp_path), port=taken.getsockname()[1])


def test_pages_need_neither_spacy_nor_a_model() -> None:
    program = (
        "import sys, tempfile, pathlib\n"
        "from fastapi.testclient import TestClient\n"
        "from review.app import create_app\n"
        "from strazha.settings import Settings\n"
        "app = create_app(Settings(home=pathlib.Path(tempfile.mkdtemp())))\n"
        "with TestClient(app, base_url='http://127.0.0.1') as client:\n"
        "    assert client.get('/login').status_code == 200\n"
        "    app.state.services.ledger.add_user('ana', 'correct horse battery', 'lead')\n"
        "    headers = {'Sec-Fetch-Site': 'same-origin'}\n"
        "    client.post('/login', data={'name': 'ana', 'password': 'correct horse battery'}, headers=headers)\n"
        "    assert client.get('/queue').status_code == 200\n"
        "loaded = {'spacy', 'torch', 'transformers', 'scrapy', 'prefect', 'lingua'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
