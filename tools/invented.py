"""Invented adverts, screened by hand, for the review pages: their tests, screenshots and benchmark fill a home with them.

Texts carry their own marks: ``{hit:indicator_id|words}`` is a hit, ``{phone:+359888001001|0888 001 001}`` a mention. Nobody in
here exists; numbers are of fictional ranges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from indicators.scoring import score_advert
from strazha.evidence.landing import Landing, LineRef
from strazha.ledger import Ledger, ScreeningRef, SeenAdvert
from strazha.model import (
    AdType,
    Advert,
    AdvertState,
    Band,
    CrawlReport,
    Hit,
    Indicator,
    LanguageGuess,
    Mention,
    MentionKind,
    Price,
    RunReport,
    Screening,
    StepReport,
    Strength,
    Versions,
)
from strazha.store.base import AdIndex
from strazha.store.documents import AdvertDoc, ClusterDoc
from tools.invented_clusters import RUN, START, cluster_id, clustered

PIPELINE = Versions(code="0.1.0", nlp="1", catalogue="invented")
POINTS = {Strength.STRONG: 26.0, Strength.MEDIUM: 13.0, Strength.WEAK: 5.0, Strength.COUNTER: -9.0}

#: Where places of the invented adverts lie.
SPOTS: Mapping[str, tuple[float, float]] = {
    "Sofia": (42.70, 23.32), "Plovdiv": (42.15, 24.75), "Varna": (43.22, 27.91), "Burgas": (42.51, 27.47),
    "Stara Zagora": (42.43, 25.63), "Pleven": (43.42, 24.61), "Ruse": (43.85, 25.97), "Hannover": (52.37, 9.74),
    "Vienna": (48.21, 16.37), "Rotterdam": (51.92, 4.48), "Leeds": (53.80, -1.55), "Bradford": (53.79, -1.75),
    "York": (53.96, -1.08),
}  # fmt: skip

ABSENT = "Nothing in the text or the site's fields names an employer, an agency or an address"

_MARK = re.compile(r"\{([a-z_]+):([^|{}]*)\|([^{}]*)\}")


@dataclass(frozen=True)
class Sample:
    """One invented advert, with marks in its texts."""

    source: str
    title: str
    body: str
    ad_type: AdType
    languages: Mapping[str, float]
    operation: str = ""
    reading: str = ""
    place: str = ""
    contact: str = ""
    price: str = ""
    absent: tuple[str, ...] = ()
    day: int = 0
    days: int = 6
    gone: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)


FIELDS, SALON, VANS = "fields", "salon", "vans"


@lru_cache(maxsize=1)
def _written() -> tuple[tuple[Sample, ...], tuple[tuple[str, str, str], ...]]:
    held = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    adverts = [
        Sample(**{**row, "ad_type": AdType(row["ad_type"]), "absent": tuple(row.get("absent", ()))}) for row in held["adverts"]
    ]
    return tuple(adverts), tuple((row["title"], row["body"], row["language"]) for row in held["harmless"])


def samples(harmless: int = 22) -> Iterator[Sample]:
    """All samples, with so many harmless ones among them."""
    adverts, others = _written()
    yield from adverts
    for number in range(harmless):
        title, body, language = others[number % len(others)]
        copy = number // len(others)
        yield Sample(
            "bg-classifieds" if language == "bg" else "uk-services",
            title + (f" ({copy + 1})" if copy else ""),
            body,
            AdType.JOB if "работник" in title else AdType.BENIGN,
            {language: 0.97},
            day=number % 15,
            days=3 + number % 5,
            gone=number % 7 == 3,
        )


def parse(text: str, name: str) -> tuple[str, list[Mention], list[Hit]]:
    """A text without its marks, and what they mark; a hit may hold a mention."""
    mentions: list[Mention] = []
    hits: list[Hit] = []
    while (match := _MARK.search(text)) is not None:
        kind, value, words = match.groups()
        start = match.start()
        removed = len(match.group()) - len(words)
        # Innermost marks are found first: what was found already lies before this mark, within it, or behind it.
        lead = len(kind) + len(value) + 3
        text = text[:start] + words + text[match.end() :]
        mentions = [_moved(item, match, lead, removed) for item in mentions]
        hits = [_moved(item, match, lead, removed) for item in hits]
        end = start + len(words)
        if kind == "hit":
            hits.append(
                Hit(
                    indicator=value,
                    field=name,
                    start=start,
                    end=end,
                    text=words,
                    method="pattern",
                    confidence=0.9,
                    rule=f"{value}.1",
                )
            )
        else:
            mentions.append(_mention(MentionKind(kind), value, words, name, start))
    return text, mentions, hits


def _moved(item: Any, mark: re.Match[str], lead: int, removed: int) -> Any:
    if item.start < mark.start():
        return item
    shift = lead if item.start < mark.end() else removed
    return item.model_copy(update={"start": item.start - shift, "end": item.end - shift})


def _mention(kind: MentionKind, value: str, words: str, name: Any, start: int) -> Mention:
    normal: Any = value
    if kind is MentionKind.AGE:
        normal = int(value)
    elif kind is MentionKind.PRICE:
        normal = {"amount": float(value), "currency": "BGN" if "л" in words or "lv" in words else "EUR", "per": None}
    elif kind is MentionKind.PLACE:
        country = {"Germany": "DE", "Hannover": "DE", "Vienna": "AT", "Rotterdam": "NL"}
        british = {"Leeds", "Bradford", "York"}
        # As the gazetteer calls them: a country alone has no name, Hannover is Hanover.
        name_of = {"Germany": "", "Hannover": "Hanover"}
        normal = {"name": name_of.get(value, value), "country": country.get(value, "GB" if value in british else "BG")}
        if value in SPOTS:
            normal |= dict(zip(("lat", "lon"), SPOTS[value], strict=True))
    obscured = any(word in words for word in (" nula ", " at ", " dot "))
    return Mention(
        kind=kind,
        text=words,
        value=normal,
        field=name,
        start=start,
        end=start + len(words),
        extractor=f"invented.{kind.value}",
        confidence=0.92,
        obscured=obscured,
        disguise=("words",) if obscured else (),
    )


def band_of(score: int) -> Band:
    """The band of an invented score."""
    return Band.URGENT if score >= 75 else Band.HIGH if score >= 50 else Band.MEDIUM if score >= 25 else Band.LOW


def screened(sample: Sample, number: int, catalogue: Mapping[str, Indicator]) -> tuple[Advert, Screening]:
    """An advert and its screening."""
    title, mentions, hits = parse(sample.title, "title")
    body, more_mentions, more_hits = parse(sample.body, "body")
    advert = Advert(
        source_id=sample.source,
        key=str(4000 + number),
        url=f"https://ads.example.com/{sample.source}/{4000 + number}",
        title=title,
        body=body,
        place=sample.place,
        contact=sample.contact,
        price=Price(raw=sample.price) if sample.price else None,
        category="работа" if sample.ad_type is AdType.JOB else "",
        extra=dict(sample.extra),
        posted_at=START + timedelta(days=sample.day),
        captured_at=START + timedelta(days=sample.day, hours=3),
        capture_id=f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        run_id=RUN,
    )
    derived = [
        Hit(indicator=name, method="derived", confidence=0.8, rule="employer.absent", note=ABSENT) for name in sample.absent
    ]
    return advert, screening(advert, [*mentions, *more_mentions], [*hits, *more_hits, *derived], sample, catalogue)


def screening(
    advert: Advert, mentions: Sequence[Mention], hits: Sequence[Hit], sample: Sample, catalogue: Mapping[str, Indicator]
) -> Screening:
    """A screening, its hits set by hand, its score, band and reasons the program's own."""
    scored = score_advert(hits)
    return Screening(
        advert_id=advert.id,
        content_hash=advert.content_hash,
        screened_at=START + timedelta(days=sample.day, hours=4),
        languages=tuple(LanguageGuess(lang=code, confidence=sure) for code, sure in sample.languages.items()),
        latin_bg=bool(sample.reading),
        ad_type=sample.ad_type,
        mentions=tuple(mentions),
        hits=tuple(hits),
        score=scored.score,
        band=scored.band,
        reasons=scored.reasons,
        folded=f"{advert.title} {advert.body}".lower(),
        reading=sample.reading,
        pipeline=PIPELINE,
    )


@dataclass
class Filled:
    """What was put into ledger and index."""

    adverts: dict[str, AdvertDoc]
    clusters: dict[str, ClusterDoc]

    def of(self, operation: str) -> ClusterDoc:
        """The cluster of an operation."""
        return self.clusters[cluster_id(operation)]


def fill(
    ledger: Ledger, index: AdIndex, catalogue: Mapping[str, Indicator], chosen: Iterable[Sample] | None = None,
    landing: Landing | None = None,
) -> Filled:  # fmt: skip
    """Put the samples into a ledger and an index, as a run would have; with a landing area their lines are there too."""
    pairs = [
        (sample, *screened(sample, number, catalogue)) for number, sample in enumerate(samples() if chosen is None else chosen)
    ]
    _take_in(ledger, pairs, _write(ledger, landing, pairs) if landing is not None else {})
    groups: dict[str, list[str]] = {}
    for sample, advert, _ in pairs:
        if sample.operation:
            groups.setdefault(sample.operation, []).append(advert.id)
    docs = {advert.id: _doc(ledger, sample, advert, found) for sample, advert, found in pairs}
    heads = {name for name, entry in catalogue.items() if entry.head_of_queue}
    for one, doc in docs.items():
        if any(hit.indicator in heads for hit in doc.screening.hits):
            docs[one] = doc.model_copy(update={"head_of_queue": True})
    index.put_adverts(docs.values())
    clusters = {}
    for operation, ids in groups.items():
        doc, links = clustered(operation, [docs[one] for one in ids], catalogue)
        ledger.put_clusters([doc.cluster])
        ledger.put_links(item.link for item in links)
        index.put_clusters([doc])
        index.put_links(links)
        clusters[doc.id] = doc
    index.refresh()
    _save_run(ledger, pairs)
    return Filled(docs, clusters)


def _write(
    ledger: Ledger, landing: Landing, pairs: Sequence[tuple[Sample, Advert, Screening]]
) -> dict[str, LineRef]:  # fmt: skip
    """Write adverts and screenings as lines; returns where each advert lies."""
    folder = f"invented/{RUN}"
    places = landing.write_lines(folder, "adverts.jsonl", "adverts", (advert for _, advert, _ in pairs))
    lines = landing.write_lines(folder, "screenings.jsonl", "screenings", (found for _, _, found in pairs))
    refs = [
        ScreeningRef(
            advert_id=found.advert_id, content_hash=found.content_hash, pipeline=found.pipeline.key, band=found.band,
            score=found.score, run_id=RUN, **line.model_dump(),
        )
        for (_, _, found), line in zip(pairs, lines, strict=True)
    ]  # fmt: skip
    ledger.save_screenings(refs)
    return {advert.id: line for (_, advert, _), line in zip(pairs, places, strict=True)}


def _take_in(ledger: Ledger, pairs: Sequence[tuple[Sample, Advert, Screening]], places: Mapping[str, LineRef]) -> None:
    for source in sorted({advert.source_id for _, advert, _ in pairs}):
        seen = [
            SeenAdvert(
                advert_id=advert.id,
                content_hash=advert.content_hash,
                url=advert.url,
                captured_at=advert.captured_at,
                **places.get(advert.id, _line(advert)).model_dump(),
            )
            for _, advert, _ in pairs
            if advert.source_id == source
        ]
        ledger.take_in(source, RUN, seen, complete=True, at=START + timedelta(days=19))


def _line(advert: Advert) -> LineRef:
    folder = f"captures/{advert.source_id}/{RUN}"
    return LineRef(file=f"{folder}/a1-adverts-00001.jsonl", offset=int(advert.key, 36) % 10_000, length=900)


def _doc(ledger: Ledger, sample: Sample, advert: Advert, found: Screening) -> AdvertDoc:
    first = advert.captured_at
    last = first + timedelta(days=sample.days)
    state = AdvertState(
        advert_id=advert.id,
        source_id=advert.source_id,
        url=advert.url,
        first_seen=first,
        last_seen=last,
        gone_since=last + timedelta(days=1) if sample.gone else None,
        content_hash=advert.content_hash,
        versions=1,
        landing_file=_line(advert).file,
        landing_offset=0,
        landing_length=900,
    )
    newest = ledger.newest_decisions("advert", [advert.id]).get(advert.id)
    return AdvertDoc(
        advert=advert,
        state=state,
        screening=found,
        cluster_id=cluster_id(sample.operation) if sample.operation else "",
        keys=tuple(f"{item.kind.value}:{item.key}" for item in found.mentions if item.kind is MentionKind.PHONE),
        decision=newest.outcome if newest else None,
        decided_at=newest.decided_at if newest else None,
        version=int(last.timestamp() * 1000),
    )


def _save_run(ledger: Ledger, pairs: Sequence[tuple[Sample, Advert, Screening]]) -> None:
    at = START + timedelta(days=19)
    sources = tuple(sorted({advert.source_id for _, advert, _ in pairs}))
    crawls = []
    for source in sources:
        adverts = sum(1 for _, advert, _ in pairs if advert.source_id == source)
        crawls.append(
            CrawlReport(
                source_id=source,
                run_id=RUN,
                state="completed",
                started_at=at,
                finished_at=at + timedelta(seconds=41),
                reason="finished",
                requests=adverts + 6,
                pages=adverts + 5,
                bytes=adverts * 9000,
                adverts=adverts,
                new=adverts,
                filled={"title": 100.0, "body": 100.0, "price": 41.0},
            )
        )
    ledger.start_run(RUN, sources, at)
    ledger.save_run(
        RunReport(
            run_id=RUN,
            state="completed",
            started_at=at,
            finished_at=at + timedelta(seconds=88),
            sources=sources,
            crawls=tuple(crawls),
            steps=(
                StepReport(step="screen", done=len(pairs), seconds=11.2),
                StepReport(step="link", done=13, seconds=0.8),
                StepReport(step="index", done=len(pairs), seconds=0.6),
            ),
            bands={},
            clusters=3,
        )
    )
