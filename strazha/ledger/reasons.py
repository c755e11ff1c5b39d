"""Why somebody looked at what is covered, closed or leaves the house (Directive (EU) 2016/680, article 25)."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from strazha.ledger.accounts_tables import stated_reasons
from strazha.ledger.part import Part
from strazha.ledger.records import StatedReason
from strazha.ledger.users import token_hash


class Reasons(Part):
    """Reasons people state, by session: asked once per act and item, or once for the session where they say so."""

    def state_reason(self, token: str, reason: StatedReason) -> None:
        """Keep a reason for the session of a token; rows are only ever added."""
        row = {"id": secrets.token_hex(16), "session": token_hash(token), **reason.model_dump()}
        with self._db.write() as connection:
            self._db.put(connection, stated_reasons, [row])

    def stated_reason(self, token: str, act: str, subject: str, subject_id: str) -> StatedReason | None:
        """The newest reason stated in a session for this act on this item, if any."""
        mine = (
            select(stated_reasons)
            .where(
                stated_reasons.c.session == token_hash(token),
                stated_reasons.c.act == act,
                stated_reasons.c.subject == subject,
                stated_reasons.c.subject_id == subject_id,
            )
            .order_by(stated_reasons.c.at.desc())
            .limit(1)
        )
        with self._db.read() as connection:
            row = connection.execute(mine).one_or_none()
        return None if row is None else _reason(row)

    def standing_reason(self, token: str) -> StatedReason | None:
        """The newest reason a person lets hold for what they ask for later in this session, if any."""
        mine = (
            select(stated_reasons)
            .where(stated_reasons.c.session == token_hash(token), stated_reasons.c.standing.is_(True))
            .order_by(stated_reasons.c.at.desc())
            .limit(1)
        )
        with self._db.read() as connection:
            row = connection.execute(mine).one_or_none()
        return None if row is None else _reason(row)


def _reason(row: object) -> StatedReason:
    return StatedReason.model_validate({name: getattr(row, name) for name in StatedReason.model_fields})
