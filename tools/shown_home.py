"""What the pictures of tools/screenshots.py show beyond adverts: people at work, cases, watches, learners, versions, hubs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from review.train.cases import load_cases
from review.train.marking import mark
from strazha.evidence.landing import Landing
from strazha.ledger import FoundIdentifier, Ledger
from strazha.ledger.casework_records import CaseItem
from strazha.ledger.records import SeenAdvert, TrainingAnswer
from strazha.ledger.watch_records import Asked, Kind, Watch
from strazha.ledger.work_records import Opinion
from strazha.model import Indicator, Outcome
from strazha.store import Query
from strazha.store.documents import AdvertDoc
from tools.invented import Sample, samples

#: A day after the invented adverts, so that the pictures do not change from day to day.
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SHEET = (
    "{place:%s|%s}. Nice flat, call any time of day or night, ask for {name:%s|%s}. {price:%s|%s pounds} an hour, own parking."
)


def shown_samples() -> Iterator[Sample]:
    """The invented adverts and a dozen copies of one sheet that move from town to town, beside a salon with the same names."""
    yield from samples()
    first = next(one for one in samples() if one.operation == "salon")
    names, towns = ("Mia", "Lea", "Eva"), ("Leeds", "York", "Bradford")
    for number in range(12):
        town, name, price = towns[number // 4], names[number % 3], 60 + number % 4 * 10
        source = ("uk-services", "bg-classifieds")[number % 2]
        yield replace(
            first, title=f"{name}, flat in {{place:{town}|{town}}}", operation="copies", source=source,
            day=number, place="", contact="", price="",
            body=SHEET % (town, town, name, name, price, price) + " Call {phone:+447700900177|07700 900177}",
        )  # fmt: skip


def at_work(ledger: Ledger, adverts: Sequence[str], clusters: Sequence[str]) -> None:
    """People at work, so that the pictures show it: a view, items taken, double reviews agreed on and not."""
    for name in ("boris.iliev", "vera.koleva"):
        ledger.add_user(name, "a password of no account", "analyst", AT)
    ledger.save_view("ana.petrova", "Urgent jobs", "kind=all&f=1&band=urgent&ad_type=job&decision=none", AT)
    for one in adverts[1:2]:
        ledger.take("advert", one, "boris.iliev", AT)
    for one in clusters[1:2]:
        ledger.take("cluster", one, "ana.petrova", AT)
    said = list(Outcome)
    for number, one in enumerate(adverts[4:16]):
        review = ledger.open_review("advert", one, "ana.petrova", AT)
        pair = (said[number % 4], said[number % 4 if number % 3 else 1])
        for reviewer, outcome in zip(("boris.iliev", "vera.koleva"), pair if number < 10 else pair[:1], strict=False):
            opinion = Opinion(reviewer=reviewer, outcome=outcome, reason="As far as the text goes", given_at=AT)
            ledger.give_opinion(review.id, opinion)


def in_a_case(ledger: Ledger, clusters: Sequence[str]) -> str:
    """A case folder with clusters and a note in it; its number."""
    case = ledger.open_case("Operation Lime", "R 118/2026", "ana.petrova", AT)
    for one in clusters:
        item = CaseItem(
            subject="cluster",
            subject_id=one,
            added_by="ana.petrova",
            added_at=AT + timedelta(minutes=1),
            reason="Named in the same tip",
        )
        ledger.put_in_case(case.id, item)
    ledger.add_note("case", case.id, "The subscriber was asked for on Friday.", "ana.petrova", AT)
    return case.id


def investigating(ledger: Ledger, adverts: Sequence[str], clusters: Sequence[str]) -> None:
    """Searches kept and shared, watches, an alert that went out and one that waits."""
    ledger.save_search("ana.petrova", "Farm work, high", "q=Германия&kind=all&sort=relevance&band=high", AT, ["vera.koleva"])
    ledger.save_search("ana.petrova", "Numbers of the vans", "contact=0888 00&kind=all&sort=priority", AT)
    ledger.save_search("boris.iliev", "Salons in Leeds", "q=Leeds&kind=adverts&sort=relevance&ad_type=adult", AT, ["*"])
    asked = tuple(Asked(kinds=("advert", "cluster"), query=Query(contact=one)) for one in ("0888 00 11", "@night_market"))
    watch = Watch(
        id="w1", owner="ana.petrova", name="Numbers of the vans", kind="list", source="0888 00 11\n@night_market", asked=asked,
        mail="ana.petrova@police.example.org", hook="https://hooks.example.org/strazha", secret="0" * 64, created_at=AT,
    )  # fmt: skip
    ledger.add_watch(watch)
    seen: dict[tuple[Kind, str], str] = {("cluster", one): "" for one in clusters[:1]}
    ledger.record_look(watch, seen, AT, quiet=True)
    for number, at in enumerate((AT - timedelta(hours=20), AT - timedelta(hours=2))):
        seen |= {("advert", one): "" for one in adverts[number * 3 : number * 3 + 3]}
        seen |= {("cluster", one): str(number) for one in clusters[:1]}
        alert = ledger.record_look(watch, seen, at, targets={"mail": watch.mail, "hook": watch.hook})
        for delivery in ledger.due_deliveries(at):
            ledger.claim_delivery(delivery, at)
            if delivery.channel == "mail":
                ledger.delivered(delivery.id, at)
            else:
                ledger.failed_delivery(delivery, "ConnectTimeout", at)
        if alert is not None and not number:
            ledger.read_alerts("ana.petrova", AT, alert.id)


def changed(ledger: Ledger, landing: Landing, docs: Mapping[str, AdvertDoc], one: str) -> None:
    """An advert's second version, as a further crawl takes it in: other words, another price."""
    old = docs[one].advert
    body = old.body.replace("Пътят", "Пътят и квартирата").replace("само", "предимно") + "\nОще две места. Тръгване в неделя."
    new = old.model_copy(update={"content_hash": "f" * 64, "captured_at": old.captured_at + timedelta(days=2), "body": body})
    (ref,) = landing.write_lines("invented/second", "adverts.jsonl", "adverts", [new])
    seen = SeenAdvert(advert_id=one, content_hash=new.content_hash, captured_at=new.captured_at, **ref.model_dump())
    ledger.take_in(new.source_id, "20261120T060000Z-second", [seen], complete=False, at=new.captured_at)


def learning(ledger: Ledger, catalogue: Mapping[str, Indicator]) -> None:
    """Exercises answered, rightly and not."""
    cases = [one for one in load_cases(catalogue).values() if one.key.language == "en" and len(one.key.indicators) > 2]
    for number, case in enumerate(cases[:9]):
        seen = list(case.key.indicators)[: None if number % 3 else 2]
        outcome = case.key.best[0].value if number % 4 else Outcome.SPAM.value
        found = mark(case, seen, outcome, catalogue)
        answer = TrainingAnswer(
            id=f"shown{number}", learner="ana.petrova", case_id=case.id, case_version=case.version, level=case.key.level,
            form=case.key.form, hit=found.hit, missed=found.missed, wrong=found.wrong, outcome=outcome, verdict=found.verdict,
            passed=found.passed, at=AT - timedelta(days=3, hours=-number),
        )  # fmt: skip
        ledger.add_training_answer(answer)


def shared_by_many(ledger: Ledger, clusters: Sequence[Any]) -> None:
    """Contacts that unlike advertisers share."""
    keys = dict.fromkeys(key for doc in clusters for key in doc.contacts)
    why = ("3 unlike adverts share it (3 towns)", "5 unlike adverts share it (4 different names, 3 towns)")
    found = [
        FoundIdentifier(key=key, adverts=4 + 5 * number, trust=round(0.4 - 0.15 * number, 2), why=why[number], found_at=AT)
        for number, key in enumerate(list(keys)[:2])
    ]
    ledger.put_identifiers(found)
