"""Undoing a content encoding within a bound, by Scrapy's own code, for payloads read back from WARC."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import brotli
from backports import zstd
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware

from strazha.errors import BadInputError

#: What the five decoders raise for a broken or oversized body.
BROKEN_BODY = (OSError, EOFError, ValueError, zlib.error, struct.error, brotli.error, zstd.ZstdError)


def decoded(payload: bytes, encodings: Sequence[str], limit: int) -> bytes:
    """The body behind gzip, deflate, br or zstd, as the crawl itself decodes it; an encoding it does not know is left on.

    Raises :class:`BadInputError` where the body is broken or unpacks to more than ``limit`` bytes.
    """
    # The middleware's static methods, so that a capture read back is decoded exactly as it was during the crawl.
    to_decode, _ = HttpCompressionMiddleware._split_encodings([value.encode("latin-1") for value in encodings])
    try:
        for encoding in to_decode:
            payload = HttpCompressionMiddleware._decode(payload, encoding, limit)
    except BROKEN_BODY as error:
        raise BadInputError(f"the body cannot be decoded: {error}", remedy="look at the raw payload instead") from error
    return payload
