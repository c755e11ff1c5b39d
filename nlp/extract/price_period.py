"""What a sum is paid for: the period that stands beside it, else what the money is for (a wage is a month's, a fee is once)."""

from __future__ import annotations

import re

from nlp.extract.amounts import Amount
from nlp.extract.lexicon import Word, word_set
from nlp.extract.page import View
from nlp.extract.price_rules import Rules
from nlp.extract.price_words import MONTHLY, NIGHTS, PARTED

LEV_PER_EURO = 1.95583
PERIODS = ("hour", "day", "week", "month")
#: "400lv/4as": an hour as Bulgarian is typed in Latin letters.
_HOUR_TYPED = re.compile(r"[ /]{0,2}(?:na |za )?(?:4|ch)as(?:a|ut|yt)?(?![\w])")
#: A currency's abbreviation with its full stop.
_ABBREVIATED = re.compile(r"(?<![^\W\d_])(?:лв|lv|руб|грн|евр|eur|р|дол|долл|крб|kc|zl|din|дин)\.\s$")
#: "£70/30 £120/60": a price and its minutes.
_SLASHED = re.compile(r"\s?/\s?(15|20|30|40|45|60|90|120)(?![\w.,:/-]|\s?[€$%]|£)")
#: "1650 лв + 100 лв карта за храна": what is added to a wage is paid as it is.
_PLUS = re.compile(r"\s?(?:\+|plus|плюс)\s?(?:[^\W\d_]+\s){0,3}")
_HELD = re.compile(r"депоз|depos|depoz|kaution|гаранц|garant|залог|завдат|застав|fianza|εγγυησ|kapora|kauc|капар")
#: Longer than an hour or a day, whatever the price of one.
_AND_HALF = re.compile(
    r"\s(?:и половина|и пол|and a half|y media|si jumatate|с половиной|і пів|з половиною|και μιση"
    r"|und eine halbe|i po|и по)(?!\w)"
)
#: "Цени за един час: релаксиращ масаж 70 лв., спортен 80 лв."
_HEADED = re.compile(
    r"(?:за (?:един |1 )?час|(?:per|one|an) hour|pe ora|o ora|(?:pro|eine) stunde|(?:por|una) hora|(?:за|на) годину|за сат"
    r"|saatlik|την ωρα|za sat|na 4as|za 4as)"
    r"\s?:"
)
_RANGE = re.compile(r"\s?[-–—/]\s?")
_LONG = word_set(
    "dinner overnight weekend уикенд вечеря abendessen wochenende ужин вечеря cina cena weekendul вихідні выходные викенд"
)
_FROM = re.compile(r"(?<!\w)(?:с|со|от|from|out of|vom|von|aus|din|de la|з|із|од|iz|od|del)\s")
_CRATES = word_set(
    """
    касетка касетката каса щайга кг килограм kg kilo kiste caja crate ящик lada cutie τελαρο гајба kasa кашон
    """
)
_EVENINGS = word_set(
    """
    вечер вечерта seara evening abend вечір βραδια вече вечеру
    """
)
_PIECES = word_set(
    """
    бр брой комплект bucata buc комад ком piece stuck штука шт adet tane τεμαχιο unidad
    """
)
_SITTING = re.compile(r"\d\s?(?:мин|min|dk|dak|хв|λεπτ|')|\b(?:сеанс|sedint|сеанси|seans|sitzung|session)")
#: Bare pay below this is an hour's.
_HOURLY = {"EUR": 45, "GBP": 45, "USD": 45, "CHF": 60, "BGN": 30}
_EXTRA = word_set(
    """
    net clear neto netto нето нетто брутто чисто чисти чистыми бруто brutto gross brut cash bar кеш rent наем each нетно
    руки руку first full двете двама двамата both beide beiden ambas amandoua zusammen общо заедно together работа
    труд work чистими καθαρα neta mana джобни pocket money taschengeld карманных кишенькових bolsillo buzunar bani
    """
)
#: "£400 a week, of which £100 goes on room": a part of a sum has its period.
PART = re.compile(
    r"(?:of which|minus|less|от тях|от които|минус|davon|abzuglich|din care|minus|из них|з них|од тога|od toga|de los cuales|"
    r"menos|απο αυτα|μειον|bunun|от което|rising to|going up to|ot koito)\s(?:[^\W\d_]{1,12}\s){0,4}[€£]?$"
)
#: Abbreviations of units, whose full stop does not end a sentence.
_SHORT = word_set(
    """
    мин min std h ч хв dk dak λεπτ mins hr сек год mo
    """
)
LINKS = word_set(
    """
    от from for fur pentru por ab de la is e е за до само only nur doar по cost costs струва цена ist η απο od now
    price about около kostet kosten cuesta стоит коштує кошта κοστιζει costa са are rate was just къмто
    приблизително approx ca circa примерно
    """
)
_GAP_AFTER = re.compile(r"[ \t.]{0,2}[)/(=:|–—-]?[ \t]{0,2}")
_GAP_BEFORE = re.compile(r"\.?[ \t]{0,2}[:=–—-]?[ \t]{0,2}")
#: The same sum in a second currency: "1200 лв (613 €)", "11 лв/ч / 5,62 евро"; the fixed rate of lev to euro tells it surely.
_AGAIN = re.compile(r"[ \t.]{0,2}(?:[(/=|≈~]|или|or|oder|sau|/ч\.?)?[ \t]{0,2}[(]?[ \t]{0,2}")
#: "2000 евро за 40 часа" is the pay of a working week or month of so many hours, not the price of them.
_WEEKLY_HOURS = 20
_MINUTES = ("мин", "min", "хв", "dak", "dk", "λεπτ")
#: Words for paying that are no words for wages.
_PAYING = ("оплат", "плат", "плащ", "pay", "paid", "plat", "zahl", "bezahl", "odeme", "πληρωμ", "pag", "placa", "плаћ")
_NEGOTIABLE = re.compile(r"\s?(?:vb|vhb|fp)(?!\w)")
CLAUSE_END = re.compile(r"[.!?;](?=\s)|\n")


def period(view: View, amount: Amount, rules: Rules, last: int, kind: str) -> None:
    """Set the period of an amount: from the words after it, from those before it, else from what it is for."""
    if (
        period_after(view, amount, rules, kind)
        or period_before(view, amount, rules, last, kind)
        or (kind != "job" and _sitting_before(view, amount, rules, last))
    ):
        amount.sure = True
        return
    start = max(
        [
            last,
            amount.before - 70,
            *(match.end() for match in CLAUSE_END.finditer(view.plain, max(last, amount.before - 70), amount.before)),
        ]
    )
    # "1 480 лв. основна заплата": the full stop of an abbreviation.
    short = _ABBREVIATED.search(view.plain, amount.before, amount.after + 2) is not None
    short = short and view.text[amount.after + 2 : amount.after + 3].islower()
    ending = CLAUSE_END.search(view.plain, amount.after + short, amount.after + 40)
    end = ending.start() if ending else amount.after + 40
    if period := _apart(view, rules, start, amount.before):
        amount.per = period
        return
    if kind != "job" and _HEADED.search(view.plain, start, amount.before):
        amount.per, amount.sure = "hour", True
        return
    amount.per = _purpose(view, amount, rules, (start, end), kind)
    small = kind == "job" and amount.value < _HOURLY.get(amount.currency, 0)
    if small and (amount.per == "month" or (amount.per == "once" and amount.value % 1 and amount.value > 5)):
        amount.per = "hour"


def period_after(view: View, amount: Amount, rules: Rules, kind: str) -> bool:  # noqa: PLR0911  (one way out for each reading of a word)
    """Set the period from the words behind an amount; False where they say nothing of one."""
    if typed := _HOUR_TYPED.match(view.plain, amount.after):
        amount.per, amount.after = "hour", typed.end()
        return True
    marked = not view.plain[amount.start : amount.end].isdigit()
    if marked and kind not in {"fare", "deal"} and (minutes := _SLASHED.match(view.plain, amount.after)):
        amount.per, amount.after = "hour" if minutes[1] == "60" else None, minutes.end()
        return True
    words, index, at = view.words, view.word_after(amount.after), amount.after
    quantity, skipped = "", 0
    while index < len(words) and skipped < 6:
        word = words[index]
        if word.start - at > 4 or not _GAP_AFTER.fullmatch(view.plain, at, word.start):
            return False
        gap = view.plain[at : word.start]
        if ". " in gap and "/" not in gap and (view.text[word.start].isupper() or word.text.isdigit()):
            return False
        if rules.half.at(words, index):
            amount.per, amount.after = None, word.end
            return True
        # A preposition that is also a unit ("a", "h") counts as a unit only where no unit follows it.
        found = rules.periods.at(words, index)
        if found and (found[0] == "hour" and quantity.isdigit() and int(quantity) >= _WEEKLY_HOURS):
            return False
        if found and kind == "job" and found[0] not in PERIODS and rules.seats.word(word.text):
            return False
        if found and not (word.text in rules.per and index + 1 < len(words) and rules.periods.at(words, index + 1)):
            found, index = _finer(words, index, found, rules)
            amount.per, amount.after = _of_unit(found[0], word.text, quantity, rules, kind), words[index + found[1] - 1].end
            if amount.per == "hour" and _AND_HALF.match(view.plain, amount.after):
                amount.per = None
            # A unit that is followed at once by the next amount belongs to that one ("40 €, Stunde 180 €").
            return True
        if not quantity and (word.text.isdigit() or word.text in rules.numbers.values) and word.text not in rules.per:
            quantity = word.text
        elif word.text not in rules.per and word.text not in _EXTRA and word.text not in rules.every:
            return False
        at, index, skipped = word.end, index + 1, skipped + 1
    return False


def _finer(words: list[Word], index: int, found: tuple[str, int], rules: Rules) -> tuple[tuple[str, int], int]:
    """ "25 лв на човек на нощ": the time counts where a person or a bed comes first."""
    if found[0] in PERIODS:
        return found, index
    at = index + found[1]
    while at < len(words) and at <= index + found[1] + 1 and words[at].text in rules.per:
        at += 1
    later = (
        rules.periods.at(words, at) if index + found[1] < at < len(words) and words[at].start - words[index].end < 12 else None
    )
    return (later, at) if later and later[0] in PERIODS else (found, index)


def period_before(view: View, amount: Amount, rules: Rules, last: int, kind: str) -> bool:
    """Set the period from the words before an amount; False where they say nothing of one."""
    words, index, at = view.words, view.word_after(amount.before) - 1, amount.before
    for _ in range(4):
        if index < 0 or words[index].start < last or not _GAP_BEFORE.fullmatch(view.plain, words[index].end, at):
            return False
        if view.plain[words[index].end] == "." and words[index].text not in _SHORT:
            return False
        if rules.half.before(words, index) or words[index].text in _LONG:
            amount.per = None
            return True
        if found := rules.periods.before(words, index):
            first = index - found[1] + 1
            near = first > 0 and words[first - 1].start >= last and words[first].start - words[first - 1].end <= 1
            previous = words[first - 1].text if near else ""
            if previous == "de" and first > 1:
                # "60 de minute 150 lei"
                previous = words[first - 2].text
            quantity = previous if previous.isdigit() or previous in rules.numbers.values else ""
            if previous and rules.half.word(previous):
                quantity = "30"
            amount.per = _of_unit(found[0], words[index].text, quantity, rules, kind)
            return found[0] in PERIODS or words[index].text in _CRATES or words[index].text.startswith(_MINUTES)
        if words[index].text not in LINKS and not rules.purposes.word(words[index].text):
            return False
        at, index = words[index].start, index - 1
    return False


def _sitting_before(view: View, amount: Amount, rules: Rules, last: int) -> bool:
    """ "Половин час крака 30 лв": half an hour or an hour, a word or two, and the sum, with no mark between."""
    words, index = view.words, view.word_after(amount.before) - 1
    for place in range(index - 1, max(-1, index - 3), -1):
        if place < 0 or words[place].start < last or not view.plain[words[place].end : words[place + 1].start].isspace():
            return False
        if rules.half.before(words, place):
            amount.per = None
            return True
    return False


def _of_unit(period: str, unit: str, quantity: str, rules: Rules, kind: str) -> str | None:
    if unit.startswith(_MINUTES) and (quantity == "60" or rules.numbers.values.get(quantity) == 60):
        return "hour"
    if quantity and quantity != "1" and rules.numbers.values.get(quantity) != 1:
        # Half hours and several hours are no hourly price; several days or nights no daily one.
        return None
    if kind not in {"job", "rent"} and unit in _EVENINGS:
        # An evening of company is neither an hour nor a day; an evening's pay is a day's.
        return None
    if (kind != "job" and unit in _PIECES) or (kind == "deal" and period not in PERIODS):
        return "once"
    if period in PERIODS:
        return period
    return "trip" if kind == "fare" and rules.seats.word(unit) else None


def _apart(view: View, rules: Rules, start: int, end: int) -> str | None:
    """The period that an adverb or "every week" gives from elsewhere in the clause."""
    index = view.word_after(end) - 1
    while index >= 0 and view.words[index].start >= start:
        found = rules.adverbs.word(view.words[index].text)
        # "38,5 часа седмично": hours a week are no pay a week.
        if found and not (index and rules.periods.word(view.words[index - 1].text) == "hour"):
            return found
        if (
            index + 1 < len(view.words)
            and view.words[index].text in rules.every
            and (unit := rules.periods.word(view.words[index + 1].text)) in PERIODS
        ):
            return unit
        index -= 1
    return None


def _purpose(view: View, amount: Amount, rules: Rules, clause: tuple[int, int], kind: str) -> str | None:  # noqa: PLR0911, PLR0912
    """What an amount without a period is for: the nearest cue decides, the advert as a whole where there is none."""
    nearest, distance, seat, ahead, price = "", 1000, False, False, False
    start, end = clause
    words, index = view.words, view.word_after(start)
    while index < len(words) and words[index].start < end:
        found = rules.purposes.at(words, index)
        if found:
            word = words[index]
            away = amount.before - word.end if word.end <= amount.before else word.start - amount.after + 8
            # "£480 deposit", "80 euro one way": right behind a sum is as good as right before it.
            away = 1 if word.start - amount.after == 1 and view.plain[amount.after] == " " else away
            # "1700 лв, оформление по ТК", "520 лв, депозит": what follows a comma is of another matter than pay or rent.
            other = kind in {"job", "rent"} and word.start > amount.after and "," in view.plain[amount.after : word.start]
            # "7000 доларів, оплата після переходу": paying a carrier is no wage.
            other = other or (kind in {"fare", "deal"} and word.text.startswith(_PAYING))
            if 0 <= away < distance and not other and not (kind in {"rent", "massage"} and rules.price.word(word.text)):
                nearest, distance, seat = found[0], away, bool(rules.seats.word(word.text))
                price = bool(rules.price.word(word.text))
                ahead = word.start > amount.after
        index += 1
    amount.told = bool(nearest)
    if kind in {"rent", ""} and _NEGOTIABLE.match(view.plain, amount.after):
        return "once"
    wage = MONTHLY.get(amount.currency, (400, 9000))
    if PARTED.search(view.plain, start, min(end, amount.after + 40)):
        return "once"
    if kind == "deal":
        # Papers that a job asks for make no deal of its wage.
        return "month" if nearest == "wage" and distance < 25 and wage[0] <= amount.value <= wage[1] else "once"
    if (
        nearest == "wage"
        and ahead
        and amount.value < wage[0]
        and _FROM.search(view.plain, amount.after, amount.after + distance)
    ):
        # "200 евро с первой зарплаты"
        return "once"
    if kind == "fare" and nearest == "wage" and wage[0] <= amount.value <= wage[1] and distance < 25:
        return "month"
    if kind in {"fare", ""} and nearest == "fare" and (seat or (distance == 1 and ahead)):
        return "trip"
    if kind == "fare" and (
        seat or price or nearest in {"", "fare", "wage"} or amount.value >= MONTHLY.get(amount.currency, (400, 0))[0]
    ):
        return "trip"
    if kind in {"rent", ""} and nearest in {"", "rent"} and NIGHTS.search(view.plain, 0, amount.before):
        return "day"
    low, high = MONTHLY.get(amount.currency, (400, 9000))
    if nearest == "wage" or (nearest == "rent" and kind in {"rent", "job"}):
        return "month" if amount.value <= high else "once"
    if nearest == "fee":
        return "once"
    if kind == "massage" and _SITTING.search(view.plain, start, end):
        return None
    if kind == "job" and low <= amount.value <= high:
        return "month"
    return "month" if kind == "rent" and amount.value >= 50 else "once"


def _part_of_one(view: View, first: Amount, second: Amount) -> None:
    """Give both ends of a range, and a sum and what is added to it or taken from it, one period."""
    plus = _PLUS.fullmatch(view.plain, first.after, second.before) if first.per == "month" and second.per != "month" else None
    if plus and not _HELD.search(plus.group()):
        second.per = first.per
    if (
        second.sure
        and not first.sure
        and first.currency == second.currency
        and _RANGE.fullmatch(view.plain, first.after, second.before)
    ):
        # "£12-£14 ph"
        first.per, first.sure = second.per, True
    if (
        first.sure
        and first.per
        and (not second.sure or second.per is None)
        and PART.search(view.plain, first.after, second.before)
    ):
        second.per, second.sure = first.per, True


def again(view: View, first: Amount, second: Amount) -> None:
    """Let two amounts that are one sum in two currencies, or a sum and its part, have one period."""
    _part_of_one(view, first, second)
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


def session(view: View, first: Amount, second: Amount) -> None:
    """ "45 мин - 50 лв, деца - 35 лв": what stands beside the price of a sitting is the price of one too."""
    unsure = first.sure and first.per is None and not second.sure and second.per == "once"
    if unsure and first.currency == second.currency and not CLAUSE_END.search(view.plain, first.after, second.before):
        second.per = None


def alike(view: View, earlier: list[Amount], amount: Amount) -> None:
    """Give a sum that nothing says the period of that of an earlier one: the same sum again, or the next of a list.

    "£50 a day ... out of your £50"; "€70 for an hour, €35 for under-18s"; "19 € pro Bett und Tag, ab 4 Wochen 16 €".
    """
    if amount.sure or amount.told:
        return
    for other in earlier[-6:]:
        if other.sure and other.per and (other.value, other.currency) == (amount.value, amount.currency):
            amount.per = other.per
            return
    last = earlier[-1]
    if not last.sure or last.per not in PERIODS or last.currency != amount.currency:
        return
    if 0.3 * last.value <= amount.value <= 3 * last.value and not CLAUSE_END.search(view.plain, last.after, amount.before):
        amount.per = last.per
