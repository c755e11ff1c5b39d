"""The connection: how the server is reached, and what its errors mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from strazha.errors import BadInputError, MissingExtraError, StoreError, StoreUnavailableError

if TYPE_CHECKING:
    from elasticsearch import ApiError, Elasticsearch

    from strazha.settings import Settings

#: Answers that say "not now": too many requests, bad gateway, unavailable, gateway time-out.
NOT_NOW = frozenset({429, 502, 503, 504})
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
    from elasticsearch import ApiError, TransportError, UnsupportedProductError
    from elasticsearch.exceptions import SerializationError

    try:
        yield
    except SerializationError as error:
        raise StoreError(f"a request could not be written: {error}", place=place) from error
    except TransportError as error:
        raise unavailable(f"Elasticsearch cannot be reached: {error.message}", place) from error
    except UnsupportedProductError as error:
        raise StoreError(
            f"this is no Elasticsearch: {error}", place=place, remedy="check STRAZHA_ELASTICSEARCH_URLS"
        ) from error
    except ApiError as error:
        raise translated(error, place) from error


def translated(error: ApiError, place: str) -> StoreError:
    """An answer that is an error."""
    status, kind, reason = error.status_code, error_type(error.body), _reason(error.body) or str(error)
    if status in {401, 403} and kind not in BLOCKED:
        return StoreError(
            f"Elasticsearch refuses the request: {reason}",
            place=place,
            remedy="check STRAZHA_ELASTICSEARCH_API_KEY and its role (docs/operations.md)",
        )
    if status in NOT_NOW or kind in BLOCKED:
        return unavailable(f"Elasticsearch cannot do it now: {reason}", place)
    return StoreError(f"Elasticsearch answered {status}: {reason}", place=place)


def unavailable(problem: str, place: str) -> StoreUnavailableError:
    """The error of a server that is down, overloaded or read-only."""
    return StoreUnavailableError(
        problem, place=place, remedy="nothing is lost: see to the server, then run the same command again"
    )


def error_type(body: object) -> str:
    """The kind of an error, as Elasticsearch names it; empty where there is none."""
    error = body.get("error") if isinstance(body, Mapping) else None
    return str(error.get("type", "")) if isinstance(error, Mapping) else ""


def _reason(body: object) -> str:
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return str(error or "")
    cause = error.get("caused_by")
    inner = f" ({cause.get('reason')})" if isinstance(cause, Mapping) and cause.get("reason") else ""
    return f"{error.get('reason') or error.get('type')}{inner}"
