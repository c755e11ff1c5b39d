"""Source definitions of the example site, with the addresses it is really served at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from examples.site.adverts import PLATFORMS

SOURCES = Path(__file__).parent / "sources" / "demo"


def definitions(base_urls: Mapping[str, str], folder: Path) -> list[Path]:
    """Write the definitions of both platforms below ``folder`` (made if missing) and return their paths.

    ``base_urls`` is :attr:`examples.site.Site.base_urls`; the files in sources/demo/ carry the default ports.
    """
    target = folder / "demo"
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for platform, source_id in PLATFORMS.items():
        name = source_id.removeprefix("demo-") + ".yaml"
        text = (SOURCES / name).read_text(encoding="utf-8")
        default = next(line for line in text.splitlines() if line.startswith("# Served at ")).split()[-1]
        old, new = urlsplit(default).port, urlsplit(base_urls[platform]).port
        text = text.replace(default, base_urls[platform]).replace(f"ports: [{old}]", f"ports: [{new}]")
        path = target / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
