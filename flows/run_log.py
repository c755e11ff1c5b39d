"""What is said while a run goes on, kept with the run: what each step did, and every warning and error of the program."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from strazha.clock import now
from strazha.errors import StrazhaError
from strazha.ledger import Ledger

#: Whose warnings belong to a run; libraries warn of things no operator can act on.
_ROOMS = ("strazha", "flows", "crawlers", "nlp", "indicators", "clusters")


class RunLog(logging.Handler):
    """Writes lines of one run into the ledger, at once, so that a killed run has said all it had to say."""

    def __init__(self, ledger: Ledger, run_id: str) -> None:
        super().__init__(logging.WARNING)
        self._ledger, self._run_id, self._full = ledger, run_id, False

    def say(self, text: str, level: str = "info") -> None:
        """Add a line. Where the ledger cannot be written the run has worse to report than a line: it is dropped."""
        if self._full:
            return
        try:
            self._full = not self._ledger.log_line(self._run_id, level, " ".join(text.split()), now())
        except (SQLAlchemyError, sqlite3.Error, StrazhaError, OSError):
            return

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what a room of the program warns of."""
        if record.name.partition(".")[0] in _ROOMS:
            self.say(record.getMessage(), "error" if record.levelno >= logging.ERROR else "warning")

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear the program's warnings while the block runs."""
        root = logging.getLogger()
        root.addHandler(self)
        try:
            yield
        finally:
            root.removeHandler(self)
