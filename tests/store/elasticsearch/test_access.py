"""A server with security on: real certificates, real keys, and that the documented rights are enough and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from strazha.errors import BadInputError, StoreError, StoreUnavailableError
from strazha.model import Cluster, Link, Outcome
from strazha.settings import Settings
from strazha.store import AdIndex, AdvertDoc, ClusterDoc, LinkDoc, Query
from strazha.store.elasticsearch import ElasticsearchIndex
from strazha.store.elasticsearch.generations import Generations

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from examples.live_elasticsearch import LiveElasticsearch

pytestmark = pytest.mark.elasticsearch
ROOT = Path(__file__).parents[3]
START = datetime(2026, 11, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def guarded() -> Iterator[LiveElasticsearch]:
    from examples.live_elasticsearch import LiveElasticsearch

    # One write at a time and one waiting: more at once are refused (test_a_server_that_is_overloaded).
    queue = "thread_pool.write.size: 1\nthread_pool.write.queue_size: 1\n"
    with LiveElasticsearch(heap="512m", secure=True, brief=True, settings=queue) as node:
        yield node


@pytest.fixture(scope="module")
def administrator(guarded: LiveElasticsearch) -> Iterator[Elasticsearch]:
    from elasticsearch import Elasticsearch

    assert guarded.secured
    with Elasticsearch(
        guarded.url, ca_certs=str(guarded.secured.ca), basic_auth=("administrator", guarded.secured.password)
    ) as client:
        yield client


Opened = Callable[..., ElasticsearchIndex]


@pytest.fixture
def opened(guarded: LiveElasticsearch, tmp_path: Path) -> Iterator[Opened]:
    """Opens the index with a key; other settings as named."""
    indices: list[ElasticsearchIndex] = []

    def give(key: str = "", **changes: Any) -> ElasticsearchIndex:
        assert guarded.secured
        own = {"elasticsearch_urls": (guarded.url,), "elasticsearch_ca": guarded.secured.ca, "elasticsearch_api_key": key,
               "elasticsearch_patience": 60, "home": tmp_path, "store": "elasticsearch"}  # fmt: skip
        indices.append(ElasticsearchIndex(Settings.model_validate(own | changes)))
        return indices[-1]

    yield give
    for index in indices:
        index.close()


def documented() -> dict[str, dict[str, Any]]:
    """The request bodies of docs/operations.md, by the key's name."""
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    found = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", text, re.M | re.S)]
    return {body["name"]: body for body in found if "role_descriptors" in body}


@pytest.fixture
def key(administrator: Elasticsearch) -> Callable[[str], str]:
    """Makes a key exactly as the operations page says."""

    def make(name: str) -> str:
        answer = administrator.perform_request(
            "POST", "/_security/api_key", body=documented()[name],
            headers={"content-type": "application/json", "accept": "application/json"},
        )  # fmt: skip
        return str(answer.body["encoded"])

    return make


def restricted(administrator: Elasticsearch, *privileges: str) -> str:
    rights = {"cluster": ["monitor"], "indices": [{"names": ["strazha-*"], "privileges": list(privileges)}]}
    return str(administrator.security.create_api_key(name="t", role_descriptors={"t": rights})["encoded"])


def cluster_of(member: AdvertDoc) -> ClusterDoc:
    made = Cluster(id="c1", members=(member.id,))
    return ClusterDoc(cluster=made, size=1, first_seen=START, last_seen=START, score=1, band="low", version=1)


def link_of(a: AdvertDoc, b: AdvertDoc) -> LinkDoc:
    one, other = sorted((a.id, b.id))
    return LinkDoc(link=Link(a=one, b=other, score=0.9, reasons=()), cluster_id="c1", version=1)


def test_the_documented_rights_are_enough_for_everything_that_is_called(
    opened: Opened, key: Callable[[str], str], advert: Callable[..., AdvertDoc]
) -> None:
    assert set(documented()) == {"strazha-loader", "strazha-review", "strazha-admin"}
    docs = [advert(n, f"word {n}", keys=("k",)) for n in range(3)]
    admin = opened(key("strazha-admin"))
    done = admin.generations.lifecycle.install()
    assert all(became == "installed" for name, became in done.items() if "template" in name)

    loader = opened(key("strazha-loader"), elasticsearch_compress=True)
    table: dict[str, Callable[[], object]] = {
        "put_adverts": lambda: loader.put_adverts(docs),
        "put_clusters": lambda: loader.put_clusters([cluster_of(docs[0])]),
        "put_links": lambda: loader.put_links([link_of(docs[0], docs[1])]),
        "decide": lambda: loader.decide("advert", docs[0].id, Outcome.REFER, START),
        "replay": lambda: (loader.quarantine.add("adverts", docs[1], 400, "t"), loader.replay()),
        "refresh": loader.refresh,
        "build": loader.build,
        "crossing": loader.crossing,
        "switch": lambda: (loader.put_adverts(docs), loader.generations.finish(), loader.switch()),
        "rollback": loader.rollback,
        "drop_adverts": lambda: loader.drop_adverts([docs[2].id]),
        "drop_clusters": lambda: loader.drop_clusters(["c1"]),
        "drop_links": lambda: loader.drop_links([link_of(docs[0], docs[1]).id]),
        "clear": loader.clear,
        "close": lambda: None,
    }
    managing: dict[str, Callable[[], object]] = {
        "ensure": loader.generations.ensure, "begin": loader.generations.begin, "finish": loader.generations.finish,
        "filled": loader.generations.filled, "mark": loader.generations.mark, "check": loader.generations.check,
        "roles": lambda: loader.generations.roles("adverts"), "targets": lambda: loader.generations.targets("adverts"),
        "taken_over": lambda: loader.generations.taken_over("adverts"), "status": loader.generations.status,
        "switch": loader.generations.switch, "rollback": loader.generations.rollback,
        "drop": lambda: loader.generations.drop("former"), "replace": loader.generations.replace,
        "make": lambda: loader.generations.make("adverts", "next"),
    }  # fmt: skip
    for call in (*table.values(), *managing.values()):
        call()
    loader.generations.drop("next")
    loader.put_adverts(docs)
    loader.put_clusters([cluster_of(docs[0])])
    loader.refresh()

    review = opened(key("strazha-review"))
    query = Query(text='word "word"', facets=("source", "band"), highlight=True)
    reading: dict[str, Callable[[], object]] = {
        "advert": lambda: review.advert(docs[0].id), "adverts": lambda: review.adverts([docs[0].id]),
        "cluster": lambda: review.cluster("c1"), "links": lambda: review.links("c1"),
        "search_adverts": lambda: review.search_adverts(query), "search_clusters": lambda: review.search_clusters(query),
        "each_advert": lambda: [*review.each_advert(query)],
        "similar": lambda: review.similar(docs[0].id), "by_keys": lambda: review.by_keys(["k"]),
        "similar_by_vector": lambda: review.similar_by_vector([0.1] * 384), "count": review.count,
        "scan_adverts": lambda: [*review.scan_adverts()], "scan_clusters": lambda: [*review.scan_clusters()],
        "decide": lambda: review.decide("advert", docs[0].id, Outcome.MONITOR, START), "refresh": review.refresh,
    }  # fmt: skip
    for call in reading.values():
        call()
    assert review.search_adverts(query).total == 3
    assert review.count() == {"adverts": 3, "clusters": 1, "links": 0}
    decided = review.advert(docs[0].id)
    assert decided
    assert decided.decision is Outcome.MONITOR
    # Whatever is added to the index or to its generations must be called here with its key, too.
    public = {name for name in {*vars(ElasticsearchIndex), *vars(AdIndex)} if not name.startswith("_")}
    assert {*table, *reading} == public
    assert set(managing) == {name for name in vars(Generations) if not name.startswith("_")}
    loader.generations.drop("current")


def test_the_documented_rights_are_no_more_than_that(
    opened: Opened, key: Callable[[str], str], advert: Callable[..., AdvertDoc], administrator: Elasticsearch
) -> None:
    loader, review, admin = opened(key("strazha-loader")), opened(key("strazha-review")), opened(key("strazha-admin"))
    loader.put_adverts([advert(1)])
    administrator.index(index="other-index", document={"a": 1}, refresh=True)
    forbidden: dict[str, Callable[[], object]] = {
        "the review pages make an index": review.generations.begin,
        "the review pages delete an index": review.generations.replace,
        "the review pages move an alias": review.clear,
        "the review pages install policies": review.generations.lifecycle.install,
        "the loader installs templates": loader.generations.lifecycle.install,
        "the administrator's key reads adverts": lambda: admin.advert(advert(1).id),
        "the administrator's key writes adverts": lambda: admin.put_adverts([advert(2)]),
    }
    for what, call in forbidden.items():
        with pytest.raises(StoreError, match=r"refuses the request \(403\)") as caught:
            call()
        assert "Roles and keys" in caught.value.remedy, what
    from elasticsearch import AuthorizationException

    for index in (loader, review, admin):
        for call in (
            lambda index=index: index.client.search(index="other-index"),
            lambda index=index: index.client.index(index="other-index", document={}),
            lambda index=index: index.client.security.create_api_key(name="more"),
            lambda index=index: index.client.cluster.put_settings(persistent={"cluster.blocks.read_only": None}),
        ):
            with pytest.raises(AuthorizationException):
                call()
    loader.generations.drop("current", "next")


def test_a_key_that_may_not_write_puts_nothing_aside(
    opened: Opened, key: Callable[[str], str], advert: Callable[..., AdvertDoc], administrator: Elasticsearch
) -> None:
    opened(key("strazha-loader")).generations.ensure()
    # With create_doc a bulk request is let in, and each document in it refused by itself.
    for rights in (("read", "view_index_metadata"), ("read", "view_index_metadata", "create_doc")):
        index = opened(restricted(administrator, *rights))
        with pytest.raises(StoreError, match=r"refuses the request \(403\).*unauthorized") as caught:
            index.put_adverts([advert(n) for n in range(3)])
        assert not isinstance(caught.value, StoreUnavailableError), "waiting does not help"
        assert caught.value.place.startswith("strazha-adverts")
        assert "Roles and keys" in caught.value.remedy
        assert index.quarantine.count() == 0, "the documents are sound"
    opened(key("strazha-loader")).generations.drop("current")


@pytest.mark.parametrize("given", ["", "bm86c3VjaGtleQ==", "no key at all"])
def test_no_key_and_wrong_keys(opened: Opened, given: str) -> None:
    with pytest.raises(StoreError, match=r"refuses the request \(401\)") as caught:
        opened(given).count()
    assert "STRAZHA_ELASTICSEARCH_API_KEY" in caught.value.remedy
    assert given not in str(caught.value) or not given, "keys are not shown"


def test_certificates(opened: Opened, guarded: LiveElasticsearch, tmp_path: Path, advert: Callable[..., AdvertDoc]) -> None:
    from examples.secured import make_authority

    make_authority(tmp_path / "other.crt")
    untrusted = [opened(elasticsearch_ca=tmp_path / "other.crt"), opened(elasticsearch_ca=None)]
    # The right authority, but not the name in the certificate.
    untrusted.append(opened(elasticsearch_urls=(f"https://localhost:{guarded.port}",)))
    for index in untrusted:
        with pytest.raises(StoreError, match="certificate is not trusted") as caught:
            index.put_adverts([advert(1)])
        assert not isinstance(caught.value, StoreUnavailableError)
        assert "STRAZHA_ELASTICSEARCH_CA" in caught.value.remedy
    with pytest.raises(StoreUnavailableError, match="begin with https"):
        opened(
            elasticsearch_urls=(f"http://127.0.0.1:{guarded.port}",), elasticsearch_ca=None, elasticsearch_patience=0
        ).count()
    (tmp_path / "empty.crt").write_text("no certificate", encoding="utf-8")
    with pytest.raises(BadInputError, match="certificate file cannot be used"):
        opened(elasticsearch_ca=tmp_path / "empty.crt")
    with pytest.raises(BadInputError, match="is not there"):
        opened(elasticsearch_ca=tmp_path / "none.crt")


def test_the_other_hosts_are_asked_while_one_is_down(
    opened: Opened, key: Callable[[str], str], guarded: LiveElasticsearch, advert: Callable[..., AdvertDoc]
) -> None:
    index = opened(key("strazha-loader"), elasticsearch_urls=("https://127.0.0.1:9", guarded.url, "https://127.0.0.1:19"))
    docs = [advert(n) for n in range(30)]
    assert index.put_adverts(docs) == 30
    index.refresh()
    for _ in range(5):
        assert index.search_adverts(Query()).total == 30
    index.generations.drop("current")


def test_a_server_that_is_overloaded_is_asked_again_until_everything_is_in(
    opened: Opened, key: Callable[[str], str], advert: Callable[..., AdvertDoc], administrator: Elasticsearch
) -> None:
    docs = [advert(n, f"word {n}", "a few words more " * 40) for n in range(4000)]
    index = opened(key("strazha-loader"))
    assert index.put_adverts(docs) == len(docs)
    index.refresh()
    assert [doc.id for doc in index.scan_adverts()] == sorted(doc.id for doc in docs)
    assert index.quarantine.count() == 0
    [node] = administrator.nodes.stats(metric="thread_pool")["nodes"].values()
    assert node["thread_pool"]["write"]["rejected"] > 0, "the server refused nothing: this showed nothing"
    index.generations.drop("current")
