"""docs/review-pages.md names every route, role set and page, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from review import contexts
from review.app import ROUTERS

PAGE = (Path(__file__).parents[2] / "docs" / "review-pages.md").read_text(encoding="utf-8")


def test_every_route_is_documented() -> None:
    known = set()
    for module in ROUTERS:
        routes: list[Any] = list(module.router.routes)
        known |= {f"{method} {route.path.replace(':path', '')}" for route in routes for method in route.methods}
    assert set(re.findall(r"`((?:GET|POST) /[^`]*)`", PAGE)) == known


def test_every_page_is_documented() -> None:
    pages = {
        (kind.template, name)
        for name, kind in vars(contexts).items()
        if isinstance(kind, type) and issubclass(kind, contexts.Page) and kind.template
    }
    for template, name in pages:
        assert f"`{template}`" in PAGE, template
        assert f"`{name}`" in PAGE, name
