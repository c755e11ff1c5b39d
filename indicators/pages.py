"""One page for each indicator, written from the catalogue: reference for reviewers and training material in one."""

from __future__ import annotations

from collections.abc import Iterable

from indicators.catalogue import CatalogueEntry, Cluster, load
from indicators.languages import load_languages
from indicators.scoring import weights
from strazha.model import AdType, Strength

_STRENGTHS = {
    Strength.STRONG: "strong",
    Strength.MEDIUM: "medium",
    Strength.WEAK: "weak",
    Strength.COUNTER: "counter-indicator",
}

_NOTE = "<!-- Written by `strazha indicators docs` from indicators/catalogue/{name}.yaml; edit that file instead. -->\n"


def pages() -> dict[str, str]:
    """File name -> text, the index (README.md) included."""
    entries = load()
    written = {f"{name}.md": page(entry) for name, entry in entries.items()}
    written["README.md"] = _index(entries)
    return written


def page(entry: CatalogueEntry) -> str:
    """The page of one indicator, in Markdown."""
    one = entry.indicator
    lines = [_NOTE.format(name=one.id), f"# {one.label['en']} · {one.label['bg']}", ""]
    lines += [one.explanation["en"], "", one.explanation["bg"], ""]
    lines += ["| | |", "| --- | --- |", f"| id | `{one.id}`, version {one.version} |", f"| level | {one.level} |"]
    if one.level == "advert":
        lines.append(f"| speaks about | {', '.join(kind.value for kind in one.applies_to) or 'any advert'} |")
    lines.append(f"| strength | {_STRENGTHS[one.strength]} |")
    if one.dimension:
        lines.append(f"| dimension | {weights().dimensions[one.dimension]['en']} |")
    lines.append(f"| points | {_points(entry)} |")
    lines.append(f"| validity | {one.validity.status} |")
    if one.head_of_queue:
        lines.append("| queue | always at its head |")
    lines += ["", "## What is known of its worth", "", one.validity.finding]
    if one.validity.sample:
        lines += ["", f"Sample: {one.validity.sample}."]
    lines += ["", "## Sources", "", *(f"- {source.code}: {source.title}" for source in one.sources), ""]
    lines += _found_by(entry)
    lines += _prototypes(entry)
    lines += _examples(entry)
    return "\n".join(lines).rstrip() + "\n"


def _points(entry: CatalogueEntry) -> str:
    one, rules = entry.indicator, weights()
    strength, validity = rules.strength[one.strength.value], rules.validity[one.validity.status]
    if one.strength is Strength.COUNTER:
        return f"{strength:g} (all counter-indicators together no less than {rules.counter_floor})"
    return f"{strength * validity:g} ({strength:g} for its strength, times {validity:g} for its validity)"


def _found_by(entry: CatalogueEntry) -> list[str]:
    lines = ["## What finds it", ""]
    if entry.derived:
        lines += [f"Derived from mentions and fields: {', '.join(f'`{name}`' for name in entry.derived)}.", ""]
    languages = load_languages()
    for lang, patterns in entry.patterns.items():
        if lang in languages:
            lines += [f"Patterns, {lang}:", "", "```", *(pattern.match for pattern in patterns), "```", ""]
    return lines


def _prototypes(entry: CatalogueEntry) -> list[str]:
    if not entry.prototypes:
        return []
    lines = ["## Compared by meaning with", ""]
    for lang, sentences in entry.prototypes.items():
        lines += [f"{lang}:", "", *(f"- {sentence}" for sentence in sentences), ""]
    return lines


def _examples(entry: CatalogueEntry) -> list[str]:
    if not entry.examples and not entry.clusters:
        return []
    lines = ["## Examples", ""]
    for lang, examples in entry.examples.items():
        lines += _listed(lang, examples.match, examples.no_match)
    for lang, clusters in entry.clusters.items():
        lines += _listed(lang, map(_told, clusters.match), map(_told, clusters.no_match))
    return lines


def _listed(lang: str, seen: Iterable[str], unseen: Iterable[str]) -> list[str]:
    lines = [f"Seen, {lang}:", "", *(f"- {text}" for text in seen), ""]
    near = [f"- {text}" for text in unseen]
    return [*lines, f"Not seen, {lang}:", "", *near, ""] if near else lines


def _told(cluster: Cluster) -> str:
    """A small cluster on one line: day, what differs from one adult advert on one site, and text."""
    told = []
    for one in cluster:
        facts = [f"day {one.day}"]
        facts += [one.type.value] if one.type is not AdType.ADULT else []
        facts += [f"site {one.site}"] if one.site != "a" else []
        facts += [f"picture {one.picture}"] if one.picture else []
        facts += [f"{one.times} times, {one.step} days apart"] if one.times > 1 else []
        told.append(f"({', '.join(facts)}) {f'{one.title}. ' if one.title else ''}{one.text}")
    return " / ".join(told)


def _index(entries: dict[str, CatalogueEntry]) -> str:
    lines = [
        "<!-- Written by `strazha indicators docs`. -->\n",
        "# Indicators",
        "",
        "Having an indicator is no flag: most ordinary adverts carry one. The score counts strengths by the rule of ILO and",
        "EC, counter-indicators lower it, and a person decides. How points come about stands in `indicators/weights.yaml`.",
        "",
        "| indicator | признак | level | strength | validity |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, entry in entries.items():
        one = entry.indicator
        link = f"[{one.label['en']}]({name}.md)"
        row = (link, one.label["bg"], one.level, _STRENGTHS[one.strength], one.validity.status)
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines) + "\n"
