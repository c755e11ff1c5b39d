"""Pages that cannot be read, with the kind under which the report counts them."""

from __future__ import annotations


class PageError(Exception):
    """A page, or a field of it, that cannot be read. ``kind`` is short and stable; ``detail`` is for people."""

    def __init__(self, kind: str, detail: str) -> None:
        self.kind, self.detail = kind, detail
        super().__init__(f"{kind}: {detail}")
