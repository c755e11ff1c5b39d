"""Every page of the application: an example address for each GET route, and a house in which each has something to show.

A route without an example fails ``test_every_page``: whoever adds a page adds its line to EXAMPLES, and what it needs to
FURNISHERS (functions that put something into the house through the ledger).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import FastAPI

from flows.asked import asked_now
from review.access import roles_of
from review.train.answering import cases_of
from strazha.ledger.records import Role
from strazha.ledger.work_records import Correction, Opinion
from strazha.model import Decision, Outcome
from strazha.settings import Settings
from tests.review.investigate.test_watches import LIST, found_later
from tools.invented_runs import fill_runs, set_aside, write_definitions

#: Routes with pages of their own kind, each walked by its own tests.
APART = ("/api/", "/static", "/login/oidc")


def endpoints(app: FastAPI) -> list[tuple[str, str, Any]]:
    """Every route of the application: method, path, endpoint (FastAPI keeps included routers nested)."""
    found: list[tuple[str, str, Any]] = []

    def walk(routes: Any) -> None:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                walk(inner.routes)
            elif getattr(route, "endpoint", None) is not None:
                found.extend((method, route.path, route.endpoint) for method in route.methods)

    walk(app.routes)
    return found


def rich(house: Any) -> str:
    """The advert with the most to show."""
    docs = house.filled.adverts.values()
    return str(max(docs, key=lambda doc: (len({hit.indicator for hit in doc.screening.hits}), doc.id)).id)


def salon(house: Any) -> str:
    """The cluster with the most to show."""
    return str(house.filled.of("salon").id)


def exercise(house: Any) -> str:
    """An exercise with something to see in it."""
    return max(cases_of(house.services).values(), key=lambda case: (len(case.spans), case.id)).id


def answered(house: Any) -> str:
    """The answer to it, of whoever is shown it."""
    return str(house.ledger.training_answers(Role.ADMIN.value)[-1].id)


#: Route -> addresses worth looking at. A function takes the house.
EXAMPLES: dict[str, tuple[str | Callable[[Any], str], ...]] = {
    "/": ("/",),
    "/health": ("/health",),
    "/login": ("/login?next=/queue",),
    "/account": ("/account",),
    "/queue": ("/queue", "/queue?f=1&hold=mine", "/queue?f=1&ad_type=transport&decision=refer"),
    "/queue/next": ("/queue/next",),
    "/adverts/{advert_id:path}": (
        lambda house: f"/adverts/{rich(house)}",
        lambda house: f"/adverts/{house.advert('Rotterdam')}?done=d.bench",
    ),
    "/versions/{advert_id:path}": (lambda house: f"/versions/{rich(house)}",),
    "/captures/{advert_id:path}": (lambda house: f"/captures/{rich(house)}",),
    "/clusters/{cluster_id:path}": (
        lambda house: f"/clusters/{salon(house)}",
        lambda house: f"/clusters/{house.filled.of('vans').id}",
        lambda house: f"/clusters/{house.filled.of('fields').id}",
    ),
    "/reviews": ("/reviews",),
    "/map": ("/map", "/map?q=Leeds"),
    "/search": ("/search", "/search?q=Leeds", "/search?q=massage&kind=clusters", "/search?q=nothingatall"),
    "/paste": ("/paste",),
    "/runs": ("/runs",),
    "/audit": ("/audit",),
    "/searches": ("/searches",),
    "/watches": ("/watches",),
    "/watches/alerts/{alert_id}": (lambda house: f"/watches/alerts/{house.ledger.alerts('lead')[0].id}",),
    "/links/{cluster_id:path}": (lambda house: f"/links/{salon(house)}",),
    "/times/{cluster_id:path}": (lambda house: f"/times/{salon(house)}",),
    "/text/{cluster_id:path}": (lambda house: f"/text/{salon(house)}",),
    "/facts/{cluster_id:path}": (lambda house: f"/facts/{salon(house)}",),
    "/hubs": ("/hubs",),
    "/history/{kind}/{item_id:path}": (lambda house: f"/history/cluster/{salon(house)}",),
    "/cases": ("/cases",),
    "/cases/{case_id}": (lambda house: f"/cases/{house.ledger.cases_of('lead')[0].id}",),
    "/compare": (
        "/compare",
        lambda house: f"/compare?a={salon(house)}&b={house.filled.of('fields').id}",
    ),
    "/sources": ("/sources",),
    "/sources/{source_id}": ("/sources/bg-classifieds",),
    "/runs/{run_id}": (lambda house: f"/runs/{house.ledger.runs(1)[0].run_id}",),
    "/asked/{asked_id}": (lambda house: f"/asked/{house.ledger.asked()[0].id}",),
    "/quarantine": ("/quarantine",),
    "/system": ("/system",),
    "/alarms": ("/alarms",),
    "/dashboard": ("/dashboard",),
    "/exports": ("/exports", "/exports?what=selection&kind=adverts&band=high"),
    "/users": ("/users",),
    "/training": ("/training",),
    "/training/next": ("/training/next",),
    "/training/cases/{case_id}": (lambda house: f"/training/cases/{exercise(house)}",),
    "/training/answers/{answer_id}": (lambda house: f"/training/answers/{answered(house)}",),
    "/training/answers/{answer_id}/machine": (lambda house: f"/training/answers/{answered(house)}/machine",),
    "/training/score": ("/training/score",),
    "/training/people": ("/training/people",),
    "/api": ("/api",),
    "/tokens": ("/tokens",),
}


@dataclass(frozen=True)
class Look:
    """One address as one role opens it."""

    route: str
    path: str
    role: Role


def example(house: Any, address: str | Callable[[Any], str]) -> str:
    """An address with the house's own ids."""
    return address if isinstance(address, str) else address(house)


def looks(house: Any, app: FastAPI) -> Iterator[Look]:
    """Every example as the role that sees most of it, and what analysts, auditors and operators see of the main ones."""
    opened = {path: roles_of(endpoint) for method, path, endpoint in endpoints(app) if method == "GET"}
    for route, addresses in EXAMPLES.items():
        for address in addresses:
            roles = opened[route] or frozenset({Role.ADMIN})
            first = next(role for role in (Role.ADMIN, Role.LEAD, *Role) if role in roles)
            yield Look(route, example(house, address), first)
    for role, route in (
        (Role.ANALYST, "/clusters/{cluster_id:path}"), (Role.AUDITOR, "/adverts/{advert_id:path}"), (Role.OPERATOR, "/runs"),
    ):  # fmt: skip
        yield Look(route, example(house, EXAMPLES[route][-1]), role)
    yield Look("", "/nowhere", Role.ANALYST)


def at_work(house: Any) -> None:
    """People at work, so that lists and notices have something to show: views, holdings, reviews, corrections, decisions."""
    ledger, at = house.ledger, house.clock()
    ledger.save_view("lead", "Urgent jobs", "kind=all&f=1&band=urgent&ad_type=job&decision=none", at)
    ledger.take("cluster", house.filled.of("vans").id, "lead", at)
    review = ledger.open_review("cluster", house.filled.of("fields").id, "lead", at)
    ledger.give_opinion(review.id, Opinion(reviewer="investigator", outcome=Outcome.REFER, reason="Fee and debt", given_at=at))
    single = [one for one, doc in house.filled.adverts.items() if not doc.cluster_id]
    for number, one in enumerate(single[2:6]):
        over = ledger.open_review("advert", one, "lead", at)
        for name, outcome in (("analyst", Outcome.REFER), ("investigator", Outcome.REFER if number % 2 else Outcome.SPAM)):
            opinion = Opinion(reviewer=name, outcome=outcome, reason="As far as the text goes", given_at=at)
            ledger.give_opinion(over.id, opinion)
    chosen = house.advert("Rotterdam")
    decision = Decision(
        id="bench", subject="advert", subject_id=chosen, outcome=Outcome.REFER, reason="Fee, no employer named",
        decided_by="lead", decided_at=at, band="high", score=60,
    )  # fmt: skip
    ledger.add_decision(decision)
    house.index.decide("advert", chosen, Outcome.REFER, at)
    doc = house.filled.adverts[rich(house)]
    word = doc.advert.body.split()[0]
    correction = Correction(
        id="bench", advert_id=doc.id, content_hash=doc.advert.content_hash, about="mention", action="add", label="name",
        field="body", start=0, end=len(word), text=word, note="A name, as the reply shows", made_by="lead", made_at=at,
    )  # fmt: skip
    ledger.add_correction(correction)


def on_watch(house: Any) -> None:
    """A search kept, a list watched, and the alert that an advert which came later gave."""
    client = house.client(Role.LEAD)
    client.post("/searches", data={"name": "Salons", "query": "q=massage"})
    client.post("/watches", data=LIST)
    found_later(house)


def in_a_case(house: Any) -> None:
    """A case with a cluster and notes in it."""
    client = house.client(Role.LEAD)
    path = str(client.post("/cases", data={"title": "Operation Lime", "reference": "R/118"}).headers["location"])
    client.post("/collect", data={"case": path[7:], "item": salon(house), "reason": "same voice"})
    client.post(f"{path}/notes", data={"text": "The numbers were asked for on Friday."})


def in_operation(house: Any) -> None:
    """Two weeks of runs, adverts set aside, and a run somebody asked for."""
    house.settings = Settings(home=house.settings.home, sources=(write_definitions(house.settings.home / "sources"),))
    fill_runs(house.ledger, house.clock())
    set_aside(house.ledger, list(house.filled.adverts.values())[:2], house.clock() - timedelta(hours=3))
    house.ledger.ask_run(asked_now("rescreen", "uk-services", "operator", "", house.clock()), most=9)
    house.given_up({"hook": "https://hooks.example.org/in"})


def in_training(house: Any) -> None:
    """An exercise answered, partly rightly."""
    seen = {"seen": ["recruitment_fee", "immediate_departure"], "outcome": "refer"}
    house.client(Role.ADMIN).post(f"/training/cases/{exercise(house)}", data=seen)


#: What puts something to see into a house, in this order.
FURNISHERS: tuple[Callable[[Any], None], ...] = (at_work, on_watch, in_a_case, in_operation, in_training)


def furnished(house: Any) -> Any:
    """A house with something to see on every page."""
    for furnish in FURNISHERS:
        furnish(house)
    return house
