"""Webhooks: signed, to allowed hosts alone, at the address that was checked, without redirects; a real receiver."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from strazha.alerting.hook import checked, hook_allowed, is_public, send_hook, signature
from strazha.alerting.sending import FailedError
from strazha.errors import RefusedAddressError
from strazha.settings import Settings
from tests.alerting.receivers import Receiver

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
BODY = {"delivery": "d1", "new_adverts": 2, "link": "/watches/alerts/a1"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def settings(*hosts: str, private: tuple[str, ...] = (), **options: Any) -> Settings:
    return Settings(webhook_hosts=hosts, webhook_private=private, **options)


def test_a_signed_alert_arrives(receiver: Receiver) -> None:
    own = settings(f"localhost:{receiver.port}", private=("localhost",))
    send_hook(own, f"http://localhost:{receiver.port}/in?x=1", BODY, "secret", AT)
    [(path, headers, body)] = receiver.got
    assert (path, json.loads(body)) == ("/in?x=1", BODY)
    assert headers["Host"] == f"localhost:{receiver.port}"
    assert headers["X-Strazha-Delivery"] == "d1"
    stamp = headers["X-Strazha-Timestamp"]
    assert int(stamp) == AT.timestamp()
    # As a receiver checks it.
    expected = hmac.new(b"secret", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Strazha-Signature"] == f"sha256={expected}"
    assert signature("other", int(stamp), body) != headers["X-Strazha-Signature"]


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example.org/x", "http://hooks.example.org/x", "https://hooks.example.org:8443/x",
        "https://hooks.example.org.evil.example/",
        "https://user:word@hooks.example.org/", "https://hooks.example.org@evil.example/", "ftp://hooks.example.org/",
        "//hooks.example.org/",
        "https://hooks.example.org\\@evil.example/", "https://hooks.example.org/ x", "https://hooks.example.org:99999/", "",
        "https://",
        "https://hоoks.example.org/", "javascript:alert(1)", "https://[::1]/", "https://hooks.example.org:0/",
        "https://hooks.example.org/\r\nX: y",
        "https://hooks.example.org/" + "x" * 2000,
    ],
)  # fmt: skip
def test_no_other_address_is_allowed(url: str) -> None:
    own = settings("hooks.example.org")
    assert hook_allowed(own, "https://hooks.example.org/x")
    assert hook_allowed(own, "https://HOOKS.example.org:443/x")
    assert not hook_allowed(own, url)
    with pytest.raises(RefusedAddressError):
        send_hook(own, url, BODY, "s", AT, resolve=lambda host, port: pytest.fail("looked up"))
    assert not hook_allowed(settings(), "https://hooks.example.org/x")
    assert checked(settings("hooks.example.org:8443"), "https://hooks.example.org:8443/x").port == 8443


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "240.0.0.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
        "2002:7f00:1::",
        "ff02::1", "not an address", "192.0.2.1",
    ],
)  # fmt: skip
def test_a_name_that_leads_into_a_private_network_is_refused(address: str) -> None:
    assert not is_public(address)
    own = settings("hooks.example.org")
    for found in ([address], ["93.184.215.14", address]):
        with pytest.raises(RefusedAddressError):
            send_hook(own, "https://hooks.example.org/x", BODY, "s", AT, resolve=lambda host, port, found=found: found)


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.215.14")
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    assert is_public("64:ff9b::5db8:d70e")


def test_no_redirect_is_followed_and_errors_are_failures(receiver: Receiver) -> None:
    other = Receiver()
    own = settings(f"localhost:{receiver.port}", f"localhost:{other.port}", private=("localhost",))
    url = f"http://localhost:{receiver.port}/"
    try:
        receiver.location = f"http://localhost:{other.port}/"
        for receiver.status in (302, 307, 404, 410, 500):
            with pytest.raises(FailedError, match=str(receiver.status)):
                send_hook(own, url, BODY, "s", AT)
        assert other.got == []
        assert len(receiver.got) == 5
    finally:
        other.close()
    with pytest.raises(FailedError):
        send_hook(own, f"http://localhost:{other.port}/", BODY, "s", AT)

    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(FailedError, match="no address"):
        send_hook(own, url, BODY, "s", AT, resolve=unknown)


def certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate for a host, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, secret = folder / f"{host}.pem", folder / f"{host}.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, none))
    return pem, secret


def test_the_certificate_is_that_of_the_name_though_the_connection_goes_to_its_address(tmp_path: Path) -> None:
    pem, key = certificate(tmp_path, "hooks.example.org")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    receiver = Receiver(context=context)
    hosts = (f"hooks.example.org:{receiver.port}", f"other.example.org:{receiver.port}")
    own = settings(*hosts, private=("hooks.example.org", "other.example.org"), webhook_ca=pem)

    def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    try:
        send_hook(own, f"https://{hosts[0]}/in", BODY, "s", AT, resolve=here)
        assert [path for path, _, _ in receiver.got] == ["/in"]
        with pytest.raises(FailedError):  # another name than the certificate's
            send_hook(own, f"https://{hosts[1]}/in", BODY, "s", AT, resolve=here)
        with pytest.raises(FailedError):  # nobody the system trusts signed it
            send_hook(own.model_copy(update={"webhook_ca": None}), f"https://{hosts[0]}/in", BODY, "s", AT, resolve=here)
        assert len(receiver.got) == 1
    finally:
        receiver.close()
