"""Extractors, one file per kind of entity, in the order in which they run (later ones respect what earlier ones found)."""

from __future__ import annotations

from nlp.extract import age, email, handle, name, phone, place, price, url
from nlp.extract.page import Found, Page, View

#: Each is a module with KIND, NAME and ``extract(page)``; the order matters: an address is not searched for prices.
EXTRACTORS = (email, url, phone, handle, place, price, age, name)

__all__ = ["EXTRACTORS", "Found", "Page", "View"]
