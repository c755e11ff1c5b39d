"""People's word on links, clusters and identifiers: kept in the ledger with who and when, and put into effect at once.

Nothing is deleted: a word is a further row, the newest holds, and taking it back brings the machine's own finding back. Each
call writes the word, an audit entry, the clusters around it and their documents; a call repeated changes nothing more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.rooms import Rooms
from flows.steps.indexing import batches, clusters_around, index_adverts, index_clusters
from flows.steps.linking import regroup, relink
from strazha.clock import now
from strazha.errors import BadInputError
from strazha.ledger import IdentifierRuling
from strazha.model import Cluster, Judgement

_SAID = {
    Judgement.CONFIRMED: "link confirmed",
    Judgement.CUT: "link cut",
    Judgement.NEVER: "kept apart",
    Judgement.NONE: "judgement taken back",
}


@dataclass(frozen=True, slots=True)
class Settled:
    """What a word led to: for the adverts it named, the clusters they are in now (empty: alone)."""

    clusters: dict[str, str]


def judge(rooms: Rooms, a: str, b: str, judgement: Judgement, *, by: str, reason: str = "") -> Settled:
    """Confirm or cut the link of two adverts, keep them apart for good, or (``NONE``) take back what was said."""
    _known(rooms, (a, b))
    at = now()
    rooms.ledger.judge_link(a, b, judgement, by, at)
    rooms.ledger.audit(by, _SAID[judgement], f"{min(a, b)}~{max(a, b)}"[:200], {"a": a, "b": b, "reason": reason}, at)
    return _settle(rooms, (a, b), by)


def merge(rooms: Rooms, ids: Sequence[str], *, by: str, reason: str = "") -> Settled:
    """Make one operation of several clusters or single adverts (ids of either)."""
    from clusters.judgements import merged

    groups = [_members(rooms, one) for one in dict.fromkeys(ids)]
    pairs = merged(groups)
    if len(groups) < 2 or not pairs:
        raise BadInputError("merging takes two clusters or adverts at least", remedy="name two ids that differ")
    at = now()
    rooms.ledger.judge_links(pairs, Judgement.CONFIRMED, by, at)
    members = sorted({one for group in groups for one in group})
    rooms.ledger.audit(by, "clusters merged", members[0], {"of": list(ids), "adverts": len(members), "reason": reason}, at)
    return _settle(rooms, members, by)


def split(rooms: Rooms, cluster_id: str, part: Sequence[str], *, by: str, reason: str = "") -> Settled:
    """Take adverts out of a cluster for good: none of them is ever again in one cluster with one of the rest."""
    from clusters.judgements import parted

    cluster = _cluster(rooms, cluster_id)
    strangers = sorted(set(part) - set(cluster.members))
    if strangers:
        raise BadInputError("this advert is not in the cluster", place=strangers[0], remedy=f"see `clusters show {cluster.id}`")
    rest = sorted(set(cluster.members) - set(part))
    try:
        pairs = parted(part, rest)
    except ValueError as error:
        raise BadInputError(
            str(error), place=cluster.id, remedy="cut the links that hold the parts together instead"
        ) from error
    if not pairs:
        raise BadInputError("nothing would be left on one side", place=cluster.id, remedy="name some of its adverts, not all")
    at = now()
    rooms.ledger.judge_links(pairs, Judgement.NEVER, by, at)
    detail = {"part": sorted(set(part)), "rest": len(rest), "reason": reason}
    rooms.ledger.audit(by, "cluster split", cluster.id, detail, at)
    return _settle(rooms, cluster.members, by)


def take_back(rooms: Rooms, said_by: str, said_at: datetime, *, by: str, reason: str = "") -> Settled:
    """Take back all that somebody said of links at one moment (a word, a merge, a split), where nothing newer was said."""
    pairs = rooms.ledger.standing_pairs(said_by, said_at)
    if not pairs:
        raise BadInputError("nothing of this is left to take back", remedy="look at what was said since")
    at = now()
    rooms.ledger.judge_links(pairs, Judgement.NONE, by, at)
    detail = {"said_by": said_by, "said_at": said_at.isoformat(), "pairs": len(pairs), "reason": reason}
    rooms.ledger.audit(by, _SAID[Judgement.NONE], f"{pairs[0][0]}~{pairs[0][1]}"[:200], detail, at)
    return _settle(rooms, sorted({end for pair in pairs for end in pair}), by)


def rule_identifier(rooms: Rooms, key: str, is_hub: bool | None, *, by: str, reason: str = "") -> Settled:
    """Call a contact or picture a hub (it joins nothing), no hub (it joins fully), or (None) leave it to the machine again."""
    if ":" not in key:
        raise BadInputError(
            "this is no identifier", place=key, remedy="write it as `clusters hubs` lists it: phone:+359888001001"
        )
    at = now()
    rooms.ledger.rule_identifier(IdentifierRuling(key=key, is_hub=is_hub, ruled_by=by, ruled_at=at, reason=reason))
    rooms.ledger.audit(by, "identifier ruled", key[:200], {"hub": is_hub, "reason": reason}, at)
    carriers = rooms.index.by_keys([key], limit=_CARRIERS).get(key, [])
    touched = relink(rooms, carriers)
    return _settle(rooms, touched, by)


#: Carriers of an identifier whose links are scored anew when it is ruled on; the others follow when they are next linked.
_CARRIERS = 5000


def _settle(rooms: Rooms, touched: Collection[str], by: str) -> Settled:
    """Group anew around the adverts and write what changed to the index."""
    before, around = clusters_around(rooms, touched)
    regroup(rooms, f"word of {by}", touched)
    after, others = clusters_around(rooms, {*touched, *around})
    for batch in batches(sorted({*touched, *around, *others}), rooms.settings.batch_size):
        index_adverts(rooms, batch)
    index_clusters(rooms, before | after)
    rooms.index.refresh()
    return Settled(rooms.ledger.clusters_of(touched))


def _members(rooms: Rooms, one: str) -> tuple[str, ...]:
    """Members of a cluster, or of the cluster of an advert, or the advert alone."""
    cluster = rooms.ledger.cluster(one)
    if cluster is None:
        _known(rooms, (one,))
        of_advert = rooms.ledger.clusters_of([one]).get(one)
        cluster = rooms.ledger.cluster(of_advert) if of_advert else None
    return cluster.members if cluster is not None else (one,)


def _cluster(rooms: Rooms, cluster_id: str) -> Cluster:
    cluster = rooms.ledger.cluster(cluster_id)
    if cluster is None:
        raise BadInputError("there is no such cluster", place=cluster_id, remedy="take the id from `strazha clusters list`")
    return cluster


def _known(rooms: Rooms, ids: Iterable[str]) -> None:
    wanted = set(ids)
    missing = sorted(wanted - rooms.ledger.advert_states(sorted(wanted)).keys())
    if missing:
        raise BadInputError("there is no such advert", place=missing[0], remedy="take the id from the advert's page")
