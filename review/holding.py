"""Taking an item, handing it over, putting it back; saved views. Pages and API call the same functions."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.datastructures import QueryParams

from review import work
from review.access import LEADS, may
from review.ask import QueueAsk, clean
from review.routers.parts import advert_or_404, cluster_or_404, not_blind, note, usable
from review.services import Services
from strazha.errors import BadInputError
from strazha.ledger.records import User
from strazha.ledger.work_records import Holding, SavedView

NOTE_LIMIT, NAME_LIMIT, QUERY_LIMIT = 1000, 60, 3000


def item_of(services: Services, kind: str, item_id: str) -> tuple[str, str]:
    """Kind and id of an item that is there; 404 for any other."""
    if kind == "advert":
        return "advert", advert_or_404(services, item_id).id
    if kind == "cluster":
        return "cluster", cluster_or_404(services, item_id).id
    raise HTTPException(404)


def take(services: Services, user: User, kind: str, item_id: str) -> bool:
    """Take an item; False where somebody has it already: they keep it."""
    subject, one = item_of(services, kind, item_id)
    not_blind(services, subject, one)
    try:
        services.ledger.take(subject, one, user.name, services.clock())
    except BadInputError:
        return False
    note(services, user, "taken", one, kind=subject)
    return True


def hand_over(services: Services, user: User, item: tuple[str, str], to: str, words: str) -> bool:
    """Hand an item (of ``item_of``) to a colleague: whoever has it may, anybody where nobody has it, and leads always.

    False where it changed hands meanwhile. 403 for who may not, 422 for somebody it cannot be handed to.
    """
    subject, one = item
    not_blind(services, subject, one)
    held = services.ledger.holdings(subject, [one]).get(one)
    if held is not None and held.holder != user.name and not may(user, LEADS):
        raise HTTPException(403)
    if to not in work.colleagues(services, user):
        raise HTTPException(422)
    said = "\n".join(clean(line, NOTE_LIMIT) for line in words[:NOTE_LIMIT].splitlines())
    given = {"subject": subject, "subject_id": one, "holder": to, "given_by": user.name, "since": services.clock()}
    try:
        services.ledger.hand_over(Holding.model_validate({**given, "note": said}), seen=held.holder if held is not None else "")
    except BadInputError:
        return False
    note(services, user, "handed over", one, kind=subject, to=to)
    return True


def release(services: Services, user: User, kind: str, item_id: str) -> tuple[str, str, bool]:
    """Put an item back: one's own (also what merged or left the index since), or as a lead anybody's.

    Returns its kind and id, and False where it changed hands meanwhile.
    """
    own = services.ledger.holdings(kind, [item_id]).get(item_id) if kind in work.KINDS and usable(item_id) else None
    mine = own is not None and own.holder == user.name
    subject, one = (kind, item_id) if mine else item_of(services, kind, item_id)
    not_blind(services, subject, one)
    held = services.ledger.holdings(subject, [one]).get(one)
    if held is not None and held.holder != user.name and not may(user, LEADS):
        raise HTTPException(403)
    try:
        done = services.ledger.release(subject, one, user.name, services.clock(), seen=held.holder if held is not None else "")
    except BadInputError:
        return subject, one, False
    if done:
        note(services, user, "put back", one, kind=subject)
    return subject, one, True


def save_view(services: Services, user: User, name: str, query: str) -> SavedView:
    """Keep the queue's filters under a name; what is kept is an address of the queue and nothing else."""
    called = clean(name, NAME_LIMIT)
    # Read and written anew: whatever else the query held is left out.
    asked = QueueAsk.read(QueryParams(query[:QUERY_LIMIT])).query()
    if not called:
        raise HTTPException(422)
    try:
        services.ledger.save_view(user.name, called, asked, services.clock())
    except BadInputError as error:
        raise HTTPException(422) from error
    note(services, user, "view saved", called, query=asked)
    return next(one for one in services.ledger.saved_views(user.name) if one.name == called)


def remove_view(services: Services, user: User, view_id: str) -> None:
    """Remove one of one's own views; 404 for anybody else's."""
    if not services.ledger.remove_view(user.name, view_id[:40], services.clock()):
        raise HTTPException(404)
    note(services, user, "view removed", view_id[:40])
