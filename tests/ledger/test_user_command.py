"""``strazha user``, as a person calls it."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import app
from cli.user import ROLES
from strazha.clock import now
from strazha.errors import BadInputError
from strazha.ledger import Ledger, Role, open_ledger
from strazha.ledger.second_factor import totp as code_of
from strazha.sealing import Keyring, new_key
from strazha.settings import settings

PASSWORD = "correct horse battery"


def call(*arguments: str, typed: str = "") -> str:
    result = CliRunner().invoke(app, ["user", *arguments], input=typed)
    if result.exception is not None:
        raise result.exception
    return result.output


@pytest.fixture
def ledger() -> Ledger:
    return open_ledger(settings().ledger)


def test_the_roles_are_the_ledgers() -> None:
    assert tuple(role.value for role in Role) == ROLES


def test_an_account_is_made_listed_changed_and_closed(ledger: Ledger) -> None:
    assert "no accounts yet" in call("list")
    said = call("add", "ana", "--role", "admin", "--password-stdin", typed=f"{PASSWORD}\nmore")
    assert said == "ana: account made, role admin\n"
    assert ledger.check_password("ana", PASSWORD, now()) is not None
    listed = call("list")
    assert [word in listed for word in ("ana", "admin", "open")] == [True, True, True]
    with pytest.raises(BadInputError, match="last administrator"):
        call("disable", "ana")
    ledger.add_user("boris", PASSWORD, Role.ADMIN)
    said += listed + call("passwd", "ana", "--password-stdin", typed="another long one\n")
    assert ledger.check_password("ana", "another long one", now()) is not None
    said += call("disable", "ana")
    assert ledger.check_password("ana", "another long one", now()) is None
    assert "disabled" in call("list")
    call("disable", "ana", "--undo")
    assert ledger.check_password("ana", "another long one", now()) is not None
    assert PASSWORD not in said
    assert "another" not in said
    assert [entry.action for entry in reversed(ledger.audit_entries())] == [
        "account made", "password changed", "account disabled", "account opened again",
    ]  # fmt: skip
    assert all(PASSWORD not in entry.line() for entry in ledger.audit_entries())
    ledger.close()


def test_a_second_factor_whose_device_is_lost_is_turned_off(ledger: Ledger) -> None:
    ledger.add_user("ana", PASSWORD)
    assert call("totp", "ana") == "ana: second factor off\n"
    at = now()
    ledger.use_keys(Keyring([new_key()]))
    assert ledger.confirm_totp("ana", code_of(ledger.begin_totp("ana"), int(at.timestamp()) // 30), at)
    token = ledger.open_session("ana", at, timedelta(hours=1))
    assert call("totp", "ana") == "ana: second factor on\n"
    assert ledger.check_password("ana", PASSWORD, at) is None
    assert call("totp", "ana", "--off") == "ana: second factor off, sessions ended\n"
    assert ledger.check_password("ana", PASSWORD, at) is not None
    assert ledger.session_user(token, at) is None
    assert [(entry.action, entry.subject) for entry in ledger.audit_entries()] == [("second factor off", "user ana")]
    with pytest.raises(BadInputError):
        call("totp", "nobody", "--off")


@pytest.mark.parametrize(
    ("arguments", "typed"),
    [(["add", "ana", "--password-stdin"], "short\n"), (["add", "Ana!", "--password-stdin"], PASSWORD), (["add", "bob"], ""),
     (["passwd", "nobody", "--password-stdin"], PASSWORD), (["disable", "nobody"], "")],
)  # fmt: skip
def test_what_cannot_be_done_is_said_with_a_remedy(arguments: list[str], typed: str) -> None:
    with pytest.raises(BadInputError) as caught:
        call(*arguments, typed=typed)
    assert caught.value.remedy


def test_a_taken_name_is_refused_before_a_password_is_asked_for() -> None:
    call("add", "ana", "--password-stdin", typed=PASSWORD)
    with pytest.raises(BadInputError, match="already"):
        call("add", "ana")


def test_the_whole_command_prints_no_traceback(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "cli.main", "user", "add", "ana", "--password-stdin"],
        input="short", capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
        env={"STRAZHA_HOME": str(tmp_path), "PATH": ""},
    )  # fmt: skip
    assert result.returncode == 2
    assert "remedy" in result.stderr
    assert "Traceback" not in result.stderr
