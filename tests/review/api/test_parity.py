"""What people do on the pages programs do through the API: every route of the pages has its address there, for the same roles,
or a reason why not, which docs/api.md gives too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from review.access import roles_of
from review.api import pages
from review.api.description import ROUTERS as API
from review.app import ROUTERS

DOCS = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")

#: Why some routes have no address: the words stand in docs/api.md.
PERSON, BROWSER = "Accounts, sessions, passwords, second factors and tokens", "What serves a browser alone"
OUTSIDE = "so that no token sends anything out"
NOT_THERE = {
    "GET /login": PERSON, "POST /login": PERSON, "POST /logout": PERSON, "GET /account": PERSON,
    "POST /account/sessions/{session_id}/end": PERSON, "POST /account/password": PERSON, "POST /account/totp/begin": PERSON,
    "POST /account/totp/confirm": PERSON, "POST /account/totp/codes": PERSON, "POST /account/totp/end": PERSON,
    "GET /users": PERSON, "POST /users": PERSON, "POST /users/{name}/password": PERSON, "POST /users/{name}/role": PERSON,
    "POST /users/{name}/disable": PERSON, "POST /users/{name}/enable": PERSON, "POST /users/{name}/unlock": PERSON,
    "POST /users/{name}/sessions": PERSON, "POST /users/{name}/totp": PERSON, "GET /login/oidc": PERSON,
    "GET /login/oidc/return": PERSON, "GET /login/oidc/end": PERSON, "GET /tokens": PERSON, "POST /tokens": PERSON,
    "POST /tokens/{token_id}/collect": PERSON, "POST /tokens/{token_id}/revoke": PERSON,
    "POST /watches/deliveries/{delivery_id}/retry": OUTSIDE, "POST /system/deliveries/{delivery_id}/retry": OUTSIDE,
    "GET /": BROWSER, "GET /health": BROWSER, "POST /language": BROWSER, "GET /api": BROWSER,
    "GET /api/v1/openapi.json": BROWSER, "GET /paste": BROWSER, "GET /exports": BROWSER,
}  # fmt: skip
ITEM, CLUSTER, ADVERT, CASE, SOURCE = (
    "/items/{kind}/{item_id}", "/clusters/{cluster_id}", "/adverts/{advert_id}", "/cases/{case_id}", "/sources/{source_id}",
)  # fmt: skip
#: By route of the pages, what does the same.
THERE = {
    "GET /queue": ["GET /queue", "GET /views"],
    "GET /queue/next": ["GET /queue"],
    "POST /take/{kind}/{item_id:path}": [f"POST {ITEM}/take"],
    "POST /hand/{kind}/{item_id:path}": [f"POST {ITEM}/hand-over"],
    "POST /release/{kind}/{item_id:path}": [f"POST {ITEM}/release"],
    "POST /views": ["POST /views"],
    "POST /views/{view_id}/remove": ["DELETE /views/{view_id}"],
    "GET /adverts/{advert_id:path}": [f"GET {ADVERT}", f"GET {ADVERT}/similar", f"GET {ITEM}", f"GET {ITEM}/decisions"],
    "POST /uncover/advert/{advert_id:path}": [f"GET {ADVERT}"],
    "GET /versions/{advert_id:path}": [f"GET {ADVERT}/versions", f"GET {ADVERT}/changes"],
    "POST /uncover/versions/{advert_id:path}": [f"GET {ADVERT}/changes"],
    "POST /correct/{advert_id:path}": [f"POST {ADVERT}/corrections"],
    "POST /uncorrect/{advert_id:path}": [f"DELETE {ADVERT}/corrections/{{correction_id}}"],
    "GET /captures/{advert_id:path}": [f"GET {ADVERT}/capture"],
    "GET /clusters/{cluster_id:path}": [
        f"GET {CLUSTER}", f"GET {CLUSTER}/members", f"GET {CLUSTER}/links", f"GET {CLUSTER}/judgements",
    ],
    "POST /uncover/cluster/{cluster_id:path}": [f"GET {CLUSTER}"],
    "POST /judge/link/{cluster_id:path}": [f"POST {CLUSTER}/judgements"],
    "POST /judge/merge/{cluster_id:path}": [f"POST {CLUSTER}/merge"],
    "POST /judge/split/{cluster_id:path}": [f"POST {CLUSTER}/split"],
    "POST /judge/takeback/{cluster_id:path}": [f"POST {CLUSTER}/takeback"],
    "POST /decide/advert/{advert_id:path}": [f"POST {ITEM}/decisions"],
    "POST /decide/cluster/{cluster_id:path}": [f"POST {ITEM}/decisions"],
    "POST /undo/decision/{decision_id}": ["DELETE /decisions/{decision_id}"],
    "GET /reviews": ["GET /reviews", "GET /reviews/agreement"],
    "POST /reviews/open/{kind}/{item_id:path}": [f"POST {ITEM}/reviews"],
    "POST /reviews/end/{review_id}": ["POST /reviews/{review_id}/end"],
    "POST /reviews/draw": ["POST /reviews/draw"],
    "GET /search": ["GET /adverts", "GET /clusters"],
    "GET /searches": ["GET /searches"],
    "POST /searches": ["POST /searches"],
    "POST /searches/{search_id}/share": ["POST /searches/{search_id}/share"],
    "POST /searches/{search_id}/remove": ["DELETE /searches/{search_id}"],
    "GET /watches": ["GET /watches", "GET /alerts"],
    "POST /watches": ["POST /watches"],
    "POST /watches/{watch_id}/end": ["DELETE /watches/{watch_id}"],
    "POST /watches/read": ["POST /alerts/read"],
    "GET /watches/alerts/{alert_id}": ["GET /alerts/{alert_id}"],
    "POST /watches/alerts/{alert_id}/read": ["POST /alerts/{alert_id}/read"],
    "GET /map": ["GET /map"],
    "POST /paste": ["POST /screenings"],
    "POST /paste/file": ["POST /screenings/file"],
    "GET /runs": ["GET /runs"],
    "GET /audit": ["GET /audit", "GET /audit/check"],
    "GET /sources": ["GET /sources"],
    "GET /sources/{source_id}": [f"GET {SOURCE}", f"GET {SOURCE}/crawls"],
    "POST /sources/{source_id}/run": [f"POST {SOURCE}/run"],
    "POST /sources/{source_id}/rescreen": [f"POST {SOURCE}/rescreen"],
    "POST /sources/{source_id}/pause": [f"POST {SOURCE}/pause"],
    "POST /sources/{source_id}/resume": [f"POST {SOURCE}/resume"],
    "GET /runs/{run_id}": ["GET /runs/{run_id}", "GET /runs/{run_id}/log"],
    "GET /asked/{asked_id}": ["GET /asked/{asked_id}"],
    "GET /quarantine": ["GET /quarantine"],
    "POST /quarantine/retry": ["POST /quarantine/retry"],
    "POST /quarantine/dismiss": ["POST /quarantine/dismiss"],
    "POST /quarantine/replay": ["POST /quarantine/replay"],
    "GET /system": ["GET /system"],
    "GET /alarms": ["GET /alarms"],
    "POST /alarms/note": ["POST /alarms/note"],
    "GET /dashboard": ["GET /dashboard"],
    "POST /exports/csv": ["POST /exports/csv"],
    "POST /exports/report": ["POST /exports/report"],
    "GET /links/{cluster_id:path}": [f"GET {CLUSTER}/graph"],
    "GET /times/{cluster_id:path}": [f"GET {CLUSTER}/times"],
    "GET /text/{cluster_id:path}": [f"GET {CLUSTER}/text"],
    "GET /facts/{cluster_id:path}": [f"GET {CLUSTER}/facts"],
    "POST /uncover/view/{view}/{cluster_id:path}": [f"GET {CLUSTER}/{view}" for view in ("graph", "times", "text", "facts")],
    "GET /hubs": ["GET /shared-contacts"],
    "POST /uncover/hubs": ["GET /shared-contacts"],
    "GET /history/{kind}/{item_id:path}": [f"GET {ITEM}/history", f"GET {ITEM}/notes"],
    "POST /uncover/history/{kind}/{item_id:path}": [f"GET {ITEM}/history", f"GET {ITEM}/notes"],
    "POST /notes/{kind}/{item_id:path}": [f"POST {ITEM}/notes"],
    "POST /note/{note_id}": ["PUT /notes/{note_id}", "DELETE /notes/{note_id}"],
    "GET /cases": ["GET /cases"],
    "POST /cases": ["POST /cases"],
    "GET /cases/{case_id}": [f"GET {CASE}", f"GET {CASE}/notes"],
    "POST /cases/{case_id}/name": [f"POST {CASE}/name"],
    "POST /collect": [f"POST {CASE}/items"],
    "POST /cases/{case_id}/remove": [f"DELETE {CASE}/items/{{kind}}/{{item_id}}"],
    "POST /cases/{case_id}/people": [f"POST {CASE}/people", f"DELETE {CASE}/people/{{name}}"],
    "POST /cases/{case_id}/state": [f"POST {CASE}/state"],
    "POST /cases/{case_id}/notes": [f"POST {CASE}/notes"],
    "POST /cases/{case_id}/report": [f"POST {CASE}/report"],
    "POST /cases/{case_id}/bundle": [f"POST {CASE}/bundle"],
    "GET /compare": [f"GET {CLUSTER}/compare/{{other}}"],
    "POST /uncover/compare/{cluster_id:path}": [f"GET {CLUSTER}/compare/{{other}}"],
    "GET /training": ["GET /training", "GET /training/cases"],
    "GET /training/next": ["GET /training/next"],
    "GET /training/cases/{case_id}": ["GET /training/cases/{case_id}"],
    "POST /training/cases/{case_id}": ["POST /training/cases/{case_id}/answers"],
    "GET /training/answers/{answer_id}": ["GET /training/answers/{answer_id}"],
    "GET /training/answers/{answer_id}/machine": ["GET /training/answers/{answer_id}"],
    "GET /training/score": ["GET /training/score"],
    "GET /training/people": ["GET /training/people"],
}  # fmt: skip
#: Opinions are taken back by those who give them: the page lets leads try, who never have one.
NARROWER = {"POST /undo/opinion/{review_id}": ["DELETE /reviews/{review_id}/opinion"]}


def routes(modules: Any) -> dict[str, Any]:
    """Every route by method and path, with its endpoint."""
    return {
        f"{method} {route.path.removeprefix('/api/v1') if modules is API else route.path}": route.endpoint
        for module in modules
        for route in module.router.routes
        for method in route.methods
    }


def test_whatever_a_page_does_the_api_does_for_the_same_roles() -> None:
    assert pages in ROUTERS
    web, api = routes(ROUTERS), routes(API)
    assert sorted(web) == sorted({**NOT_THERE, **THERE, **NARROWER})
    assert len(web) == len(NOT_THERE) + len(THERE) + len(NARROWER)
    for route, same in THERE.items():
        for one in same:
            assert roles_of(api[one]) == roles_of(web[route]), (route, one)
    for route, same in NARROWER.items():
        assert all((roles_of(api[one]) or set()) < (roles_of(web[route]) or set()) for one in same)
    assert {why for why in NOT_THERE.values() if why not in " ".join(DOCS.split())} == set()
