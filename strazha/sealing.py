"""Sealing small secrets (keys of authenticator apps) with a key that lies outside the database.

AES-256-GCM; what is sealed is bound to what it belongs to, so that a sealed text moved to another account does not open there.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from strazha.errors import BadInputError
from strazha.settings import Settings

KEY_BYTES, NONCE_BYTES = 32, 12
#: What a sealed text begins with, so that it is never mistaken for a plain secret (base32 has neither digit 1 nor a dot).
VERSION = "s1"
_REMEDY = "restore the key file from its backup, or turn the affected codes off: strazha user totp NAME --off"


class Keyring:
    """Keys to seal and open with; the first seals. Raises BadInputError where there is none or one is malformed."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = {}
        for text in keys:
            raw = _key(text)
            self._keys[hashlib.sha256(raw).hexdigest()[:8]] = raw
        if not self._keys:
            raise BadInputError(
                "there is no key to seal secrets with", remedy="set STRAZHA_SECRET_KEYS or STRAZHA_SECRET_KEY_FILE"
            )
        self.newest = next(iter(self._keys))

    def seal(self, secret: str, owner: str) -> str:
        """A secret as it may lie in a database; an empty one stays empty."""
        if not secret:
            return ""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._keys[self.newest]).encrypt(nonce, secret.encode(), owner.encode())
        return f"{VERSION}.{self.newest}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, owner: str) -> str | None:
        """The secret; ``None`` where its key is not here, or the text was changed or belongs to somebody else."""
        version, _, rest = sealed.partition(".")
        name, _, body = rest.partition(".")
        key = self._keys.get(name)
        if version != VERSION or key is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(body.encode("ascii"))
            return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], owner.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error, UnicodeError):
            return None

    def is_newest(self, sealed: str) -> bool:
        """Whether a text is sealed with the key that seals now."""
        return sealed.startswith(f"{VERSION}.{self.newest}.")


def is_sealed(text: str) -> bool:
    """Whether a text is a sealed one (else it is a secret kept before there was a key, or empty)."""
    return text.startswith(f"{VERSION}.")


def new_key() -> str:
    """A new key, as it stands in a key file."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def key_file(settings: Settings) -> Path:
    """Where the keys lie, unless the settings hold them."""
    return settings.secret_key_file or settings.home / "secret.key"


def keyring(settings: Settings) -> Keyring:
    """The keys of the settings, else those of the key file, which is made with mode 0600 at its first use.

    Raises:
        BadInputError: a key is malformed, or others than its owner may read the file.
    """
    held = [key.get_secret_value() for key in settings.secret_keys]
    if held:
        return Keyring(held)
    path = key_file(settings)
    _made(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise BadInputError("others can read the key file", place=str(path), remedy=f"run: chmod 600 {path}")
    return Keyring(_lines(path))


def add_key(settings: Settings) -> Path:
    """Put a new key at the head of the key file; the former ones still open what they sealed."""
    if settings.secret_keys:
        raise BadInputError(
            "the keys stand in the settings", remedy="put a new key first in STRAZHA_SECRET_KEYS, then run: strazha user reseal"
        )
    path = key_file(settings)
    _made(path)
    _replace(path, [new_key(), *_lines(path)])
    return path


def drop_old_keys(settings: Settings) -> None:
    """Leave only the newest key in the key file: nothing is sealed with the others any more."""
    if not settings.secret_keys:
        _replace(key_file(settings), _lines(key_file(settings))[:1])


def _key(text: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(text.strip().encode("ascii"))
    except (ValueError, binascii.Error, UnicodeError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise BadInputError("a key to seal with is malformed", remedy=f"each is {KEY_BYTES} bytes in base64; {_REMEDY}")
    return raw


def _made(path: Path) -> None:
    # O_EXCL: of two servers that start at once one makes the file, the other reads it.
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    if path.exists():
        return
    _write(temporary, [new_key()])
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()


def _replace(path: Path, keys: list[str]) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    _write(temporary, keys)
    temporary.replace(path)


def _write(path: Path, keys: list[str]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    except UnicodeError as error:
        raise BadInputError("the key file holds no keys", place=str(path), remedy=_REMEDY) from error
