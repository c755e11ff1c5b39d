"""Saved searches, watches and their alerts."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from strazha.errors import BadInputError
from strazha.ledger.database import chunks
from strazha.ledger.part import Part
from strazha.ledger.tables import clean
from strazha.ledger.watch_records import EVERYBODY, Alert, Channel, Item, Kind, SavedSearch, Watch
from strazha.ledger.watch_tables import WATCHING, saved_searches, watch_alerts, watch_deliveries, watch_known, watches

#: Searches and watches one person may keep; every watch is asked at the end of every run.
MOST_SEARCHES, MOST_WATCHES = 200, 50
#: Things an alert names; the watch's own search shows the rest.
MOST_ITEMS = 200
#: Alerts shown at once.
MOST_ALERTS = 200

#: What a look found: (kind, id) and a mark that changes with the thing.
Seen = Mapping[tuple[Kind, str], str]


class Watches(Part):
    """Saved searches, watches, alerts."""

    def save_search(
        self, owner: str, name: str, query: str, at: datetime, shared: Sequence[str] = ()
    ) -> SavedSearch:  # fmt: skip
        """Keep a search under a name; the same name again replaces the former. BadInputError where there are too many."""
        made = SavedSearch(
            id=secrets.token_hex(8), owner=owner, name=clean(name), query=clean(query), shared=tuple(shared), created_at=at
        )
        mine = (saved_searches.c.owner == owner) & saved_searches.c.removed_at.is_(None)
        with self._db.write(WATCHING) as connection:
            former = update(saved_searches).where(mine, saved_searches.c.name == made.name)
            connection.execute(former.values(removed_at=at))
            if len(connection.execute(select(saved_searches.c.id).where(mine)).all()) >= MOST_SEARCHES:
                raise BadInputError(f"nobody keeps more than {MOST_SEARCHES} searches", remedy="remove one first")
            self._db.put(connection, saved_searches, [{**made.model_dump(), "shared": json.dumps(made.shared)}])
        return made

    def share_search(self, owner: str, search_id: str, shared: Sequence[str]) -> bool:
        """Share a search of one's own with these people alone; returns whether there is one."""
        return self._change_search(owner, search_id, {"shared": json.dumps(list(shared))})

    def remove_search(self, owner: str, search_id: str, at: datetime) -> bool:
        """Remove a search of one's own; returns whether there was one."""
        return self._change_search(owner, search_id, {"removed_at": at})

    def _change_search(self, owner: str, search_id: str, values: dict[str, object]) -> bool:
        table = saved_searches
        mine = (table.c.owner == owner) & (table.c.id == clean(search_id)) & table.c.removed_at.is_(None)
        with self._db.write(WATCHING) as connection:
            return connection.execute(update(table).where(mine).values(**values)).rowcount > 0

    def saved_searches(self, name: str) -> list[SavedSearch]:
        """The searches somebody keeps, then those that others share with them, each by name."""
        query = select(saved_searches).where(saved_searches.c.removed_at.is_(None)).order_by(saved_searches.c.name)
        with self._db.read() as connection:
            held = [_search(row) for row in connection.execute(query).mappings()]
        own = [one for one in held if one.owner == name]
        return own + [one for one in held if one.owner != name and {name, EVERYBODY} & set(one.shared)]

    def add_watch(self, watch: Watch, seen: Seen | None = None) -> Watch:
        """Begin a watch that knows ``seen`` already. BadInputError where its owner has too many.

        In one transaction: a run that looks at once must not take everything there is for new.
        """
        mine = (watches.c.owner == watch.owner) & watches.c.removed_at.is_(None)
        row = {**watch.model_dump(exclude={"asked"}), "asked": _dump(watch)}
        with self._db.write(WATCHING) as connection:
            if len(connection.execute(select(watches.c.id).where(mine)).all()) >= MOST_WATCHES:
                raise BadInputError(f"nobody keeps more than {MOST_WATCHES} watches", remedy="end one first")
            self._db.put(connection, watches, [row])
            for batch in chunks(_marks(watch, seen or {}, seen or {})):
                self._db.put(connection, watch_known, batch)
        return watch

    def end_watch(self, owner: str, watch_id: str, at: datetime) -> bool:
        """End a watch of one's own: no more looks, nothing more leaves. Its alerts stay. Returns whether there was one."""
        mine = (watches.c.owner == owner) & (watches.c.id == clean(watch_id)) & watches.c.removed_at.is_(None)
        with self._db.write(WATCHING) as connection:
            ended = connection.execute(update(watches).where(mine).values(removed_at=at)).rowcount > 0
            if ended:
                about = select(watch_alerts.c.id).where(watch_alerts.c.watch_id == clean(watch_id))
                # One that is being sent as well: its sender may have died, and another one would take it over.
                waiting = watch_deliveries.c.alert_id.in_(about) & watch_deliveries.c.state.in_(("pending", "sending"))
                stopped = {"state": "given_up", "error": "the watch was ended"}
                connection.execute(update(watch_deliveries).where(waiting).values(**stopped))
                # What it had seen is of no use to anybody any more.
                connection.execute(delete(watch_known).where(watch_known.c.watch_id == clean(watch_id)))
            return ended

    def watches(self, owner: str | None = None) -> list[Watch]:
        """Watches that go on, somebody's or all, by owner and name."""
        query = select(watches).where(watches.c.removed_at.is_(None)).order_by(watches.c.owner, watches.c.name)
        if owner is not None:
            query = query.where(watches.c.owner == owner)
        with self._db.read() as connection:
            return [_watch(row) for row in connection.execute(query).mappings()]

    def watch(self, watch_id: str) -> Watch | None:
        """One watch, also one that was ended."""
        with self._db.read() as connection:
            row = connection.execute(select(watches).where(watches.c.id == clean(watch_id))).mappings().one_or_none()
        return None if row is None else _watch(row)

    def record_look(
        self, watch: Watch, seen: Seen, at: datetime, *, quiet: bool = False, targets: Mapping[Channel, str] | None = None
    ) -> Alert | None:
        """Note what a watch sees now, and make an alert of what it had not seen before.

        One transaction: a look that is killed has changed nothing, one that is repeated finds nothing new. ``targets`` are
        where the alert goes beside the pages. ``quiet`` makes none: the first look of a watch.
        """
        with self._db.write(WATCHING) as connection:
            if not _goes_on(connection, watch.id):
                return None  # ended while it looked
            known = _known(connection, watch.id)
            fresh = [key for key in seen if key not in known]
            changed = [key for key in seen if key in known and known[key] != seen[key]]
            rows = _marks(watch, seen, (*fresh, *changed))
            for batch in chunks(rows):
                self._db.put(connection, watch_known, batch, update=("mark",))
            noted = {"looked_at": at, "problem": ""}
            connection.execute(update(watches).where(watches.c.id == watch.id).values(**noted))
            if quiet or not rows:
                return None
            alert = _alert_of(watch, fresh, changed, at)
            row = {**alert.model_dump(exclude={"items"}), "items": json.dumps([list(_plain(one)) for one in alert.items])}
            self._db.put(connection, watch_alerts, [row])
            self._db.put(connection, watch_deliveries, [
                {"id": secrets.token_hex(12), "alert_id": alert.id, "channel": channel, "target": target, "state": "pending",
                 "tries": 0, "next_at": at, "made_at": at, "sent_at": None, "error": ""}
                for channel, target in (targets or {}).items()
            ])  # fmt: skip
        return alert

    def cannot_look(self, watch_id: str, problem: str, at: datetime) -> None:
        """Note why a watch could not look."""
        with self._db.write(WATCHING) as connection:
            noted = {"looked_at": at, "problem": problem}
            connection.execute(update(watches).where(watches.c.id == watch_id).values(**noted))

    def alerts(self, owner: str) -> list[Alert]:
        """Somebody's newest alerts, those they have not read first."""
        table = watch_alerts
        order = (table.c.read_at.isnot(None), table.c.at.desc(), table.c.id)
        query = select(table).where(table.c.owner == owner).order_by(*order).limit(MOST_ALERTS)
        with self._db.read() as connection:
            return [_alert(row) for row in connection.execute(query).mappings()]

    def alert(self, owner: str, alert_id: str) -> Alert | None:
        """One of somebody's own alerts."""
        query = select(watch_alerts).where(watch_alerts.c.owner == owner, watch_alerts.c.id == clean(alert_id))
        with self._db.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _alert(row)

    def alert_by_id(self, alert_id: str) -> Alert | None:
        """One alert, whoever's: for sending it."""
        with self._db.read() as connection:
            row = connection.execute(select(watch_alerts).where(watch_alerts.c.id == alert_id)).mappings().one_or_none()
        return None if row is None else _alert(row)

    def unread_alerts(self, owner: str) -> int:
        """How many alerts somebody has not read."""
        query = select(func.count()).select_from(watch_alerts)
        with self._db.read() as connection:
            found = connection.execute(query.where(watch_alerts.c.owner == owner, watch_alerts.c.read_at.is_(None)))
            return int(found.scalar_one())

    def read_alerts(self, owner: str, at: datetime, alert_id: str | None = None) -> int:
        """Note that somebody has read one of their alerts, or all; returns how many were unread."""
        mine = (watch_alerts.c.owner == owner) & watch_alerts.c.read_at.is_(None)
        if alert_id is not None:
            mine &= watch_alerts.c.id == clean(alert_id)
        with self._db.write(WATCHING) as connection:
            return int(connection.execute(update(watch_alerts).where(mine).values(read_at=at)).rowcount)


def _alert_of(
    watch: Watch, fresh: Sequence[tuple[Kind, str]], changed: Sequence[tuple[Kind, str]], at: datetime
) -> Alert:  # fmt: skip
    items = [Item(kind=kind, id=one, what="new") for kind, one in fresh]
    items += [Item(kind=kind, id=one, what="changed") for kind, one in changed]
    return Alert(
        id=secrets.token_hex(12), watch_id=watch.id, owner=watch.owner, at=at,
        adverts=sum(kind == "advert" for kind, _ in fresh), clusters=sum(kind == "cluster" for kind, _ in fresh),
        changed=len(changed), items=tuple(items[:MOST_ITEMS]),
    )  # fmt: skip


def _known(connection: Connection, watch_id: str) -> dict[tuple[Kind, str], str]:
    rows = connection.execute(select(watch_known).where(watch_known.c.watch_id == watch_id))
    return {(row.subject, row.subject_id): row.mark for row in rows}


def _goes_on(connection: Connection, watch_id: str) -> bool:
    here = select(watches.c.id).where(watches.c.id == watch_id, watches.c.removed_at.is_(None))
    return connection.execute(here).one_or_none() is not None


def _marks(watch: Watch, seen: Seen, keys: Iterable[tuple[Kind, str]]) -> list[dict[str, str]]:
    return [{"watch_id": watch.id, "subject": kind, "subject_id": one, "mark": seen[kind, one]} for kind, one in keys]


def _plain(item: Item) -> tuple[str, str, str]:
    return item.kind, item.id, item.what


def _dump(watch: Watch) -> str:
    return json.dumps([one.model_dump(mode="json") for one in watch.asked])


def _search(row: Mapping[Any, Any]) -> SavedSearch:
    held = {name: row[name] for name in SavedSearch.model_fields}
    return SavedSearch.model_validate({**held, "shared": json.loads(row["shared"])})


def _watch(row: Mapping[Any, Any]) -> Watch:
    held = {name: row[name] for name in Watch.model_fields}
    return Watch.model_validate({**held, "asked": json.loads(row["asked"])})


def _alert(row: Mapping[Any, Any]) -> Alert:
    items = [{"kind": kind, "id": one, "what": what} for kind, one, what in json.loads(row["items"])]
    return Alert.model_validate({**{name: row[name] for name in Alert.model_fields}, "items": items})
