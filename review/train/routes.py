"""The training mode: exercises, feedback, one's own score, and for leads who has completed what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from review.access import EVERYBODY, LEADS, open_to
from review.i18n import LANGUAGES, marked
from review.labels import GROUNDS
from review.render import render
from review.routers.parts import Parts, Person, note
from review.train import answering
from review.train.answering import case_or_404, cases_of
from review.train.contexts import CasePage
from review.train.progress import next_case
from review.train.views import case_page, people_page, score_page, training_page

router = APIRouter()

NO_OUTCOME = marked("Choose an outcome, too: what would you do with this advert?")
NO_MACHINE = marked("The machine cannot screen this text now.")


def _languages(chosen: str) -> tuple[str, ...]:
    return (chosen,) if chosen in LANGUAGES else tuple(LANGUAGES)


@router.get("/training")
@open_to(EVERYBODY)
def home(request: Request, services: Parts, user: Person) -> Response:
    """Where the learner stands."""
    answers = services.ledger.training_answers(user.name)
    finished = request.query_params.get("finished") == "1"
    page = training_page(cases_of(services), answers, services.clock(), tuple(LANGUAGES), finished=finished)
    return render(request, page)


@router.get("/training/next")
@open_to(EVERYBODY)
def following(services: Parts, user: Person, language: str = "") -> Response:
    """Go to the exercise that comes next."""
    answers = services.ledger.training_answers(user.name)
    found = next_case(cases_of(services), answers, services.clock(), _languages(language))
    return RedirectResponse("/training?finished=1" if found is None else f"/training/cases/{found.id}", 303)


@router.get("/training/cases/{case_id}")
@open_to(EVERYBODY)
def exercise(request: Request, services: Parts, case_id: str) -> Response:
    """One exercise."""
    return render(request, case_page(case_or_404(services, case_id), services.catalogue))


@router.post("/training/cases/{case_id}")
@open_to(EVERYBODY)
def answer(
    request: Request, services: Parts, user: Person, case_id: str,
    *, seen: Annotated[list[str] | None, Form()] = None, words: Annotated[list[str] | None, Form()] = None,
    outcome: Annotated[str, Form()] = "", ground: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Keep an answer, and show what was seen. ``words`` are ``indicator|words`` as selected in the text."""
    case = case_or_404(services, case_id)
    given = dict(one.partition("|")[::2] for one in (words or ())[:100])
    chosen, kept = answering.read(services.catalogue, seen or (), given)
    if outcome not in GROUNDS:
        blank = CasePage(
            id="", language="", level=1, title="", body="", groups=(), seen=chosen, words=kept, problem=NO_OUTCOME
        )  # fmt: skip
        return render(request, case_page(case, services.catalogue, blank), status=422)
    made = answering.keep(services, user, case, chosen, kept, outcome=outcome, ground=ground)
    return RedirectResponse(f"/training/answers/{made.id}", 303)


@router.get("/training/answers/{answer_id}")
@open_to(EVERYBODY)
def feedback(request: Request, services: Parts, user: Person, answer_id: str) -> Response:
    """An answer held against the key; one's own alone."""
    return render(request, answering.feedback(services, user, answer_id)[1])


@router.get("/training/answers/{answer_id}/machine")
@open_to(EVERYBODY)
def machine(request: Request, services: Parts, user: Person, answer_id: str) -> Response:
    """The same with what the machine makes of the invented text. It is screened in memory and kept nowhere."""
    case, page = answering.feedback(services, user, answer_id)
    made = answering.machine_sum(services, case)
    return render(request, page.with_machine(None, NO_MACHINE) if made is None else page.with_machine(made))


@router.get("/training/score")
@open_to(EVERYBODY)
def score(request: Request, services: Parts, user: Person) -> Response:
    """How sure one is; shown to oneself alone."""
    return render(request, score_page(services.ledger.training_answers(user.name), services.catalogue))


@router.get("/training/people")
@open_to(LEADS)
def people(request: Request, services: Parts, user: Person) -> Response:
    """Who has completed what, by name and without scores. Looking at colleagues' training is logged."""
    note(services, user, "training overview read", "-")
    page = people_page(cases_of(services), services.ledger.users(), services.ledger.training_answers())
    return render(request, page)
