"""A home of the bar's size for ``benchmarks.review``, filled once through the real ledger and the real index."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

from flows.steps import catalogue
from strazha.clock import now
from strazha.ledger import Ledger, open_ledger
from strazha.model import Decision, Link, LinkReason, Outcome
from strazha.settings import Settings
from strazha.store import open_index
from strazha.store.base import AdIndex
from strazha.store.documents import LinkDoc
from tools.invented import Filled, Sample, fill, samples
from tools.invented_clusters import cluster_id

#: Harmless adverts among the 32 of a turn: so that 100,000 adverts make about 8,000 clusters, as the bar has it.
HARMLESS = 19
#: Adverts of the one large cluster, and to how many of the following each is linked.
GIANT, NEIGHBOURS = 300, 5
#: Decided already: every so-manieth cluster and advert.
DECIDED_CLUSTERS, DECIDED_ADVERTS = 6, 30
#: What a filled folder says of itself.
NOTE = "filled.json"


@dataclass(frozen=True)
class House:
    """What there is to ask for."""

    adverts: list[str]
    clusters: list[str]
    giant: str
    links: int
    seconds: float


def many(count: int) -> Iterator[Sample]:
    """So many samples: the invented ones over and over, each time as other operations and with a word of their own."""
    base = list(samples(HARMLESS))
    large = [sample for sample in base if sample.operation == "salon"]
    giant = min(GIANT, count // 20)
    for number in range(count - giant):
        sample, turn = base[number % len(base)], number // len(base)
        yield replace(
            sample,
            title=f"{sample.title} x{turn}",
            body=f"{sample.body}\nref{number}",
            operation=f"{sample.operation}{turn}" if sample.operation else "",
            day=(sample.day + turn) % 17,
        )
    for number in range(giant):
        sample = large[number % len(large)]
        body = f"{sample.body}\nbig{number}"
        yield replace(sample, title=f"{sample.title} big{number}", body=body, operation="giant", day=number % 17)


def opened(folder: Path, adverts: int) -> House:
    """The house in a folder, filled where that was not done before. SystemExit where the folder holds another one."""
    note = folder / NOTE
    if note.is_file():
        held = json.loads(note.read_text(encoding="utf-8"))
        if len(held["adverts"]) != adverts:
            raise SystemExit(f"{folder} holds {len(held['adverts']):,} adverts: name another folder, or the same number")
        return House(**held)
    settings = Settings(home=folder)
    begun = time.perf_counter()
    with open_ledger(settings.ledger) as ledger, open_index(settings) as index:
        filled = fill(ledger, index, catalogue(), many(adverts))
        links = _dense(ledger, index, filled)
        _decided(ledger, index, filled)
        index.refresh()
    seconds = round(time.perf_counter() - begun, 1)
    house = House(list(filled.adverts), list(filled.clusters), cluster_id("giant"), links, seconds)
    note.write_text(json.dumps(asdict(house)), encoding="utf-8")
    return house


def _dense(ledger: Ledger, index: AdIndex, filled: Filled) -> int:
    """Link the large cluster's members to several others each, as linking would: its page has them all to read."""
    ids = sorted(filled.of("giant").cluster.members)
    pairs = {pair for step in range(1, NEIGHBOURS + 1) for pair in zip(ids, ids[step:], strict=False)}
    docs = []
    for number, (a, b) in enumerate(sorted(pairs)):
        score = 0.6 + number % 40 / 100
        reason = LinkReason(comparison="text", score=score, text=f"{score:.0%} of their wording is the same.")
        link = Link(a=a, b=b, score=score, reasons=(reason,))
        docs.append(LinkDoc(link=link, cluster_id=cluster_id("giant"), version=filled.of("giant").version))
    ledger.put_links(doc.link for doc in docs)
    return index.put_links(docs)


def _decided(ledger: Ledger, index: AdIndex, filled: Filled) -> None:
    at = now() - timedelta(days=2)
    outcomes = itertools.cycle(Outcome)
    kinds = (("cluster", list(filled.clusters)[::DECIDED_CLUSTERS]), ("advert", list(filled.adverts)[::DECIDED_ADVERTS]))
    for kind, ids in kinds:
        for number, one in enumerate(ids):
            outcome = next(outcomes)
            decision = Decision.model_validate({
                "id": f"bench{kind}{number}", "subject": kind, "subject_id": one, "outcome": outcome,
                "reason": "as far as the text goes", "decided_by": "person0", "decided_at": at + timedelta(seconds=number),
            })  # fmt: skip
            ledger.add_decision(decision)
            index.decide(kind, one, outcome, decision.decided_at)
