"""What senders say when they fail."""

from __future__ import annotations

from strazha.errors import StrazhaError


class FailedError(StrazhaError):
    """It did not arrive, and may later: the receiver is down, slow, or answered with an error."""
