"""``strazha index``: what the index holds, making it anew beside the one in use, and what leaves it with age."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flows.rooms import Rooms
    from strazha.settings import Settings
    from strazha.store.elasticsearch import ElasticsearchIndex
    from strazha.store.elasticsearch.generations import Check


@click.group()
def command() -> None:
    """Count the index, build it anew, switch to the new one and back; retention and legal holds."""


@command.command()
def status() -> None:
    """Show which backend keeps the index, how many documents it holds, and (Elasticsearch) every generation of it."""
    from strazha.settings import settings
    from strazha.store import open_index

    own = settings()
    with open_index(own) as index:
        counted = index.count()
    click.echo(f"backend   {own.store}{f' ({own.index_file})' if own.store == 'sqlite' else ''}")
    for name, number in counted.items():
        click.echo(f"{name:9} {number:,}")
    if own.store == "elasticsearch":
        _show_generations(own)


def _show_generations(own: Settings) -> None:
    from strazha.store.elasticsearch import ElasticsearchIndex

    with ElasticsearchIndex(own) as index:
        for one in index.generations.status():
            click.echo(f"{one.role or 'unused':9} {one.name}  {one.documents:,} documents, {one.bytes / 1e6:,.1f} MB")
        refused = index.quarantine.count()
        click.echo(f"refused   {refused:,}{f' ({index.quarantine.path}; try again: strazha index replay)' if refused else ''}")


@command.command()
def rebuild() -> None:
    """Empty the index and write it anew; decisions come back from the ledger. Searches find less until it is done.

    On Elasticsearch `build` and `switch` do the same without anybody noticing.
    """
    from flows.rooms import open_rooms
    from flows.steps import rebuild_index
    from strazha.settings import settings

    with open_rooms(settings()) as rooms:
        report = rebuild_index(rooms)
        counted = rooms.index.count()
    click.echo(f"index rebuilt: {', '.join(f'{number:,} {name}' for name, number in counted.items())}")
    if report.failed:
        click.echo(f"{report.failed:,} adverts could not be indexed: {report.detail}", err=True)
        raise SystemExit(1)


@command.command()
def build() -> None:
    """Fill new indices from landing area and ledger beside those in use, and check them. Stopped anywhere, it goes on there.

    Runs and reviewers may go on meanwhile: what they write goes to both, or, where they still are of the version before this
    one, is caught up with by `switch`. SQLite keeps one file: `strazha index rebuild`.
    """
    from flows.rooms import open_rooms
    from strazha.settings import settings

    own = settings()
    with open_rooms(own) as rooms:
        index = _versioned(own, rooms.index)
        _fill(rooms, index)
    click.echo("Take it into use with: strazha index switch")


@command.command()
@click.option("--force", is_flag=True, help="Switch although the check found something.")
def switch(force: bool) -> None:
    """Check the indices that `build` filled, then let them take over, all at once. `rollback` undoes it.

    SQLite keeps one file and has nothing to switch.
    """
    from flows.rooms import open_rooms
    from flows.steps import left, renew_index
    from strazha.errors import StoreError
    from strazha.settings import settings

    own = settings()
    with open_rooms(own) as rooms:
        index = _versioned(own, rooms.index)
        crossing = index.crossing()
        index.generations.filled()
        # Programs of the version before write to the index in use alone: what they wrote is in the ledger, and is fetched.
        problems = _fill(rooms, index) if crossing else _report(index.generations.check(gone=partial(left, rooms)))
        if problems and not force:
            raise StoreError(
                f"not switched: {len(problems)} problems", remedy="run strazha index build again, or switch with --force"
            )
        became = index.switch()
        if crossing:
            # From here on they can write no more (their batches end as "interrupted"): this fetches the last of it.
            click.echo("switched; catching up with what was written since ...", err=True)
            renew_index(rooms)
            click.echo("start the review pages and the worker anew: programs of the version before cannot write this index")
    click.echo("switched; go back with: strazha index rollback; end the double writing with: strazha index drop-old")
    click.echo(became)


@command.command()
def rollback() -> None:
    """Go back to the indices that were in use before the last switch. Nothing written since is lost: both were written to.

    After an update that changed the layout, the version before does this, and fetches what this one wrote from the ledger.
    """
    from flows.rooms import open_rooms
    from flows.steps import renew_index
    from strazha.settings import settings

    own = settings()
    with open_rooms(own) as rooms:
        index = _versioned(own, rooms.index)
        crossing = index.crossing()
        became = index.rollback()
        if crossing:
            click.echo("rolled back; catching up with what was written since the switch ...", err=True)
            renew_index(rooms)
    click.echo("rolled back; a second rollback undoes this one")
    click.echo(became)


@command.command("drop-old")
def drop_old() -> None:
    """Delete the former indices and any that nothing uses. After this there is nothing to go back to."""
    from strazha.settings import settings
    from strazha.store import open_index

    own = settings()
    with open_index(own) as opened:
        gone = _versioned(own, opened).generations.drop("former")
    click.echo(f"deleted: {', '.join(gone) or 'nothing'}")


@command.command()
def replay() -> None:
    """Offer documents again that Elasticsearch refused (SQLite refuses none)."""
    from strazha.settings import settings
    from strazha.store import open_index

    own = settings()
    with open_index(own) as opened:
        written, refused = _versioned(own, opened).replay()
    click.echo(f"written: {written:,}; refused still: {refused:,}")
    raise SystemExit(1 if refused else 0)


@command.command()
def install() -> None:
    """Install index templates and lifecycle policies on Elasticsearch (once, with an administrator's key)."""
    from strazha.settings import settings
    from strazha.store import open_index

    own = settings()
    with open_index(own) as opened:
        for name, became in _versioned(own, opened).generations.lifecycle.install().items():
            click.echo(f"{name}: {became}")


@command.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
def age(sources: tuple[str, ...]) -> None:
    """Remove adverts from the index whose source's retention is over (all sources, or those named), with an audit entry.

    A legal hold on a cluster wins. Captures are not touched; of the ledger only logs of runs, alerts and their deliveries go,
    when their days (STRAZHA_KEEP_...) are over and no source was named.
    """
    import getpass

    from flows import steps
    from flows.chosen import Wanted, choose, known_sources
    from flows.rooms import open_rooms
    from strazha.clock import now
    from strazha.settings import settings

    own = settings()
    known = known_sources(own, Wanted())
    chosen = choose(own, Wanted(sources)) if sources else [known[one] for one in sorted(known)]
    with open_rooms(own) as rooms:
        report = steps.age(rooms, chosen, now(), who=getpass.getuser())
        tidied = None if sources else steps.tidy(rooms, now(), who=getpass.getuser())
    click.echo(f"removed from the index: {report.done:,} adverts; kept by legal hold: {report.skipped:,}")
    if tidied is not None:
        counts = f"{tidied.run_logs:,} logs of runs, {tidied.alerts:,} alerts, {tidied.deliveries:,} deliveries"
        click.echo(f"forgotten in the ledger: {counts}")


@command.command()
@click.argument("cluster")
@click.option("--reason", required=True, help="The case the hold is for.")
def hold(cluster: str, reason: str) -> None:
    """Keep CLUSTER's adverts in the index beyond retention while it is under investigation."""
    import getpass

    from flows import steps
    from flows.rooms import open_rooms
    from strazha.clock import now
    from strazha.settings import settings

    with open_rooms(settings()) as rooms:
        placed = steps.hold(rooms, cluster, reason, getpass.getuser(), now())
    click.echo(f"held: {placed.cluster_id} with {len(placed.members)} adverts")


@command.command()
@click.argument("cluster")
def lift(cluster: str) -> None:
    """End the hold on CLUSTER: retention applies again."""
    import getpass

    from flows import steps
    from flows.rooms import open_rooms
    from strazha.clock import now
    from strazha.settings import settings

    with open_rooms(settings()) as rooms:
        steps.lift(rooms, cluster, getpass.getuser(), now())
    click.echo(f"hold lifted: {cluster}")


@command.command()
def holds() -> None:
    """List the legal holds."""
    from strazha.ledger import open_ledger
    from strazha.settings import settings

    with open_ledger(settings().ledger) as ledger:
        for one in ledger.holds():
            click.echo(f"{one.cluster_id}  {one.placed_at:%Y-%m-%d}  {one.placed_by}  {len(one.members)} adverts  {one.reason}")


def _versioned(own: Settings, index: object) -> ElasticsearchIndex:
    from strazha.errors import BadInputError

    if own.store != "elasticsearch":
        raise BadInputError(
            f"the {own.store} backend has one index and no generations", place=str(own.index_file),
            remedy="run strazha index rebuild to make it anew in place; a copy of the file is the way back",
        )  # fmt: skip
    from strazha.store.elasticsearch import ElasticsearchIndex

    assert isinstance(index, ElasticsearchIndex)  # noqa: S101 - the table of backends says so
    return index


def _fill(rooms: Rooms, index: ElasticsearchIndex) -> list[str]:
    from flows.steps import left, renew_index

    index.build()
    click.echo("filling the next indices ...", err=True)
    mark = index.generations.mark()
    renew_index(rooms)
    index.generations.finish()
    return _report(index.generations.check(mark if index.crossing() else None, partial(left, rooms)))


def _report(check: Check) -> list[str]:
    for kind, (current, following) in check.counts.items():
        click.echo(f"{kind:9} {current:,} in use, {following:,} in the next index")
    click.echo(f"sample    {check.sampled:,} documents compared")
    for problem in check.problems[:20]:
        click.echo(f"problem   {problem}", err=True)
    return check.problems
