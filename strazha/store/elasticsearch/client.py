"""The connection: how the server is reached, and what its errors mean."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from strazha.errors import BadInputError, MissingExtraError, StoreError, StoreUnavailableError

if TYPE_CHECKING:
    from elasticsearch import ApiError, Elasticsearch, TransportError

    from strazha.settings import Settings

#: Answers that say "not now": too many requests, bad gateway, unavailable, gateway time-out.
NOT_NOW = frozenset({429, 502, 503, 504})
#: An index that another process is just putting in place, a shard that is not back yet after a start.
ABSENT = frozenset({"index_not_found_exception", "illegal_index_shard_state_exception", "shard_not_found_exception"})
#: Answers about the key: not known, not entitled.
REFUSED = frozenset({401, 403})
#: Kinds of error that mean an index takes no writes now: a read-only block, a full disk, a cluster without its master.
BLOCKED = frozenset({"cluster_block_exception", "master_not_discovered_exception", "no_shard_available_action_exception",
                     "unavailable_shards_exception", "node_closed_exception", "primary_missing_action_exception"})  # fmt: skip


def connect(settings: Settings) -> Elasticsearch:
    """A client for the settings' hosts. Nothing is sent yet: a server that is down is noticed by the first call.

    Reads are tried on up to three hosts; writes are not repeated here, as only the loader knows what may be repeated.
    """
    try:
        from elasticsearch import Elasticsearch
    except ImportError as error:
        raise MissingExtraError("the Elasticsearch backend", "elasticsearch") from error
    options: dict[str, Any] = {
        "hosts": list(settings.elasticsearch_urls),
        "request_timeout": settings.elasticsearch_timeout,
        "http_compress": settings.elasticsearch_compress,
        "max_retries": 2,
        "retry_on_status": (502, 503, 504),
        # A loader's requests run beside a reader's: more connections than threads that use them, so that none waits.
        "connections_per_node": 10,
    }
    if settings.elasticsearch_api_key:
        options["api_key"] = settings.elasticsearch_api_key.get_secret_value()
    if settings.elasticsearch_ca is not None:
        if not settings.elasticsearch_ca.is_file():
            raise BadInputError(
                "the certificate file is not there",
                place=str(settings.elasticsearch_ca),
                remedy="set STRAZHA_ELASTICSEARCH_CA to the PEM file of the authority that signed the server's certificate",
            )
        try:  # now, and not in the middle of the first request
            ssl.create_default_context(cafile=str(settings.elasticsearch_ca))
        except OSError as error:  # SSLError is one
            raise BadInputError(
                f"the certificate file cannot be used: {error}", place=str(settings.elasticsearch_ca),
                remedy="set STRAZHA_ELASTICSEARCH_CA to a PEM file (-----BEGIN CERTIFICATE-----) that this user may read",
            ) from error  # fmt: skip
        options["ca_certs"] = str(settings.elasticsearch_ca)
    try:
        return Elasticsearch(**options)
    except ValueError as error:
        raise BadInputError(
            f"Elasticsearch's addresses cannot be used: {error}",
            remedy='set STRAZHA_ELASTICSEARCH_URLS to a JSON list such as ["https://es1.example.org:9200"]',
        ) from error


@contextmanager
def meaning(place: str) -> Iterator[None]:
    """Turn the client's errors into ours: StoreUnavailableError where the same call may work later, StoreError otherwise."""
    from elasticsearch import ApiError, SSLError, TransportError, UnsupportedProductError
    from elasticsearch.exceptions import SerializationError

    try:
        yield
    except SerializationError as error:
        raise StoreError(f"a request could not be written: {error}", place=place) from error
    except SSLError as error:
        raise _untrusted(error, place) from error
    except TransportError as error:
        hint = " (does its address begin with https://?)" if "closed connection without response" in error.message else ""
        raise unavailable(f"Elasticsearch cannot be reached: {error.message}{hint}", place) from error
    except UnsupportedProductError as error:
        raise StoreError(
            f"this is no Elasticsearch: {error}", place=place, remedy="check STRAZHA_ELASTICSEARCH_URLS"
        ) from error
    except ApiError as error:
        raise translated(error, place) from error


def translated(error: ApiError, place: str) -> StoreError:
    """An answer that is an error."""
    status, kind, reason = error.status_code, error_type(error.body), error_text(error.body) or str(error)
    if status in REFUSED and kind not in BLOCKED:
        return refused(status, reason, place)
    if status in NOT_NOW or kind in BLOCKED:
        return unavailable(f"Elasticsearch cannot do it now: {reason}", place)
    return StoreError(f"Elasticsearch answered {status}: {reason}", place=place)


def refused(status: int, reason: str, place: str) -> StoreError:
    """The error of a key that is not known (401) or may not do this (403)."""
    remedy = (
        "set STRAZHA_ELASTICSEARCH_API_KEY to the encoded form of a key that is still valid"
        if status == 401
        else 'give the key of STRAZHA_ELASTICSEARCH_API_KEY the rights named in docs/operations.md, "Roles and keys"'
    )
    return StoreError(f"Elasticsearch refuses the request ({status}): {reason}", place=place, remedy=remedy)


def checked(items: Iterable[Mapping[str, Any]], place: str) -> Iterator[Mapping[str, Any]]:
    """The single answers of a request for several things, each of which can fail by itself (a shard that is not back yet)."""
    for item in items:
        error = item.get("error")
        if isinstance(error, Mapping):
            problem = f"Elasticsearch could not read all that was asked for: {error_text(item)}"
            status = item.get("status")
            if error_type(item) in {*BLOCKED, *ABSENT} or status in NOT_NOW:
                raise unavailable(problem, place)
            raise refused(status, problem, place) if status in REFUSED else StoreError(problem, place=place)
        yield item


def _untrusted(error: TransportError, place: str) -> StoreError:
    text = str(error.message)
    if "CERTIFICATE_VERIFY_FAILED" in text or "certificate" in text.lower():
        return StoreError(
            f"the server's certificate is not trusted: {text}", place=place,
            remedy="set STRAZHA_ELASTICSEARCH_CA to the PEM file of the authority that signed it, and use the name in it",
        )  # fmt: skip
    if "WRONG_VERSION_NUMBER" in text or "RECORD_LAYER_FAILURE" in text:
        return StoreError(
            f"the server does not speak TLS: {text}", place=place,
            remedy="turn TLS on there, or (on loopback only) begin STRAZHA_ELASTICSEARCH_URLS with http://",
        )  # fmt: skip
    return unavailable(f"Elasticsearch cannot be reached: {text}", place)  # a connection cut off while it was made


def unavailable(problem: str, place: str) -> StoreUnavailableError:
    """The error of a server that is down, overloaded or read-only."""
    return StoreUnavailableError(
        problem, place=place, remedy="nothing is lost: see to the server, then run the same command again"
    )


def error_type(body: object) -> str:
    """The kind of an error, as Elasticsearch names it; empty where there is none."""
    error = body.get("error") if isinstance(body, Mapping) else None
    return str(error.get("type", "")) if isinstance(error, Mapping) else ""


def error_text(body: object) -> str:
    """What an answer says went wrong, in a line; empty where nothing did."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return str(error or "")
    cause = error.get("caused_by")
    inner = f" ({cause.get('reason')})" if isinstance(cause, Mapping) and cause.get("reason") else ""
    return f"{error.get('reason') or error.get('type')}{inner}"
