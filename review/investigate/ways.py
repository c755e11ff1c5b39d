"""The ways alerts may leave the system, as far as an administrator has opened them, and what was typed into a watch's form."""

from __future__ import annotations

from dataclasses import dataclass

from strazha.settings import Settings


@dataclass(frozen=True, slots=True)
class Ways:
    """Domains alerts may be mailed to and hosts they may be posted to; empty: that way is closed."""

    domains: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Ways:
        """What the settings allow."""
        return cls(tuple(settings.mail_domains) if settings.smtp_host else (), tuple(settings.webhook_hosts))


@dataclass(frozen=True, slots=True)
class WatchForm:
    """What was typed into the form of a watch, and what was wrong with it."""

    kind: str = "list"
    name: str = ""
    #: The query string of a search, or the lines of a list.
    source: str = ""
    mail: str = ""
    hook: str = ""
    detail: str = "counts"
    problem: str = ""
