"""The index on Elasticsearch (8.16 or newer): for several machines, and for more adverts than one file should hold."""

from __future__ import annotations

from strazha.settings import Settings
from strazha.store.base import AdIndex
from strazha.store.elasticsearch.index import ElasticsearchIndex

__all__ = ["ElasticsearchIndex", "open_elasticsearch"]


def open_elasticsearch(settings: Settings) -> AdIndex:
    """Open the index at the settings' addresses. Nothing is sent yet; what is missing is made by the first call."""
    return ElasticsearchIndex(settings)
