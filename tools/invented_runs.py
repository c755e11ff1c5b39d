"""Weeks of invented runs, decisions and troubles over the invented adverts: for the pages of operators and leads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from strazha.ledger import Ledger
from strazha.ledger.operate_records import Switch
from strazha.model import CrawlReport, Decision, Outcome, PageError, RunReport, StepReport
from strazha.store.documents import AdvertDoc

DEFINITION = """\
id: {id}
name: {name}
kind: {kind}
country: {country}
start: ["https://{id}.example.com/"]
hosts: [{id}.example.com]
schedule: "{schedule}"
time_zone: Europe/Sofia
legal_basis:
  authority: Directorate for Combating Cybercrime (invented)
  statute: Invented order No. 7 of 2026
  purpose: Detecting trafficking in human beings
  officer: duty.officer@example.org
  valid_from: 2026-01-01
  valid_until: {until}
politeness: {{delay: 3, user_agent: "Strazha (duty.officer@example.org)"}}
retention_days: 365
listing:
  adverts: [{{css: "a.item"}}]
advert:
  key: {{url: '/(\\d+)$'}}
  required: [title, body]
  fields:
    title: {{css: h1}}
    body: {{css: .text}}
    price: {{css: .price}}
    place: {{css: .place}}
    contact: {{css: .tel}}
"""
SOURCES = (
    ("bg-classifieds", "Обяви за всичко", "classifieds", "BG", "15 */6 * * *", "2027-06-30"),
    ("bg-jobs", "Работа навън", "job_board", "BG", "0 7 * * *", "2026-12-05"),
    ("eu-jobs", "Seasonal jobs", "job_board", "DE", "30 5 * * 1-5", "2026-11-10"),
    ("uk-services", "Small ads", "adult", "GB", "*/45 * * * *", "2027-12-31"),
)
CRAWLS = 14


def write_definitions(folder: Path) -> Path:
    """Definitions of the invented adverts' sources, in a folder for STRAZHA_SOURCES."""
    folder.mkdir(parents=True, exist_ok=True)
    for one, name, kind, country, schedule, until in SOURCES:
        text = DEFINITION.format(id=one, name=name, kind=kind, country=country, schedule=schedule, until=until)
        (folder / f"{one}.yaml").write_text(text, encoding="utf-8")
    return folder


def fill_runs(ledger: Ledger, at: datetime) -> None:
    """Two weeks of runs up to ``at``: one source loses a field, one fails, one is paused; each run has its log."""
    for place, (source, *_) in enumerate(SOURCES):
        for number in range(CRAWLS):
            began = at - timedelta(days=CRAWLS - number, hours=place)
            _one(ledger, source, began, number)
    paused = Switch(
        source_id="bg-jobs", paused=True, done_by="ivo.tanev", at=at - timedelta(hours=8), reason="The site is being rebuilt"
    )
    ledger.switch_source(paused)


def _one(ledger: Ledger, source: str, began: datetime, number: int) -> None:
    run_id = f"{began:%Y%m%dT%H%M%SZ}-{number:04x}"
    last = number == CRAWLS - 1
    fails = source == "eu-jobs" and number >= CRAWLS - 2
    adverts = 0 if fails else 40 + (7 * number + len(source)) % 23
    filled = {"title": 100.0, "body": 100.0, "price": 81.0, "place": 96.0, "contact": 64.0 - number % 5}
    if source == "bg-classifieds" and number >= CRAWLS - 3:
        del filled["price"]
    errors = (PageError(kind="status", url=f"https://{source}.example.com/404", detail="404", count=1 + number % 3),)
    if fails:
        errors = (PageError(kind="timeout", url=f"https://{source}.example.com/", detail="no answer within 30 s", count=9),)
    crawl = CrawlReport(
        source_id=source, run_id=run_id, state="failed" if fails else "completed", started_at=began,
        finished_at=began + timedelta(seconds=95 + 3 * number), reason="no page could be fetched" if fails else "finished",
        requests=adverts + 5, pages=adverts and adverts + 4, adverts=adverts, new=6 * bool(adverts), changed=2 * bool(adverts),
        same=max(0, adverts - 8), gone=3, filled=filled if adverts else {}, errors=errors,
    )  # fmt: skip
    steps = tuple(
        StepReport(step=name, done=done, seconds=seconds)
        for name, done, seconds in (
            ("crawl", crawl.pages, 90.1), ("take in", crawl.new + crawl.changed, 0.2), ("screen", 8, 1.4), ("link", 8, 0.6),
            ("group", 1, 0.1), ("index", adverts, 0.9),
        )
    )  # fmt: skip
    problems = (f"{source}: no page could be fetched (timeout no answer within 30 s)",) if fails else ()
    ledger.start_run(run_id, [source], began)
    ledger.save_crawl(crawl)
    state = "failed" if fails else "completed"
    done = {"state": state, "finished_at": crawl.finished_at, "crawls": (crawl,), "steps": steps, "errors": problems}
    report = RunReport.model_validate({"run_id": run_id, "started_at": began, "sources": (source,), **done})
    ledger.save_run(report)
    if last:
        for line, (level, text) in enumerate([("info", f"run over {source}"), *_lines(crawl), ("info", f"the run {state}")]):
            ledger.log_line(run_id, level, text, began + timedelta(seconds=30 * line))


def _lines(crawl: CrawlReport) -> list[tuple[str, str]]:
    level = "error" if crawl.state == "failed" else "warning"
    said = f"{crawl.source_id}: {crawl.pages} pages, {crawl.adverts} adverts, {len(crawl.errors)} errors; ended: {crawl.reason}"
    empty = [("warning", f"{crawl.source_id}: field price is empty: 81% before, 0% now")] if "price" not in crawl.filled else []
    return [(level, said), *(empty if crawl.adverts else []), ("info", "screen: 8 done, 0 done before, 0 failed, 1.4 s")]


def set_aside(ledger: Ledger, adverts: Sequence[AdvertDoc], at: datetime) -> None:
    """Some adverts as screening would have set them aside."""
    for number, doc in enumerate(adverts):
        state = ledger.advert_state(doc.id)
        if state is not None:
            version = f"{state.content_hash[:16]}+invented"
            error = f"ValueError: the text ends within an escape, near 0888 001 00{number}"
            detail = {"source": state.source_id, "error": error}
            ledger.mark_done("quarantine", doc.id, version, "20261120T060000Z-demo", at, detail)


def decide(ledger: Ledger, adverts: Sequence[AdvertDoc], at: datetime) -> None:
    """Decisions over some days by three people, mostly in agreement with the bands."""
    people = ("boris.iliev", "vera.koleva", "ivo.tanev")
    said = {"urgent": Outcome.REFER, "high": Outcome.MONITOR, "medium": Outcome.INSUFFICIENT, "low": Outcome.NOT_RELEVANT}
    for number, doc in enumerate(adverts):
        if number % 5 == 4:
            continue
        band = doc.screening.band.value
        outcome = Outcome.NOT_RELEVANT if number % 6 == 5 else Outcome.INDEPENDENT if number % 11 == 7 else said[band]
        decision = Decision(
            id=f"invented-{number:04d}", subject="advert", subject_id=doc.id, outcome=outcome, reason="As the text goes",
            decided_by=people[number % 3], decided_at=at - timedelta(hours=5 * number), band=band, score=doc.screening.score,
        )  # fmt: skip
        ledger.add_decision(decision)
