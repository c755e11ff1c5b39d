"""Clusters: searching, reading, members, links with reasons, explanations, and people's word on them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from review import judgements, searching
from review.access import DECIDERS, READERS, open_to
from review.api import asks, parts, records, rows_json
from review.api.cluster_json import cluster_json, explanation_json, links_json, member_rows
from review.api.problems import ApiError
from review.ask import CLUSTER_FACETS
from review.cluster_view import cluster_page, seen_of
from review.i18n import marked
from review.judgements import Judged
from review.routers.parts import Parts, Person, advert_or_404, cluster_or_404, not_blind, note, note_reading
from review.rows import facets
from review.services import Services
from review.work import advert_rows, work_of
from strazha.errors import BadInputError, EvidenceError
from strazha.ledger.records import User
from strazha.store.documents import ClusterDoc

router = parts.router("Clusters")

UNREADABLE = marked("The stored adverts cannot be read, so they cannot be compared. Tell an operator.")


@router.get("/clusters", summary="Search clusters")
@open_to(READERS)
def search_clusters(services: Parts, user: Person, ask: Annotated[asks.Searched, Query()]) -> records.RowPage:
    """Full text and facets. What was searched for is logged: it can name a person."""
    asked = ask.ask("clusters")
    found = searching.search(services, user, asked, size=ask.limit)
    return records.RowPage(
        rows=rows_json.rows(found.rows),
        total=found.total,
        next=ask.sealed("clusters", found.cursor),
        facets=rows_json.facets(facets(found.facets, CLUSTER_FACETS, asked.filters, services.catalogue)),
    )


@router.get("/clusters/{cluster_id}", summary="Read a cluster", responses=parts.problems(404))
@open_to(READERS)
def cluster(
    services: Parts, user: Person, response: Response, cluster_id: asks.Id, ask: Annotated[asks.Uncover, Query()]
) -> records.Cluster:
    """What its adverts share, evidence and counter-evidence, history. One that went into another is answered with that one."""
    doc = cluster_or_404(services, cluster_id)
    found = cluster_json(services, doc, user, asked=cluster_id, uncovered=parts.read(services, user, doc, ask))
    parts.tagged(response, found.seen, found.standing)
    return found


@router.get("/clusters/{cluster_id}/members", summary="List a cluster's adverts", responses=parts.problems(404))
@open_to(READERS)
def members(
    *, services: Parts, user: Person, cluster_id: asks.Id, limit: asks.Limit = 50, cursor: asks.Cursor = ""
) -> records.RowPage:  # fmt: skip
    """In order of their numbers, contacts covered. An advert that comes or goes meanwhile moves no other."""
    doc = cluster_or_404(services, cluster_id)
    note_reading(services, user, doc)
    found, after = member_rows(services, doc, asks.opened(cursor, "members of" + doc.id), limit)
    return records.RowPage(
        rows=rows_json.rows(advert_rows(services, found)), total=doc.size, next=asks.sealed(after, "members of" + doc.id)
    )


@router.get("/clusters/{cluster_id}/links", summary="List a cluster's links with their reasons", responses=parts.problems(404))
@open_to(READERS)
def links(
    *, services: Parts, user: Person, cluster_id: asks.Id, limit: asks.Limit = 50, cursor: asks.Cursor = ""
) -> records.LinkPage:  # fmt: skip
    """In order of the adverts' numbers, contacts covered."""
    doc = cluster_or_404(services, cluster_id)
    note_reading(services, user, doc)
    mark = f"links of {doc.id}"
    after = asks.opened(cursor, mark)
    every = sorted(services.index.links(doc.id), key=lambda one: one.id)
    left = [one for one in every if one.id > after]
    return records.LinkPage(
        links=links_json(services, doc, user, left[:limit]),
        total=len(every),
        next=asks.sealed(left[limit - 1].id, mark) if len(left) > limit else "",
    )


@router.get("/explanations/{a}/{b}", summary="Ask why two adverts are linked, or are not", responses=parts.problems(404, 409))
@open_to(READERS)
def explanation(
    *, services: Parts, user: Person, a: asks.Id, b: asks.Id, ask: Annotated[asks.Uncover, Query()]
) -> records.Explanation:  # fmt: skip
    """Every comparison with its weight, what people said, the chain of links. Not while one of them is judged blindly."""
    pair = advert_or_404(services, a), advert_or_404(services, b)
    for one in pair:
        not_blind(services, "advert", one.id)
        if one.cluster_id:
            not_blind(services, "cluster", one.cluster_id)
    for one in pair:
        parts.read(services, user, one, ask)
    try:
        return explanation_json(services, pair, uncovered=ask.uncover)
    except BadInputError as error:
        raise ApiError(422, error.problem, error.remedy) from error
    except EvidenceError as error:
        raise ApiError(409, UNREADABLE) from error


@router.get("/clusters/{cluster_id}/judgements", summary="List what people said of a cluster", responses=parts.problems(404))
@open_to(READERS)
def list_judgements(services: Parts, user: Person, cluster_id: asks.Id) -> list[records.JudgingAct]:
    """Newest first; while a double review is open your own words alone."""
    doc = cluster_or_404(services, cluster_id)
    note_reading(services, user, doc)
    return [
        records.JudgingAct(at=one.judged_at, by=one.judged_by, judgement=one.judgement, pairs=one.pairs, standing=one.standing)
        for one in cluster_page(services, doc, user).acts
    ]


SAYING = parts.problems(404, 409, 412)


@router.post("/clusters/{cluster_id}/judgements", summary="Confirm or cut a link, or keep two adverts apart", responses=SAYING)
@open_to(DECIDERS)
def judge_link(
    *, services: Parts, user: Person, cluster_id: asks.Id, body: asks.LinkJudged, if_match: asks.IfMatch = None
) -> records.Judged:  # fmt: skip
    """In effect at once, attributed to you, and taken back with 'none'."""
    doc = _ready(services, user, cluster_id, if_match)
    made = judgements.judge_link(services, user, doc, (body.a, body.b), body.judgement, reason=body.reason)
    return _done(services, user, doc, made, f"link {body.judgement.value}")


@router.post("/clusters/{cluster_id}/merge", summary="Merge a cluster with another or with an advert", responses=SAYING)
@open_to(DECIDERS)
def merge(
    *, services: Parts, user: Person, cluster_id: asks.Id, body: asks.MergeAsked, if_match: asks.IfMatch = None
) -> records.Judged:  # fmt: skip
    """In effect at once; taken back as a whole."""
    doc = _ready(services, user, cluster_id, if_match)
    return _done(services, user, doc, judgements.merge(services, user, doc, body.other, body.reason), "merge")


@router.post("/clusters/{cluster_id}/split", summary="Take adverts out of a cluster", responses=SAYING)
@open_to(DECIDERS)
def split(
    *, services: Parts, user: Person, cluster_id: asks.Id, body: asks.SplitAsked, if_match: asks.IfMatch = None
) -> records.Judged:  # fmt: skip
    """For good: none of them is in one cluster with one of the rest again. Taken back as a whole."""
    doc = _ready(services, user, cluster_id, if_match)
    return _done(services, user, doc, judgements.split(services, user, doc, body.members, body.reason), "split")


@router.post("/clusters/{cluster_id}/takeback", summary="Take a word, merge or split back", responses=SAYING)
@open_to(DECIDERS)
def take_back(
    *, services: Parts, user: Person, cluster_id: asks.Id, body: asks.TakeBackAsked, if_match: asks.IfMatch = None
) -> records.Judged:  # fmt: skip
    """Named by who and when, as listed under judgements; where nothing newer was said."""
    doc = _ready(services, user, cluster_id, if_match)
    return _done(services, user, doc, judgements.take_back(services, user, doc, body.by, body.at), "take back")


def _ready(services: Services, user: User, cluster_id: str, if_match: str | None) -> ClusterDoc:
    doc = judgements.judged(services, cluster_id)
    parts.require(if_match, seen_of(doc), work_of(services, user, "cluster", doc.id).standing)
    return doc


def _done(services: Services, user: User, doc: ClusterDoc, made: Judged, did: str) -> records.Judged:
    if made.problem:
        raise ApiError(422, made.problem)
    # The step has written what was done; this line names the token that asked for it.
    note(services, user, "word on a cluster", doc.id, did=did)
    return records.Judged(clusters=made.clusters or {})
