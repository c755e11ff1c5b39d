"""What the server does by itself where it can: templates and policies put in place, and former indices that end by themselves.

Elasticsearch counts an index's age from its making. The one that was just taken out of use may be a year old, so its lifecycle
is made to begin at the switch (``index.lifecycle.origination_date``), and is taken off before the index is gone back to: a
policy left on an index in use would delete it. A server without lifecycle management is told apart by its answers.
Bodies as documented: elastic.co/guide/en/elasticsearch/reference/8.19/ilm-put-lifecycle.html, slm-api-put-policy.html,
ilm-settings.html, ilm-remove-policy.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from strazha.clock import now
from strazha.store.elasticsearch import shape
from strazha.store.elasticsearch.client import error_text, meaning
from strazha.store.entries import millis

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

_JSON = {"content-type": "application/json", "accept": "application/json"}
#: How a server answers that does not know an address at all.
UNKNOWN = "no handler found for uri"


class Lifecycle:
    """Templates and policies of one installation."""

    def __init__(self, client: Elasticsearch, prefix: str) -> None:
        self._client, self._prefix = client, prefix

    def install(self) -> dict[str, str]:
        """Install templates and, where the server has them, policies; returns what became of each, in one line."""
        components, indices = shape.templates(self._prefix)
        done = {}
        with meaning("templates"):
            for name, body in components.items():
                self._client.cluster.put_component_template(name=name, **_keywords(body))
                done[f"component template {name}"] = "installed"
            for name, body in indices.items():
                self._client.indices.put_index_template(name=name, **_keywords(body))
                done[f"index template {name}"] = "installed"
        for path, body in shape.policies(self._prefix).items():
            status, answer = self._ask("PUT", path, body)
            done[f"policy {path}"] = "installed" if status == 200 else f"left out: {_because(answer)}"
        return done

    def retire(self, indices: Sequence[str]) -> str:
        """Let former indices end by themselves; what became of it, as a sentence."""
        name = f"{self._prefix}-former"
        status, answer = self._ask("GET", f"/_ilm/policy/{name}")
        if status != 200:
            why = "its policy is not installed (strazha index install)" if status == 404 else _because(answer)
            return f"the former indices stay until strazha index drop-old: {why}"
        begin = {"index.lifecycle.name": name, "index.lifecycle.origination_date": millis(now())}
        if indices:
            with meaning(indices[0]):
                self._client.indices.put_settings(index=list(indices), settings=begin)
        return f"the former indices end by themselves (policy {name}), sooner with strazha index drop-old"

    def keep(self, indices: Sequence[str]) -> None:
        """Take the policy off indices that are gone back to. StoreError where that fails: they would be deleted in use."""
        for index in indices:
            with meaning(index):
                found = self._client.indices.get_settings(index=index, name="index.lifecycle.*", flat_settings=True)
                if any("index.lifecycle.name" in one.get("settings", {}) for one in found.body.values()):
                    self._client.perform_request("POST", f"/{index}/_ilm/remove", headers=_JSON)
                    # The beginning outlives the policy, and would be counted from by the next one.
                    self._client.indices.put_settings(index=index, settings={"index.lifecycle.origination_date": None})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        with meaning(path):
            answer = self._client.options(ignore_status=(400, 403, 404, 405)).perform_request(
                method, path, body=body, headers=_JSON
            )
        return answer.meta.status, answer.body


def _because(body: object) -> str:
    text = error_text(body)
    return "this server has no lifecycle management" if UNKNOWN in text else text


def _keywords(body: dict[str, Any]) -> dict[str, Any]:
    return {("meta" if key == "_meta" else key): value for key, value in body.items()}
