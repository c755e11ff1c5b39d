"""What the pages work with: index, ledger, catalogue, screening, clock. Opened once, handed to every request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from fastapi import Request

from strazha.errors import BadInputError
from strazha.evidence.landing import Landing
from strazha.ledger import Ledger
from strazha.model import Indicator, Screening
from strazha.settings import Settings
from strazha.store.base import AdIndex

if TYPE_CHECKING:
    from flows.rooms import Rooms
    from review.accounts.provider import Provider
    from review.train.cases import Case

_SCREENING, _JUDGING = Lock(), Lock()

#: Screens a pasted text: title and body in, screening out.
Screen = Callable[[str, str], Screening]


def flows_catalogue() -> Mapping[str, Indicator]:
    """The catalogue as flows knows it; imported when the first page needs it."""
    from flows.steps import catalogue

    return catalogue()


def flows_screen(title: str, body: str) -> Screening:
    """Screen a pasted text through flows' plain steps; the models load with the first text, not with the server.

    Raises BadInputError for a text that no reader can make sense of. One text at a time: the models are not made for threads.
    """
    from flows.steps import screen_text
    from flows.steps.reading import TEXT_ERRORS

    with _SCREENING:
        try:
            return screen_text(title, body)
        except TEXT_ERRORS as error:
            raise BadInputError(f"the text cannot be screened ({type(error).__name__})") from error


@dataclass
class Services:
    """One server's parts. ``catalogue_source`` and ``screen`` are functions so that nothing heavy loads before it is needed."""

    settings: Settings
    index: AdIndex
    ledger: Ledger
    catalogue_source: Callable[[], Mapping[str, Indicator]]
    screen: Screen
    clock: Callable[[], datetime]
    #: The exercises of the training mode, once somebody asked for one (review/train).
    exercises: Mapping[str, Case] | None = None
    #: The identity provider, once somebody signs in there (review/accounts).
    provider: Provider | None = None

    #: A working day; after it everyone signs in again, however busy.
    session: timedelta = timedelta(hours=10)

    @cached_property
    def landing(self) -> Landing:
        """The landing area, where captures lie."""
        return Landing(self.settings.landing_url)

    @contextmanager
    def rooms(self) -> Iterator[Rooms]:
        """The rooms in which people's word on clusters takes effect; one at a time, as grouping reads what it writes."""
        from flows.rooms import Rooms

        with _JUDGING:
            yield Rooms(self.settings, self.landing, self.ledger, self.index)

    @cached_property
    def catalogue(self) -> Mapping[str, Indicator]:
        """Indicators by id."""
        return self.catalogue_source()


def services_of(request: Request) -> Services:
    """The services of the application a request came to."""
    found = request.app.state.services
    if not isinstance(found, Services):
        raise TypeError("the application was not started: use it as a context manager, or through a server")
    return found
