"""Prices as ``{"amount", "currency", "per"}``.

The amounts come from extract/amounts.py. The period is read from the words beside an amount; where there are none, from what
the money is for (a wage is per month, a fee is once, a fare is per trip).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nlp.extract.lexicon import word_set
from nlp.extract.page import Found, Page, View
from nlp.extract.price_bare import bare
from nlp.extract.price_period import LEV_PER_EURO, again, alike, period, session
from nlp.extract.price_rules import Rules, page_kinds, rules_for
from nlp.extract.price_words import NIGHTS
from strazha.model.screening import MentionKind

KIND = MentionKind.PRICE
NAME = "price"


def extract(page: Page) -> None:
    """Add the prices of both fields; places, telephones and links must have been found before."""
    rules = rules_for(page.known_codes("en", "bg"))
    kind = _page_kind(page, rules)
    for view in page.views:
        # What the reading gave is not taken again from the text as typed.
        seen = bytearray(len(view.captured))
        for source in (*(other for other in page.readings if other.name == view.name), view):
            before = bytes(seen) if source is view and page.readings else b""
            for found in _prices(page, source, rules, kind):
                first, last = source.normal.original(found.start, found.end)
                if before.find(1, first, last) < 0:
                    seen[first:last] = b"\1" * (last - first)
                    source.add(found)


#: "No papers needed" sells none.
_WITHOUT = word_set("no without not без нет fara ohne keine kein χωρις bez sin нема")


def _page_kind(page: Page, rules: Rules) -> str:
    """What the advert offers as far as prices care: ``fare``, ``job``, ``rent``, ``deal``, ``massage`` or nothing.

    The title counts double.
    """
    counts = Counter[str]()
    kinds = page_kinds()
    for view in page.views:
        source = next((other for other in page.readings if other.name == view.name), view)
        weight = 2 if view.name == "title" else 1
        for names in filter(None, map(rules.offers.__getitem__, source.vocabulary)):
            for name in names:
                counts[name] += weight
        for names in filter(
            None, map(rules.offers.__getitem__, view.vocabulary - source.vocabulary if source is not view else ())
        ):
            if names[-1][0] == "+":
                counts[names[-1]] += weight
    more = Counter({name: counts["+" + name] for name in ("job", "fare", "deal", "adult")})
    titles = [view for view in page.all_views() if view.name == "title"]
    deal = any(next(rules.deal.places(view.words, view.texts, view.vocabulary), None) for view in titles)
    if deal and not counts["fare"] and counts["rent"] < 2:
        return "deal"
    promised = more["deal"] and any(
        kinds.word(word.text) == "deal" and not (at and view.words[at - 1].text in _WITHOUT)
        for view in titles
        for at, word in enumerate(view.words)
    )
    carried = counts["fare"] + more["fare"]
    if promised and more["deal"] >= max(3, counts["job"], carried) and counts["rent"] < 3 and not _route_in_title(page):
        return "deal"
    if counts["job"] < 3 and any(any(map(rules.massage.word, view.vocabulary)) for view in titles):
        return "massage"
    if (counts["fare"] or counts["job"] < 2) and _route_in_title(page):
        counts["fare"] += 3
    counts["fare"] += more["fare"]
    return _likeliest(counts, more)


def _likeliest(counts: Counter[str], more: Counter[str]) -> str:
    best = max(("job", "fare", "rent"), key=lambda name: counts[name])
    if best == "fare" and counts["job"] >= counts["fare"] - 2 and counts["job"] >= 3:
        # "Търсим шофьор за автобус": work with carriage.
        return "job"
    if best == "fare" and counts["fare"] < 3:
        best = "job"
    if more["adult"] >= 2 and more["adult"] > counts["job"] and (best != "fare" or more["adult"] > counts["fare"]):
        return ""
    if counts[best] >= 2:
        return best
    return "job" if counts["job"] or (more["job"] >= 2 + counts["fare"] + more["deal"] and counts["rent"] < 2) else ""


def _route_in_title(page: Page) -> bool:
    """True where the title leads from one place to another: the advert is about carriage, as a rule."""
    tags = {
        tag
        for view in page.all_views()
        if view.name == "title"
        for found in view.found
        if found.kind is MentionKind.PLACE
        for tag in found.tags
    }
    return {"origin", "destination"} <= tags


def _prices(page: Page, view: View, rules: Rules, kind: str) -> Iterator[Found]:
    numbers = rules.money.numbers(view)
    if not numbers:
        return
    amounts = list(rules.money.amounts(page, view, numbers))
    nightly = kind == "rent" and any(NIGHTS.search(other.plain) for other in page.all_views() if other.name == "title")
    for index, amount in enumerate(amounts):
        last = amounts[index - 1].after if index and amounts[index - 1].before != amount.before else 0
        if index and amounts[index - 1].before == amount.before:
            amount.per, amount.sure, amount.after = amounts[index - 1].per, amounts[index - 1].sure, amounts[index - 1].after
            continue
        period(view, amount, rules, last, kind)
        if nightly and amount.per == "month" and not amount.sure:
            amount.per = "day"
        if index:
            again(view, amounts[index - 1], amount)
            session(view, amounts[index - 1], amount)
            alike(view, amounts[:index], amount)
    amounts.extend(list(bare(page, view, numbers, amounts, rules, kind)))
    for amount in amounts:
        value: dict[str, float | str | None] = {"amount": amount.value, "currency": amount.currency, "per": amount.per}
        if amount.currency in {"BGN", "EUR"}:
            rate = LEV_PER_EURO if amount.currency == "BGN" else 1.0
            value["amount_eur"] = round(amount.value / rate, 2)
        yield Found(KIND, amount.start, amount.end, value, NAME, 0.92 if amount.sure else 0.75)
