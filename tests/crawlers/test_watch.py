"""Pages that hang a parser deep in C, where no time limit of Python reaches."""

from __future__ import annotations

import time

import pytest

from crawlers.engine import Progress, crawl, watch
from crawlers.extract.bounds import check_markup
from strazha.evidence.captures import capture_folder
from strazha.evidence.landing import Landing
from strazha.evidence.verifying import verify_captures
from tests.crawlers.conftest import RUN, Site, definition, errors_of, source_of

#: Attributes in the hundred thousands, spread so that the check beforehand does not see them: lexbor compares each with all.
POISON = "<h1>x</h1><a " + " ".join(f'a{n}="{">" if n % 1000 == 0 else 1}"' for n in range(400_000)) + ">x</a>"


@pytest.mark.live
@pytest.mark.slow
def test_a_page_that_hangs_the_parser_is_left_out_and_the_crawl_goes_on(
    site: Site, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_markup(POISON.encode())
    monkeypatch.setattr(watch, "_GRACE", 3.0)
    site.adverts(range(1, 21))
    site.page("/item/10", POISON)
    limits = {**definition(site)["limits"], "body_bytes": 10_000_000, "decompressed_bytes": 10_000_000, "page_seconds": 2}
    seen: list[Progress] = []
    started = time.monotonic()
    report = crawl(source_of(site, limits=limits), landing, RUN, on_progress=seen.append)
    assert time.monotonic() - started < 60
    assert errors_of(report) == {"hung": ["item/10"]}
    assert report.adverts == 19
    assert report.reason == "advert pages unread"
    assert seen[-1].adverts == 19
    folder = capture_folder("test-site", RUN)
    assert len(list(landing.iter_lines(folder, "adverts"))) == 19
    assert landing.verify(folder) == verify_captures(landing, folder) == []
    assert {entry.name[:2] for entry in landing.entries(folder)} == {"01", "02"}
