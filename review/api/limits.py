"""How many requests a token may make: a bucket for each, in this process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from fastapi import Request

from review.access import TokenUser, user_of
from review.services import services_of

#: Tokens remembered at once; a token that is forgotten begins with a full bucket again.
MOST_TOKENS = 10_000


class TooManyError(Exception):
    """A token made more requests than it may; ``wait`` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"too many requests: wait {wait:.1f} s")
        self.wait = wait


class Rates:
    """Buckets by token: each holds ``per_minute`` requests and is filled again at that pace. Safe between threads.

    Kept in memory: several server processes each count for themselves, and a restart forgets. It keeps one program from taking
    the server from the people at the pages; it is no guard against guessing (nobody guesses 32 random bytes).
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._lock = Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, token_id: str) -> None:
        """Take one request from a token's bucket; TooManyError where it is empty."""
        at, pace = self._clock(), self.per_minute / 60
        with self._lock:
            left, since = self._left.pop(token_id, (float(self.per_minute), at))
            left = min(float(self.per_minute), left + (at - since) * pace)
            enough = left >= 1
            self._left[token_id] = (left - 1 if enough else left, at)
            if len(self._left) > MOST_TOKENS:
                self._left.popitem(last=False)
        if not enough:
            raise TooManyError((1 - left) / pace)


def limited(request: Request) -> None:
    """Run before every endpoint of the API, once the token is known."""
    user = user_of(request)
    if not isinstance(user, TokenUser):
        return
    rates = getattr(request.app.state, "rates", None)
    if not isinstance(rates, Rates):
        rates = request.app.state.rates = Rates(services_of(request).settings.api_rate)
    rates.take(user.token_id)
