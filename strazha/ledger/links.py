"""Links between adverts. The machine's part (score, reasons) and a person's part (judgement) never overwrite each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, or_, select

from strazha.errors import BadInputError
from strazha.ledger.database import CHUNK, chunks
from strazha.ledger.part import Part
from strazha.ledger.tables import link_judgements, links
from strazha.ledger.work_records import JudgingAct
from strazha.model import Judgement, Link


class Links(Part):
    """Links and their judgements."""

    def put_links(self, found: Iterable[Link]) -> None:
        """Keep the machine's links; score and reasons are renewed, a judgement already made stays."""
        for batch in chunks(found):
            rows = {(link.a, link.b): _row(link) for link in batch}
            with self._db.write("links") as connection:
                self._db.put(connection, links, list(rows.values()), update=("score", "reasons"))

    def links_of(self, advert_ids: Iterable[str]) -> list[Link]:
        """Every link with at least one end among the adverts, sorted by ends."""
        found: dict[tuple[str, str], Link] = {}
        for ids in chunks(advert_ids):
            query = select(links).where(or_(links.c.a.in_(ids), links.c.b.in_(ids)))
            with self._db.read() as connection:
                found.update(((row["a"], row["b"]), _link(row)) for row in connection.execute(query).mappings())
        return [found[key] for key in sorted(found)]

    def scan_links(self) -> Iterator[Link]:
        """Every link in order of its ends."""
        last = ("", "")
        while True:
            page = (
                select(links)
                .where(or_(links.c.a > last[0], (links.c.a == last[0]) & (links.c.b > last[1])))
                .order_by(links.c.a, links.c.b)
                .limit(CHUNK)
            )
            with self._db.read() as connection:
                rows = connection.execute(page).mappings().all()
            yield from map(_link, rows)
            if len(rows) < CHUNK:
                return
            last = (rows[-1]["a"], rows[-1]["b"])

    def judge_link(self, a: str, b: str, judgement: Judgement, by: str, at: datetime) -> Link:
        """Note what a person says of a link; earlier judgements stay in the history.

        A pair the machine never linked gets a link of score 0 without reasons: a person may join adverts too.
        """
        self.judge_links([(a, b)], judgement, by, at)
        return next(one for one in self.links_of([a]) if one.id == Link.id_of(a, b))

    def judge_links(self, pairs: Iterable[tuple[str, str]], judgement: Judgement, by: str, at: datetime) -> None:
        """The same for many pairs, in one transaction: a word on whole clusters is said wholly or not at all."""
        ends = sorted({(min(a, b), max(a, b)) for a, b in pairs})
        for a, b in ends:
            if a == b:
                raise BadInputError("an advert cannot be linked to itself", place=a)
        judged = {"judgement": judgement.value, "judged_by": by, "judged_at": at}
        with self._db.write("links") as connection:
            for batch in chunks(ends):
                rows: list[dict[str, Any]] = [{"a": a, "b": b, "score": 0.0, "reasons": [], **judged} for a, b in batch]
                self._db.put(connection, links, rows, update=tuple(judged))
                self._db.put(connection, link_judgements, [{"a": a, "b": b, **judged} for a, b in batch])

    def judgements(self, a: str, b: str) -> list[tuple[Judgement, str, datetime]]:
        """Every judgement of a link: what, who, when; oldest first."""
        a, b = min(a, b), max(a, b)
        query = (
            select(link_judgements)
            .where(link_judgements.c.a == a, link_judgements.c.b == b)
            .order_by(link_judgements.c.judged_at)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).mappings()
            return [(Judgement(row["judgement"]), row["judged_by"], row["judged_at"]) for row in rows]

    def judging_acts(self, advert_ids: Iterable[str], limit: int = 60) -> list[JudgingAct]:
        """What people said of links with an end among the adverts, newest first; one act may be about many pairs."""
        # By pair and not by a sum: the ends of one pair may be in different chunks.
        acts: dict[tuple[datetime, str, str], dict[tuple[str, str], bool]] = {}
        table = link_judgements.c
        stands = (links.c.a == table.a) & (links.c.b == table.b) & (links.c.judged_at == table.judged_at)
        same = (links.c.judged_by == table.judged_by) & (links.c.judgement == table.judgement)
        for ids in chunks(advert_ids, CHUNK // 2):
            query = (
                select(link_judgements, links.c.a.is_not(None).label("standing"))
                .select_from(link_judgements.outerjoin(links, stands & same))
                .where(or_(table.a.in_(ids), table.b.in_(ids)))
            )
            with self._db.read() as connection:
                for row in connection.execute(query):
                    act = acts.setdefault((row.judged_at, row.judged_by, row.judgement), {})
                    act[row.a, row.b] = bool(row.standing)
        return [
            JudgingAct(
                judged_at=at, judged_by=by, judgement=Judgement(judgement),
                pairs=len(acts[at, by, judgement]), standing=sum(acts[at, by, judgement].values()),
            )
            for at, by, judgement in sorted(acts, reverse=True)[:limit]
        ]  # fmt: skip

    def standing_pairs(self, by: str, at: datetime) -> list[tuple[str, str]]:
        """The pairs of one act of somebody's about which nothing newer was said."""
        query = select(links.c.a, links.c.b).where(links.c.judged_by == by, links.c.judged_at == at)
        with self._db.read() as connection:
            return sorted((row.a, row.b) for row in connection.execute(query))


def _row(link: Link) -> dict[str, Any]:
    return {
        "a": link.a, "b": link.b, "score": link.score, "reasons": [reason.plain() for reason in link.reasons],
        "judgement": link.judgement.value, "judged_by": link.judged_by, "judged_at": link.judged_at,
    }  # fmt: skip


def _link(row: RowMapping) -> Link:
    return Link.model_validate(dict(row))
