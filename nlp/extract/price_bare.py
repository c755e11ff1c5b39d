"""Sums without a currency of their own, which take that of the advert's other prices."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from nlp.extract.amounts import SYMBOLS, Amount, Number
from nlp.extract.lexicon import word_set
from nlp.extract.page import Page, View
from nlp.extract.price_period import CLAUSE_END, LINKS, PART, period_after, period_before
from nlp.extract.price_rules import Rules
from nlp.extract.price_words import MONTHLY
from strazha.model.screening import MentionKind

KIND = MentionKind.PRICE
_ANYTHING = tuple(MentionKind)
#: What piece-work is paid by, where the unit stands before the sum.
_SUMS = word_set(
    """
    за for za по po обоје oboje beides zusammen total всичко общо вместо fur pentru por под asking take
    """
)
_FROM = word_set("от from ab от від од de la desde по")
#: What follows the second sum of a list, where no thing that is counted does.
_FOLLOWING = word_set(
    """
    за в във при на in at on for with when after before la pe pentru cu bei fur am im nach в на за при после для у для по після
    στο στη στην για με en por con para kod na za u pri sled v od zu den the
    """
)
_STARTS = re.compile(r"[,;/]\s?(?:(?:а|и|and|und|si|y|і|та|ve|και)\s)?$|\s(?:и|and|und|si|y|і|та|ve|και|а|i)\s$")
#: Words before a number that is a limit, an age or an address rather than a price.
LIMITS = word_set(
    """
    над под около към след преди номер over under above below until till after before room gate unit block bis ab
    nach peste sub pana dupa от до для старше младше више испод преко hasta desde mayor menor вход етаж бл стая кв
    линия възраст age aged alter varsta edad yas lasts last the ages
    """
)


def bare(  # noqa: PLR0917
    page: Page, view: View, numbers: Sequence[Number], amounts: list[Amount], rules: Rules, kind: str
) -> Iterator[Amount]:
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
        if view.taken(number.start, number.end, _ANYTHING):
            continue
        tail, head = view.plain[number.end : number.end + 2], view.plain[max(0, number.start - 2) : number.start]
        if (
            tail[:1] in {"%", ":"}
            or tail == " %"
            or tail[:1].isalpha()
            or head.endswith(("-", "/", "#", ":"))
            or any(symbol in tail for symbol in SYMBOLS)
        ):
            continue
        currency = amounts[max(0, index - 1)].currency if amounts else str(default)
        amount = Amount(number.start, number.end, number.value, currency, number.start, number.end)
        if (
            _bare_unit(view, amount, rules, kind)
            or _bare_rate(view, amount, amounts, rules, kind)
            or (kind == "deal" and _bare_sum(view, amount))
            or _bare_cue(view, amount, rules, kind)
            or _bare_listed(view, amount, amounts, rules)
        ):
            yield amount


def _bare_unit(view: View, amount: Amount, rules: Rules, kind: str) -> bool:
    index = view.word_after(amount.end)
    before = view.words[view.word_after(amount.start) - 1].text if view.word_after(amount.start) else ""
    joined = index < len(view.words) and (
        view.words[index].text in rules.per or "/" in view.plain[amount.end : view.words[index].start]
    )
    # "40 de ore pe săptămână" are forty hours.
    counted = index < len(view.words) and view.words[index].text == "de" and amount.value >= 20
    if (
        not joined
        or counted
        or before in {"до", "do", "to", "till", "bis", "la", "из"}
        or not period_after(view, amount, rules, kind)
    ):
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
    return period_before(view, amount, rules, 0, kind) or amount.per is None


def _bare_sum(view: View, amount: Amount) -> bool:
    """In a sale: "давам го за 2600", "oboje 20.000", "всички накуп - по 200"."""
    index = view.word_after(amount.start) - 1
    tail = view.plain[amount.end : amount.end + 2]
    alone = not tail or tail[0] in ",.;)!" or tail == " a" or tail.startswith("\n")
    if index < 0 or amount.value < 20 or amount.start - view.words[index].end > 3:
        return False
    word = view.words[index].text
    begins = word in _FROM and amount.value >= 100 and amount.value % 50 == 0
    parted = amount.value >= 300 and amount.value % 50 == 0 and _goes_on(view, amount)
    if word not in _SUMS and not begins and not parted:
        return False
    amount.per = "once"
    return alone or parted


def _goes_on(view: View, amount: Amount) -> bool:
    """True where a preposition follows: "7000 evro: 2000 pri podpisa", "80 euro an hour in Burgas, 100 in Sofia"."""
    index = view.word_after(amount.end)
    return (
        index < len(view.words)
        and view.plain[amount.end : view.words[index].start] == " "
        and view.words[index].text in _FOLLOWING
    )


def _bare_listed(view: View, amount: Amount, amounts: list[Amount], rules: Rules) -> bool:  # noqa: PLR0911
    """True for the second price of a list that leaves the currency out: "деца до 7 - 40.", "9,000 euro, 3,000 on the day"."""
    near = [other for other in amounts if 0 < amount.start - other.after < 45]
    if not near or amount.value % 5 or amount.value < 10:
        return False
    other = near[-1]
    between = view.plain[other.after : amount.start]
    tail = view.plain[amount.end : amount.end + 2]
    if PART.search(between):
        amount.per = other.per
        return True
    if CLAUSE_END.search(between + " ") is None and _STARTS.search(between) and _goes_on(view, amount):
        # "150 евро за профила и 50 за колелото"
        amount.per = other.per
        return 0.3 * other.value <= amount.value <= 3 * other.value and len(between) < 30
    if (
        CLAUSE_END.search(between + " ")
        or not 0.15 * other.value <= amount.value <= 4 * other.value
        or not (tail[:1] in ",.;)" or not tail)
    ):
        return False
    index = view.word_after(amount.start) - 1
    word = view.words[index]
    gap = view.plain[word.end : amount.start]
    if word.start < other.after or word.text.isdigit() or gap not in {" ", " - ", " – ", ": ", "- "}:
        return False
    if gap == " " and rules.years.word(word.text):
        # "copiii sub 6 ani 60": a child's fare.
        if index > 1 and view.words[index - 1].text.isdigit() and view.words[index - 2].text in LIMITS:
            amount.per = other.per
            return True
        return False
    if word.text in LIMITS or len(word.text) < 3:
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
                low, high = MONTHLY.get(amount.currency, (400, 9000))
                amount.per = "month" if purpose == "wage" and low <= amount.value <= high else "once"
                return True
            if view.words[index - back].text not in LINKS:
                return False
    return False
