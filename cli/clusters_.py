"""``strazha clusters``: look at clusters, ask why, and say what is right. Every word is kept with who and when."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from cli.tables import printable

if TYPE_CHECKING:
    from flows.rooms import Rooms
    from flows.steps import Operation, Settled
    from flows.steps.explaining import Explanation
    from strazha.model import Link
    from strazha.store import ClusterDoc

_BY = click.option("--by", help="Who says so (default: the name of this login).")
_REASON = click.option("--reason", default="", help="Why; kept in the audit log.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
#: Members, links and facts of a kind that `show` prints.
_SHOWN = 20


@click.group()
def command() -> None:
    """Look at clusters, ask why two adverts are (not) linked, and confirm, cut, merge, split or keep apart."""


@contextmanager
def _rooms() -> Iterator[Rooms]:
    from flows.rooms import open_rooms
    from strazha.settings import settings

    with open_rooms(settings()) as rooms:
        yield rooms


@command.command(name="list")
@click.option("--limit", default=50, show_default=True, help="How many, highest score first.")
def list_(limit: int) -> None:
    """List clusters: id, adverts, band, score, title."""
    with _rooms() as rooms:
        found = sorted(rooms.index.scan_clusters(), key=lambda doc: (-doc.score, -doc.size, doc.id))
    for doc in found[:limit]:
        click.echo(f"{doc.id}  {doc.size:>5} adverts  {doc.band.value:8}{doc.score:>4}  {printable(doc.title)[:70]}")
    click.echo(f"{len(found)} clusters")


@command.command()
@click.argument("cluster_id")
@_JSON
def show(cluster_id: str, as_json: bool) -> None:
    """Show a cluster's facts, members and strongest links."""
    from flows.steps import operation_of

    with _rooms() as rooms:
        doc = _doc(rooms, cluster_id)
        links = [item.link for item in rooms.index.links(doc.id)]
        operation = operation_of(rooms, doc.cluster)
    if as_json:
        facts = operation.plain() if operation else None
        click.echo(json.dumps({**doc.plain(), "facts": facts, "links": [link.plain() for link in links]}, ensure_ascii=False))
        return
    click.echo(f"{doc.id}: {doc.size} adverts, {doc.band.value}, score {doc.score}\n{printable(doc.title)}")
    for line in _facts(operation) if operation else ():
        click.echo(f"  {printable(line)}")
    for hit in doc.cluster.hits:
        click.echo(f"  {hit.indicator}: {printable(hit.note or hit.text)}")
    click.echo(f"members ({len(doc.cluster.members)}): {' '.join(doc.cluster.members[:_SHOWN])}")
    for link in links[:_SHOWN]:
        click.echo(_link_line(link))


@command.command()
@click.argument("a")
@click.argument("b")
@_JSON
def explain(a: str, b: str, as_json: bool) -> None:
    """Say why adverts A and B are in one cluster, or why not: every comparison, hubs, bridges, and what people said."""
    from flows.steps.explaining import explain as explain_pair

    with _rooms() as rooms:
        found = explain_pair(rooms, a, b)
    if as_json:
        click.echo(json.dumps(_explained(found), ensure_ascii=False))
        return
    for sentence in found.sentences:
        click.echo(sentence)
    for line in found.why.lines:
        click.echo(f"  {line.comparison:14} {line.score:.2f} x {line.weight:.2f}  {printable(line.text)}")
    for judgement, who, at in found.judgements:
        click.echo(f"  said {at:%Y-%m-%d %H:%M} by {who}: {judgement.value}")
    for title, links in (("way", found.way), ("bridge not followed", found.bridges)):
        for link in links:
            click.echo(f"{title}: {_link_line(link)}")


@command.command()
@click.argument("cluster_id")
def history(cluster_id: str) -> None:
    """Tell what became of a cluster: how it formed, grew, merged and split; a former id leads to what it is now."""
    with _rooms() as rooms:
        cluster = rooms.ledger.cluster(cluster_id)
        if cluster is None:
            raise _unknown(cluster_id)
        words = [entry for one in (cluster_id, cluster.id) for entry in rooms.ledger.audit_entries(subject=one)]
    if cluster.id != cluster_id:
        click.echo(f"{cluster_id} is now {cluster.id}")
    for event in cluster.history:
        click.echo(f"{event.at:%Y-%m-%d %H:%M}  {event.kind:8} {event.size:>5} adverts  {event.text}  ({event.run_id or '-'})")
    for entry in words:
        if entry.action in ("clusters merged", "cluster split"):
            click.echo(
                f"{entry.at:%Y-%m-%d %H:%M}  {entry.action} by {entry.who}: {printable(str(entry.detail.get('reason') or '-'))}"
            )


def _judging(name: str, judgement: str, text: str) -> None:
    @command.command(name=name, help=text)
    @click.argument("a")
    @click.argument("b")
    @_BY
    @_REASON
    def say(a: str, b: str, by: str | None, reason: str) -> None:
        from flows.steps import judge
        from strazha.model import Judgement

        with _rooms() as rooms:
            _settled(judge(rooms, a, b, Judgement(judgement), by=_who(by), reason=reason))


_judging("confirm", "confirmed", "Say that adverts A and B are one operation: they stay together.")
_judging("cut", "cut", "Say that the link of adverts A and B is wrong; other links may still hold them together.")
_judging("never", "never", "Say that adverts A and B are never one operation: they are kept apart.")
_judging("undo", "none", "Take back what was said of adverts A and B: the machine's word holds again.")


@command.command()
@click.argument("ids", nargs=-1, required=True)
@_BY
@_REASON
def merge(ids: tuple[str, ...], by: str | None, reason: str) -> None:
    """Make one operation of several clusters or adverts (ids of either)."""
    from flows.steps import merge as merge_clusters

    with _rooms() as rooms:
        _settled(merge_clusters(rooms, ids, by=_who(by), reason=reason))


@command.command()
@click.argument("cluster_id")
@click.argument("adverts", nargs=-1, required=True)
@_BY
@_REASON
def split(cluster_id: str, adverts: tuple[str, ...], by: str | None, reason: str) -> None:
    """Take ADVERTS out of a cluster for good: never again together with the rest of it."""
    from flows.steps import split as split_cluster

    with _rooms() as rooms:
        _settled(split_cluster(rooms, cluster_id, adverts, by=_who(by), reason=reason))


@command.command()
@_JSON
def hubs(as_json: bool) -> None:
    """List contacts and pictures that unlike advertisers share, with what people ruled of them."""
    with _rooms() as rooms:
        found, ruled = rooms.ledger.found_identifiers(), rooms.ledger.ruled_identifiers()
        rulings = rooms.ledger.identifier_rulings()
    if as_json:
        rows = [{**one.plain(), "ruled": ruled.get(one.key)} for one in found]
        click.echo(json.dumps({"found": rows, "rulings": [one.plain() for one in rulings]}, ensure_ascii=False))
        return
    for one in found:
        word = "" if one.key not in ruled else "  RULED: a hub" if ruled[one.key] else "  RULED: no hub"
        click.echo(f"{printable(one.key)}  trust {one.trust:.2f}  {one.why}{word}")
    for key in sorted(ruled.keys() - {one.key for one in found}):
        click.echo(f"{printable(key)}  RULED: {'a hub' if ruled[key] else 'no hub'}")
    click.echo(f"{len(found)} identifiers join less than fully, {len(ruled)} are ruled on")


@command.command()
@click.argument("key")
@click.argument("word", type=click.Choice(["yes", "no", "undo"]))
@_BY
@_REASON
def hub(key: str, word: str, by: str | None, reason: str) -> None:
    """Rule that KEY (phone:+359888001001) is a hub (yes), is none (no), or leave it to the machine again (undo)."""
    from flows.steps import rule_identifier

    with _rooms() as rooms:
        _settled(rule_identifier(rooms, key, {"yes": True, "no": False, "undo": None}[word], by=_who(by), reason=reason))


@command.command()
def rebuild() -> None:
    """Link and group all adverts anew; people's words hold, clusters keep their ids where their adverts stay together."""
    from flows.steps import batches, fill_index, rebuild_clusters

    with _rooms() as rooms:
        report = rebuild_clusters(rooms, processes=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
        known = {cluster.id for cluster in rooms.ledger.scan_clusters()}
        for batch in batches([doc.id for doc in rooms.index.scan_clusters() if doc.id not in known], 500):
            rooms.index.drop_clusters(batch)
        fill_index(rooms)
    click.echo(f"{report.done} adverts in {report.detail['clusters']} clusters, {report.detail['retired']} former ones retired")


def _settled(settled: Settled) -> None:
    for advert_id, cluster_id in sorted(settled.clusters.items())[:_SHOWN]:
        click.echo(f"{advert_id}  {cluster_id}")
    click.echo(f"kept; {len(set(settled.clusters.values()))} clusters hold the adverts concerned")


def _who(by: str | None) -> str:
    return by or getpass.getuser()


def _doc(rooms: Rooms, cluster_id: str) -> ClusterDoc:
    cluster = rooms.ledger.cluster(cluster_id)
    doc = rooms.index.cluster(cluster.id if cluster is not None else cluster_id)
    if doc is None:
        raise _unknown(cluster_id)
    return doc


def _unknown(cluster_id: str) -> Exception:
    from strazha.errors import BadInputError

    return BadInputError("there is no such cluster", place=cluster_id, remedy="`strazha clusters list` shows what there is")


def _facts(operation: Operation) -> Iterator[str]:
    yield f"seen        {operation.first_seen} to {operation.last_seen}, {operation.busiest_week} adverts in the busiest week"
    kinds: tuple[tuple[str, Sequence[tuple[object, int]]], ...] = (
        ("types", operation.ad_types), ("contacts", operation.contacts), ("names", operation.names), ("ages", operation.ages),
        ("countries", operation.countries), ("platforms", operation.platforms),
    )  # fmt: skip
    for name, counted in kinds:
        if counted:
            yield f"{name:11} {', '.join(f'{value} ({count})' for value, count in counted[:_SHOWN])}"
    if operation.towns:
        stays = (f"{stay.town} {stay.first}..{stay.last}" for stay in operation.towns[:_SHOWN])
        yield f"towns       {' > '.join(stays)}; {operation.moves} moves"
    yield f"turnover    {operation.names_come} names came later, {operation.names_gone} are gone"
    if operation.recruiting_to_selling_days is not None:
        yield f"recruiting  {operation.recruiting_to_selling_days} days before the first advert that sells"


def _explained(found: Explanation) -> dict[str, Any]:
    return {
        "a": found.a, "b": found.b, "clusters": found.clusters, "score": found.why.score, "sentences": found.sentences,
        "comparisons": [{"comparison": one.comparison, "score": one.score, "weight": one.weight, "text": one.text}
                        for one in found.why.lines],
        "keys": found.keys, "way": [link.plain() for link in found.way], "bridges": [link.plain() for link in found.bridges],
        "judgements": [{"judgement": what.value, "by": who, "at": at.isoformat()} for what, who, at in found.judgements],
    }  # fmt: skip


def _link_line(link: Link) -> str:
    word = "" if link.judgement.value == "none" else f" [{link.judgement.value} by {link.judged_by}]"
    return f"{link.a} ~ {link.b}  {link.score:.2f}{word}  {printable(' '.join(reason.text for reason in link.reasons))}"
