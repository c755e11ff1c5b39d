"""The pages of case folders."""

from __future__ import annotations

from review.access import LEADS, may
from review.casework.contexts import CasePage, CasesPage
from review.casework.report_view import covered_items, covered_notes, words_of
from review.i18n import pick
from review.services import Services
from review.work import advert_rows, cluster_rows, cluster_words, colleagues, href_of
from strazha.ledger.casework_records import Case
from strazha.ledger.records import User


def cases_page(
    services: Services, user: User, *, problem: str = "", title: str = "", reference: str = ""
) -> CasesPage:  # fmt: skip
    """Every case the user may see."""
    found = services.ledger.cases_of(user.name, every=may(user, LEADS))
    return CasesPage(cases=tuple(found), problem=problem, title=title, reference=reference)


def case_page(services: Services, case: Case, user: User, *, problem: str = "") -> CasePage:
    """One case: its items as rows, its notes with the items' contacts covered, its history."""
    items = services.ledger.case_items(case.id)
    adverts = services.index.adverts([one.subject_id for one in items if one.subject == "advert"])
    clusters = {}
    for one in items:
        if one.subject == "cluster":
            doc = services.index.cluster(one.subject_id)
            heir = services.ledger.cluster(one.subject_id) if doc is None else None
            found = doc or (services.index.cluster(heir.id) if heir is not None else None)
            if found is not None:
                clusters[one.subject_id] = found
    rows = {("advert", row.id): row for row in advert_rows(services, adverts)}
    by_id = {row.id: row for row in cluster_rows(services, list({doc.id: doc for doc in clusters.values()}.values()))}
    rows |= {("cluster", asked): by_id[doc.id] for asked, doc in clusters.items()}
    words = [word for held in cluster_words(services, list(clusters.values())).values() for word in held]
    words += words_of(services, adverts)
    return CasePage(
        case=case,
        items=tuple(
            (one, rows.get((one.subject, one.subject_id)), href_of(one.subject, one.subject_id))
            for one in covered_items(items, words)
        ),
        history=tuple(reversed(covered_items(services.ledger.case_history(case.id), words))),
        notes=tuple(covered_notes(services.ledger.notes_of("case", [case.id]), words)),
        others=tuple(name for name in colleagues(services, None) if name not in case.people),
        may_name=not case.closed and (case.opened_by == user.name or may(user, LEADS)),
        user=user.name,
        indicator_names={name: pick(one.label, name) for name, one in services.catalogue.items()},
        problem=problem,
    )
