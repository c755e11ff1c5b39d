"""What the API is asked about saved searches and the map."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from review.api.asks import Body, Sought, Value
from review.ask import ADVERT_FACETS, DAYS, TEXT_LIMIT, SearchAsk, clean
from review.investigate.saving import NAME_LIMIT, QUERY_LIMIT


class SearchShared(Body):
    """With whom a search is shared."""

    shared: list[Value] = Field(
        default_factory=list, max_length=500, description="Names of colleagues, or * for all who may read; others are left out"
    )


class SearchSaved(SearchShared):
    """A search under a name."""

    name: str = Field(min_length=1, max_length=NAME_LIMIT)
    query: str = Field(default="", max_length=QUERY_LIMIT, description="As in the search's address: q=van&place=Leeds")


class Mapped(Sought):
    """Which adverts are put on the map."""

    status: list[Literal["live", "gone"]] = Field(default_factory=list, max_length=2)

    def ask(self) -> SearchAsk:
        """The same as the page asks it."""
        return SearchAsk(
            kind="adverts", text=clean(self.q, TEXT_LIMIT), filters=self.chosen(), sort="priority", min_score=self.min_score,
            contact=clean(self.contact, 200), facets=ADVERT_FACETS, **{name: getattr(self, name) for name in DAYS},
        )  # fmt: skip
