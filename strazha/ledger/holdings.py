"""Who has what: taking, handing over and releasing adverts and clusters; views of the queue people keep for themselves."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from strazha.errors import BadInputError
from strazha.ledger.database import chunks
from strazha.ledger.part import Part
from strazha.ledger.tables import clean
from strazha.ledger.work_records import Holding, HoldingEvent, SavedView
from strazha.ledger.work_tables import holding_events, holdings, saved_views

#: Views one person may keep; more nobody finds again.
MOST_VIEWS = 30
#: Items of one person shown at once.
MOST_HELD = 500


class Holdings(Part):
    """Holdings and saved views."""

    def take(self, subject: str, subject_id: str, by: str, at: datetime) -> Holding:
        """Take an item nobody has; taking one's own again changes nothing. BadInputError where somebody else has it."""
        with self._db.write("holdings") as connection:
            held = _held(connection, subject, subject_id)
            if held is not None and held.holder != by:
                raise BadInputError(f"{held.holder} has it", place=subject_id, remedy="ask them to hand it over")
            if held is not None:
                return held
            return self._give(connection, Holding.model_validate({
                "subject": subject, "subject_id": subject_id, "holder": by, "given_by": by, "since": at,
            }), "taken")  # fmt: skip

    def hand_over(self, given: Holding, *, seen: str | None = None) -> Holding:
        """Give an item to somebody, whoever had it; the note stays with it.

        ``seen`` is who was seen to have it (empty for nobody); BadInputError where that is somebody else by now.
        """
        with self._db.write("holdings") as connection:
            _as_seen(_held(connection, given.subject, given.subject_id), seen, given.subject_id)
            return self._give(connection, given.model_copy(update={"note": clean(given.note)}), "handed")

    def release(
        self, subject: str, subject_id: str, by: str, at: datetime, *, action: str = "released", seen: str | None = None
    ) -> bool:
        """Put an item back; returns whether anybody had it. ``seen`` is as for handing over."""
        with self._db.write("holdings") as connection:
            held = _held(connection, subject, subject_id)
            _as_seen(held, seen, subject_id)
            if held is None:
                return False
            connection.execute(delete(holdings).where(holdings.c.subject == subject, holdings.c.subject_id == subject_id))
            _event(connection, held.model_copy(update={"holder": "", "given_by": by, "since": at, "note": ""}), action)
        return True

    def _give(self, connection: Connection, holding: Holding, action: str) -> Holding:
        row = holding.model_dump()
        self._db.put(connection, holdings, [row], update=("holder", "given_by", "since", "note"))
        _event(connection, holding, action)
        return holding

    def holdings(self, subject: str, ids: Iterable[str]) -> dict[str, Holding]:
        """By id, who has what; free items are left out."""
        found: dict[str, Holding] = {}
        for batch in chunks(ids):
            query = select(holdings).where(holdings.c.subject == subject, holdings.c.subject_id.in_(batch))
            with self._db.read() as connection:
                for row in connection.execute(query).mappings():
                    found[row["subject_id"]] = Holding.model_validate(dict(row))
        return found

    def held_by(self, name: str) -> list[Holding]:
        """What somebody has, newest first."""
        query = select(holdings).where(holdings.c.holder == clean(name)).order_by(holdings.c.since.desc()).limit(MOST_HELD)
        with self._db.read() as connection:
            return [Holding.model_validate(dict(row)) for row in connection.execute(query).mappings()]

    def holding_history(self, subject: str, subject_id: str) -> list[HoldingEvent]:
        """An item's way from hand to hand, oldest first."""
        query = (
            select(holding_events)
            .where(holding_events.c.subject == subject, holding_events.c.subject_id == subject_id)
            .order_by(holding_events.c.at, holding_events.c.id)
        )
        names = HoldingEvent.model_fields
        with self._db.read() as connection:
            rows = connection.execute(query).mappings()
            return [HoldingEvent.model_validate({name: row[name] for name in names}) for row in rows]

    def save_view(self, owner: str, name: str, query: str, at: datetime) -> SavedView:
        """Keep filters under a name; the same name again replaces the former. BadInputError where there are too many."""
        view = SavedView(id=secrets.token_hex(8), owner=owner, name=clean(name), query=clean(query), created_at=at)
        mine = (saved_views.c.owner == owner) & saved_views.c.removed_at.is_(None)
        with self._db.write("views") as connection:
            former = update(saved_views).where(mine, saved_views.c.name == view.name)
            connection.execute(former.values(removed_at=at))
            if len(connection.execute(select(saved_views.c.id).where(mine)).all()) >= MOST_VIEWS:
                raise BadInputError(f"nobody keeps more than {MOST_VIEWS} views", remedy="remove one first")
            self._db.put(connection, saved_views, [view.model_dump()])
        return view

    def remove_view(self, owner: str, view_id: str, at: datetime) -> bool:
        """Remove a view of one's own; returns whether there was one."""
        mine = (saved_views.c.owner == owner) & (saved_views.c.id == clean(view_id)) & saved_views.c.removed_at.is_(None)
        with self._db.write("views") as connection:
            return connection.execute(update(saved_views).where(mine).values(removed_at=at)).rowcount > 0

    def saved_views(self, owner: str) -> list[SavedView]:
        """Somebody's views, by name."""
        query = (
            select(saved_views)
            .where(saved_views.c.owner == owner, saved_views.c.removed_at.is_(None))
            .order_by(saved_views.c.name)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).mappings()
            return [SavedView.model_validate({name: row[name] for name in SavedView.model_fields}) for row in rows]


def _held(connection: Connection, subject: str, subject_id: str) -> Holding | None:
    query = select(holdings).where(holdings.c.subject == subject, holdings.c.subject_id == subject_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Holding.model_validate(dict(row))


def _as_seen(held: Holding | None, seen: str | None, subject_id: str) -> None:
    holder = held.holder if held is not None else ""
    if seen is not None and holder != seen:
        raise BadInputError(f"{holder or 'nobody'} has it by now", place=subject_id, remedy="look again")


def _event(connection: Connection, holding: Holding, action: str) -> None:
    row = {
        "id": secrets.token_hex(12), "subject": holding.subject, "subject_id": holding.subject_id, "action": action,
        "holder": holding.holder, "done_by": holding.given_by, "at": holding.since, "note": holding.note,
    }  # fmt: skip
    connection.execute(holding_events.insert(), [row])
