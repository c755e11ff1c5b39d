"""E-mail: one message to an allowed address, through a real SMTP server on loopback; nothing typed can widen it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller

from strazha.alerting.mail import mail_allowed, send_mail
from strazha.alerting.sending import FailedError
from strazha.errors import RefusedAddressError
from strazha.settings import Settings
from tests.alerting.receivers import Box, free_port


@pytest.fixture
def box() -> Iterator[tuple[Box, Settings]]:
    held = Box()
    controller = Controller(held, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield held, Settings(
        smtp_host="127.0.0.1", smtp_port=controller.port, smtp_tls="none", mail_from="strazha@police.example.org",
        mail_domains=("police.example.org",),
    )  # fmt: skip
    controller.stop()


def test_a_message_arrives_once_with_an_id_of_its_own(box: tuple[Box, Settings]) -> None:
    held, own = box
    send_mail(own, "ana@police.example.org", "Strazha: 2 new adverts", "A link.\nТекст", "d1")
    [(sender, to, message)] = held.got
    assert (sender, to) == ("strazha@police.example.org", ["ana@police.example.org"])
    assert message["Subject"] == "Strazha: 2 new adverts"
    assert message["Message-ID"] == "<d1@strazha.invalid>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Текст" in message.get_payload(decode=True).decode()


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.net", "ana@police.example.org.example.net", "ana@sub.police.example.org", "ana", "", "@police.example.org",
        "ana@police.example.org\nBcc: x@example.net", "ana@police.example.org, x@example.net", "ana x@police.example.org",
        '"a@b"@police.example.org', "ana@example.net@police.example.org", "а" * 10 + "@police.example.org",
        "a" * 300 + "@police.example.org",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(box: tuple[Box, Settings], address: str) -> None:
    held, own = box
    assert mail_allowed(own, "Ana.P+x@Police.Example.org")
    assert not mail_allowed(own, address)
    with pytest.raises(RefusedAddressError):
        send_mail(own, address, "s", "t", "d")
    assert held.got == []


def test_off_unless_a_server_and_a_domain_are_set(box: tuple[Box, Settings]) -> None:
    _, own = box
    assert not mail_allowed(Settings(), "ana@police.example.org")
    assert not mail_allowed(own.model_copy(update={"smtp_host": ""}), "ana@police.example.org")
    assert not mail_allowed(own.model_copy(update={"mail_domains": ()}), "ana@police.example.org")


def test_what_may_pass_is_a_failure_and_what_may_not_a_refusal(box: tuple[Box, Settings]) -> None:
    held, own = box

    def send(settings: Settings) -> None:
        send_mail(settings, "ana@police.example.org", "s", "t", "d")

    held.answer = "450 later"
    with pytest.raises(FailedError, match="450"):
        send(own)
    held.answer = "550 nobody of that name"
    with pytest.raises(RefusedAddressError, match="550"):
        send(own)
    held.answer = "250 OK"
    # A server that offers no encryption gets nothing where encryption is asked for: no silent way down.
    with pytest.raises(FailedError):
        send(own.model_copy(update={"smtp_tls": "starttls"}))
    with pytest.raises(FailedError):
        send(own.model_copy(update={"smtp_tls": "tls"}))
    with pytest.raises(FailedError):
        send(own.model_copy(update={"smtp_port": free_port()}))
    assert held.got == []
    send(own)
    assert len(held.got) == 1
