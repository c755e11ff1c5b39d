"""An OpenID Connect provider: discovery, the way there and the way back, and all that is checked of what it says.

Authorisation code with PKCE (RFC 7636), state and nonce. The identity token must be signed with a key of the provider's key set
by a public-key algorithm, name exactly the configured issuer, be meant for this application, be in date and carry the nonce.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from strazha.errors import BadInputError
from strazha.ledger.records import Role
from strazha.settings import Settings

#: Signatures by public keys alone: with a shared secret whoever knows it could sign, with "none" anybody.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
#: Seconds a request to the provider may take, and by which clocks may differ.
PATIENCE, LEEWAY = 10.0, 60
#: How long discovery and keys are kept; an unknown key is asked for at once.
KEPT = timedelta(hours=1)
#: Bytes of an answer; a discovery document is a few kilobytes.
MOST = 500_000
RETURN = "/login/oidc/return"

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ODD = re.compile(r"[^a-z0-9._-]+")


class ProviderError(Exception):
    """A sign-in that is refused; the text is a short reason for the log, never shown to whoever tries."""


class NoRoleError(ProviderError):
    """The provider knows the person and gives them no role here (any more)."""

    def __init__(self, issuer: str, subject: str) -> None:
        super().__init__("no role is given to any of this person's values")
        self.issuer, self.subject = issuer, subject


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the provider vouches for."""

    issuer: str
    subject: str
    #: A name to begin an account's name with.
    name: str
    role: Role


class Provider:
    """The provider of the settings. Made once by each server; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._metadata: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    @property
    def address(self) -> str:
        """Where the provider sends people back to."""
        return self._settings.public_url.rstrip("/") + RETURN

    def way_there(self, *, state: str, nonce: str, verifier: str, at: datetime) -> str:
        """Address at the provider to go to."""
        metadata = self.metadata(at)
        with self._client() as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return str(url)

    def way_out(self, at: datetime) -> str:
        """Address at the provider that ends its own session; empty where it has none."""
        end = self.metadata(at).get("end_session_endpoint")
        if not isinstance(end, str) or not _fit(end):
            return ""
        back = self._settings.public_url.rstrip("/") + "/login"
        query = httpx.QueryParams({"client_id": self._settings.oidc_client, "post_logout_redirect_uri": back})
        return f"{end}{'&' if '?' in end else '?'}{query}"

    def way_back(self, code: str, *, nonce: str, verifier: str, issuer: str, at: datetime) -> Person:
        """Whoever comes back with a code. ``issuer`` is what the answer itself names (RFC 9207), empty where it names none.

        Raises ProviderError with the reason of a refusal.
        """
        metadata = self.metadata(at)
        named = bool(metadata.get("authorization_response_iss_parameter_supported"))
        if (issuer or named) and issuer != self._settings.oidc_issuer:
            raise ProviderError("the answer comes from another issuer")
        try:
            with self._client() as client:
                token = client.fetch_token(
                    metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
                )
        except OAuthError as error:
            raise ProviderError(f"the provider refused the code: {str(error.error)[:60]}") from error
        except (httpx.HTTPError, ValueError, OSError) as error:
            raise ProviderError("the provider's token endpoint cannot be used") from error
        raw = token.get("id_token") if isinstance(token, dict) else None
        if not isinstance(raw, str):
            raise ProviderError("there is no identity token")
        return self._person(self._claims(raw, nonce, str(token.get("access_token", "")), at))

    def metadata(self, at: datetime) -> Mapping[str, Any]:
        """The discovery document. Raises ProviderError where it cannot be had or is another issuer's."""
        with self._lock:
            if self._metadata is None or at - self._metadata[0] > KEPT:
                found = self._get(self._settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration")
                if found.get("issuer") != self._settings.oidc_issuer:
                    raise ProviderError("discovery names another issuer")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    if not isinstance(found.get(name), str) or not _fit(found[name]):
                        raise ProviderError(f"discovery lacks a usable {name}")
                self._metadata = (at, found)
            return self._metadata[1]

    def _claims(self, raw: str, nonce: str, access_token: str, at: datetime) -> Mapping[str, Any]:
        try:
            try:
                token = jwt.decode(raw, self._key_set(at), algorithms=list(ALGORITHMS))
            except (JoseError, ValueError, KeyError):
                # The provider may have changed its keys since they were fetched.
                token = jwt.decode(raw, self._key_set(at, fresh=True), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderError(f"the identity token's signature does not hold ({type(error).__name__})") from error
        client = self._settings.oidc_client
        options = {"iss": {"essential": True, "value": self._settings.oidc_issuer}, "aud": {"essential": True, "value": client}}
        params = {"nonce": nonce, "client_id": client, "access_token": access_token}
        claims = CodeIDToken(token.claims, token.header, options, params)
        try:
            claims.validate(now=int(at.timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderError(f"the identity token does not hold: {str(error)[:80]}") from error
        self._hold(claims, nonce)
        return dict(claims)

    def _hold(self, claims: Mapping[str, Any], nonce: str) -> None:
        # Once more in plain words: these four are what a sign-in rests on, whatever the library's defaults become.
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
        if claims.get("iss") != self._settings.oidc_issuer:
            raise ProviderError("the identity token is of another issuer")
        if self._settings.oidc_client not in audiences:
            raise ProviderError("the identity token is for another application")
        if len(audiences) > 1 and claims.get("azp") != self._settings.oidc_client:
            raise ProviderError("the identity token was given to another application")
        if not hmac.compare_digest(str(claims.get("nonce", "")), nonce):
            raise ProviderError("the nonce does not fit")

    def _person(self, claims: Mapping[str, Any]) -> Person:
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
            raise ProviderError("the identity token names nobody")
        values = claims.get(self._settings.oidc_claim)
        held = (
            {values}
            if isinstance(values, str)
            else {one for one in values if isinstance(one, str)}
            if isinstance(values, list)
            else set()
        )
        role = next((role for value, role in self._settings.roles_by_value.items() if value in held), None)
        if role is None:
            raise NoRoleError(self._settings.oidc_issuer, subject)
        return Person(self._settings.oidc_issuer, subject, account_name(claims), Role(role))

    def _key_set(self, at: datetime, *, fresh: bool = False) -> KeySet:
        uri = self.metadata(at)["jwks_uri"]
        with self._lock:
            if self._keys is None or fresh or at - self._keys[0] > KEPT:
                found = self._get(uri)
                self._keys = (at, KeySet.import_key_set(found))  # type: ignore[arg-type]
            return self._keys[1]

    def _client(self) -> OAuth2Client:
        secret = self._settings.oidc_secret.get_secret_value()
        return OAuth2Client(
            client_id=self._settings.oidc_client, client_secret=secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            redirect_uri=self.address, scope=f"openid {self._settings.oidc_scopes}".strip(), code_challenge_method="S256",
            timeout=PATIENCE,
        )  # fmt: skip

    def _get(self, url: str) -> dict[str, Any]:
        if not _fit(url):
            raise ProviderError("the provider's address is not https")
        try:
            answer = httpx.get(url, timeout=PATIENCE, follow_redirects=False)
            answer.raise_for_status()
            found = json.loads(answer.content[:MOST])
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            raise ProviderError("the provider cannot be reached") from error
        if not isinstance(found, dict):
            raise ProviderError("the provider's answer is none")
        return found


def account_name(claims: Mapping[str, Any]) -> str:
    """What an account's name begins with: the name people use at the provider, as far as it can be one here."""
    wanted = claims.get("preferred_username")
    name = _ODD.sub(".", wanted.strip().lower().partition("@")[0])[:40].strip("._-") if isinstance(wanted, str) else ""
    return name or f"user-{tail(str(claims.get('sub', '')))}"


def tail(subject: str) -> str:
    """A short name of a subject, to tell accounts of like names apart."""
    return hashlib.sha256(subject.encode("utf-8", "replace")).hexdigest()[:6]


def check_settings(settings: Settings) -> None:
    """Refuse settings with which nobody could sign in, or anybody could; BadInputError names the one to change."""
    if not settings.oidc_issuer:
        if not settings.local_login:
            raise BadInputError("nobody could sign in", remedy="set STRAZHA_OIDC_ISSUER, or STRAZHA_LOCAL_LOGIN=true")
        return
    for name, value in (
        ("OIDC_CLIENT", settings.oidc_client),
        ("PUBLIC_URL", settings.public_url),
        ("OIDC_ROLES", settings.oidc_roles),
    ):
        if not value:
            raise BadInputError(
                "the identity provider's settings are not complete", remedy=f"set STRAZHA_{name} (docs/accounts.md)"
            )
    unknown = sorted(set(settings.roles_by_value.values()) - set(Role))
    if unknown:
        raise BadInputError(f"there is no role {unknown[0]!r}", remedy=f"STRAZHA_OIDC_ROLES gives one of: {', '.join(Role)}")
    for address in (settings.oidc_issuer, settings.public_url):
        if not _fit(address):
            raise BadInputError(f"{address} is not https", remedy="use an https address (http only on loopback)")


def _fit(url: str) -> bool:
    try:
        pieces = urlsplit(url)
    except ValueError:
        return False
    return bool(pieces.hostname) and (pieces.scheme == "https" or (pieces.scheme == "http" and pieces.hostname in _LOOPBACK))
