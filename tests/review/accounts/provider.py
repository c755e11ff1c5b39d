"""A small OpenID Connect provider on loopback, on Authlib's server parts: codes, client authentication, PKCE are theirs."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "strazha", "the client's own secret"


@dataclass
class Client(ClientMixin):  # type: ignore[misc]
    """The one application that is registered."""

    redirect: str

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.redirect

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code:
    """A code on its way."""

    redirect_uri: str
    scope: str
    nonce: str
    user: dict[str, Any]
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


class Payload(OAuth2Payload):  # type: ignore[misc]
    """A request's fields."""

    def __init__(self, data: dict[str, str]) -> None:
        self._data = data

    @property
    def data(self) -> dict[str, str]:
        return self._data

    @property
    def datalist(self) -> dict[str, list[str]]:
        return defaultdict(list, {name: [value] for name, value in self._data.items()})


@dataclass
class Idp:
    """The provider: who signs in, and which lie it tells."""

    clock: Callable[[], Any]
    issuer: str = ""
    redirect: str = ""
    user: dict[str, Any] = field(
        default_factory=lambda: {"sub": "1001", "preferred_username": "Vera.Koleva", "groups": ["analysts"]}
    )
    #: Changes the claims, the signed token, or the answer's own parameters.
    forge: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    sign: Callable[[dict[str, Any]], str] | None = None
    named: str | None = None
    codes: dict[str, Code] = field(default_factory=dict)
    #: Every code given out, and what the last token request was answered.
    given: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    nonces: list[str] = field(default_factory=list)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "one"}))

    def token_of(self, code: Code) -> str:
        """The identity token."""
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": code.nonce, **self.user}
        claims = self.forge(claims) if self.forge else claims
        return self.sign(claims) if self.sign else jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def app(self) -> Starlette:
        """The pages of the provider."""
        server = _server(self)

        async def discovery(_: Request) -> Response:
            names = {
                "authorization_endpoint": "authorize",
                "token_endpoint": "token",
                "jwks_uri": "jwks",
                "end_session_endpoint": "end",
            }
            return JSONResponse({"issuer": self.issuer, **{name: f"{self.issuer}/{path}" for name, path in names.items()}})

        async def jwks(_: Request) -> Response:
            return JSONResponse(KeySet([self.key]).as_dict(private=False))

        async def authorize(request: Request) -> Response:
            asked = OAuth2Request(request.method, str(request.url), headers=request.headers)
            asked.payload = Payload(dict(request.query_params))
            self.nonces.append(request.query_params.get("nonce", ""))
            grant = server.get_consent_grant(asked, end_user=self.user)
            answer: Response = server.create_authorization_response(asked, grant_user=self.user, grant=grant)
            target = answer.headers["location"] + (f"&iss={self.named}" if self.named is not None else "")
            # A page with a link, as providers have: the way back is then begun by a click on another site.
            return HTMLResponse(
                f'<!doctype html><title>Provider</title><a id="back" href="{target.replace("&", "&amp;")}">Yes</a>'
            )

        async def token(request: Request) -> Response:
            form = {name: str(value) for name, value in (await request.form()).items()}
            asked = OAuth2Request(request.method, str(request.url), headers=request.headers)
            asked.payload = Payload(form)
            asked._body = form
            answer: Response = server.create_token_response(asked)
            self.statuses.append(answer.status_code)
            return answer

        async def end(_: Request) -> Response:
            return HTMLResponse("<!doctype html><title>Signed out</title><h1>Signed out at the provider</h1>")

        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", discovery), Route("/jwks", jwks), Route("/authorize", authorize),
                Route("/token", token, methods=["POST"]), Route("/end", end),
            ]
        )  # fmt: skip


def _server(idp: Idp) -> Any:
    class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, request: Any) -> None:
            data = request.payload.data
            idp.given.append(code)
            idp.codes[code] = Code(
                data["redirect_uri"], data.get("scope", ""), data.get("nonce", ""), request.user,
                data.get("code_challenge", ""), data.get("code_challenge_method", ""),
            )  # fmt: skip

        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            return idp.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            for name, one in list(idp.codes.items()):
                if one is authorization_code:
                    del idp.codes[name]

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            self.request.found = authorization_code
            return authorization_code.user

    class Server(AuthorizationServer):  # type: ignore[misc]
        def query_client(self, client_id: str) -> Client | None:
            return Client(idp.redirect) if client_id == CLIENT else None

        def save_token(self, token: dict[str, Any], request: Any) -> None:
            token["id_token"] = idp.token_of(request.found)

        def create_oauth2_request(self, request: Any) -> Any:
            return request

        def handle_response(self, status: int, body: Any, headers: Any) -> Response:
            made = dict(headers or ())
            return JSONResponse(body, status, made) if isinstance(body, dict) else Response(body or "", status, made)

        def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
            return None

    server = Server(scopes_supported=["openid", "profile"])

    def generate(grant_type: str, client: Any, user: Any, scope: str = "", expires_in: int = 300, **_: Any) -> dict[str, Any]:
        return {"token_type": "Bearer", "access_token": secrets.token_urlsafe(16), "expires_in": 300, "scope": scope}

    server.register_token_generator("default", generate)
    server.register_grant(Grant, [CodeChallenge(required=True)])
    return server


def unsigned(claims: dict[str, Any]) -> str:
    """A token nobody signed (alg none)."""
    return ".".join([*_parts("none", claims), ""])


def shared(claims: dict[str, Any], key: bytes) -> str:
    """A token "signed" with the public key as if it were a shared secret (the classic confusion of algorithms)."""
    parts = _parts("HS256", claims)
    return ".".join([*parts, _text(hmac.digest(key, ".".join(parts).encode(), "sha256"))])


def _parts(algorithm: str, claims: dict[str, Any]) -> list[str]:
    return [_text(json.dumps(one).encode()) for one in ({"alg": algorithm, "typ": "JWT", "kid": "one"}, claims)]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@contextmanager
def running(app: Any, listener: Any) -> Iterator[None]:
    """An application on a socket."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", server_header=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield
    server.should_exit = True
    thread.join(10)
    listener.close()
