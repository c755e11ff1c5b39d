"""One cluster, and the uncovering of its contacts."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from review.access import READERS, open_to
from review.accounts.reasons import Given, detail, stated
from review.cluster_view import cluster_page
from review.render import cluster_href, render
from review.routers.parts import Parts, Person, cluster_or_404, note, note_reading, part_of, usable

router = APIRouter()


@router.get("/clusters/{cluster_id:path}")
@open_to(READERS)
def cluster(request: Request, services: Parts, user: Person, cluster_id: str) -> Response:
    """The cluster page, contacts covered; a cluster that went into another leads there."""
    doc = cluster_or_404(services, cluster_id)
    if doc.id != cluster_id:
        return RedirectResponse(f"{cluster_href(doc.id)}?from={cluster_href(cluster_id).removeprefix('/clusters/')}", 303)
    note_reading(services, user, doc)
    former = request.query_params.get("from", "")
    return render(
        request,
        cluster_page(
            services,
            doc,
            user,
            part=part_of(request),
            query=request.query_params,
            moved_from=former if usable(former) else "",
        ),
    )


@router.post("/uncover/cluster/{cluster_id:path}")
@open_to(READERS)
def uncover(request: Request, services: Parts, user: Person, cluster_id: str, given: Given) -> Response:
    """The cluster page with its contacts readable; each time is a line of the audit log, with the reason."""
    doc = cluster_or_404(services, cluster_id)
    why = stated(request, services, user, act="uncover", item=("cluster", doc.id), given=given)
    if why is None:
        note_reading(services, user, doc)
        return render(request, cluster_page(services, doc, user, part=part_of(request)), status=422)
    note(services, user, "contacts uncovered", doc.id, kind="cluster", size=doc.size, **detail(why))
    return render(request, cluster_page(services, doc, user, part=part_of(request), uncovered=True))
