"""Prices as ``{"amount", "currency", "per"}``.

The amounts come from extract/amounts.py. The period is read from the words beside an amount; where there are none, from what
the money is for (a wage is per month, a fee is once, a fare is per trip).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from nlp.extract.amounts import SYMBOLS, Amount, Money, Number
from nlp.extract.digits import number_words
from nlp.extract.lexicon import Lexicon
from nlp.extract.page import Found, Page, View
from nlp.lang import languages
from strazha.model.screening import MentionKind

KIND = MentionKind.PRICE
NAME = "price"

_CODES = (
    "EUR",
    "BGN",
    "USD",
    "GBP",
    "CHF",
    "PLN",
    "CZK",
    "DKK",
    "NOK",
    "SEK",
    "RON",
    "HUF",
    "TRY",
    "RSD",
    "UAH",
    "RUB",
    "BAM",
    "MDL",
)
_PERIODS = ("hour", "day", "week", "month")
#: A bare amount between these (in the currency's own units) in an advert for work is the month's pay.
_MONTHLY = {
    "EUR": (350, 8000),
    "GBP": (500, 7000),
    "USD": (400, 9000),
    "BGN": (600, 9000),
    "CHF": (700, 9000),
    "RON": (1500, 30_000),
    "PLN": (1500, 30_000),
    "CZK": (10_000, 90_000),
    "UAH": (8_000, 150_000),
    "RUB": (20_000, 500_000),
    "TRY": (8_000, 150_000),
    "RSD": (30_000, 400_000),
}
#: Bare pay below this is an hour's.
_HOURLY = {"EUR": 45, "GBP": 45, "USD": 45, "CHF": 60, "BGN": 30}
_EXTRA = frozenset(
    [
        "net",
        "neto",
        "netto",
        "нето",
        "нетто",
        "брутто",
        "чисто",
        "чисти",
        "чистыми",
        "бруто",
        "brutto",
        "gross",
        "brut",
        "cash",
        "bar",
        "кеш",
        "rent",
        "наем",
        "each",
        "нетно",
        "руки",
        "руку",
        "first",
        "first",
        "full",
        "двете",
        "двама",
        "двамата",
        "both",
        "beide",
        "beiden",
        "ambas",
        "amandoua",
        "zusammen",
        "общо",
        "заедно",
        "together",
        "работа",
        "труд",
        "work",
        "чистыми",
        "чистими",
        "καθαρα",
        "neta",
        "mana",
    ]
)
#: Words before a number that is a limit, an age or an address rather than a price.
_LIMITS = frozenset(
    (  # noqa: SIM905
        "над под около към след преди номер over under above below until till after before room gate unit block bis ab nach "
        "peste sub pana dupa от до для старше младше више испод преко hasta desde mayor menor вход етаж бл стая кв линия "
        "възраст age aged alter varsta edad yas lasts last the ages"
    ).split()  # noqa: SIM905
)
#: "£400 a week, of which £100 goes on room": a part of a sum has its period.
_PART = re.compile(
    r"(?:of which|minus|less|от тях|от които|минус|davon|abzuglich|din care|minus|из них|з них|од тога|od toga|de los cuales|"
    r"menos|απο αυτα|μειον|bunun)\s(?:[^\W\d]{1,12}\s){0,1}$"
)
#: Abbreviations of units, whose full stop does not end a sentence.
_SHORT = frozenset({"мин", "min", "std", "h", "ч", "хв", "dk", "dak", "λεπτ", "mins", "hr", "сек", "год", "mo"})
_LINKS = frozenset(
    "от from ab de la is e е за до само only nur doar по cost costs струва цена ist η απο od now price about около kostet kosten "
    "cuesta стоит коштує кошта κοστιζει costa costa е са are rate was just къмто приблизително approx ca circa примерно".split()
)
_GAP_AFTER = re.compile(r"[ \t.]{0,2}[)/(=:|–—-]?[ \t]{0,2}")
_GAP_BEFORE = re.compile(r"\.?[ \t]{0,2}[:=–—-]?[ \t]{0,2}")
#: The same sum in a second currency: "1200 лв (613 €)", "11 лв/ч / 5,62 евро"; the fixed rate of lev to euro tells it surely.
_AGAIN = re.compile(r"[ \t.]{0,2}(?:[(/=|≈~]|или|or|oder|sau|/ч\.?)?[ \t]{0,2}[(]?[ \t]{0,2}")
LEV_PER_EURO = 1.95583
#: "2000 евро за 40 часа" is the pay of a working week or month of so many hours, not the price of them.
_WEEKLY_HOURS = 20
_MINUTES = ("мин", "min", "хв", "dak", "dk", "λεπτ")
_CLAUSE_END = re.compile(r"[.!?;](?=\s)|\n")


class Rules:
    """The words of one set of languages, ready for look-up."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        known = [languages()[code] for code in codes]
        others = [data for data in languages().values() if data not in known]
        currencies = {code.lower(): code for code in _CODES} | {"zl": "PLN", "kc": "CZK"}
        for data in (*known, *others):
            for currency, words in data.currency.items():
                for word in words:
                    currencies.setdefault(word, currency)
        self.numbers = number_words(codes)
        thousand = frozenset(word for data in known for word in data.thousand)
        crowns = frozenset(word for data in languages().values() for word in data.crowns)
        self.money = Money(self.numbers, thousand, currencies, crowns)
        periods: dict[str, str] = {}
        for data in known:
            for period, words in data.periods.items():
                for word in words:
                    periods.setdefault(word, period)
        self.periods: Lexicon[str] = Lexicon(periods)
        self.adverbs: Lexicon[str] = Lexicon(
            {word: periods[word] for data in known for word in data.adverbs if word in periods}
        )
        self.per = frozenset(word for data in known for word in data.per) | {"за", "one"}
        self.every = frozenset(word for data in known for word in data.every)
        self.half = Lexicon.of(word for data in known for word in data.half_hour)
        self.seats = Lexicon.of(word for data in known for word in data.seats)
        purposes: dict[str, str] = {}
        for name in ("fee", "wage", "rent", "fare"):
            for data in known:
                purposes |= {word: name for word in getattr(data, name) if word not in purposes}
        self.purposes: Lexicon[str] = Lexicon(purposes)
        self.job = Lexicon.of(word for data in known for word in data.job)
        self.fare = Lexicon.of(word for data in known for word in data.fare)
        self.rent = Lexicon.of(word for data in known for word in data.rent)
        self.years = Lexicon.of(word for data in known for word in data.age.years)


@lru_cache(maxsize=64)
def rules_for(codes: tuple[str, ...]) -> Rules:
    """The rules of these languages, earlier ones first where words clash."""
    return Rules(codes)


def extract(page: Page) -> None:
    """Add the prices of both fields; places, telephones and links must have been found before."""
    rules = rules_for(tuple(dict.fromkeys((*(code for code in page.codes if code in languages()), "en", "bg"))))
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


def _page_kind(page: Page, rules: Rules) -> str:
    """What the advert offers as far as prices care: ``fare``, ``job``, ``rent`` or nothing. The title counts double."""
    counts = {"job": 0, "fare": 0, "rent": 0}
    for view in page.views:
        source = next((other for other in page.readings if other.name == view.name), view)
        weight = 2 if view.name == "title" else 1
        words = source.vocabulary
        for name, lexicon in (("job", rules.job), ("fare", rules.fare), ("rent", rules.rent)):
            counts[name] += weight * sum(map(bool, map(lexicon.word, words)))
    if _route_in_title(page):
        counts["fare"] += 3
    best = max(counts, key=lambda name: counts[name])
    if best == "fare" and counts["job"] >= counts["fare"] - 2 and counts["job"] >= 3:
        # "Търсим шофьор за автобус": work with carriage.
        return "job"
    if best == "fare" and counts["fare"] < 3:
        return "job" if counts["job"] >= 2 else ""
    return best if counts[best] >= 2 else "job" if counts["job"] else ""


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
    for index, amount in enumerate(amounts):
        last = amounts[index - 1].after if index and amounts[index - 1].before != amount.before else 0
        if index and amounts[index - 1].before == amount.before:
            amount.per, amount.sure, amount.after = amounts[index - 1].per, amounts[index - 1].sure, amounts[index - 1].after
            continue
        _period(view, amount, rules, last, kind)
        if index:
            _again(view, amounts[index - 1], amount)
    amounts.extend(list(_bare(view, numbers, amounts, rules, page=page, kind=kind)))
    for amount in amounts:
        value: dict[str, float | str | None] = {"amount": amount.value, "currency": amount.currency, "per": amount.per}
        if amount.currency in {"BGN", "EUR"}:
            rate = LEV_PER_EURO if amount.currency == "BGN" else 1.0
            value["amount_eur"] = round(amount.value / rate, 2)
        yield Found(KIND, amount.start, amount.end, value, NAME, 0.92 if amount.sure else 0.75)


def _again(view: View, first: Amount, second: Amount) -> None:
    """Let two amounts that are one sum in two currencies, or a sum and its part, have one period."""
    if first.sure and not second.sure and _PART.search(view.plain, first.after, second.before):
        second.per, second.sure = first.per, True
    if first.currency == second.currency or not _AGAIN.fullmatch(view.plain, first.after, second.before):
        return
    rates = {("BGN", "EUR"): LEV_PER_EURO, ("EUR", "BGN"): 1 / LEV_PER_EURO}
    rate = rates.get((first.currency, second.currency))
    if rate is not None and second.value and abs(first.value / second.value / rate - 1) > 0.03:
        return
    if first.sure and not second.sure:
        second.per, second.sure = first.per, True
    elif second.sure and not first.sure:
        first.per, first.sure = second.per, True
    elif not first.sure:
        second.per = first.per


def _period(view: View, amount: Amount, rules: Rules, last: int, kind: str) -> None:
    """Set the period of an amount: from the words after it, from those before it, else from what it is for."""
    if _period_after(view, amount, rules, kind) or _period_before(view, amount, rules, last, kind):
        amount.sure = True
        return
    start = max(
        [
            last,
            amount.before - 70,
            *(match.end() for match in _CLAUSE_END.finditer(view.plain, max(last, amount.before - 70), amount.before)),
        ]
    )
    ending = _CLAUSE_END.search(view.plain, amount.after, amount.after + 40)
    end = ending.start() if ending else amount.after + 40
    if period := _apart(view, rules, start, amount.before):
        amount.per = period
        return
    amount.per = _purpose(view, amount, rules, (start, end), kind)
    small = kind == "job" and amount.value < _HOURLY.get(amount.currency, 0)
    if small and (amount.per == "month" or (amount.per == "once" and amount.value % 1 and amount.value > 5)):
        amount.per = "hour"


def _period_after(view: View, amount: Amount, rules: Rules, kind: str) -> bool:
    words, index, at = view.words, view.word_after(amount.after), amount.after
    quantity, skipped = "", 0
    while index < len(words) and skipped < 6:
        word = words[index]
        if word.start - at > 4 or not _GAP_AFTER.fullmatch(view.plain, at, word.start):
            return False
        if ". " in view.plain[at : word.start] and view.text[word.start].isupper() and not word.text.isdigit():
            return False
        if rules.half.at(words, index):
            amount.per, amount.after = None, word.end
            return True
        # A preposition that is also a unit ("a", "h") counts as a unit only where no unit follows it.
        found = rules.periods.at(words, index)
        if found and (found[0] == "hour" and quantity.isdigit() and int(quantity) >= _WEEKLY_HOURS):
            return False
        if found and kind == "job" and found[0] not in _PERIODS and rules.seats.word(word.text):
            return False
        if found and not (word.text in rules.per and index + 1 < len(words) and rules.periods.at(words, index + 1)):
            amount.per, amount.after = _of_unit(found[0], word.text, quantity, rules, kind), words[index + found[1] - 1].end
            # A unit that is followed at once by the next amount belongs to that one ("40 €, Stunde 180 €").
            return True
        if not quantity and (word.text.isdigit() or word.text in rules.numbers.values) and word.text not in rules.per:
            quantity = word.text
        elif word.text not in rules.per and word.text not in _EXTRA and word.text not in rules.every:
            return False
        at, index, skipped = word.end, index + 1, skipped + 1
    return False


def _period_before(view: View, amount: Amount, rules: Rules, last: int, kind: str) -> bool:
    words, index, at = view.words, view.word_after(amount.before) - 1, amount.before
    for _ in range(4):
        if index < 0 or words[index].start < last or not _GAP_BEFORE.fullmatch(view.plain, words[index].end, at):
            return False
        if view.plain[words[index].end] == "." and words[index].text not in _SHORT:
            return False
        if rules.half.before(words, index):
            amount.per = None
            return True
        if found := rules.periods.before(words, index):
            first = index - found[1] + 1
            near = first > 0 and words[first - 1].start >= last and words[first].start - words[first - 1].end <= 1
            previous = words[first - 1].text if near else ""
            quantity = previous if previous.isdigit() or previous in rules.numbers.values else ""
            if previous and rules.half.word(previous):
                quantity = "30"
            amount.per = _of_unit(found[0], words[index].text, quantity, rules, kind)
            return found[0] in _PERIODS or words[index].text.startswith(_MINUTES)
        if words[index].text not in _LINKS and not rules.purposes.word(words[index].text):
            return False
        at, index = words[index].start, index - 1
    return False


def _of_unit(period: str, unit: str, quantity: str, rules: Rules, kind: str) -> str | None:
    if quantity == "60" and unit.startswith(_MINUTES):
        return "hour"
    if quantity and quantity != "1" and rules.numbers.values.get(quantity) != 1:
        # Half hours and several hours are no hourly price; several days or nights no daily one.
        return None
    if period in _PERIODS:
        return period
    return "trip" if kind == "fare" and rules.seats.word(unit) else None


def _apart(view: View, rules: Rules, start: int, end: int) -> str | None:
    """The period that an adverb or "every week" gives from elsewhere in the clause."""
    index = view.word_after(end) - 1
    while index >= 0 and view.words[index].start >= start:
        if found := rules.adverbs.word(view.words[index].text):
            return found
        if (
            index + 1 < len(view.words)
            and view.words[index].text in rules.every
            and (unit := rules.periods.word(view.words[index + 1].text)) in _PERIODS
        ):
            return unit
        index -= 1
    return None


def _purpose(view: View, amount: Amount, rules: Rules, clause: tuple[int, int], kind: str) -> str | None:
    """What an amount without a period is for: the nearest cue decides, the advert as a whole where there is none."""
    nearest, distance, seat = "", 1000, False
    start, end = clause
    words, index = view.words, view.word_after(start)
    while index < len(words) and words[index].start < end:
        found = rules.purposes.at(words, index)
        if found:
            word = words[index]
            away = amount.before - word.end if word.end <= amount.before else word.start - amount.after + 8
            if 0 <= away < distance:
                nearest, distance, seat = found[0], away, bool(rules.seats.word(word.text))
        index += 1
    if kind == "fare" and (
        seat or nearest in {"", "fare", "wage"} or amount.value >= _MONTHLY.get(amount.currency, (400, 0))[0]
    ):
        return "trip"
    low, high = _MONTHLY.get(amount.currency, (400, 9000))
    if nearest == "wage" or (nearest == "rent" and kind in {"rent", "job"}):
        return "month" if amount.value <= high else "once"
    if nearest == "fee":
        return "once"
    if kind == "job" and low <= amount.value <= high:
        return "month"
    return "month" if kind == "rent" and amount.value >= 50 else "once"


def _bare(view: View, numbers: list[Number], amounts: list[Amount], rules: Rules, *, page: Page, kind: str) -> Iterator[Amount]:
    """Amounts without a currency of their own take that of the advert's other prices."""
    default = next(
        (
            found.value["currency"]
            for other in page.all_views()
            for found in other.found
            if found.kind is KIND and isinstance(found.value, dict)
        ),
        "",
    )
    if not amounts and not default:
        return
    starts = [amount.before for amount in amounts]
    for number in numbers:
        index = bisect_right(starts, number.start)
        beside = amounts[max(0, index - 3) : index + 1]
        if number.value < 15 or any(number.start < amount.after and amount.before < number.end for amount in beside):
            continue
        if view.taken(number.start, number.end, tuple(MentionKind)):
            continue
        tail, head = view.plain[number.end : number.end + 2], view.plain[max(0, number.start - 2) : number.start]
        if (
            tail[:1] in {"%", ":"}
            or tail[:1].isalpha()
            or head.endswith(("-", "/", "#", ":"))
            or any(symbol in tail for symbol in SYMBOLS)
        ):
            continue
        currency = amounts[max(0, index - 1)].currency if amounts else str(default)
        amount = Amount(number.start, number.end, number.value, currency, number.start, number.end)
        if _bare_unit(view, amount, rules, kind) or _bare_rate(view, amount, amounts, rules, kind):
            yield amount
        elif _bare_cue(view, amount, rules, kind) or _bare_listed(view, amount, amounts, rules):
            yield amount


def _bare_unit(view: View, amount: Amount, rules: Rules, kind: str) -> bool:
    index = view.word_after(amount.end)
    before = view.words[view.word_after(amount.start) - 1].text if view.word_after(amount.start) else ""
    joined = index < len(view.words) and (
        view.words[index].text in rules.per or "/" in view.plain[amount.end : view.words[index].start]
    )
    if not joined or before in {"до", "do", "to", "till", "bis", "la", "из"} or not _period_after(view, amount, rules, kind):
        return False
    return amount.per is not None


def _bare_rate(view: View, amount: Amount, amounts: list[Amount], rules: Rules, kind: str) -> bool:
    """True for "half hour 70, hour £120", "час - 150, половин час - 90 лв": a period right before, a price close by."""
    if not any(-40 < amount.start - other.after < 40 or -40 < other.before - amount.end < 40 for other in amounts):
        return False
    tail = view.plain[amount.end : amount.end + 2].lstrip()
    if tail and tail[0] not in ",.;)/!|":
        return False
    index = view.word_after(amount.start) - 1
    if index < 0 or not (rules.half.before(view.words, index) or rules.periods.before(view.words, index)):
        return False
    return _period_before(view, amount, rules, 0, kind) or amount.per is None


def _bare_listed(view: View, amount: Amount, amounts: list[Amount], rules: Rules) -> bool:
    """True for the second price of a list that leaves the currency out: "деца до 7 - 40.", "9,000 euro, 3,000 on the day"."""
    near = [other for other in amounts if 0 < amount.start - other.after < 45]
    if not near or amount.value % 5 or amount.value < 10:
        return False
    other = near[-1]
    between = view.plain[other.after : amount.start]
    tail = view.plain[amount.end : amount.end + 2]
    if _PART.search(between):
        amount.per = other.per
        return True
    if _CLAUSE_END.search(between + " ") or not 0.15 <= amount.value / other.value <= 4 or not (tail[:1] in ",.;)" or not tail):
        return False
    index = view.word_after(amount.start) - 1
    word = view.words[index]
    gap = view.plain[word.end : amount.start]
    if word.start < other.after or word.text.isdigit() or gap not in {" ", " - ", " – ", ": ", "- "}:
        return False
    if gap == " " and rules.years.word(word.text):
        return False
    if word.text in _LIMITS or len(word.text) < 3:
        return False
    amount.per = other.per
    return True


def _bare_cue(view: View, amount: Amount, rules: Rules, kind: str) -> bool:
    """True where a wage or fee word stands right before the number and nothing countable after it."""
    index = view.word_after(amount.start) - 1
    following = view.word_after(amount.end)
    if following < len(view.words) and view.words[following].start - amount.end <= 2:
        word = view.words[following].text
        if (
            rules.years.word(word)
            or rules.periods.word(word)
            or (view.plain[amount.end : view.words[following].start] == " " and word.isdigit())
        ):
            return False
        if rules.purposes.word(word) == "fee" and view.plain[amount.end : view.words[following].start] == " ":
            amount.per = "once"
            return True
    if 1950 <= amount.value <= 2050 or index < 0 or amount.start - view.words[index].end > 3:
        return False
    for back in range(2):
        if index - back >= 0:
            purpose = rules.purposes.word(view.words[index - back].text)
            if purpose in {"wage", "fee"}:
                low, high = _MONTHLY.get(amount.currency, (400, 9000))
                amount.per = "month" if purpose == "wage" and low <= amount.value <= high else "once"
                return True
            if view.words[index - back].text not in _LINKS:
                return False
    return False
