"""Shared contacts: telephone, e-mail, messenger handle."""

from __future__ import annotations

from clusters.compare.base import Compared, Known
from clusters.keys import contact_keys
from strazha.model import Linkable

_WORDS = {"phone": "the telephone", "email": "the e-mail address", "handle": "the handle", "url": "the address"}


def compare(a: Linkable, b: Linkable, known: Known) -> Compared:
    """Adverts that give one and the same contact are run by whoever answers it, unless unlike advertisers share it.

    Score: trust in the shared contact (see clusters/hubs.py); several shared contacts add up as independent evidence.
    """
    shared = sorted(contact_keys(a.contacts) & contact_keys(b.contacts)) if a.contacts and b.contacts else []
    if not shared:
        return Compared(0.0, "They share no contact.")
    # A number and the messenger handle made of it are one piece of evidence, not two.
    pieces = [key for key in shared if not _is_number_handle(key)] or shared
    doubt = 1.0
    for key in pieces:
        doubt *= 1.0 - known.of(key)
    named = ", ".join(_named(key) for key in pieces)
    sentence = f"Both give {named}."
    doubts = [known.why[key] for key in pieces if key in known.why]
    if doubts:
        sentence += f" It counts for little: {'; '.join(doubts)}."
    return Compared(1.0 - doubt, sentence)


def _is_number_handle(key: str) -> bool:
    kind, _, value = key.partition(":")
    return kind == "handle" and value.partition(":")[2].startswith("+")


def _named(key: str) -> str:
    kind, _, value = key.partition(":")
    return f"{_WORDS.get(kind, kind)} {value.replace(':', ' ', 1)}"
