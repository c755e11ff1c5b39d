"""One's own account: sessions ended one by one, and signing in with a code."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from strazha.ledger.records import Role
from strazha.ledger.second_factor import totp

PASSWORD = "correct horse battery"


def code(house: Any, secret: str) -> str:
    return totp(secret, int(house.clock.at.timestamp()) // 30)


def test_sessions_are_listed_and_ended(house: Any) -> None:
    one, other, stranger = house.client(), house.client(), house.client(Role.LEAD)
    page = one.get("/account").text
    ids = re.findall(r"/account/sessions/(\w+)/end", page)
    assert len(ids) == 2
    assert page.count("this one") == 1
    for token in (one.cookies["strazha"], other.cookies["strazha"]):
        assert token not in page
    assert stranger.post(f"/account/sessions/{ids[0]}/end").status_code == 404
    theirs = next(at for at in ids if at not in page[page.index("this one") : page.index("this one") + 200])
    assert one.post(f"/account/sessions/{theirs}/end").status_code == 303
    assert {one.get("/queue").status_code, other.get("/queue").status_code} == {200, 303}
    assert ("analyst", "session ended", theirs[:12]) in house.actions()


def test_a_second_factor_from_setting_up_to_turning_off(house: Any) -> None:
    client = house.client()
    assert client.post("/account/totp/begin", data={"password": "wrong"}).status_code == 422
    assert house.ledger.pending_totp("analyst") == ""
    client.post("/account/totp/begin", data={"password": PASSWORD})
    secret = house.ledger.pending_totp("analyst")
    assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in client.get("/account").text
    assert client.post("/account/totp/confirm", data={"code": "12345x"}).status_code == 422
    former = client.cookies["strazha"]
    confirmed = client.post("/account/totp/confirm", data={"code": code(house, secret)})
    assert confirmed.status_code == 200
    codes = re.findall(r"<code>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</code>", confirmed.text)
    assert len(set(codes)) == 10
    # What it takes to sign in has changed: the session has a new token, and the former one is good no longer.
    assert client.cookies["strazha"] != former
    assert house.ledger.session_user(former, house.clock()) is None
    assert codes[0] not in client.get("/account").text
    assert secret not in client.get("/account").text.replace(" ", "")
    assert client.post("/account/totp/begin", data={"password": PASSWORD}).status_code == 409
    assert client.post("/account/totp/confirm", data={"code": code(house, secret)}).status_code == 409
    fresh = house.client(None)
    sign_in = {"name": "analyst", "password": PASSWORD}
    house.clock.at += timedelta(minutes=1)
    assert fresh.post("/login", data=sign_in).status_code == 401
    assert fresh.post("/login", data={**sign_in, "code": "000000"}).status_code == 401
    used = code(house, secret)
    assert fresh.post("/login", data={**sign_in, "code": used}).status_code == 303
    assert house.client(None).post("/login", data={**sign_in, "code": used}).status_code == 401
    recovery = {**sign_in, "recovery": codes[0].lower()}
    assert house.client(None).post("/login", data={**recovery, "password": "wrong"}).status_code == 401
    assert house.client(None).post("/login", data=recovery).status_code == 303
    assert house.client(None).post("/login", data=recovery).status_code == 401
    assert house.ledger.recovery_left("analyst") == 9
    assert ("analyst", "recovery code used", "analyst") in house.actions()
    # Also where it was typed into the other field, it is gone and the log says so.
    assert house.client(None).post("/login", data={**sign_in, "code": codes[1]}).status_code == 303
    assert house.actions().count(("analyst", "recovery code used", "analyst")) == 2
    house.clock.at += timedelta(minutes=1)
    assert client.post("/account/totp/end", data={"password": PASSWORD}).status_code == 422
    assert client.post("/account/totp/end", data={"password": PASSWORD, "code": code(house, secret)}).status_code == 303
    assert house.client(None).post("/login", data=sign_in).status_code == 303
    done = [did for who, did, _ in house.actions("analyst") if did.startswith("second factor")]
    refused = "second factor refused"
    assert done == ["second factor off", refused, "second factor on", refused, "second factor begun", refused]
    assert secret not in str([entry.detail for entry in house.ledger.audit_entries(500)])


def test_guesses_at_the_second_factor_are_logged_and_lock(house: Any) -> None:
    client = house.client()
    secret = house.ledger.begin_totp("analyst")
    assert house.ledger.confirm_totp("analyst", code(house, secret), house.clock())
    house.clock.at += timedelta(minutes=1)
    for _ in range(5):
        assert client.post("/account/totp/end", data={"password": PASSWORD, "code": "x"}).status_code == 422
    right = {"password": PASSWORD, "code": code(house, secret)}
    assert client.post("/account/totp/end", data=right).status_code == 422
    assert house.ledger.has_totp("analyst")
    assert house.actions("analyst").count(("analyst", "second factor refused", "analyst")) == 6
    house.clock.at += timedelta(minutes=16)
    assert client.post("/account/totp/end", data={**right, "code": code(house, secret)}).status_code == 303
