"""Writing a crawl's files: WARC, the list of its captures, adverts; closed together, and begun anew at a size."""

from __future__ import annotations

from importlib.metadata import version

from strazha.evidence.captures import capture_folder
from strazha.evidence.landing import Landing, LandingWriter
from strazha.evidence.warc import Exchange, WarcWriter
from strazha.model.advert import Advert, Capture


class Recorder:
    """The open files of one attempt. Every method leaves what it wrote with the operating system."""

    def __init__(self, landing: Landing, source_id: str, run_id: str, attempt: int, warc_bytes: int) -> None:
        self._landing, self._source_id, self._run_id = landing, source_id, run_id
        self._folder = capture_folder(source_id, run_id)
        self._prefix = f"{attempt:02d}"
        self._warc_bytes = warc_bytes
        self._software = f"strazha/{version('strazha')} scrapy/{version('scrapy')} warcio/{version('warcio')}"
        self._set = 0
        self._open_set()

    def _writer(self, name: str, ending: str, kind: str) -> LandingWriter:
        return self._landing.write(self._folder, f"{self._prefix}-{name}-{self._set:05d}.{ending}", kind)

    def _open_set(self) -> None:
        self._set += 1
        self._warc_out = self._writer("captures", "warc.gz", "warc")
        self._warc = WarcWriter(self._warc_out, software=self._software, source_id=self._source_id, run_id=self._run_id)
        self._captures = self._writer("captures", "jsonl", "captures")
        self._adverts = self._writer("adverts", "jsonl", "adverts")

    def exchange(self, exchange: Exchange) -> Capture:
        """Write a response with its request. Returns before anything reads the page."""
        if self._warc_out.tell() >= self._warc_bytes:
            self.close()
            self._open_set()
        capture = self._warc.add(exchange)
        self._captures.line(capture)
        return capture

    def advert(self, advert: Advert) -> None:
        """Write an advert. Its capture was flushed before, so a crash never leaves an advert without one."""
        self._adverts.line(advert)
        self._adverts.flush()

    def close(self) -> None:
        """Close the three files, the evidence first."""
        self._warc_out.close()
        self._captures.close()
        self._adverts.close()
