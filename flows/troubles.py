"""Troubles of the machine a run is on, told as errors a person can act on."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from strazha.errors import StoreUnavailableError, StrazhaError


class OutOfSpaceError(StrazhaError):
    """The disk is full, or a quota is used up."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn a full disk and a database out of reach into errors a person can act on."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise _out_of_space(str(error.filename or ""), error.strerror or str(error)) from error
        raise
    except (SQLAlchemyError, sqlite3.Error) as error:
        problem = str(getattr(error, "orig", None) or error)
        if "full" in problem or "disk I/O" in problem:
            raise _out_of_space("", problem) from error
        raise StoreUnavailableError(
            f"the ledger or the index could not be used: {problem}",
            remedy="check that its disk or server is there, then run the same command again: it goes on where it stopped",
        ) from error


def _out_of_space(place: str, problem: str) -> OutOfSpaceError:
    return OutOfSpaceError(
        f"nothing more can be written: {problem}",
        place=place,
        remedy="make room, then run the same command again: it goes on where it stopped",
    )
