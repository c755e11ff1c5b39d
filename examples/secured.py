"""What a node needs to ask for keys and to speak TLS: an authority, a certificate for loopback, one administrator."""

from __future__ import annotations

import base64
import datetime
import hashlib
import ipaddress
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADMINISTRATOR = "administrator"
SETTINGS = """\
xpack.security.enabled: true
xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.key: server.key
xpack.security.http.ssl.certificate: server.crt
xpack.security.authc.api_key.enabled: true
"""


@dataclass(frozen=True, slots=True)
class Secured:
    """What a client needs: the authority's certificate, and the administrator's password."""

    ca: Path
    password: str


def secure(conf: Path) -> Secured:
    """Write certificates and an administrator of the file realm into a node's configuration."""
    conf.mkdir(parents=True, exist_ok=True)
    key, authority = make_authority(conf / "ca.crt")
    _certificate(key, authority, conf)
    password = secrets.token_hex(12)
    (conf / "users").write_text(f"{ADMINISTRATOR}:{_hashed(password)}\n", encoding="ascii")
    (conf / "users_roles").write_text(f"superuser:{ADMINISTRATOR}\n", encoding="ascii")
    return Secured(conf / "ca.crt", password)


def make_authority(path: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """An authority of one day; its certificate is written as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"test authority {path.stem}")])
    builder = _builder(name, name, key.public_key()).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return key, made


def _certificate(authority_key: ec.EllipticCurvePrivateKey, authority: x509.Certificate, conf: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "one")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = _builder(name, authority.subject, key.public_key()).add_extension(names, critical=False)
    (conf / "server.crt").write_bytes(made.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    (conf / "server.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    today = datetime.datetime.now(datetime.UTC)
    return x509.CertificateBuilder(
        issuer,
        subject,
        key,
        x509.random_serial_number(),
        today - datetime.timedelta(days=1),
        today + datetime.timedelta(days=1),
    )


def _hashed(password: str) -> str:
    # As Elasticsearch's file realm reads it: PBKDF2 with HMAC-SHA512, 32 bytes of salt and of hash.
    rounds, salt = 10_000, os.urandom(32)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds, 32)
    return f"{{PBKDF2}}{rounds}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"
