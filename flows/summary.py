"""A run's report in words: as Markdown for Prefect's pages. The command line draws the same figures with rich."""

from __future__ import annotations

from strazha.model import RunReport

#: What the states of a run mean to a person.
STATES = {
    "running": "still running, or killed: run it again to resume",
    "completed": "completed",
    "failed": "ended, but not every source could be crawled",
    "refused": "refused",
    "interrupted": "interrupted: run it again to resume",
}


def markdown(report: RunReport) -> str:
    """The report as Markdown tables. Text from web sites stands in it only as escaped, short error lines."""
    lines = [
        f"# Run {report.run_id}",
        "",
        f"**{STATES[report.state]}** · started {report.started_at:%Y-%m-%d %H:%M:%S} UTC"
        + (f" · {(report.finished_at - report.started_at).total_seconds():.0f} s" if report.finished_at else ""),
        "",
        "| source | crawl | pages | adverts | new | changed | same | gone | errors |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {crawl.source_id} | {crawl.state}, {_plain(crawl.reason)} | {crawl.pages} | {crawl.adverts} | {crawl.new} "
        f"| {crawl.changed} | {crawl.same} | {crawl.gone} | {sum(error.count for error in crawl.errors)} |"
        for crawl in report.crawls
    ]
    lines += ["", "| step | done | skipped | failed | seconds |", "| --- | ---: | ---: | ---: | ---: |"]
    lines += [f"| {s.step} | {s.done} | {s.skipped} | {s.failed} | {s.seconds:.1f} |" for s in report.steps]
    bands = ", ".join(f"{name} {count}" for name, count in report.bands.items())
    lines += ["", f"Live adverts by band: {bands or 'none'} · clusters: {report.clusters}"]
    if report.alarms:
        lines += ["", "## Alarms: shares that shifted against the crawls before", ""]
        lines += [f"- {_plain(alarm.line())}" for alarm in report.alarms]
    lines += ["", *(f"{line}" for line in rescreened_lines(report))] if report.rescreened else []
    if report.errors:
        lines += ["", "## Errors", "", *(f"- {_plain(error)}" for error in report.errors)]
    return "\n".join(lines) + "\n"


def rescreened_lines(report: RunReport) -> list[str]:
    """What moved in adverts screened again, in sentences; nothing where none were."""
    found = report.rescreened
    if found is None:
        return []
    bands = ", ".join(f"{count} from {move.replace('>', ' to ')}" for move, count in found.bands.items()) or "none"
    lines = [f"Screened again by a changed pipeline: {found.adverts} adverts; {found.scores} scores moved; bands: {bands}."]
    for word, counts in (("gained", found.gained), ("lost", found.lost)):
        if counts:
            named = ", ".join(f"{name} {count}" for name, count in list(counts.items())[:8])
            lines.append(f"Indicators {word} (adverts): {named}{' ...' if len(counts) > 8 else ''}.")
    return lines


def _plain(text: str) -> str:
    short = " ".join(text.split())[:300]
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]<>()#+!|~" else letter for letter in short)
