"""Errors a person can act on: each names the place and the remedy."""

from __future__ import annotations


class StrazhaError(Exception):
    """What went wrong, where, and what to do about it.

    ``place`` is a file with line, a URL or a record id; ``remedy`` is one imperative sentence. The command line prints the
    three parts and exits with ``exit_code``; it never prints a traceback for one of these.
    """

    exit_code = 1

    def __init__(self, problem: str, *, place: str = "", remedy: str = "") -> None:
        self.problem = problem
        self.place = place
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.place}: {self.problem}" if self.place else self.problem
        return f"{head}\n  remedy: {self.remedy}" if self.remedy else head


class BadInputError(StrazhaError):
    """A file, record or argument given from outside cannot be used as it stands."""

    exit_code = 2


class DefinitionError(BadInputError):
    """A source definition or catalogue entry is wrong; ``place`` is ``file:line``."""


class LegalBasisError(StrazhaError):
    """A source has no legal basis in force, so it must not be crawled."""

    exit_code = 3


class RefusedAddressError(StrazhaError):
    """An address is outside what a source may reach (private, link-local, metadata, or not listed)."""

    exit_code = 3


class EvidenceError(StrazhaError):
    """A stored file is missing, cut short, or does not match its SHA-256."""


class StoreError(StrazhaError):
    """An index backend cannot do what was asked."""


class StoreUnavailableError(StoreError):
    """The index backend cannot be reached now; the same call may work later."""


class MissingExtraError(StrazhaError):
    """An optional dependency is needed for what was asked."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra '{extra}'", remedy=f"run: uv sync --extra {extra}")
