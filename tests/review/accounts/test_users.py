"""Administrators keep accounts, see no case content by that, and leave themselves in; sessions age; secrets lie sealed."""

from __future__ import annotations

import re
import stat
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from review.app import create_app
from strazha.errors import BadInputError
from strazha.ledger.records import Role
from strazha.ledger.second_factor import totp
from strazha.sealing import Keyring, add_key, drop_old_keys, is_sealed, key_file, keyring, new_key

PASSWORD = "correct horse battery"
ONCE = re.compile(r'id="once">([a-z0-9-]{17})<')


def kept(house: Any, name: str) -> str:
    with house.ledger._db.read() as connection:
        return str(connection.exec_driver_sql("SELECT totp_secret FROM users WHERE name = ?", (name,)).scalar())


def code(house: Any, secret: str) -> str:
    return totp(secret, int(house.clock.at.timestamp()) // 30)


def test_an_account_is_made_and_chooses_its_own_password(house: Any) -> None:
    admin, new = house.client(Role.ADMIN), house.client(None)
    page = admin.post("/users", data={"name": "Ana.Petrova", "role": "analyst"}).text
    password = ONCE.search(page).group(1)  # type: ignore[union-attr]
    assert password not in admin.get("/users").text
    assert password not in str([e.detail for e in house.ledger.audit_entries(50)])
    signed = new.post("/login", data={"name": "ana.petrova", "password": password})
    assert signed.headers["location"] == "/account#choose"
    # Until then nothing else opens.
    for path in ("/queue", "/training", "/search"):
        assert new.get(path).headers["location"] == "/account#choose"
    assert new.post("/views", data={"name": "x"}).status_code == 303
    assert house.ledger.saved_views("ana.petrova") == []
    form = {"password": password, "fresh": "words in a long row", "again": "words in a long row"}
    for bad in ({"again": "other words here"}, {"fresh": "short", "again": "short"}, {"password": "wrong"},
                {"fresh": password, "again": password}):  # fmt: skip
        assert new.post("/account/password", data={**form, **bad}).status_code == 422, bad
    former = new.cookies["strazha"]
    assert new.post("/account/password", data=form).status_code == 303
    assert new.cookies["strazha"] != former
    assert new.get("/queue").status_code == 200
    for data in (
        {"name": "ana.petrova", "role": "analyst"},
        {"name": "A B", "role": "lead"},
        {"name": "x", "role": "emperor"},
        {},
    ):
        assert admin.post("/users", data=data).status_code == 422, data
    # A first password grows old.
    page = admin.post("/users/ana.petrova/password").text
    assert new.get("/queue").status_code == 303
    house.clock.at += timedelta(days=4)
    second = ONCE.search(page).group(1)  # type: ignore[union-attr]
    assert house.client(None).post("/login", data={"name": "ana.petrova", "password": second}).status_code == 401
    done = [did for who, did, what in house.actions("ana.petrova")]
    assert done[::-1] == ["account made", "password change refused", "password changed", "password reset", "login refused"]


def test_every_change_takes_effect_at_once_and_is_logged(house: Any) -> None:
    admin, other = house.client(Role.ADMIN), house.client(Role.ANALYST)
    assert other.get("/queue").status_code == 200
    assert admin.post("/users/analyst/disable").status_code == 303
    assert other.get("/queue").status_code == 303
    admin.post("/users/analyst/enable")
    assert other.get("/queue").status_code == 303
    other = house.client(Role.ANALYST)
    assert admin.post("/users/analyst/role", data={"role": "operator"}).status_code == 303
    assert other.get("/queue").status_code == 303
    other = house.client(Role.ANALYST)
    assert other.get("/queue").status_code == 403
    admin.post("/users/analyst/sessions")
    assert other.get("/runs").status_code == 303
    for _ in range(5):
        house.client(None).post("/login", data={"name": "analyst", "password": "wrong"})
    assert "locked until" in admin.get("/users").text
    admin.post("/users/analyst/unlock")
    assert house.client(None).post("/login", data={"name": "analyst", "password": PASSWORD}).status_code == 303
    assert re.search(r"last signed in <time", admin.get("/users").text)
    done = [did for who, did, _ in house.actions("analyst") if who == "admin"]
    assert done[::-1] == ["account disabled", "account opened again", "role changed", "sessions ended", "account unlocked"]
    assert admin.post("/users/nobody/disable").status_code == 404
    assert admin.post("/users/analyst/role", data={"role": "emperor"}).status_code == 422


def test_nobody_raises_themselves_and_one_administrator_stays(house: Any) -> None:
    admin = house.client(Role.ADMIN)
    assert admin.post("/users/admin/role", data={"role": "lead"}).status_code == 409
    assert admin.post("/users/admin/disable").status_code == 409
    house.ledger.add_user("second", PASSWORD, Role.ADMIN)
    assert admin.post("/users/second/role", data={"role": "lead"}).status_code == 303
    for change in (
        lambda: house.ledger.set_role("admin", Role.LEAD),
        lambda: house.ledger.disable_user("admin", house.clock()),
    ):
        with pytest.raises(BadInputError, match="last administrator"):
            change()
    # What an account of the provider is for is said there.
    house.ledger.link_account("https://idp.example.org", "7", "second", house.clock())
    assert admin.post("/users/second/role", data={"role": "admin"}).status_code == 409
    assert admin.post("/users/second/password").status_code == 409
    with pytest.raises(BadInputError):
        house.ledger.link_account("https://idp.example.org", "7", "lead", house.clock())


def test_administrators_see_no_case_by_virtue_of_their_role(house: Any) -> None:
    admin = house.client(Role.ADMIN)
    advert = house.advert("Rotterdam")
    assert admin.get("/").headers["location"] == "/users"
    for path in (
        "/queue",
        "/search?q=Leeds",
        f"/adverts/{advert}",
        f"/clusters/{house.filled.of('salon').id}",
        "/paste",
        "/reviews",
    ):
        assert admin.get(path).status_code == 403, path
    assert admin.post(f"/uncover/advert/{advert}", data={"why": "check"}).status_code == 403


def test_sessions_end_when_idle_and_after_a_working_day(house: Any) -> None:
    client = house.client()
    for _ in range(9):
        house.clock.at += timedelta(minutes=59)
        assert client.get("/queue").status_code == 200
    house.clock.at += timedelta(minutes=61)
    assert client.get("/queue").status_code == 303
    busy = house.client()
    for _ in range(11):
        house.clock.at += timedelta(minutes=54)
        busy.get("/queue")
    house.clock.at += timedelta(minutes=10)
    assert busy.get("/queue").status_code == 303


def test_secrets_of_second_factors_lie_sealed_and_only_for_their_account(house: Any) -> None:
    house.client()
    secret = house.ledger.begin_totp("analyst")
    assert house.ledger.confirm_totp("analyst", code(house, secret), house.clock())
    file = key_file(house.settings)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    sealed = kept(house, "analyst")
    assert is_sealed(sealed)
    for path in house.settings.home.glob("ledger.sqlite*"):
        assert secret.encode() not in path.read_bytes()
    # Moved to another account, changed, or opened with another key it opens nothing.
    keys = keyring(house.settings)
    assert keys.open(sealed, "analyst") == secret
    assert keys.open(sealed, "lead") is None
    assert keys.open(sealed[:-3] + "AAA", "analyst") is None
    assert Keyring([new_key()]).open(sealed, "analyst") is None
    # Others may not read the file.
    file.chmod(0o644)
    with pytest.raises(BadInputError, match="others can read"):
        keyring(house.settings)


def test_secrets_kept_before_there_was_a_key_are_sealed_and_keys_change(house: Any) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    with house.ledger._db.write() as connection:
        connection.exec_driver_sql("UPDATE users SET totp_secret = ? WHERE name = 'analyst'", (secret,))
    house.client(None)
    first = kept(house, "analyst")
    assert is_sealed(first)
    add_key(house.settings)
    assert house.ledger.use_keys(keyring(house.settings)) == 0
    assert kept(house, "analyst") != first
    drop_old_keys(house.settings)
    assert len(key_file(house.settings).read_text().split()) == 1
    assert house.ledger.use_keys(keyring(house.settings)) == 0
    login = {"name": "analyst", "password": PASSWORD, "code": code(house, secret)}
    assert house.client(None).post("/login", data=login).status_code == 303


def test_a_lost_key_disables_codes_says_so_and_leaves_a_way_in(house: Any, caplog: pytest.LogCaptureFixture) -> None:
    house.client()
    secret = house.ledger.begin_totp("analyst")
    house.ledger.confirm_totp("analyst", code(house, secret), house.clock())
    (spare, *_) = house.ledger.make_recovery_codes("analyst", house.clock())
    key_file(house.settings).unlink()
    admin = house.client(Role.ADMIN)
    assert "key is missing" in caplog.text
    assert "key lost" in admin.get("/users").text
    house.clock.at += timedelta(minutes=1)
    login = {"name": "analyst", "password": PASSWORD}
    assert house.client(None).post("/login", data={**login, "code": code(house, secret)}).status_code == 401
    assert house.ledger.audit_entries(1)[0].detail["reason"].startswith("the key")
    assert house.client(None).post("/login", data={**login, "recovery": spare}).status_code == 303
    admin.post("/users/analyst/totp")
    assert house.client(None).post("/login", data=login).status_code == 303


def test_a_broken_key_is_told_when_the_server_starts(house: Any) -> None:
    key_file(house.settings).write_text("no key\n")
    key_file(house.settings).chmod(0o600)
    app = create_app(house.settings, index=house.index, ledger=house.ledger)
    with pytest.raises(BadInputError, match="malformed"), TestClient(app):
        pytest.fail("the server started")
